"""Reflections between surfaces and ground: what a unit of normal irradiance from each patch of the sky adds.

A pipeline of its own beside the sky: few samples a surface, 145 patches and half as many directions below the horizon.
The response to each patch is linear in sky and sun and does not depend on the weather, so hours cost no rays.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin._threads import map_blocks
from citytwin.kernels.bvh import Bvh, build_bvh
from citytwin.kernels.crown_transmission import Crowns
from citytwin.kernels.exchange import Exchange, exchange_rows, received
from citytwin.kernels.first_hit import first_hits_of_surface
from citytwin.kernels.grid_samples import grid_samples
from citytwin.kernels.group_means import group_means
from citytwin.kernels.reinhart import reinhart
from citytwin.model.ragged import offsets_of, row_of, take_ragged, take_rings
from citytwin.solar.crowns import crown_shares
from citytwin.solar.ground import GroundTiles
from citytwin.solar.samples import BURIED_SHARE, LIFT_M, T_MIN_M

SAMPLES = 6.0
"""Samples a surface, about; small ones get 4."""

N_SKY = 145
"""Patches of the sky."""

BOUNCES = 3
"""Reflections that are followed."""

HALO_M = 100.0
"""Distance from a cell up to which surfaces reflect what they receive themselves; farther ones are unknown."""

FACING_STEP = 1e-3
"""Normals that agree after rounding to this are cast together."""

TILES_A_CAST = 8
FACINGS_A_BLOCK = 128
ROWS_A_BLOCK = 2048

WALL_TILT = 60.0
"""Tilt in degrees from which on a surface stands on the ground."""


class ReflectingSurfaces(NamedTuple):
    """Surfaces of a cell and its halo, those of one building side by side.

    Parameters
    ----------
    rings : tuple
        Offsets, offsets and vertices (float64 (v, 3), m) relative to the corner of the cell.
    normal : float64 array (n, 3)
        Outward unit normals; zeros for a surface without area.
    area : float64 array (n,), m2
    offsets : int64 array (b + 1,)
        First surface of each building.
    albedo : float64 array (s, n)
        In each state of the ground.
    """

    rings: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
    normal: NDArray[np.float64]
    area: NDArray[np.float64]
    offsets: NDArray[np.int64]
    albedo: NDArray[np.float64]


class ReflectedResponse(NamedTuple):
    """Reflections onto some surfaces.

    Parameters
    ----------
    response : float32 array (l s, k, 145)
        Irradiance reflected onto each surface per unit of irradiance from each patch of the sky on a plane that faces
        it, in each state of the leaves and, among these, of the ground. For an hour, ``sum_d B_d Omega_d L_d + DNI
        sum_k w_k B_k`` with the radiance L of the 145 patches and the weights w of the three nearest to the sun.
    sky_view : float64 array (k,)
        View factor of the sky as these rays see it.
    unknown : float64 array (k,)
        View factor of what is not known: surfaces beyond the halo or without one, ground beyond the tiles.
    closure : float64 array (k,)
        Sum of the view factors of a surface before they were scaled to 1; 0 where all of the few samples are indoors,
        and the response is the mean of the building: of use only where a closer look finds a part outdoors.
    ground_albedo : float64 array (s,)
    """

    response: NDArray[np.float32]
    sky_view: NDArray[np.float64]
    unknown: NDArray[np.float64]
    closure: NDArray[np.float64]
    ground_albedo: NDArray[np.float64]


def feet_of_walls(surfaces: ReflectingSurfaces) -> NDArray[np.float64]:
    """Places along the walls at the height of the lowest corner of their building, for the ground between them.

    Returns
    -------
    float64 array (p, 3), m
        See :func:`citytwin.solar.ground.ground_between`.
    """
    surface_rings, ring_vertices, vertices = surfaces.rings
    points, offsets = spread_samples(surfaces.rings, surfaces.normal, surfaces.area)
    building, of_vertex = row_of(surfaces.offsets), row_of(surface_rings)[row_of(ring_vertices)]
    lowest = np.full(len(surfaces.offsets) - 1, np.inf)
    np.minimum.at(lowest, building[of_vertex], vertices[:, 2])
    owner, places = np.concatenate([of_vertex, row_of(offsets)]), np.concatenate([vertices, points])
    wall = np.abs(surfaces.normal[owner, 2]) < np.cos(np.radians(WALL_TILT))
    return np.column_stack([places[wall, :2], lowest[building[owner[wall]]]])


def spread_samples(
    rings: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
    normal: NDArray[np.float64],
    area: NDArray[np.float64],
    samples: float = SAMPLES,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """About as many samples on every surface, however large: a grid whose spacing goes with its size.

    Spacings are powers of the square root of 2, in m.

    Returns
    -------
    points : float64 array (k, 3), m
    offsets : int64 array (n + 1,)
    """
    step = np.ceil(np.log2(np.maximum(area, 1.0) / samples)).astype(np.int64)
    counts = np.zeros(len(area), np.int64)
    parts = []
    for size in np.unique(step):
        rows = np.flatnonzero(step == size)
        surface_rings, ring_vertices, flat = take_rings(rings[0], rings[1], rows)
        made = grid_samples(surface_rings, ring_vertices, rings[2][flat], normal[rows], 2.0 ** (0.5 * size), LIFT_M)
        counts[rows] = np.diff(made.offsets)
        parts.append((rows, made.points))
    offsets = offsets_of(counts)
    points = np.empty((offsets[-1], 3))
    for rows, made_points in parts:
        points[take_ragged(offsets, rows)[1]] = made_points
    return points, offsets


def whole_sphere() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Directions (218, 3) and solid angles: the 145 patches of the sky, and below the horizon mirrored pairs of them.

    What lies below is ground and the lower part of walls, alike all over: half as many directions do.
    """
    above = reinhart(1)
    mirror = np.array([1.0, 1.0, -1.0])
    pairs = above.direction[:-1].reshape(-1, 2, 3).sum(1)
    pairs /= np.linalg.norm(pairs, axis=1)[:, None]
    direction = np.concatenate([above.direction, pairs * mirror, above.direction[-1:] * mirror])
    solid_angle = np.concatenate(
        [above.solid_angle, above.solid_angle[:-1].reshape(-1, 2).sum(1), above.solid_angle[-1:]]
    )
    return direction, solid_angle


class Elements(NamedTuple):
    """Surfaces and tiles that look and are looked at; those that face the same way are cast together.

    Parameters
    ----------
    points : float64 array (k, 3), m
        Samples.
    offsets : int64 array (n + 1,)
        First sample of each element.
    normal : float64 array (n, 3)
    facing_rows : int64 array (f + 1,)
        First element of each group that is cast at a time.
    facing : float64 array (f, 3)
        Its normal.
    """

    points: NDArray[np.float64]
    offsets: NDArray[np.int64]
    normal: NDArray[np.float64]
    facing_rows: NDArray[np.int64]
    facing: NDArray[np.float64]


def reflected_response(
    triangles: NDArray[np.float32],
    owner: NDArray[np.int32],
    surfaces: ReflectingSurfaces,
    ground: GroundTiles,
    ground_albedo: NDArray[np.float64],
    receivers: NDArray[np.integer],
    bounces: int = BOUNCES,
    samples: float = SAMPLES,
    free: NDArray[np.float64] | float = 1.0,
    crowns: tuple[Bvh, Crowns] | None = None,
) -> ReflectedResponse:
    r"""Reflections onto surfaces of one cell, for a unit of normal irradiance from each patch of the sky.

    The first hits of rays before each surface and tile of ground give its view factors R of the others; then, from the
    irradiance that comes straight from the patch, :math:`X_0 = \max(0, n \cdot s_d) F_d`, Jacobi sweeps follow the
    reflections, :math:`X \leftarrow X_0 + R \rho X`. What is not known is as bright as the mean of the surface's own
    building, and ground beyond the tiles as the mean of all tiles.

    Parameters
    ----------
    triangles : float32 array (m, 3, 3), m
        All that stops rays but the ground tiles, relative to the corner of the cell.
    owner : int32 array (m,)
        Row in `surfaces` of each triangle, -1 for none.
    surfaces : ReflectingSurfaces
    ground : GroundTiles
    ground_albedo : float64 array (s,)
        In each state of the ground.
    receivers : int array (k,)
        Rows of `surfaces` that are wanted.
    bounces : int
        Reflections that are followed, at least 1.
    samples : float
        Samples a surface.
    free : float64 array (145,), optional
        Share of each patch of the sky that lies above a distant skyline.
    crowns : Bvh and Crowns, optional
        Trees, which dim what surfaces and ground get from the sky, with leaves and without; what surfaces send each
        other passes them by.

    Returns
    -------
    ReflectedResponse
        Depends on the geometry only, not on the number of threads or what else is wanted.

    References
    ----------
    C. M. Goral, K. E. Torrance, D. P. Greenberg, B. Battaile, "Modeling the interaction of light between diffuse
    surfaces", Computer Graphics 18(3), 1984, pp. 213-222, doi:10.1145/964965.808601.
    """
    order = _by_facing(surfaces)
    place = np.empty(len(order) + 1, np.int64)
    place[order], place[-1] = np.arange(len(order)), -1
    n, n_tiles = len(order), len(ground.normal)
    surfaces = _taken(surfaces, order)
    elements = _elements(surfaces, ground, samples)
    beyond = n + n_tiles
    unknown = np.concatenate([row_of(surfaces.offsets) + beyond + 1, np.full(n_tiles, beyond)]).astype(np.int32)
    owners = np.concatenate([place[owner], ground.owner + n]).astype(np.int32)
    bvh = build_bvh(np.concatenate([triangles, ground.triangles]))
    exchange = _exchange(bvh, elements, owners, unknown, beyond, beyond + len(surfaces.offsets))

    wanted = place[receivers]
    sky = reinhart(1).direction
    dimmed = crown_shares(bvh, elements.points, elements.offsets, elements.normal, sky, crowns)
    straight = np.maximum(elements.normal @ sky.T, 0.0) * exchange.visible * free
    response = np.empty((len(dimmed) * len(ground_albedo), len(wanted), len(sky)), np.float32)
    for row, (share, state) in enumerate(product(dimmed, range(len(ground_albedo)))):
        rho, primary = ground_albedo[state], (straight * share).astype(np.float32)
        albedo = np.concatenate([surfaces.albedo[state], np.full(n_tiles, rho)]).astype(np.float32)
        plain = np.maximum(rho * sky[:, 2], 0.0) * free
        incident = primary
        for _ in range(bounces - 1):
            sent = _radiosity(albedo, incident, exchange.outdoors, surfaces, unknown, plain)
            incident = primary + _received(exchange, sent, np.arange(beyond))
        sent = _radiosity(albedo, incident, exchange.outdoors, surfaces, unknown, plain)
        response[row] = _filled(_received(exchange, sent, np.arange(n)), exchange.outdoors[:n], surfaces)[wanted]
    far = np.bincount(row_of(exchange.offsets), exchange.value * (exchange.column >= beyond), minlength=beyond)
    return ReflectedResponse(
        response, exchange.sky[wanted], far[wanted], exchange.closure[wanted], np.asarray(ground_albedo, np.float64)
    )


def _by_facing(surfaces: ReflectingSurfaces) -> NDArray[np.int64]:
    """Rows of surfaces in an order in which those of one building that face the same way lie side by side."""
    x, y, z = np.round(surfaces.normal / FACING_STEP).T
    return np.lexsort((x, y, z, row_of(surfaces.offsets)))


def _taken(surfaces: ReflectingSurfaces, rows: NDArray[np.int64]) -> ReflectingSurfaces:
    """Surfaces in another order within their buildings."""
    surface_rings, ring_vertices, flat = take_rings(surfaces.rings[0], surfaces.rings[1], rows)
    rings = (surface_rings, ring_vertices, surfaces.rings[2][flat])
    return ReflectingSurfaces(
        rings, surfaces.normal[rows], surfaces.area[rows], surfaces.offsets, surfaces.albedo[:, rows]
    )


def _elements(surfaces: ReflectingSurfaces, ground: GroundTiles, samples: float) -> Elements:
    """Samples of surfaces, ordered by facing, and tiles."""
    n, n_tiles = len(surfaces.normal), len(ground.normal)
    points, offsets = spread_samples(surfaces.rings, surfaces.normal, surfaces.area, samples)
    key = np.column_stack([np.round(surfaces.normal / FACING_STEP), row_of(surfaces.offsets)])
    first = np.flatnonzero(np.append(True, (key[1:] != key[:-1]).any(1))) if n > 0 else np.empty(0, np.int64)
    tiles = np.arange(0, n_tiles, TILES_A_CAST)
    up = np.tile([0.0, 0.0, 1.0], (len(tiles), 1))
    return Elements(
        np.concatenate([points, ground.points]),
        np.concatenate([offsets, offsets[-1] + ground.offsets[1:]]),
        np.concatenate([surfaces.normal, ground.normal]),
        np.concatenate([first, n + tiles, [n + n_tiles]]),
        np.concatenate([surfaces.normal[first], up]),
    )


def _exchange(
    bvh: Bvh,
    elements: Elements,
    owners: NDArray[np.int32],
    unknown: NDArray[np.int32],
    beyond: int,
    n_columns: int,
) -> Exchange:
    """View factors of all surfaces and tiles."""
    directions, solid_angle = whole_sphere()
    rays = directions.astype(np.float32)
    origins, facing = elements.points.astype(np.float32), elements.facing.astype(np.float32)
    rows = elements.facing_rows
    casts = elements.offsets[rows]

    def look(start: int, stop: int) -> Exchange:
        hits = first_hits_of_surface(bvh, origins, casts, facing, rays, T_MIN_M, start, stop)
        return exchange_rows(
            hits, elements.offsets, elements.normal, directions, solid_angle, N_SKY, owners, unknown,
            beyond, n_columns, int(BURIED_SHARE * N_SKY), rows[start], rows[stop],
        )  # fmt: skip

    blocks = map_blocks(look, len(facing), FACINGS_A_BLOCK)
    lengths = np.concatenate([np.empty(0, np.int64), *(np.diff(block.offsets) for block in blocks)])
    nothing = Exchange(
        np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.float32), np.empty((0, N_SKY), np.float32),
        np.empty(0), np.empty(0), np.empty(0),
    )  # fmt: skip
    joined = (np.concatenate(parts) for parts in zip(nothing[1:], *(block[1:] for block in blocks), strict=True))
    return Exchange(offsets_of(lengths), *joined)


def _radiosity(
    albedo: NDArray[np.float32],
    incident: NDArray[np.float32],
    outdoors: NDArray[np.float64],
    surfaces: ReflectingSurfaces,
    unknown: NDArray[np.int32],
    open_ground: NDArray[np.float64],
) -> NDArray[np.float32]:
    """What every column of the exchange matrix sends out: surfaces, tiles, ground beyond, buildings."""
    n = len(surfaces.normal)
    sent = albedo[:, None] * incident
    tiles = group_means(sent[n:], outdoors[n:], np.array([0, len(sent) - n]))
    if not outdoors[n:].any():
        tiles = open_ground[None, :]
    means = group_means(sent[:n], surfaces.area * outdoors[:n], surfaces.offsets)
    sent = np.concatenate([sent, tiles.astype(np.float32), means.astype(np.float32)])
    blind = np.flatnonzero(outdoors == 0.0)
    sent[blind] = sent[unknown[blind]]
    return sent


def _filled(
    values: NDArray[np.float32], outdoors: NDArray[np.float64], surfaces: ReflectingSurfaces
) -> NDArray[np.float32]:
    """Values of surfaces, those without outdoor samples given the mean of their building."""
    means = group_means(values, surfaces.area * outdoors, surfaces.offsets).astype(np.float32)
    blind = np.flatnonzero(outdoors == 0.0)
    values[blind] = means[row_of(surfaces.offsets)[blind]]
    return values


def _received(exchange: Exchange, sent: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Irradiance of some rows from all the others, float32 (k, q)."""

    def gather(start: int, stop: int) -> NDArray[np.float32]:
        return received(exchange.offsets, exchange.column, exchange.value, sent, rows[start:stop])

    return np.concatenate([np.empty((0, sent.shape[1]), np.float32), *map_blocks(gather, len(rows), ROWS_A_BLOCK)])
