"""JSON texts as a tape: one row a value, in document order, checked against the grammar on the way."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.byte_names import byte_names, grown, number_of
from citytwin.kernels.swar import same_bytes

OBJECT, ARRAY, NUMBERS, STRING, ESCAPED, INTEGER, DECIMAL, TRUE, FALSE, NULL = range(10)
"""Kinds of values. NUMBERS is an array that begins with a number, null or array: its values have no rows. ESCAPED is a
string with a backslash in it."""

WELL_FORMED, MALFORMED, TOO_DEEP, TOO_LARGE, COLLISIONS = range(5)
"""What became of a text: TOO_LARGE is a number beyond a double, COLLISIONS names that were made to have one hash."""


class Tape(NamedTuple):
    """Values of JSON texts.

    Attributes
    ----------
    kind : int8, (n,)
    start, stop : int64, (n,)
        Place in the buffer; of a string without its quotes.
    key : int32, (n,)
        Number of the member's name, -1 in arrays and at the top.
    parent : int32, (n,)
        Row of the object or array a value is in, -1 at the top.
    name_start, name_stop : int64, (k,)
        Place of each name, without its quotes and as it is written.
    status : int
    place : int
        Where the text ends or goes wrong.
    """

    kind: NDArray[np.int8]
    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    key: NDArray[np.int32]
    parent: NDArray[np.int32]
    name_start: NDArray[np.int64]
    name_stop: NDArray[np.int64]
    status: int
    place: int


@jit
def _hexadecimal(buffer: NDArray[np.uint8], i: int) -> int:
    """The four digits at `i` as a number, or -1."""
    unit = 0
    for place in range(i, i + 4):
        byte = np.int64(buffer[place])
        if 48 <= byte <= 57:
            unit = 16 * unit + byte - 48
        elif 97 <= byte | 32 <= 102:
            unit = 16 * unit + (byte | 32) - 87
        else:
            return -1
    return unit


@jit
def _escape(buffer: NDArray[np.uint8], i: int) -> int:
    """Place behind the escape sequence at `i`, or -1; halves of a surrogate pair stand together."""
    byte = buffer[i + 1]
    if byte == 117:
        unit = _hexadecimal(buffer, i + 2)
        if unit < 0 or 0xDC00 <= unit < 0xE000:
            return -1
        if unit < 0xD800 or unit >= 0xE000:
            return i + 6
        if buffer[i + 6] != 92 or buffer[i + 7] != 117:
            return -1
        return i + 12 if 0xDC00 <= _hexadecimal(buffer, i + 8) < 0xE000 else -1
    if byte == 34 or byte == 92 or byte == 47 or byte == 98 or byte == 102:
        return i + 2
    return i + 2 if byte == 110 or byte == 114 or byte == 116 else -1


@jit
def _string(buffer: NDArray[np.uint8], i: int) -> tuple[int, bool]:
    """Place of the quote that ends the string from `i` on, or the complement of where it goes wrong; any escapes."""
    escaped = False
    while True:
        byte = buffer[i]
        if byte == 34:
            return i, escaped
        if byte < 32:
            return ~i, escaped
        if byte == 92:
            escaped = True
            behind = _escape(buffer, i)
            if behind < 0:
                return ~i, escaped
            i = behind
        else:
            i += 1


@jit
def _number(buffer: NDArray[np.uint8], i: int) -> tuple[int, int]:
    """Place behind the number at `i`, or the complement of where it goes wrong, and its kind.

    The kind is -1 for numbers of 10**308 and more, the exponent alone counting where the number is below 1.
    """
    if buffer[i] == 45:
        i += 1
    first = i
    while 48 <= buffer[i] <= 57:
        i += 1
    whole = i - first
    if whole == 0 or (whole > 1 and buffer[first] == 48):
        return ~first, INTEGER
    kind = INTEGER
    exponent = 0
    if buffer[i] == 46:
        kind = DECIMAL
        i += 1
        point = i
        while 48 <= buffer[i] <= 57:
            i += 1
        if i == point:
            return ~i, kind
    if buffer[i] == 101 or buffer[i] == 69:
        kind = DECIMAL
        i += 1
        negative = buffer[i] == 45
        if negative or buffer[i] == 43:
            i += 1
        power = i
        while 48 <= buffer[i] <= 57:
            exponent = min(10 * exponent + np.int64(buffer[i]) - 48, 1000000)
            i += 1
        if i == power:
            return ~i, kind
        if negative:
            exponent = -exponent
    if whole > 300 or exponent > 0:
        if whole - (buffer[first] == 48) + exponent > 308:
            return i, -1
    return i, kind


@jit
def _literal(buffer: NDArray[np.uint8], i: int) -> tuple[int, int]:
    """Place behind ``true``, ``false`` or ``null`` at `i`, or the complement of `i`, and the kind."""
    second, third, fourth = buffer[i + 1], buffer[i + 2], buffer[i + 3]
    if buffer[i] == 110 and second == 117 and third == 108 and fourth == 108:
        return i + 4, NULL
    if buffer[i] == 116 and second == 114 and third == 117 and fourth == 101:
        return i + 4, TRUE
    if buffer[i] == 102 and second == 97 and third == 108 and fourth == 115 and buffer[i + 4] == 101:
        return i + 5, FALSE
    return ~i, NULL


@jit
def _blanks(buffer: NDArray[np.uint8], i: int) -> int:
    """Place of the first byte from `i` on that is no white space."""
    while buffer[i] == 32 or buffer[i] == 10 or buffer[i] == 13 or buffer[i] == 9:
        i += 1
    return i


@jit
def _numbers(buffer: NDArray[np.uint8], i: int, deepest: int) -> int:
    """Place behind the array whose content begins at `i`, or the complement of where it is not of numbers alone.

    Nulls and such arrays inside it are fine, up to `deepest` of them in each other; an empty array is not.
    """
    depth = 1
    i = _blanks(buffer, i)
    if buffer[i] == 93:
        return ~i
    opened = False
    while True:
        byte = buffer[i]
        if byte == 91:
            depth += 1
            if depth > deepest:
                return ~i
            opened = True
            i = _blanks(buffer, i + 1)
            continue
        if byte == 110:
            i, _ = _literal(buffer, i)
        elif 49 <= byte <= 57:
            start = i
            i += 1
            while 48 <= buffer[i] <= 57:
                i += 1
            if buffer[i] == 46 or buffer[i] == 101 or buffer[i] == 69 or i - start > 300:
                i, kind = _number(buffer, start)
                if kind < 0:
                    return ~start
        elif byte == 48 or byte == 45:
            start = i
            i, kind = _number(buffer, i)
            if kind < 0:
                return ~start
        elif byte != 93 or not opened:
            return ~i
        if i < 0:
            return i
        opened = False
        while True:
            i = _blanks(buffer, i)
            if buffer[i] != 93:
                break
            i += 1
            depth -= 1
            if depth == 0:
                return i
        if buffer[i] != 44:
            return ~i
        i = _blanks(buffer, i + 1)


@jit
def _doubled(column: NDArray[np.int64]) -> NDArray[np.int64]:
    """A column twice as long; what is new holds zeros."""
    longer = np.zeros(2 * len(column), column.dtype)
    for row in range(len(column)):
        longer[row] = column[row]
    return longer


@jit
def json_tape(buffer: NDArray[np.uint8], stop: int, deepest: int) -> Tape:
    """Tape of JSON texts that stand one behind the other, with white space between them or not.

    The grammar is that of RFC 8259; bytes above 127 are taken as they are. Values inside a NUMBERS array are checked
    like all others.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
        Eight bytes longer than `stop`.
    stop : int
        Behind the last byte of the texts.
    deepest : int
        Objects and arrays inside each other, at most.

    Returns
    -------
    Tape
        Up to `place` where the `status` is not WELL_FORMED.

    References
    ----------
    T. Bray, RFC 8259, The JavaScript Object Notation (JSON) Data Interchange Format, 2017.
    G. Langdale, D. Lemire, "Parsing gigabytes of JSON per second", VLDB Journal 28, 2019,
    doi:10.1007/s00778-019-00578-5, for the tape.
    """
    room = stop // 24 + 64
    kinds = np.empty(room, np.int8)
    starts = np.empty(room, np.int64)
    stops = np.empty(room, np.int64)
    keys = np.empty(room, np.int32)
    parents = np.empty(room, np.int32)
    n = 0
    names = byte_names(256)
    n_names = 0
    follower = np.zeros(256, np.int32)  # the name that came behind each name last time: mostly it does so again
    last = 0
    holder = np.empty(deepest, np.int32)
    is_object = np.empty(deepest, np.bool_)
    depth = 0
    key = -1
    named = False  # whether a key comes next
    status = WELL_FORMED
    mixed = 0  # where an array turned out to hold more than numbers: those that began before are not tried again
    i = _blanks(buffer, 0)
    while i < stop and status == WELL_FORMED:
        if n == len(kinds):
            kinds = _doubled(kinds)
            starts = _doubled(starts)
            stops = _doubled(stops)
            keys = _doubled(keys)
            parents = _doubled(parents)
        if n_names == len(names.start):
            names = grown(names)
            follower = _doubled(follower)
        while i < stop and status == WELL_FORMED and n < len(kinds) and n_names < len(names.start):
            if named:
                guess = follower[last]
                end = i + 1 + names.stop[guess] - names.start[guess] if guess < n_names else i
                if (
                    end <= i
                    or end >= stop
                    or buffer[i] != 34
                    or buffer[end] != 34
                    or not same_bytes(buffer, names.start[guess], buffer, i + 1, end - i - 1)
                ):
                    end, _ = _string(buffer, i + 1) if buffer[i] == 34 else (~i, False)
                    if end < 0:
                        status = MALFORMED
                        i = ~end
                        break
                    guess = number_of(buffer, i + 1, end, names, n_names)
                    if guess < 0:
                        status = COLLISIONS
                        break
                    if guess == n_names:
                        n_names += 1
                    follower[last] = guess
                key = last = guess
                i = _blanks(buffer, end + 1)
                if buffer[i] != 58:
                    status = MALFORMED
                    break
                i = _blanks(buffer, i + 1)
            start = i
            byte = buffer[i]
            kind = NULL
            if byte == 34:
                start += 1
                end, escaped = _string(buffer, start)
                kind = ESCAPED if escaped else STRING
                i = end + 1
            elif byte == 123:
                kind = OBJECT
                end = i = i + 1
            elif byte == 91:
                end = _numbers(buffer, i + 1, deepest - depth) if i >= mixed else ~mixed
                kind = NUMBERS
                if end < 0:
                    mixed = ~end
                    end = i + 1
                    kind = ARRAY
                i = end
            elif byte == 45 or 48 <= byte <= 57:
                end, kind = _number(buffer, i)
                i = end
            else:
                end, kind = _literal(buffer, i)
                i = end
            container = kind == OBJECT or kind == ARRAY
            if end < 0 or kind < 0 or (container and depth == deepest):
                status = MALFORMED if end < 0 else TOO_LARGE if kind < 0 else TOO_DEEP
                i = ~end if end < 0 else start
                break
            kinds[n] = kind
            starts[n] = start
            stops[n] = end
            keys[n] = key
            parents[n] = holder[depth - 1] if depth > 0 else -1
            key = -1
            i = _blanks(buffer, i)
            if container:
                holder[depth] = n
                named = kind == OBJECT
                is_object[depth] = named
                depth += 1
            n += 1
            if container and buffer[i] != (125 if named else 93):
                continue
            while depth > 0 and buffer[i] == (125 if is_object[depth - 1] else 93):
                depth -= 1
                stops[holder[depth]] = i + 1
                i = _blanks(buffer, i + 1)
            named = depth > 0 and is_object[depth - 1]
            if depth > 0:
                if buffer[i] != 44:
                    status = MALFORMED
                else:
                    i = _blanks(buffer, i + 1)
    if status == WELL_FORMED and (depth > 0 or i < stop):
        status = MALFORMED
    return Tape(
        kinds[:n],
        starts[:n],
        stops[:n],
        keys[:n],
        parents[:n],
        names.start[:n_names],
        names.stop[:n_names],
        status,
        i,
    )
