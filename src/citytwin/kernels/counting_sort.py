"""Rows by group: a stable counting sort."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit


@jit
def counting_sort(group: NDArray[np.int32], n_groups: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of each group, in order.

    Parameters
    ----------
    group : int32, (n,)
        Group of each row, 0 to n_groups - 1; rows with -1 are in none.
    n_groups : int

    Returns
    -------
    offsets : int64, (n_groups + 1,)
    rows : int64, (offsets[n_groups],)

    References
    ----------
    D. Knuth, The Art of Computer Programming 3, section 5.2, algorithm D.
    """
    offsets = np.zeros(n_groups + 1, np.int64)
    for row in range(len(group)):
        if group[row] >= 0:
            offsets[group[row] + 1] += 1
    for number in range(n_groups):
        offsets[number + 1] += offsets[number]
    rows = np.empty(offsets[n_groups], np.int64)
    place = offsets.copy()
    for row in range(len(group)):
        if group[row] >= 0:
            rows[place[group[row]]] = row
            place[group[row]] += 1
    return offsets, rows
