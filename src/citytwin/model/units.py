"""Units of measure as city models write them (``m``, ``#m``, ``urn:adv:uom:m``, ``urn:ogc:def:uom:EPSG::9001``)."""

from __future__ import annotations

import re
from functools import cache

from citytwin.model.reference import read_reference


@cache
def _units() -> dict[str, tuple[str, float]]:
    return {row["alias"]: (row["unit"], float(row["factor"])) for row in read_reference("citytwin.model", "units.csv")}


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
        raise ValueError(f"the unit {unit!r} is not known")
    if known[0] != to:
        raise ValueError(f"the unit {unit!r} measures {known[0]}, not {to}")
    return known[1]
