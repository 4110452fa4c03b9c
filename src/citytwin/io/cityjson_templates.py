"""Geometry templates of CityJSON: shapes that are described once and placed many times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.io._json import JsonTape, Rows, Unfit
from citytwin.io._lods import LodFilter
from citytwin.io.cityjson_attributes import OddAttributes, attribute_table
from citytwin.io.cityjson_geometry import (
    Geometries,
    read_geometries,
    read_semantics,
    surface_shapes,
    vertex_table,
    wanted_geometries,
)
from citytwin.io.cityjson_names import KNOWN_SEMANTICS
from citytwin.io.cityjson_shapes import Shapes
from citytwin.kernels.json_tape import ARRAY, INTEGER, NUMBERS, OBJECT
from citytwin.model.attributes import AttributeValue


@dataclass(frozen=True)
class TemplateSurface:
    """One semantic surface of a template.

    Parameters
    ----------
    kind : int
    type : str
        As written where the kind does not say all of it, else "".
    parent : int
        Place of the surface an opening is in, -1 for none.
    attributes : list of AttributeValue
    """

    kind: int
    type: str
    parent: int
    attributes: list[AttributeValue]


@dataclass(frozen=True, eq=False)
class Templates:
    """Templates by their number.

    Parameters
    ----------
    shape : int64 array (n,)
        Row in `shapes`, -1 where the template has no surfaces.
    lod : int8 array (n,)
        Tenths, -1 where it is not said.
    shapes : Shapes
        In coordinates of their own.
    surfaces : list of lists of TemplateSurface
        For each row of `shapes`.
    """

    shape: Rows
    lod: NDArray[np.int8]
    shapes: Shapes
    surfaces: list[list[TemplateSurface]]

    def __len__(self) -> int:
        return len(self.shape)


def read_templates(tape: JsonTape, root: int) -> Templates | None:
    """The member ``geometry-templates`` of a document; None where there is none.

    Raises
    ------
    Unfit

    References
    ----------
    CityJSON 2.0.1, OGC 20-072r5, clause 3.4, geometry templates.
    """
    holder = tape.members(np.array([root]), "geometry-templates", OBJECT)
    geometries = read_geometries(tape, tape.members(holder, "templates", ARRAY))
    if not len(geometries.node):
        return None
    table, count = vertex_table(tape, tape.members(holder, "vertices-templates", NUMBERS, ARRAY))
    rows = np.flatnonzero(geometries.depth >= 0)
    chosen: Geometries = geometries.take(rows)
    semantics = read_semantics(tape, chosen)
    n = len(rows)
    shapes = surface_shapes(tape, chosen, semantics, np.zeros(n, np.int64), np.full(n, count[0]), table)
    members, owners = tape.children(semantics.node)
    plain = ~np.isin(tape.key[members], [tape.name_code(name) for name in KNOWN_SEMANTICS])
    attributes = attribute_table(
        tape, members[plain], owners[plain], len(semantics.node), OddAttributes(), lambda row, owner: None
    )
    surfaces: list[list[TemplateSurface]] = [[] for _ in range(n)]
    for row, geometry in enumerate(semantics.geometry.tolist()):
        surfaces[geometry].append(
            TemplateSurface(
                int(semantics.kind[row]),
                semantics.type[row] if semantics.is_odd[row] else "",
                int(semantics.parent[row]),
                attributes.entries(row),
            )
        )
    shape = np.full(len(geometries.node), -1, np.int64)
    shape[rows] = np.arange(n)
    return Templates(shape, geometries.lod, shapes, surfaces)


class Instances(NamedTuple):
    """Geometries that are templates, placed in the city.

    Attributes
    ----------
    geometries : Geometries
        With the levels of detail of their templates.
    shapes : Shapes
    surfaces : list of lists of TemplateSurface
    """

    geometries: Geometries
    shapes: Shapes
    surfaces: list[list[TemplateSurface]]


def read_instances(
    tape: JsonTape,
    geometries: Geometries,
    templates: Templates | None,
    wanted: LodFilter,
    first: Rows,
    vertices: Rows,
    table: NDArray[np.float64],
) -> tuple[Instances, Geometries]:
    """Geometries that refer to templates, and those of them whose template has no surfaces.

    A vertex v of a template comes to lie at the first three of M (v, 1), moved by the reference point, with M the
    transformation matrix, row by row.

    Parameters
    ----------
    tape : JsonTape
    geometries : Geometries
    templates : Templates or None
    wanted : callable
        Whether geometry of a level of detail, in tenths, is kept.
    first, vertices : int64 array (n,)
        First vertex and number of vertices of the list each geometry points to.
    table : float64 array (n_vertices, 3)

    Raises
    ------
    Unfit

    References
    ----------
    CityJSON 2.0.1, OGC 20-072r5, clause 3.4, geometry templates.
    """
    for node in geometries.node[:1]:
        if templates is None:
            raise Unfit(node, "a GeometryInstance, but the document has no geometry-templates")
    assert templates is not None
    template, matrix, point = _placing(tape, geometries.node, len(templates), first, vertices, table)
    geometries = geometries._replace(lod=templates.lod[template])
    shape = templates.shape[template]
    keep = wanted_geometries(geometries._replace(depth=np.zeros_like(geometries.depth)), wanted)
    placed = np.flatnonzero(keep & (shape >= 0))
    shapes, instance = templates.shapes.take(shape[placed])
    matrix, point = matrix[placed], point[placed]
    with np.errstate(all="ignore"):
        turned = np.einsum("nij,nj->ni", matrix[instance, :3, :3], shapes.coordinates)
        shapes = shapes.moved(turned + matrix[instance, :3, 3] + point[instance])
    surfaces = [templates.surfaces[row] for row in shape[placed].tolist()]
    return Instances(geometries.take(placed), shapes, surfaces), geometries.take(keep & (shape < 0))


def _placing(
    tape: JsonTape, nodes: Rows, n_templates: int, first: Rows, vertices: Rows, table: NDArray[np.float64]
) -> tuple[Rows, NDArray[np.float64], NDArray[np.float64]]:
    """Template (n,), transformation (n, 4, 4) and reference point (n, 3) of geometries that refer to a template."""
    numbers = tape.members(nodes, "template", INTEGER)
    matrices = tape.members(nodes, "transformationMatrix", NUMBERS)
    references = tape.members(nodes, "boundaries", NUMBERS)
    template = np.empty(len(nodes), np.int64)
    matrix = np.empty((len(nodes), 16))
    point = np.empty((len(nodes), 3))
    for row, node in enumerate(nodes.tolist()):
        if min(numbers[row], matrices[row], references[row]) < 0:
            raise Unfit(node, "a GeometryInstance needs template, boundaries and transformationMatrix")
        number = tape.value(numbers[row])
        if not 0 <= number < n_templates:
            raise Unfit(numbers[row], f"template {number} is none of the {n_templates} there are")
        values = tape.value(matrices[row], list[float])
        if len(values) != 16:
            raise Unfit(matrices[row], f"transformationMatrix has {len(values)} numbers, not 16")
        reference = tape.value(references[row], list[int])
        if len(reference) != 1 or not 0 <= reference[0] < vertices[row]:
            raise Unfit(references[row], "boundaries of a GeometryInstance are not one vertex that there is")
        template[row], matrix[row], point[row] = number, values, table[first[row] + reference[0]]
    return template, matrix.reshape(-1, 4, 4), point
