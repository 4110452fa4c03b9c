"""Where sun and sky are looked at on buildings: storeys of facades, and roofs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels.grid_samples import grid_samples
from citytwin.kernels.newell import normals as area_vectors
from citytwin.model.buildings import Buildings
from citytwin.model.city import CityModel
from citytwin.model.ragged import offsets_of, row_of
from citytwin.model.sun_hours import SunReceivers
from citytwin.solar.samples import LIFT_M, SPACING_M
from citytwin.solar.scene import Receivers, cell_rings, is_roof, receivers_of

STOREY_M = 3.0
"""Height of a storey where none is given: facades are cut into bands of this height from the ground of a building."""

_NO_SHIFT = np.zeros(3)


def facade_storeys(
    city: CityModel, buildings: Buildings, receivers: Receivers, storey_m: float, spacing: float
) -> SunReceivers:
    """Storeys of facades: points every `spacing` along a level line in the middle of each storey, inside the wall.

    Storeys are bands of equal height from the ground of each building; a band counts where its middle lies within the
    wall.
    """
    owner = np.repeat(receivers.building, np.diff(receivers.offsets))
    wall = np.flatnonzero(~is_roof(city, receivers.surface))
    rings = cell_rings(city, receivers.surface[wall], _NO_SHIFT)
    vertices, normal = rings[2], _unit(area_vectors(*rings))
    starts = rings[1][rings[0][:-1]]
    ground = buildings.ground_z[owner[wall]] - city.origin[2]
    filled = np.flatnonzero(np.diff(rings[1][rings[0]]) > 0)
    low, high = np.full(len(wall), np.inf), np.full(len(wall), -np.inf)
    low[filled] = np.minimum.reduceat(vertices[:, 2], starts[filled])
    high[filled] = np.maximum.reduceat(vertices[:, 2], starts[filled])
    level = np.hypot(normal[:, 0], normal[:, 1]) > 1e-3
    ground = np.where(np.isfinite(ground), ground, low)
    first = np.ceil((low - ground) / storey_m - 0.5)
    count = np.where(level & (high > low), np.ceil((high - ground) / storey_m - 0.5) - first, 0).astype(np.int64)
    band = row_of(offsets_of(count))
    storey = (np.arange(len(band)) - offsets_of(count)[band] + first[band]).astype(np.int64)
    along = np.column_stack([-normal[:, 1], normal[:, 0]]) / np.maximum(
        np.hypot(normal[:, 0], normal[:, 1]), 1e-12
    ).reshape(-1, 1)
    z = ground[band] + (storey + 0.5) * storey_m
    part, start, stop = _level_cuts(rings, band, z, along)
    n_points = np.maximum(1, np.round((stop - start) / spacing)).astype(np.int64)
    cut = row_of(offsets_of(n_points))
    step = (np.arange(len(cut)) - offsets_of(n_points)[cut] + 0.5) / n_points[cut]
    u = start[cut] + step * (stop - start)[cut]
    row = part[cut]
    surface = band[row]
    # Distance of the wall's plane from the origin along its level normal, at the height of the points.
    face = normal[surface]
    foot = vertices[starts[surface]]
    flat = np.hypot(face[:, 0], face[:, 1])
    away = (face * foot).sum(1) - face[:, 2] * z[row]
    across = face[:, :2] / (flat**2)[:, None]
    xyz = np.column_stack([u[:, None] * along[surface] + away[:, None] * across, z[row]]) + LIFT_M * face
    counts = np.bincount(row, minlength=len(band))
    used = np.flatnonzero(counts)
    wall_of = wall[band[used]]
    return SunReceivers(
        kind=np.full(len(used), "facade", object),
        label=np.full(len(used), "", object),
        building=owner[wall_of],
        surface=receivers.surface[wall_of],
        storey=storey[used],
        normal=normal[band[used]],
        cell=np.repeat(receivers.cell, np.diff(receivers.offsets), axis=0)[wall_of],
        offsets=offsets_of(counts[used]),
        xyz=xyz,
    )


def _level_cuts(
    rings: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
    band: NDArray[np.int64],
    z: NDArray[np.float64],
    along: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Stretches of level lines inside polygons.

    Returns
    -------
    part : int64 array (k,)
        Row of `band` each stretch belongs to, ascending.
    start, stop : float64 arrays (k,), m
        Along the polygon's level direction.
    """
    surface_rings, ring_vertices, vertices = rings
    follower = np.arange(len(vertices)) + 1
    follower[ring_vertices[1:] - 1] = ring_vertices[:-1]
    first, last = ring_vertices[surface_rings[:-1]], ring_vertices[surface_rings[1:]]
    n_edges = (last - first)[band]
    line = row_of(offsets_of(n_edges))
    edge = np.arange(len(line)) - offsets_of(n_edges)[line] + first[band][line]
    p, q = vertices[edge], vertices[follower[edge]]
    crossing = np.flatnonzero((p[:, 2] > z[line]) != (q[:, 2] > z[line]))
    p, q, line = p[crossing], q[crossing], line[crossing]
    share = (z[line] - p[:, 2]) / (q[:, 2] - p[:, 2])
    u = ((p + share[:, None] * (q - p))[:, :2] * along[band[line]]).sum(1)
    order = np.lexsort((u, line))
    u, line = u[order], line[order]
    return line[::2], u[::2], u[1::2]


def roofs(city: CityModel, receivers: Receivers) -> SunReceivers:
    """Roofs with points on a 2 m grid."""
    owner = np.repeat(receivers.building, np.diff(receivers.offsets))
    roof = np.flatnonzero(is_roof(city, receivers.surface))
    rings = cell_rings(city, receivers.surface[roof], _NO_SHIFT)
    normal = _unit(area_vectors(*rings))
    samples = grid_samples(*rings, normal, SPACING_M, LIFT_M)
    filled = np.flatnonzero(np.diff(samples.offsets))
    roof, normal = roof[filled], normal[filled]
    return SunReceivers(
        kind=np.full(len(roof), "roof", object),
        label=np.full(len(roof), "", object),
        building=owner[roof],
        surface=receivers.surface[roof],
        storey=np.full(len(roof), -1),
        normal=normal,
        cell=np.repeat(receivers.cell, np.diff(receivers.offsets), axis=0)[roof],
        offsets=offsets_of(np.diff(samples.offsets)[filled]),
        xyz=samples.points,
    )


def envelope_places(city: CityModel, buildings: Buildings, storey_m: float, spacing: float) -> SunReceivers:
    """Storeys of facades, then roofs, of all buildings of today."""
    receivers = receivers_of(city, buildings)
    return SunReceivers.concat([facade_storeys(city, buildings, receivers, storey_m, spacing), roofs(city, receivers)])


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(length > 0.0, length, 1.0)
