"""Texts cut out of an XML document: copied one behind the other, references and line ends resolved."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.swar import put_word, word
from citytwin.kernels.xml_tokens import reference


@jit(borrows=True)
def _put_character(code: int, out: NDArray[np.uint8], n: int) -> int:
    """Append a character in UTF-8 and return the new length."""
    if code < 0x80:
        out[n] = code
        return n + 1
    if code < 0x800:
        out[n] = 0xC0 | code >> 6
        out[n + 1] = 0x80 | code & 0x3F
        return n + 2
    if code < 0x10000:
        out[n] = 0xE0 | code >> 12
        out[n + 1] = 0x80 | code >> 6 & 0x3F
        out[n + 2] = 0x80 | code & 0x3F
        return n + 3
    out[n] = 0xF0 | code >> 18
    out[n + 1] = 0x80 | code >> 12 & 0x3F
    out[n + 2] = 0x80 | code >> 6 & 0x3F
    out[n + 3] = 0x80 | code & 0x3F
    return n + 4


@jit(borrows=True)
def _put(buffer: NDArray[np.uint8], start: int, stop: int, out: NDArray[np.uint8], n: int) -> int:
    """Append bytes, eight at a time and up to seven too many, and return the new length."""
    for k in range(0, stop - start, 8):
        put_word(out, n + k, word(buffer, start + k))
    return n + stop - start


@jit(borrows=True)
def copy_texts(
    buffer: NDArray[np.uint8], span: NDArray[np.int64], out: NDArray[np.uint8], offsets: NDArray[np.int64]
) -> None:
    """Copy texts of a document; those that ask for it with references and line ends resolved (XML 1.0, 2.11, 4.4).

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
        The document, and eight bytes more; its references have been checked.
    span : int64, (n, 2)
        Start and stop of each text; the complement of stop where there is something to resolve.
    out : uint8, (k,)
        Receives the texts, with room for all as they stand in `buffer` and eight bytes more.
    offsets : int64, (n + 1,)
        Receives the start of each text in `out`, and the end of the last.
    """
    n = 0
    for row in range(len(span)):
        offsets[row] = n
        p = span[row, 0]
        stop = span[row, 1]
        if stop >= 0:
            n = _put(buffer, p, stop, out, n)
            continue
        stop = ~stop
        while p < stop:
            byte = buffer[p]
            if byte == 38:
                code, p = reference(buffer, p, stop)
                n = _put_character(code, out, n)
                continue
            p += 1
            if byte == 13:
                byte = 10
                if p < stop and buffer[p] == 10:
                    p += 1
            out[n] = byte
            n += 1
    offsets[len(span)] = n


@jit(borrows=True)
def copy_fragments(
    buffer: NDArray[np.uint8],
    fragment: NDArray[np.int64],
    segment: NDArray[np.int64],
    declarations: NDArray[np.uint8],
    declaration: NDArray[np.int64],
    out: NDArray[np.uint8],
    offsets: NDArray[np.int64],
) -> None:
    """Copy elements of a document so that each stands for itself: with the namespaces it uses declared.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
        The document, and eight bytes more.
    fragment : int64, (n, 3)
        First segment of each element, the one behind its last, and bit by bit the prefixes it uses. The first segment
        is ``<`` with the name of the element.
    segment : int64, (k, 2)
        Start and stop of what is copied from `buffer`; the complements of places in `declarations` for words of these.
    declarations : uint8, (m,)
        ``xmlns`` attributes with a blank before each, and other words; eight bytes more.
    declaration : int64, (n_prefixes + 1,)
        Start of each in `declarations`, and the end of the last.
    out : uint8, (l,)
        Receives the elements; room for all segments, all declarations once an element, and
        eight bytes more is enough.
    offsets : int64, (n + 1,)
        Receives the start of each in `out`, and the end of the last.
    """
    n = 0
    for row in range(len(fragment)):
        offsets[row] = n
        first = fragment[row, 0]
        used = fragment[row, 2]
        for k in range(first, fragment[row, 1]):
            start = segment[k, 0]
            stop = segment[k, 1]
            if start >= 0:
                n = _put(buffer, start, stop, out, n)
            else:
                n = _put(declarations, ~start, ~stop, out, n)
            if k == first:
                for prefix in range(len(declaration) - 1):
                    if used >> prefix & 1:
                        n = _put(declarations, declaration[prefix], declaration[prefix + 1], out, n)
    offsets[len(fragment)] = n
