"""Heights by barycentric coordinates, lengths by merging intervals; lines in general position."""

import itertools

import numpy as np


def intervals(point, triangles):
    heights = []
    for a, b, c in triangles:
        u, v = np.linalg.solve(np.stack([b - a, c - a], axis=1)[:2], point - a[:2])
        if u >= 0 and v >= 0 and u + v <= 1:
            heights.append(a[2] + u * (b[2] - a[2]) + v * (c[2] - a[2]))
    return sorted(heights)


def vertical_overlap(points, one, other, triangle_offsets, triangles, vertices):
    bodies = [vertices[triangles[first:last]] for first, last in itertools.pairwise(triangle_offsets)]
    result = []
    for point, i, j in zip(points, one, other, strict=True):
        a, b = intervals(point, bodies[i]), intervals(point, bodies[j])
        if not a or not b or len(a) % 2 or len(b) % 2:
            result.append(np.nan)
            continue
        inside = [(low + high) / 2 for low, high in itertools.pairwise(sorted(a + b))]
        lengths = np.diff(sorted(a + b))
        both = [sum(z > h for h in a) % 2 and sum(z > h for h in b) % 2 for z in inside]
        result.append(float(sum(length for length, within in zip(lengths, both, strict=True) if within)))
    return result
