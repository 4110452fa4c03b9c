"""The skyline around a point: greatest elevation angle in each direction of the compass.

Height above the horizontal of the point counts less the farther away it is, as the earth curves away and light bends
after it: a point at distance r drops by (1 - k) r^2 / (2 R).
"""

import math

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth (GRS 80; H. Moritz, Journal of Geodesy 74, 2000, doi:10.1007/s001900050278)."""

REFRACTION = 0.13
"""Mean coefficient of terrestrial refraction k (Gauss; W. Torge, J. Mueller, Geodesy, 2012,
doi:10.1515/9783110250008)."""

_ALONG = 1e-12
"""Component of a direction up to which it runs along a line of the grid."""
_DROP = (1.0 - REFRACTION) / (2.0 * EARTH_RADIUS_M)


@jit
def _raise(tangents: NDArray[np.float64], column: int, x: float, y: float, z: float, nearest: float) -> None:
    """Lift the skyline of one sector to a point relative to the observer."""
    distance = math.sqrt(x * x + y * y)
    if distance >= nearest and distance > 0.0:
        tangents[column] = max(tangents[column], z / distance - _DROP * distance)


@jit
def horizon_of_triangles(
    triangles: NDArray[np.float64], point: NDArray[np.float64], n_sectors: int, nearest: float
) -> NDArray[np.float64]:
    r"""Skyline of triangles: greatest elevation angle over each sector of the compass, edge by edge.

    Along an edge P + s D the tangent of the elevation, z / r, has one extreme inside,
    :math:`s = (z_P P \cdot D - z_D P \cdot P) / (z_D P \cdot D - z_P D \cdot D)` with plan vectors in the products; the
    curvature of the earth, left out here, moves it a little. It, the ends, and where borders of sectors are crossed
    decide.

    Parameters
    ----------
    triangles : float64, (m, 3, 3), m
        East, north, up. The point must not lie within one in plan.
    point : float64, (3,), m
        Where the eye is.
    n_sectors : int
        Sectors of equal width, at least 3, the first centred on north, clockwise.
    nearest : float, m
        Points of edges nearer than this, in plan, do not count.

    Returns
    -------
    float64, (n_sectors,), radians
        Above the horizontal; -pi / 2 where nothing stands.
    """
    tangents = np.full(n_sectors, -np.inf)
    width = 2.0 * math.pi / n_sectors
    for t in range(len(triangles)):
        for corner in range(3):
            after = (corner + 1) % 3
            x = triangles[t, corner, 0] - point[0]
            y = triangles[t, corner, 1] - point[1]
            z = triangles[t, corner, 2] - point[2]
            dx = triangles[t, after, 0] - point[0] - x
            dy = triangles[t, after, 1] - point[1] - y
            dz = triangles[t, after, 2] - point[2] - z
            _raise(tangents, _sector(x, y, width, n_sectors), x, y, z, nearest)
            along = x * dx + y * dy
            bottom = dz * along - z * (dx * dx + dy * dy)
            if bottom != 0.0:
                s = (z * along - dz * (x * x + y * y)) / bottom
                if 0.0 < s < 1.0:
                    px, py = x + s * dx, y + s * dy
                    _raise(tangents, _sector(px, py, width, n_sectors), px, py, z + s * dz, nearest)
            turn = math.atan2(dx * y - dy * x, along + x * x + y * y)
            begin = math.atan2(x, y) / width + 0.5
            step = 1 if turn > 0.0 else -1
            border = math.floor(begin) + (1 if step > 0 else 0)
            while (border - begin) * step <= abs(turn) / width:
                angle = (border - 0.5) * width
                ex, ey = math.sin(angle), math.cos(angle)
                across = ex * dy - ey * dx
                if across != 0.0:
                    s = (ey * x - ex * y) / across
                    if 0.0 <= s <= 1.0:
                        px, py, pz = x + s * dx, y + s * dy, z + s * dz
                        _raise(tangents, border % n_sectors, px, py, pz, nearest)
                        _raise(tangents, (border - 1) % n_sectors, px, py, pz, nearest)
                border += step
    return np.arctan(tangents)


@jit
def _sector(x: float, y: float, width: float, n_sectors: int) -> int:
    return int(math.atan2(x, y) / width + (n_sectors + 0.5)) % n_sectors


@jit
def horizon_of_grid(
    heights: NDArray[np.float64],
    x0: float,
    y0: float,
    cell: float,
    point: NDArray[np.float64],
    n_azimuths: int,
    nearest: float,
    farthest: float,
) -> NDArray[np.float64]:
    """Skyline of a height grid, looked up where each azimuth crosses its lines, linearly between two heights.

    Parameters
    ----------
    heights : float64, (rows, columns), m
        Rows to the north, columns to the east; NaN where unknown.
    x0, y0 : float, m
        Easting and northing of the first height.
    cell : float, m
        Distance of heights.
    point : float64, (3,), m
        Where the eye is.
    n_azimuths : int
        Azimuths at equal angles, the first north, clockwise.
    nearest, farthest : float, m
        Range looked at.

    Returns
    -------
    float64, (n_azimuths,), radians
        Above the horizontal; -pi / 2 where there is no height.
    """
    rows, columns = heights.shape
    east, north = (point[0] - x0) / cell, (point[1] - y0) / cell
    tangents = np.full(n_azimuths, -np.inf)
    for k in range(n_azimuths):
        angle = 2.0 * math.pi * k / n_azimuths
        ex, ey = math.sin(angle), math.cos(angle)
        ex = ex if abs(ex) > _ALONG else 0.0
        ey = ey if abs(ey) > _ALONG else 0.0
        for row in range(rows):
            if ey != 0.0:
                steps = (row - north) / ey
                at = east + steps * ex
                if 0.0 <= at <= columns - 1:
                    j = int(at)
                    z = _between(heights[row, j], heights[row, min(j + 1, columns - 1)], at - j) - point[2]
                    _raise_along(tangents, k, steps * cell, z, nearest, farthest)
        for column in range(columns):
            if ex != 0.0:
                steps = (column - east) / ex
                at = north + steps * ey
                if 0.0 <= at <= rows - 1:
                    i = int(at)
                    z = _between(heights[i, column], heights[min(i + 1, rows - 1), column], at - i) - point[2]
                    _raise_along(tangents, k, steps * cell, z, nearest, farthest)
    return np.arctan(tangents)


@jit
def _between(first: float, second: float, share: float) -> float:
    """Height at a share of the way between two, the second of which may be unknown where its share is 0."""
    return first if share == 0.0 else first + share * (second - first)


@jit
def _raise_along(
    tangents: NDArray[np.float64], k: int, distance: float, z: float, nearest: float, farthest: float
) -> None:
    """Lift the skyline at one azimuth to a height at a distance, if that is ahead, in range and known."""
    if distance > 0.0 and nearest <= distance <= farthest and not math.isnan(z):
        tangents[k] = max(tangents[k], z / distance - _DROP * distance)
