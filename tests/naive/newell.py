"""Newell's method ring by ring, in plain Python."""

import itertools
import math


def ring_normal(start, stop, vertices):
    points = [tuple(map(float, p)) for p in vertices[start:stop]]
    if len(points) < 3:
        return 0.0, 0.0, 0.0
    ox, oy, oz = points[0]
    points = [(x - ox, y - oy, z - oz) for x, y, z in points]
    total = [0.0, 0.0, 0.0]
    for (ax, ay, az), (bx, by, bz) in zip(points, points[1:] + points[:1], strict=True):
        total[0] += (ay * bz - az * by) / 2
        total[1] += (az * bx - ax * bz) / 2
        total[2] += (ax * by - ay * bx) / 2
    return tuple(total)


def normals(surface_rings, ring_vertices, vertices):
    result = []
    for first, last in itertools.pairwise(surface_rings):
        rings = [ring_normal(ring_vertices[r], ring_vertices[r + 1], vertices) for r in range(first, last)]
        vector = rings[0] if rings else (0.0, 0.0, 0.0)
        for hole in rings[1:]:
            opposed = sum(a * b for a, b in zip(rings[0], hole, strict=True)) <= 0
            vector = tuple(v + (h if opposed else -h) for v, h in zip(vector, hole, strict=True))
        result.append(vector)
    return result


def areas(vectors):
    return [math.sqrt(sum(float(c) ** 2 for c in v)) for v in vectors]


def tilts(vectors):
    result = []
    for v in vectors:
        length = math.sqrt(sum(float(c) ** 2 for c in v))
        result.append(math.degrees(math.acos(v[2] / length)) if length else math.nan)
    return result


def azimuths(vectors):
    result = []
    for x, y, z in vectors:
        flat = math.hypot(x, y) < 1e-6 * abs(z) or math.hypot(x, y) == 0
        result.append(math.nan if flat else math.degrees(math.atan2(x, y)) % 360)
    return result
