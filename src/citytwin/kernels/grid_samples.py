"""Sample points on planar polygons: centres of a regular grid, clipped to the polygon."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit

MIN_SAMPLES = 4
"""The grid of a surface is refined until at least so many centres fall inside."""

MAX_REFINEMENTS = 8


class Samples(NamedTuple):
    """Points on surfaces; those of one surface stand for equal areas of it.

    Parameters
    ----------
    points : float64, (k, 3), m
    offsets : int64, (n + 1,)
        First point of each surface.
    """

    points: NDArray[np.float64]
    offsets: NDArray[np.int64]


@jit
def grid_samples(
    surface_rings: NDArray[np.int64],
    ring_vertices: NDArray[np.int64],
    vertices: NDArray[np.float64],
    normals: NDArray[np.float64],
    spacing: float,
    lift: float,
) -> Samples:
    """Centres of the cells of a grid in the plane of each polygon, in rows, lifted along the normal.

    The grid is aligned with the longest edge of the exterior ring and covers its bounding rectangle with ``max(1,
    round(length / spacing))`` cells along each axis. While fewer than :data:`MIN_SAMPLES` centres are inside the
    polygon the longer side of the cells is halved, at most :data:`MAX_REFINEMENTS` times. The plane goes through the
    mean of the exterior ring.

    Parameters
    ----------
    surface_rings : int64, (n + 1,)
        Offsets into `ring_vertices`; the first ring of a surface is its exterior.
    ring_vertices : int64, (n_rings + 1,)
        Offsets into `vertices`; rings are not closed.
    vertices : float64, (n_vertices, 3), m
    normals : float64, (n, 3)
        Unit normals; a surface with a zero normal gets no samples.
    spacing : float, m
    lift : float, m

    Returns
    -------
    Samples
    """
    n = len(surface_rings) - 1
    offsets = np.zeros(n + 1, np.int64)
    points = np.empty((max(64, 16 * n), 3))
    plane = np.empty((len(vertices), 2))
    for i in range(n):
        count = offsets[i]
        first = surface_rings[i]
        last = surface_rings[i + 1]
        normal = normals[i]
        if last > first and (normal[0] != 0.0 or normal[1] != 0.0 or normal[2] != 0.0):
            axis = _longest_edge(ring_vertices[first], ring_vertices[first + 1], vertices, normal)
            cross = np.empty(3)
            cross[0] = normal[1] * axis[2] - normal[2] * axis[1]
            cross[1] = normal[2] * axis[0] - normal[0] * axis[2]
            cross[2] = normal[0] * axis[1] - normal[1] * axis[0]
            start = ring_vertices[first]
            stop = ring_vertices[first + 1]
            height = 0.0
            low_u = math.inf
            low_v = math.inf
            high_u = -math.inf
            high_v = -math.inf
            for k in range(start, ring_vertices[last]):
                p = vertices[k]
                plane[k, 0] = axis[0] * p[0] + axis[1] * p[1] + axis[2] * p[2]
                plane[k, 1] = cross[0] * p[0] + cross[1] * p[1] + cross[2] * p[2]
                if k < stop:
                    height += (normal[0] * p[0] + normal[1] * p[1] + normal[2] * p[2]) / (stop - start)
                    low_u = min(low_u, plane[k, 0])
                    low_v = min(low_v, plane[k, 1])
                    high_u = max(high_u, plane[k, 0])
                    high_v = max(high_v, plane[k, 1])
            n_u = max(1, int((high_u - low_u) / spacing + 0.5))
            n_v = max(1, int((high_v - low_v) / spacing + 0.5))
            for _ in range(MAX_REFINEMENTS + 1):
                du = (high_u - low_u) / n_u
                dv = (high_v - low_v) / n_v
                count = offsets[i]
                for row in range(n_v):
                    v = low_v + (row + 0.5) * dv
                    for column in range(n_u):
                        u = low_u + (column + 0.5) * du
                        if _inside(u, v, first, last, ring_vertices, plane):
                            if count == len(points):
                                points = _grown(points)
                            for k in range(3):
                                points[count, k] = u * axis[k] + v * cross[k] + (height + lift) * normal[k]
                            count += 1
                if count - offsets[i] >= MIN_SAMPLES:
                    break
                if du >= dv:
                    n_u *= 2
                else:
                    n_v *= 2
        offsets[i + 1] = count
    return Samples(points[: offsets[n]].copy(), offsets)


@jit
def _longest_edge(
    start: int, stop: int, vertices: NDArray[np.float64], normal: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Unit vector in the plane along the first of the longest edges of a ring."""
    axis = np.zeros(3)
    longest = -1.0
    edge = np.empty(3)
    for k in range(start, stop):
        follower = k + 1 if k + 1 < stop else start
        along = 0.0
        for c in range(3):
            edge[c] = vertices[follower, c] - vertices[k, c]
            along += edge[c] * normal[c]
        length = 0.0
        for c in range(3):
            edge[c] -= along * normal[c]
            length += edge[c] * edge[c]
        if length > longest:
            longest = length
            axis[:] = edge
    if longest > 0.0:
        axis /= math.sqrt(longest)
    return axis


@jit
def _inside(
    u: float, v: float, first: int, last: int, ring_vertices: NDArray[np.int64], plane: NDArray[np.float64]
) -> bool:
    """Whether a point is inside the exterior and outside the holes, by crossings of a ray."""
    inside = False
    for ring in range(first, last):
        before = ring_vertices[ring + 1] - 1
        for k in range(ring_vertices[ring], ring_vertices[ring + 1]):
            if (plane[k, 1] > v) != (plane[before, 1] > v):
                share = (v - plane[k, 1]) / (plane[before, 1] - plane[k, 1])
                if u < plane[k, 0] + share * (plane[before, 0] - plane[k, 0]):
                    inside = not inside
            before = k
    return inside


@jit
def _grown(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same points with room for twice as many."""
    larger = np.empty((2 * len(points), 3))
    larger[: len(points)] = points
    return larger
