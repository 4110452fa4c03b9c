"""Where surfaces of different objects touch: wall to wall, and floor to roof."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.model.city import CityModel
from citytwin.model.derive.grouping import sum_by
from citytwin.model.derive.plan import Polygons, polygons, union_by
from citytwin.model.derive.shells import Shells
from citytwin.model.enums import GroupKind
from citytwin.model.ragged import row_of

GAP_M = 0.3
"""Widest gap, or deepest overlap, across which surfaces touch."""
ANGLE_DEG = 5.0
"""Largest angle between touching surfaces."""
LEAN_DEG = 10.0
"""A wall that leans more than this is taken as touching nothing."""
OVERLAP_M = 0.05
"""Overlaps up to this length are chance."""
CELL_M = 10.0
LEAST_AREA_M2 = 1e-4
BASE_M = 1.0
"""A contact that begins this near to the foot of a wall takes perimeter away."""


@dataclass(frozen=True, eq=False)
class Contacts:
    """Directed contacts, one row each: `surface` is covered by `other` on `shape`.

    Parameters
    ----------
    surface, other : int64 arrays (k,)
        Rows in :class:`~citytwin.model.derive.shells.Shells`.
    shape : object array (k,)
        Polygon in the plane of `surface`.
    vertical : bool array (k,)
    base_length : float64 array (k,)
        Length in metres that a contact covers at the foot of a wall, else 0.
    """

    surface: NDArray[np.int64]
    other: NDArray[np.int64]
    shape: Polygons
    vertical: NDArray[np.bool_]
    base_length: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SharedAreas:
    """What is covered of each surface, m2 (m,); overlaps of several neighbours count once.

    Parameters
    ----------
    interior : by other parts of the same building
    party : by heated neighbours
    unheated : of walls and floors, by unheated neighbours
    base_length : metres of wall foot covered by any of them
    """

    interior: NDArray[np.float64]
    party: NDArray[np.float64]
    unheated: NDArray[np.float64]
    base_length: NDArray[np.float64]


def find_contacts(shells: Shells) -> Contacts:
    """Contacts between objects, whatever their status.

    Candidates for walls come from a spatial hash (:func:`citytwin.kernels.segment_hash.party_walls`), for floors on
    roofs from their boxes in plan; the common area is the intersection of the two polygons in one plane, so that gables
    and stepped walls count with their true shape.
    """
    walls, floors = _wall_contacts(shells), _floor_contacts(shells)
    return Contacts(
        *(
            np.concatenate([getattr(walls, name), getattr(floors, name)])
            for name in ("surface", "other", "shape", "vertical", "base_length")
        )
    )


def share_areas(
    contacts: Contacts,
    shells: Shells,
    standing: NDArray[np.bool_],
    heated: NDArray[np.bool_],
    two_sided: NDArray[np.bool_],
) -> SharedAreas:
    """Covered areas by what covers them: the same building first, then heated, then unheated neighbours.

    Only standing buildings share walls. A roof under an unheated neighbour keeps its full heat loss, on the safe side.

    Parameters
    ----------
    contacts : Contacts
    shells : Shells
    standing, heated : bool arrays (n_buildings,)
    two_sided : bool array (m,)
        Surfaces with the same building on both sides.
    """
    here, there = shells.building[contacts.surface], shells.building[contacts.other]
    same = here == there
    neighbours = ~same & standing[here] & standing[there]
    warm = same | (neighbours & heated[there])
    above = contacts.vertical | (shells.kind[contacts.surface] != GroupKind.ROOF)
    cold = warm | (neighbours & ~heated[there] & above)
    inside, inside_warm, inside_any = (_covered(contacts, shells, chosen) for chosen in (same, warm, cold))
    inside = np.where(two_sided, shells.area, inside)
    inside_warm, inside_any = np.maximum(inside, inside_warm), np.maximum(inside, inside_any)
    base = sum_by(contacts.surface, np.where(cold, contacts.base_length, 0.0), len(shells))
    return SharedAreas(inside, inside_warm - inside, np.maximum(inside_any - inside_warm, 0.0), base)


def two_sided_surfaces(city: CityModel, shells: Shells) -> NDArray[np.bool_]:
    """Surfaces that solids of two objects of one building use, once from each side (m,)."""
    solids = city.solids
    object_of_entry = solids.object[row_of(solids.offsets)]
    counted = city.of_building[object_of_entry]
    several = np.flatnonzero(np.bincount(solids.surface[counted], minlength=len(city.surfaces)) > 1)
    shared = np.zeros(len(city.surfaces), bool)
    if not len(several):
        return shared[shells.row]
    place = np.full(len(city.surfaces), -1, np.int64)
    place[several] = np.arange(len(several))
    entries = np.flatnonzero((place[solids.surface] >= 0) & counted)
    user = object_of_entry[entries].astype(np.int64)

    def users_of(owner: NDArray[np.integer]) -> NDArray[np.int64]:
        pairs = np.unique(place[solids.surface[entries]] * len(city.objects) + owner)
        return np.bincount(pairs // len(city.objects), minlength=len(several))

    shared[several] = (users_of(user) > 1) & (users_of(city.objects.root[user]) == 1)
    return shared[shells.row]


def _covered(contacts: Contacts, shells: Shells, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    import shapely

    if not chosen.any():
        return np.zeros(len(shells))
    surfaces, group = np.unique(contacts.surface[chosen], return_inverse=True)
    covered = np.zeros(len(shells))
    covered[surfaces] = shapely.area(union_by(contacts.shape[chosen], group, len(surfaces)))
    return np.minimum(covered, shells.area)


def _wall_contacts(shells: Shells) -> Contacts:
    import shapely

    from citytwin.kernels.segment_hash import party_walls

    horizontal = np.hypot(shells.normal[:, 0], shells.normal[:, 1])
    lean = math.tan(math.radians(LEAN_DEG))
    walls = np.flatnonzero(
        (shells.kind == GroupKind.WALL)
        & (np.abs(shells.normal[:, 2]) <= lean * horizontal)
        & (shells.area > LEAST_AREA_M2)
    )
    surface_rings, ring_vertices, kept = shells.rings_of(walls)
    offsets = ring_vertices[surface_rings]
    points = shells.vertices[kept]
    outward = shells.normal[walls, :2] / horizontal[walls, None]
    wall = row_of(offsets)
    along = _along(points, outward[wall])
    across = (points[:, :2] * outward[wall]).sum(1)
    if not len(walls):
        return _no_contacts()
    low, high = np.minimum.reduceat(along, offsets[:-1]), np.maximum.reduceat(along, offsets[:-1])
    plane = sum_by(wall, across, len(walls)) / np.diff(offsets)
    direction = np.stack([-outward[:, 1], outward[:, 0]], axis=1)
    foot = plane[:, None] * outward
    segments = np.concatenate([foot + low[:, None] * direction, foot + high[:, None] * direction], axis=1)
    found = party_walls(
        np.ascontiguousarray(segments),
        np.stack([shells.z_low[walls], shells.z_high[walls]], axis=1),
        np.ascontiguousarray(outward),
        shells.object[walls].astype(np.int32),
        shells.area[walls],
        GAP_M,
        math.radians(ANGLE_DEG),
        OVERLAP_M,
        CELL_M,
    )
    here = np.concatenate([found.wall_a, found.wall_b])
    there = np.concatenate([found.wall_b, found.wall_a])
    if not len(here):
        return _no_contacts()
    used, which = np.unique(here, return_inverse=True)
    own = _wall_shapes(shells, walls[used], outward[used])[which]
    shape = shapely.intersection(own, _wall_shapes(shells, walls[there], outward[here]))
    touching = shapely.area(shape) > LEAST_AREA_M2
    here, there, shape = here[touching], there[touching], shape[touching]
    left, bottom, right, _ = shapely.bounds(shape).T
    at_base = bottom <= shells.z_low[walls[here]] + BASE_M
    return Contacts(walls[here], walls[there], shape, np.ones(len(here), bool), np.where(at_base, right - left, 0.0))


def _along(points: NDArray[np.float64], outward: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coordinate of each point along the wall with the given outward normal, m."""
    return points[:, 1] * outward[:, 0] - points[:, 0] * outward[:, 1]


def _wall_shapes(shells: Shells, rows: NDArray[np.int64], outward: NDArray[np.float64]) -> Polygons:
    """Polygons of walls in planes with the given outward normals: along the plane, and height."""
    surface_rings, ring_vertices, kept = shells.rings_of(rows)
    points = shells.vertices[kept]
    along = _along(points, outward[row_of(ring_vertices[surface_rings])])
    return polygons(surface_rings, ring_vertices, np.stack([along, points[:, 2]], axis=1))


def _floor_contacts(shells: Shells) -> Contacts:
    import shapely

    level = np.abs(shells.normal[:, 2]) >= math.cos(math.radians(ANGLE_DEG)) * shells.area
    level &= shells.area > LEAST_AREA_M2
    up = np.flatnonzero(level & (shells.kind == GroupKind.ROOF) & (shells.normal[:, 2] > 0))
    down = np.flatnonzero(level & np.isin(shells.kind, (GroupKind.GROUND, GroupKind.OUTER_FLOOR)))
    if not len(up) or not len(down):
        return _no_contacts()
    floor, roof = shapely.STRtree(shapely.box(*shells.plan_boxes(up))).query(shapely.box(*shells.plan_boxes(down)))
    floor, roof = down[floor], up[roof]
    height = (shells.z_low + shells.z_high) / 2
    kept = (shells.object[floor] != shells.object[roof]) & (np.abs(height[floor] - height[roof]) <= GAP_M)
    floor, roof = floor[kept], roof[kept]
    if not len(floor):
        return _no_contacts()
    used, which = np.unique(np.concatenate([floor, roof]), return_inverse=True)
    surface_rings, ring_vertices, points = shells.rings_of(used)
    shapes = polygons(surface_rings, ring_vertices, shells.vertices[points, :2])[which]
    shape = shapely.intersection(shapes[: len(floor)], shapes[len(floor) :])
    touching = shapely.area(shape) > LEAST_AREA_M2
    floor, roof, shape = floor[touching], roof[touching], shape[touching]
    n = 2 * len(floor)
    return Contacts(
        np.concatenate([floor, roof]),
        np.concatenate([roof, floor]),
        np.concatenate([shape, shape]),
        np.zeros(n, bool),
        np.zeros(n),
    )


def _no_contacts() -> Contacts:
    none = np.empty(0, np.int64)
    return Contacts(none, none, np.empty(0, object), np.empty(0, bool), np.empty(0))
