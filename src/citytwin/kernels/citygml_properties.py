"""Start and end tags of city objects, their surfaces and their attributes, in a scan of CityGML members."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.citygml_tables import (
    A_CODE_SPACE,
    A_HREF,
    A_ID,
    A_NAME,
    A_SRS,
    A_UOM,
    ADDRESS_PLACE,
    C_ADDRESS,
    C_ADDRESSES,
    C_ENVELOPE,
    C_EXTRA,
    C_FEATURES,
    C_GEOMETRY,
    C_MEMBER,
    C_OWNER,
    C_PARTS,
    C_PARTS_OF_ADDRESS,
    C_REFERENCE,
    C_SET,
    C_SKIP,
    C_TEXT,
    C_VALUES,
    CORE_PLACE,
    COUNT,
    DEPTH,
    EXTRA_BYTES,
    EXTRAS,
    F_A,
    F_B,
    F_CHILDREN,
    F_KEEP,
    F_LENGTH,
    F_NAME,
    F_STATE,
    FEATURE_TABLE,
    FEATURES,
    FIRST_SET,
    FOUND,
    FRAME,
    G_VALUE,
    GEOMETRY,
    HAND_OVER,
    IS_ADDRESS,
    LOD,
    NO_ROOM,
    OBJECT_TABLE,
    OBJECTS,
    OWNERS,
    P_ADDRESS,
    P_BOUNDARY,
    P_ENVELOPE,
    P_GENERIC,
    P_GEOMETRY,
    P_INSTALLATION,
    P_LEAF,
    P_MEASURE,
    P_OPENING,
    P_PART,
    P_REFERENCE,
    P_SET,
    P_STRANGE,
    PROPERTY,
    R_DEPTH,
    R_EXTRAS_BYTES,
    R_FEATURE,
    R_FIRST_SEGMENT,
    R_ID,
    R_IN_SOLID,
    R_KIND,
    R_KIND_INSTALLED,
    R_KIND_PLAIN,
    R_NAME,
    R_NAME_STOP,
    R_OBJECT,
    R_OWNER,
    R_PLACE,
    R_RULE,
    R_SIGN,
    R_USED,
    R_WALL,
    ROOF_EDGE,
    RULE,
    SEGMENTS,
    SET_TABLE,
    T_ADDRESS,
    T_FEATURE,
    T_LENGTH,
    T_OBJECT,
    T_PLAIN,
    T_PREFIXES,
    T_SEEN,
    T_START,
    T_STOP,
    TABLE,
    THING,
    THING_KIND,
    UNIT,
    VALUES,
    add_segment,
    add_srs,
    add_value,
    append,
    name_code,
)
from citytwin.kernels.xml_tokens import is_blank, skip_blanks


@jit(borrows=True)
def _table(m: NDArray[np.int64]) -> int:
    """Whose attributes those of the owner at hand are."""
    return np.int64(FEATURE_TABLE if m[R_FEATURE] >= 0 else OBJECT_TABLE)


@jit(borrows=True)
def _open_geometry(
    buffer: NDArray[np.uint8],
    codes: NDArray[np.int64],
    m: NDArray[np.int64],
    rows: NDArray[np.int64],
    code_rows: NDArray[np.int64],
    code_slot: NDArray[np.int32],
) -> int:
    """Open a property with geometry: an owner of polygons, for a roof edge with a surface of its own."""
    zero = np.int64(0)
    feature = m[R_FEATURE]
    if codes[ROOF_EDGE] > 0:
        feature = m[COUNT + FEATURES]
        place = append(m, np.int64(FEATURES))
        rows[place] = 0
        rows[place + 1] = 0
        code = name_code(
            buffer,
            code_rows,
            code_slot,
            np.int64(FEATURE_TABLE),
            codes[RULE],
            np.int64(CORE_PLACE),
            zero,
            zero,
            zero,
            zero,
        )
        if code < 0:
            return NO_ROOM
        end = m[T_START] + m[T_LENGTH]
        add_value(m, rows, code, end - codes[ROOF_EDGE], end)
        rows[m[TABLE + 3 * VALUES] + m[TABLE + 3 * VALUES + 1] * (m[COUNT + VALUES] - 1)] = feature
    m[R_OWNER] = m[COUNT + OWNERS]
    place = append(m, np.int64(OWNERS))
    rows[place] = m[R_OBJECT]
    rows[place + 1] = m[R_KIND]
    rows[place + 2] = codes[LOD]
    rows[place + 3] = feature
    rows[place + 4] = m[R_WALL]
    m[R_IN_SOLID] = 0
    m[R_SIGN] = 1
    return C_GEOMETRY


@jit(borrows=True)
def _open_property(
    buffer: NDArray[np.uint8],
    state: int,
    codes: NDArray[np.int64],
    child: int,
    m: NDArray[np.int64],
    rows: NDArray[np.int64],
    code_rows: NDArray[np.int64],
    code_slot: NDArray[np.int32],
) -> int:
    """Open a property of an object or surface, or of a set of attributes; the state of its content."""
    zero = np.int64(0)
    do = codes[PROPERTY]
    rule = codes[RULE]
    seen = m[T_SEEN]
    if do == P_GENERIC or do == P_MEASURE:
        m[R_RULE] = rule
        m[R_NAME] = m[FOUND + 2 * A_NAME]
        m[R_NAME_STOP] = m[FOUND + 2 * A_NAME + 1] if seen >> A_NAME & 1 else m[FOUND + 2 * A_NAME]
        m[child + F_A] = np.int64(state == C_OWNER and do == P_GENERIC)
        return C_VALUES
    if do == P_SET:
        start = m[FOUND + 2 * A_NAME]
        stop = m[FOUND + 2 * A_NAME + 1] if seen >> A_NAME & 1 else start
        outer = m[R_PLACE] if state == C_SET else zero
        row = name_code(buffer, code_rows, code_slot, np.int64(SET_TABLE), zero, outer, start, stop, zero, zero)
        if row < 0:
            return NO_ROOM
        m[child + F_A] = m[R_PLACE]
        m[R_PLACE] = FIRST_SET + row
        return C_SET
    if state == C_SET or do == P_STRANGE:
        return HAND_OVER
    if do == P_LEAF:
        unit = A_UOM if codes[UNIT] == 1 else A_CODE_SPACE
        start, stop = zero, zero
        if codes[UNIT] > 0 and seen >> unit & 1:
            start, stop = m[FOUND + 2 * unit], m[FOUND + 2 * unit + 1]
        code = name_code(buffer, code_rows, code_slot, _table(m), rule, np.int64(CORE_PLACE), zero, zero, start, stop)
        m[child + F_A] = code
        return C_TEXT if code >= 0 else NO_ROOM
    m[child + F_A] = rule
    if do == P_GEOMETRY and codes[LOD] < 0:
        return C_SKIP
    if seen >> A_HREF & 1 and do > 0:
        return HAND_OVER
    if do == P_GEOMETRY:
        return _open_geometry(buffer, codes, m, rows, code_rows, code_slot)
    if do == P_BOUNDARY or do == P_INSTALLATION or do == P_OPENING:
        m[child + F_A] = m[R_FEATURE] if do == P_OPENING else -1
        return C_FEATURES
    if do == P_REFERENCE:
        return C_REFERENCE
    if do == P_ADDRESS:
        return C_ADDRESSES
    if do == P_PART:
        return C_PARTS
    return C_ENVELOPE if do == P_ENVELOPE else C_EXTRA


@jit(borrows=True)
def _open_thing(
    seen: int,
    state: int,
    wall: int,
    codes: NDArray[np.int64],
    child: int,
    m: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> None:
    """Open an object, or a surface in the surface `wall`: what follows belongs to it."""
    for k in range(6):
        m[child + F_KEEP + k] = m[R_OBJECT + k]
    start, stop = np.int64(0), np.int64(0)
    if seen >> A_ID & 1:
        start, stop = m[FOUND + 2 * A_ID], m[FOUND + 2 * A_ID + 1]
    if codes[THING] == T_OBJECT:
        row = m[COUNT + OBJECTS]
        place = append(m, np.int64(OBJECTS))
        rows[place] = codes[THING_KIND]
        rows[place + 1] = m[R_OBJECT] if state == C_PARTS else -1
        rows[place + 2] = start
        rows[place + 3] = stop
        m[R_OBJECT] = row
        m[R_KIND] = m[R_KIND_PLAIN]
        m[R_FEATURE] = -1
        m[R_WALL] = -1
        start = stop
    else:
        row = m[COUNT + FEATURES]
        place = append(m, np.int64(FEATURES))
        rows[place] = start
        rows[place + 1] = stop
        if m[R_KIND] != m[R_KIND_INSTALLED]:
            m[R_KIND] = codes[THING_KIND]
        m[R_FEATURE] = row
        m[R_WALL] = wall
    m[R_ID] = start
    m[R_ID + 1] = stop


@jit(borrows=True)
def open_thematic(
    buffer: NDArray[np.uint8],
    codes: NDArray[np.int64],
    kind_of_space: int,
    m: NDArray[np.int64],
    rows: NDArray[np.int64],
    code_rows: NDArray[np.int64],
    code_slot: NDArray[np.int32],
) -> int:
    """Take in a start tag that is no part of a geometry; the state of its content, HAND_OVER or NO_ROOM.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
    codes : int64, (10,)
        Meanings of the name.
    kind_of_space : int
        Kind of its namespace.
    m : int64, (MEMORY,)
        See :class:`~citytwin.kernels.citygml_tables.Tables`, as for the others.
    rows : int64, (n,)
    code_rows : int64, (n + 1, 7)
    code_slot : int32, (2**k,)
    """
    top = FRAME + DEPTH * m[R_DEPTH]
    state = m[top + F_STATE]
    child = top + DEPTH
    new = np.int64(HAND_OVER)
    if state == C_OWNER or state == C_SET:
        new = np.int64(_open_property(buffer, state, codes, child, m, rows, code_rows, code_slot))
    elif state == C_VALUES:
        direct = m[top + F_A] == 1
        if codes[GEOMETRY] != G_VALUE or (direct and m[top + F_CHILDREN] > 1):
            return HAND_OVER
        start, stop = np.int64(0), np.int64(0)
        if not direct and m[T_SEEN] >> A_UOM & 1:
            start, stop = m[FOUND + 2 * A_UOM], m[FOUND + 2 * A_UOM + 1]
        code = name_code(
            buffer, code_rows, code_slot, _table(m), m[R_RULE], m[R_PLACE], m[R_NAME], m[R_NAME_STOP], start, stop
        )
        m[child + F_A] = code
        return C_TEXT if code >= 0 else NO_ROOM
    elif state == C_EXTRA:
        m[R_USED] |= m[T_PREFIXES]
        add_segment(m, rows, m[T_START] - 1, m[T_STOP])
        return C_EXTRA
    elif state == C_MEMBER or state == C_PARTS or state == C_FEATURES:
        thing = codes[THING]
        if thing == (T_FEATURE if state == C_FEATURES else T_OBJECT):
            _open_thing(m[T_SEEN], state, m[top + F_A], codes, child, m, rows)
            return C_OWNER
        if state != C_MEMBER and thing == 0:
            new = np.int64(C_EXTRA)
    elif state == C_ADDRESSES:
        if codes[GEOMETRY] > 0:
            return HAND_OVER
        m[child + F_A] = m[top + F_A]
        return C_PARTS_OF_ADDRESS
    elif state == C_PARTS_OF_ADDRESS:
        if codes[THING] == T_ADDRESS:
            m[child + F_A] = m[top + F_A]
            m[child + F_B] = 0
            return C_ADDRESS
        new = np.int64(C_EXTRA)
    elif state == C_REFERENCE or state == C_ADDRESS:
        if codes[GEOMETRY] > 0:
            return HAND_OVER
        m[child + F_A] = m[top + F_A]
        m[child + F_B] = np.int64(kind_of_space == IS_ADDRESS)
        return state
    elif state == C_ENVELOPE:
        if m[T_SEEN] >> A_SRS & 1:
            add_srs(buffer, m[FOUND + 2 * A_SRS], m[FOUND + 2 * A_SRS + 1], m, rows)
        return C_SKIP
    if new == C_EXTRA:
        m[R_FIRST_SEGMENT] = m[COUNT + SEGMENTS]
        m[R_USED] = m[T_PREFIXES]
        end = m[T_START] + m[T_LENGTH]
        place = append(m, np.int64(EXTRAS))
        rows[place] = m[R_OBJECT]
        rows[place + 1] = m[R_ID]
        rows[place + 2] = m[R_ID + 1]
        rows[place + 3] = m[T_START]
        rows[place + 4] = end
        rows[place + 5] = m[R_FIRST_SEGMENT]
        add_segment(m, rows, m[T_START] - 1, end)
        add_segment(m, rows, end, m[T_STOP])
    return new


@jit(borrows=True)
def _trims_to_ascii(buffer: NDArray[np.uint8], start: int, stop: int) -> bool:
    """Whether a text neither begins nor ends with what may be a blank beyond ASCII."""
    if stop - start < 3:
        return buffer[start] < 128 and buffer[stop - 1] < 128
    first, third_last = buffer[start], buffer[stop - 3]
    if first == 0xC2 or first == 0xE1 or first == 0xE2 or (first == 0xE3 and buffer[start + 1] == 0x80):
        return False
    if third_last == 0xE1 or third_last == 0xE2 or (third_last == 0xE3 and buffer[stop - 2] == 0x80):
        return False
    return buffer[stop - 2] != 0xC2


@jit(borrows=True)
def _close_leaf(
    buffer: NDArray[np.uint8],
    start: int,
    stop: int,
    top: int,
    m: NDArray[np.int64],
    rows: NDArray[np.int64],
    code_rows: NDArray[np.int64],
    code_slot: NDArray[np.int32],
) -> int:
    """Take the text of an element of an external reference or address that has no elements in it."""
    zero = np.int64(0)
    first, end = start, stop
    plain = m[T_PLAIN] == 1
    where = np.int64(CORE_PLACE)
    if m[top + F_STATE] == C_ADDRESS:
        first = skip_blanks(buffer, start, stop)
        while end > first and is_blank(buffer[end - 1]):
            end -= 1
        if end == first or m[top + F_B] != 1:
            return 0
        if not _trims_to_ascii(buffer, first, end):
            return HAND_OVER
        if not plain and (buffer[first] == 38 or buffer[end - 1] == 59):
            return HAND_OVER
        where = np.int64(ADDRESS_PLACE)
    local = m[top + F_NAME]
    name_stop = local + m[top + F_LENGTH]
    for i in range(local, name_stop):
        if buffer[i] == 58:
            local = i + 1
    code = name_code(buffer, code_rows, code_slot, _table(m), m[top + F_A], where, local, name_stop, zero, zero)
    if code < 0:
        return NO_ROOM
    add_value(m, rows, code, first, end if plain else ~end)
    return 0


@jit(borrows=True)
def close_thematic(
    buffer: NDArray[np.uint8],
    start: int,
    stop: int,
    m: NDArray[np.int64],
    rows: NDArray[np.int64],
    code_rows: NDArray[np.int64],
    code_slot: NDArray[np.int32],
) -> int:
    """Take in the end of an element that is no part of a geometry; 0, HAND_OVER or NO_ROOM.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
    start : int
    stop : int
    m : int64, (MEMORY,)
        See :class:`~citytwin.kernels.citygml_tables.Tables`, as for the others.
    rows : int64, (n,)
    code_rows : int64, (n + 1, 7)
    code_slot : int32, (2**k,)
    """
    top = FRAME + DEPTH * m[R_DEPTH]
    state = m[top + F_STATE]
    leaf = m[top + F_CHILDREN] == 0
    if state == C_TEXT:
        add_value(m, rows, m[top + F_A], start, stop if m[T_PLAIN] == 1 else ~stop)
        return 0 if leaf else HAND_OVER
    if state == C_VALUES:
        if leaf and m[top + F_A] == 1:
            zero = np.int64(0)
            code = name_code(
                buffer, code_rows, code_slot, _table(m), m[R_RULE], m[R_PLACE], m[R_NAME], m[R_NAME_STOP], zero, zero
            )
            if code < 0:
                return NO_ROOM
            add_value(m, rows, code, stop, stop)
            return 0 if start == stop else HAND_OVER
        return 0
    if state == C_OWNER:
        for k in range(6):
            m[R_OBJECT + k] = m[top + F_KEEP + k]
        return 0
    if state == C_EXTRA:
        if m[T_STOP] > stop:
            add_segment(m, rows, start if leaf else stop, m[T_STOP])
        if m[top - DEPTH + F_STATE] != C_EXTRA:
            place = m[TABLE + 3 * EXTRAS] + m[TABLE + 3 * EXTRAS + 1] * (m[COUNT + EXTRAS] - 1)
            rows[place + 6] = m[COUNT + SEGMENTS]
            rows[place + 7] = m[R_USED]
            return HAND_OVER if m[COUNT + EXTRA_BYTES] > m[R_EXTRAS_BYTES] else 0
        return 0
    if state == C_SET:
        m[R_PLACE] = m[top + F_A]
        return 0
    return _close_leaf(buffer, start, stop, top, m, rows, code_rows, code_slot) if leaf else 0
