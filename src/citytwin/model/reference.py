"""Reference tables that lie beside the code which uses them, and what the word for their confidence is worth."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

CONFIDENCE = {"high": 90, "medium": 70, "low": 40}
"""Confidence (0-100) of a number by the word in its row; `low` is to be verified."""


@cache
def read_reference(package: str, name: str) -> tuple[Mapping[str, str], ...]:
    """Rows of a shipped CSV table; every cell is text, an empty cell is "".

    Parameters
    ----------
    package : str
        The one the table lies in, as ``__package__`` of the module that uses it.
    name : str
        File name.

    Examples
    --------
    >>> read_reference("citytwin.model", "units.csv")[0]["unit"]
    'm'
    """
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
