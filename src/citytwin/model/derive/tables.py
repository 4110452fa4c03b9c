"""Assumptions and mappings beside this file, every number with its source and confidence."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from citytwin.model.reference import CONFIDENCE, read_reference


def read_csv(name: str) -> tuple[Mapping[str, str], ...]:
    """Rows of a CSV table of this package."""
    return read_reference(__package__, name)


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
    return float(row["value"]), CONFIDENCE[row["confidence"]]
