"""Sets that are joined two by two: a forest in which each item points towards the root of its set."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit


@jit
def find_root(parent: NDArray[np.int64], i: int) -> int:
    """Root of the set an item is in; the path to it is halved on the way.

    Parameters
    ----------
    parent : int64, (n,)
        Item that each item points to, a root to itself: ``np.arange(n)`` to begin with. Changed in place.
    i : int
        Item.

    Returns
    -------
    int
        The lowest item of the set where sets were joined by :func:`unite` only.

    References
    ----------
    R. E. Tarjan, J. van Leeuwen, "Worst-case analysis of set union algorithms", Journal of the ACM 31(2), 1984,
    doi:10.1145/62.2160.
    """
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@jit
def unite(parent: NDArray[np.int64], i: int, j: int) -> bool:
    """Join the sets of two items; the lower root becomes the root of both.

    Parameters
    ----------
    parent : int64, (n,)
        As in :func:`find_root`. Changed in place.
    i, j : int
        Items.

    Returns
    -------
    bool
        False where they were in one set already: an edge from `i` to `j` would close a cycle.
    """
    a = find_root(parent, i)
    b = find_root(parent, j)
    parent[max(a, b)] = min(a, b)
    return a != b
