"""Height of a triangulated terrain by solving for the plane of every triangle."""

import numpy as np


def terrain_height(triangles, xy):
    heights = np.full(len(xy), np.nan)
    for i, point in enumerate(xy):
        for a, b, c in np.array(triangles, float):
            edges = np.column_stack([b[:2] - a[:2], c[:2] - a[:2]])
            if np.linalg.det(edges) == 0:
                continue
            u, v = np.linalg.solve(edges, point - a[:2])
            if min(u, v, 1 - u - v) >= -1e-6:
                heights[i] = np.nanmax([heights[i], a[2] + u * (b - a)[2] + v * (c - a)[2]])
    return heights
