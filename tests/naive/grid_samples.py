"""Grid samples of one polygon with shapely: centres of the cells that the polygon contains."""

import numpy as np
import shapely


def grid_samples(rings, normal, spacing, lift, min_samples=4, max_refinements=8):
    exterior = np.asarray(rings[0])
    edges = np.roll(exterior, -1, axis=0) - exterior
    edges = edges - (edges @ normal)[:, None] * normal
    lengths = np.linalg.norm(edges, axis=1)
    axis = edges[lengths.argmax()] / lengths.max()
    cross = np.cross(normal, axis)
    flat = [np.column_stack([np.asarray(ring) @ axis, np.asarray(ring) @ cross]) for ring in rings]
    polygon = shapely.Polygon(flat[0], flat[1:])
    height = (exterior @ normal).mean() + lift
    low, high = flat[0].min(0), flat[0].max(0)
    n_u, n_v = (max(1, int(side / spacing + 0.5)) for side in high - low)
    for _ in range(max_refinements + 1):
        du, dv = (high - low) / (n_u, n_v)
        centres = [(low[0] + (i + 0.5) * du, low[1] + (j + 0.5) * dv) for j in range(n_v) for i in range(n_u)]
        inside = [(u, v) for u, v in centres if polygon.contains(shapely.Point(u, v))]
        if len(inside) >= min_samples:
            break
        n_u, n_v = (2 * n_u, n_v) if du >= dv else (n_u, 2 * n_v)
    return np.array([u * axis + v * cross + height * normal for u, v in inside]).reshape(-1, 3)
