"""Rings without the points that repeat the one before, and without the point that closes them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit


class OpenRings(NamedTuple):
    """Points that are left of rings.

    Attributes
    ----------
    coordinates : float64, (n_left, 3)
        The head of the array that was passed in.
    n_points : int64, (n_rings,)
        Points left of each ring.
    unclosed : bool, (n_rings,)
        The ring has several points and the last is not the first.
    repeated : bool, (n_rings,)
        A point stood twice in a row.
    """

    coordinates: NDArray[np.float64]
    n_points: NDArray[np.int64]
    unclosed: NDArray[np.bool_]
    repeated: NDArray[np.bool_]


@jit(borrows=True)
def _same(coordinates: NDArray[np.float64], i: int, j: int) -> bool:
    return bool(
        coordinates[i, 0] == coordinates[j, 0]
        and coordinates[i, 1] == coordinates[j, 1]
        and coordinates[i, 2] == coordinates[j, 2]
    )


@jit
def open_rings(ring_vertices: NDArray[np.int64], coordinates: NDArray[np.float64]) -> OpenRings:
    """Drop from each ring the points equal to the one before, then the last point where it equals the first.

    Parameters
    ----------
    ring_vertices : int64, (n_rings + 1,)
        Offsets into `coordinates`.
    coordinates : float64, (n, 3), m
        Finite; 0.0 and -0.0 are equal. Overwritten by what is left.

    Returns
    -------
    OpenRings
    """
    n_rings = len(ring_vertices) - 1
    n_points = np.zeros(n_rings, np.int64)
    unclosed = np.zeros(n_rings, np.bool_)
    repeated = np.zeros(n_rings, np.bool_)
    end = 0
    for ring in range(n_rings):
        start = end
        for i in range(ring_vertices[ring], ring_vertices[ring + 1]):
            if i > ring_vertices[ring] and _same(coordinates, i, i - 1):
                repeated[ring] = True
                continue
            coordinates[end, 0] = coordinates[i, 0]
            coordinates[end, 1] = coordinates[i, 1]
            coordinates[end, 2] = coordinates[i, 2]
            end += 1
        if end - start > 1:
            if _same(coordinates, start, end - 1):
                end -= 1
            else:
                unclosed[ring] = True
        n_points[ring] = end - start
    return OpenRings(coordinates[:end], n_points, unclosed, repeated)
