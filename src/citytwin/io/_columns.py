"""Growing columns that the readers fill, object by object, before they become a model."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citytwin.model.attributes import TYPES, AttributeTable
from citytwin.model.city_tables import Extras
from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.ragged import offsets_of
from citytwin.model.strings import Strings

PACK = 50_000
"""Strings that are kept as objects before they are packed into bytes."""


class TextColumn:
    """Strings in the order they are appended; :meth:`pack` now and then keeps memory small."""

    def __init__(self) -> None:
        self.items: list[str] = []
        self.append = self.items.append
        self._data: list[bytes] = []
        self._lengths: list[NDArray[np.int64]] = []

    def pack(self, least: int = PACK) -> None:
        """Turn the strings held as objects into bytes, where they are `least` or more."""
        if len(self.items) < least:
            return
        joined = "".join(self.items)
        data = joined.encode()
        lengths = map(len, self.items if len(data) == len(joined) else [s.encode() for s in self.items])
        self._data.append(data)
        self._lengths.append(np.fromiter(lengths, np.int64, len(self.items)))
        self.items.clear()

    def strings(self) -> Strings:
        """All strings; the column can be filled further."""
        self.pack(1)
        lengths = np.concatenate([np.empty(0, np.int64), *self._lengths])
        return Strings(np.frombuffer(b"".join(self._data), np.uint8), offsets_of(lengths))


class AttributeColumns:
    """Attribute values of the rows of one table; name, type, place and unit are interned together as one code."""

    def __init__(self) -> None:
        self.row = array("i")
        self.code = array("i")
        self.text = TextColumn()
        self.codes: dict[tuple[str, str, str, str], int] = {}

    def add(self, row: int, text: str, name: str, type: str, place: str = "generic", unit: str = "") -> None:
        """Append one value."""
        self.row.append(row)
        self.code.append(self.codes.setdefault((name, type, place, unit), len(self.codes)))
        self.text.append(text)

    def table(self, n: int) -> AttributeTable:
        """The values as attributes of `n` rows."""
        code = as_numpy(self.code, np.int32)
        columns = list(zip(*self.codes, strict=True)) or [(), (), (), ()]
        names, types, places, units = columns

        def interned(words: tuple[str, ...]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
            seen: dict[str, int] = {}
            index = np.array([seen.setdefault(word, len(seen)) for word in words], np.int32)
            return tuple(seen), index[code]

        keys, key = interned(names)
        place_words, place = interned(places)
        unit_words, unit = interned(units)
        type_index = np.array([TYPES.index(word) for word in types], np.int8)
        return AttributeTable(
            n=n,
            row=as_numpy(self.row, np.int32),
            key=key,
            type=type_index[code],
            place=place,
            unit=unit,
            value=self.text.strings(),
            keys=keys,
            places=place_words,
            units=unit_words,
        )


class FindingLog:
    """Findings of one input, up to a limit and summarised by code beyond."""

    def __init__(self, limit: int) -> None:
        self._rows: list[Finding] = []
        self._limit = limit
        self._left_out: Counter[tuple[int, str]] = Counter()

    def add(
        self,
        code: int,
        name: str,
        object_id: str = "",
        surface_id: str = "",
        message: str = "",
        severity: Severity = Severity.WARNING,
        action: Action = Action.KEPT,
    ) -> None:
        """Append one finding."""
        if len(self._rows) < self._limit:
            self._rows.append(Finding(code, name, object_id, surface_id, severity, action, message))
        else:
            self._left_out[code, name] += 1

    def table(self) -> Findings:
        """All findings as a table."""
        rest = ", ".join(f"{count} of {code} {name}" for (code, name), count in sorted(self._left_out.items()))
        summary = Finding(1010, "FINDINGS_CUT", severity=Severity.WARNING, message=f"not listed: {rest}")
        return Findings.of([*self._rows, summary] if rest else self._rows)


class CityColumns:
    """Everything a reader collects: objects, boundary surfaces, polygons, rings, solids, extras, findings.

    Polygons with the same object, kind, LoD, boundary surface and wall share an owner. Polygons and links to polygons
    are entries; a solid is a range of entries. An entry below 0 is the complement of a link number.
    """

    def __init__(self, finding_limit: int) -> None:
        self.object_id: list[str] = []
        self.object_kind = array("b")
        self.object_parent = array("i")
        self.object_attributes = AttributeColumns()
        self.degraded: set[int] = set()

        self.feature_id = TextColumn()
        self.n_features = 0
        self.feature_attributes = AttributeColumns()

        self.owner_object = array("i")
        self.owner_kind = array("b")
        self.owner_lod = array("b")
        self.owner_feature = array("i")
        self.owner_wall = array("i")

        self.polygon_owner = array("i")
        self.polygon_line = array("i")
        self.polygon_id = TextColumn()
        self.ring_polygon = array("i")

        self.ring_points: list[NDArray[np.int64]] = []
        self.coordinates: list[NDArray[np.float64]] = []
        self.n_rings = 0

        self.entry = array("i")
        self.entry_sign = array("b")
        self.solid_object = array("i")
        self.solid_lod = array("b")
        self.solid_start = array("i")
        self.solid_stop = array("i")

        self.extra_object = array("i")
        self.extra_place = TextColumn()
        self.extra_content = TextColumn()
        self.extra_bytes = 0

        self.srs_names: set[str] = set()
        self.findings = FindingLog(finding_limit)

    def add_object(self, identifier: str, kind: int, parent: int) -> int:
        """Append a city object and return its row."""
        self.object_id.append(identifier)
        self.object_kind.append(kind)
        self.object_parent.append(parent)
        return len(self.object_id) - 1

    def add_feature(self, identifier: str) -> int:
        """Append a boundary surface and return its row."""
        self.feature_id.append(identifier)
        self.n_features += 1
        return self.n_features - 1

    def add_owner(self, row: int, kind: int, lod: int, feature: int = -1, wall: int = -1) -> int:
        """Append an owner of polygons and return its row."""
        self.owner_object.append(row)
        self.owner_kind.append(kind)
        self.owner_lod.append(lod)
        self.owner_feature.append(feature)
        self.owner_wall.append(wall)
        return len(self.owner_object) - 1

    def add_extra(self, row: int, place: str, content: str, limit: int) -> None:
        """Keep content that is not understood; beyond `limit` bytes in all it is left out and counted."""
        size = len(content)
        if self.extra_bytes + size > limit:
            self.findings.add(
                1009,
                "EXTRAS_LEFT_OUT",
                self.object_id[row] if row >= 0 else "",
                message=f"{place}: {size} characters are beyond limits.extras_bytes",
            )
            return
        self.extra_bytes += size
        self.extra_object.append(row)
        self.extra_place.append(place)
        self.extra_content.append(content)

    def degrade(self, row: int, code: int, name: str, message: str, surface_id: str = "") -> None:
        """Record that an object is not read in full."""
        self.degraded.add(row)
        self.findings.add(code, name, self.object_id[row], surface_id, message, action=Action.DEGRADED)

    def pack(self) -> None:
        """Keep memory small while reading."""
        for column in (
            self.object_attributes.text,
            self.feature_attributes.text,
            self.feature_id,
            self.polygon_id,
            self.extra_place,
            self.extra_content,
        ):
            column.pack()

    def extras(self) -> Extras:
        """The extras as a table."""
        return Extras(as_numpy(self.extra_object, np.int32), self.extra_place.strings(), self.extra_content.strings())


def as_numpy(column: array[Any], dtype: type) -> NDArray[Any]:
    """Copy of a growing column as an array."""
    return np.array(column, dtype)
