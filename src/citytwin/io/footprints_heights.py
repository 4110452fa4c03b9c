"""Heights of footprints from the columns of their table, by the names of ``footprints_columns.csv``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.model.attributes import Attribute, AttributeTable
from citytwin.model.derive.attribute_map import fold
from citytwin.model.reference import read_reference
from citytwin.model.strings import Strings
from citytwin.model.units import unit_factor

HEIGHT_M = (0.0, 1000.0)
"""Heights above ground lie between; what does not is a gap, such as 0, -1 or -9999."""
ELEVATION_M = (-500.0, 9000.0)
"""Elevations of ground and roofs lie between."""
STOREYS = (0.0, 200.0)
_NUMBER = re.compile(r"([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+))\s*([^\d\s.,+-]*)", re.ASCII)
_FEET_AND_INCHES = re.compile(r"(\d+)\s*'\s*(\d+(?:\.\d+)?)\s*(?:\"|'')", re.ASCII)


@dataclass(frozen=True, eq=False)
class Heights:
    """Heights of footprints, arrays (n,), m.

    Parameters
    ----------
    ground : float64 array
        Elevation of the ground, NaN where the table does not say.
    base, top : float64 arrays
        Lower and upper end above the ground; `top` is NaN where it is not known.
    from_storeys : bool array
        Tops that are a number of storeys times a storey height.
    passed_over : Counter
        By column, values that are there and are no height.
    """

    ground: NDArray[np.float64]
    base: NDArray[np.float64]
    top: NDArray[np.float64]
    from_storeys: NDArray[np.bool_]
    passed_over: Counter[str]


def read_heights(
    attributes: AttributeTable,
    shape_z: NDArray[np.float64],
    storey_height: float,
    chosen: Mapping[str, str] | None = None,
) -> Heights:
    """Heights of the rows of a table.

    The top is a height above ground; else the elevation of the roof less that of the ground; else storeys times
    `storey_height`. The ground is at the elevation of the polygon, else at that of a column. Of several columns with
    one meaning each row takes the first that has a usable value.

    Parameters
    ----------
    attributes : AttributeTable over n rows
    shape_z : float64 array (n,)
        Elevation of each polygon, NaN where it has none.
    storey_height : float, m
    chosen : mapping, optional
        By meaning (``height``, ``ground_z``, ``storeys``), the one column to use. Ground from a chosen column goes
        before that of the polygon.
    """
    chosen = chosen or {}
    passed_over: Counter[str] = Counter()
    names = {fold(name): name for name in attributes}

    def read(meaning: str, low: float, high: float, *, at_low: bool = False) -> NDArray[np.float64]:
        values = np.full(attributes.n, np.nan)
        for name, unit in _candidates(meaning, chosen.get(meaning), names):
            column = attributes[name]
            found = _numbers(column, unit)
            usable = ((found > low) | (at_low & (found == low))) & (found < high)
            if skipped := int((~column.mask & ~usable).sum()):
                passed_over[name] += skipped
            values = np.where(np.isnan(values) & usable, found, values)
        return values

    ground = read("ground_z", *ELEVATION_M)
    ground = np.where(np.isnan(ground) | (~np.isnan(shape_z) & ("ground_z" not in chosen)), shape_z, ground)
    height = read("height", *HEIGHT_M)
    if "height" not in chosen:
        above = read("roof_z", *ELEVATION_M) - ground
        height = np.where(np.isnan(height) & (above > HEIGHT_M[0]) & (above < HEIGHT_M[1]), above, height)
    storeys = read("storeys", *STOREYS)
    from_storeys = np.isnan(height) & ~np.isnan(storeys)
    top = np.where(from_storeys, storeys * storey_height, height)
    base = read("min_height", *HEIGHT_M, at_low=True)
    base = np.where(np.isnan(base), read("min_storeys", *STOREYS, at_low=True) * storey_height, base)
    if crossed := int((base >= top).sum()):
        passed_over["min_height"] += crossed
    base = np.where(base < top, base, 0.0)
    return Heights(ground, base, top, from_storeys, passed_over)


def read_identifiers(attributes: AttributeTable, chosen: str | None = None) -> Strings | None:
    """Identifiers of the rows, "" where one has none, from the first column known to hold them; None without one."""
    names = {fold(name): name for name in attributes}
    for name, _ in _candidates("id", chosen, names):
        column = attributes.get(name)
        if column is not None and not column.mask.all():
            return Strings.of(_plain(column))
    return None


def metres(text: str, unit: str = "m") -> float:
    """Length in metres that a text such as ``12``, ``12,5 m``, ``40 ft``, ``40'`` or ``7'4"`` states, NaN for others.

    Of a list separated by semicolons it is the greatest.

    Parameters
    ----------
    text : str
    unit : str
        Of a number that names none; "" for counts, which cannot have one.

    References
    ----------
    OpenStreetMap wiki, Map features/Units and Semi-colon value separator.

    Examples
    --------
    >>> metres("12,5 m"), round(metres("40'"), 3), metres("3;4"), metres("tall")
    (12.5, 12.192, 4.0, nan)
    """
    parts = [_metres(part.strip(), unit) for part in text.split(";")]
    return max(parts) if not np.isnan(parts).any() else np.nan


def _metres(text: str, unit: str) -> float:
    if unit and (feet := _FEET_AND_INCHES.fullmatch(text)):
        return (float(feet[1]) + float(feet[2]) / 12.0) * unit_factor("ft", "m")
    match = _NUMBER.fullmatch(text)
    if match is None:
        return np.nan
    number, word = float(match[1].replace(",", ".")), match[2]
    if not unit:
        return number if not word else np.nan
    word = {"'": "ft", "feet": "ft"}.get(word, word)
    try:
        return number * unit_factor(word or unit, "m")
    except ValueError:
        return np.nan


def _candidates(meaning: str, chosen: str | None, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Name and unit of the columns of a table that have a meaning, best first."""
    rows = [row for row in read_reference("citytwin.io", "footprints_columns.csv") if row["meaning"] == meaning]
    if chosen is not None:
        unit = next((row["unit"] for row in rows if fold(row["name"]) == fold(chosen)), rows[0]["unit"])
        yield chosen, unit
        return
    for row in rows:
        name = names.get(fold(row["name"]))
        if name is not None:
            yield name, row["unit"]


def _numbers(column: Attribute, unit: str) -> NDArray[np.float64]:
    """Values (n,) in metres, or as they are where `unit` is "", NaN where there is none."""
    if column.values.dtype == object:
        return np.array([metres(text, unit) if text else np.nan for text in column.as_text().tolist()])
    return column.as_float() * (unit_factor(unit, "m") if unit else 1.0)


def _plain(column: Attribute) -> Iterator[str]:
    """Values as identifiers: whole numbers without a point."""
    for value, missing in zip(column.values.tolist(), column.mask.tolist(), strict=True):
        whole = isinstance(value, float) and value.is_integer()
        yield "" if missing else str(int(value) if whole else value)
