"""Bounding volume hierarchy over triangles, built by the binned surface area heuristic."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.moller_trumbore import triangle_box

LEAF = 4
"""Triangles up to which a node is not split."""
BINS = 16
"""Bins along each axis of a node."""
STACK = 128
"""Nodes a traversal may have to remember: more than the tree is deep."""
_SAH_DEPTH = 64
"""Level below which nodes are simply halved, so that no input makes the tree deeper than 64 + 31 levels."""
_MINIMUM_EXTENT = np.float32(1e-6)


class Bvh(NamedTuple):
    """A binary tree of boxes; node 0 is the root, and a tree over no triangles has no nodes.

    Attributes
    ----------
    low, high : float32, (n_nodes, 3), m
        Corners of each box, padded.
    left : int32, (n_nodes,)
        First of the two children, which are neighbours; of a leaf, its first triangle.
    leaf_size : int32, (n_nodes,)
        Triangles of a leaf; 0 for an inner node.
    triangles : float32, (n_triangles, 9), m
        First corner and the edges from it to the second and third, in the order of the leaves.
    order : int32, (n_triangles,)
        Row that each of these triangles had in the input.
    """

    low: NDArray[np.float32]
    high: NDArray[np.float32]
    left: NDArray[np.int32]
    leaf_size: NDArray[np.int32]
    triangles: NDArray[np.float32]
    order: NDArray[np.int32]


@jit(borrows=True)
def _half_area(box: NDArray[np.float32]) -> float:
    """Half the surface of a box, (2, 3)."""
    x = box[1, 0] - box[0, 0]
    y = box[1, 1] - box[0, 1]
    z = box[1, 2] - box[0, 2]
    return x * y + y * z + z * x


@jit
def _find_split(
    order: NDArray[np.int32],
    start: int,
    stop: int,
    boxes: NDArray[np.float32],
    centre_low: NDArray[np.float32],
    centre_high: NDArray[np.float32],
    counts: NDArray[np.int64],
    bins: NDArray[np.float32],
    costs: NDArray[np.float32],
) -> tuple[int, int]:
    """Axis and bin boundary where area x number of triangles, summed over both sides, is least; axis -1 if none."""
    best = np.float32(np.inf)
    best_axis = -1
    best_boundary = 0
    box = np.empty((2, 3), np.float32)
    for axis in range(3):
        extent = centre_high[axis] - centre_low[axis]
        if extent <= _MINIMUM_EXTENT:
            continue
        scale = np.float32(BINS) / extent
        for b in range(BINS):
            counts[b] = 0
            for i in range(3):
                bins[b, 0, i] = np.inf
                bins[b, 1, i] = -np.inf
        for k in range(start, stop):
            t = order[k]
            b = _bin(boxes, t, axis, centre_low[axis], scale)
            counts[b] += 1
            for i in range(3):
                bins[b, 0, i] = min(bins[b, 0, i], boxes[t, i])
                bins[b, 1, i] = max(bins[b, 1, i], boxes[t, 3 + i])
        for sweep in range(2):
            for i in range(3):
                box[0, i] = np.inf
                box[1, i] = -np.inf
            n = 0
            for step in range(BINS - 1):
                b = BINS - 1 - step if sweep == 0 else step
                n += counts[b]
                for i in range(3):
                    box[0, i] = min(box[0, i], bins[b, 0, i])
                    box[1, i] = max(box[1, i], bins[b, 1, i])
                cost = _half_area(box) * np.float32(n) if n > 0 else np.float32(np.inf)
                if sweep == 0:
                    costs[b] = cost
                elif cost + costs[b + 1] < best:
                    best = cost + costs[b + 1]
                    best_axis = axis
                    best_boundary = b + 1
    return best_axis, best_boundary


@jit(borrows=True)
def _bin(boxes: NDArray[np.float32], t: int, axis: int, origin: float, scale: float) -> int:
    """Bin of a triangle by the middle of its box."""
    centre = np.float32(0.5) * (boxes[t, axis] + boxes[t, 3 + axis])
    return min(BINS - 1, int((centre - origin) * scale))


@jit(borrows=True)
def _push(stack: NDArray[np.int64], depth: int, node: int, start: int, stop: int, level: int) -> int:
    """Remember a node that is still to be built; the new height of the stack."""
    stack[depth, 0] = node
    stack[depth, 1] = start
    stack[depth, 2] = stop
    stack[depth, 3] = level
    return depth + 1


@jit(borrows=True)
def _write_triangle(xyz: NDArray[np.float32], t: int, triangles: NDArray[np.float32], k: int) -> None:
    """Write the first corner of triangle `t` and its two edges from there to row `k`."""
    for i in range(3):
        triangles[k, i] = xyz[t, 0, i]
        triangles[k, 3 + i] = xyz[t, 1, i] - xyz[t, 0, i]
        triangles[k, 6 + i] = xyz[t, 2, i] - xyz[t, 0, i]


@jit
def build_bvh(xyz: NDArray[np.float32]) -> Bvh:
    """Build the tree that rays are cast against.

    From the root down, each node of more than 4 triangles is split at that boundary of 16 bins of box centres, on any
    of the three axes, where the expected cost of casting a ray, area times number of triangles on either side, is
    lowest. Nodes whose centres coincide are halved. The tree takes less than 100 bytes a triangle.

    Parameters
    ----------
    xyz : float32, (n_triangles, 3, 3), m
        Corners of each triangle, finite, relative to an origin within 5 km. Triangles without area never stop a ray.

    Returns
    -------
    Bvh
        The same for the same input, bit for bit.

    References
    ----------
    I. Wald, "On fast construction of SAH-based bounding volume hierarchies", IEEE Symposium on Interactive Ray Tracing,
    2007, doi:10.1109/RT.2007.4342588.
    """
    n = len(xyz)
    boxes = np.empty((n, 6), np.float32)
    order = np.arange(n).astype(np.int32)
    one = np.empty((1, 9), np.float32)
    for t in range(n):
        _write_triangle(xyz, t, one, 0)
        boxes[t, 0], boxes[t, 1], boxes[t, 2], boxes[t, 3], boxes[t, 4], boxes[t, 5] = triangle_box(one, 0)

    low = np.empty((2 * n, 3), np.float32)
    high = np.empty((2 * n, 3), np.float32)
    left = np.empty(2 * n, np.int32)
    leaf_size = np.empty(2 * n, np.int32)
    centre_low = np.empty(3, np.float32)
    centre_high = np.empty(3, np.float32)
    counts = np.empty(BINS, np.int64)
    bins = np.empty((BINS, 2, 3), np.float32)
    costs = np.empty(BINS + 1, np.float32)
    stack = np.empty((2 * STACK, 4), np.int64)
    n_nodes = 0
    depth = 0
    if n > 0:
        n_nodes = 1
        depth = _push(stack, 0, 0, 0, n, 0)
    while depth > 0:
        depth -= 1
        node, start, stop, level = stack[depth, 0], stack[depth, 1], stack[depth, 2], stack[depth, 3]
        for i in range(3):
            low[node, i] = centre_low[i] = np.inf
            high[node, i] = centre_high[i] = -np.inf
        for k in range(start, stop):
            t = order[k]
            for i in range(3):
                low[node, i] = min(low[node, i], boxes[t, i])
                high[node, i] = max(high[node, i], boxes[t, 3 + i])
                centre = np.float32(0.5) * (boxes[t, i] + boxes[t, 3 + i])
                centre_low[i] = min(centre_low[i], centre)
                centre_high[i] = max(centre_high[i], centre)
        if stop - start <= LEAF:
            left[node] = start
            leaf_size[node] = stop - start
            continue
        middle = start
        if level < _SAH_DEPTH:
            axis, boundary = _find_split(order, start, stop, boxes, centre_low, centre_high, counts, bins, costs)
            if axis >= 0:
                scale = np.float32(BINS) / (centre_high[axis] - centre_low[axis])
                last = stop - 1
                while middle <= last:
                    t = order[middle]
                    if _bin(boxes, t, axis, centre_low[axis], scale) < boundary:
                        middle += 1
                    else:
                        order[middle] = order[last]
                        order[last] = t
                        last -= 1
        if middle == start or middle == stop:
            middle = (start + stop) // 2
        left[node] = n_nodes
        leaf_size[node] = 0
        depth = _push(stack, depth, n_nodes + 1, middle, stop, level + 1)
        depth = _push(stack, depth, n_nodes, start, middle, level + 1)
        n_nodes += 2
    triangles = np.empty((n, 9), np.float32)
    for k in range(n):
        _write_triangle(xyz, order[k], triangles, k)
    return Bvh(
        low[:n_nodes].copy(),
        high[:n_nodes].copy(),
        left[:n_nodes].copy(),
        leaf_size[:n_nodes].copy(),
        triangles,
        order,
    )
