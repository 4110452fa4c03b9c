"""Length of the vertical line through a point that two bodies of triangles have in common."""

import math

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit

_MOST = 64
"""Surfaces that a vertical line may pass in one body; beyond, the body counts as not closed."""


@jit
def _heights(
    x: float,
    y: float,
    first: int,
    last: int,
    triangles: NDArray[np.int32],
    vertices: NDArray[np.float64],
    heights: NDArray[np.float64],
) -> int:
    """Heights, ascending, at which the vertical line meets triangles; their number, -1 where there are too many.

    A triangle is met where the line crosses its plan by the even-odd rule, half open, so that of two triangles with a
    common edge exactly one is.
    """
    n = 0
    for t in range(first, last):
        inside = False
        for k in range(3):
            i = triangles[t, k]
            j = triangles[t, (k + 1) % 3]
            ay = vertices[i, 1]
            by = vertices[j, 1]
            if (ay > y) != (by > y):
                # From the lower end to the upper, so that both triangles of an edge find the same place.
                low, high = (i, j) if ay < by else (j, i)
                s = (y - vertices[low, 1]) / (vertices[high, 1] - vertices[low, 1])
                if x < vertices[low, 0] + s * (vertices[high, 0] - vertices[low, 0]):
                    inside = not inside
        if not inside:
            continue
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ux = vertices[b, 0] - vertices[a, 0]
        uy = vertices[b, 1] - vertices[a, 1]
        wx = vertices[c, 0] - vertices[a, 0]
        wy = vertices[c, 1] - vertices[a, 1]
        area = ux * wy - uy * wx
        dx = x - vertices[a, 0]
        dy = y - vertices[a, 1]
        z = vertices[a, 2]
        z += (dx * wy - dy * wx) / area * (vertices[b, 2] - vertices[a, 2])
        z += (ux * dy - uy * dx) / area * (vertices[c, 2] - vertices[a, 2])
        if n == len(heights):
            return -1
        place = n
        while place > 0 and heights[place - 1] > z:
            heights[place] = heights[place - 1]
            place -= 1
        heights[place] = z
        n += 1
    return n


@jit
def vertical_overlap(
    points: NDArray[np.float64],
    one: NDArray[np.int64],
    other: NDArray[np.int64],
    triangle_offsets: NDArray[np.int64],
    triangles: NDArray[np.int32],
    vertices: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Length of each vertical line that lies inside both of two bodies.

    A line is inside a body between its first and second meeting with the body's triangles, between the third and
    fourth, and so on.

    Parameters
    ----------
    points : float64, (n, 2), m
        East and north of each line.
    one, other : int64, (n,)
        The two bodies of each line.
    triangle_offsets : int64, (n_bodies + 1,)
        Offsets into `triangles`.
    triangles : int32, (m, 3)
        Rows of `vertices`, in any orientation.
    vertices : float64, (n_vertices, 3), m
        Finite coordinates relative to an origin nearby.

    Returns
    -------
    float64, (n,), m
        NaN where a line meets one of the bodies never, an odd number of times, or more than 64 times: it is not closed.

    References
    ----------
    M. Shimrat, "Algorithm 112: Position of point relative to polygon", Communications of the ACM 5(8), 1962,
    doi:10.1145/368637.368653 (the even-odd rule).
    """
    result = np.full(len(points), math.nan)
    a = np.empty(_MOST)
    b = np.empty(_MOST)
    for i in range(len(points)):
        x = points[i, 0]
        y = points[i, 1]
        n = _heights(x, y, triangle_offsets[one[i]], triangle_offsets[one[i] + 1], triangles, vertices, a)
        m = _heights(x, y, triangle_offsets[other[i]], triangle_offsets[other[i] + 1], triangles, vertices, b)
        if n <= 0 or m <= 0 or n % 2 == 1 or m % 2 == 1:
            continue
        common = 0.0
        for p in range(0, n, 2):
            for q in range(0, m, 2):
                common += max(0.0, min(a[p + 1], b[q + 1]) - max(a[p], b[q]))
        result[i] = common
    return result
