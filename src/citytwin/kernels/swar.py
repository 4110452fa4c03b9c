"""Eight bytes at a time in one register (SWAR, "SIMD within a register"): find, compare and hash bytes.

Every function may read up to eight bytes beyond the place it is asked about: buffers are that much longer than their
text. Sums and products stay below 2**64, so that the same code runs uncompiled.
"""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit

_SEVENS = np.uint64(0x7F7F7F7F7F7F7F7F)
_BYTE = np.uint64(0xFF)
_HALF = np.uint64(0xFFFFFFFF)
_EVEN_PAIRS = np.uint64(0x0000FFFF0000FFFF)
_EVEN_BYTES = np.uint64(0x00FF00FF00FF00FF)
_PRIME = np.uint64(2654435761)
"""The prime next to 2**32 divided by the golden ratio (Knuth, The Art of Computer Programming 3, section 6.4)."""


@jit(borrows=True)
def word(buffer: NDArray[np.uint8], place: int) -> np.uint64:
    """The eight bytes from `place` on, the first one lowest.

    Unsigned indices do not count from the end, which lets compilers make one load of this.
    """
    p = np.uint64(place)
    return (
        np.uint64(buffer[p])
        | np.uint64(buffer[p + np.uint64(1)]) << np.uint64(8)
        | np.uint64(buffer[p + np.uint64(2)]) << np.uint64(16)
        | np.uint64(buffer[p + np.uint64(3)]) << np.uint64(24)
        | np.uint64(buffer[p + np.uint64(4)]) << np.uint64(32)
        | np.uint64(buffer[p + np.uint64(5)]) << np.uint64(40)
        | np.uint64(buffer[p + np.uint64(6)]) << np.uint64(48)
        | np.uint64(buffer[p + np.uint64(7)]) << np.uint64(56)
    )


@jit(borrows=True)
def put_word(out: NDArray[np.uint8], place: int, bits: np.uint64) -> None:
    """Write eight bytes from `place` on, the lowest first; compilers make one store of this."""
    p = np.uint64(place)
    out[p] = bits & _BYTE
    out[p + np.uint64(1)] = bits >> np.uint64(8) & _BYTE
    out[p + np.uint64(2)] = bits >> np.uint64(16) & _BYTE
    out[p + np.uint64(3)] = bits >> np.uint64(24) & _BYTE
    out[p + np.uint64(4)] = bits >> np.uint64(32) & _BYTE
    out[p + np.uint64(5)] = bits >> np.uint64(40) & _BYTE
    out[p + np.uint64(6)] = bits >> np.uint64(48) & _BYTE
    out[p + np.uint64(7)] = bits >> np.uint64(56) & _BYTE


@jit(borrows=True)
def zero_bytes(bits: np.uint64) -> np.uint64:
    """0x80 in every byte of `bits` that is zero, 0 in the others (Warren, Hacker's Delight, section 6-1)."""
    return ~(((bits & _SEVENS) + _SEVENS) | bits | _SEVENS)


@jit(borrows=True)
def first_byte(bits: np.uint64) -> int:
    """Index, from the lowest on, of the first byte of `bits` that is not zero; `bits` itself is not zero.

    Compilers know this loop as the count of trailing zeros and make one instruction of it.
    """
    n = 0
    while bits != np.uint64(0):
        bits <<= np.uint64(1)
        n += 1
    return (64 - n) >> 3


@jit(borrows=True)
def head_mask(n: int) -> np.uint64:
    """Ones in the first `n` bytes, 0 to 8, of a word."""
    if n >= 8:
        return ~np.uint64(0)
    return (np.uint64(1) << np.uint64(8 * n)) - np.uint64(1)


@jit(borrows=True)
def same_bytes(left: NDArray[np.uint8], start: int, right: NDArray[np.uint8], other: int, n: int) -> bool:
    """Whether the `n` bytes of `left` from `start` on are those of `right` from `other` on."""
    while n >= 8:
        if word(left, start) != word(right, other):
            return False
        start += 8
        other += 8
        n -= 8
    return (word(left, start) ^ word(right, other)) & head_mask(n) == np.uint64(0)


@jit(borrows=True)
def hash_bytes(buffer: NDArray[np.uint8], start: int, stop: int, seed: int) -> int:
    """Hash of the bytes from `start` to `stop`, 0 to 2**32 - 1; `seed` is as large and makes hashes differ."""
    h = np.uint64(seed)
    while start < stop:
        bits = word(buffer, start) & head_mask(stop - start)
        h = ((h ^ bits) & _HALF) * _PRIME
        h = (h ^ (h >> np.uint64(32)) ^ (bits >> np.uint64(32))) & _HALF
        h *= _PRIME
        h = (h ^ (h >> np.uint64(29))) & _HALF
        start += 8
    return np.int64(h)
