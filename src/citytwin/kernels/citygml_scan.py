"""One pass over the bytes of CityGML members, which fills flat tables and passes on what it is not sure of.

It is conservative. A member is taken only where every element, attribute and text is one whose meaning is certain; any
other is skipped and named, for a reader that knows more. What is skipped is still checked as XML as far as its end is
to be certain.
"""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.citygml_geometry import close_geometry, open_geometry, read_positions
from citytwin.kernels.citygml_properties import close_thematic, open_thematic
from citytwin.kernels.citygml_tables import (
    A_HREF,
    A_STRANGE,
    ATTRIBUTE,
    C_ADDRESS,
    C_EXTRA,
    C_GEOMETRY,
    C_MEMBER,
    C_NUMBERS,
    C_REFERENCE,
    C_RING,
    C_SKIP,
    C_SOLID,
    C_SURFACES,
    C_TEXT,
    COUNT,
    DEEPEST,
    DEPTH,
    DOCUMENT,
    DONE,
    F_CHILDREN,
    F_LENGTH,
    F_NAME,
    F_STATE,
    FIRST_CLOSED,
    FOUND,
    FRAME,
    FULL,
    GEOMETRY,
    HAND_OVER,
    IS_STRANGE,
    MEMBER,
    N_OTHERS,
    NAMED,
    NO_ROOM,
    OTHER,
    OTHERS,
    R_BEGIN,
    R_DEPTH,
    R_END,
    R_FIRST_NAMED,
    R_NESTING,
    SAVED,
    T_EMPTY,
    T_LENGTH,
    T_NAME,
    T_PLAIN,
    T_PREFIXES,
    T_SEEN,
    T_START,
    T_STOP,
    TOP,
    Tables,
    resolve,
    room,
)
from citytwin.kernels.swar import same_bytes
from citytwin.kernels.utf8 import is_xml_text
from citytwin.kernels.xml_names import KIND, LOCAL, MALFORMED, PREFIX, START, STOP, URI, Names, find_name
from citytwin.kernels.xml_tokens import is_blank, markup_end, reference, skip_blanks, text_end, value_end


@jit(borrows=True)
def _text(buffer: NDArray[np.uint8], start: int, stop: int, m: NDArray[np.int64]) -> int:
    """Place of the ``<`` that ends the text at `start`, -1 where it is malformed or none comes."""
    p = start
    while True:
        p = text_end(buffer, p, stop)
        if p >= stop:
            return -1
        byte = buffer[p]
        if byte == 60:
            return p
        if byte == 62:
            if buffer[p - 1] == 93 and buffer[p - 2] == 93:
                return -1
            p += 1
        else:
            m[T_PLAIN] = 0
            if byte == 38:
                _, p = reference(buffer, p, stop)
                if p < 0:
                    return -1
            else:
                p += 1


@jit(borrows=True)
def _value(buffer: NDArray[np.uint8], start: int, stop: int, quote: int) -> tuple[int, bool]:
    """Place of the quote that ends the attribute value at `start`, or -1, and whether it stands for itself."""
    p = start
    plain = True
    while True:
        if quote == 34:
            p = value_end(buffer, p, stop)
        if p >= stop or buffer[p] == 60:
            return -1, False
        byte = buffer[p]
        if byte == quote:
            return p, plain
        if byte == 38:
            plain = False
            _, p = reference(buffer, p, stop)
            if p < 0:
                return -1, False
        else:
            plain = plain and byte >= 32
            p += 1


@jit(borrows=True)
def scan_members(
    buffer: NDArray[np.uint8],
    start: int,
    stop: int,
    names: Names,
    follow: NDArray[np.int64],
    largest: float,
    t: Tables,
) -> int:
    """Read members from `start` on until `stop`, or the first that is not certain.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
        The document, in UTF-8; it goes on for PADDING bytes or more behind `stop`.
    start : int
        Between two members.
    stop : int
        Behind a member.
    names : Names
        Qualified names with their meanings; names of the document are added.
    follow : int64, (n, 2)
        For each of the names that which came last time behind it: as an element, and as an attribute.
    largest : float
        Magnitude a coordinate may have.
    t : Tables
        Receives what is read. Where the scan ends stands in its memory at R_BEGIN and R_END.

    Returns
    -------
    status : int
        One of DONE, MEMBER, OTHER, DOCUMENT and FULL. What is before R_BEGIN is in the tables; a member or another
        element goes to R_END. With DOCUMENT and FULL the tables hold half a member.

    References
    ----------
    OGC 08-007r1 and OGC 12-019, City Geography Markup Language 1.0 and 2.0; OGC 03-105r1, Geography Markup Language
    3.1.1; W3C, Extensible Markup Language 1.0, fifth edition, and Namespaces in XML 1.0, third edition.
    """
    m = t.memory
    rows = t.rows
    tags_left = np.int64(0)
    depth = np.int64(0)
    top = np.int64(FRAME)
    handed = False
    whose = MEMBER
    checked = np.int64(start)
    state = np.int64(C_SKIP)
    p = np.int64(start)
    while True:
        tags_left -= 1
        if tags_left < 0:
            tags_left = np.int64(room(m, len(t.slow), len(t.named_slot)))
            if tags_left < 0:
                return FULL
        text = p
        p = skip_blanks(buffer, p, stop)
        if p >= stop:
            m[R_BEGIN] = stop
            m[R_END] = stop
            return DONE if depth == 0 and is_xml_text(buffer, checked, stop) else DOCUMENT
        m[T_PLAIN] = np.int64(p == text)
        mixed = buffer[p] != 60
        if mixed:
            for i in range(text, p):
                if buffer[i] == 13:
                    m[T_PLAIN] = -1
            m[T_PLAIN] = np.int64(m[T_PLAIN] >= 0)
            p = _text(buffer, p, stop, m)
            if p < 0 or depth == 0:
                return DOCUMENT
        ahead = buffer[p + 1]
        closing = ahead == 47
        if closing:
            if depth == 0:
                return DOCUMENT
            q = p + 2 + m[top + F_LENGTH]
            if q >= stop or not same_bytes(buffer, p + 2, buffer, m[top + F_NAME], m[top + F_LENGTH]):
                return DOCUMENT
            if buffer[q] != 62:
                q = skip_blanks(buffer, q, stop)
                if q >= stop or buffer[q] != 62:
                    return DOCUMENT
            m[T_STOP] = q + 1
        elif ahead == 33 or ahead == 63:
            q = np.int64(markup_end(buffer, p, stop))
            if q < 0 or (depth == 0 and ahead == 33 and buffer[p + 2] == 91):
                return DOCUMENT
            handed = handed or depth > 0
            p = q
            continue
        else:
            q = p + 1
            last = max(m[T_NAME], 0)
            name = follow[last, 0]
            first = names.span[name, START]
            length = names.span[name, STOP] - first
            octet = buffer[q + length]
            strange = False
            if not (octet == 62 or octet == 32 or octet == 47) or not same_bytes(buffer, q, names.text, first, length):
                name, end = find_name(buffer, q, stop, names)
                if name == MALFORMED:
                    return DOCUMENT
                length = end - q
                if name >= 0:
                    follow[last, 0] = name
            q += length
            seen = np.int64(0)
            prefixes = np.int64(0)
            before = name
            if name >= 0:
                prefix = names.span[name, PREFIX]
                if prefix >= 0:
                    prefixes = np.int64(1) << prefix
                    strange = names.prefix[prefix, KIND] == IS_STRANGE
                else:
                    strange = prefix == -2
            else:
                strange = True
                before = np.int64(0)
            m[T_NAME] = name
            m[T_START] = p + 1
            m[T_LENGTH] = length
            n_others = 0
            while True:
                if q >= stop:
                    return DOCUMENT
                octet = buffer[q]
                if octet == 62:
                    m[T_EMPTY] = 0
                    break
                if octet == 47:
                    m[T_EMPTY] = 1
                    q += 1
                    if buffer[q] != 62:
                        return DOCUMENT
                    break
                if not is_blank(octet):
                    return DOCUMENT
                q = skip_blanks(buffer, q + 1, stop)
                octet = buffer[q]
                if q >= stop or octet == 62 or octet == 47:
                    continue
                attribute = follow[before, 1]
                first = names.span[attribute, START]
                length = names.span[attribute, STOP] - first
                if buffer[q + length] == 61 and same_bytes(buffer, q, names.text, first, length):
                    q += length
                else:
                    attribute, q = find_name(buffer, q, stop, names)
                    if attribute == MALFORMED:
                        return DOCUMENT
                    if attribute >= 0:
                        follow[before, 1] = attribute
                code = np.int64(A_STRANGE)
                prefix = np.int64(-1)
                if attribute >= 0:
                    before = attribute
                    code = names.code[attribute, ATTRIBUTE]
                    if names.span[attribute, LOCAL] > names.span[attribute, START]:
                        prefix = names.span[attribute, PREFIX]
                        if prefix < 0:
                            strange = True
                        else:
                            prefixes |= np.int64(1) << prefix
                if buffer[q] != 61:
                    q = skip_blanks(buffer, q, stop)
                    if q >= stop or buffer[q] != 61:
                        return DOCUMENT
                q += 1
                if buffer[q] != 34:
                    q = skip_blanks(buffer, q, stop)
                quote = np.int64(buffer[q])
                if q >= stop or (quote != 34 and quote != 39):
                    return DOCUMENT
                value = q + 1
                q, plain = _value(buffer, value, stop, quote)
                if q < 0:
                    return DOCUMENT
                if code == A_STRANGE or n_others == N_OTHERS or (code > 0 and not plain):
                    strange = True
                elif code > 0:
                    if seen >> code & 1:
                        return DOCUMENT
                    seen |= np.int64(1) << code
                    m[FOUND + 2 * code] = value
                    m[FOUND + 2 * code + 1] = q
                else:
                    for k in range(n_others):
                        if m[OTHERS + k] == attribute:
                            return DOCUMENT
                        other = names.span[m[OTHERS + k], PREFIX]
                        if prefix >= 0 and other >= 0 and other != prefix:
                            strange = strange or names.prefix[other, URI] == names.prefix[prefix, URI]
                    m[OTHERS + n_others] = attribute
                    n_others += 1
                q += 1
            m[T_SEEN] = seen
            m[T_PREFIXES] = prefixes
            m[T_STOP] = q + 1
            if depth == DEEPEST - 2:
                return DOCUMENT
            m[top + F_CHILDREN] += 1
            child = np.int64(C_SKIP)
            if depth == 0:
                m[R_BEGIN] = p
                m[R_FIRST_NAMED] = m[COUNT + NAMED]
                for k in range(SAVED - COUNT):
                    m[SAVED + k] = m[COUNT + k]
                handed = strange
                whose = OTHER
                child = np.int64(C_MEMBER)
                if name >= 0 and names.code[name, TOP] == 1:
                    whose = MEMBER
                    handed = handed or seen >> A_HREF & 1 == 1
                else:
                    handed = True
            elif not handed:
                if strange or depth + 2 > m[R_NESTING] or (mixed and state != C_SKIP):
                    child = np.int64(HAND_OVER)
                elif state != C_SKIP:
                    meaning = names.code[name]
                    if state == C_RING:
                        child = np.int64(
                            read_positions(buffer, stop, meaning[GEOMETRY], largest, m, rows, t.numbers, t.slow)
                        )
                    elif state == C_GEOMETRY or state == C_SURFACES or state >= C_SOLID:
                        child = np.int64(open_geometry(buffer, meaning[GEOMETRY], m, rows, t.named_slot))
                    elif state == C_TEXT or state == C_NUMBERS:
                        child = np.int64(HAND_OVER)
                    else:
                        prefix = names.span[name, PREFIX]
                        kind = names.prefix[prefix, KIND] if prefix >= 0 else np.int64(0)
                        child = np.int64(open_thematic(buffer, meaning, kind, m, rows, t.code, t.code_slot))
                if child == NO_ROOM:
                    return FULL
                if child < 0:
                    handed = True
                    child = np.int64(C_SKIP)
            depth += 1
            top += DEPTH
            m[R_DEPTH] = depth
            state = child
            m[top + F_STATE] = state
            m[top + F_NAME] = m[T_START]
            m[top + F_LENGTH] = m[T_LENGTH]
            m[top + F_CHILDREN] = 0
            if m[T_EMPTY] == 0:
                p = m[T_STOP]
                continue
            p = m[T_STOP]
            text = p
            mixed = False
            m[T_PLAIN] = 1
        if not handed:
            if mixed and state != C_TEXT and state != C_SKIP:
                leaf = m[top + F_CHILDREN] == 0
                handed = not leaf or not (state == C_REFERENCE or state == C_ADDRESS or state == C_EXTRA)
            if state >= FIRST_CLOSED:
                if state >= C_SOLID:
                    done = np.int64(close_geometry(buffer, m, rows, t.numbers, t.named_slot))
                else:
                    done = np.int64(close_thematic(buffer, text, p, m, rows, t.code, t.code_slot))
                if done == NO_ROOM:
                    return FULL
                handed = handed or done < 0
        p = m[T_STOP]
        depth -= 1
        top -= DEPTH
        m[R_DEPTH] = depth
        if depth > 0:
            state = m[top + F_STATE]
            continue
        if not is_xml_text(buffer, checked, p):
            return DOCUMENT
        checked = p
        m[R_END] = p
        if handed:
            for k in range(SAVED - COUNT):
                m[COUNT + k] = m[SAVED + k]
            return whose
        resolve(buffer, m, rows, t.named_slot)
