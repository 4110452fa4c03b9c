"""Whether the rings of polygons in space are simple: enough points, none twice in a row, no edge across another."""

import math

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.heapsort import sorted_order

TOO_FEW_POINTS = 101
CONSECUTIVE_POINTS_SAME = 102
RING_SELF_INTERSECTION = 104

_SWEEP = 32
"""Corners from which edges are sorted before they are compared."""
_STRAIGHT = 1e-9
"""Sine of an angle below which a corner counts as a point on a line."""


@jit
def main_axes(x: float, y: float, z: float) -> tuple[int, int]:
    """Two axes of space (0, 1 or 2) whose plane is closest to the plane with normal (x, y, z), counter-clockwise."""
    if abs(z) >= abs(x) and abs(z) >= abs(y):
        u, v, facing = 0, 1, z
    elif abs(x) >= abs(y):
        u, v, facing = 1, 2, x
    else:
        u, v, facing = 2, 0, y
    if facing < 0.0:
        return v, u
    return u, v


@jit
def point_to_segment(p: int, a: int, b: int, vertices: NDArray[np.float64]) -> float:
    """Square of the distance in space, m2, of row `p` of `vertices`, float64 (n, 3) m, to the edge from `a` to `b`."""
    ux = vertices[b, 0] - vertices[a, 0]
    uy = vertices[b, 1] - vertices[a, 1]
    uz = vertices[b, 2] - vertices[a, 2]
    wx = vertices[p, 0] - vertices[a, 0]
    wy = vertices[p, 1] - vertices[a, 1]
    wz = vertices[p, 2] - vertices[a, 2]
    length = ux * ux + uy * uy + uz * uz
    t = 0.0
    if length > 0.0:
        t = min(1.0, max(0.0, (wx * ux + wy * uy + wz * uz) / length))
    dx = wx - t * ux
    dy = wy - t * uy
    dz = wz - t * uz
    return dx * dx + dy * dy + dz * dz


@jit
def turn(a: int, b: int, c: int, vertices: NDArray[np.float64], u: int, v: int) -> float:
    """Twice the signed area, m2, of three rows of `vertices`, float64 (n, 3) m, seen along axes `u` and `v`."""
    return (vertices[b, u] - vertices[a, u]) * (vertices[c, v] - vertices[a, v]) - (vertices[b, v] - vertices[a, v]) * (
        vertices[c, u] - vertices[a, u]
    )


@jit
def edges_cross(a: int, b: int, c: int, d: int, vertices: NDArray[np.float64], u: int, v: int) -> bool:
    """Whether edges a-b and c-d, rows of `vertices`, float64 (n, 3) m, cross between their ends along `u` and `v`."""
    return (turn(a, b, c, vertices, u, v) > 0.0) != (turn(a, b, d, vertices, u, v) > 0.0) and (
        turn(c, d, a, vertices, u, v) > 0.0
    ) != (turn(c, d, b, vertices, u, v) > 0.0)


@jit
def _is_convex(start: int, stop: int, vertices: NDArray[np.float64], u: int, v: int) -> bool:
    """Whether a ring turns left at all corners, straight ones aside, and goes round once."""
    a = stop - 2
    b = stop - 1
    ex = vertices[b, u] - vertices[a, u]
    ey = vertices[b, v] - vertices[a, v]
    reversals = 0
    heading = 0
    first_heading = 0
    for c in range(start, stop):
        fx = vertices[c, u] - vertices[b, u]
        fy = vertices[c, v] - vertices[b, v]
        cross = ex * fy - ey * fx
        size = math.sqrt((ex * ex + ey * ey) * (fx * fx + fy * fy))
        if cross <= _STRAIGHT * size and (cross < -_STRAIGHT * size or ex * fx + ey * fy <= 0.0):
            return False
        way = 1 if fx > 0.0 else -1 if fx < 0.0 else 0
        if way != 0:
            if heading == 0:
                first_heading = way
            elif way != heading:
                reversals += 1
            heading = way
        ex = fx
        ey = fy
        b = c
    if heading != first_heading:
        reversals += 1
    return reversals == 2


@jit
def _conflict(
    i: int, j: int, start: int, stop: int, vertices: NDArray[np.float64], u: int, v: int, touch: float
) -> bool:
    """Whether the edges that leave rows `i` and `j` of a ring meet elsewhere than in a corner they share."""
    a, b = i, i + 1 if i + 1 < stop else start
    c, d = j, j + 1 if j + 1 < stop else start
    near = touch * touch
    if b == c:
        return point_to_segment(a, c, d, vertices) <= near or point_to_segment(d, a, b, vertices) <= near
    if d == a:
        return point_to_segment(c, a, b, vertices) <= near or point_to_segment(b, c, d, vertices) <= near
    for k in (u, v):
        if min(vertices[a, k], vertices[b, k]) > max(vertices[c, k], vertices[d, k]) + touch:
            return False
        if min(vertices[c, k], vertices[d, k]) > max(vertices[a, k], vertices[b, k]) + touch:
            return False
    return (
        edges_cross(a, b, c, d, vertices, u, v)
        or point_to_segment(a, c, d, vertices) <= near
        or point_to_segment(b, c, d, vertices) <= near
        or point_to_segment(c, a, b, vertices) <= near
        or point_to_segment(d, a, b, vertices) <= near
    )


@jit
def _extent(start: int, stop: int, vertices: NDArray[np.float64], axis: int) -> float:
    """Length of a ring's box along an axis."""
    low = math.inf
    high = -math.inf
    for i in range(start, stop):
        low = min(low, vertices[i, axis])
        high = max(high, vertices[i, axis])
    return high - low


@jit
def _crosses_itself(start: int, stop: int, vertices: NDArray[np.float64], u: int, v: int, touch: float) -> bool:
    """Whether any two edges of a ring conflict: all pairs of a short ring, those a sweep brings together of a long."""
    n = stop - start
    if n < _SWEEP:
        for i in range(start, stop):
            for j in range(i + 1, stop):
                if _conflict(i, j, start, stop, vertices, u, v, touch):
                    return True
        return False
    along = u if _extent(start, stop, vertices, u) >= _extent(start, stop, vertices, v) else v
    low = np.empty(n)
    high = np.empty(n)
    for i in range(n):
        a = vertices[start + i, along]
        b = vertices[start + i + 1 if i + 1 < n else start, along]
        low[i] = min(a, b)
        high[i] = max(a, b)
    order = sorted_order(low)
    for k in range(n):
        i = order[k]
        for m in range(k + 1, n):
            j = order[m]
            if low[j] > high[i] + touch:
                break
            if _conflict(start + min(i, j), start + max(i, j), start, stop, vertices, u, v, touch):
                return True
    return False


@jit
def ring_simplicity(
    surface_rings: NDArray[np.int64],
    ring_vertices: NDArray[np.int64],
    vertices: NDArray[np.float64],
    planes: NDArray[np.float64],
    snap: float,
    touch: float,
) -> NDArray[np.int16]:
    """First thing that keeps each ring from being a simple closed line.

    It must have three corners, and no edge up to `snap`. Two edges that share no corner conflict where they cross, seen
    along the axis nearest to the normal, or come within `touch` of each other in space; two that share one, where the
    ring turns back on itself. Convex rings are recognised and passed over. The time is quadratic
    in the corners of short rings and, for long ones, in those that lie side by side.

    Parameters
    ----------
    surface_rings : int64, (n_surfaces + 1,)
        Offsets into `ring_vertices`.
    ring_vertices : int64, (n_rings + 1,)
        Offsets into `vertices`; rings are not closed.
    vertices : float64, (n_vertices, 3), m
        Finite coordinates relative to an origin nearby.
    planes : float64, (n_surfaces, 3), any unit
        Normal of each surface, not 0.
    snap : float, m
        Longest edge whose ends count as one point, 0.001 in val3dity.
    touch : float, m
        Largest distance at which edges touch: well below `snap`, above the rounding of coordinates.

    Returns
    -------
    int16, (n_rings,)
        0, :data:`TOO_FEW_POINTS`, :data:`CONSECUTIVE_POINTS_SAME` or :data:`RING_SELF_INTERSECTION`.

    References
    ----------
    ISO 19107:2019, simple curves. H. Ledoux, "val3dity: validation of 3D GIS primitives according to the international
    standards", Open Geospatial Data, Software and Standards 3(1), 2018, doi:10.1186/s40965-018-0043-x.
    M. I. Shamos, D. Hoey, "Geometric intersection problems", FOCS 1976, doi:10.1109/SFCS.1976.16 (the sweep).
    """
    codes = np.zeros(len(ring_vertices) - 1, np.int16)
    for surface in range(len(surface_rings) - 1):
        u, v = main_axes(planes[surface, 0], planes[surface, 1], planes[surface, 2])
        for ring in range(surface_rings[surface], surface_rings[surface + 1]):
            start = ring_vertices[ring]
            stop = ring_vertices[ring + 1]
            n_short = 0
            for i in range(start, stop):
                j = i + 1 if i + 1 < stop else start
                dx = vertices[j, 0] - vertices[i, 0]
                dy = vertices[j, 1] - vertices[i, 1]
                dz = vertices[j, 2] - vertices[i, 2]
                n_short += dx * dx + dy * dy + dz * dz <= snap * snap
            if stop - start < 3:
                codes[ring] = TOO_FEW_POINTS
            elif n_short > 0:
                codes[ring] = CONSECUTIVE_POINTS_SAME
            elif ring == surface_rings[surface] and _is_convex(start, stop, vertices, u, v):
                continue
            elif _crosses_itself(start, stop, vertices, u, v, touch):
                codes[ring] = RING_SELF_INTERSECTION
    return codes
