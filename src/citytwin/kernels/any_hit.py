"""Whether anything stops a ray: rays one at a time, or in runs that share their start or their direction.

Neighbours in the arrays that share a direction are cast as packets (:mod:`citytwin.kernels.patch_visibility`), long
runs from one point down from a cut through the tree (:mod:`citytwin.kernels.packet_cut`). That changes the time only.
"""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.bvh import STACK, Bvh
from citytwin.kernels.moller_trumbore import direction_terms, dot, nearer_second, reciprocal, slab, triangle_box
from citytwin.kernels.packet_cut import CUT, LANES, WORD, boxes_met, cut_tree, lowest_bit
from citytwin.kernels.patch_visibility import load_packet, stopped_below

LEAST_FAN = 24
"""Rays from one point for which a cut through the tree pays."""
LEAST_PACKET = 4
"""Rays in one direction for which a packet pays."""

_ZERO = np.float32(0.0)
_ONE = np.float32(1.0)


@jit(borrows=True)
def _meets_box(
    x0: float, y0: float, z0: float, x1: float, y1: float, z1: float,
    ox: float, oy: float, oz: float, ix: float, iy: float, iz: float, far: float,
) -> bool:  # fmt: skip
    """Whether a ray meets a box no farther than `far`."""
    near, far = slab(x0, x1, ox, ix, _ZERO, far)
    near, far = slab(y0, y1, oy, iy, near, far)
    near, far = slab(z0, z1, oz, iz, near, far)
    return near <= far


@jit(borrows=True)
def _stops(
    triangles: NDArray[np.float32], k: int, ox: float, oy: float, oz: float,
    dx: float, dy: float, dz: float, ix: float, iy: float, iz: float, t_min: float, t_max: float,
) -> bool:  # fmt: skip
    """Whether one triangle stops a ray."""
    crossing, hx, hy, hz, gx, gy, gz, fx, fy, fz = direction_terms(triangles, k, dx, dy, dz)
    if not crossing:
        return False
    sx = ox - triangles[k, 0]
    sy = oy - triangles[k, 1]
    sz = oz - triangles[k, 2]
    u = dot(sx, sy, sz, hx, hy, hz)
    if not _ZERO <= u <= _ONE:
        return False
    v = dot(sx, sy, sz, gx, gy, gz)
    if not (v >= _ZERO and u + v <= _ONE):
        return False
    t = dot(sx, sy, sz, fx, fy, fz)
    if not t_min < t <= t_max:
        return False
    x0, y0, z0, x1, y1, z1 = triangle_box(triangles, k)
    return _meets_box(x0, y0, z0, x1, y1, z1, ox, oy, oz, ix, iy, iz, t_max)


@jit(borrows=True)
def _stopper_below(
    bvh: Bvh, top: int, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float,
    ix: float, iy: float, iz: float, t_min: float, t_max: float, stack: NDArray[np.int32],
) -> int:  # fmt: skip
    """Find a triangle below a node that stops a ray; -1 where there is none."""
    low, high, left, leaf_size, triangles, _ = bvh
    stack[0] = top
    depth = 1
    while depth > 0:
        depth -= 1
        node = stack[depth]
        first = left[node]
        if leaf_size[node] > 0:
            for k in range(first, first + leaf_size[node]):
                if _stops(triangles, k, ox, oy, oz, dx, dy, dz, ix, iy, iz, t_min, t_max):
                    return k
            continue
        other = first + 1
        a = _meets_box(
            low[first, 0], low[first, 1], low[first, 2], high[first, 0], high[first, 1], high[first, 2],
            ox, oy, oz, ix, iy, iz, t_max,
        )  # fmt: skip
        b = _meets_box(
            low[other, 0], low[other, 1], low[other, 2], high[other, 0], high[other, 1], high[other, 2],
            ox, oy, oz, ix, iy, iz, t_max,
        )  # fmt: skip
        if a and b:
            if nearer_second(low, high, first, dx, dy, dz):
                first, other = other, first
            stack[depth] = other
            stack[depth + 1] = first
            depth += 2
        elif a:
            stack[depth] = first
            depth += 1
        elif b:
            stack[depth] = other
            depth += 1
    return -1


@jit(borrows=True)
def _cast_fan(
    bvh: Bvh, words: int, nodes: NDArray[np.int32], boxes: NDArray[np.float32], origin: NDArray[np.float32],
    directions: NDArray[np.float32], t_min: float, t_max: float, stack: NDArray[np.int32], result: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Cast rays from one point, down from a cut."""
    ox, oy, oz = origin[0], origin[1], origin[2]
    stopper = 0
    for ray in range(len(directions)):
        dx, dy, dz = directions[ray, 0], directions[ray, 1], directions[ray, 2]
        ix, iy, iz = reciprocal(dx), reciprocal(dy), reciprocal(dz)
        hit = _stops(bvh.triangles, stopper, ox, oy, oz, dx, dy, dz, ix, iy, iz, t_min, t_max)
        for word in range(words):
            if hit:
                break
            met = boxes_met(boxes, word, ix, iy, iz)
            while met != np.uint32(0) and not hit:
                node = nodes[word * WORD + lowest_bit(met)]
                met &= met - np.uint32(1)
                k = -1 - node
                if node >= 0:
                    k = _stopper_below(bvh, node, ox, oy, oz, dx, dy, dz, ix, iy, iz, t_min, t_max, stack)
                    hit = k >= 0
                else:
                    hit = _stops(bvh.triangles, k, ox, oy, oz, dx, dy, dz, ix, iy, iz, t_min, t_max)
                if hit:
                    stopper = k
        result[ray] = hit


@jit(borrows=True)
def _end_of_run(vectors: NDArray[np.float32], start: int, most: int) -> int:
    """End of the run of equal vectors from `start` on, up to `most` of them."""
    stop = start + 1
    last = min(len(vectors), start + most)
    x, y, z = vectors[start, 0], vectors[start, 1], vectors[start, 2]
    while stop < last and vectors[stop, 0] == x and vectors[stop, 1] == y and vectors[stop, 2] == z:
        stop += 1
    return stop


@jit
def any_hit(
    bvh: Bvh,
    origins: NDArray[np.float32],
    directions: NDArray[np.float32],
    t_min: float,
    t_max: float,
) -> NDArray[np.bool_]:
    """Whether each ray hits a triangle, from either side, at a distance above `t_min` and up to `t_max`.

    Parameters
    ----------
    bvh : Bvh
        The triangles.
    origins : float32, (n, 3), m
        Finite, in the coordinates of the triangles; fast where all rays of one point follow each other.
    directions : float32, (n, 3)
        Unit vectors; distances count in their length. Fast, too, where rays of one direction from points side by side
        follow each other.
    t_min : float32, m
        Leaves out the surface that the ray starts on; 1e-4 for origins lifted off it by a centimetre.
    t_max : float32, m
        Infinity for the sky.

    Returns
    -------
    bool, (n,)
        Depends on the ray and the triangles only (:mod:`citytwin.kernels.moller_trumbore`). A ray with a NaN hits
        nothing.
    """
    t_min = np.float32(t_min)
    t_max = np.float32(t_max)
    n = len(origins)
    result = np.zeros(n, np.bool_)
    if len(bvh.left) == 0:
        return result
    stack = np.empty(STACK, np.int32)
    nodes = np.empty(CUT, np.int32)
    boxes = np.empty((CUT // WORD, 6, WORD), np.float32)
    points = np.empty((3, LANES), np.float32)
    everywhere = np.zeros(3, np.float32)
    stopper = 0
    ray = 0
    while ray < n:
        stop = _end_of_run(origins, ray, n)
        if stop - ray >= LEAST_FAN:
            load_packet(origins, ray, 1, points)
            words = cut_tree(bvh, points, everywhere, directions[ray:stop], stack, nodes, boxes)
            _cast_fan(
                bvh, words, nodes, boxes, origins[ray], directions[ray:stop], t_min, t_max, stack, result[ray:stop]
            )
            ray = stop
            continue
        dx, dy, dz = directions[ray, 0], directions[ray, 1], directions[ray, 2]
        ix, iy, iz = reciprocal(dx), reciprocal(dy), reciprocal(dz)
        stop = _end_of_run(directions, ray, LANES)
        if stop - ray >= LEAST_PACKET and t_max == np.inf:
            load_packet(origins, ray, stop - ray, points)
            stopped, _ = stopped_below(bvh, 0, 0, 0, points, dx, dy, dz, ix, iy, iz, t_min, stack)
            for lane in range(stop - ray):
                result[ray + lane] = (stopped >> lane) & 1
            ray = stop
            continue
        ox, oy, oz = origins[ray, 0], origins[ray, 1], origins[ray, 2]
        hit = _stops(bvh.triangles, stopper, ox, oy, oz, dx, dy, dz, ix, iy, iz, t_min, t_max)
        if not hit:
            k = _stopper_below(bvh, 0, ox, oy, oz, dx, dy, dz, ix, iy, iz, t_min, t_max, stack)
            hit = k >= 0
            if hit:
                stopper = k
        result[ray] = hit
        ray += 1
    return result
