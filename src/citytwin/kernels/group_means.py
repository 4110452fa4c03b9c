"""Weighted means of the rows of groups."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit


@jit
def group_means(
    values: NDArray[np.floating], weights: NDArray[np.float64], offsets: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Weighted mean of the rows of each group; zeros where the weights of a group sum to zero.

    Parameters
    ----------
    values : float32 or float64, (n, k)
    weights : float64, (n,)
        Not negative.
    offsets : int64, (g + 1,)
        First row of each group.

    Returns
    -------
    float64, (g, k)
    """
    n_groups = len(offsets) - 1
    width = values.shape[1]
    result = np.zeros((n_groups, width))
    for group in range(n_groups):
        total = 0.0
        for i in range(offsets[group], offsets[group + 1]):
            total += weights[i]
            for k in range(width):
                result[group, k] += weights[i] * values[i, k]
        if total > 0.0:
            for k in range(width):
                result[group, k] /= total
    return result
