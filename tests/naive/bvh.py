"""The tree built by recursion over lists: each leaf as a list of triangles, each inner node as a pair."""

import numpy as np

LEAF = 4
BINS = 16
PAD = np.float32(1e-3)


def build_bvh(xyz):
    """Nested pairs of nodes, and lists of input rows at the leaves; None for no triangles."""
    xyz = np.asarray(xyz, np.float32)
    if len(xyz) == 0:
        return None
    corners = np.stack([xyz[:, 0], xyz[:, 0] + (xyz[:, 1] - xyz[:, 0]), xyz[:, 0] + (xyz[:, 2] - xyz[:, 0])])
    return node(list(range(len(xyz))), corners.min(axis=0) - PAD, corners.max(axis=0) + PAD)


def half_area(low, high):
    x, y, z = high.max(axis=0) - low.min(axis=0)
    return x * y + y * z + z * x


def node(rows, low, high):
    if len(rows) <= LEAF:
        return sorted(rows)
    centre = np.float32(0.5) * (low + high)
    best = (np.float32(np.inf), None)
    for axis in range(3):
        start = centre[rows, axis].min()
        extent = centre[rows, axis].max() - start
        if extent <= np.float32(1e-6):
            continue
        scale = np.float32(BINS) / extent
        bins = np.minimum(BINS - 1, ((centre[rows, axis] - start) * scale).astype(int))
        for boundary in range(1, BINS):
            left = [r for r, b in zip(rows, bins, strict=True) if b < boundary]
            right = [r for r, b in zip(rows, bins, strict=True) if b >= boundary]
            if left and right:
                cost = half_area(low[left], high[left]) * np.float32(len(left))
                cost += half_area(low[right], high[right]) * np.float32(len(right))
                if cost < best[0]:
                    best = (cost, (left, right))
    left, right = best[1]
    return node(left, low, high), node(right, low, high)
