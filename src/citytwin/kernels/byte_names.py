"""Numbers for distinct byte strings, in the order they are met: a hash table with open addressing."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.swar import hash_bytes, same_bytes

_PROBES = 4096
"""Places tried for one string; so many collide in a table that is half empty only where somebody means them to."""


class ByteNames(NamedTuple):
    """Distinct byte strings and the table they are found by.

    Attributes
    ----------
    start, stop : int64, (room,)
        Place of each string where it is met first; the first `count` rows are in use.
    hash : int64, (room,)
    table : int32, (2**k,)
        Number of a string by its hash, -1 where there is none; at least twice as long as `start`.
    """

    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    hash: NDArray[np.int64]
    table: NDArray[np.int32]


@jit
def byte_names(room: int) -> ByteNames:
    """Table without a string, with room for `room` of them, a power of two."""
    none = np.full(2 * room, -1, np.int32)
    return ByteNames(np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64), none)


@jit
def grown(names: ByteNames) -> ByteNames:
    """The same strings, all rows of which are in use, with twice the room."""
    count = len(names.start)
    larger = byte_names(2 * count)
    mask = len(larger.table) - 1
    for code in range(count):
        larger.start[code] = names.start[code]
        larger.stop[code] = names.stop[code]
        larger.hash[code] = names.hash[code]
        slot = names.hash[code] & mask
        while larger.table[slot] >= 0:
            slot = (slot + 1) & mask
        larger.table[slot] = code
    return larger


@jit
def number_of(buffer: NDArray[np.uint8], start: int, stop: int, names: ByteNames, count: int) -> int:
    """Number of a byte string; a new one gets `count` and takes that row.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
        Eight bytes longer than what is asked about.
    start, stop : int
    names : ByteNames
        With a row that is free.
    count : int
        Strings so far.

    Returns
    -------
    int
        -1 where thousands of strings have been given hashes that collide.
    """
    hashed = hash_bytes(buffer, start, stop, 0)
    mask = len(names.table) - 1
    slot = hashed & mask
    for _ in range(_PROBES):
        code = names.table[slot]
        if code < 0:
            names.table[slot] = count
            names.start[count] = start
            names.stop[count] = stop
            names.hash[count] = hashed
            return count
        if names.hash[code] == hashed and names.stop[code] - names.start[code] == stop - start:
            if same_bytes(buffer, names.start[code], buffer, start, stop - start):
                return np.int64(code)
        slot = (slot + 1) & mask
    return -1


@jit
def number_spans(
    buffer: NDArray[np.uint8], start: NDArray[np.int64], stop: NDArray[np.int64], out: NDArray[np.int32]
) -> int:
    """Number byte strings so that equal ones have equal numbers, from 0 on in the order they are met.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
        Eight bytes longer than the last string.
    start, stop : int64, (n,)
    out : int32, (n,)
        Receives the numbers.

    Returns
    -------
    int
        Distinct strings; -1 where thousands of them have been given hashes that collide.
    """
    names = byte_names(64)
    count = 0
    for row in range(len(start)):
        length = stop[row] - start[row]
        if row > 0 and length == stop[row - 1] - start[row - 1]:
            if same_bytes(buffer, start[row - 1], buffer, start[row], length):
                out[row] = out[row - 1]
                continue
        if count == len(names.start):
            names = grown(names)
        code = number_of(buffer, start[row], stop[row], names, count)
        if code < 0:
            return -1
        if code == count:
            count += 1
        out[row] = code
    return count
