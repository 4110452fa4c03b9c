"""Footprints: the plan of the ground surfaces of each building."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.model.derive.plan import Polygons, polygons, union_by
from citytwin.model.derive.shells import Shells
from citytwin.model.enums import GroupKind
from citytwin.model.ragged import offsets_of

PIECE_SHARE = 0.01
"""A further piece of a footprint above this share of its area is reported."""


@dataclass(frozen=True, eq=False)
class Footprints:
    """Footprints of buildings.

    Parameters
    ----------
    shape : object array (n,)
        Shapely geometry relative to the origin of the city, None where there is none.
    area, perimeter : float64 arrays (n,)
        m2 and m, NaN where there is none.
    offsets : int64 array (n + 1,)
        Points of the exterior ring of the largest piece, closed, counter-clockwise.
    xy : float64 array (k, 2)
        Relative to the origin of the city.
    in_pieces : bool array (n,)
        True where the exterior ring leaves out a further piece.
    """

    shape: Polygons
    area: NDArray[np.float64]
    perimeter: NDArray[np.float64]
    offsets: NDArray[np.int64]
    xy: NDArray[np.float64]
    in_pieces: NDArray[np.bool_]


def derive_footprints(shells: Shells, n: int) -> Footprints:
    """Footprints of `n` buildings, see :func:`plan_shapes`."""
    import shapely

    shape = plan_shapes(shells, shells.building, n)
    area = shapely.area(shape)
    area = np.where(area > 0, area, np.nan)
    outline = _largest_pieces(shape)
    points, offsets = _counter_clockwise(shapely.get_exterior_ring(outline))
    return Footprints(
        shape=shape,
        area=area,
        perimeter=np.where(area > 0, shapely.length(shape), np.nan),
        offsets=offsets,
        xy=points,
        in_pieces=shapely.area(outline) < (1 - PIECE_SHARE) * shapely.area(shape),
    )


def plan_shapes(shells: Shells, group: NDArray[np.int64], n: int) -> Polygons:
    """Union of the ground surfaces in plan; of the roofs where there is no ground; of the LoD0 outline where there is
    nothing else.

    Parameters
    ----------
    shells : Shells
    group : int64 array (m,)
        Group of each surface, from 0 to n - 1; -1 for none.
    n : int

    Returns
    -------
    object array (n,)
        Shapely geometry relative to the origin of the city, None where there is none.
    """
    rank = np.full(len(shells), 9, np.int8)
    for order, chosen in enumerate((shells.kind == GroupKind.GROUND, shells.kind == GroupKind.ROOF, shells.flat)):
        rank[chosen & (rank == 9)] = order
    plan_area = np.abs(shells.normal[:, 2])
    rank[(plan_area < 1e-6) | (group < 0)] = 9
    best = np.full(n, 9, np.int8)
    grouped = np.flatnonzero(group >= 0)
    np.minimum.at(best, group[grouped], rank[grouped])
    rows = grouped[(rank[grouped] < 9) & (rank[grouped] == best[group[grouped]])]
    surface_rings, ring_vertices, kept = shells.rings_of(rows)
    shapes = polygons(surface_rings, ring_vertices, shells.vertices[kept, :2])
    return union_by(shapes, group[rows], n)


def _largest_pieces(shape: Polygons) -> Polygons:
    """The largest polygon of each shape, None where there is none."""
    import shapely

    single = shapely.get_type_id(shape) == 3
    largest: Polygons = np.full(len(shape), None, object)
    largest[single] = shape[single]
    if single.all():
        return largest
    several = np.flatnonzero(~single)
    parts, owner = shapely.get_parts(shape[several], return_index=True)
    owner = several[owner]
    nested = shapely.get_type_id(parts) > 3
    if nested.any():
        inner, inner_owner = shapely.get_parts(parts[nested], return_index=True)
        parts = np.concatenate([parts[~nested], inner])
        owner = np.concatenate([owner[~nested], owner[nested][inner_owner]])
    kept = shapely.get_type_id(parts) == 3
    parts, owner = parts[kept], owner[kept]
    order = np.lexsort((shapely.area(parts), owner))
    largest[owner[order]] = parts[order]
    return largest


def _counter_clockwise(rings: Polygons) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points of rings (n,), closed and counter-clockwise, and their offsets (n + 1,)."""
    import shapely

    points, owner = shapely.get_coordinates(rings, return_index=True)
    offsets = offsets_of(np.bincount(owner, minlength=len(rings)))
    mirrored = offsets[owner] + offsets[owner + 1] - 1 - np.arange(len(points))
    return points[np.where(shapely.is_ccw(rings)[owner], np.arange(len(points)), mirrored)], offsets
