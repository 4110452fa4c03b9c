"""Sums by group."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def sum_by(group: NDArray[np.integer], values: NDArray[Any], n: int) -> NDArray[np.float64]:
    """Sum of the values (k,) of each group, float64 (n,); 0 for a group without values.

    Examples
    --------
    >>> import numpy as np
    >>> sum_by(np.array([0, 2, 0]), np.array([1.0, 5.0, 2.0]), 3)
    array([3., 0., 5.])
    """
    return np.bincount(group, values, n).astype(np.float64)
