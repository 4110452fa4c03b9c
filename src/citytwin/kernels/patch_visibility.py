"""Which share of each surface sees each direction of the sky, by packets of 16 sample points and one direction.

Points of a packet lie side by side and look the same way, so one walk down the tree serves all 16, with their
arithmetic in vector registers. The walk starts from a cut through the tree that is made once for the packet
(:mod:`citytwin.kernels.packet_cut`), and the triangle that stopped one direction is tried first for the next.
"""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.bvh import STACK, Bvh
from citytwin.kernels.moller_trumbore import direction_terms, dot, nearer_second, reciprocal, slab, triangle_box
from citytwin.kernels.packet_cut import CUT, LANES, WORD, boxes_met, cut_tree, lowest_bit

GRAZING = np.float32(1e-4)
"""Cosine of incidence up to which a direction counts as behind the surface."""

_ALL = (1 << LANES) - 1
_ZERO = np.float32(0.0)
_ONE = np.float32(1.0)
_FAR = np.float32(np.inf)


@jit(borrows=True)
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


@jit(borrows=True)
def lanes_stopped(
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


@jit(borrows=True)
def stopped_below(
    bvh: Bvh, top: int, stopped: int, occluder: int, points: NDArray[np.float32],
    dx: float, dy: float, dz: float, ix: float, iy: float, iz: float, t_min: float, stack: NDArray[np.int32],
) -> tuple[int, int]:  # fmt: skip
    """Bits of the points stopped so far or by a triangle below a node, and the last triangle that stopped some."""
    low, high, left, leaf_size, triangles, _ = bvh
    stack[0] = top
    depth = 1
    while depth > 0:
        depth -= 1
        node = stack[depth]
        lanes = _lanes_in_box(
            low[node, 0], low[node, 1], low[node, 2], high[node, 0], high[node, 1], high[node, 2], points, ix, iy, iz
        )
        if lanes & ~stopped == 0:
            continue
        first = left[node]
        if leaf_size[node] == 0:
            second = 1 if nearer_second(low, high, first, dx, dy, dz) else 0
            stack[depth] = first + 1 - second
            stack[depth + 1] = first + second
            depth += 2
            continue
        for k in range(first, first + leaf_size[node]):
            lanes = lanes_stopped(triangles, k, points, dx, dy, dz, ix, iy, iz, t_min)
            if lanes & ~stopped:
                stopped |= lanes
                occluder = k
                if stopped == _ALL:
                    return stopped, occluder
    return stopped, occluder


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
    nodes = np.empty(CUT, np.int32)
    boxes = np.empty((CUT // WORD, 6, WORD), np.float32)
    words = cut_tree(bvh, points, normal, directions, stack, nodes, boxes)
    _cast_from_cut(bvh, words, nodes, boxes, points, normal, directions, t_min, stack, masks)


@jit(borrows=True)
def _cast_from_cut(
    bvh: Bvh,
    words: int,
    nodes: NDArray[np.int32],
    boxes: NDArray[np.float32],
    points: NDArray[np.float32],
    normal: NDArray[np.float32],
    directions: NDArray[np.float32],
    t_min: float,
    stack: NDArray[np.int32],
    masks: NDArray[np.int32],
) -> None:
    """Do the work of :func:`cast_packet`, which makes the cut."""
    triangles = bvh.triangles
    occluder = -1
    for d in range(len(directions)):
        dx, dy, dz = directions[d, 0], directions[d, 1], directions[d, 2]
        if dot(normal[0], normal[1], normal[2], dx, dy, dz) <= GRAZING:
            masks[d] = 0
            continue
        ix, iy, iz = reciprocal(dx), reciprocal(dy), reciprocal(dz)
        stopped = 0
        tried = occluder
        if tried >= 0:
            stopped = lanes_stopped(triangles, tried, points, dx, dy, dz, ix, iy, iz, t_min)
        for word in range(words):
            if stopped == _ALL:
                break
            met = boxes_met(boxes, word, ix, iy, iz)
            while met != np.uint32(0) and stopped != _ALL:
                node = nodes[word * WORD + lowest_bit(met)]
                met &= met - np.uint32(1)
                if node >= 0:
                    stopped, occluder = stopped_below(
                        bvh, node, stopped, occluder, points, dx, dy, dz, ix, iy, iz, t_min, stack
                    )
                elif -1 - node != tried:
                    lanes = lanes_stopped(triangles, -1 - node, points, dx, dy, dz, ix, iy, iz, t_min)
                    if lanes & ~stopped:
                        stopped |= lanes
                        occluder = -1 - node
        masks[d] = ~stopped & _ALL


@jit(borrows=True)
def load_packet(origins: NDArray[np.float32], first: int, n: int, points: NDArray[np.float32]) -> None:
    """Copy `n` points from `first` on into the packet and fill up with the first of them."""
    for lane in range(LANES):
        sample = first + lane if lane < n else first
        for axis in range(3):
            points[axis, lane] = origins[sample, axis]


@jit
def packet_offsets(sample_offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """First packet of each surface and the number of packets, int64 (n_surfaces + 1,).

    `sample_offsets`, int64 (n_surfaces + 1,), are offsets into samples; packets never hold points of two surfaces.
    """
    offsets = np.zeros(len(sample_offsets), np.int64)
    for surface in range(len(sample_offsets) - 1):
        n = sample_offsets[surface + 1] - sample_offsets[surface]
        offsets[surface + 1] = offsets[surface] + (n + LANES - 1) // LANES
    return offsets


@jit
def packet_masks(
    bvh: Bvh,
    origins: NDArray[np.float32],
    sample_offsets: NDArray[np.int64],
    normals: NDArray[np.float32],
    directions: NDArray[np.float32],
    t_min: float,
    start: int,
    stop: int,
) -> NDArray[np.uint16]:
    """Which sample sees which direction, a bit each.

    Masks against two sets of triangles give those against both by a bitwise AND.

    Parameters
    ----------
    bvh, origins, sample_offsets, normals, directions, t_min, start, stop
        As for :func:`visible_fraction`.

    Returns
    -------
    uint16, (n_packets, n_directions)
        Bit `k` of packet `p` is sample ``sample_offsets[s] + 16 (p - offsets[s]) + k`` of surface `s`, with
        :func:`packet_offsets`, counted from `start`. Bits beyond the last sample of a surface are 0.
    """
    t_min = np.float32(t_min)
    n_directions = len(directions)
    offsets = packet_offsets(sample_offsets[start : stop + 1])
    result = np.empty((offsets[-1], n_directions), np.uint16)
    points = np.empty((3, LANES), np.float32)
    stack = np.empty(STACK, np.int32)
    masks = np.empty(n_directions, np.int32)
    packet = 0
    for surface in range(start, stop):
        for first in range(sample_offsets[surface], sample_offsets[surface + 1], LANES):
            n = min(LANES, sample_offsets[surface + 1] - first)
            load_packet(origins, first, n, points)
            cast_packet(bvh, points, normals[surface], directions, t_min, stack, masks)
            present = (1 << n) - 1
            for d in range(n_directions):
                result[packet, d] = masks[d] & present
            packet += 1
    return result


@jit(borrows=True)
def weigh_packet(masks: NDArray[np.integer], weights: NDArray[np.float32], seen: NDArray[np.float64]) -> float:
    """Add the weight of the points of a packet that see each direction to `seen`; the weight of all of them."""
    total = 0.0
    for lane in range(len(weights)):
        weight = np.float64(weights[lane])
        total += weight
        for d in range(len(masks)):
            seen[d] += weight * ((masks[d] >> lane) & 1)
    return total


@jit(borrows=True)
def write_fraction(seen: NDArray[np.float64], total: float, result: NDArray[np.uint8]) -> None:
    """Round shares of a total to 0 to 255."""
    if total > 0.0:
        for d in range(len(seen)):
            result[d] = int(255.0 * (seen[d] / total) + 0.5)


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
            total += weigh_packet(masks, weights[first : first + n], seen)
        write_fraction(seen, total, result[surface - start])
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
