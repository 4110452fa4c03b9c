"""Height of a triangulated terrain above points of the plan."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.bvh import STACK, Bvh

_EDGE = 1e-6
"""Barycentric coordinate down to which a point counts as inside: closes the gaps that rounding leaves along edges."""


@jit
def terrain_height(bvh: Bvh, xy: NDArray[np.float32]) -> NDArray[np.float64]:
    """Greatest height of the triangles above or below each point; upright triangles have none.

    Parameters
    ----------
    bvh : Bvh
        Over the terrain.
    xy : float32, (n, 2), m
        In the coordinates of the terrain.

    Returns
    -------
    float64, (n,), m
        NaN where there is no terrain.
    """
    low, high, left, leaf_size, triangles, _ = bvh
    heights = np.full(len(xy), np.nan)
    stack = np.empty(STACK, np.int32)
    for i in range(len(xy)):
        x, y = xy[i, 0], xy[i, 1]
        best = -np.inf
        stack[0] = 0
        depth = 1 if len(left) > 0 else 0
        while depth > 0:
            depth -= 1
            node = stack[depth]
            if x < low[node, 0] or x > high[node, 0] or y < low[node, 1] or y > high[node, 1] or high[node, 2] < best:
                continue
            first = left[node]
            if leaf_size[node] == 0:
                stack[depth] = first
                stack[depth + 1] = first + 1
                depth += 2
                continue
            for k in range(first, first + leaf_size[node]):
                ax, ay = np.float64(triangles[k, 3]), np.float64(triangles[k, 4])
                bx, by = np.float64(triangles[k, 6]), np.float64(triangles[k, 7])
                px, py = np.float64(x) - triangles[k, 0], np.float64(y) - triangles[k, 1]
                area = ax * by - ay * bx
                if area == 0.0:
                    continue
                u = (px * by - py * bx) / area
                v = (ax * py - ay * px) / area
                if u >= -_EDGE and v >= -_EDGE and u + v <= 1.0 + _EDGE:
                    best = max(best, triangles[k, 2] + u * triangles[k, 5] + v * triangles[k, 8])
        if best > -np.inf:
            heights[i] = best
    return heights
