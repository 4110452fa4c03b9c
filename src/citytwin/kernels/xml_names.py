"""Qualified names of one document by their bytes, each looked at once: an open-addressing table that grows."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.swar import hash_bytes, same_bytes

LONGEST = 120
"""Bytes of the longest name that is kept."""

MALFORMED, STRANGE = -1, -2
"""In place of a name: no name in ASCII at all, and one the table cannot judge."""

START, STOP, LOCAL, PREFIX = range(4)
"""Columns of :attr:`Names.span`."""

URI, KIND = 2, 3
"""Columns of :attr:`Names.prefix` behind start and stop."""

_CLASS = np.zeros(256, np.uint8)
"""1 where a byte may begin a name, 2 where it may only go on, 3 for the colon, 4 beyond ASCII; 0 ends a name."""
_CLASS[[*range(65, 91), *range(97, 123), 95]] = 1
_CLASS[[*range(48, 58), 45, 46]] = 2
_CLASS[58] = 3
_CLASS[128:] = 4


class Names(NamedTuple):
    """Names and what each means.

    Attributes
    ----------
    slot : int32, (2**k,)
        Name in each slot of the table, plus 1; 0 where there is none.
    span : int64, (n, 4)
        Start, stop and start of the local name in `text`, and row of the prefix; -1 for names in no namespace, -2 for
        those in the namespace of XML itself.
    text : uint8, (n_bytes,)
        All names, with eight bytes to spare.
    size : int64, (2,)
        Names and bytes in use.
    code : int64, (n, k)
        Meanings, given by the maker of the table; 0 for names found in the document.
    prefix : int64, (n_prefixes, 4)
        Start and stop in `prefix_text`, number of the namespace, and a kind for the maker of the table. The default
        namespace is a row without bytes.
    prefix_text : uint8, (n_bytes,)
        All prefixes, with eight bytes to spare.
    """

    slot: NDArray[np.int32]
    span: NDArray[np.int64]
    text: NDArray[np.uint8]
    size: NDArray[np.int64]
    code: NDArray[np.int64]
    prefix: NDArray[np.int64]
    prefix_text: NDArray[np.uint8]


@jit(borrows=True)
def _prefix_of(buffer: NDArray[np.uint8], start: int, stop: int, names: Names) -> int:
    """Row of a prefix, -2 for ``xml``, -1 where it is not declared."""
    for row in range(len(names.prefix)):
        first, last = names.prefix[row, 0], names.prefix[row, 1]
        if last - first == stop - start and same_bytes(buffer, start, names.prefix_text, first, stop - start):
            return row
    if stop - start == 3 and buffer[start] == 120 and buffer[start + 1] == 109 and buffer[start + 2] == 108:
        return -2
    return -1


@jit(borrows=True)
def find_name(buffer: NDArray[np.uint8], start: int, stop: int, names: Names) -> tuple[int, int]:
    """Row of the name at `start`, added if need be, and the place behind it.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
        Goes on for eight bytes or more behind `stop`.
    start : int
    stop : int
    names : Names
        Changed in place.

    Returns
    -------
    name, place : int
        Names in ASCII with a declared prefix, or none, have a row. Negative are ``MALFORMED`` (no name can be this) and
        ``STRANGE`` (it may be one: letters beyond ASCII, an undeclared prefix, too long, a full table).
    """
    p = start
    colon = np.int64(-1)
    strange = False
    begins = True
    while p < stop:
        kind = _CLASS[buffer[p]]
        if kind == 0:
            break
        if kind == 4:
            strange = True
        elif kind == 3:
            if begins or colon >= 0:
                return MALFORMED, p
            colon = p
        elif kind == 2 and begins:
            return MALFORMED, p
        begins = kind == 3
        p += 1
    if begins:
        return MALFORMED, p
    if strange or p - start > LONGEST:
        return STRANGE, p
    mask = len(names.slot) - 1
    place = hash_bytes(buffer, start, p, p - start) & mask
    while names.slot[place] > 0:
        name = np.int64(names.slot[place]) - 1
        first = names.span[name, START]
        if names.span[name, STOP] - first == p - start and same_bytes(buffer, start, names.text, first, p - start):
            return name, p
        place = (place + 1) & mask
    name = names.size[0]
    used = names.size[1]
    if name == len(names.span) or 2 * name > mask or used + p - start + 8 > len(names.text):
        return STRANGE, p
    local = start if colon < 0 else colon + 1
    prefix = _prefix_of(buffer, start, max(local - 1, start), names)
    if colon >= 0 and prefix == -1:
        return STRANGE, p
    names.slot[place] = name + 1
    for i in range(start, p):
        names.text[used + i - start] = buffer[i]
    names.span[name, START] = used
    names.span[name, STOP] = used + p - start
    names.span[name, LOCAL] = used + local - start
    names.span[name, PREFIX] = prefix
    names.size[0] = name + 1
    names.size[1] = used + p - start
    return name, p
