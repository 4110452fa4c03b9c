"""Where the pieces of an XML document end: blanks, text, attribute values, references, comments and instructions.

All functions take a buffer that goes on for eight bytes or more behind `stop`, and never answer with a place beyond it.
"""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.swar import first_byte, word, zero_bytes

_SEVENS = np.uint64(0x7F7F7F7F7F7F7F7F)
_HIGH = np.uint64(0x8080808080808080)
_ABOVE_SPACE = np.uint64(0x5F5F5F5F5F5F5F5F)
"""Added to seven bits, it sets the eighth for what is above 32."""

_ANGLES = np.uint64(0x3C3C3C3C3C3C3C3C)
_AMPERSANDS = np.uint64(0x2626262626262626)
_RETURNS = np.uint64(0x0D0D0D0D0D0D0D0D)
_QUOTES = np.uint64(0x2222222222222222)
_NOT_BIT_1 = np.uint64(0xFDFDFDFDFDFDFDFD)
_NOT_BIT_2 = np.uint64(0xFBFBFBFBFBFBFBFB)
_CONTROL = np.uint64(0xE0E0E0E0E0E0E0E0)


@jit(borrows=True)
def is_blank(byte: int) -> bool:
    """Whether a byte is space, tab, line feed or carriage return (XML 1.0, production 3)."""
    return byte == 32 or byte == 10 or byte == 13 or byte == 9


@jit(borrows=True)
def skip_blanks(buffer: NDArray[np.uint8], start: int, stop: int) -> int:
    """Place of the first byte from `start` on that is no blank, or `stop`.

    Control characters pass for blanks here: that a text has none is for :func:`~citytwin.kernels.utf8.is_xml_text`.
    """
    if buffer[start] > 32:
        return min(start, stop)
    p = start
    while p < stop:
        bits = word(buffer, p)
        others = (((bits & _SEVENS) + _ABOVE_SPACE) | bits) & _HIGH
        if others != np.uint64(0):
            return min(p + first_byte(others), stop)
        p += 8
    return stop


@jit(borrows=True)
def text_end(buffer: NDArray[np.uint8], start: int, stop: int) -> int:
    """Place of the first ``<``, ``>``, ``&`` or carriage return from `start` on, or `stop`."""
    p = start
    while p < stop:
        bits = word(buffer, p)
        found = zero_bytes((bits & _NOT_BIT_1) ^ _ANGLES) | zero_bytes(bits ^ _AMPERSANDS) | zero_bytes(bits ^ _RETURNS)
        if found != np.uint64(0):
            return min(p + first_byte(found), stop)
        p += 8
    return stop


@jit(borrows=True)
def value_end(buffer: NDArray[np.uint8], start: int, stop: int) -> int:
    """Place of the first ``"``, ``&``, ``<`` or control character from `start` on, or `stop`."""
    p = start
    while p < stop:
        bits = word(buffer, p)
        found = zero_bytes((bits & _NOT_BIT_2) ^ _QUOTES) | zero_bytes(bits ^ _ANGLES) | zero_bytes(bits & _CONTROL)
        if found != np.uint64(0):
            return min(p + first_byte(found), stop)
        p += 8
    return stop


@jit(borrows=True)
def reference(buffer: NDArray[np.uint8], start: int, stop: int) -> tuple[int, int]:
    """Character that the reference at `start` stands for, and the place behind its ``;``; (-1, -1) where it is none.

    Known are the five predefined entities and numbers of characters that XML 1.0 allows (productions 2, 66 to 68).
    """
    p = start + 1
    if p < stop and buffer[p] == 35:
        p += 1
        base = 10
        if p < stop and buffer[p] == 120:
            base = 16
            p += 1
        first = p
        code = 0
        while p < stop and code < 0x110000:
            byte = np.int64(buffer[p])
            if 48 <= byte <= 57:
                digit = byte - 48
            elif base == 16 and 97 <= byte | 32 <= 102:
                digit = (byte | 32) - 87
            else:
                break
            code = base * code + digit
            p += 1
        allowed = code == 9 or code == 10 or code == 13 or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
        if p == first or p >= stop or buffer[p] != 59 or not (allowed or 0x10000 <= code < 0x110000):
            return -1, -1
        return code, p + 1
    one, two, three, four, five = buffer[p], buffer[p + 1], buffer[p + 2], buffer[p + 3], buffer[p + 4]
    code = -1
    end = p
    if (one == 108 or one == 103) and two == 116 and three == 59:
        code = 60 if one == 108 else 62
        end = p + 3
    elif one == 97 and two == 109 and three == 112 and four == 59:
        code = 38
        end = p + 4
    elif one == 113 and two == 117 and three == 111 and four == 116 and five == 59:
        code = 34
        end = p + 5
    elif one == 97 and two == 112 and three == 111 and four == 115 and five == 59:
        code = 39
        end = p + 5
    return (code, end) if code >= 0 and end <= stop else (-1, -1)


@jit(borrows=True)
def markup_end(buffer: NDArray[np.uint8], start: int, stop: int) -> int:
    """Place behind the comment, instruction or CDATA section at `start`; -1 where it is malformed or something else.

    An instruction of the name ``xml``, in whatever case, is malformed inside a document.
    """
    if start + 4 > stop:
        return -1
    p = start + 2
    if buffer[start + 1] == 63:
        byte = np.int64(buffer[p])
        if not (byte == 95 or 97 <= byte | 32 <= 122):
            return -1
        if byte | 32 == 120 and buffer[p + 1] | 32 == 109 and buffer[p + 2] | 32 == 108:
            return -1
        while p + 1 < stop and not is_blank(buffer[p]) and buffer[p] != 63:
            byte = np.int64(buffer[p])
            if not (byte == 95 or byte == 45 or byte == 46 or 48 <= byte <= 57 or 97 <= byte | 32 <= 122):
                return -1
            p += 1
        if buffer[p] == 63 and buffer[p + 1] != 62:
            return -1
        while p + 1 < stop:
            if buffer[p] == 63 and buffer[p + 1] == 62:
                return p + 2
            p += 1
        return -1
    if buffer[p] == 45 and buffer[p + 1] == 45:
        p += 2
        while p + 2 < stop:
            if buffer[p] == 45 and buffer[p + 1] == 45:
                return p + 3 if buffer[p + 2] == 62 else -1
            p += 1
        return -1
    if word(buffer, start) == np.uint64(0x41544144435B213C) and buffer[start + 8] == 91:
        p = start + 9
        while p + 2 < stop:
            if buffer[p] == 93 and buffer[p + 1] == 93 and buffer[p + 2] == 62:
                return p + 3
            p += 1
    return -1
