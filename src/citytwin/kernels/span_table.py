"""Byte strings as keys: which row of a table holds the same bytes, by open addressing with linear probing."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.swar import hash_bytes, same_bytes


@jit(borrows=True)
def find_span(
    buffer: NDArray[np.uint8],
    start: int,
    stop: int,
    slot: NDArray[np.int64],
    base: int,
    rows: NDArray[np.int64],
    width: int,
) -> tuple[int, int]:
    """Row of the bytes from `start` to `stop` and its slot; -1 and the slot to put it where there is none.

    Slots that hold rows below `base` count as empty: a table is emptied by raising `base`.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
        Goes on for eight bytes or more behind `stop`.
    start : int
    stop : int
    slot : int64, (2**k,)
        Row in each slot plus 1; never all in use.
    base : int
    rows : int64, (n * width,)
        Rows, each beginning with start and stop of its bytes.
    width : int

    Returns
    -------
    row, place : int
    """
    mask = len(slot) - 1
    place = hash_bytes(buffer, start, stop, stop - start) & mask
    while slot[place] > base:
        row = slot[place] - 1
        first = rows[width * row]
        if rows[width * row + 1] - first == stop - start and same_bytes(buffer, start, buffer, first, stop - start):
            return row, place
        place = (place + 1) & mask
    return np.int64(-1), place


@jit(borrows=True)
def intern_code(buffer: NDArray[np.uint8], slot: NDArray[np.int32], codes: NDArray[np.int64]) -> int:
    """Row of a key that is the same as the one behind the last row, which becomes a row itself where it is new.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
        Goes on for eight bytes or more behind the spans.
    slot : int32, (2**k,)
        Row in each slot plus 1; twice as many as there are rows, or more.
    codes : int64, (n + 1, 7)
        Keys: three numbers, then start and stop of two spans of `buffer`. The number of rows in use stands in the first
        place of the last row, which is no key.
    """
    mask = len(slot) - 1
    last = len(codes) - 1
    new = codes[last, 0]
    key = codes[new]
    seed = ((key[0] * 31 + key[1]) * 1021 + key[2]) & 0xFFFFFF
    place = hash_bytes(buffer, key[3], key[4], seed)
    if key[6] > key[5]:
        place = hash_bytes(buffer, key[5], key[6], place)
    place &= mask
    while slot[place] > 0:
        row = np.int64(slot[place]) - 1
        other = codes[row]
        same = other[0] == key[0] and other[1] == key[1] and other[2] == key[2]
        if same and other[4] - other[3] == key[4] - key[3] and other[6] - other[5] == key[6] - key[5]:
            names = same_bytes(buffer, key[3], buffer, other[3], key[4] - key[3])
            if names and same_bytes(buffer, key[5], buffer, other[5], key[6] - key[5]):
                return row
        place = (place + 1) & mask
    slot[place] = new + 1
    codes[last, 0] = new + 1
    return new
