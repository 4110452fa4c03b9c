"""Start and end tags of GML geometry in a scan of CityGML members."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.citygml_tables import (
    A_DIMENSION,
    A_HREF,
    A_ID,
    A_ORIENTATION,
    A_SRS,
    C_COLLECTION,
    C_FLAT,
    C_GEOMETRY,
    C_NUMBERS,
    C_PATCHED,
    C_POLYGON,
    C_RING,
    C_SIDE,
    C_SOLID,
    C_SURFACES,
    COUNT,
    DEPTH,
    ENTRIES,
    F_A,
    F_B,
    F_CHILDREN,
    F_ID,
    F_ID_STOP,
    F_STATE,
    FLAT,
    FOUND,
    FRAME,
    G_COLLECTION,
    G_EXTERIOR,
    G_FLAT,
    G_INTERIOR,
    G_LIST,
    G_MEMBER,
    G_ORIENTABLE,
    G_PATCHED,
    G_PATCHES,
    G_POLYGON,
    G_POSITION,
    G_RING,
    G_SOLID,
    G_SURFACE_MEMBER,
    HAND_OVER,
    NO_ROOM,
    NUMBERS,
    OWNERS,
    POLYGONS,
    R_DEPTH,
    R_DIMENSION,
    R_DIMENSION_BY_DEFAULT,
    R_FIRST_NUMBER,
    R_IN_SOLID,
    R_OWNER,
    R_RING_DIMENSION,
    R_RING_POINTS,
    R_SIGN,
    RINGS,
    SLOW,
    SOLIDS,
    T_EMPTY,
    T_SEEN,
    T_STOP,
    TABLE,
    add_link,
    add_name,
    add_srs,
    append,
    has_srs,
)
from citytwin.kernels.decimal import decimals_until


@jit(borrows=True)
def _to_space(numbers: NDArray[np.float64], first: int, stop: int) -> int:
    """Spread pairs of numbers to triples with height 0, from the last on; the new end."""
    n = (stop - first) // 2
    for k in range(n - 1, -1, -1):
        x, y = numbers[first + 2 * k], numbers[first + 2 * k + 1]
        numbers[first + 3 * k] = x
        numbers[first + 3 * k + 1] = y
        numbers[first + 3 * k + 2] = 0.0
    return first + 3 * n


@jit(borrows=True)
def _dimension(buffer: NDArray[np.uint8], m: NDArray[np.int64]) -> int:
    """The number 2 or 3 that an attribute holds, -1 for anything else."""
    start = m[FOUND + 2 * A_DIMENSION]
    number = np.int64(buffer[start]) - 48
    return number if m[FOUND + 2 * A_DIMENSION + 1] - start == 1 and (number == 2 or number == 3) else np.int64(-1)


@jit(borrows=True)
def read_positions(
    buffer: NDArray[np.uint8],
    stop: int,
    geometry: int,
    largest: float,
    m: NDArray[np.int64],
    rows: NDArray[np.int64],
    numbers: NDArray[np.float64],
    slow: NDArray[np.int64],
) -> int:
    """Take in the coordinates behind the start tag of a list or a position in a ring; C_NUMBERS, HAND_OVER or NO_ROOM.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
    stop : int
    geometry : int
        Meaning of the name.
    largest : float
        Magnitude a coordinate may have.
    m : int64, (MEMORY,)
        See :class:`~citytwin.kernels.citygml_tables.Tables`, as for the others.
    rows : int64, (n,)
    numbers : float64, (n,)
    slow : int64, (n, 3)
    """
    top = FRAME + DEPTH * m[R_DEPTH]
    seen = m[T_SEEN]
    first = m[top + F_CHILDREN] == 1
    if seen >> A_DIMENSION & 1:
        own = _dimension(buffer, m)
        if own < 0 or (not first and own != m[R_RING_DIMENSION]):
            return HAND_OVER
        m[R_RING_DIMENSION] = own
    if geometry == G_LIST:
        if not first:
            return HAND_OVER
        m[top + F_A] = 1
    elif geometry != G_POSITION or m[top + F_A] == 1:
        return HAND_OVER
    if m[T_EMPTY] == 1 or seen >> A_HREF & 1:
        return HAND_OVER
    if seen >> A_SRS & 1 and not has_srs(buffer, m[FOUND + 2 * A_SRS], m[FOUND + 2 * A_SRS + 1], m, rows):
        return HAND_OVER
    before, n_before = m[COUNT + NUMBERS], m[COUNT + SLOW]
    place, n, n_slow = decimals_until(buffer, m[T_STOP], stop, np.int64(60), numbers, before, slow, n_before)
    if 3 * n >= 2 * len(numbers) or n_slow >= len(slow):
        return NO_ROOM
    m[COUNT + NUMBERS] = n
    m[COUNT + SLOW] = n_slow
    if place >= stop or buffer[place] != 60 or (n_slow > n_before and m[R_RING_DIMENSION] != 3):
        return HAND_OVER
    n_too_large = 0
    for i in range(before, n):
        n_too_large += abs(numbers[i]) > largest
    if n_too_large > 0:
        return HAND_OVER
    m[T_STOP] = place
    return C_NUMBERS


@jit(borrows=True)
def open_geometry(
    buffer: NDArray[np.uint8],
    geometry: int,
    m: NDArray[np.int64],
    rows: NDArray[np.int64],
    named_slot: NDArray[np.int64],
) -> int:
    """Take in the start tag of a geometry or a part of one; the state of its content, or HAND_OVER.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
    geometry : int
        Meaning of the name.
    m : int64, (MEMORY,)
        See :class:`~citytwin.kernels.citygml_tables.Tables`, as for the others.
    rows : int64, (n,)
    named_slot : int64, (2**k,)
    """
    top = FRAME + DEPTH * m[R_DEPTH]
    child = top + DEPTH
    state = m[top + F_STATE]
    seen = m[T_SEEN]
    outermost = state == C_GEOMETRY
    if outermost:
        m[R_DIMENSION] = m[R_DIMENSION_BY_DEFAULT]
    if seen >> A_SRS & 1:
        if outermost:
            add_srs(buffer, m[FOUND + 2 * A_SRS], m[FOUND + 2 * A_SRS + 1], m, rows)
        elif not has_srs(buffer, m[FOUND + 2 * A_SRS], m[FOUND + 2 * A_SRS + 1], m, rows):
            return HAND_OVER
    if seen >> A_DIMENSION & 1:
        own = _dimension(buffer, m)
        if own < 0 or (not outermost and own != m[R_DIMENSION]):
            return HAND_OVER
        m[R_DIMENSION] = own
    linked = seen >> A_HREF & 1 == 1
    if state == C_FLAT or state == C_COLLECTION or state == C_PATCHED or state == C_SOLID:
        fits = geometry == G_SURFACE_MEMBER
        if state == C_COLLECTION:
            fits = fits or geometry == G_MEMBER
        elif state == C_PATCHED:
            fits = geometry == G_PATCHES and not linked
        elif state == C_SOLID:
            fits = geometry == G_EXTERIOR or geometry == G_INTERIOR
        if not fits:
            return HAND_OVER
        if linked:
            add_link(m, rows, m[FOUND + 2 * A_HREF], m[FOUND + 2 * A_HREF + 1])
        return C_SURFACES
    if linked:
        return HAND_OVER
    if state == C_POLYGON:
        return C_SIDE if geometry == (G_EXTERIOR if m[top + F_CHILDREN] == 1 else G_INTERIOR) else HAND_OVER
    if state == C_SIDE:
        m[R_FIRST_NUMBER] = m[COUNT + NUMBERS]
        m[R_RING_DIMENSION] = m[R_DIMENSION]
        m[child + F_A] = 0
        return C_RING if geometry == G_RING and m[top + F_CHILDREN] == 1 else HAND_OVER
    if state != C_GEOMETRY and state != C_SURFACES:
        return HAND_OVER
    start, stop = np.int64(0), np.int64(0)
    if seen >> A_ID & 1:
        start, stop = m[FOUND + 2 * A_ID], m[FOUND + 2 * A_ID + 1]
    m[child + F_ID] = start
    m[child + F_ID_STOP] = stop
    entry = m[COUNT + ENTRIES]
    m[child + F_A] = entry
    m[child + F_B] = m[R_SIGN]
    if geometry == G_POLYGON:
        row = m[COUNT + POLYGONS]
        place = append(m, np.int64(POLYGONS))
        rows[place] = m[R_OWNER]
        rows[place + 1] = 0
        rows[place + 2] = start
        rows[place + 3] = stop
        place = append(m, np.int64(ENTRIES))
        rows[place] = row
        rows[place + 1] = m[R_SIGN]
        reversed_ = np.int64(m[R_SIGN] < 0)
        if stop > start and not add_name(buffer, m, rows, named_slot, start, stop, entry, m[R_SIGN], reversed_):
            return HAND_OVER
        return C_POLYGON
    if geometry == G_FLAT:
        return C_FLAT
    if geometry == G_COLLECTION:
        return C_COLLECTION
    if geometry == G_PATCHED:
        return C_PATCHED
    if geometry == G_ORIENTABLE:
        first = m[FOUND + 2 * A_ORIENTATION]
        if seen >> A_ORIENTATION & 1 and m[FOUND + 2 * A_ORIENTATION + 1] - first == 1 and buffer[first] == 45:
            m[R_SIGN] = -m[R_SIGN]
        return C_COLLECTION
    if geometry == G_SOLID and outermost:
        m[R_IN_SOLID] = 1
        return C_SOLID
    return HAND_OVER


@jit(borrows=True)
def close_geometry(
    buffer: NDArray[np.uint8],
    m: NDArray[np.int64],
    rows: NDArray[np.int64],
    numbers: NDArray[np.float64],
    named_slot: NDArray[np.int64],
) -> int:
    """Take in the end of a geometry or a part of one; 0 or HAND_OVER.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
    m : int64, (MEMORY,)
        See :class:`~citytwin.kernels.citygml_tables.Tables`, as for the others.
    rows : int64, (n,)
    numbers : float64, (n,)
    named_slot : int64, (2**k,)
    """
    top = FRAME + DEPTH * m[R_DEPTH]
    state = m[top + F_STATE]
    if state == C_RING:
        n = m[COUNT + NUMBERS] - m[R_FIRST_NUMBER]
        dimension = m[R_RING_DIMENSION]
        if n == 0 or n % dimension != 0 or n > m[R_RING_POINTS] * dimension:
            return HAND_OVER
        if dimension == 2:
            m[COUNT + FLAT] += 1
            m[COUNT + NUMBERS] = _to_space(numbers, m[R_FIRST_NUMBER], m[COUNT + NUMBERS])
        place = append(m, np.int64(RINGS))
        rows[place] = n // dimension
        rows[m[TABLE + 3 * POLYGONS] + m[TABLE + 3 * POLYGONS + 1] * (m[COUNT + POLYGONS] - 1) + 1] += 1
        return 0
    if state == C_SIDE or state == C_POLYGON:
        return HAND_OVER if m[top + F_CHILDREN] == 0 else 0
    if state == C_SOLID:
        owner = m[TABLE + 3 * OWNERS] + m[TABLE + 3 * OWNERS + 1] * m[R_OWNER]
        place = append(m, np.int64(SOLIDS))
        rows[place] = rows[owner]
        rows[place + 1] = rows[owner + 2]
        rows[place + 2] = m[top + F_A]
        rows[place + 3] = m[COUNT + ENTRIES]
        m[R_IN_SOLID] = 0
    m[R_SIGN] = m[top + F_B]
    start, stop = m[top + F_ID], m[top + F_ID_STOP]
    if stop > start and not add_name(buffer, m, rows, named_slot, start, stop, m[top + F_A], m[top + F_B], np.int64(1)):
        return HAND_OVER
    return 0
