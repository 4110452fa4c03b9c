"""Signed crossings of the surface by a ray to infinity."""

import itertools

import numpy as np

RAY = np.array([0.36, 0.48, 0.8])


def winding_numbers(points, triangle_offsets, triangles, vertices):
    result = []
    for point, (first, last) in zip(points, itertools.pairwise(triangle_offsets), strict=True):
        total = 0
        for a, b, c in vertices[triangles[first:last]]:
            u, v, t = np.linalg.solve(np.stack([b - a, c - a, -RAY], axis=1), point - a)
            if u >= 0 and v >= 0 and u + v <= 1 and t > 0:
                total += np.sign(np.cross(b - a, c - a) @ RAY)
        result.append(total)
    return result
