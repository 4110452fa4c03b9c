"""FNV-1a hashes of strings."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit


@jit
def fnv1a(data: NDArray[np.uint8], offsets: NDArray[np.int64], out: NDArray[np.uint64]) -> None:
    """64-bit FNV-1a hash of each string.

    Parameters
    ----------
    data : uint8, (n_bytes,)
    offsets : int64, (n + 1,)
        Start of each string in `data`.
    out : uint64, (n,)
        Receives the hashes.

    References
    ----------
    G. Fowler, L. C. Noll, K.-P. Vo, FNV hash, http://www.isthe.com/chongo/tech/comp/fnv/.
    """
    mask = np.uint64(0xFFFFFFFF)
    low_prime = np.uint64(0x1B3)
    for row in range(len(out)):
        high = np.uint64(0xCBF29CE4)
        low = np.uint64(0x84222325)
        for i in range(offsets[row], offsets[row + 1]):
            low ^= np.uint64(data[i])
            # times 2**40 + 0x1b3, in halves that cannot overflow
            product = low * low_prime
            high = (high * low_prime + (product >> np.uint64(32)) + (low << np.uint64(8))) & mask
            low = product & mask
        out[row] = (high << np.uint64(32)) | low
