"""Skylines by many points along every edge, and by looking up a height grid line by line."""

import math

import numpy as np

DROP = (1 - 0.13) / (2 * 6_371_008.8)


def horizon_of_triangles(triangles, point, n_sectors, nearest, steps=2000):
    tangents = np.full(n_sectors, -np.inf)
    s = np.linspace(0, 1, steps)[:, None]
    for triangle in np.array(triangles, float) - point:
        for a, b in zip(triangle, np.roll(triangle, -1, axis=0), strict=True):
            x, y, z = (a + s * (b - a)).T
            r = np.hypot(x, y)
            sector = np.floor(np.degrees(np.arctan2(x, y)) / (360 / n_sectors) + 0.5).astype(int) % n_sectors
            kept = r >= max(nearest, 1e-9)
            np.maximum.at(tangents, sector[kept], (z / np.maximum(r, 1e-9) - DROP * r)[kept])
    return np.arctan(tangents)


def horizon_of_grid(heights, x0, y0, cell, point, n_azimuths, nearest, farthest):
    result = []
    for k in range(n_azimuths):
        azimuth, tangent = math.radians(360 * k / n_azimuths), -math.inf
        out = np.array([math.sin(azimuth), math.cos(azimuth)])
        for axis, count in ((0, len(heights[0])), (1, len(heights))):
            for line in range(count):
                if abs(out[axis]) < 1e-12:
                    continue
                r = ((x0, y0)[axis] + line * cell - point[axis]) / out[axis]
                place = (np.array(point[:2]) + r * out - (x0, y0)) / cell
                place[axis] = line
                inside = 0 <= place[1 - axis] <= (len(heights[0]), len(heights))[1 - axis] - 1
                if not (0 < r and nearest <= r <= farthest and inside):
                    continue
                low = np.floor(place).astype(int)
                high = np.ceil(place).astype(int)
                share = place[1 - axis] - low[1 - axis]
                a, b = heights[low[1]][low[0]], heights[high[1]][high[0]]
                z = a if share == 0 and not math.isnan(b) else (1 - share) * a + share * b
                if not math.isnan(z):
                    tangent = max(tangent, (z - point[2]) / r - DROP * r)
        result.append(math.atan(tangent))
    return np.array(result)
