"""The cut by recursion over the tree, and boxes met point by point in double precision."""

import numpy as np

MARGIN = 0.01
OPENED = 1.5


def corners(triangle):
    first, edge_1, edge_2 = np.asarray(triangle, np.float64).reshape(3, 3)
    return np.stack([first, first + edge_1, first + edge_2])


def behind(low, high, points, normal, upward):
    """Whether a box lies more than the margin behind the plane through the packet's rearmost point, or under it."""
    front = np.where(np.asarray(normal) > 0, high, low) @ normal
    return front < (points @ normal).min() - MARGIN or (upward and high[2] < points[:, 2].min() - MARGIN)


def in_plane(triangle, points, normal):
    """Whether a triangle lies behind the packet and is parallel to its plane."""
    a, b, c = corners(triangle)
    area = np.cross(b - a, c - a)
    length = np.linalg.norm(area)
    if (np.stack([a, b, c]) @ normal).max() >= (points @ normal).min() - MARGIN or length == 0:
        return False
    return np.linalg.norm(np.cross(area / length, normal)) < 2e-5


def cut_tree(bvh, points, normal, upward, node=0):
    """Rows of nodes and -1 - rows of triangles; `points` is (16, 3)."""
    low, high = bvh.low[node].astype(np.float64), bvh.high[node].astype(np.float64)
    if behind(low, high, points, normal, upward):
        return set()
    gap = np.maximum(0, np.maximum(low - points.max(0), points.min(0) - high))
    x, y, z = high - low
    if x * y + y * z + z * x <= OPENED * (gap @ gap):
        return {node}
    first = bvh.left[node]
    if bvh.leaf_size[node] == 0:
        return cut_tree(bvh, points, normal, upward, first) | cut_tree(bvh, points, normal, upward, first + 1)
    rows = range(first, first + bvh.leaf_size[node])
    boxes = {k: corners(bvh.triangles[k]) for k in rows}
    kept = {k for k in rows if not behind(boxes[k].min(0) - 1e-3, boxes[k].max(0) + 1e-3, points, normal, upward)}
    return {-1 - k for k in kept if not in_plane(bvh.triangles[k], points, normal)}


def boxes_met(boxes, points, direction):
    """Bits of the boxes, each (low, high), that the ray from any point meets."""
    bits = 0
    for bit, (low, high) in enumerate(boxes):
        for point in points:
            with np.errstate(divide="ignore", invalid="ignore"):
                a, b = (low - point) / direction, (high - point) / direction
            if max(0, np.minimum(a, b).max()) <= np.maximum(a, b).min():
                bits |= 1 << bit
    return bits


def lowest_bit(bits):
    return f"{bits:b}"[::-1].index("1")
