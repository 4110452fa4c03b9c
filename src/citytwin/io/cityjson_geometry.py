"""Geometries of CityJSON: which there are, of what kind and level of detail, with which semantic surfaces."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from citytwin.io._json import JsonTape, Rows, Unfit
from citytwin.io._lods import LodFilter, lod_tenths
from citytwin.io.citygml_names import ROOF_EDGE, SURFACE_KINDS
from citytwin.io.cityjson_names import INSTANCE, SURFACE_DEPTH
from citytwin.io.cityjson_shapes import Boxes, Shapes, read_shapes
from citytwin.kernels.cityjson_arrays import read_vertices
from citytwin.kernels.decimal import read_decimals
from citytwin.kernels.json_tape import ARRAY, DECIMAL, ESCAPED, INTEGER, NUMBERS, OBJECT, STRING
from citytwin.model.enums import SurfaceKind

VertexList = NDArray[np.float64]
"""Vertices (n, 3) that one object points to, in the coordinates of the city."""

OTHER, TEMPLATE = -1, -2
"""Depths of geometries that have no surfaces, and of those that refer to a template."""

_BLANKED = bytes.maketrans(b"[],", b"   ")
_KNOWN_TYPES = {**SURFACE_KINDS, f"+{ROOF_EDGE}": SurfaceKind.UNKNOWN}


class Geometries(NamedTuple):
    """Geometry objects in document order.

    Attributes
    ----------
    node : int64 array (n,)
        Row of the tape.
    holder : int64 array (n,)
        Index of the list it is in.
    type : object array (n,)
    depth : int8 array (n,)
        As in `cityjson_names.SURFACE_DEPTH`, or OTHER, or TEMPLATE.
    lod : int8 array (n,)
        Tenths; -1 where it is not said.
    """

    node: Rows
    holder: Rows
    type: NDArray[np.object_]
    depth: NDArray[np.int8]
    lod: NDArray[np.int8]

    def take(self, rows: Rows | NDArray[np.bool_]) -> Geometries:
        """Some of the geometries."""
        return Geometries(self.node[rows], self.holder[rows], self.type[rows], self.depth[rows], self.lod[rows])


def concat_geometries(first: Geometries, second: Geometries) -> Geometries:
    """Geometries one behind the other."""
    return Geometries(
        np.concatenate([first.node, second.node]),
        np.concatenate([first.holder, second.holder]),
        np.concatenate([first.type, second.type]),
        np.concatenate([first.depth, second.depth]),
        np.concatenate([first.lod, second.lod]),
    )


class Semantics(NamedTuple):
    """Semantic surfaces of geometries.

    Attributes
    ----------
    node : int64 array (n,)
    geometry : int64 array (n,)
        Geometry it belongs to, by index.
    place : int64 array (n,)
        Place in the list of its geometry.
    counts : int64 array (n_geometries,)
    kind : int8 array (n,)
    type : object array (n,)
    is_odd : bool array (n,)
        Whether the kind does not say all that the type does.
    id : int64 array (n,)
        Row of the identifier, -1 for none.
    parent : int64 array (n,)
        Place of the surface an opening is in, -1 for none.
    values : int64 array (n_geometries,)
        Row of the list of values, -1 for none.
    """

    node: Rows
    geometry: Rows
    place: Rows
    counts: Rows
    kind: NDArray[np.int8]
    type: NDArray[np.object_]
    is_odd: NDArray[np.bool_]
    id: Rows
    parent: Rows
    values: Rows


def read_geometries(tape: JsonTape, lists: Rows) -> Geometries:
    """Geometry objects in lists of them; a list of -1 is none.

    Raises
    ------
    Unfit
        A geometry is no object, has no type, or no level of detail that is one.
    """
    present = np.flatnonzero(lists >= 0)
    node, place = tape.children(lists[present])
    for bad in node[tape.kind[node] != OBJECT][:1]:
        raise Unfit(bad, "a geometry is no object")
    types = tape.members(node, "type", STRING, ESCAPED)
    for bad in node[types < 0][:1]:
        raise Unfit(bad, "a geometry has no type")
    code, words = tape.distinct(types)
    depths = np.array([TEMPLATE if word == INSTANCE else SURFACE_DEPTH.get(word, OTHER) for word in words], np.int8)
    lods = tape.members(node, "lod", STRING, INTEGER, DECIMAL)
    said = np.flatnonzero(lods >= 0)
    lod = np.full(len(node), -1, np.int8)
    lod_code, lod_words = tape.distinct(lods[said])
    tenths = np.empty(len(lod_words), np.int8)
    for row, word in enumerate(lod_words):
        try:
            tenths[row] = lod_tenths(word)
        except ValueError as error:
            raise Unfit(lods[said[np.flatnonzero(lod_code == row)[0]]], str(error)) from None
    lod[said] = tenths[lod_code]
    return Geometries(node, present[place], np.array(words, object)[code], depths[code], lod)


def wanted_geometries(geometries: Geometries, wanted: LodFilter) -> NDArray[np.bool_]:
    """Whether each geometry has a level of detail that is asked for; 0 stands for one that is not said."""
    kept = np.array([wanted(tenths) for tenths in range(50)], bool)
    keep: NDArray[np.bool_] = kept[np.maximum(geometries.lod, 0)] | (geometries.depth == TEMPLATE)
    return keep


def read_semantics(tape: JsonTape, geometries: Geometries) -> Semantics:
    """Semantic surfaces of geometries.

    Raises
    ------
    Unfit
    """
    semantics = tape.members(geometries.node, "semantics", OBJECT)
    lists = tape.members(semantics, "surfaces", ARRAY)
    values = tape.members(semantics, "values", NUMBERS, ARRAY)
    present = np.flatnonzero(lists >= 0)
    node, place = tape.children(lists[present])
    for bad in node[tape.kind[node] != OBJECT][:1]:
        raise Unfit(bad, "a semantic surface is no object")
    geometry = present[place]
    count = np.bincount(geometry, minlength=len(geometries.node))
    first = np.cumsum(count) - count
    types = tape.members(node, "type", STRING, ESCAPED)
    for bad in node[types < 0][:1]:
        raise Unfit(bad, "a semantic surface has no type")
    code, words = tape.distinct(types)
    kinds = np.array([_KNOWN_TYPES.get(word, SurfaceKind.UNKNOWN) for word in words], np.int8)
    odd = np.array([word not in _KNOWN_TYPES for word in words], bool)
    parent = np.full(len(node), -1, np.int64)
    parents = tape.members(node, "parent", INTEGER)
    for row in np.flatnonzero(parents >= 0):
        parent[row] = min(int(tape.value(parents[row])), len(node))
        if not 0 <= parent[row] < count[geometry[row]]:
            raise Unfit(parents[row], "the parent of a semantic surface is none of its geometry")
    return Semantics(
        node,
        geometry,
        np.arange(len(node)) - first[geometry],
        count,
        kinds[code],
        np.array(words, object)[code],
        odd[code],
        tape.members(node, "id", STRING, ESCAPED, INTEGER),
        parent,
        values,
    )


def surface_shapes(
    tape: JsonTape,
    geometries: Geometries,
    semantics: Semantics,
    first: Rows,
    vertices: Rows,
    table: NDArray[np.float64],
) -> Shapes:
    """Polygons of geometries that have surfaces.

    Parameters
    ----------
    tape : JsonTape
    geometries, semantics : Geometries, Semantics
    first, vertices : int64 array (n,)
        First vertex and number of vertices of the list each geometry points to.
    table : float64 array (n_vertices, 3)

    Raises
    ------
    Unfit
    """
    boundaries = tape.members(geometries.node, "boundaries", NUMBERS, ARRAY)
    for bad in geometries.node[boundaries < 0][:1]:
        raise Unfit(bad, "a geometry has no boundaries")
    boxes = Boxes(boundaries, semantics.values, geometries.depth, first, vertices, semantics.counts)
    return read_shapes(tape, boxes, table)


def vertex_table(tape: JsonTape, lists: Rows) -> tuple[NDArray[np.float64], Rows]:
    """Vertices of lists of them, before any transform, and how many each list holds; a list of -1 is empty.

    Raises
    ------
    Unfit
        A list holds something else than lists of three numbers.
    """
    count = np.zeros(len(lists), np.int64)
    present = np.flatnonzero(lists >= 0)
    rows = lists[present]
    read = read_vertices(tape.buffer, tape.start[rows], tape.stop[rows])
    for bad in rows[read.n_sound : read.n_sound + 1]:
        raise Unfit(bad, "vertices are no lists of three numbers")
    count[present] = read.counts
    bounds = np.cumsum([0, *read.counts])
    for place in np.flatnonzero(~read.whole).tolist():
        values, _ = read_decimals(tape.raw(int(rows[place])).translate(_BLANKED))
        read.xyz[bounds[place] : bounds[place + 1]] = values.reshape(-1, 3)
    return read.xyz, count


def standing_alone(content: dict[str, Any], node: int, vertices: VertexList) -> str:
    """A geometry as JSON whose boundaries point to vertices of its own, in the coordinates of the city.

    Parameters
    ----------
    content : dict
    node : int
        Row of the tape, for errors.
    vertices : VertexList
        That it points to.

    Raises
    ------
    Unfit
        Boundaries are no lists of vertices.
    """
    places: dict[int, int] = {}

    def renumbered(value: object) -> object:
        if isinstance(value, list):
            return [renumbered(item) for item in value]
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < len(vertices):
            raise Unfit(node, f"boundaries point to {value!r}, which is none of the {len(vertices)} vertices")
        return places.setdefault(value, len(places))

    renewed = content | {"boundaries": renumbered(content.get("boundaries"))}
    return msgspec.json.encode(renewed | {"vertices": vertices[list(places)].tolist()}).decode()
