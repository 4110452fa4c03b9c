"""Whether bytes are UTF-8 and hold only characters that XML allows."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.swar import first_byte, word, zero_bytes

_BLOCK = 512
_HIGH = np.uint64(0x8080808080808080)
_CONTROL = np.uint64(0xE0E0E0E0E0E0E0E0)
_TABS = np.uint64(0x0909090909090909)
_LINE_FEEDS = np.uint64(0x0A0A0A0A0A0A0A0A)
_RETURNS = np.uint64(0x0D0D0D0D0D0D0D0D)


@jit(borrows=True)
def is_xml_text(buffer: NDArray[np.uint8], start: int, stop: int) -> bool:
    """Whether bytes are well-formed UTF-8 of the characters that XML 1.0 allows (production 2).

    Blocks of ASCII without control characters are passed over in one loop that compilers turn into vector code.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
        Goes on for eight bytes or more behind `stop`, whatever they are.
    start : int
    stop : int
        Behind the last byte; a character that is cut there is not well-formed.

    References
    ----------
    The Unicode Standard 15, table 3-7, well-formed UTF-8 byte sequences.
    """
    p = start
    while p < stop:
        end = min(p + _BLOCK, stop)
        high = np.uint64(0)
        low = np.uint64(0)
        n_words = (end - p) // 8
        for k in range(n_words):
            bits = word(buffer, p + 8 * k)
            high |= bits
            blanks = zero_bytes(bits ^ _TABS) | zero_bytes(bits ^ _LINE_FEEDS) | zero_bytes(bits ^ _RETURNS)
            low |= zero_bytes(bits & _CONTROL) & ~blanks
        for i in range(p + 8 * n_words, end):
            byte = buffer[i]
            high |= np.uint64(byte)
            if byte < 32 and byte != 10 and byte != 13 and byte != 9:
                return False
        if low != np.uint64(0):
            return False
        if high & _HIGH == np.uint64(0):
            p = end
            continue
        while p < end:
            ascii_ends = word(buffer, p) & _HIGH
            if ascii_ends == np.uint64(0):
                p += 8
                continue
            p += first_byte(ascii_ends)
            if p >= end:
                break
            first = np.int64(buffer[p])
            if first < 0xC2 or first > 0xF4:
                return False
            length = 2 if first < 0xE0 else 3 if first < 0xF0 else 4
            if p + length > stop:
                return False
            code = first & (0x7F >> length)
            for i in range(p + 1, p + length):
                byte = np.int64(buffer[i])
                if byte & 0xC0 != 0x80:
                    return False
                code = code << 6 | byte & 0x3F
            if length == 3 and (code < 0x800 or 0xD800 <= code < 0xE000 or code >= 0xFFFE):
                return False
            if length == 4 and not 0x10000 <= code < 0x110000:
                return False
            p += length
    return True
