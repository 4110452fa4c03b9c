"""How the rings of a polygon lie to one another: holes inside the exterior, apart, and turned against it."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.disjoint_sets import unite
from citytwin.kernels.heapsort import sorted_order
from citytwin.kernels.newell import ring_normal
from citytwin.kernels.ring_simplicity import edges_cross, main_axes, point_to_segment

INTERSECTION_RINGS = 1
"""Flag (val3dity 201): two rings cross, or share a line."""
DUPLICATED_RINGS = 2
"""Flag (202): a ring occurs twice."""
INTERIOR_DISCONNECTED = 4
"""Flag (205): holes that touch the exterior or each other cut the inside into pieces."""
INNER_RING_OUTSIDE = 8
"""Flag (206): a hole lies outside the exterior."""
INNER_RINGS_NESTED = 16
"""Flag (207): a hole lies inside another."""
ORIENTATION_SAME = 32
"""Flag (208): a hole turns the same way as the exterior."""

_APART = 0
_INSIDE = 1
_CROSSING = 2


class View(NamedTuple):
    """Vertices and how to look at them: along which axes, and within which distance rings touch."""

    vertices: NDArray[np.float64]
    u: int
    v: int
    touch: float


class Ring(NamedTuple):
    """Rows of vertices from `start` to before `stop`."""

    start: int
    stop: int


@jit
def _after(i: int, ring: Ring) -> int:
    """Row of the corner that follows row `i`."""
    return i + 1 if i + 1 < ring.stop else ring.start


@jit
def _ring_boxes(first: int, last: int, ring_vertices: NDArray[np.int64], view: View) -> NDArray[np.float64]:
    """Least and greatest coordinate along both axes of each ring, grown by half the touching distance, (n, 4)."""
    boxes = np.empty((last - first, 4))
    for ring in range(first, last):
        for k in range(2):
            axis = view.v if k == 1 else view.u
            low = math.inf
            high = -math.inf
            for i in range(ring_vertices[ring], ring_vertices[ring + 1]):
                low = min(low, view.vertices[i, axis])
                high = max(high, view.vertices[i, axis])
            boxes[ring - first, 2 * k] = low - 0.5 * view.touch
            boxes[ring - first, 2 * k + 1] = high + 0.5 * view.touch
    return boxes


@jit
def _boxes_meet(boxes: NDArray[np.float64], i: int, j: int) -> bool:
    """Whether two boxes have a point in common."""
    return (
        boxes[i, 0] <= boxes[j, 1]
        and boxes[j, 0] <= boxes[i, 1]
        and boxes[i, 2] <= boxes[j, 3]
        and boxes[j, 2] <= boxes[i, 3]
    )


@jit
def _same_points(r: Ring, s: Ring, view: View) -> bool:
    """Whether two rings run through the same points, in either direction."""
    n = r.stop - r.start
    if n != s.stop - s.start:
        return False
    near = view.touch * view.touch
    for first in range(n):
        for step in (1, -1):
            k = 0
            while k < n:
                other = s.start + (first + step * k) % n
                if point_to_segment(r.start + k, other, other, view.vertices) > near:
                    break
                k += 1
            if k == n:
                return True
    return False


@jit
def _on_ring(x: float, y: float, s: Ring, view: View) -> bool:
    """Whether a point of the view lies on a ring, within the touching distance."""
    for i in range(s.start, s.stop):
        j = _after(i, s)
        ax = view.vertices[i, view.u]
        ay = view.vertices[i, view.v]
        ux = view.vertices[j, view.u] - ax
        uy = view.vertices[j, view.v] - ay
        length = ux * ux + uy * uy
        t = 0.0
        if length > 0.0:
            t = min(1.0, max(0.0, ((x - ax) * ux + (y - ay) * uy) / length))
        if math.hypot(x - ax - t * ux, y - ay - t * uy) <= view.touch:
            return True
    return False


@jit
def _in_ring(x: float, y: float, s: Ring, view: View) -> bool:
    """Whether a point of the view lies inside a ring, by the crossings of a ray to the right."""
    inside = False
    for i in range(s.start, s.stop):
        j = _after(i, s)
        ay = view.vertices[i, view.v]
        by = view.vertices[j, view.v]
        if (ay > y) != (by > y):
            ax = view.vertices[i, view.u]
            bx = view.vertices[j, view.u]
            if x < ax + (y - ay) * (bx - ax) / (by - ay):
                inside = not inside
    return inside


@jit
def _side(r: Ring, s: Ring, view: View) -> int:
    """Where ring `r` lies to `s`: apart, inside or across it. Touching points count for neither side.

    Each edge of `r` is cut where corners of `s` lie on it; the middle of every piece is looked up.
    """
    near = view.touch * view.touch
    inside = False
    outside = False
    cuts = np.empty(s.stop - s.start + 2)
    for a in range(r.start, r.stop):
        b = _after(a, r)
        ax = view.vertices[a, view.u]
        ay = view.vertices[a, view.v]
        ux = view.vertices[b, view.u] - ax
        uy = view.vertices[b, view.v] - ay
        cuts[0] = 0.0
        n = 1
        for c in range(s.start, s.stop):
            if edges_cross(a, b, c, _after(c, s), view.vertices, view.u, view.v) and not (
                point_to_segment(c, a, b, view.vertices) <= near
                or point_to_segment(_after(c, s), a, b, view.vertices) <= near
                or point_to_segment(a, c, _after(c, s), view.vertices) <= near
                or point_to_segment(b, c, _after(c, s), view.vertices) <= near
            ):
                return _CROSSING
            if point_to_segment(c, a, b, view.vertices) <= near:
                t = ((view.vertices[c, view.u] - ax) * ux + (view.vertices[c, view.v] - ay) * uy) / (ux * ux + uy * uy)
                cuts[n] = min(1.0, max(0.0, t))
                n += 1
        cuts[n] = 1.0
        n += 1
        order = sorted_order(cuts[:n])
        for k in range(n - 1):
            low = cuts[order[k]]
            high = cuts[order[k + 1]]
            if (high - low) * math.hypot(ux, uy) <= 4.0 * view.touch:
                continue
            t = 0.5 * (low + high)
            x = ax + t * ux
            y = ay + t * uy
            if _on_ring(x, y, s, view):
                return _CROSSING
            if _in_ring(x, y, s, view):
                inside = True
            else:
                outside = True
            if inside and outside:
                return _CROSSING
    return _INSIDE if inside else _APART


@jit
def _place_of(p: int, places: NDArray[np.int64], n: int, view: View) -> int:
    """Which of the first `n` places, rows of vertices, row `p` is at; `n` where at none."""
    for k in range(n):
        q = places[k]
        if point_to_segment(p, q, q, view.vertices) <= 4.0 * view.touch * view.touch:
            return k
    return n


@jit
def _touching_points(r: Ring, s: Ring, view: View, found: NDArray[np.int64]) -> int:
    """Corners of one ring that lie on the other, written to `found`; their number, each place once."""
    near = view.touch * view.touch
    n = 0
    for turn in range(2):
        one = s if turn == 1 else r
        other = r if turn == 1 else s
        for p in range(one.start, one.stop):
            for a in range(other.start, other.stop):
                if point_to_segment(p, a, _after(a, other), view.vertices) <= near:
                    if _place_of(p, found, n, view) == n:
                        found[n] = p
                        n += 1
                    break
    return n


@jit
def _near_pairs(boxes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Pairs of rings (k, 2) whose boxes meet, the lower number first: found by a sweep along the first axis."""
    n = len(boxes)
    pairs = np.empty((2 * n, 2), np.int64)
    k = 0
    order = sorted_order(boxes[:, 0].copy())
    for a in range(n):
        for b in range(a + 1, n):
            i = min(order[a], order[b])
            j = max(order[a], order[b])
            if boxes[order[b], 0] > boxes[order[a], 1]:
                break
            if _boxes_meet(boxes, i, j):
                if k == len(pairs):
                    pairs = np.concatenate((pairs, pairs))  # twice the room
                pairs[k, 0] = i
                pairs[k, 1] = j
                k += 1
    return pairs[:k]


@jit
def _is_cut_up(first: int, pairs: NDArray[np.int64], ring_vertices: NDArray[np.int64], view: View, last: int) -> bool:
    """Whether rings that touch in points close a chain: the graph of rings and touching points has a cycle."""
    corners = ring_vertices[last] - ring_vertices[first]
    places = np.empty(corners, np.int64)
    found = np.empty(corners, np.int64)
    parent = np.arange(last - first + corners)
    members = np.empty((64, 2), np.int64)
    n_places = 0
    n_members = 0
    for pair in range(len(pairs)):
        i, j = pairs[pair]
        r = Ring(ring_vertices[first + i], ring_vertices[first + i + 1])
        s = Ring(ring_vertices[first + j], ring_vertices[first + j + 1])
        for k in range(_touching_points(r, s, view, found)):
            place = _place_of(found[k], places, n_places, view)
            if place == n_places:
                places[place] = found[k]
                n_places += 1
            for ring in (i, j):
                known = False
                for m in range(n_members):
                    known = known or (members[m, 0] == ring and members[m, 1] == place)
                if known:
                    continue
                if n_members == len(members):
                    members = np.concatenate((members, members))  # twice the room
                members[n_members, 0] = ring
                members[n_members, 1] = place
                n_members += 1
                if not unite(parent, ring, last - first + place):
                    return True
    return False


@jit
def _relate(
    first: int, pairs: NDArray[np.int64], ring_vertices: NDArray[np.int64], view: View, of_ring: NDArray[np.uint8]
) -> int:
    """Flags of the pairs of rings of one polygon whose boxes meet; those of a hole go to `of_ring` as well."""
    flags = 0
    for pair in range(len(pairs)):
        i, j = pairs[pair]
        r = Ring(ring_vertices[first + i], ring_vertices[first + i + 1])
        s = Ring(ring_vertices[first + j], ring_vertices[first + j + 1])
        flag = 0
        if _same_points(r, s, view):
            flag = DUPLICATED_RINGS
        else:
            side = _side(s, r, view)
            other = _side(r, s, view) if side == _APART else _APART
            if side == _CROSSING or other == _CROSSING:
                flag = INTERSECTION_RINGS
            elif i == 0 and side == _APART:
                flag = INNER_RING_OUTSIDE
            elif i > 0 and (side == _INSIDE or other == _INSIDE):
                flag = INNER_RINGS_NESTED
        flags |= flag
        of_ring[first + j] |= flag
    return flags


@jit
def ring_relations(
    surface_rings: NDArray[np.int64],
    ring_vertices: NDArray[np.int64],
    vertices: NDArray[np.float64],
    planes: NDArray[np.float64],
    checked: NDArray[np.bool_],
    touch: float,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """What is wrong between the rings of each polygon that has holes.

    Rings may touch in points. They cross where an edge runs from one side of the other ring to the other side, whether
    between its corners or through one, or runs along it. Holes that touch cut up the inside when rings and touching
    points, joined where a point is on a ring, form a closed chain. Everything is seen along the axis nearest to the
    normal of the surface; distances are those in space.

    Parameters
    ----------
    surface_rings : int64, (n_surfaces + 1,)
        Offsets into `ring_vertices`; the first ring of a surface is its exterior.
    ring_vertices : int64, (n_rings + 1,)
        Offsets into `vertices`; rings are not closed.
    vertices : float64, (n_vertices, 3), m
        Finite coordinates relative to an origin nearby.
    planes : float64, (n_surfaces, 3), any unit
        Normal of each surface, not 0.
    checked : bool, (n_surfaces,)
        Surfaces to look at: their rings are simple (:mod:`citytwin.kernels.ring_simplicity`).
    touch : float, m
        Largest distance at which rings touch: well below the shortest edge, above the rounding of coordinates.

    Returns
    -------
    of_surface : uint8, (n_surfaces,)
        Sum of the flags of this module; 0 where all is well or nothing was looked at.
    of_ring : uint8, (n_rings,)
        The flags, except :data:`INTERIOR_DISCONNECTED`, at the hole at fault, the later one of two.

    References
    ----------
    ISO 19107:2019 and OGC 06-103r4 (Simple Features), 6.1.11.1: assertions on polygons.
    H. Ledoux, "val3dity: validation of 3D GIS primitives according to the international standards", Open Geospatial
    Data, Software and Standards 3(1), 2018, doi:10.1186/s40965-018-0043-x.
    """
    of_surface = np.zeros(len(surface_rings) - 1, np.uint8)
    of_ring = np.zeros(len(ring_vertices) - 1, np.uint8)
    for surface in range(len(surface_rings) - 1):
        first = surface_rings[surface]
        last = surface_rings[surface + 1]
        if last - first < 2 or not checked[surface]:
            continue
        u, v = main_axes(planes[surface, 0], planes[surface, 1], planes[surface, 2])
        view = View(vertices, u, v, touch)
        boxes = _ring_boxes(first, last, ring_vertices, view)
        pairs = _near_pairs(boxes)
        flags = _relate(first, pairs, ring_vertices, view, of_ring)
        for hole in range(1, last - first):
            if not _boxes_meet(boxes, 0, hole):
                flags |= INNER_RING_OUTSIDE
                of_ring[first + hole] |= INNER_RING_OUTSIDE
        if flags == 0 and _is_cut_up(first, pairs, ring_vertices, view, last):
            flags |= INTERIOR_DISCONNECTED
        ex, ey, ez = ring_normal(ring_vertices[first], ring_vertices[first + 1], vertices)
        for ring in range(first + 1, last):
            x, y, z = ring_normal(ring_vertices[ring], ring_vertices[ring + 1], vertices)
            if x * ex + y * ey + z * ez > 0.0:
                flags |= ORIENTATION_SAME
                of_ring[ring] |= ORIENTATION_SAME
        of_surface[surface] = flags
    return of_surface, of_ring
