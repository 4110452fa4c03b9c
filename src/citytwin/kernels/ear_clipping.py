"""Triangulation of planar polygons with holes by ear clipping, for all surfaces of a city in one call."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.newell import ring_normal

FORCED = 1
"""Flag: no ear was left (the outline crosses itself), so a corner was cut off all the same."""
DEGENERATE = 2
"""Flag: the exterior ring encloses no area; the surface has no triangles."""
HOLE_DROPPED = 4
"""Flag: an interior ring lies outside the exterior and was left out."""

_CONVEX = 0  # not in the list of reflex corners
_REFLEX = 1  # in the list
_STALE = 2  # still in the list, but convex by now or cut off

_TOLERANCE = 1e-9
"""Share of a polygon's extent: a corner lower than this over its longest side counts as a point on a line."""


class Triangulation(NamedTuple):
    """Triangles of many surfaces, in the order of the surfaces.

    Attributes
    ----------
    triangles : int32, (m, 3)
        Rows of the vertex array, counter-clockwise seen from the side of the polygon's normal.
    surface : int32, (m,)
        Surface of each triangle.
    offsets : int64, (n_surfaces + 1,)
        Triangles of surface i are ``offsets[i]`` to ``offsets[i + 1]``.
    flags : uint8, (n_surfaces,)
        Sum of :data:`FORCED`, :data:`DEGENERATE` and :data:`HOLE_DROPPED`; 0 where all went well.
    """

    triangles: NDArray[np.int32]
    surface: NDArray[np.int32]
    offsets: NDArray[np.int64]
    flags: NDArray[np.uint8]


class Outline(NamedTuple):
    """Corners of one projected polygon as a doubly linked ring: scratch arrays, all of the same length."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    row: NDArray[np.int64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    state: NDArray[np.int8]
    reflex: NDArray[np.int64]


@jit
def _turn(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> float:
    """Twice the signed area of the triangle a, b, c; positive when it turns left."""
    return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)


@jit
def _turn_at(o: Outline, a: int, b: int, c: int) -> float:
    """The same for three corners of an outline."""
    return _turn(o.x[a], o.y[a], o.x[b], o.y[b], o.x[c], o.y[c])


@jit
def _contains(ax: float, ay: float, bx: float, by: float, cx: float, cy: float, px: float, py: float) -> bool:
    """Whether the triangle a, b, c, which turns left, holds the point p or touches it."""
    return (
        (bx - ax) * (py - ay) >= (by - ay) * (px - ax)
        and (cx - bx) * (py - by) >= (cy - by) * (px - bx)
        and (ax - cx) * (py - cy) >= (ay - cy) * (px - cx)
    )


@jit
def _enters(ax: float, ay: float, bx: float, by: float, cx: float, cy: float, qx: float, qy: float) -> bool:
    """Whether the way from b to q runs between the ways from b to a and from b to c, where a, b, c turns left."""
    return _turn(ax, ay, bx, by, qx, qy) > 0.0 and _turn(bx, by, cx, cy, qx, qy) > 0.0


@jit
def _add_ring(
    o: Outline,
    n: int,
    start: int,
    stop: int,
    reverse: bool,
    vertices: NDArray[np.float64],
    origin: int,
    u: int,
    v: int,
) -> int:
    """Append a ring as corners from `n` on, linked in its own or the reverse direction; the new number of corners."""
    count = stop - start
    for i in range(count):
        o.x[n + i] = vertices[start + i, u] - vertices[origin, u]
        o.y[n + i] = vertices[start + i, v] - vertices[origin, v]
        o.row[n + i] = start + i
        o.after[n + i] = n + i - 1 if reverse else n + i + 1
        o.before[n + i] = n + i + 1 if reverse else n + i - 1
    first, last = n, n + count - 1
    if reverse:
        first, last = last, first
    o.before[first] = last
    o.after[last] = first
    return n + count


@jit
def _sees(o: Outline, a: int, b: int) -> bool:
    """Whether the line from corner `a` to corner `b` starts into the inside of the outline at `a`."""
    left_of_next = _turn_at(o, a, o.after[a], b) >= 0.0
    left_of_previous = _turn_at(o, o.before[a], a, b) >= 0.0
    if _turn_at(o, o.before[a], a, o.after[a]) > 0.0:
        return left_of_next and left_of_previous
    return left_of_next or left_of_previous


@jit
def _bridge_end(o: Outline, start: int, hole: int) -> int:
    """Corner of the outline through `start` that sees the rightmost corner `hole` of an interior ring, or -1.

    A ray to the right meets the outline first on one edge; the end of that edge is seen unless reflex corners lie in
    the triangle between, of which the one nearest in angle to the ray is seen (Eberly, section 3).
    """
    hx = o.x[hole]
    hy = o.y[hole]
    nearest = np.inf
    end = -1
    a = start
    while True:
        if o.x[a] == hx and o.y[a] == hy and _sees(o, a, o.after[hole]):
            return a
        b = o.after[a]
        if o.y[a] <= hy <= o.y[b] and o.y[a] != o.y[b]:
            x = o.x[a] + (hy - o.y[a]) * (o.x[b] - o.x[a]) / (o.y[b] - o.y[a])
            if hx <= x < nearest:
                nearest = x
                end = a if o.x[a] > o.x[b] else b
        a = b
        if a == start:
            break
    if end < 0 or nearest == hx:
        return end

    ex = o.x[end]
    ey = o.y[end]
    slope = np.inf
    a = start
    while True:
        ax = o.x[a]
        ay = o.y[a]
        if hx < ax <= ex and _sees(o, a, hole):
            if ey > hy:
                inside = _contains(hx, hy, nearest, hy, ex, ey, ax, ay)
            else:
                inside = _contains(hx, hy, ex, ey, nearest, hy, ax, ay)
            if inside:
                steepness = abs(hy - ay) / (ax - hx)
                tie = steepness == slope
                nested = (
                    _turn_at(o, o.before[end], end, o.before[a]) > 0.0
                    and _turn_at(o, o.after[a], end, o.after[end]) > 0.0
                )
                if steepness < slope or (tie and (ax < o.x[end] or (ax == o.x[end] and nested))):
                    slope = steepness
                    end = a
        a = o.after[a]
        if a == start:
            return end


@jit
def _join(o: Outline, n: int, a: int, b: int) -> int:
    """Connect corner `a` of the outline and `b` of a hole by a bridge there and back; the new number of corners."""
    a2 = n
    b2 = n + 1
    o.x[a2], o.y[a2], o.row[a2] = o.x[a], o.y[a], o.row[a]
    o.x[b2], o.y[b2], o.row[b2] = o.x[b], o.y[b], o.row[b]
    o.after[a2] = o.after[a]
    o.before[o.after[a]] = a2
    o.before[b2] = o.before[b]
    o.after[o.before[b]] = b2
    o.after[a] = b
    o.before[b] = a
    o.after[b2] = a2
    o.before[a2] = b2
    return n + 2


@jit
def _clip(o: Outline, start: int, tolerance: float, triangles: NDArray[np.int32], count: int) -> tuple[int, bool]:
    """Cut ears off the outline through `start`; the new number of triangles and whether one was forced.

    Only reflex corners can lie in a triangle cut off, so they are kept in a list, from which those that turned convex
    or were cut off themselves are dropped when met. (One long function: arrays passed to helpers in the inner loop
    would be counted as references at every call, which doubles the time.)
    """
    x, y, row, before, after, state, reflex = o
    n_reflex = 0
    left = 0
    b = start
    while True:
        a = before[b]
        c = after[b]
        state[b] = _CONVEX
        if _turn(x[a], y[a], x[b], y[b], x[c], y[c]) <= 0.0:
            state[b] = _REFLEX
            reflex[n_reflex] = b
            n_reflex += 1
        left += 1
        b = c
        if b == start:
            break

    forced = False
    visited = 0
    while left > 2:
        a = before[b]
        c = after[b]
        ax, ay, bx, by, cx, cy = x[a], y[a], x[b], y[b], x[c], y[c]
        turn = _turn(ax, ay, bx, by, cx, cy)
        longest = max(
            (bx - ax) * (bx - ax) + (by - ay) * (by - ay),
            (cx - bx) * (cx - bx) + (cy - by) * (cy - by),
            (ax - cx) * (ax - cx) + (ay - cy) * (ay - cy),
        )
        flat = turn * turn <= tolerance * tolerance * longest
        cut = flat or turn > 0.0
        if cut and not flat and visited < left:
            i = 0
            while i < n_reflex:
                p = reflex[i]
                if state[p] == _STALE:
                    state[p] = _CONVEX
                    n_reflex -= 1
                    reflex[i] = reflex[n_reflex]
                    continue
                px = x[p]
                py = y[p]
                if _contains(ax, ay, bx, by, cx, cy, px, py):
                    # A corner in the same place, left by a bridge or a touching ring, is in the way only if the
                    # outline goes on from there into the triangle.
                    q = before[p]
                    r = after[p]
                    if px == ax and py == ay:
                        cut = not (
                            _enters(cx, cy, ax, ay, bx, by, x[q], y[q]) or _enters(cx, cy, ax, ay, bx, by, x[r], y[r])
                        )
                    elif px == bx and py == by:
                        cut = not (
                            _enters(ax, ay, bx, by, cx, cy, x[q], y[q]) or _enters(ax, ay, bx, by, cx, cy, x[r], y[r])
                        )
                    elif px == cx and py == cy:
                        cut = not (
                            _enters(bx, by, cx, cy, ax, ay, x[q], y[q]) or _enters(bx, by, cx, cy, ax, ay, x[r], y[r])
                        )
                    else:
                        cut = False
                    if not cut:
                        break
                i += 1
        if not cut and visited < 2 * left:
            visited += 1
            b = c
            continue
        if not flat:
            forced = forced or visited >= left
            triangles[count, 0] = row[a]
            triangles[count, 1] = row[b]
            triangles[count, 2] = row[c]
            count += 1
        after[a] = c
        before[c] = a
        if state[b] == _REFLEX:
            state[b] = _STALE
        left -= 1
        visited = 0
        for p in (a, c):
            if _turn(x[before[p]], y[before[p]], x[p], y[p], x[after[p]], y[after[p]]) > 0.0:
                if state[p] == _REFLEX:
                    state[p] = _STALE
            else:
                if state[p] == _CONVEX:
                    reflex[n_reflex] = p
                    n_reflex += 1
                state[p] = _REFLEX
        b = a if flat else after[c]
    return count, forced


@jit
def _triangulate_surface(
    o: Outline,
    first: int,
    last: int,
    ring_vertices: NDArray[np.int64],
    vertices: NDArray[np.float64],
    triangles: NDArray[np.int32],
    count: int,
) -> tuple[int, int]:
    """Triangulate the polygon of rings `first` to `last`; the new number of triangles and the flags."""
    if first == last:
        return count, DEGENERATE
    origin = ring_vertices[first]
    stop = ring_vertices[first + 1]
    if stop - origin < 3:
        return count, DEGENERATE
    nx, ny, nz = ring_normal(origin, stop, vertices)
    if abs(nz) >= abs(nx) and abs(nz) >= abs(ny):
        axis, u, v, area = 2, 0, 1, nz
    elif abs(nx) >= abs(ny):
        axis, u, v, area = 0, 1, 2, nx
    else:
        axis, u, v, area = 1, 2, 0, ny
    if area < 0.0:
        u, v = v, u
    n = _add_ring(o, 0, origin, stop, False, vertices, origin, u, v)
    extent = 0.0
    for i in range(n):
        extent = max(extent, abs(o.x[i]), abs(o.y[i]))
    tolerance = _TOLERANCE * extent
    if abs(area) <= tolerance * extent:
        return count, DEGENERATE

    flags = 0
    n_holes = last - first - 1
    if n_holes > 0:
        rightmost = np.empty(n_holes, np.int64)
        n_kept = 0
        for ring in range(first + 1, last):
            if ring_vertices[ring + 1] - ring_vertices[ring] < 3:
                continue
            hole_normal = ring_normal(ring_vertices[ring], ring_vertices[ring + 1], vertices)
            hole = n
            n = _add_ring(
                o,
                n,
                ring_vertices[ring],
                ring_vertices[ring + 1],
                hole_normal[axis] * area > 0.0,
                vertices,
                origin,
                u,
                v,
            )
            for corner in range(hole + 1, n):
                if o.x[corner] > o.x[hole]:
                    hole = corner
            place = n_kept
            while place > 0 and o.x[rightmost[place - 1]] < o.x[hole]:
                rightmost[place] = rightmost[place - 1]
                place -= 1
            rightmost[place] = hole
            n_kept += 1
        for i in range(n_kept):
            end = _bridge_end(o, 0, rightmost[i])
            if end < 0:
                flags |= HOLE_DROPPED
            else:
                n = _join(o, n, end, rightmost[i])
    count, forced = _clip(o, 0, tolerance, triangles, count)
    if forced:
        flags |= FORCED
    return count, flags


@jit
def triangulate(
    surface_rings: NDArray[np.int64], ring_vertices: NDArray[np.int64], vertices: NDArray[np.float64]
) -> Triangulation:
    """Cut each polygon into triangles whose area vectors sum to the polygon's.

    The polygon is projected along the axis of its largest normal component. Interior rings are joined to the outline
    by bridge edges, the one with the rightmost vertex first; then convex corners that hold no reflex corner are cut
    off one after the other. Corners on a line between their neighbours go without a triangle. Rings with fewer than 3
    vertices are passed over. Where the outline crosses itself the area vectors still sum up, but triangles may
    overlap or be turned round, and the surface is flagged.

    To work on a block of surfaces pass ``surface_rings[start : stop + 1]``; the time is near linear in the vertices of
    outlines with few reflex corners and at worst quadratic in the size of a single polygon that does not cross itself.

    Parameters
    ----------
    surface_rings : int64, (n_surfaces + 1,)
        Offsets into `ring_vertices`; the first ring of a surface is its exterior.
    ring_vertices : int64, (n_rings + 1,)
        Offsets into `vertices`; rings are not closed.
    vertices : float64, (n_vertices, 3), m
        Finite coordinates relative to an origin nearby; fewer than 2**31 rows.

    Returns
    -------
    Triangulation
        Refers to rows of `vertices`; no vertex is added.

    References
    ----------
    G. H. Meisters, "Polygons have ears", American Mathematical Monthly 82(6), 1975, doi:10.2307/2319703.
    D. Eberly, "Triangulation by ear clipping", Geometric Tools, 2002 (bridges to holes).
    """
    n = len(surface_rings) - 1
    capacity = 0
    largest = 0
    for surface in range(n):
        first = surface_rings[surface]
        last = surface_rings[surface + 1]
        corners = ring_vertices[last] - ring_vertices[first] + 2 * max(0, last - first - 1)
        capacity += max(0, corners - 2)
        largest = max(largest, corners)
    triangles = np.empty((capacity, 3), np.int32)
    owner = np.empty(capacity, np.int32)
    offsets = np.zeros(n + 1, np.int64)
    flags = np.zeros(n, np.uint8)
    outline = Outline(
        np.empty(largest),
        np.empty(largest),
        np.empty(largest, np.int64),
        np.empty(largest, np.int64),
        np.empty(largest, np.int64),
        np.empty(largest, np.int8),
        np.empty(largest, np.int64),
    )
    count = 0
    for surface in range(n):
        first = surface_rings[surface]
        last = surface_rings[surface + 1]
        count, flag = _triangulate_surface(outline, first, last, ring_vertices, vertices, triangles, count)
        flags[surface] = flag
        for triangle in range(offsets[surface], count):
            owner[triangle] = surface
        offsets[surface + 1] = count
    return Triangulation(triangles[:count].copy(), owner[:count].copy(), offsets, flags)
