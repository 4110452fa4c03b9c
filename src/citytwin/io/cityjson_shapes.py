"""Boundaries of CityJSON geometries with their coordinates, as ragged arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.io._json import JsonTape, Rows, Unfit
from citytwin.kernels.cityjson_arrays import BEYOND, FINE, flatten_boundaries, flatten_values
from citytwin.model.ragged import offsets_of, take_ragged


class Boxes(NamedTuple):
    """Where the boundaries of geometries stand, and what they may point to.

    Attributes
    ----------
    boundaries, values : int64 array (n,)
        Rows of the tape; a row of -1 is no list of values.
    depth : int8 array (n,)
    first, vertices : int64 array (n,)
        First vertex and number of vertices of the list each geometry points to.
    semantics : int64 array (n,)
        Semantic surfaces of each.
    """

    boundaries: Rows
    values: Rows
    depth: NDArray[np.int8]
    first: Rows
    vertices: Rows
    semantics: Rows


@dataclass(frozen=True, eq=False)
class Shapes:
    """Polygons of geometries.

    Parameters
    ----------
    is_solid : bool array (n,)
    surfaces : int array (n,)
        Polygons of each geometry.
    solids : int array (n,)
        Solids of each geometry; one where it is none.
    solid_surfaces : int array (n_solids,)
        Polygons of each solid, over all its shells.
    rings : int array (n_surfaces,)
        Rings of each polygon.
    value : int array (n_surfaces,)
        Semantic surface of each polygon, by its place in the geometry; -1 for none.
    points : int array (n_rings,)
        Points of each ring.
    coordinates : float64 array (n_points, 3)
    """

    is_solid: NDArray[np.bool_]
    surfaces: NDArray[np.integer]
    solids: NDArray[np.integer]
    solid_surfaces: NDArray[np.integer]
    rings: NDArray[np.integer]
    value: NDArray[np.integer]
    points: NDArray[np.integer]
    coordinates: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.surfaces)

    def moved(self, coordinates: NDArray[np.float64]) -> Shapes:
        """The same with other coordinates."""
        return replace(self, coordinates=coordinates)

    def take(self, rows: Rows) -> tuple[Shapes, Rows]:
        """Some of the geometries, as often as wanted, and the geometry each point belongs to."""
        _, solid = take_ragged(offsets_of(self.solids), rows)
        _, surface = take_ragged(offsets_of(self.surfaces), rows)
        _, ring = take_ragged(offsets_of(self.rings), surface)
        _, point = take_ragged(offsets_of(self.points), ring)
        taken = Shapes(
            self.is_solid[rows],
            self.surfaces[rows],
            self.solids[rows],
            self.solid_surfaces[solid],
            self.rings[surface],
            self.value[surface],
            self.points[ring],
            self.coordinates[point],
        )
        surface_of_ring = np.repeat(np.arange(len(surface)), taken.rings)
        geometry_of_surface = np.repeat(np.arange(len(rows)), taken.surfaces)
        return taken, np.repeat(geometry_of_surface[surface_of_ring], taken.points)


def concat(parts: Sequence[Shapes]) -> Shapes:
    """Geometries one behind the other."""
    return Shapes(*(np.concatenate([getattr(part, name) for part in parts]) for name in Shapes.__dataclass_fields__))


def read_shapes(tape: JsonTape, boxes: Boxes, table: NDArray[np.float64]) -> Shapes:
    """Polygons of geometries.

    Parameters
    ----------
    tape : JsonTape
    boxes : Boxes
    table : float64 array (n_vertices, 3)
        Vertices of all lists.

    Raises
    ------
    Unfit
    """
    start, stop = tape.start[boxes.boundaries], tape.stop[boxes.boundaries]
    flat = flatten_boundaries(tape.buffer, start, stop, boxes.depth, boxes.first, boxes.vertices)
    if flat.status != FINE:
        reason = (
            f"boundaries point to a vertex beyond the {boxes.vertices[flat.geometry]} there are"
            if flat.status == BEYOND
            else "boundaries are no nested lists of vertex numbers as the type asks for"
        )
        raise Unfit(boxes.boundaries[flat.geometry], reason)
    value = np.empty(len(flat.surface_rings), np.int32)
    missing = boxes.values < 0
    start = np.where(missing, 0, tape.start[boxes.values])
    stop = np.where(missing, 0, tape.stop[boxes.values])
    geometry, status = flatten_values(tape.buffer, start, stop, boxes.depth, boxes.semantics, flat, value)
    if status != FINE:
        reason = (
            f"semantics.values point to a surface beyond the {boxes.semantics[geometry]} there are"
            if status == BEYOND
            else "semantics.values are not one for each surface"
        )
        raise Unfit(boxes.values[geometry], reason)
    shell_solid = np.repeat(np.arange(len(flat.solid_shells)), flat.solid_shells)
    solid_surfaces = np.bincount(shell_solid, flat.shell_surfaces, len(flat.solid_shells)).astype(np.int64)
    solid_geometry = np.repeat(np.arange(len(flat.solids)), flat.solids)
    return Shapes(
        boxes.depth > 0,
        np.bincount(solid_geometry, solid_surfaces, len(flat.solids)).astype(np.int64),
        flat.solids,
        solid_surfaces,
        flat.surface_rings,
        value,
        flat.ring_points,
        table[flat.index],
    )
