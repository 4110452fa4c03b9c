"""Overlaps of the rectangles of two skies, pair by pair."""

import math

from tests.naive.reinhart import rectangles


def overlap(a, b):
    """Solid angle that two rectangles share; azimuths wrap round."""
    width = 0.0
    for turn in (-2 * math.pi, 0.0, 2 * math.pi):
        width += max(0.0, min(a[1], b[1] + turn) - max(a[0], b[0] + turn))
    return min(width, 2 * math.pi) * max(0.0, math.sin(min(a[3], b[3])) - math.sin(max(a[2], b[2])))


def patch_overlap(fine, coarse):
    """Dense matrix of area shares, one row a fine patch."""
    columns = rectangles(coarse)
    matrix = []
    for a in rectangles(fine):
        area = (a[1] - a[0]) * (math.sin(a[3]) - math.sin(a[2]))
        matrix.append([overlap(a, b) / area for b in columns])
    return matrix


def coarse_sums(values, matrix):
    """Product of one row of values with the matrix."""
    return [sum(v * row[q] for v, row in zip(values, matrix, strict=True)) for q in range(len(matrix[0]))]
