"""The tables beside this file: read once, checked, every row with its source and confidence."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

CONFIDENCE_CAP = {"low": 40, "medium": 60, "high": 90}
"""Most confidence a value can have that rests on a row of a table with this word."""


@cache
def read_csv(name: str) -> tuple[Mapping[str, str], ...]:
    """Rows of a shipped CSV table; every cell is text, an empty cell is ""."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def read_toml(name: str) -> Mapping[str, Any]:
    """Content of a shipped TOML table."""
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


@cache
def assumption(quantity: str, use: str = "any") -> tuple[float, int]:
    """Value and greatest confidence of one row of ``assumptions.csv``: of a use, else of any use.

    Parameters
    ----------
    quantity : str
        Column ``quantity``, for example ``"storey_height"``; the table says its unit.
    use : str, default "any"
        Word of a use class.

    Raises
    ------
    KeyError
        The table has no such row.
    """
    rows = {row["use"]: row for row in read_csv("assumptions.csv") if row["quantity"] == quantity}
    row = rows.get(use) or rows["any"]
    return float(row["value"]), CONFIDENCE_CAP[row["confidence"]]
