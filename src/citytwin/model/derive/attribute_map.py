"""What attributes mean: columns of one value a building, by a table that users extend."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citytwin.model.attributes import NUMBER, AttributeTable
from citytwin.model.city import CityModel
from citytwin.model.derive.notes import Notes
from citytwin.model.derive.tables import read_toml
from citytwin.model.enums import Severity
from citytwin.model.units import unit_factor

KINDS = ("number", "year", "code", "word")
PARTS = ("max", "sum", "first")
_FINNISH_NUMBER = re.compile(r"\d{1,3}(\s\d{3})*(,\d+)?\Z|\d+,\d+\Z")
_YEAR = re.compile(r"\d{4}(?!\d)", re.ASCII)


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Text without case, accents and blanks: ``"Käyttötarkoitus "`` and ``"kayttotarkoitus"`` are the same.

    Examples
    --------
    >>> fold("Lämmönlähde")
    'lammonlahde'
    """
    plain = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(c for c in plain if not unicodedata.combining(c) and not c.isspace())


@dataclass(frozen=True)
class Meaning:
    """One meaning of the mapping table; see ``attributes_fi.toml`` for the fields."""

    name: str
    kind: str
    parts: str
    names: tuple[str, ...]
    unit: str = ""
    above: float = -np.inf
    below: float = np.inf
    codelists: tuple[str, ...] = ()
    codelists_of: Mapping[str, tuple[str, ...]] | None = None
    words: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"attribute mapping: {self.name}: kind {self.kind!r} is not one of {', '.join(KINDS)}")
        if self.parts not in PARTS:
            raise ValueError(f"attribute mapping: {self.name}: parts {self.parts!r} is not one of {', '.join(PARTS)}")

    def lists_of(self, attribute: str) -> tuple[str, ...]:
        """Code lists to try for an attribute, by its folded name."""
        return (self.codelists_of or {}).get(attribute, self.codelists)


def load_meanings(extension: Mapping[str, Any] | None = None) -> dict[str, Meaning]:
    """Meanings of the shipped table with those of a user on top.

    Parameters
    ----------
    extension : mapping, optional
        The same form as ``attributes_fi.toml``, for example read by :mod:`tomllib`. Its names come before the shipped
        ones, its words are added, its other fields replace.

    Raises
    ------
    ValueError
        An unknown field, kind or fold rule, or a new meaning without all of kind, parts and names.
    """
    table: dict[str, dict[str, Any]] = {name: dict(fields) for name, fields in read_toml("attributes_fi.toml").items()}
    known = {"kind", "parts", "names", "unit", "above", "below", "codelists", "codelists_of", "words"}
    for name, fields in (extension or {}).items():
        unknown = set(fields) - known
        if unknown:
            raise ValueError(f"attribute mapping: {name}: unknown field {min(unknown)!r}; there are {sorted(known)}")
        old = table.setdefault(name, {})
        for field, value in fields.items():
            if field == "names":
                value = [*value, *old.get("names", [])]
            elif field in ("words", "codelists_of"):
                value = {**old.get(field, {}), **value}
            old[field] = value
    meanings = {}
    for name, fields in table.items():
        missing = {"kind", "parts", "names"} - set(fields)
        if missing:
            raise ValueError(f"attribute mapping: {name}: {min(missing)!r} is missing")
        meanings[name] = Meaning(
            name=name,
            kind=fields["kind"],
            parts=fields["parts"],
            names=tuple(fields["names"]),
            unit=fields.get("unit", ""),
            above=float(fields.get("above", -np.inf)),
            below=float(fields.get("below", np.inf)),
            codelists=tuple(fields.get("codelists", ())),
            codelists_of={fold(k): tuple(v) for k, v in fields.get("codelists_of", {}).items()},
            words={fold(k): v for k, v in fields.get("words", {}).items()},
        )
    return meanings


@dataclass(frozen=True, eq=False)
class Column:
    """Values of one meaning, one a building.

    Parameters
    ----------
    number : float64 array (n,)
        Of kinds number and year, NaN where missing.
    text : object array (n,) of str
        Of kinds code and word as written, "" where missing.
    attribute : object array (n,) of str
        Folded name of the attribute the value comes from, "" where missing.
    """

    number: NDArray[np.float64]
    text: NDArray[np.object_]
    attribute: NDArray[np.object_]

    @property
    def given(self) -> NDArray[np.bool_]:
        """Where there is a value (n,)."""
        return self.attribute != ""


def read_columns(
    city: CityModel, building: NDArray[np.int64], n: int, meanings: Mapping[str, Meaning], notes: Notes
) -> dict[str, Column]:
    """Column of every meaning.

    A joined value comes before one of the file, the first name before the next, the building before its parts. Numbers
    outside the bounds of their meaning, such as a floor area of 0, are missing and never hide another value. Numbers
    are in the unit of their meaning; one in a unit that cannot be converted is missing, with a note.

    Parameters
    ----------
    city : CityModel
    building : int64 array (n_objects,)
        Building of each object, -1 where it belongs to none.
    n : int
        Number of buildings.
    meanings : mapping of name to Meaning
    notes : Notes
    """
    table = city.objects.attributes
    entries = _entries_by_folded_key(table)
    joined = np.array([place.startswith("join:") for place in table.places], bool)
    is_part = city.objects.parent >= 0
    return {
        name: _read(meaning, table, entries, joined, building, is_part, n, notes) for name, meaning in meanings.items()
    }


def _entries_by_folded_key(table: AttributeTable) -> dict[str, NDArray[np.int64]]:
    order = np.argsort(table.key, kind="stable")
    bounds = np.searchsorted(table.key[order], np.arange(len(table.keys) + 1))
    entries: dict[str, NDArray[np.int64]] = {}
    for i, key in enumerate(table.keys):
        mine = order[bounds[i] : bounds[i + 1]]
        folded = fold(key)
        entries[folded] = np.sort(np.concatenate([entries[folded], mine])) if folded in entries else mine
    return entries


def _read(
    meaning: Meaning,
    table: AttributeTable,
    entries: Mapping[str, NDArray[np.int64]],
    joined: NDArray[np.bool_],
    building: NDArray[np.int64],
    is_part: NDArray[np.bool_],
    n: int,
    notes: Notes,
) -> Column:
    column = Column(np.full(n, np.nan), np.full(n, "", object), np.full(n, "", object))
    names = [name for name in dict.fromkeys(fold(name) for name in meaning.names) if name in entries]
    for from_part in (False, True):
        for from_join in (True, False):
            for name in names:
                found = entries[name]
                rows = table.row[found]
                wanted = (
                    (is_part[rows] == from_part) & (building[rows] >= 0) & (joined[table.place[found]] == from_join)
                )
                found = found[wanted]
                found = found[~column.given[building[table.row[found]]]]
                if len(found):
                    rule = meaning.parts if from_part else "first"
                    rows = building[table.row[found]]
                    factor = _factors(meaning, name, table, found, rows, notes)
                    _fill(column, meaning, rule, name, rows, table.value[found], factor, notes)
    return column


def _factors(
    meaning: Meaning,
    name: str,
    table: AttributeTable,
    found: NDArray[np.int64],
    rows: NDArray[np.int64],
    notes: Notes,
) -> NDArray[np.float64]:
    """Factor (k,) from the unit each entry states to that of the meaning, NaN where there is none."""
    factor = np.ones(len(found))
    if not meaning.unit:
        return factor
    for code in np.unique(table.unit[found]):
        stated, here = table.units[code], table.unit[found] == code
        try:
            factor[here] = unit_factor(stated, meaning.unit) if stated else 1.0
        except ValueError as error:
            factor[here] = np.nan
            for row in np.unique(rows[here]):
                notes.add(row, 1710, "UNIT_UNKNOWN", f"{name} is left out: {error}", Severity.WARNING)
    return factor


def _fill(
    column: Column,
    meaning: Meaning,
    rule: str,
    name: str,
    rows: NDArray[np.int64],
    texts: Iterable[str],
    factor: NDArray[np.float64],
    notes: Notes,
) -> None:
    if meaning.kind in ("code", "word"):
        words = np.array([text.strip() for text in texts], object)
        kept = words != ""
        rows, first = np.unique(rows[kept], return_index=True)
        column.text[rows] = words[kept][first]
        column.attribute[rows] = name
        return
    parse = _year if meaning.kind == "year" else _number
    plain = [text.strip() for text in texts]
    numbers = np.array([parse(text) for text in plain])
    for i in np.flatnonzero(np.isnan(numbers)):
        if plain[i]:
            message = f"{name} {plain[i]!r} is no {meaning.kind} and left out"
            notes.add(rows[i], 1711, "VALUE_UNREADABLE", message, Severity.WARNING)
    numbers *= factor
    kept = (numbers > meaning.above) & (numbers < meaning.below)
    rows, numbers = rows[kept], numbers[kept]
    rows, first, which = np.unique(rows, return_index=True, return_inverse=True)
    if rule == "sum":
        column.number[rows] = np.bincount(which, numbers, len(rows))
    elif rule == "max":
        column.number[rows] = -np.inf
        np.maximum.at(column.number, rows[which], numbers)
    else:
        column.number[rows] = numbers[first]
    column.attribute[rows] = name


def _number(text: str) -> float:
    """A number with a decimal point, or as Finland writes it: ``1 234,5``."""
    if NUMBER.match(text):
        return float(text)
    if _FINNISH_NUMBER.match(text):
        text = re.sub(r"\s", "", text).replace(",", ".")
    return float(text) if NUMBER.match(text) else np.nan


def _year(text: str) -> float:
    match = _YEAR.match(text)
    return float(match.group()) if match else np.nan
