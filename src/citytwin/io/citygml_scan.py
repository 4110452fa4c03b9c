"""The fast reader of CityGML members: what the byte scanner of the kernels finds, as the columns the walker gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from citytwin.io._collected import Collected
from citytwin.io._limits import ReadLimits
from citytwin.io._lods import LodFilter
from citytwin.io.citygml_names import RULES, Do
from citytwin.io.citygml_scan_names import RULE_TAGS, is_certain, meanings, namespace_kind, rule_rows
from citytwin.kernels import citygml_tables as kernel
from citytwin.kernels.citygml_scan import scan_members as scan
from citytwin.kernels.xml_names import Names, find_name
from citytwin.kernels.xml_strings import copy_fragments, copy_texts
from citytwin.model.attributes import TYPES, AttributeTable
from citytwin.model.city_tables import Extras
from citytwin.model.enums import SurfaceKind
from citytwin.model.strings import Strings

SLACK = 8
"""One part in so many that is added to memory, as the next piece may be a little longer."""

SPARE_NAMES = 2000
"""Names of a document that are not known beforehand and still looked at once only."""

PREFIXES = 62
"""Namespace prefixes that can be told apart."""


class ScanStatus(IntEnum):
    """How a scan ended."""

    DONE = kernel.DONE
    MEMBER = kernel.MEMBER
    OTHER = kernel.OTHER
    DOCUMENT = kernel.DOCUMENT


class ScanResult(NamedTuple):
    """What :func:`scan_members` read.

    Attributes
    ----------
    collected : Collected
        Of the members before `begin`.
    status : ScanStatus
        DONE: all is read. MEMBER: the member from `begin` to `end` is
        for the walker; what follows is still to be scanned. OTHER: the same of an element below the root that is no
        member. DOCUMENT: it is not certain that the document is well-formed; nothing here is to be used.
    begin, end : int
    """

    collected: Collected
    status: ScanStatus
    begin: int
    end: int


@dataclass(frozen=True, eq=False)
class ScanContext:
    """What the scanner has to know of a document before its members.

    Parameters
    ----------
    names : Names
    declarations : uint8 array (m,)
        Declarations of the namespaces, then ``#/``, then bytes to spare.
    declaration : int64 array (n_prefixes + 1,)
    limits : ReadLimits
    dimension : int
    usable : bool
        Whether the document can be scanned at all.
    spare : list of tuple of array
        Room for rows and tokens that earlier scans leave to later ones: fresh memory has to be cleared.
    """

    names: Names
    declarations: NDArray[np.uint8]
    declaration: NDArray[np.int64]
    limits: ReadLimits
    dimension: int
    usable: bool
    spare: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = field(default_factory=list)

    @classmethod
    def of(
        cls, namespaces: Mapping[str | None, str], dimension: int, wanted: LodFilter, limits: ReadLimits
    ) -> ScanContext:
        """Context of a document.

        Parameters
        ----------
        namespaces : mapping
            Namespaces declared at the root, by prefix; None for the default.
        dimension : int
            Numbers of a position where the members do not say.
        wanted : callable
            Whether geometry of a LoD, in tenths, is kept.
        limits : ReadLimits
        """
        spaces = sorted((prefix or "", uri) for prefix, uri in namespaces.items())
        names = _names(spaces, rule_rows(wanted))
        words = [f" xmlns{':' if prefix else ''}{prefix}={quoteattr(uri)}".encode() for prefix, uri in spaces]
        return cls(
            names,
            np.frombuffer(b"".join(words) + b"#/" + bytes(kernel.PADDING), np.uint8),
            np.cumsum([0, *map(len, words)]),
            limits,
            dimension,
            len(spaces) <= PREFIXES and is_certain(namespaces.values()),
        )


def scan_members(buffer: NDArray[np.uint8], start: int, stop: int, context: ScanContext) -> ScanResult:
    """Read consecutive members of a CityGML document, up to the first one whose meaning is not certain.

    Parameters
    ----------
    buffer : uint8 array (n_bytes,)
        The document in UTF-8, or a part of it.
    start, stop : int
        Places between members.
    context : ScanContext
    """
    if stop + kernel.PADDING > len(buffer):
        padded = np.zeros(stop + kernel.PADDING, np.uint8)
        padded[start:stop] = buffer[start:stop]
        buffer = padded
    buffer = buffer.view()
    buffer.flags.writeable = False  # one type of array, one compilation
    status, begin, end, share = kernel.FULL, start, stop, 1
    while status == kernel.FULL:
        names = Names._make(column.copy() for column in context.names)
        tables = _tables(stop - start, share, context)
        follow = np.zeros((len(names.span), 2), np.int64)
        status, begin, end = kernel.DOCUMENT, start, stop
        if context.usable:
            status = scan(buffer, start, stop, names, follow, context.limits.coordinate, tables)
            begin, end = tables.memory[[kernel.R_BEGIN, kernel.R_END]].tolist()
        share *= 4
    count = _counts(tables)
    slow_too_large = False
    for index, first, last in tables.slow[: count[kernel.SLOW]]:
        if index < count[kernel.NUMBERS]:
            value = float(buffer[first:last].tobytes())
            tables.numbers[index] = value
            slow_too_large |= abs(value) > context.limits.coordinate
    if slow_too_large:
        status, begin, end = kernel.DOCUMENT, start, stop
    if status == kernel.DOCUMENT:
        count[:] = 0  # the member at hand is half read
    result = ScanResult(_collected(buffer, tables, context), ScanStatus(status), int(begin), int(end))
    context.spare.append((tables.rows, tables.slow))
    return result


def _names(spaces: list[tuple[str, str]], rules: NDArray[np.int64]) -> Names:
    """Table of the names that mean something, as they are written with the prefixes of a document."""
    attributes = [] if any(prefix == "" for prefix, _ in spaces) else [("", "")]
    written = {
        f"{prefix}:{local}" if prefix else local: codes
        for prefix, uri in [*spaces, *attributes]
        for local, codes in meanings(uri, prefix).items()
    }
    n = len(written) + SPARE_NAMES
    texts = " ".join(written).encode()
    uris = sorted({uri for _, uri in spaces})
    prefixes = "".join(prefix for prefix, _ in spaces).encode()
    stops = np.cumsum([0, *(len(prefix.encode()) for prefix, _ in spaces)])
    rows = [(stops[row], stops[row + 1], uris.index(uri), namespace_kind(uri)) for row, (_, uri) in enumerate(spaces)]
    names = Names(
        slot=np.zeros(1 << (2 * n).bit_length(), np.int32),
        span=np.zeros((n, 4), np.int64),
        text=np.zeros(len(texts) + 40 * SPARE_NAMES, np.uint8),
        size=np.zeros(2, np.int64),
        code=np.zeros((n, kernel.ROOF_EDGE + 1), np.int64),
        prefix=np.array(rows, np.int64).reshape(-1, 4),
        prefix_text=np.frombuffer(prefixes + bytes(8), np.uint8).copy(),
    )
    buffer = np.frombuffer(texts + bytes(kernel.PADDING), np.uint8)
    place = 0
    for codes in written.values():
        name, place = find_name(buffer, place, len(texts), names)
        names.code[name, : len(codes)] = codes
        if codes[kernel.PROPERTY]:
            names.code[name, kernel.UNIT :] = rules[codes[kernel.RULE]]
        place += 1
    return names


_BYTES_PER_ROW = (200, 100, 100, 60, 60, 40, 200, 40, 60, 30, 60, 20, 1000)
"""Bytes of a document for each row of the tables, fewer than is usual."""


def _tables(n_bytes: int, share: int, context: ScanContext) -> kernel.Tables:
    """Empty tables for what bytes may hold, `share` times as much as is usual; untouched pages cost nothing."""
    widths = np.array(kernel.WIDTHS)
    capacity = 4 * kernel.DEEPEST + share * n_bytes // np.array(_BYTES_PER_ROW)
    starts = np.cumsum(widths * capacity) - widths * capacity
    memory = np.zeros(kernel.MEMORY, np.int64)
    memory[[kernel.R_OBJECT, kernel.R_FEATURE, kernel.R_WALL]] = -1
    memory[kernel.R_PLACE] = kernel.GENERIC_PLACE
    memory[[kernel.R_KIND, kernel.R_KIND_PLAIN, kernel.R_KIND_INSTALLED]] = (
        SurfaceKind.UNKNOWN,
        SurfaceKind.UNKNOWN,
        SurfaceKind.INSTALLATION,
    )
    limits = context.limits
    memory[[kernel.R_NESTING, kernel.R_RING_POINTS, kernel.R_EXTRAS_BYTES, kernel.R_DIMENSION_BY_DEFAULT]] = (
        limits.nesting,
        limits.ring_points,
        limits.extras_bytes,
        context.dimension,
    )
    memory[kernel.TABLE : kernel.FRAME] = np.stack([starts, widths, capacity], axis=1).ravel()
    codes = 1024 * share
    n_rows, n_numbers = int((widths * capacity).sum()), 1024 + share * n_bytes // 4
    n_slow = 4 * kernel.DEEPEST + share * n_bytes // 200
    try:
        rows, slow = context.spare.pop()
    except IndexError:
        rows, slow = np.empty(0, np.int64), np.empty((0, 3), np.int64)
    return kernel.Tables(
        memory=memory,
        rows=rows if len(rows) >= n_rows else np.empty(n_rows + n_rows // SLACK, np.int64),
        numbers=np.empty(n_numbers),
        slow=slow if len(slow) >= n_slow else np.empty((n_slow + n_slow // SLACK, 3), np.int64),
        code=np.zeros((codes + 1, 7), np.int64),
        code_slot=np.zeros(1 << (2 * codes).bit_length(), np.int32),
        named_slot=np.zeros(1 << (13 + share.bit_length()), np.int64),
    )


def _counts(t: kernel.Tables) -> NDArray[np.int64]:
    """How many rows and other things there are, as a view."""
    counts: NDArray[np.int64] = t.memory[kernel.COUNT : kernel.SAVED]
    return counts


def _rows(t: kernel.Tables, table: int) -> NDArray[np.int64]:
    """Rows of a table (n, columns)."""
    start, width = t.memory[kernel.TABLE + 3 * table :][:2].tolist()
    rows: NDArray[np.int64] = t.rows[start : start + width * _counts(t)[table]].reshape(-1, width)
    return rows


def _texts(buffer: NDArray[np.uint8], spans: NDArray[np.int64]) -> Strings:
    """Column of texts of the buffer."""
    spans = np.ascontiguousarray(spans)
    ends = np.where(spans[:, 1] < 0, ~spans[:, 1], spans[:, 1])
    data = np.empty(int((ends - spans[:, 0]).sum()) + 8, np.uint8)
    offsets = np.empty(len(spans) + 1, np.int64)
    copy_texts(buffer, spans, data, offsets)
    return Strings(data[: offsets[-1]], offsets)


def _collected(buffer: NDArray[np.uint8], t: kernel.Tables, context: ScanContext) -> Collected:
    """The tables as columns."""
    n = _counts(t)
    objects, features = _rows(t, kernel.OBJECTS), _rows(t, kernel.FEATURES)
    owners, polygons = _rows(t, kernel.OWNERS), _rows(t, kernel.POLYGONS)
    entries, solids = _rows(t, kernel.ENTRIES), _rows(t, kernel.SOLIDS)
    links, named, values = _rows(t, kernel.LINKS), _rows(t, kernel.NAMED), _rows(t, kernel.VALUES)
    named = named[named[:, 5] == 1]
    late = np.flatnonzero(links[:, 2] == 0)
    of_objects = t.code[values[:, 1], 0] == kernel.OBJECT_TABLE
    return Collected(
        object_id=_texts(buffer, objects[:, 2:4]),
        object_kind=objects[:, 0].astype(np.int8),
        object_parent=objects[:, 1].astype(np.int32),
        object_attributes=_attributes(buffer, t.code, values[of_objects], len(objects)),
        degraded=np.empty(0, np.int32),
        feature_id=_texts(buffer, features),
        feature_attributes=_attributes(buffer, t.code, values[~of_objects], len(features)),
        owner_object=owners[:, 0].astype(np.int32),
        owner_kind=owners[:, 1].astype(np.int8),
        owner_lod=owners[:, 2].astype(np.int8),
        owner_feature=owners[:, 3].astype(np.int32),
        owner_wall=owners[:, 4].astype(np.int32),
        polygon_owner=polygons[:, 0].astype(np.int32),
        polygon_id=_texts(buffer, polygons[:, 2:4]),
        polygon_rings=polygons[:, 1].astype(np.int32),
        ring_points=_rows(t, kernel.RINGS)[:, 0].copy(),
        coordinates=t.numbers[: n[kernel.NUMBERS]].reshape(-1, 3),
        entry=entries[:, 0].astype(np.int32),
        entry_sign=entries[:, 1].astype(np.int8),
        solid_object=solids[:, 0].astype(np.int32),
        solid_lod=solids[:, 1].astype(np.int8),
        solid_start=solids[:, 2].astype(np.int32),
        solid_stop=solids[:, 3].astype(np.int32),
        link_start=links[:, 0].astype(np.int32),
        link_stop=links[:, 1].astype(np.int32),
        link_sign=links[:, 2].astype(np.int8),
        link_owner=links[:, 3].astype(np.int32),
        link_in_solid=links[:, 4].astype(np.bool_),
        late_link=late.astype(np.int32),
        late_target=_texts(buffer, links[late, 5:7]),
        range_id=_texts(buffer, named[:, 0:2]),
        range_start=named[:, 2].astype(np.int32),
        range_stop=named[:, 3].astype(np.int32),
        range_sign=named[:, 4].astype(np.int8),
        extras=_extras(buffer, t, context),
        notes=[],
        left_out=Counter(),
        srs_names=frozenset(_texts(buffer, _rows(t, kernel.SRS))),
        flat_rings=int(n[kernel.FLAT]),
    )


def _attributes(
    buffer: NDArray[np.uint8], codes: NDArray[np.int64], values: NDArray[np.int64], n: int
) -> AttributeTable:
    """Attribute values with their names, types, places and units, each of these in the order it first comes."""
    written = values[:, 1]
    first = np.full(len(codes), len(written))
    first[written[::-1]] = np.arange(len(written))[::-1]
    order = np.argsort(first, kind="stable")[: np.count_nonzero(first < len(written))]
    rank = np.empty(len(codes), np.int32)
    rank[order] = np.arange(len(order))
    code = rank[written]
    meaning = [_meaning(buffer, codes, row) for row in order.tolist()]
    names, types, places, units = zip(*meaning, strict=True) if meaning else ((), (), (), ())

    def interned(words: tuple[str, ...]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
        seen: dict[str, int] = {}
        index = np.array([seen.setdefault(word, len(seen)) for word in words], np.int32)
        return tuple(seen), index[code]

    keys, key = interned(names)
    place_words, place = interned(places)
    unit_words, unit = interned(units)
    return AttributeTable(
        n=n,
        row=values[:, 0].astype(np.int32),
        key=key,
        type=np.array([TYPES.index(word) for word in types], np.int8)[code],
        place=place,
        unit=unit,
        value=_texts(buffer, values[:, 2:4]),
        keys=keys,
        places=place_words,
        units=unit_words,
    )


def _meaning(buffer: NDArray[np.uint8], codes: NDArray[np.int64], code: int) -> tuple[str, str, str, str]:
    """Name, type, place and unit of an attribute."""
    _, number, place, name_start, name_stop, unit_start, unit_stop = codes[code].tolist()
    rule = RULES[RULE_TAGS[number]]
    name = buffer[name_start:name_stop].tobytes().decode()
    unit = buffer[unit_start:unit_stop].tobytes().decode()
    if rule.do == Do.GEOMETRY:
        return "lod0", "string", "core", ""
    if rule.do == Do.REFERENCE:
        return f"externalReference.{name}", "string", "core", ""
    if rule.do == Do.ADDRESS:
        return name, "string", "address", ""
    if rule.do == Do.LEAF:
        return rule.name, rule.type, "core", unit
    return name, rule.type, _place(buffer, codes, place), unit


def _place(buffer: NDArray[np.uint8], codes: NDArray[np.int64], place: int) -> str:
    """Name of the place of a generic attribute."""
    if place == kernel.GENERIC_PLACE:
        return "generic"
    _, _, outer, start, stop, _, _ = codes[place - kernel.FIRST_SET].tolist()
    name = buffer[start:stop].tobytes().decode()
    return f"{_place(buffer, codes, outer)}/{name}" if outer >= kernel.FIRST_SET else f"set:{name}"


def _extras(buffer: NDArray[np.uint8], t: kernel.Tables, context: ScanContext) -> Extras:
    """Elements that are kept as they are written, and where they stand."""
    extras, segments = _rows(t, kernel.EXTRAS), _rows(t, kernel.SEGMENTS)
    n = len(extras)
    words = context.declarations
    content = np.empty(int((segments[:, 1] - segments[:, 0]).sum()) + n * len(words) + 8, np.uint8)
    offsets = np.empty(n + 1, np.int64)
    fragments = np.ascontiguousarray(extras[:, 5:8])
    copy_fragments(buffer, fragments, segments, words, context.declaration, content, offsets)
    parts = np.zeros((n, 4, 2), np.int64)
    inside = extras[:, 2] > extras[:, 1]
    mark = context.declaration[-1]
    parts[inside, 0] = ~np.array([mark, mark + 1])
    parts[inside, 1] = extras[inside, 1:3]
    parts[inside, 2] = ~np.array([mark + 1, mark + 2])
    parts[:, 3] = extras[:, 3:5]
    whole = np.zeros((n, 3), np.int64)
    whole[:, 0] = np.arange(0, 4 * n, 4)
    whole[:, 1] = whole[:, 0] + 4
    place = np.empty(int((parts[:, [1, 3], 1] - parts[:, [1, 3], 0]).sum()) + 2 * n + 8, np.uint8)
    place_offsets = np.empty(n + 1, np.int64)
    copy_fragments(buffer, whole, parts.reshape(-1, 2), words, context.declaration, place, place_offsets)
    return Extras(
        extras[:, 0].astype(np.int32),
        Strings(place[: place_offsets[-1]], place_offsets),
        Strings(content[: offsets[-1]].copy(), offsets),
    )
