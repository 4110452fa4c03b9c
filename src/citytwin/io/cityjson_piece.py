"""One CityJSON document, or some lines of a sequence, as columns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CityReadError
from citytwin.io._collected import Collected
from citytwin.io._columns import CityColumns
from citytwin.io._json import JsonTape, Rows, Unfit
from citytwin.io._limits import ReadLimits
from citytwin.io._lods import LodFilter
from citytwin.io.cityjson_extras import Keeper, keep_feature_members, keep_geometry_members, keep_object_members
from citytwin.io.cityjson_geometry import (
    OTHER,
    TEMPLATE,
    Geometries,
    VertexList,
    read_geometries,
    read_semantics,
    surface_shapes,
    vertex_table,
    wanted_geometries,
)
from citytwin.io.cityjson_header import Header, read_headers
from citytwin.io.cityjson_objects import read_objects
from citytwin.io.cityjson_owners import Owners, Scene, features_of, owners_of, with_instances
from citytwin.io.cityjson_shapes import Shapes
from citytwin.io.cityjson_tables import feature_attributes, object_attributes
from citytwin.io.cityjson_templates import Instances, read_instances
from citytwin.kernels.json_tape import ARRAY, NUMBERS
from citytwin.model.ragged import offsets_of
from citytwin.model.strings import Strings


class PieceReader:
    """Reads an input piece by piece; what a document says holds for the features behind it.

    Parameters
    ----------
    name : str
        Of the input, for errors.
    limits : ReadLimits
    wanted : callable
        Whether geometry of a level of detail, in tenths, is kept.
    """

    def __init__(self, name: str, limits: ReadLimits, wanted: LodFilter) -> None:
        self.name, self.limits, self.wanted = name, limits, wanted
        self.header = Header()
        self.seen: set[str] = set()

    def read(self, text: bytearray, line: int) -> Collected:
        """Columns of a document, or of lines of a sequence, which begin on `line` of the input.

        Raises
        ------
        CityReadError
        """
        tape = JsonTape(text, self.name, line)
        piece = _Piece(self, tape)
        try:
            return piece.collected()
        except Unfit as error:
            raise CityReadError(
                error.reason,
                self.name,
                line=tape.line(error.row),
                gml_id=_object_around(tape, error.row),
                advice="Correct the file or export it again",
            ) from None


def _object_around(tape: JsonTape, row: int) -> str | None:
    """Identifier of the city object a value is in."""
    objects = tape.name_code("CityObjects")
    while tape.parent[row] >= 0:
        holder = int(tape.parent[row])
        if tape.key[holder] == objects and tape.parent[tape.parent[holder]] < 0:
            return tape.names[tape.key[row]]
        row = holder
    return None


class _Piece:
    """One piece while it is read."""

    def __init__(self, reader: PieceReader, tape: JsonTape) -> None:
        self.reader, self.tape = reader, tape
        self.columns = CityColumns(reader.limits.findings)
        self.keeper = Keeper(tape, self.columns)

    def collected(self) -> Collected:
        """All columns of the piece."""
        reader, tape, columns = self.reader, self.tape, self.columns
        is_document, scale, translate = read_headers(tape, reader.header, columns)
        self._read_vertices(scale, translate)
        self.objects = read_objects(tape, tape.roots, columns, reader.limits, reader.seen)
        keep_object_members(self.keeper, self.objects)
        keep_feature_members(self.keeper, self.objects, np.flatnonzero(~is_document))
        return self._with_geometry(self._geometries())

    def _read_vertices(self, scale: NDArray[np.float64], translate: NDArray[np.float64]) -> None:
        """Vertices of all roots in the coordinates of the city, and first and number of those of each root."""
        lists = self.tape.members(self.tape.roots, "vertices", NUMBERS, ARRAY)
        self.table, self.count = vertex_table(self.tape, lists)
        self.first = np.cumsum(self.count) - self.count
        with np.errstate(all="ignore"):
            if len(lists) == 1:
                self.table *= scale[0]
                self.table += translate[0]
            else:
                self.table *= np.repeat(scale, self.count, axis=0)
                self.table += np.repeat(translate, self.count, axis=0)
        self._check_coordinates(self.table, lists, self.count)

    def _check_coordinates(self, coordinates: NDArray[np.float64], rows: Rows, counts: NDArray[np.integer]) -> None:
        """Refuse coordinates beyond the limit; each row of the tape stands for so many of them."""
        limit = self.reader.limits.coordinate
        for point in np.flatnonzero(~(np.abs(coordinates) <= limit).all(1))[:1]:
            raise Unfit(np.repeat(rows, counts)[point], f"a coordinate is beyond {limit:g}")

    def _vertices_of(self, place: int) -> VertexList:
        root = self.objects.root[place]
        return self.table[self.first[root] : self.first[root] + self.count[root]]

    def _geometries(self) -> Geometries:
        """Geometries of the levels of detail that are asked for; what has no surfaces goes to the extras."""
        geometries = read_geometries(self.tape, self.tape.members(self.objects.node, "geometry", ARRAY))
        geometries = geometries.take(wanted_geometries(geometries, self.reader.wanted))
        keep_geometry_members(self.keeper, self.objects, geometries, self._vertices_of)
        return geometries.take(geometries.depth != OTHER)

    def _with_geometry(self, geometries: Geometries) -> Collected:
        """Columns with the polygons of geometries and the boundary surfaces they make up."""
        tape, columns, objects = self.tape, self.columns, self.objects
        is_own = geometries.depth != TEMPLATE
        own = geometries.take(is_own)
        semantics = read_semantics(tape, own)
        root = objects.root[own.holder]
        shapes = surface_shapes(tape, own, semantics, self.first[root], self.count[root], self.table)
        features = features_of(tape, semantics, own.holder, columns.n_features)
        n_features = columns.n_features + len(features.source)
        scene = Scene(own, shapes, semantics.counts, np.arange(len(own.node)), [])
        if not is_own.all():
            scene = with_instances(scene, self._instances(geometries.take(~is_own)), n_features)
            n_features += sum(len(template.surfaces) for template in scene.placed)
        self._check_rings(scene.geometries.node, scene.shapes)
        holder = scene.geometries.holder
        lod = np.maximum(scene.geometries.lod, 0)
        owners = owners_of(objects.row[holder], objects.feature[holder], lod, scene, semantics, features)
        feature_id = Strings.concat(
            [
                columns.feature_id.strings(),
                tape.texts(semantics.id[features.source]),
                Strings.empty(n_features - columns.n_features - len(features.source)),
            ]
        )
        object_table = object_attributes(self.keeper, objects, len(columns.object_id), self._vertices_of)
        feature_table = feature_attributes(self.keeper, objects, semantics, features, scene.placed, n_features)
        return replace(
            columns.collected(),
            object_attributes=object_table,
            feature_id=feature_id,
            feature_attributes=feature_table,
            owner_object=owners.object,
            owner_kind=owners.kind,
            owner_lod=owners.lod,
            owner_feature=owners.feature,
            owner_wall=owners.wall,
            **_polygon_columns(scene.shapes, owners, objects.row[holder], lod),
        )

    def _check_rings(self, nodes: Rows, shapes: Shapes) -> None:
        limit = self.reader.limits.ring_points
        if shapes.points.max(initial=0) > limit:
            geometry = np.repeat(np.repeat(nodes, shapes.surfaces), shapes.rings)
            ring = int(shapes.points.argmax())
            raise Unfit(geometry[ring], f"a ring of {shapes.points[ring]} points (limits.ring_points)")

    def _instances(self, geometries: Geometries) -> Instances:
        """Templates in the city; those without surfaces go to the extras."""
        root = self.objects.root[geometries.holder]
        instances, loose = read_instances(
            self.tape,
            geometries,
            self.reader.header.templates,
            self.reader.wanted,
            self.first[root],
            self.count[root],
            self.table,
        )
        for node, holder in zip(loose.node.tolist(), loose.holder.tolist(), strict=True):
            row = int(self.objects.row[holder])
            self.keeper.keep(row, "geometry.GeometryInstance", node)
            message = "a GeometryInstance of a template without surfaces is kept as it is written"
            self.columns.note(row, 1008, "GEOMETRY_NOT_READ", message)
        ring = np.repeat(np.repeat(instances.geometries.node, instances.shapes.surfaces), instances.shapes.rings)
        self._check_coordinates(instances.shapes.coordinates, ring, instances.shapes.points)
        return instances


def _polygon_columns(shapes: Shapes, owners: Owners, objects: Rows, lod: NDArray[np.int8]) -> dict[str, Any]:
    """The columns of polygons, rings and solids; `objects` and `lod` are those of the geometries."""
    n = len(shapes.rings)
    geometry = np.repeat(np.arange(len(shapes)), shapes.surfaces)
    solid_geometry = np.repeat(np.arange(len(shapes)), shapes.solids)
    bounds = offsets_of(shapes.solid_surfaces)
    solids = np.flatnonzero(shapes.is_solid[solid_geometry])
    return {
        "polygon_owner": (owners.first[geometry] + 1 + shapes.value).astype(np.int32),
        "polygon_id": Strings.empty(n),
        "polygon_rings": shapes.rings.astype(np.int32),
        "ring_points": shapes.points.astype(np.int64),
        "coordinates": shapes.coordinates,
        "entry": np.arange(n, dtype=np.int32),
        "entry_sign": np.ones(n, np.int8),
        "solid_object": objects[solid_geometry[solids]].astype(np.int32),
        "solid_lod": lod[solid_geometry[solids]],
        "solid_start": bounds[solids].astype(np.int32),
        "solid_stop": bounds[solids + 1].astype(np.int32),
    }
