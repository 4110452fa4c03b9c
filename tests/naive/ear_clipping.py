"""Triangulation by trying everything: the shortest free bridge to each hole, then the first corner that is an ear."""

import math


def turn(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def crosses(a, b, c, d):
    """Whether two segments share a point other than a common end."""
    if {a, b} & {c, d}:
        return False
    between = min(turn(a, b, c), turn(a, b, d)) <= 0 <= max(turn(a, b, c), turn(a, b, d))
    return between and min(turn(c, d, a), turn(c, d, b)) <= 0 <= max(turn(c, d, a), turn(c, d, b))


def inside(a, b, c, p):
    return turn(a, b, p) >= 0 and turn(b, c, p) >= 0 and turn(c, a, p) >= 0


def edges(ring):
    return list(zip(ring, ring[1:] + ring[:1], strict=True))


def points_into(ring, i, target):
    """Whether the way from corner i to the target starts on the inside."""
    before, corner, after = ring[i - 1], ring[i], ring[(i + 1) % len(ring)]
    if turn(before, corner, after) > 0:
        return turn(corner, after, target) > 0 and turn(before, corner, target) > 0
    return turn(corner, after, target) > 0 or turn(before, corner, target) > 0


def triangulate(exterior, holes):
    """Triangles of one polygon in the plane: exterior counter-clockwise, holes clockwise, lists of (x, y)."""
    ring = list(exterior)
    left = [list(hole) for hole in holes]
    while left:
        walls = edges(ring) + [edge for hole in left for edge in edges(hole)]
        _, i, h, k = min(
            (math.dist(corner, target), i, h, k)
            for i, corner in enumerate(ring)
            for h, hole in enumerate(left)
            for k, target in enumerate(hole)
            if points_into(ring, i, target) and not any(crosses(corner, target, *wall) for wall in walls)
        )
        hole = left.pop(h)
        ring = ring[: i + 1] + hole[k:] + hole[: k + 1] + ring[i:]
    triangles = []
    while len(ring) > 3:
        for i in range(len(ring)):
            a, b, c = ring[i - 1], ring[i], ring[(i + 1) % len(ring)]
            others = [p for p in ring if p not in (a, b, c)]
            if turn(a, b, c) == 0 or (turn(a, b, c) > 0 and not any(inside(a, b, c, p) for p in others)):
                break
        else:
            raise ValueError("no ear: the polygon crosses itself")
        triangles.append((a, b, c))
        del ring[i]
    triangles.append(tuple(ring))
    return [t for t in triangles if turn(*t) != 0]
