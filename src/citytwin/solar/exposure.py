"""What every wall and roof of a city sees of the sky and of its surroundings, cell by cell of the 1 km grid."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin._threads import map_blocks
from citytwin.kernels.bvh import Bvh, build_bvh
from citytwin.kernels.crown_transmission import visible_through_crowns
from citytwin.kernels.newell import normals as area_vectors
from citytwin.kernels.reinhart import reinhart
from citytwin.model.ragged import offsets_of, take_ragged
from citytwin.model.sky_dome import Exposure, SkyDome
from citytwin.model.trees import Trees
from citytwin.model.triangles import GRID_M
from citytwin.solar.crowns import crowns_of
from citytwin.solar.ground import ground_between, ground_of_terrain
from citytwin.solar.horizon import Horizon, blocked_share, sun_blocked
from citytwin.solar.levels import COARSE
from citytwin.solar.reflections import HALO_M as REFLECTING_M
from citytwin.solar.reflections import ReflectingSurfaces, feet_of_walls, reflected_response
from citytwin.solar.sample_sums import annual_sums
from citytwin.solar.samples import T_MIN_M, SurfaceSky, look_at_sky
from citytwin.solar.scene import Scene, Standing, cell_rings, is_roof, near_cell
from citytwin.solar.snow import snow_on_roofs
from citytwin.solar.surroundings import Surroundings

SURFACES_A_BLOCK = 64


class Exposed(NamedTuple):
    """What :func:`expose` finds.

    Parameters
    ----------
    exposure : Exposure
    turned : bool array (n,)
        Surfaces whose outside is behind the polygon.
    points : float64 array (k, 3), m
        Samples outdoors, relative to the origin of the city; none unless asked for.
    offsets : int64 array (n + 1,)
        First sample of each surface.
    sums : float32 array (k,), W h/m2
        What sky and sun bring to each sample in the year.
    """

    exposure: Exposure
    turned: NDArray[np.bool_]
    points: NDArray[np.float64]
    offsets: NDArray[np.int64]
    sums: NDArray[np.float32]


def expose(
    scene: Scene,
    dome: SkyDome,
    around: Surroundings,
    samples: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Exposed:
    """Cast rays from every wall and roof of the city of a scene.

    Parameters
    ----------
    scene : Scene
    dome : SkyDome
    around : Surroundings
    samples : bool
        Whether the samples are wanted with their annual sums.
    progress : callable, optional
        Called with surfaces done and surfaces in all.
    """
    model = scene.models[0]
    receivers = model.receivers
    n, n_patches = len(receivers.surface), len(dome.patches.direction)
    leaf_states = 2 if len(around.trees) else 1
    normal, share, area, turned = np.zeros((n, 3)), np.zeros(n), np.zeros(n), np.zeros(n, bool)
    visible = np.zeros((leaf_states, n, len(dome.direction)), np.uint8)
    n_states = leaf_states * len(around.ground_albedo)
    response = np.zeros((n_states, n, len(dome.coarse.direction)), np.float32)
    points: list[NDArray[np.float64]] = [np.empty((0, 3))] * n
    sums: list[NDArray[np.float32]] = [np.empty(0, np.float32)] * n
    cells, cell_of = np.unique(receivers.cell, axis=0, return_inverse=True)
    done = 0
    for k, cell in enumerate(cells):
        rows = np.flatnonzero(np.repeat(cell_of == k, np.diff(receivers.offsets)))
        shift = np.array([*(GRID_M * cell), 0.0]) - model.city.origin
        near = near_cell(scene.triangles, shift, around.halo_m)
        triangles = (scene.triangles[near] - shift).astype(np.float32)
        terrain = scene.terrain[near_cell(scene.terrain, shift, around.halo_m)] - shift
        bvh = build_bvh(np.concatenate([triangles, terrain.astype(np.float32)]))
        seen = look_at_sky(bvh, cell_rings(model.city, receivers.surface[rows], shift), dome.direction, n_patches)
        normal[rows], share[rows], area[rows], turned[rows] = seen.normal, seen.share, seen.area, seen.turned
        through = through_crowns(bvh, seen, dome, around.trees, model.city.origin, shift, around.halo_m)
        visible[:, rows] = through if around.horizon is None else above_horizon(through, dome, around.horizon)
        if around.bounces > 0:
            response[:, rows] = reflected_onto(scene, around, rows, seen, triangles, scene.owner[near], terrain, shift)
        if samples:
            annual = annual_sums(bvh, seen, visible[:, rows], dome)
            for row, first, last in zip(rows.tolist(), seen.offsets[:-1], seen.offsets[1:], strict=True):
                points[row], sums[row] = seen.points[first:last] + shift, annual[first:last]
        done += len(rows)
        if progress is not None:
            progress(done, n)
    exposure = Exposure(
        surface=receivers.surface.astype(np.int32),
        offsets=receivers.offsets,
        building=receivers.building.astype(np.int32),
        normal=normal,
        visible=visible,
        response=response,
        share=share,
        area=area,
    )
    offsets = offsets_of(np.array([len(part) for part in points], np.int64))
    return Exposed(
        exposure,
        turned,
        np.concatenate([np.empty((0, 3)), *points]),
        offsets,
        np.concatenate([np.empty(0, np.float32), *sums]),
    )


def through_crowns(
    bvh: Bvh,
    seen: SurfaceSky,
    dome: SkyDome,
    trees: Trees,
    origin: NDArray[np.float64],
    shift: NDArray[np.float64],
    halo: float,
) -> NDArray[np.uint8]:
    """Visible fractions with trees in leaf and without, (2, n, d); without trees those that are there, (1, n, d)."""
    if not len(trees):
        return seen.visible[None]
    crown_bvh, crowns = crowns_of(trees, origin, shift, halo)
    if not len(crowns.centre):
        return np.repeat(seen.visible[None], 2, axis=0)
    origins, facing = seen.points.astype(np.float32), seen.normal.astype(np.float32)
    rays, weights = dome.direction.astype(np.float32), np.ones(len(seen.points), np.float32)

    def look(start: int, stop: int) -> NDArray[np.uint8]:
        return visible_through_crowns(
            bvh, crown_bvh, crowns, origins, weights, seen.offsets, facing, rays, T_MIN_M, start, stop
        )

    blocks = map_blocks(look, len(facing), SURFACES_A_BLOCK)
    return np.concatenate([np.empty((2, 0, len(rays)), np.uint8), *blocks], axis=1)


def above_horizon(visible: NDArray[np.uint8], dome: SkyDome, horizon: Horizon) -> NDArray[np.uint8]:
    """Visible fractions without what lies below the skyline."""
    n_patches = len(dome.patches.direction)
    free = 1.0 - np.concatenate(
        [blocked_share(horizon, dome.patches), sun_blocked(horizon, dome.direction[n_patches:]).astype(np.float64)]
    )
    return np.rint(visible * free).astype(np.uint8)


def reflected_onto(
    scene: Scene,
    around: Surroundings,
    rows: NDArray[np.int64],
    seen: SurfaceSky,
    triangles: NDArray[np.float32],
    owner: NDArray[np.int64],
    terrain: NDArray[np.float64],
    shift: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Response of the surroundings of the surfaces of a cell, float32 (s, k, 145)."""
    parts = [_reflecting(model, shift, around) for model in scene.models]
    kept = np.concatenate([part.rows for part in parts])
    place = np.full(sum(len(model.receivers.surface) for model in scene.models) + 1, -1)
    place[kept] = np.arange(len(kept))
    surfaces = _joined(parts)
    surfaces.normal[place[rows]] = seen.normal
    reach = near_cell(terrain, np.zeros(3), REFLECTING_M)
    ground = ground_of_terrain(terrain[reach]) if len(reach) else ground_between(feet_of_walls(surfaces))
    order = np.lexsort(triangles.reshape(-1, 9).T)  # of walls that coincide, rays meet the same one whatever came first
    owners = place[owner[order]].astype(np.int32)
    crowns = None
    if len(around.trees):
        crowns = crowns_of(around.trees, scene.models[0].city.origin, shift, around.halo_m)
    free = 1.0 if around.horizon is None else 1.0 - blocked_share(around.horizon, reinhart(COARSE))
    response = reflected_response(
        triangles[order], owners, surfaces, ground, around.ground_albedo, place[rows], around.bounces,
        free=free, crowns=crowns,
    ).response  # fmt: skip
    response[:, seen.share == 0.0] = 0.0
    return response


class _Reflecting(NamedTuple):
    """Surfaces of one model about a cell, and their rows in the scene."""

    rows: NDArray[np.int64]
    surfaces: ReflectingSurfaces


def _reflecting(model: Standing, shift: NDArray[np.float64], around: Surroundings) -> _Reflecting:
    low, high = model.low - shift[:2], model.high - shift[:2]
    near = np.flatnonzero(((high >= -REFLECTING_M) & (low <= GRID_M + REFLECTING_M)).all(1))
    offsets, rows = take_ragged(model.receivers.offsets, near)
    surface = model.receivers.surface[rows]
    rings = cell_rings(model.city, surface, shift - model.shift)
    normal = area_vectors(*rings)
    area = np.linalg.norm(normal, axis=1)
    normal /= np.where(area > 0.0, area, 1.0)[:, None]
    roof = is_roof(model.city, surface)
    bare = np.where(roof, around.albedo["roof"], around.albedo["wall"])
    states = [bare]
    if len(around.ground_albedo) > 1:
        states.append(
            snow_on_roofs(bare, np.where(roof, model.city.surfaces.tilt[surface], 90.0), around.ground_albedo[1])
        )
    return _Reflecting(rows + model.first, ReflectingSurfaces(rings, normal, area, offsets, np.stack(states)))


def _joined(parts: list[_Reflecting]) -> ReflectingSurfaces:
    """Surfaces of several models as one."""
    rings = [part.surfaces.rings for part in parts]
    counts = [np.concatenate([np.diff(ring[k]) for ring in rings]) for k in (0, 1)]
    buildings = np.concatenate([np.diff(part.surfaces.offsets) for part in parts])
    return ReflectingSurfaces(
        (offsets_of(counts[0]), offsets_of(counts[1]), np.concatenate([ring[2] for ring in rings])),
        np.concatenate([part.surfaces.normal for part in parts]),
        np.concatenate([part.surfaces.area for part in parts]),
        offsets_of(buildings),
        np.concatenate([part.surfaces.albedo for part in parts], axis=1),
    )
