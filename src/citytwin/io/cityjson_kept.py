"""Attributes as members of a JSON object and back, nothing lost: what JSON cannot say goes into a member of our own.

CityJSON has strings, numbers, truth values, objects and lists. Of the typed attributes of a city model it has no dates,
no code lists, no order among repeats and no digits as written. Two things keep them: a table of the usual type, place
and unit of each name, once a document, and for the rows this does not restore the values as they are. Readers that do
not know either see plain attributes.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from msgspec import Raw

from citytwin.io.citygml_names import CORE_TYPES
from citytwin.io.cityjson_names import is_core
from citytwin.model.attributes import TYPES, AttributeTable, AttributeValue

MEMBER = "+citytwin"
"""Member that holds what others need not know: JSON text among attributes, an object in the document."""

SURFACE_MEMBERS = frozenset({"type", "parent", "children", "id", MEMBER})
"""Members of a semantic surface that are no attributes."""

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?\Z", re.ASCII)
_INTEGER = re.compile(r"-?(0|[1-9]\d*)\Z", re.ASCII)
_DIGITS = 16
"""Integers with fewer are exact in every JSON reader."""

_LONGEST = 19
"""Numbers with as many characters or more are texts, as they may not fit into 64 bits."""

_MEASURE = frozenset({"value", "uom"})


class Entry(NamedTuple):
    """One value: name, text, type, place and unit, as :class:`~citytwin.model.attributes.AttributeValue` has them."""

    name: str
    text: str
    type: str = "string"
    place: str = "generic"
    unit: str = ""


class Kind(NamedTuple):
    """Usual type, place and unit of a name."""

    type: str
    place: str
    unit: str


Kinds = Mapping[tuple[str, str], Kind]
"""Kind by name of the set, "" for none, and name."""


def entries_of_row(table: AttributeTable, row: int) -> list[Entry]:
    """Values of a row of a table."""
    return [_without_row(value) for value in table.entries(row)]


def _without_row(value: AttributeValue) -> Entry:
    return Entry(value.name, value.value, value.type, value.place, value.unit)


class Digits(str):
    """A number with the digits it is written with."""

    __slots__ = ()

    def number(self) -> int | float:
        """Its value, exact where it is an integer that every reader keeps."""
        return int(self) if _INTEGER.match(self) and len(self) < _DIGITS else float(self)


def members_of(
    entries: Iterable[Entry], reserved: Container[str] = (MEMBER,)
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Members of a JSON object, and addresses, that say the entries as well as JSON can.

    A name that repeats gets a list, a set of attributes an object, a measure an object of ``value`` and ``uom``; what
    bears a reserved name is left out.
    """
    members: dict[str, Any] = {}
    sets: set[str] = set()
    addresses: list[dict[str, Any]] = []
    for entry in entries:
        of_set = entry.place[4:] if entry.place.startswith("set:") else ""
        if entry.place == "address":
            if not addresses or entry.name in addresses[-1]:
                addresses.append({})
            addresses[-1][entry.name] = entry.text
        elif (of_set or entry.name) in reserved or (not of_set and entry.name in sets):
            continue
        elif not of_set:
            _put(members, entry.name, _value(entry))
        elif of_set in sets or of_set not in members:
            sets.add(of_set)
            members.setdefault(of_set, {}).setdefault(entry.name, _plain_number(_value(entry)))
    return members, addresses


def to_json(members: Mapping[str, Any]) -> dict[str, Any]:
    """Members ready to be encoded."""
    return {name: Raw(value.encode()) if isinstance(value, Digits) else value for name, value in members.items()}


def _put(target: dict[str, Any], name: str, value: Any) -> None:
    if name not in target:
        target[name] = value
    elif isinstance(target[name], list):
        target[name].append(_plain_number(value))
    else:
        target[name] = [_plain_number(target[name]), _plain_number(value)]


def _plain_number(value: Any) -> Any:
    return value.number() if isinstance(value, Digits) else value


def _value(entry: Entry) -> Any:
    text = entry.text
    if text == "":
        return None
    if entry.type == "bool" and text in ("true", "false"):
        return text == "true"
    if entry.type in ("int", "double", "measure") and _NUMBER.match(text) and len(text) < _LONGEST:
        digits = Digits(text)
        if math.isfinite(float(text)):
            return {"value": digits.number(), "uom": entry.unit} if entry.type == "measure" and entry.unit else digits
    return text


def read_back(members: Mapping[str, Any], addresses: Iterable[Mapping[str, Any]], kinds: Kinds) -> list[Entry]:
    """Entries that a reader makes of members and addresses of :func:`members_of` with a table of kinds."""
    entries: list[Entry] = []
    for name, value in members.items():
        if isinstance(value, dict) and value.keys() != _MEASURE:
            entries += [as_usual(_plain(key, inner, name), kinds) for key, inner in value.items()]
        else:
            values = value if isinstance(value, list) else [value]
            entries += [as_usual(_plain(name, inner, ""), kinds) for inner in values]
    for address in addresses:
        entries += [Entry(name, text, "string", "address") for name, text in address.items()]
    return entries


def _plain(name: str, value: Any, of_set: str) -> Entry:
    """The entry a reader that knows no kinds makes of a scalar or a measure."""
    unit = ""
    if isinstance(value, dict):
        value, unit, type_ = value["value"], str(value["uom"]), "measure"
    elif isinstance(value, Digits):
        type_ = "int" if _INTEGER.match(value) else "double"
    else:
        type_ = {bool: "bool", int: "int", float: "double"}.get(type(value), "string")
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    if not of_set and is_core(name):
        return Entry(name, text, CORE_TYPES.get(name, type_), "core", unit)
    return Entry(name, text, type_, f"set:{of_set}" if of_set else "generic", unit)


def as_usual(entry: Entry, kinds: Kinds) -> Entry:
    """An entry as it was read, with type, place and unit that are usual for its name."""
    kind = kinds.get((entry.place[4:] if entry.place.startswith("set:") else "", entry.name))
    if kind is None or entry.place == "address":
        return entry
    return Entry(entry.name, entry.text, kind.type, kind.place, entry.unit or kind.unit)


def usual_kinds(table: AttributeTable) -> dict[tuple[str, str], Kind]:
    """Most frequent kind of each name where a reader would not take it for that by itself."""
    counts: dict[tuple[str, str], Counter[Kind]] = {}
    columns = np.column_stack([table.key, table.type, table.place, table.unit])
    rows, numbers = np.unique(columns, axis=0, return_counts=True)
    for (key, type_, place, unit), count in zip(rows.tolist(), numbers.tolist(), strict=True):
        kind = Kind(TYPES[type_], table.places[place], table.units[unit])
        path = (kind.place[4:] if kind.place.startswith("set:") else "", table.keys[key])
        if kind.place != "address" and path != ("", MEMBER):
            counts.setdefault(path, Counter())[kind] += count
    kinds = {path: counter.most_common(1)[0][0] for path, counter in counts.items()}
    return {path: kind for path, kind in kinds.items() if not _speaks_for_itself(path, kind)}


def _speaks_for_itself(path: tuple[str, str], kind: Kind) -> bool:
    """Whether a value of this kind is read as one without a table."""
    of_set, name = path
    if not of_set and is_core(name):
        plain = kind.place == "core" and kind.type == CORE_TYPES.get(name, "string")
        return plain and (not kind.unit or kind.type == "measure")
    plain = kind.place == (f"set:{of_set}" if of_set else "generic")
    return plain and (kind.type == "measure" if kind.unit else kind.type in ("string", "int", "bool"))


def kinds_to_json(kinds: Kinds) -> list[list[str]]:
    """Kinds as rows of set, name, type, place and unit."""
    return [[*path, *kind] for path, kind in kinds.items()]


def kinds_from_json(rows: Any) -> dict[tuple[str, str], Kind]:
    """Kinds of such rows; what is no such row is passed over."""
    return {(row[0], row[1]): Kind(*row[2:]) for row in _texts(rows, 5) if row[2] in TYPES}


def as_written(entries: list[Entry], kinds: Kinds, reserved: Container[str] = (MEMBER,)) -> dict[str, Any]:
    """What restores entries where their members do not: ``entries``, or the ``changes`` to those that are read."""
    read = read_back(*members_of(entries, reserved), kinds)
    if len(read) != len(entries):
        return {"entries": [list(entry) for entry in entries]}
    pairs = zip(entries, read, strict=True)
    changes = [[place, *entry] for place, (entry, other) in enumerate(pairs) if entry != other]
    return {"changes": changes} if changes else {}


def exact_entries(
    record: Mapping[str, Any], read: list[Entry], kinds: Kinds, reserved: Container[str] = (MEMBER,)
) -> list[Entry] | None:
    """Entries that :func:`as_written` restores; None where there is nothing to restore, or not any more.

    Where the entries that were read do not fit, another program has changed the attributes, and its values count.
    """
    if "entries" in record:
        exact = [Entry(*row) for row in _texts(record["entries"], 5)]
    elif isinstance(record.get("changes"), list):
        exact = read.copy()
        for row in record["changes"]:
            if not isinstance(row, list) or not isinstance(row[0], int) or not 0 <= row[0] < len(exact):
                return None
            exact[row[0]] = Entry(*(_texts([row[1:]], 5) or [[""] * 5])[0])
    else:
        return None
    sound = all(entry.type in TYPES for entry in exact)
    return exact if sound and read_back(*members_of(exact, reserved), kinds) == read else None


def _texts(rows: Any, length: int) -> list[list[str]]:
    """Those rows of a list that hold so many texts and nothing else."""
    if not isinstance(rows, list):
        return []
    lists = (row for row in rows if isinstance(row, list) and len(row) == length)
    return [row for row in lists if all(isinstance(text, str) for text in row)]


def kept_extras(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Place and content of what a record keeps as text."""
    return [(place, content) for place, content in _texts(record.get("extras"), 2)]
