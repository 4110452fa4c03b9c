"""Rays from places to the sun: how many of some directions each point sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin._threads import map_blocks
from citytwin.kernels.any_hit import any_hit
from citytwin.kernels.bvh import Bvh, build_bvh
from citytwin.kernels.patch_visibility import GRAZING, LANES, packet_masks, visible_directions
from citytwin.kernels.reinhart import reinhart
from citytwin.model.buildings import Buildings
from citytwin.model.city import CityModel
from citytwin.model.enums import Status
from citytwin.model.ragged import offsets_of, row_of
from citytwin.model.sun_hours import SunReceivers
from citytwin.model.trees import Trees
from citytwin.model.triangles import GRID_M, Triangles
from citytwin.solar.crowns import crowns_of, transmission
from citytwin.solar.samples import BURIED_SHARE, LIFT_M, T_MIN_M
from citytwin.solar.scene import HALO_M, check_buildings, near_cell, rounded, scene_of

RUN_POINTS = 256
"""Points of one direction of view that are cast as one surface, at most."""

TILE_M = 16.0
"""Side of the tiles by which points on the ground are put next to their neighbours."""

PART_OF_SKY = 5
"""Points are asked about every so many-th patch of the sky first."""

RUNS_A_BLOCK = 16
RAYS_AT_A_TIME = 1_000_000


class Obstacles:
    """Triangles that stand in the way, and the trees of those around each cell that was asked for.

    Parameters
    ----------
    triangles : float64 array (m, 3, 3)
        Relative to the origin of the city.
    halo_m : float
        Distance from a cell up to which they shade it.
    """

    def __init__(self, triangles: NDArray[np.float64], halo_m: float = HALO_M) -> None:
        self.triangles, self.halo_m = triangles, halo_m
        self._trees: dict[tuple[float, ...], Bvh] = {}

    def tree(self, shift: NDArray[np.float64]) -> Bvh:
        """Tree of what is within the halo of the cell at `shift` (3,), relative to its corner."""
        key = tuple(shift.tolist())
        if key not in self._trees:
            self._trees[key] = build_bvh(self.around(shift))
        return self._trees[key]

    def around(self, shift: NDArray[np.float64]) -> NDArray[np.float32]:
        """The triangles of that tree, float32 (k, 3, 3)."""
        return (self.triangles[near_cell(self.triangles, shift, self.halo_m)] - shift).astype(np.float32)


def obstacles(
    city: CityModel,
    buildings: Buildings,
    context: CityModel | Triangles | None,
    terrain: Triangles | None = None,
    halo_m: float = HALO_M,
) -> Obstacles:
    """Triangles of today's buildings, of the relief of the city, of context and of more terrain."""
    if context is not None and not isinstance(context, CityModel | Triangles):
        raise TypeError(f"context must be a CityModel or Triangles, not {type(context).__name__}")
    if isinstance(context, CityModel) and context.crs != city.crs:
        raise ValueError(f"the context is in {context.crs}, the city in {city.crs}")
    scene = scene_of(city, buildings, context)
    parts = [scene.triangles, scene.terrain]
    if terrain is not None:
        parts.append(rounded(terrain.xyz + (terrain.origin - city.origin)))
    return Obstacles(np.concatenate(parts), halo_m)


def by_cell(
    city: CityModel, receivers: SunReceivers, scene: Obstacles
) -> Iterator[tuple[NDArray[np.int64], Bvh, NDArray[np.float64]]]:
    """For each cell of the 1 km grid: its places, the tree of what stands around it, and its corner."""
    cells, cell_of = np.unique(receivers.cell, axis=0, return_inverse=True)
    for k, cell in enumerate(cells):
        shift = np.array([*(GRID_M * cell), 0.0]) - city.origin
        yield np.flatnonzero(cell_of == k), scene.tree(shift), shift


class _Packed(NamedTuple):
    """Points of places in the order they are cast in: neighbours that look the same way side by side.

    Parameters
    ----------
    order : int64 array (s,)
        Point at each position.
    offsets : int64 array (r + 1,)
        First position of each run of points of one direction of view.
    origins : float32 array (s, 3)
    normals : float32 array (r, 3)
    """

    order: NDArray[np.int64]
    offsets: NDArray[np.int64]
    origins: NDArray[np.float32]
    normals: NDArray[np.float32]


def _packed(receivers: SunReceivers, shift: NDArray[np.float64]) -> _Packed:
    """Storeys of one facade share packets of rays, and so do points on the ground within a tile."""
    row = row_of(receivers.offsets)
    ground = (receivers.building < 0)[row]
    tile = np.where(ground[:, None], np.floor(receivers.xyz[:, 1::-1] / TILE_M), 0.0)
    facing, view = np.unique(receivers.normal.astype(np.float32), axis=0, return_inverse=True)
    group = np.where(ground, -1, receivers.surface[row])
    order = np.lexsort((np.arange(len(row)), tile[:, 1], tile[:, 0], group, view[row]))
    view, group = view[row][order], group[order]
    new = np.append(True, (view[1:] != view[:-1]) | (group[1:] != group[:-1])) if len(order) else np.empty(0, bool)
    within = np.arange(len(order)) - np.flatnonzero(new)[np.cumsum(new) - 1]
    starts = np.flatnonzero(new | (within % RUN_POINTS == 0))
    return _Packed(
        order,
        np.append(starts, len(order)).astype(np.int64),
        (receivers.xyz[order] - shift).astype(np.float32),
        np.ascontiguousarray(facing[view[starts]]),
    )


def seen_directions(
    bvh: Bvh, receivers: SunReceivers, shift: NDArray[np.float64], directions: Sequence[NDArray[np.float64]]
) -> NDArray[np.int32]:
    """Number of directions of each set that each point sees, int32 (s, k); those behind the surface do not count."""
    order, offsets, origins, normals = _packed(receivers, shift)
    result = np.zeros((len(order), len(directions)), np.int32)
    for k, wanted in enumerate(directions):
        rays = np.ascontiguousarray(wanted, np.float32)

        def count(start: int, stop: int, rays: NDArray[np.float32] = rays) -> NDArray[np.int32]:
            return visible_directions(bvh, origins, offsets, normals, rays, T_MIN_M, start, stop)

        result[order, k] = np.concatenate([np.empty(0, np.int32), *map_blocks(count, len(normals), RUNS_A_BLOCK)])
    return result


def seen_rays(
    bvh: Bvh, receivers: SunReceivers, shift: NDArray[np.float64], directions: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which directions each point sees, bool (s, d); none behind the surface."""
    order, offsets, origins, normals = _packed(receivers, shift)
    rays = np.ascontiguousarray(directions, np.float32)
    lane = np.arange(LANES, dtype=np.uint16)[None, :, None]

    def look(start: int, stop: int) -> NDArray[np.bool_]:
        masks = packet_masks(bvh, origins, offsets, normals, rays, T_MIN_M, start, stop)
        bits = ((masks[:, None, :] >> lane) & np.uint16(1)).astype(bool).reshape(LANES * len(masks), len(rays))
        n_points = np.diff(offsets[start : stop + 1])
        first = offsets_of(-(-n_points // LANES))[:-1] * LANES
        return bits[np.repeat(first - offsets_of(n_points)[:-1], n_points) + np.arange(n_points.sum())]

    result = np.zeros((len(order), len(rays)), bool)
    result[order] = np.concatenate([np.empty((0, len(rays)), bool), *map_blocks(look, len(normals), RUNS_A_BLOCK)])
    return result


def outdoors(
    city: CityModel, receivers: SunReceivers, scene: Obstacles
) -> tuple[SunReceivers, NDArray[np.bool_], NDArray[np.bool_]]:
    """Places without the points that are buried in buildings or walls shared with neighbours.

    A facade or roof all of whose points are buried is looked at from its other side, as in
    :func:`citytwin.solar.samples.look_at_sky`. Yards and points stay as they are.

    Returns
    -------
    receivers : SunReceivers
    turned : bool array (n,)
        Which of these places are looked at from their other side.
    kept : bool array (s,)
        Which points are left.
    """
    row, envelope = row_of(receivers.offsets), receivers.building >= 0
    kept = ~envelope[row]
    kept[envelope[row]] = _sees_sky(city, receivers.take(np.flatnonzero(envelope)), scene)
    buried = np.flatnonzero(envelope & (np.bincount(row[kept], minlength=len(receivers)) == 0))
    behind = turned_round(receivers, buried).take(buried)
    seen = _sees_sky(city, behind, scene)
    half = np.bincount(row_of(behind.offsets)[seen], minlength=len(buried)) * 2 >= np.diff(behind.offsets)
    turned = np.zeros(len(receivers), bool)
    turned[buried[half]] = True
    kept[turned[row]] = seen[half[row_of(behind.offsets)]]
    receivers = turned_round(receivers, buried[half])
    return receivers.keep(kept), turned[np.unique(row[kept])], kept


def turned_round(receivers: SunReceivers, rows: NDArray[np.integer]) -> SunReceivers:
    """The same places, some of them looked at from their other side."""
    row = row_of(receivers.offsets)
    normal, xyz = receivers.normal.copy(), receivers.xyz.copy()
    moved = np.isin(row, rows)
    xyz[moved] -= 2.0 * LIFT_M * normal[row[moved]]
    normal[rows] *= -1.0
    return replace(receivers, normal=normal, xyz=xyz)


def _sees_sky(city: CityModel, receivers: SunReceivers, scene: Obstacles) -> NDArray[np.bool_]:
    """Whether points see more than a sliver of the sky (s,); only points that see little of a part are asked on."""
    directions = reinhart(1).direction
    few = int(BURIED_SHARE * len(directions))
    row = row_of(receivers.offsets)
    outside = np.zeros(len(row), bool)
    for rays in (directions[::PART_OF_SKY], directions):
        asked = np.flatnonzero(~outside)
        part = receivers.keep(~outside)
        inner = row_of(part.offsets)
        for rows, bvh, shift in by_cell(city, part, scene):
            points = asked[np.isin(inner, rows)]
            outside[points] = seen_directions(bvh, part.take(rows), shift, [rays])[:, 0] > few
    return outside


def sunlight_past_own_building(
    city: CityModel,
    buildings: Buildings,
    receivers: SunReceivers,
    context: CityModel | Triangles | None,
    terrain: Triangles | None,
    trees: Trees,
    directions: Sequence[NDArray[np.float64]],
    bare: Sequence[bool],
) -> NDArray[np.float64]:
    """Directions of each set that each point sees where its own building stops nothing, float64 (s, k).

    Each counts with what crowns let through. Every other building differs from a place's own in at least one binary
    digit of its number. For each digit there are two trees, of the buildings with a 0 and with a 1 there; the trees of
    the opposite digits hold together all buildings but the own one. Rays that one tree stops are not cast at the next.
    """
    number = np.arange(len(buildings))
    digits = max(1, int(len(buildings) - 1).bit_length())
    halves = [
        [obstacles(city, standing(buildings, (number >> bit) & 1 == value), None) for value in (0, 1)]
        for bit in range(digits)
    ]
    rest = obstacles(city, none_standing(buildings), context, terrain)
    row = row_of(receivers.offsets)
    result = np.zeros((len(row), len(directions)))
    for rows, bvh, shift in by_cell(city, receivers, obstacles(city, buildings, None)):
        points = np.flatnonzero(np.isin(row, rows))
        bvhs = [[half.tree(shift) for half in pair] for pair in halves]
        owner = receivers.building[row[points]]
        origins = (receivers.xyz[points] - shift).astype(np.float32)
        facing = receivers.normal[row[points]].astype(np.float32)
        for k, wanted in enumerate(directions):
            rays = np.ascontiguousarray(wanted, np.float32)
            for point, ray in _facing_rays(facing, rays):
                for tree, chosen in _opposite(bvhs, rest.tree(shift), owner, bvh):
                    tested = chosen[point]
                    stopped = np.zeros(len(point), bool)
                    stopped[tested] = any_hit(
                        tree, origins[point[tested]], rays[ray[tested]], T_MIN_M, np.float32(np.inf)
                    )
                    point, ray = point[~stopped], ray[~stopped]
                passed = _through(trees, city, shift, origins[point], rays[ray], bare[k])
                result[points, k] += np.bincount(point, passed, minlength=len(points))
    return result


def kept_by_crowns(
    city: CityModel,
    receivers: SunReceivers,
    scene: Obstacles,
    trees: Trees,
    directions: Sequence[NDArray[np.float64]],
    bare: Sequence[bool],
) -> NDArray[np.float64]:
    """Directions of each set that crowns keep from each point, in part or whole, float64 (s, k)."""
    row = row_of(receivers.offsets)
    result = np.zeros((len(row), len(directions)))
    if not len(trees):
        return result
    for rows, bvh, shift in by_cell(city, receivers, scene):
        points = np.flatnonzero(np.isin(row, rows))
        origins = (receivers.xyz[points] - shift).astype(np.float32)
        facing = receivers.normal[row[points]].astype(np.float32)
        for k, wanted in enumerate(directions):
            rays = np.ascontiguousarray(wanted, np.float32)
            for point, ray in _facing_rays(facing, rays):
                passed = _through(trees, city, shift, origins[point], rays[ray], bare[k])
                dim = np.flatnonzero(passed < 1.0)
                point, ray = point[dim], ray[dim]
                free = ~any_hit(bvh, origins[point], rays[ray], T_MIN_M, np.float32(np.inf))
                result[points, k] += np.bincount(point, (1.0 - passed[dim]) * free, minlength=len(points))
    return result


def _through(
    trees: Trees,
    city: CityModel,
    shift: NDArray[np.float64],
    origins: NDArray[np.float32],
    rays: NDArray[np.float32],
    bare: bool,
) -> NDArray[np.float64]:
    """Share of the light of each ray that gets through crowns, with leaves or bare, float64 (n,)."""
    if not len(trees):
        return np.ones(len(origins))
    crown_bvh, crowns = crowns_of(trees, city.origin, shift, HALO_M)
    return transmission(crown_bvh, crowns, origins, rays)[:, int(bare)].astype(np.float64)


def _facing_rays(
    facing: NDArray[np.float32], rays: NDArray[np.float32]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Pairs of a point and a ray before its surface, a bounded number at a time."""
    n = max(1, RAYS_AT_A_TIME // max(len(rays), 1))
    for first in range(0, len(facing), n):
        point, ray = np.nonzero(facing[first : first + n] @ rays.T > GRAZING)
        yield point + first, ray


def _opposite(
    trees: list[list[Bvh]], around: Bvh, owner: NDArray[np.int64], everything: Bvh
) -> Iterator[tuple[Bvh, NDArray[np.bool_]]]:
    """Trees to cast at, each with the points (s,) it is for."""
    yield around, np.ones(len(owner), bool)
    yield everything, owner < 0
    for bit, pair in enumerate(trees):
        for value, tree in enumerate(pair):
            yield tree, (owner >= 0) & ((owner >> bit) & 1 != value)


def buildings_of(city: CityModel, buildings: Buildings | None) -> Buildings:
    """The buildings of a city: those given, which must be its own, else as it has them.

    Raises
    ------
    ValueError
        They are of another city, or not all.
    TypeError
        They are something else.
    """
    own = city.buildings()
    if buildings is None:
        return own
    if not isinstance(buildings, Buildings):
        raise TypeError(f"buildings must be Buildings of the city, not {type(buildings).__name__}")
    check_buildings(city, buildings)
    if len(buildings) != len(own):
        raise ValueError(f"these are {len(buildings)} of the {len(own)} buildings of the city: give all of them")
    return buildings


def standing(buildings: Buildings, kept: NDArray[np.bool_]) -> Buildings:
    """Buildings of which only some of today's stand."""
    return replace(buildings, status=np.where(kept, buildings.status, Status.DEMOLISHED).astype(np.int8))


def none_standing(buildings: Buildings) -> Buildings:
    """The same buildings, none of which stands."""
    return standing(buildings, np.zeros(len(buildings), bool))
