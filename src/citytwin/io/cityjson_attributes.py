"""Attributes of city objects and boundary surfaces, from a tape to a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from citytwin.io._columns import AttributeColumns
from citytwin.io._json import JsonTape, Rows
from citytwin.io.citygml_names import CORE_TYPES
from citytwin.io.cityjson_names import is_core
from citytwin.kernels.json_tape import ARRAY, DECIMAL, FALSE, INTEGER, NUMBERS, OBJECT, TRUE
from citytwin.model.attributes import TYPES, AttributeTable

PLACES = ("generic", "core")


@dataclass
class OddAttributes:
    """Values that are added one by one, with the place in the document they go to.

    Parameters
    ----------
    columns : AttributeColumns
    position : list of int
        Row of the tape that each value comes from.
    """

    columns: AttributeColumns = field(default_factory=AttributeColumns)
    position: list[int] = field(default_factory=list)

    def add(self, at: int, owner: int, text: str, name: str, type: str, place: str = "core", unit: str = "") -> None:
        """Append a value."""
        self.columns.add(owner, text, name, type, place, unit)
        self.position.append(at)

    def add_value(self, at: int, owner: int, name: str, value: Any, place: str) -> None:
        """Append a decoded scalar, or an object of `value` and `uom`."""
        unit = ""
        if isinstance(value, dict):
            value, unit, kind = value["value"], str(value["uom"]), "measure"
        else:
            kind = {bool: "bool", int: "int", float: "double"}.get(type(value), "string")
        if place == "core":
            kind = CORE_TYPES.get(name, kind)
        text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        self.add(at, owner, text, name, kind, place, unit)

    def add_nested(self, at: int, owner: int, name: str, value: Any) -> bool:
        """Append a list as repeated values or an object as a set; False where the value is deeper than that."""
        if isinstance(value, dict) and set(value) != {"value", "uom"}:
            if not all(map(_is_scalar, value.values())):
                return False
            for key, scalar in value.items():
                self.add_value(at, owner, key, scalar, f"set:{name}")
            return True
        values = value if isinstance(value, list) else [value]
        if not all(map(_is_scalar, values)):
            return False
        for scalar in values:
            self.add_value(at, owner, name, scalar, PLACES[is_core(name)])
        return True


def _is_scalar(value: Any) -> bool:
    if isinstance(value, dict):
        return set(value) == {"value", "uom"} and isinstance(value["value"], str | int | float)
    return value is None or isinstance(value, str | int | float)


def attribute_table(
    tape: JsonTape,
    rows: Rows,
    owners: Rows,
    n: int,
    odd: OddAttributes,
    keep: Callable[[int, int], None],
) -> AttributeTable:
    """Attributes of `n` owners in document order.

    Parameters
    ----------
    tape : JsonTape
    rows : int64 array (m,)
        Members that are attributes.
    owners : int64 array (m,)
        Row of the owner of each.
    n : int
    odd : OddAttributes
        More values of the same owners; those that are no scalars are added to it.
    keep : callable
        Called as ``keep(row, owner)`` with values that no attribute can hold.
    """
    nested = np.isin(tape.kind[rows], (OBJECT, ARRAY, NUMBERS))
    for row, owner in zip(rows[nested].tolist(), owners[nested].tolist(), strict=True):
        if not odd.add_nested(row, owner, tape.names[tape.key[row]], tape.value(row)):
            keep(row, owner)
    rows, owners = rows[~nested], owners[~nested]
    keys = tape.key[rows]
    used = np.flatnonzero(np.bincount(keys, minlength=1))
    words = [tape.names[code] for code in used]
    index = np.zeros(len(tape.names) + 1, np.int32)
    index[used] = np.arange(len(used))
    key = index[keys]
    of_kind = np.zeros(10, np.int8)
    for kind, word in ((INTEGER, "int"), (DECIMAL, "double"), (TRUE, "bool"), (FALSE, "bool")):
        of_kind[kind] = TYPES.index(word)
    core = np.array([is_core(word) for word in words], np.int32)
    declared = np.array([TYPES.index(CORE_TYPES[word]) if word in CORE_TYPES else -1 for word in words], np.int8)
    of_name = declared[key] if len(words) else np.empty(0, np.int8)
    table = AttributeTable(
        n=n,
        row=owners.astype(np.int32),
        key=key,
        type=np.where(of_name >= 0, of_name, of_kind[tape.kind[rows]]).astype(np.int8),
        place=core[key] if len(words) else np.empty(0, np.int32),
        unit=np.zeros(len(rows), np.int32),
        value=tape.texts(rows),
        keys=tuple(words),
        places=PLACES,
        units=("",),
    )
    if not odd.position:
        return table
    both = AttributeTable.concat([table, odd.columns.table(n)], shift=False)
    order = np.argsort(np.concatenate([rows, np.array(odd.position, np.int64)]), kind="stable")
    return _ordered(both, order)


def _ordered(table: AttributeTable, order: Rows) -> AttributeTable:
    return replace(
        table,
        row=table.row[order],
        key=table.key[order],
        type=table.type[order],
        place=table.place[order],
        unit=table.unit[order],
        value=table.value[order],
    )
