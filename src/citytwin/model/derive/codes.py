"""Code lists: from a code or text as a register writes it to the row of a table."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from citytwin.model.derive.attribute_map import Column, Meaning, fold
from citytwin.model.derive.tables import read_csv

DIGITS = {"fi1994": 3, "fi2018": 4}
"""Lists whose codes are whole numbers that may have lost their leading zeros."""

CodeList = Mapping[str, tuple[Mapping[str, str], ...]]


@cache
def code_lists(table: str) -> Mapping[str, CodeList]:
    """Rows of a table by code list and folded code; a code of mixed use has several rows."""
    lists: dict[str, dict[str, tuple[Mapping[str, str], ...]]] = {}
    for row in read_csv(table):
        rows = lists.setdefault(row["codelist"], {})
        rows[fold(row["code"])] = (*rows.get(fold(row["code"]), ()), row)
    return lists


def look_up(table: str, lists: tuple[str, ...], text: str) -> tuple[Mapping[str, str], ...]:
    """Rows for a code or text in the first list that knows it, () where none does.

    Examples
    --------
    >>> look_up("use_classes.csv", ("fi1994",), "39")[0]["use"]
    'apartment'
    >>> look_up("use_classes.csv", ("fi1994",), "511 general school")[0]["use"]
    'school'
    """
    known = code_lists(table)
    for name in lists:
        rows = known[name].get(_normal(name, text))
        if rows:
            return rows
    return ()


def _normal(name: str, text: str) -> str:
    word = text.split()[0] if text.split() else ""
    if name in DIGITS:
        whole = word.removesuffix(".0")
        if whole.isascii() and whole.isdigit():
            return whole.zfill(DIGITS[name]) if len(whole) <= DIGITS[name] else whole
    elif word.isascii() and word.removesuffix(".0").isdigit():
        return word.removesuffix(".0").lstrip("0") or "0"
    return fold(text)


def resolve(
    column: Column, meaning: Meaning, table: str
) -> tuple[NDArray[np.int64], list[tuple[Mapping[str, str], ...]]]:
    """Distinct rows of a code column.

    Returns
    -------
    which : int64 array (n,)
        Index into `found`, -1 where the column has no value.
    found : list of rows of the table, () for a code that no list knows
    """
    found: list[tuple[Mapping[str, str], ...]] = []
    seen: dict[tuple[str, str], int] = {}
    which = np.full(len(column.text), -1, np.int64)
    for i in np.flatnonzero(column.given):
        key = (column.attribute[i], column.text[i])
        if key not in seen:
            seen[key] = len(found)
            found.append(look_up(table, meaning.lists_of(key[0]), key[1]))
        which[i] = seen[key]
    return which, found
