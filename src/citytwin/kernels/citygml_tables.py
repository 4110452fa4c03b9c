"""What a scan of CityGML members fills in and goes by: codes, tables and the state between two tags."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.span_table import find_span, intern_code
from citytwin.kernels.swar import same_bytes
from citytwin.kernels.xml_names import LONGEST

DONE, MEMBER, OTHER, DOCUMENT, FULL = range(5)
"""How a scan ends: all is read; at a member, or another element below the root, for another reader; at something that
puts the whole document in doubt; or for want of room."""

ATTRIBUTE, PROPERTY, RULE, THING, GEOMETRY, TOP, THING_KIND = range(7)
"""Columns of `Names.code`: what a name means as an attribute, as a property of an object or surface with the number of
its rule, as an object or surface, as geometry, and below the root; and the kind of the object or surface."""

A_ID, A_HREF, A_NAME, A_SRS, A_DIMENSION, A_UOM, A_CODE_SPACE, A_ORIENTATION, A_STRANGE = range(1, 10)
"""Meanings of attributes."""

P_GENERIC, P_MEASURE, P_SET, P_LEAF, P_REFERENCE, P_ADDRESS, P_GEOMETRY, P_BOUNDARY, P_OPENING = range(1, 10)
P_INSTALLATION, P_PART, P_ENVELOPE, P_STRANGE = range(10, 14)
"""Meanings of properties."""

T_OBJECT, T_FEATURE, T_ADDRESS, T_STRANGE = range(1, 5)
"""Things."""

G_SOLID, G_FLAT, G_COLLECTION, G_PATCHED, G_ORIENTABLE, G_POLYGON = range(1, 7)
G_SURFACE_MEMBER, G_MEMBER, G_PATCHES, G_EXTERIOR, G_INTERIOR, G_RING, G_LIST, G_POSITION, G_VALUE = range(7, 16)
"""Meanings of geometry, and of the value of a generic attribute."""

UNIT, LOD, ROOF_EDGE = range(7, 10)
"""More columns of it: 1 where ``uom``, 2 where ``codeSpace`` is the unit; LoD in tenths, -1 where it is not wanted; how
many bytes at the end of the name say which role the geometry has."""

IS_STRANGE, IS_ADDRESS = 1, 2
"""Kinds of namespaces: content of theirs is not judged here; their elements are parts of addresses."""

GENERIC_PLACE, CORE_PLACE, ADDRESS_PLACE, FIRST_SET = range(4)
"""Places of attributes; a set is FIRST_SET plus the row of its name in `Tables.code`."""

FEATURE_TABLE, OBJECT_TABLE, SET_TABLE = range(3)
"""First numbers in `Tables.code`: whose attributes they are, or names of sets."""

OBJECTS, FEATURES, OWNERS, POLYGONS, RINGS, ENTRIES, SOLIDS, LINKS, NAMED, VALUES, EXTRAS, SEGMENTS, SRS = range(13)
NUMBERS, SLOW, FLAT, EXTRA_BYTES = range(13, 17)
"""Places of counts, from COUNT on: of the tables; of numbers, tokens for ``float``, rings without heights; bytes."""

WIDTHS = (4, 2, 5, 4, 1, 2, 4, 7, 6, 4, 8, 2, 2)
"""Columns of the tables; spans are two of them, start and stop.

objects: kind, parent, span of the identifier. features: span of the identifier. owners: object, kind, LoD, feature,
wall. polygons: owner, rings, span of the identifier. rings: points. entries: polygon or complement of a link, sign.
solids: object, LoD, first entry, the one behind the last. links: first entry and the one behind the last of the target,
its sign or 0 where it is not in the member, owner, whether in a solid, span of the reference. named: span of an
identifier, first entry, the one behind the last, sign, whether it is a range or one polygon. values: row, code, span of
the text as for :func:`~citytwin.kernels.xml_strings.copy_texts`. extras: object, span of the surface's identifier, span
of the element's name, first segment, the one behind the last, prefixes used. segments, srs: span.
"""

PADDING = LONGEST + 8
"""Bytes that may be looked at behind the last."""

DEEPEST = 200
"""Open elements at most."""

C_MEMBER, C_SKIP, C_ENVELOPE, C_FEATURES, C_PARTS, C_ADDRESSES, C_PARTS_OF_ADDRESS = range(7)
C_GEOMETRY, C_SURFACES, C_NUMBERS = range(7, 10)
C_OWNER, C_VALUES, C_TEXT, C_SET, C_REFERENCE, C_ADDRESS, C_EXTRA = range(10, 17)
C_SOLID, C_FLAT, C_COLLECTION, C_PATCHED, C_POLYGON, C_SIDE, C_RING = range(17, 24)
FIRST_CLOSED = C_OWNER
"""What an open element is taken for; from FIRST_CLOSED on, its end means something."""

F_STATE, F_NAME, F_LENGTH, F_CHILDREN, F_A, F_B, F_ID, F_ID_STOP, F_KEEP = range(9)
"""Columns of the stack of open elements; six from F_KEEP on are put back at the end tag."""

R_OBJECT, R_KIND, R_FEATURE, R_WALL, R_ID, R_ID_STOP = range(6)
R_OWNER, R_DIMENSION, R_RING_DIMENSION, R_IN_SOLID, R_SIGN, R_FIRST_NUMBER = range(6, 12)
R_PLACE, R_RULE, R_NAME, R_NAME_STOP, R_USED, R_FIRST_SEGMENT, R_FIRST_NAMED, R_DEPTH = range(12, 20)
R_BEGIN, R_END = range(20, 22)
"""Registers: the object or surface that properties belong to; of geometry; of attributes and extras; of the scan."""

R_DIMENSION_BY_DEFAULT, R_NESTING, R_RING_POINTS, R_EXTRAS_BYTES = range(22, 26)
R_KIND_PLAIN, R_KIND_INSTALLED = range(26, 28)
"""More registers, given to a scan: limits, and the kinds of the surfaces of an object itself and of installations."""

T_NAME, T_START, T_LENGTH, T_STOP, T_SEEN, T_PREFIXES, T_EMPTY, T_PLAIN = range(29, 37)
"""Registers of the tag at hand: its name as a row and as a span, the place behind it, attributes with a meaning and
prefixes bit by bit, whether it closes itself, and whether the text before it stands for itself."""

FOUND = 38
OTHERS, N_OTHERS = FOUND + 2 * A_STRANGE, 8
COUNT = OTHERS + N_OTHERS
SAVED = COUNT + EXTRA_BYTES + 1
TABLE = SAVED + EXTRA_BYTES + 1
FRAME = TABLE + 3 * SRS + 3
DEPTH = F_KEEP + 6
MEMORY = FRAME + DEPTH * DEEPEST
"""Where things stand in `Tables.memory` behind the registers: spans of attribute values; names of attributes without a
meaning; counts, now and before the member at hand; first place, columns and capacity of each table; open elements."""

HAND_OVER, NO_ROOM = -1, -2
"""In place of a state."""


class Tables(NamedTuple):
    """What is read. Functions take the arrays they need one by one: each costs a few stores a call.

    Attributes
    ----------
    memory : int64, (MEMORY,)
        What is kept in mind between two tags.
    rows : int64, (n,)
        All tables, row after row.
    numbers : float64, (n,)
        Coordinates.
    slow : int64, (n, 3)
        As in :func:`~citytwin.kernels.decimal.decimals_until`.
    code : int64, (n + 1, 7)
        Names of attributes: table, rule, place, spans of name and unit; see
        :func:`~citytwin.kernels.span_table.intern_code`.
    code_slot : int32, (2**k,)
    named_slot : int64, (2**k,)
    """

    memory: NDArray[np.int64]
    rows: NDArray[np.int64]
    numbers: NDArray[np.float64]
    slow: NDArray[np.int64]
    code: NDArray[np.int64]
    code_slot: NDArray[np.int32]
    named_slot: NDArray[np.int64]


@jit(borrows=True)
def append(memory: NDArray[np.int64], table: int) -> int:
    """Place in the rows of a new row of a table."""
    row = memory[COUNT + table]
    memory[COUNT + table] = row + 1
    return memory[TABLE + 3 * table] + memory[TABLE + 3 * table + 1] * row


@jit(borrows=True)
def room(memory: NDArray[np.int64], n_slow: int, n_slots: int) -> int:
    """Tags for which there is room whatever they are: none appends more than two rows to a table."""
    least = min(n_slow - memory[COUNT + SLOW], n_slots // 2 - (memory[COUNT + NAMED] - memory[R_FIRST_NAMED]))
    for table in range(SRS + 1):
        least = min(least, memory[TABLE + 3 * table + 2] - memory[COUNT + table])
    return least // 2 - 1


@jit(borrows=True)
def has_srs(
    buffer: NDArray[np.uint8], start: int, stop: int, memory: NDArray[np.int64], rows: NDArray[np.int64]
) -> bool:
    """Whether a reference system has a row."""
    place = memory[TABLE + 3 * SRS]
    for _ in range(memory[COUNT + SRS]):
        first = rows[place]
        if rows[place + 1] - first == stop - start and same_bytes(buffer, start, buffer, first, stop - start):
            return True
        place += 2
    return False


@jit(borrows=True)
def add_srs(
    buffer: NDArray[np.uint8], start: int, stop: int, memory: NDArray[np.int64], rows: NDArray[np.int64]
) -> None:
    """Add a reference system that has no row yet."""
    if stop > start and not has_srs(buffer, start, stop, memory, rows):
        place = append(memory, np.int64(SRS))
        rows[place] = start
        rows[place + 1] = stop


@jit(borrows=True)
def add_link(memory: NDArray[np.int64], rows: NDArray[np.int64], start: int, stop: int) -> None:
    """Append a link to geometry elsewhere."""
    link = memory[COUNT + LINKS]
    place = append(memory, np.int64(ENTRIES))
    rows[place] = ~link
    rows[place + 1] = memory[R_SIGN]
    place = append(memory, np.int64(LINKS))
    rows[place + 3] = memory[R_OWNER]
    rows[place + 4] = memory[R_IN_SOLID]
    rows[place + 5] = start
    rows[place + 6] = stop


@jit(borrows=True)
def add_name(
    buffer: NDArray[np.uint8],
    memory: NDArray[np.int64],
    rows: NDArray[np.int64],
    slot: NDArray[np.int64],
    start: int,
    stop: int,
    entry: int,
    sign: int,
    is_range: int,
) -> bool:
    """Let an identifier stand for the entries from `entry` to the last; False where the member has it already."""
    named = rows[memory[TABLE + 3 * NAMED] :]
    row, place = find_span(buffer, start, stop, slot, memory[R_FIRST_NAMED], named, memory[TABLE + 3 * NAMED + 1])
    if row >= 0:
        return False
    slot[place] = memory[COUNT + NAMED] + 1
    place = append(memory, np.int64(NAMED))
    rows[place] = start
    rows[place + 1] = stop
    rows[place + 2] = entry
    rows[place + 3] = memory[COUNT + ENTRIES]
    rows[place + 4] = sign
    rows[place + 5] = is_range
    return True


@jit(borrows=True)
def resolve(
    buffer: NDArray[np.uint8], memory: NDArray[np.int64], rows: NDArray[np.int64], slot: NDArray[np.int64]
) -> None:
    """Give the links of the member at hand the entries their targets stand for."""
    first_name, width = memory[TABLE + 3 * NAMED], memory[TABLE + 3 * NAMED + 1]
    named = rows[first_name:]
    for link in range(memory[SAVED + LINKS], memory[COUNT + LINKS]):
        place = memory[TABLE + 3 * LINKS] + memory[TABLE + 3 * LINKS + 1] * link
        start, stop = rows[place + 5], rows[place + 6]
        row = np.int64(-1)
        if stop > start and buffer[start] == 35:
            row, _ = find_span(buffer, start + 1, stop, slot, memory[R_FIRST_NAMED], named, width)
        for k in range(3):
            rows[place + k] = named[width * row + 2 + k] if row >= 0 else 0


@jit(borrows=True)
def add_value(memory: NDArray[np.int64], rows: NDArray[np.int64], code: int, start: int, stop: int) -> None:
    """Append the value of an attribute of the object or surface at hand."""
    place = append(memory, np.int64(VALUES))
    rows[place] = memory[R_FEATURE] if memory[R_FEATURE] >= 0 else memory[R_OBJECT]
    rows[place + 1] = code
    rows[place + 2] = start
    rows[place + 3] = stop


@jit(borrows=True)
def add_segment(memory: NDArray[np.int64], rows: NDArray[np.int64], start: int, stop: int) -> None:
    """Append bytes to an extra, to its last segment where they go on from there; the first is its name alone."""
    n = memory[COUNT + SEGMENTS]
    last = memory[TABLE + 3 * SEGMENTS] + 2 * (n - 1)
    if n > memory[R_FIRST_SEGMENT] + 1 and rows[last + 1] == start:
        rows[last + 1] = stop
    else:
        place = append(memory, np.int64(SEGMENTS))
        rows[place] = start
        rows[place + 1] = stop
    memory[COUNT + EXTRA_BYTES] += stop - start


@jit(borrows=True)
def name_code(
    buffer: NDArray[np.uint8],
    codes: NDArray[np.int64],
    slot: NDArray[np.int32],
    table: int,
    rule: int,
    place: int,
    start: int,
    stop: int,
    unit: int,
    end: int,
) -> int:
    """Row of the name of an attribute and its unit, NO_ROOM where there is none."""
    last = len(codes) - 1
    row = codes[last, 0]
    if row == last:
        return NO_ROOM
    codes[row, 0] = table
    codes[row, 1] = rule
    codes[row, 2] = place
    codes[row, 3] = start
    codes[row, 4] = stop
    codes[row, 5] = unit
    codes[row, 6] = end
    return intern_code(buffer, slot, codes)
