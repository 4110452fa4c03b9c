"""Open-ended attributes: long form for storage, one typed column a name for use.

A city model may hold any attribute any number of times. :class:`AttributeTable` keeps every value as written, with its
declared type and its place; :class:`Attribute` is the dense, typed view of one name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.model.ragged import freeze
from citytwin.model.strings import Strings

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z", re.ASCII)
TYPES = ("string", "int", "double", "date", "uri", "measure", "bool", "code")


class AttributeValue(NamedTuple):
    """One attribute of one row as written in its source."""

    row: int
    name: str
    value: str
    type: str = "string"
    place: str = "generic"
    unit: str = ""


@dataclass(frozen=True, eq=False)
class Attribute:
    """One attribute of every row of a table.

    Parameters
    ----------
    name : str
    values : array (n,)
        float64, int64, bool or object (str). NaN, 0, False or "" where masked.
    mask : bool array (n,)
        True where the row has no value. An empty text is no value.
    unit : str
        Unit of measure as written, or "".
    place : str
        Where it stood: "generic", "core", "address", "set:<name>" or "join:<source>".
    repeats : int
        Values beyond the first on the same row; they stay in the table.
    """

    name: str
    values: NDArray[Any]
    mask: NDArray[np.bool_]
    unit: str
    place: str
    repeats: int

    def __post_init__(self) -> None:
        freeze(self.values, self.mask)

    def as_float(self) -> NDArray[np.float64]:
        """Values as float64 (n,), NaN where missing or not a number."""
        if self.values.dtype == object:
            numbers = [float(v) if NUMBER.match(v) else np.nan for v in self.values]
            return np.array(numbers, np.float64)
        values = self.values.astype(np.float64)
        values[self.mask] = np.nan
        return values

    def as_text(self) -> NDArray[np.object_]:
        """Values as text (n,) object, "" where missing."""
        return np.array(["" if m else str(v) for v, m in zip(self.values, self.mask, strict=True)], dtype=object)


@dataclass(frozen=True, eq=False)
class AttributeTable:
    """Every attribute value of the rows of one table, in document order.

    Parameters
    ----------
    n : int
        Rows of the table the attributes belong to.
    row : int32 array (m,)
        Owner of each value.
    key : int32 array (m,)
        Index into `keys`.
    type : int8 array (m,)
        Index into ``TYPES``: the type declared by the source.
    place : int32 array (m,)
        Index into `places`.
    unit : int32 array (m,)
        Index into `units`.
    value : Strings (m,)
        Text as written, unescaped.
    keys, places, units : tuple of str

    Examples
    --------
    >>> table = AttributeTable.of(2, [AttributeValue(1, "Kerrosala", "1200.5", "double")])
    >>> table["Kerrosala"].values, table["Kerrosala"].mask
    (array([   nan, 1200.5]), array([ True, False]))
    """

    n: int
    row: NDArray[np.int32]
    key: NDArray[np.int32]
    type: NDArray[np.int8]
    place: NDArray[np.int32]
    unit: NDArray[np.int32]
    value: Strings
    keys: tuple[str, ...]
    places: tuple[str, ...]
    units: tuple[str, ...]

    def __post_init__(self) -> None:
        freeze(self.row, self.key, self.type, self.place, self.unit)

    @classmethod
    def of(cls, n: int, values: Iterable[AttributeValue] = ()) -> AttributeTable:
        """Table of the given values over `n` rows."""
        values = list(values)
        keys, key = _intern(v.name for v in values)
        places, place = _intern(v.place for v in values)
        units, unit = _intern(v.unit for v in values)
        return cls(
            n=n,
            row=np.array([v.row for v in values], np.int32),
            key=key,
            type=np.array([TYPES.index(v.type) for v in values], np.int8),
            place=place,
            unit=unit,
            value=Strings.of(v.value for v in values),
            keys=keys,
            places=places,
            units=units,
        )

    def __len__(self) -> int:
        return len(self.row)

    def __contains__(self, name: object) -> bool:
        return name in self._index

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.keys)}

    @cached_property
    def _by_key(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        order = np.argsort(self.key, kind="stable")
        return order, np.searchsorted(self.key[order], np.arange(len(self.keys) + 1))

    def __getitem__(self, name: str) -> Attribute:
        if name not in self._index:
            raise KeyError(f"no attribute {name!r}; there are {', '.join(sorted(self.keys)) or 'none'}")
        index = self._index[name]
        order, bounds = self._by_key
        entries = order[bounds[index] : bounds[index + 1]]
        rows, first = np.unique(self.row[entries], return_index=True)
        kept = entries[first]
        texts = list(self.value[kept])
        filled = np.array([text.strip() != "" for text in texts], bool)
        declared = {TYPES[t] for t in self.type[kept[filled]]}
        dtype, parsed = _parse([t.strip() for t, f in zip(texts, filled, strict=True) if f], declared)
        mask = np.ones(self.n, bool)
        mask[rows[filled]] = False
        fill: Any = {"f": np.nan, "O": ""}.get(np.dtype(dtype).kind, 0)
        dense: NDArray[Any] = np.full(self.n, fill, dtype=dtype)
        dense[rows[filled]] = parsed
        unit, place = "", "generic"
        if len(entries):
            unit, place = self.units[self.unit[entries[0]]], self.places[self.place[entries[0]]]
        return Attribute(name, dense, mask, unit, place, len(entries) - len(kept))

    def get(self, name: str) -> Attribute | None:
        """Column `name`, or None where no row has it."""
        return self[name] if name in self else None

    def entries(self, row: int) -> list[AttributeValue]:
        """Every value of one row, in document order."""
        order, bounds = self._by_row
        return [
            AttributeValue(
                row,
                self.keys[self.key[i]],
                self.value[int(i)],
                TYPES[self.type[i]],
                self.places[self.place[i]],
                self.units[self.unit[i]],
            )
            for i in order[bounds[row] : bounds[row + 1]]
        ]

    @cached_property
    def _by_row(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        order = np.argsort(self.row, kind="stable")
        return order, np.searchsorted(self.row[order], np.arange(self.n + 1))

    def take(self, rows: NDArray[np.integer]) -> AttributeTable:
        """Attributes of the selected owner rows, renumbered in the order given."""
        new = np.full(self.n, -1, np.int64)
        new[rows] = np.arange(len(rows))
        kept = np.flatnonzero(new[self.row] >= 0)
        return AttributeTable(
            n=len(rows),
            row=new[self.row[kept]].astype(np.int32),
            key=self.key[kept],
            type=self.type[kept],
            place=self.place[kept],
            unit=self.unit[kept],
            value=self.value[kept],
            keys=self.keys,
            places=self.places,
            units=self.units,
        )

    def append(self, values: Iterable[AttributeValue]) -> AttributeTable:
        """The table with more values behind those it has."""
        return AttributeTable.concat([self, AttributeTable.of(self.n, values)], shift=False)

    @staticmethod
    def concat(tables: Iterable[AttributeTable], *, shift: bool = True) -> AttributeTable:
        """One table behind the other; with ``shift=False`` all over the same rows."""
        tables = list(tables)
        keys, key_maps = _merge(t.keys for t in tables)
        places, place_maps = _merge(t.places for t in tables)
        units, unit_maps = _merge(t.units for t in tables)
        starts = np.cumsum([0] + [t.n for t in tables]) if shift else np.zeros(len(tables) + 1, np.int64)

        def joined(parts: list[NDArray[Any]], dtype: type) -> NDArray[Any]:
            return np.concatenate([np.empty(0, dtype), *parts]).astype(dtype)

        return AttributeTable(
            n=int(starts[-1]) if shift else max((t.n for t in tables), default=0),
            row=joined([t.row + s for t, s in zip(tables, starts[:-1], strict=True)], np.int32),
            key=joined([m[t.key] for t, m in zip(tables, key_maps, strict=True)], np.int32),
            type=joined([t.type for t in tables], np.int8),
            place=joined([m[t.place] for t, m in zip(tables, place_maps, strict=True)], np.int32),
            unit=joined([m[t.unit] for t, m in zip(tables, unit_maps, strict=True)], np.int32),
            value=Strings.concat(t.value for t in tables),
            keys=keys,
            places=places,
            units=units,
        )


def _intern(items: Iterable[str]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    seen: dict[str, int] = {}
    codes = np.array([seen.setdefault(item, len(seen)) for item in items], np.int32)
    return tuple(seen), codes


def _merge(vocabularies: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], list[NDArray[np.int32]]]:
    seen: dict[str, int] = {}
    maps = [np.array([seen.setdefault(w, len(seen)) for w in words], np.int32) for words in vocabularies]
    return tuple(seen), maps


def _parse(texts: list[str], declared: set[str]) -> tuple[type, list[Any]]:
    """Dtype and values. Texts stay text unless the source declares numbers for at least some of them."""
    numeric = declared & {"int", "double", "measure"}
    if numeric and all(NUMBER.match(text) for text in texts):
        if declared == {"int"} and all(text.lstrip("+-").isdecimal() and len(text) < 19 for text in texts):
            return np.int64, [int(text) for text in texts]
        return np.float64, [float(text) for text in texts]
    if declared == {"bool"} and all(text.lower() in ("true", "false", "0", "1") for text in texts):
        return np.bool_, [text.lower() in ("true", "1") for text in texts]
    return object, texts
