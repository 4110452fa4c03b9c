"""Party walls by comparing every wall with every other; unions of rectangles by counting cells between all sides."""

import itertools
import math


def union_area(rectangles):
    xs = sorted({x for r in rectangles for x in r[:2]})
    zs = sorted({z for r in rectangles for z in r[2:]})
    area = 0.0
    for x0, x1 in itertools.pairwise(xs):
        for z0, z1 in itertools.pairwise(zs):
            if any(r[0] <= x0 and x1 <= r[1] and r[2] <= z0 and z1 <= r[3] for r in rectangles):
                area += (x1 - x0) * (z1 - z0)
    return area


def stretch(wall, other, tolerance):
    """Part of a wall, in metres from its start, beside another wall close enough; None where there is none."""
    x0, y0, x1, y1 = wall
    length = math.hypot(x1 - x0, y1 - y0)
    if length == 0:
        return None
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    ends = sorted(((x - x0) * ux + (y - y0) * uy, (y - y0) * ux - (x - x0) * uy) for x, y in (other[:2], other[2:]))
    (s0, d0), (s1, d1) = ends
    low, high = max(0.0, s0), min(length, s1)
    if low >= high:
        return None
    distances = [d0 + (d1 - d0) * (s - s0) / (s1 - s0) for s in (low, high)]
    return (low, high) if max(map(abs, distances)) <= tolerance else None


def party_walls(segments, heights, outward, building, area, distance_tolerance, angle_tolerance, minimum_overlap, cell):
    n = len(segments)
    rectangles = [[] for _ in range(n)]
    pairs = []
    for i in range(n):
        for j in range(i + 1, n):
            cosine = outward[i][0] * outward[j][0] + outward[i][1] * outward[j][1]
            bottom, top = max(heights[i][0], heights[j][0]), min(heights[i][1], heights[j][1])
            on_i = stretch(segments[i], segments[j], distance_tolerance)
            on_j = stretch(segments[j], segments[i], distance_tolerance)
            if building[i] == building[j] or cosine > -math.cos(angle_tolerance) or not on_i or not on_j:
                continue
            width = min(on_i[1] - on_i[0], on_j[1] - on_j[0])
            if width <= minimum_overlap or top - bottom <= minimum_overlap:
                continue
            rectangles[i].append((*on_i, bottom, top))
            rectangles[j].append((*on_j, bottom, top))
            pairs.append((i, j, min(width * (top - bottom), area[i], area[j])))
    shared = [min(area[i], union_area(rectangles[i])) for i in range(n)]
    return shared, pairs
