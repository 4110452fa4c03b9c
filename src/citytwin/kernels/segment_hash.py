"""Party walls: which vertical walls of different buildings stand back to back, found with a uniform spatial hash."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit


class PartyWalls(NamedTuple):
    """Walls shared with other buildings.

    Attributes
    ----------
    shared_area : float64, (n,), m2
        Part of each wall that other buildings cover; overlaps of several neighbours count once.
    wall_a, wall_b : int64, (k,)
        The pairs, ``wall_a < wall_b``, sorted.
    overlap_area : float64, (k,), m2
        What the two walls of each pair have in common.
    """

    shared_area: NDArray[np.float64]
    wall_a: NDArray[np.int64]
    wall_b: NDArray[np.int64]
    overlap_area: NDArray[np.float64]


@jit
def _rows_of_column(
    x0: float, y0: float, x1: float, y1: float, column: int, cell: float, margin: float
) -> tuple[int, int]:
    """First and last row of cells that a segment, grown by `margin`, touches in one column of cells."""
    low = column * cell - margin
    high = (column + 1) * cell + margin
    s0 = 0.0
    s1 = 1.0
    if x1 != x0:
        a = (low - x0) / (x1 - x0)
        b = (high - x0) / (x1 - x0)
        s0 = min(1.0, max(0.0, min(a, b)))
        s1 = min(1.0, max(0.0, max(a, b)))
    ya = y0 + s0 * (y1 - y0)
    yb = y0 + s1 * (y1 - y0)
    return math.floor((min(ya, yb) - margin) / cell), math.floor((max(ya, yb) + margin) / cell)


@jit
def _bucket(column: int, row: int, mask: int) -> int:
    """Hash of a cell (primes of Teschner et al. 2003)."""
    return ((column * 73856093) ^ (row * 19349663)) & mask


@jit
def _common_stretch(segments: NDArray[np.float64], i: int, j: int, tolerance: float) -> tuple[float, float]:
    """Stretch of segment `i`, in metres from its start, that segment `j` accompanies; (0, 0) where it is too far off.

    Only the part of `j` beside `i` has to lie within `tolerance` of the line of `i`.
    """
    ux = segments[i, 2] - segments[i, 0]
    uy = segments[i, 3] - segments[i, 1]
    length = math.hypot(ux, uy)
    ux /= length
    uy /= length
    ax = segments[j, 0] - segments[i, 0]
    ay = segments[j, 1] - segments[i, 1]
    bx = segments[j, 2] - segments[i, 0]
    by = segments[j, 3] - segments[i, 1]
    along_a = ax * ux + ay * uy
    along_b = bx * ux + by * uy
    off_a = ay * ux - ax * uy
    off_b = by * ux - bx * uy
    low = max(0.0, min(along_a, along_b))
    high = min(length, max(along_a, along_b))
    if high <= low:
        return 0.0, 0.0
    slope = (off_b - off_a) / (along_b - along_a)
    if abs(off_a + (low - along_a) * slope) > tolerance or abs(off_a + (high - along_a) * slope) > tolerance:
        return 0.0, 0.0
    return low, high


@jit
def _union_area(rectangles: NDArray[np.float64]) -> float:
    """Area of a union of rectangles (low, high, low, high), by sweeping over the strips between their sides."""
    k = len(rectangles)
    if k == 1:
        return (rectangles[0, 1] - rectangles[0, 0]) * (rectangles[0, 3] - rectangles[0, 2])
    edges = np.empty(2 * k)
    order = np.empty(k, np.int64)
    for r in range(k):
        place = r
        while place > 0 and rectangles[order[place - 1], 2] > rectangles[r, 2]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = r
        for side in range(2):
            place = 2 * r + side
            while place > 0 and edges[place - 1] > rectangles[r, side]:
                edges[place] = edges[place - 1]
                place -= 1
            edges[place] = rectangles[r, side]
    area = 0.0
    for strip in range(2 * k - 1):
        left = edges[strip]
        right = edges[strip + 1]
        if right <= left:
            continue
        covered = 0.0
        top = -np.inf
        for r in order:
            if rectangles[r, 0] <= left and rectangles[r, 1] >= right and rectangles[r, 3] > top:
                covered += rectangles[r, 3] - max(top, rectangles[r, 2])
                top = rectangles[r, 3]
        area += covered * (right - left)
    return area


@jit
def _grid(segments: NDArray[np.float64], margin: float, cell: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Segments that touch each bucket of cells when grown by `margin`, as offsets and items: count, sum up, fill."""
    n = len(segments)
    size = 4
    while size < 4 * n:
        size *= 2
    offsets = np.zeros(size + 1, np.int64)
    items = np.empty(0, np.int64)
    for filling in (False, True):
        for i in range(n):
            x0, y0, x1, y1 = segments[i, 0], segments[i, 1], segments[i, 2], segments[i, 3]
            first = math.floor((min(x0, x1) - margin) / cell)
            last = math.floor((max(x0, x1) + margin) / cell)
            for column in range(first, last + 1):
                low, high = _rows_of_column(x0, y0, x1, y1, column, cell, margin)
                for row in range(low, high + 1):
                    bucket = _bucket(column, row, size - 1)
                    if filling:
                        offsets[bucket] -= 1
                        items[offsets[bucket]] = i
                    else:
                        offsets[bucket] += 1
        if not filling:
            for bucket in range(size):
                offsets[bucket + 1] += offsets[bucket]
            items = np.empty(offsets[size], np.int64)
    return offsets, items


@jit
def _find_overlaps(
    segments: NDArray[np.float64],
    heights: NDArray[np.float64],
    outward: NDArray[np.float64],
    building: NDArray[np.int32],
    distance_tolerance: float,
    angle_tolerance: float,
    minimum_overlap: float,
    cell: float,
) -> NDArray[np.float64]:
    """Overlaps, two rows a pair: wall, other wall, low and high end along the wall, low and high end in height."""
    n = len(segments)
    # Grown a little more than the tolerance, so that rounding at the border of a cell loses no pair.
    offsets, items = _grid(segments, distance_tolerance + 1e-3 * cell, cell)
    opposite = -math.cos(angle_tolerance)
    seen = np.full(n, -1, np.int64)
    found = np.empty((64, 6))
    k = 0
    for i in range(n):
        x0, y0, x1, y1 = segments[i, 0], segments[i, 1], segments[i, 2], segments[i, 3]
        if x0 == x1 and y0 == y1:
            continue
        for column in range(math.floor(min(x0, x1) / cell), math.floor(max(x0, x1) / cell) + 1):
            first, last = _rows_of_column(x0, y0, x1, y1, column, cell, 0.0)
            for row in range(first, last + 1):
                bucket = _bucket(column, row, len(offsets) - 2)
                for item in range(offsets[bucket], offsets[bucket + 1]):
                    j = items[item]
                    if j <= i or seen[j] == i or building[i] == building[j]:
                        continue
                    seen[j] = i
                    bottom = max(heights[i, 0], heights[j, 0])
                    top = min(heights[i, 1], heights[j, 1])
                    if top - bottom <= minimum_overlap:
                        continue
                    if outward[i, 0] * outward[j, 0] + outward[i, 1] * outward[j, 1] > opposite:
                        continue
                    low_i, high_i = _common_stretch(segments, i, j, distance_tolerance)
                    low_j, high_j = _common_stretch(segments, j, i, distance_tolerance)
                    if high_i - low_i <= minimum_overlap or high_j - low_j <= minimum_overlap:
                        continue
                    if k + 2 > len(found):
                        found = np.concatenate((found, found))  # twice the room
                    found[k, 0] = found[k + 1, 1] = i
                    found[k, 1] = found[k + 1, 0] = j
                    found[k, 2] = low_i
                    found[k, 3] = high_i
                    found[k + 1, 2] = low_j
                    found[k + 1, 3] = high_j
                    found[k, 4] = found[k + 1, 4] = bottom
                    found[k, 5] = found[k + 1, 5] = top
                    k += 2
    return found[:k]


@jit
def _sorted_by(keys: NDArray[np.float64], order: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """`order` sorted by whole numbers below `n`, equal ones left as they are: count, sum up, place."""
    offsets = np.zeros(n + 1, np.int64)
    for row in order:
        offsets[np.int64(keys[row]) + 1] += 1
    for key in range(n):
        offsets[key + 1] += offsets[key]
    result = np.empty(len(order), np.int64)
    for row in order:
        key = np.int64(keys[row])
        result[offsets[key]] = row
        offsets[key] += 1
    return result


@jit
def party_walls(
    segments: NDArray[np.float64],
    heights: NDArray[np.float64],
    outward: NDArray[np.float64],
    building: NDArray[np.int32],
    area: NDArray[np.float64],
    distance_tolerance: float,
    angle_tolerance: float,
    minimum_overlap: float,
    cell: float,
) -> PartyWalls:
    """Find walls of different buildings that face each other, nearly touching, and the area they share.

    Each wall is the rectangle over a plan segment between two heights. It is entered into every cell of a uniform
    grid that it touches when grown by the tolerance, and compared with the walls in the cells that it touches itself.
    A pair is accepted when the outward normals are opposite within the angle, the part of each beside the other lies
    within the distance of the other's line, and the overlap along the wall and in height both exceed the minimum. The
    shared area of a wall is the union of its overlaps, no more than its own area. The order of the walls does not
    matter.

    Parameters
    ----------
    segments : float64, (n, 4), m
        Start x, y and end x, y in plan.
    heights : float64, (n, 2), m
        Bottom and top.
    outward : float64, (n, 2), unit length
        Horizontal outward normal.
    building : int32, (n,)
        Building of each wall; walls of one building never pair.
    area : float64, (n,), m2
        True area of each wall, less than its rectangle where the wall is a gable.
    distance_tolerance : float, m
        Largest distance between the two walls, 0.3 where nothing better is known.
    angle_tolerance : float, radians
        Largest angle between them, 5 degrees where nothing better is known.
    minimum_overlap : float, m
        Overlaps up to this length or height are chance, 0.05 where nothing better is known.
    cell : float, m
        Width of the grid cells, about the length of a wall; 10 suits buildings. Does not change the result.

    Returns
    -------
    PartyWalls

    References
    ----------
    M. Teschner et al., "Optimized spatial hashing for collision detection of deformable objects", Vision, Modeling and
    Visualization, 2003.
    """
    n = len(segments)
    found = _find_overlaps(
        segments, heights, outward, building, distance_tolerance, angle_tolerance, minimum_overlap, cell
    )
    k = len(found)
    by_wall = _sorted_by(found[:, 0], _sorted_by(found[:, 1], np.arange(k), n), n)
    shared = np.zeros(n)
    wall_a = np.empty(k // 2, np.int64)
    wall_b = np.empty(k // 2, np.int64)
    overlap = np.empty(k // 2)
    pair = 0
    start = 0
    while start < k:
        wall = np.int64(found[by_wall[start], 0])
        stop = start
        while stop < k and np.int64(found[by_wall[stop], 0]) == wall:
            stop += 1
        shared[wall] = min(area[wall], _union_area(found[by_wall[start:stop], 2:]))
        for row in by_wall[start:stop]:
            other = np.int64(found[row, 1])
            if wall < other:
                # The two rows of a pair follow each other; the smaller overlap is the one the order cannot change.
                twin = row + 1
                width = min(found[row, 3] - found[row, 2], found[twin, 3] - found[twin, 2])
                wall_a[pair] = wall
                wall_b[pair] = other
                overlap[pair] = min(area[wall], area[other], width * (found[row, 5] - found[row, 4]))
                pair += 1
        start = stop
    return PartyWalls(shared, wall_a, wall_b, overlap)
