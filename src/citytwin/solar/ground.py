"""Ground in tiles: what stops rays that go down, and reflects."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.model.ragged import offsets_of

TILE_M = 10.0
"""Side of a tile."""

REACH_M = 100.0
"""Distance from walls up to which ground is made."""

LIFT_M = 0.05
"""Height of samples over their tile, which need not be plane."""

MOST_SAMPLES = 2
"""Samples a tile of terrain."""


class GroundTiles(NamedTuple):
    """Ground around buildings.

    Parameters
    ----------
    points : float64 array (k, 3), m
        Samples on the tiles.
    offsets : int64 array (g + 1,)
        First sample of each tile.
    normal : float64 array (g, 3)
        Unit vectors, upwards.
    triangles : float32 array (m, 3, 3), m
    owner : int32 array (m,)
        Tile of each triangle.
    """

    points: NDArray[np.float64]
    offsets: NDArray[np.int64]
    normal: NDArray[np.float64]
    triangles: NDArray[np.float32]
    owner: NDArray[np.int32]


def ground_between(feet: NDArray[np.float64], tile: float = TILE_M, reach: float = REACH_M) -> GroundTiles:
    """Ground where there is no terrain: tiles that join the feet of walls.

    Corners of tiles at a wall lie as low as the lowest foot within the four tiles that meet there, so that no wall is
    buried; from there the ground goes on to the mean height of the corners around, step by step.

    Parameters
    ----------
    feet : float64 array (p, 3), m
        Places along walls, at the height of the ground, in any order.
    tile : float, m
        Side of a tile. Tiles are aligned with the origin.
    reach : float, m
        How far the ground extends from walls.

    Returns
    -------
    GroundTiles
    """
    if len(feet) == 0:
        return _no_ground()
    steps = int(np.ceil(reach / tile))
    cell = np.floor(feet[:, :2] / tile).astype(np.int64)
    corner = cell.min(0) - steps
    shape = cell.max(0) - corner + steps + 2
    height = np.full(shape, np.inf)
    for offset in ((0, 0), (0, 1), (1, 0), (1, 1)):
        x, y = (cell - corner + offset).T
        np.minimum.at(height, (x, y), feet[:, 2])
    known = np.isfinite(height)
    height[~known] = 0.0
    for _ in range(steps):
        total, count = _around(np.where(known, height, 0.0)), _around(known.astype(np.float64))
        edge = ~known & (count > 0.0)
        height[edge] = total[edge] / count[edge]
        known |= edge
    i, j = np.nonzero(known[:-1, :-1] & known[1:, :-1] & known[:-1, 1:] & known[1:, 1:])
    near = np.lexsort((j, i, j // 4, i // 2))
    i, j = i[near], j[near]
    west, south = tile * (i + corner[0]), tile * (j + corner[1])
    a, b = np.stack([west, south, height[i, j]], 1), np.stack([west + tile, south, height[i + 1, j]], 1)
    c = np.stack([west + tile, south + tile, height[i + 1, j + 1]], 1)
    d = np.stack([west, south + tile, height[i, j + 1]], 1)
    normal = np.cross(c - a, d - b)
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    points = np.stack([0.75 * a + 0.25 * c, 0.25 * a + 0.75 * c], 1) + LIFT_M * normal[:, None]
    triangles = np.stack([np.stack([a, b, c], 1), np.stack([a, c, d], 1)], 1)
    n = len(i)
    return GroundTiles(
        points.reshape(-1, 3),
        2 * np.arange(n + 1, dtype=np.int64),
        normal,
        triangles.reshape(-1, 3, 3).astype(np.float32),
        np.repeat(np.arange(n, dtype=np.int32), 2),
    )


def _no_ground() -> GroundTiles:
    return GroundTiles(
        np.empty((0, 3)),
        np.zeros(1, np.int64),
        np.empty((0, 3)),
        np.empty((0, 3, 3), np.float32),
        np.empty(0, np.int32),
    )


def _around(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum over each place of a grid and its eight neighbours."""
    wide = np.pad(values, 1)
    rows = wide[:, :-2] + wide[:, 1:-1] + wide[:, 2:]
    total: NDArray[np.float64] = rows[:-2] + rows[1:-1] + rows[2:]
    return total


def bisected(triangles: NDArray[np.float64], longest: float) -> NDArray[np.float64]:
    """The same surface in triangles without an edge beyond some length: the longest edge is halved until none is.

    Parameters
    ----------
    triangles : float64 array (m, 3, 3), m
    longest : float, m

    Returns
    -------
    float64 array (k, 3, 3), m

    References
    ----------
    M.-C. Rivara, "Algorithms for refining triangular grids suitable for adaptive and multigrid techniques",
    International Journal for Numerical Methods in Engineering 20(4), 1984, doi:10.1002/nme.1620200412.
    """
    small = []
    while len(triangles):
        edges = np.linalg.norm(np.roll(triangles, -1, axis=1) - triangles, axis=2)
        rows, edge = np.arange(len(triangles)), edges.argmax(1)
        done = edges[rows, edge] <= longest
        small.append(triangles[done])
        rows, edge, triangles = rows[: (~done).sum()], edge[~done], triangles[~done]
        a, b, c = (triangles[rows, (edge + k) % 3] for k in range(3))
        middle = 0.5 * (a + b)
        triangles = np.concatenate([np.stack([a, middle, c], 1), np.stack([middle, b, c], 1)])
    return np.concatenate([np.empty((0, 3, 3)), *small])


def ground_of_terrain(triangles: NDArray[np.float64], tile: float = TILE_M) -> GroundTiles:
    """Terrain in tiles: its triangles are grouped by the tile that holds their middle, and sampled there.

    Triangles larger than a tile are divided first.

    Parameters
    ----------
    triangles : float64 array (m, 3, 3), m
        In any orientation.
    tile : float, m
        Side of a tile.

    Returns
    -------
    GroundTiles
        Upright triangles belong to a tile, too, but are not sampled.
    """
    if len(triangles) == 0:
        return _no_ground()
    corners = bisected(triangles.astype(np.float64), 1.5 * tile)
    vector = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2.0
    vector *= np.where(vector[:, 2] < 0.0, -1.0, 1.0)[:, None]
    middle = corners.mean(1)
    place = np.floor(middle[:, :2] / tile).astype(np.int64)
    _, owner = np.unique(place, axis=0, return_inverse=True)
    n = int(owner.max()) + 1
    normal = np.stack([np.bincount(owner, vector[:, k], minlength=n) for k in range(3)], 1).astype(np.float64)
    normal /= np.maximum(np.linalg.norm(normal, axis=1), 1e-12)[:, None]
    order = np.lexsort((*middle.T, -vector[:, 2], owner))
    rank = np.arange(len(order)) - np.searchsorted(owner[order], owner[order])
    kept = order[(rank < MOST_SAMPLES) & (vector[order, 2] > 0.0)]
    facet = vector[kept] / np.linalg.norm(vector[kept], axis=1)[:, None]
    return GroundTiles(
        middle[kept] + LIFT_M * facet,
        offsets_of(np.bincount(owner[kept], minlength=n)),
        normal,
        corners.astype(np.float32),
        owner.astype(np.int32),
    )
