"""Which share of each surface sees each direction of the sky, by packets of 16 sample points and one direction.

Points of a packet lie side by side and look the same way, so one walk down the tree serves all 16, with their
arithmetic in vector registers; the triangle that stopped one direction is tried first for the next, which usually it
stops as well.
"""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.bvh import STACK, Bvh
from citytwin.kernels.moller_trumbore import direction_terms, dot, nearer_second, reciprocal, slab, triangle_box

LANES = 16
"""Sample points a packet."""
GRAZING = np.float32(1e-4)
"""Cosine of incidence up to which a direction counts as behind the surface."""

_ALL = (1 << LANES) - 1
_ZERO = np.float32(0.0)
_ONE = np.float32(1.0)
_FAR = np.float32(np.inf)


@jit
def _lanes_in_box(
    x0: float, y0: float, z0: float, x1: float, y1: float, z1: float,
    points: NDArray[np.float32], ix: float, iy: float, iz: float,
) -> int:  # fmt: skip
    """Bits of the points whose ray meets a box."""
    lanes = np.int32(0)
    for lane in range(LANES):
        near, far = slab(x0, x1, points[0, lane], ix, _ZERO, _FAR)
        near, far = slab(y0, y1, points[1, lane], iy, near, far)
        near, far = slab(z0, z1, points[2, lane], iz, near, far)
        lanes |= np.int32(near <= far) << np.int32(lane)
    return lanes


@jit
def _lanes_stopped(
    triangles: NDArray[np.float32],
    k: int,
    points: NDArray[np.float32],
    dx: float, dy: float, dz: float, ix: float, iy: float, iz: float, t_min: float,
) -> int:  # fmt: skip
    """Bits of the points whose ray one triangle stops."""
    crossing, hx, hy, hz, gx, gy, gz, fx, fy, fz = direction_terms(triangles, k, dx, dy, dz)
    if not crossing:
        return 0
    ax = triangles[k, 0]
    ay = triangles[k, 1]
    az = triangles[k, 2]
    lanes = np.int32(0)
    for lane in range(LANES):
        sx = points[0, lane] - ax
        sy = points[1, lane] - ay
        sz = points[2, lane] - az
        u = dot(sx, sy, sz, hx, hy, hz)
        v = dot(sx, sy, sz, gx, gy, gz)
        t = dot(sx, sy, sz, fx, fy, fz)
        hit = (u >= _ZERO) & (v >= _ZERO) & (u + v <= _ONE) & (t > t_min)
        lanes |= np.int32(hit) << np.int32(lane)
    if lanes != 0:
        x0, y0, z0, x1, y1, z1 = triangle_box(triangles, k)
        lanes &= _lanes_in_box(x0, y0, z0, x1, y1, z1, points, ix, iy, iz)
    return lanes


@jit
def cast_packet(
    bvh: Bvh,
    points: NDArray[np.float32],
    normal: NDArray[np.float32],
    directions: NDArray[np.float32],
    t_min: float,
    stack: NDArray[np.int32],
    masks: NDArray[np.int32],
) -> None:
    """Write for each direction the bits of the points that see it; 0 for directions behind the surface.

    `points` is (3, 16), short packets filled up with copies of a point of their own.
    """
    low, high, left, leaf_size, triangles, _ = bvh
    occluder = -1
    for d in range(len(directions)):
        dx, dy, dz = directions[d, 0], directions[d, 1], directions[d, 2]
        if dot(normal[0], normal[1], normal[2], dx, dy, dz) <= GRAZING:
            masks[d] = 0
            continue
        ix, iy, iz = reciprocal(dx), reciprocal(dy), reciprocal(dz)
        stopped = 0
        if occluder >= 0:
            stopped = _lanes_stopped(triangles, occluder, points, dx, dy, dz, ix, iy, iz, t_min)
        depth = 0
        if stopped != _ALL and len(left) > 0:
            stack[0] = 0
            depth = 1
        while depth > 0:
            depth -= 1
            node = stack[depth]
            first = left[node]
            if leaf_size[node] > 0:
                for k in range(first, first + leaf_size[node]):
                    lanes = _lanes_stopped(triangles, k, points, dx, dy, dz, ix, iy, iz, t_min)
                    if lanes & ~stopped:
                        stopped |= lanes
                        occluder = k
                        if stopped == _ALL:
                            depth = 0
                            break
                continue
            other = first + 1
            a = ~stopped & _lanes_in_box(
                low[first, 0], low[first, 1], low[first, 2], high[first, 0], high[first, 1], high[first, 2],
                points, ix, iy, iz,
            )  # fmt: skip
            b = ~stopped & _lanes_in_box(
                low[other, 0], low[other, 1], low[other, 2], high[other, 0], high[other, 1], high[other, 2],
                points, ix, iy, iz,
            )  # fmt: skip
            if a != 0 and b != 0:
                if nearer_second(low, high, first, dx, dy, dz):
                    first, other = other, first
                stack[depth] = other
                stack[depth + 1] = first
                depth += 2
            elif a != 0:
                stack[depth] = first
                depth += 1
            elif b != 0:
                stack[depth] = other
                depth += 1
        masks[d] = ~stopped & _ALL


@jit
def load_packet(origins: NDArray[np.float32], first: int, n: int, points: NDArray[np.float32]) -> None:
    """Copy `n` points from `first` on into the packet and fill up with the first of them."""
    for lane in range(LANES):
        sample = first + lane if lane < n else first
        for axis in range(3):
            points[axis, lane] = origins[sample, axis]


@jit
def visible_fraction(
    bvh: Bvh,
    origins: NDArray[np.float32],
    weights: NDArray[np.float32],
    sample_offsets: NDArray[np.int64],
    normals: NDArray[np.float32],
    directions: NDArray[np.float32],
    t_min: float,
    start: int,
    stop: int,
) -> NDArray[np.uint8]:
    r"""Share of each surface that sees each direction, :math:`F_{sd} = \sum_k w_k b_{kd} / \sum_k w_k`, as 0 to 255.

    Parameters
    ----------
    bvh : Bvh
        What stands in the way, the surfaces themselves included.
    origins : float32, (n_samples, 3), m
        Sample points, those of a surface together and in the order of a grid, lifted off it by 1 to 2 cm.
    weights : float32, (n_samples,), any unit
        Area that each point stands for; 0 drops a point.
    sample_offsets : int64, (n_surfaces + 1,)
        Offsets into the samples.
    normals : float32, (n_surfaces, 3), unit length
        Outward normals.
    directions : float32, (n_directions, 3), unit length
        Towards the sky, neighbours next to each other.
    t_min : float32, m
        Leaves out the surface itself; 1e-4.
    start, stop : int
        Range of surfaces to work on.

    Returns
    -------
    uint8, (stop - start, n_directions)
        ``round(255 F)``; 0 for directions behind the surface and for surfaces without weight. The same for a surface
        whatever the range, and for each ray the same as :func:`citytwin.kernels.any_hit.any_hit`.
    """
    t_min = np.float32(t_min)
    n_directions = len(directions)
    result = np.zeros((stop - start, n_directions), np.uint8)
    points = np.empty((3, LANES), np.float32)
    stack = np.empty(STACK, np.int32)
    masks = np.empty(n_directions, np.int32)
    seen = np.empty(n_directions)
    for surface in range(start, stop):
        seen[:] = 0.0
        total = 0.0
        for first in range(sample_offsets[surface], sample_offsets[surface + 1], LANES):
            n = min(LANES, sample_offsets[surface + 1] - first)
            load_packet(origins, first, n, points)
            cast_packet(bvh, points, normals[surface], directions, t_min, stack, masks)
            for lane in range(n):
                weight = np.float64(weights[first + lane])
                total += weight
                for d in range(n_directions):
                    seen[d] += weight * ((masks[d] >> lane) & 1)
        if total > 0.0:
            for d in range(n_directions):
                result[surface - start, d] = int(255.0 * (seen[d] / total) + 0.5)
    return result


@jit
def visible_directions(
    bvh: Bvh,
    origins: NDArray[np.float32],
    sample_offsets: NDArray[np.int64],
    normals: NDArray[np.float32],
    directions: NDArray[np.float32],
    t_min: float,
    start: int,
    stop: int,
) -> NDArray[np.int32]:
    """Number of directions that each sample point sees, to tell points buried inside buildings from points outdoors.

    Parameters
    ----------
    bvh, origins, sample_offsets, normals, directions, t_min, start, stop
        As for :func:`visible_fraction`.

    Returns
    -------
    int32, (sample_offsets[stop] - sample_offsets[start],)
    """
    t_min = np.float32(t_min)
    n_directions = len(directions)
    begin = sample_offsets[start]
    result = np.zeros(sample_offsets[stop] - begin, np.int32)
    points = np.empty((3, LANES), np.float32)
    stack = np.empty(STACK, np.int32)
    masks = np.empty(n_directions, np.int32)
    for surface in range(start, stop):
        for first in range(sample_offsets[surface], sample_offsets[surface + 1], LANES):
            n = min(LANES, sample_offsets[surface + 1] - first)
            load_packet(origins, first, n, points)
            cast_packet(bvh, points, normals[surface], directions, t_min, stack, masks)
            for lane in range(n):
                for d in range(n_directions):
                    result[first - begin + lane] += (masks[d] >> lane) & 1
    return result
