"""City objects of CityJSON: which there are, what they are, and which is part of which."""

from __future__ import annotations

from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.io._columns import CityColumns
from citytwin.io._json import JsonTape, Rows, Unfit
from citytwin.io._limits import ReadLimits
from citytwin.io.cityjson_names import FEATURES, OBJECT_KINDS
from citytwin.kernels.json_tape import ARRAY, ESCAPED, OBJECT, STRING
from citytwin.model.enums import ObjectKind


class Objects(NamedTuple):
    """City objects in document order.

    Attributes
    ----------
    node : int64 array (n,)
        Row of the tape.
    root : int64 array (n,)
        Document or feature it is in, by its index in `tape.roots`.
    id : list of str
    type : object array (n,)
    kind : int8 array (n,)
        Object kind of the type.
    row : int64 array (n,)
        Row of the columns: its own, or that of the object it is a boundary surface of.
    feature : int64 array (n,)
        Row of the boundary surface it is, -1 where it has a row of its own.
    """

    node: Rows
    root: Rows
    id: list[str]
    type: NDArray[np.object_]
    kind: NDArray[np.int8]
    row: Rows
    feature: Rows


def read_objects(tape: JsonTape, roots: Rows, columns: CityColumns, limits: ReadLimits, seen: set[str]) -> Objects:
    """Objects of documents and features, with their rows in the columns.

    Parameters
    ----------
    tape : JsonTape
    roots : int64 array (k,)
    columns : CityColumns
        Receives objects and boundary surfaces.
    limits : ReadLimits
    seen : set of str
        Identifiers so far; those of these objects are added.

    Raises
    ------
    Unfit
        An identifier stands twice, objects are parents of each other, or members are not of the kind they should be.
    """
    holders = tape.members(roots, "CityObjects", OBJECT)
    present = np.flatnonzero(holders >= 0)
    node, place = tape.children(holders[present])
    for bad in node[tape.kind[node] != OBJECT][:1]:
        raise Unfit(bad, "the city object is no object")
    root = present[place]
    ids = [tape.names[code] for code in tape.key[node].tolist()]
    _check_repeats(node, root, ids, seen)
    type_node = tape.members(node, "type", STRING, ESCAPED)
    typed = np.flatnonzero(type_node >= 0)
    code, words = tape.distinct(type_node[typed])
    types = np.full(len(node), "", object)
    types[typed] = np.array(words, object)[code]
    kind = np.full(len(node), ObjectKind.OTHER, np.int8)
    kind[typed] = np.array([OBJECT_KINDS.get(word, ObjectKind.OTHER) for word in words], np.int8)[code]
    is_part = np.zeros(len(node), bool)
    is_part[typed] = np.array([word in FEATURES for word in words], bool)[code]
    parent, missing = _parents(tape, node, root, ids, kind)
    _check_cycles(node, parent, limits.nesting)
    is_feature = is_part & (parent >= 0)
    row, feature = _add_rows(ids, kind, parent, is_feature, columns)
    objects = Objects(node, root, ids, types, kind, row, feature)
    _note_oddities(objects, parent, missing, is_part, columns)
    return objects


def _check_repeats(node: Rows, root: Rows, ids: list[str], seen: set[str]) -> None:
    if len(set(ids)) == len(ids) and seen.isdisjoint(ids):
        seen.update(ids)
        return
    first: dict[str, int] = {}
    for place, identifier in enumerate(ids):
        before = first.setdefault(identifier, place)
        if before != place and root[before] == root[place]:
            reason = "the city object stands twice in CityObjects, of which JSON would keep the last only"
            raise Unfit(node[place], reason)
        if before != place or identifier in seen:
            raise Unfit(node[place], "the city object stands in two features")


def _references(tape: JsonTape, node: Rows, name: str) -> tuple[Rows, Rows]:
    """Object and row of the tape of each entry of the lists ``parents`` or ``children``."""
    lists = tape.members(node, name, ARRAY)
    present = np.flatnonzero(lists >= 0)
    entries, place = tape.children(lists[present])
    for bad in entries[~np.isin(tape.kind[entries], (STRING, ESCAPED))][:1]:
        raise Unfit(bad, f"{name} hold something else than identifiers")
    return present[place], entries


def _parents(
    tape: JsonTape, node: Rows, root: Rows, ids: list[str], kind: NDArray[np.int8]
) -> tuple[Rows, dict[int, str]]:
    """Object each is a part of, -1 for none, and what is named instead where that is nowhere.

    The first of several counts, and ``parents`` before ``children``. A member of a group is no part of it.
    """
    place_of = dict(zip(ids, range(len(ids)), strict=True))
    is_group = kind == ObjectKind.CITY_OBJECT_GROUP
    parent = np.full(len(ids), -1, np.int64)

    def places(entries: Rows, words: list[str]) -> Rows:
        return np.fromiter(map(place_of.get, words, repeat(-1)), np.int64, len(entries))

    child, entries = _references(tape, node, "parents")
    words = tape.words(entries)
    above = places(entries, words)
    known = (above >= 0) & (root[above] == root[child])
    lost = np.flatnonzero(~known)[::-1].tolist()
    missing = {int(child[entry]): words[entry] for entry in lost}
    part = np.flatnonzero(known & ~is_group[above])[::-1]
    parent[child[part]] = above[part]

    above, entries = _references(tape, node, "children")
    child = places(entries, tape.words(entries))
    part = np.flatnonzero((child >= 0) & (root[child] == root[above]) & (parent[child] < 0) & ~is_group[above])[::-1]
    parent[child[part]] = above[part]
    return parent, {place: word for place, word in missing.items() if parent[place] < 0}


def _check_cycles(node: Rows, parent: Rows, deepest: int) -> None:
    above = parent
    for _ in range(deepest):
        if (above < 0).all():
            return
        above = np.where(above < 0, -1, parent[above])
    place = int(np.flatnonzero(above >= 0)[0])
    raise Unfit(node[place], f"objects are parents of each other, or of more than {deepest} generations")


def _add_rows(
    ids: list[str], kind: NDArray[np.int8], parent: Rows, is_feature: NDArray[np.bool_], columns: CityColumns
) -> tuple[Rows, Rows]:
    """Row of every object, and row of the boundary surface it is, -1 where it has a row of its own."""
    own = np.flatnonzero(~is_feature)
    parts = np.flatnonzero(is_feature)
    holder = parent
    while len(deep := np.flatnonzero((holder >= 0) & is_feature[holder])):
        holder = holder.copy()
        holder[deep] = parent[holder[deep]]
    row = np.full(len(ids), -1, np.int64)
    row[own] = np.arange(len(own))
    above = np.where(holder[own] >= 0, row[holder[own]], -1)
    row[parts] = row[holder[parts]]
    columns.object_id.extend([ids[place] for place in own.tolist()])
    columns.object_kind.extend(kind[own].tolist())
    columns.object_parent.extend(above.tolist())
    feature = np.full(len(ids), -1, np.int64)
    feature[parts] = [columns.add_feature(ids[place]) for place in parts.tolist()]
    return row, feature


def _note_oddities(
    objects: Objects, parent: Rows, missing: dict[int, str], is_part: NDArray[np.bool_], columns: CityColumns
) -> None:
    for place, identifier in missing.items():
        message = f"parent {identifier!r} is nowhere in the file"
        columns.degrade(int(objects.row[place]), 1005, "XLINK_DANGLING", message)
    alone = parent < 0
    for place in np.flatnonzero(is_part & alone).tolist():
        if place not in missing:
            message = f"a {objects.type[place]} that is part of nothing"
            columns.degrade(int(objects.row[place]), 1005, "XLINK_DANGLING", message)
    for place in np.flatnonzero((objects.kind == ObjectKind.OTHER) & ~is_part).tolist():
        kind = objects.type[place]
        if kind not in OBJECT_KINDS and not kind.startswith("+"):
            message = f"{kind or 'an object without type'} is no known type"
            columns.degrade(int(objects.row[place]), 1004, "OBJECT_NOT_MODELLED", message)
    for place in np.flatnonzero((objects.kind == ObjectKind.BUILDING_PART) & alone).tolist():
        row = int(objects.row[place])
        columns.object_kind[row] = ObjectKind.BUILDING
        columns.note(row, 1014, "PART_WITHOUT_BUILDING", "the part is read as a building")
