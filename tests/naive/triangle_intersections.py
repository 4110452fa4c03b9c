"""Triangles that meet along a line, between points where an edge meets a triangle, or share an area in one plane."""

import itertools
import math

import numpy as np
import shapely

from tests.naive.ring_simplicity import flat


def plane(triangle):
    normal = np.cross(triangle[1] - triangle[0], triangle[2] - triangle[0])
    return normal / np.linalg.norm(normal)


def straddles(triangle, other, tolerance):
    """Whether a triangle has corners on both sides of another's plane."""
    heights = (triangle - other[0]) @ plane(other)
    return min(heights) < -tolerance and max(heights) > tolerance


def hits(triangle, other):
    """Points where edges of a triangle meet another."""
    normal = plane(other)
    area = shapely.Polygon(flat(other, normal)).buffer(1e-9)
    heights = (triangle - other[0]) @ normal
    for i in range(3):
        high, low = heights[i - 1], heights[i]
        if high * low <= 0 and high != low:
            point = triangle[i - 1] + (triangle[i] - triangle[i - 1]) * high / (high - low)
            if area.covers(shapely.Point(flat(point, normal))):
                yield point


def meet(first, second, tolerance):
    normal = plane(first)
    if max(abs((second - first[0]) @ normal)) <= tolerance:
        common = shapely.Polygon(flat(first, normal)).intersection(shapely.Polygon(flat(second, normal)))
        return common.area > tolerance * common.length / 2
    if not straddles(first, second, tolerance) or not straddles(second, first, tolerance):
        return False
    points = [*hits(first, second), *hits(second, first)]
    return any(math.dist(a, b) > tolerance for a, b in itertools.combinations(points, 2))


def any_meet(triangles_of_faces, tolerance):
    """Whether triangles of two faces meet; (n, 3, 3) for each face."""
    return any(
        meet(a, b, tolerance)
        for one, other in itertools.combinations(triangles_of_faces, 2)
        for a in one
        for b in other
    )
