"""Which triangle each ray meets first, by packets of 16 origins and one direction.

Of all triangles that stop a ray (:mod:`citytwin.kernels.moller_trumbore`) the one at the smallest distance is taken, of
several at the same distance the one of the smallest row in the input. A distance is never less than where the ray
enters the padded box of the triangle, so that a box behind the best distance so far cannot hold a better one: the
answer depends on the ray and the triangles only, to the last bit.
"""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.bvh import STACK, Bvh
from citytwin.kernels.moller_trumbore import direction_terms, dot, nearer_second, reciprocal, slab, triangle_box
from citytwin.kernels.packet_cut import CUT, LANES, WORD, boxes_met, cut_tree, lowest_bit
from citytwin.kernels.patch_visibility import GRAZING, load_packet

FREE = -1
"""No triangle within reach of the ray."""
BEHIND = -2
"""The direction lies behind the surface: no ray was cast."""

_ZERO = np.float32(0.0)
_ONE = np.float32(1.0)
_FAR = np.float32(np.inf)


@jit(borrows=True)
def _any_lane_in_box(
    box_low: NDArray[np.float32], box_high: NDArray[np.float32], node: int,
    points: NDArray[np.float32], ix: float, iy: float, iz: float, distance: NDArray[np.float32],
) -> bool:  # fmt: skip
    """Whether the ray of any point meets the box of a node no farther than its best distance so far."""
    x0, y0, z0 = box_low[node, 0], box_low[node, 1], box_low[node, 2]
    x1, y1, z1 = box_high[node, 0], box_high[node, 1], box_high[node, 2]
    met = np.int32(0)
    for lane in range(LANES):
        near, far = slab(x0, x1, points[0, lane], ix, _ZERO, distance[lane])
        near, far = slab(y0, y1, points[1, lane], iy, near, far)
        near, far = slab(z0, z1, points[2, lane], iz, near, far)
        met |= np.int32(near <= far)
    return met != 0


@jit(borrows=True)
def _meet_triangle(
    bvh: Bvh, k: int, points: NDArray[np.float32],
    dx: float, dy: float, dz: float, ix: float, iy: float, iz: float, t_min: float,
    distance: NDArray[np.float32], rows: NDArray[np.int32],
) -> bool:  # fmt: skip
    """Take a triangle for the points that it stops before anything else; whether there are any."""
    triangles = bvh.triangles
    crossing, hx, hy, hz, gx, gy, gz, fx, fy, fz = direction_terms(triangles, k, dx, dy, dz)
    if not crossing:
        return False
    ax, ay, az = triangles[k, 0], triangles[k, 1], triangles[k, 2]
    x0, y0, z0, x1, y1, z1 = triangle_box(triangles, k)
    row = bvh.order[k]
    taken = np.int32(0)
    for lane in range(LANES):
        sx = points[0, lane] - ax
        sy = points[1, lane] - ay
        sz = points[2, lane] - az
        u = dot(sx, sy, sz, hx, hy, hz)
        v = dot(sx, sy, sz, gx, gy, gz)
        t = dot(sx, sy, sz, fx, fy, fz)
        near, far = slab(x0, x1, points[0, lane], ix, _ZERO, _FAR)
        near, far = slab(y0, y1, points[1, lane], iy, near, far)
        near, far = slab(z0, z1, points[2, lane], iz, near, far)
        best = distance[lane]
        best_row = rows[lane]
        at = t if t > near else near
        closer = (at < best) | ((at == best) & ((row < best_row) | (best_row < 0)))
        hit = (u >= _ZERO) & (v >= _ZERO) & (u + v <= _ONE) & (t > t_min) & (near <= far) & closer
        distance[lane] = at if hit else best
        rows[lane] = row if hit else best_row
        taken |= np.int32(hit)
    return taken != 0


@jit(borrows=True)
def _first_below(
    bvh: Bvh, top: int, guess: int, points: NDArray[np.float32],
    dx: float, dy: float, dz: float, ix: float, iy: float, iz: float, t_min: float,
    stack: NDArray[np.int32], distance: NDArray[np.float32], rows: NDArray[np.int32],
) -> int:  # fmt: skip
    """Take what lies below a node and nearer than before; the last triangle taken, or `guess`."""
    low, high, left, leaf_size, _, _ = bvh
    stack[0] = top
    depth = 1
    while depth > 0:
        depth -= 1
        node = stack[depth]
        if not _any_lane_in_box(low, high, node, points, ix, iy, iz, distance):
            continue
        first = left[node]
        if leaf_size[node] == 0:
            second = 1 if nearer_second(low, high, first, dx, dy, dz) else 0
            stack[depth] = first + 1 - second
            stack[depth + 1] = first + second
            depth += 2
            continue
        for k in range(first, first + leaf_size[node]):
            if _meet_triangle(bvh, k, points, dx, dy, dz, ix, iy, iz, t_min, distance, rows):
                guess = k
    return guess


@jit(borrows=True)
def _first_of_packet(
    bvh: Bvh, words: int, nodes: NDArray[np.int32], boxes: NDArray[np.float32], points: NDArray[np.float32],
    dx: float, dy: float, dz: float, t_min: float, guess: int,
    stack: NDArray[np.int32], distance: NDArray[np.float32], rows: NDArray[np.int32],
) -> int:  # fmt: skip
    """Find the first triangle before `distance` for 16 points and one direction; the last one taken, or `guess`."""
    ix, iy, iz = reciprocal(dx), reciprocal(dy), reciprocal(dz)
    for lane in range(LANES):
        rows[lane] = FREE
    tried = guess
    if words > 0:
        _meet_triangle(bvh, tried, points, dx, dy, dz, ix, iy, iz, t_min, distance, rows)
    for word in range(words):
        met = boxes_met(boxes, word, ix, iy, iz)
        while met != np.uint32(0):
            node = nodes[word * WORD + lowest_bit(met)]
            met &= met - np.uint32(1)
            if node >= 0:
                guess = _first_below(bvh, node, guess, points, dx, dy, dz, ix, iy, iz, t_min, stack, distance, rows)
            elif -1 - node != tried:
                if _meet_triangle(bvh, -1 - node, points, dx, dy, dz, ix, iy, iz, t_min, distance, rows):
                    guess = -1 - node
    return guess


@jit
def first_hits(
    bvh: Bvh,
    origins: NDArray[np.float32],
    directions: NDArray[np.float32],
    t_min: float,
    t_max: float,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """First triangle that stops the ray from each origin in each direction, from either side.

    Parameters
    ----------
    bvh : Bvh
        The triangles.
    origins : float32, (n, 3), m
        Finite, in the coordinates of the triangles; fast where neighbours in the array are neighbours in space.
    directions : float32, (m, 3)
        Unit vectors; distances count in their length.
    t_min : float32, m
        Leaves out the surface that the ray starts on; 1e-4 for origins lifted off it by a centimetre.
    t_max : float32, m
        Greatest distance; infinity for no limit.

    Returns
    -------
    triangle : int32, (n, m)
        Row of the triangle in the input of :func:`citytwin.kernels.bvh.build_bvh`; -1 where nothing is met.
    distance : float32, (n, m), m
        Where the triangle is met; `t_max` where nothing is.
    """
    t_min = np.float32(t_min)
    t_max = np.float32(t_max)
    n, m = len(origins), len(directions)
    triangle = np.empty((n, m), np.int32)
    reached = np.empty((n, m), np.float32)
    points = np.empty((3, LANES), np.float32)
    stack = np.empty(STACK, np.int32)
    nodes = np.empty(CUT, np.int32)
    boxes = np.empty((CUT // WORD, 6, WORD), np.float32)
    distance = np.empty(LANES, np.float32)
    rows = np.empty(LANES, np.int32)
    everywhere = np.zeros(3, np.float32)
    guess = 0
    for first in range(0, n, LANES):
        size = min(LANES, n - first)
        load_packet(origins, first, size, points)
        words = cut_tree(bvh, points, everywhere, directions, stack, nodes, boxes)
        for d in range(m):
            dx, dy, dz = directions[d, 0], directions[d, 1], directions[d, 2]
            distance[:] = t_max
            guess = _first_of_packet(bvh, words, nodes, boxes, points, dx, dy, dz, t_min, guess, stack, distance, rows)
            for lane in range(size):
                triangle[first + lane, d] = rows[lane]
                reached[first + lane, d] = distance[lane]
    return triangle, reached


@jit
def first_hits_of_surface(
    bvh: Bvh,
    origins: NDArray[np.float32],
    sample_offsets: NDArray[np.int64],
    normals: NDArray[np.float32],
    directions: NDArray[np.float32],
    t_min: float,
    start: int,
    stop: int,
) -> NDArray[np.int32]:
    """First triangle that the samples of some surfaces see in each direction before their surface.

    Parameters
    ----------
    bvh : Bvh
        The triangles, those of the surfaces included.
    origins : float32, (n_samples, 3), m
        Sample points, those of a surface together and in the order of a grid, lifted off it by 1 to 2 cm.
    sample_offsets : int64, (n_surfaces + 1,)
        Offsets into the samples.
    normals : float32, (n_surfaces, 3), unit length
        Outward normals.
    directions : float32, (m, 3), unit length
        Neighbours next to each other; below the horizon, too, where ground matters.
    t_min : float32, m
        Leaves out the surface itself; 1e-4.
    start, stop : int
        Range of surfaces to work on.

    Returns
    -------
    int32, (sample_offsets[stop] - sample_offsets[start], m)
        Row of the triangle in the input of :func:`citytwin.kernels.bvh.build_bvh`; -1 (:data:`FREE`) where nothing is
        met, -2 (:data:`BEHIND`) for directions behind the surface. The same for a surface whatever the range.
    """
    t_min = np.float32(t_min)
    m = len(directions)
    begin = sample_offsets[start]
    triangle = np.full((sample_offsets[stop] - begin, m), BEHIND, np.int32)
    points = np.empty((3, LANES), np.float32)
    stack = np.empty(STACK, np.int32)
    nodes = np.empty(CUT, np.int32)
    boxes = np.empty((CUT // WORD, 6, WORD), np.float32)
    distance = np.empty(LANES, np.float32)
    rows = np.empty(LANES, np.int32)
    guess = 0
    for surface in range(start, stop):
        nx, ny, nz = normals[surface, 0], normals[surface, 1], normals[surface, 2]
        for first in range(sample_offsets[surface], sample_offsets[surface + 1], LANES):
            size = min(LANES, sample_offsets[surface + 1] - first)
            load_packet(origins, first, size, points)
            words = cut_tree(bvh, points, normals[surface], directions, stack, nodes, boxes)
            for d in range(m):
                dx, dy, dz = directions[d, 0], directions[d, 1], directions[d, 2]
                if dot(nx, ny, nz, dx, dy, dz) <= GRAZING:
                    continue
                distance[:] = _FAR
                guess = _first_of_packet(
                    bvh, words, nodes, boxes, points, dx, dy, dz, t_min, guess, stack, distance, rows
                )
                for lane in range(size):
                    triangle[first - begin + lane, d] = rows[lane]
    return triangle
