"""What this library keeps in CityJSON files of its own making, put back where it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from citytwin.io._collected import Collected
from citytwin.io._grouping import RowsBy
from citytwin.io.cityjson_kept import (
    MEMBER,
    SURFACE_MEMBERS,
    Entry,
    Kinds,
    as_usual,
    entries_of_row,
    exact_entries,
    kept_extras,
    kinds_from_json,
)
from citytwin.model.attributes import TYPES, AttributeTable, AttributeValue
from citytwin.model.city_tables import Extras
from citytwin.model.enums import ObjectKind, SurfaceKind
from citytwin.model.strings import Strings

Records = dict[int, dict[str, Any]]


class Restorer:
    """Undoes what :func:`citytwin.write_cityjson` does to say a city in CityJSON, piece by piece.

    The first piece holds the record of the document; where there is none, pieces stay as they are. Records that no
    longer fit what stands beside them are passed over: another program has changed the file, and its values count.

    Examples
    --------
    >>> restore = Restorer()
    >>> pieces = map(restore, pieces)  # doctest: +SKIP
    """

    def __init__(self) -> None:
        self._known = False
        self._kinds: tuple[Kinds, Kinds] = ({}, {})

    def __call__(self, piece: Collected) -> Collected:
        """The piece with everything back in its place."""
        piece = self._without_document_record(piece)
        if not self._known:
            return piece
        objects, of_objects = _restored(piece.object_attributes, self._kinds[0], (MEMBER,))
        features, of_features = _restored(piece.feature_attributes, self._kinds[1], SURFACE_MEMBERS)
        piece = replace(piece, object_attributes=objects, feature_attributes=features)
        if of_objects:
            piece = replace(piece, object_kind=_kinds(piece.object_kind, of_objects))
            piece = _with_extras(
                piece, ((row, *kept) for row, record in of_objects.items() for kept in kept_extras(record))
            )
        if of_features:
            piece = replace(piece, feature_id=_feature_ids(piece.feature_id, of_features))
        if of_objects or of_features:
            piece = replace(piece, polygon_id=_polygon_ids(piece, of_objects, of_features))
        return _merged(piece, of_features) if of_features else piece

    def _without_document_record(self, piece: Collected) -> Collected:
        """Take the record of the document out of the extras."""
        of_document = np.flatnonzero(piece.extras.object < 0).tolist()
        found = [row for row in of_document if piece.extras.place[row] == MEMBER]
        if not found:
            return piece
        record = _record(piece.extras.content[found[0]])
        self._known = True
        self._kinds = (kinds_from_json(record.get("attributes")), kinds_from_json(record.get("surface_attributes")))
        rows = np.setdiff1d(np.arange(len(piece.extras)), found)
        extras = Extras(piece.extras.object[rows], piece.extras.place[rows], piece.extras.content[rows])
        kept = ((-1, *extra) for extra in kept_extras(record))
        return _with_extras(replace(piece, extras=extras), kept)


def _record(text: str) -> dict[str, Any]:
    """A record; empty where the text is none."""
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}


def _restored(table: AttributeTable, kinds: Kinds, reserved: Iterable[str]) -> tuple[AttributeTable, Records]:
    """Attributes with usual kinds and exact values, and the records that stood among them."""
    table = _with_kinds(table, kinds) if kinds else table
    if MEMBER not in table.keys:
        return table, {}
    generic = [place == "generic" for place in table.places]
    ours = (table.key == table.keys.index(MEMBER)) & np.array(generic, bool)[table.place]
    records = {
        int(row): _record(text) for row, text in zip(table.row[ours], table.value[np.flatnonzero(ours)], strict=True)
    }
    table = _without(table, ours)
    exact: list[AttributeValue] = []
    for row, record in records.items():
        entries = _exact(record, entries_of_row(table, row), kinds, frozenset(reserved))
        if entries is not None:
            exact += [AttributeValue(row, *entry) for entry in entries]
    replaced = np.unique(np.array([value.row for value in exact], np.int64))
    return _without(table, np.isin(table.row, replaced)).append(exact) if exact else table, records


def _exact(record: dict[str, Any], read: list[Entry], kinds: Kinds, reserved: frozenset[str]) -> list[Entry] | None:
    """Exact entries, behind the class that the reader may have put before them."""
    with_class = bool(read) and (read[0].name, read[0].place) == ("type", "core")
    for start in (0, 1) if with_class else (0,):
        entries = exact_entries(record, read[start:], kinds, reserved)
        if entries is not None:
            return read[:start] + entries
    return None


def _without(table: AttributeTable, left_out: NDArray[np.bool_]) -> AttributeTable:
    """A table without some of its values, and without the names that are gone with them."""
    rows = np.flatnonzero(~left_out)
    columns = {name: getattr(table, name)[rows] for name in ("row", "type", "place", "unit", "value")}
    used, key = np.unique(table.key[rows], return_inverse=True)
    keys = tuple(table.keys[name] for name in used.tolist())
    return replace(table, **columns, key=key.astype(np.int32), keys=keys)


def _with_kinds(table: AttributeTable, kinds: Kinds) -> AttributeTable:
    """A table with the usual type, place and unit of each name."""
    columns = np.column_stack([table.key, table.type, table.place, table.unit]).astype(np.int64)
    codes, code = np.unique(columns, axis=0, return_inverse=True)
    entries = [
        as_usual(Entry(table.keys[k], "", TYPES[t], table.places[p], table.units[u]), kinds) for k, t, p, u in codes
    ]
    places, place = _interned(entry.place for entry in entries)
    units, unit = _interned(entry.unit for entry in entries)
    type_ = np.array([TYPES.index(entry.type) for entry in entries], np.int8)
    code = code.ravel()
    return replace(table, type=type_[code], place=place[code], unit=unit[code], places=places, units=units)


def _interned(words: Iterable[str]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    seen: dict[str, int] = {}
    index = np.array([seen.setdefault(word, len(seen)) for word in words], np.int32)
    return tuple(seen), index


def _kinds(kinds: NDArray[np.int8], records: Records) -> NDArray[np.int8]:
    """Kinds of objects, with those CityJSON has no types for."""
    kinds = kinds.copy()
    for row, record in records.items():
        word = str(record.get("kind", "")).upper()
        if word in ObjectKind.__members__:
            kinds[row] = ObjectKind[word]
    return kinds


def _feature_ids(ids: Strings, records: Records) -> Strings:
    """Identifiers of boundary surfaces, without those that were made up and with those that are not unique."""
    names = list(ids)
    for row, record in records.items():
        if record.get("made_id") is True:
            names[row] = ""
        elif isinstance(record.get("id"), str):
            names[row] = record["id"]
    return Strings.of(names)


def _with_extras(piece: Collected, kept: Iterable[tuple[int, str, str]]) -> Collected:
    """The piece with more kept content."""
    rows = list(kept)
    if not rows:
        return piece
    owners, places, contents = zip(*rows, strict=True)
    extras = Extras(
        np.concatenate([piece.extras.object, np.array(owners, np.int32)]),
        Strings.concat([piece.extras.place, Strings.of(places)]),
        Strings.concat([piece.extras.content, Strings.of(contents)]),
    )
    return replace(piece, extras=extras)


def _polygon_ids(piece: Collected, of_objects: Records, of_features: Records) -> Strings:
    """Identifiers of polygons, which no member of CityJSON can hold."""
    owner = piece.polygon_owner
    installed = piece.owner_kind[owner] == SurfaceKind.INSTALLATION
    lods = piece.owner_lod[owner]
    names = list(piece.polygon_id)
    for column, records, wanted in (
        (piece.owner_object[owner], of_objects, ~installed),
        (piece.owner_feature[owner], of_features, installed),
    ):
        rows_by = RowsBy(column)
        for row, record in records.items():
            polygons = record.get("polygons")
            if isinstance(polygons, dict):
                rows = np.array(rows_by[row], np.int64)
                _name(names, rows[wanted[rows]], lods, polygons)
    return Strings.of(names)


def _name(names: list[str], rows: NDArray[np.int64], lods: NDArray[np.int8], polygons: dict[str, Any]) -> None:
    """Give polygons their identifiers, those of each LoD in their order."""
    for lod, ids in polygons.items():
        of_lod = rows[lods[rows] == _tenths(lod)].tolist()
        if isinstance(ids, list) and len(ids) == len(of_lod):
            for row, name in zip(of_lod, ids, strict=True):
                names[row] = str(name)


def _tenths(lod: str) -> int:
    whole, _, part = lod.partition(".")
    return 10 * int(whole) + int(part or 0) if (whole + part).isdecimal() else -1


def _merged(piece: Collected, records: Records) -> Collected:
    """The piece with those boundary surfaces as one that CityJSON says once a geometry."""
    object_of = np.full(len(piece.feature_id), -1, np.int64)
    with_feature = piece.owner_feature >= 0
    object_of[piece.owner_feature[with_feature]] = piece.owner_object[with_feature]
    first: dict[tuple[int, int], int] = {}
    stands_for = np.arange(len(piece.feature_id))
    for row, record in sorted(records.items()):
        if isinstance(record.get("feature"), int):
            stands_for[row] = first.setdefault((int(object_of[row]), record["feature"]), row)
    kept = np.unique(stands_for)
    if len(kept) == len(stands_for):
        return piece
    new = np.searchsorted(kept, stands_for)

    def renumbered(rows: NDArray[np.int32]) -> NDArray[np.int32]:
        return np.where(rows < 0, -1, new[rows]).astype(np.int32)

    return replace(
        piece,
        feature_id=piece.feature_id[kept],
        feature_attributes=piece.feature_attributes.take(kept),
        owner_feature=renumbered(piece.owner_feature),
        owner_wall=renumbered(piece.owner_wall),
    )
