"""Units of measure as city models write them (``m``, ``#m``, ``urn:adv:uom:m``, ``urn:ogc:def:uom:EPSG::9001``)."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray


@cache
def _units() -> dict[str, tuple[str, float]]:
    table = files("citytwin.model").joinpath("units.csv").read_text(encoding="utf-8")
    return {row["alias"]: (row["unit"], float(row["factor"])) for row in csv.DictReader(table.splitlines())}


def unit_factor(unit: str, to: str) -> float:
    """Factor that turns a number in `unit` into one in the SI unit `to` (m, m2, m3, J or W).

    Raises
    ------
    ValueError
        The unit is not in ``units.csv`` or measures something else.

    Examples
    --------
    >>> unit_factor("urn:adv:uom:m", "m")
    1.0
    >>> unit_factor("ft", "m")
    0.3048
    """
    word = re.split(r"[#:/]", unit.strip())[-1].lower()
    known = _units().get(word)
    if known is None:
        raise ValueError(f"unit {unit!r} is not known; known are {', '.join(_units())}")
    if known[0] != to:
        raise ValueError(f"unit {unit!r} is one of {known[0]}, not of {to}")
    return known[1]


def to_unit(values: NDArray[np.float64], unit: str, to: str) -> NDArray[np.float64]:
    """Values (n,) in the SI unit `to`; an empty unit means that they already are."""
    return values if unit == "" else values * unit_factor(unit, to)
