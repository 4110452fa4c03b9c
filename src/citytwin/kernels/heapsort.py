"""Order of numbers by heapsort: in time n log n whatever the input, and quick to compile."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit


@jit
def _sift(order: NDArray[np.int64], keys: NDArray[np.float64], root: int, n: int) -> None:
    """Let the item at `root` sink below larger ones in the heap of the first `n`."""
    item = order[root]
    child = 2 * root + 1
    while child < n:
        if child + 1 < n and keys[order[child]] < keys[order[child + 1]]:
            child += 1
        if keys[item] >= keys[order[child]]:
            break
        order[root] = order[child]
        root = child
        child = 2 * root + 1
    order[root] = item


@jit
def sorted_order(keys: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rows of numbers from the least to the greatest, as ``numpy.argsort`` gives them; equal ones in any order.

    Parameters
    ----------
    keys : float64, (n,), any unit
        Not NaN.

    Returns
    -------
    int64, (n,)

    References
    ----------
    J. W. J. Williams, "Algorithm 232: Heapsort", Communications of the ACM 7(6), 1964, doi:10.1145/512274.512284.
    """
    n = len(keys)
    order = np.arange(n)
    for root in range(n // 2 - 1, -1, -1):
        _sift(order, keys, root, n)
    for last in range(n - 1, 0, -1):
        order[0], order[last] = order[last], order[0]
        _sift(order, keys, 0, last)
    return order
