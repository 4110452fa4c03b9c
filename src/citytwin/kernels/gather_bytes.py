"""A selection of strings out of one buffer of bytes."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit


@jit
def gather_bytes(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    rows: NDArray[np.int64],
    new_offsets: NDArray[np.int64],
    out: NDArray[np.uint8],
) -> None:
    """Copy the strings `rows`, one behind the other.

    Parameters
    ----------
    data : uint8, (n_bytes,)
    offsets : int64, (n + 1,)
        Start of each string in `data`.
    rows : int64, (k,)
        Strings to take, from 0 to n - 1, in any order and as often as wanted.
    new_offsets : int64, (k + 1,)
        Start of each string taken in `out`.
    out : uint8, (new_offsets[k],)
        Receives the bytes.
    """
    for i in range(len(rows)):
        source = offsets[rows[i]]
        target = new_offsets[i]
        for place in range(new_offsets[i + 1] - target):
            out[target + place] = data[source + place]
