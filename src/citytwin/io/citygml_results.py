"""Results of buildings as the generic attributes and energy demands that are added to a CityGML document."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.io._losses import Losses
from citytwin.io._xml_text import legal

if TYPE_CHECKING:
    import pandas as pd

KEY = "building_id"
UNITS = {
    "kwh_m2": "kWh/m2",
    "kwh_m3": "kWh/m3",
    "kwh": "kWh",
    "mwh": "MWh",
    "kw": "kW",
    "kh": "Kh",
    "kg": "kg",
    "m2": "m2",
    "m3": "m3",
    "m": "m",
}
"""Unit of a column by the end of its name, a year behind it left aside."""

END_USES = {
    "heating_kwh": "spaceHeating",
    "hot_water_kwh": "domesticHotWater",
    "cooling_kwh": "spaceCooling",
    "electricity_kwh": "electricalAppliances",
}
"""End use of the Energy ADE for each monthly result."""

_SUFFIX = re.compile(rf"(?:^|_)({'|'.join(UNITS)})(?:_\d{{4}})?\Z")
_MONTHS = 12


class Value(NamedTuple):
    """One attribute: name, type as generic attributes have it, text, unit or ""."""

    name: str
    type: str
    text: str
    unit: str


class Demand(NamedTuple):
    """Energy for one end use by month, kWh."""

    end_use: str
    months: list[float]


@dataclass(frozen=True)
class Results:
    """Values to be written, by building.

    Parameters
    ----------
    row : mapping
        Row of each identifier.
    columns : list of (name, type, unit, values)
        Object array of Python values, None where there is none.
    demands : mapping
        Rows (n, 12) of each end use, and the row of each identifier.
    losses : Losses
    """

    row: Mapping[str, int]
    columns: list[tuple[str, str, str, NDArray[np.object_]]]
    demands: Mapping[str, tuple[Mapping[str, int], NDArray[np.float64]]] = field(default_factory=dict)
    losses: Losses = field(default_factory=Losses)

    @property
    def identifiers(self) -> set[str]:
        """All buildings there is something about."""
        return set(self.row).union(*(rows for rows, _ in self.demands.values()))

    def attributes(self, identifier: str) -> Iterator[Value]:
        """Attributes of one building, those without a value left out."""
        row = self.row.get(identifier)
        if row is None:
            return
        for name, kind, unit, values in self.columns:
            value = values[row]
            if value is None:
                continue
            if isinstance(value, float) and not math.isfinite(value):
                self.losses.add("RESULT_LEFT_OUT", f"{name} of {identifier} is {value}")
                continue
            yield Value(legal(name, self.losses), kind, legal(_text(value), self.losses), unit)

    def energy(self, identifier: str) -> Iterator[Demand]:
        """Monthly demands of one building."""
        for end_use, (rows, table) in self.demands.items():
            row = rows.get(identifier)
            if row is None:
                continue
            months = table[row]
            if np.isfinite(months).all():
                yield Demand(end_use, months.tolist())
            else:
                self.losses.add("RESULT_LEFT_OUT", f"{end_use} of {identifier} has months without a number")


def results_of(results: Any, units: Mapping[str, str] | None, energy_ade: bool | Mapping[str, Any]) -> Results:
    """Results as :func:`citytwin.write_back` takes them.

    Raises
    ------
    ValueError
        An identifier stands twice, there is no column, or a monthly table has not 12 columns.
    TypeError
        `results` is neither a table nor an assessment, or has no monthly demand although it is asked for.
    """
    table = results if hasattr(results, "columns") else results.table() if hasattr(results, "table") else None
    if table is None:
        raise TypeError(f"results must be a DataFrame or an Assessment, not {type(results).__name__}")
    if KEY in table.columns:
        table = table.set_index(KEY)
    row = _rows(table)
    names = [str(name) for name in table.columns]
    unknown = [name for name in units or () if name not in names]
    if unknown:
        raise ValueError(f"units name {unknown[0]!r}, which is no column; there are {', '.join(names)}")
    columns = [_column(name, table.iloc[:, place], (units or {}).get(name)) for place, name in enumerate(names)]
    demands: dict[str, tuple[Mapping[str, int], NDArray[np.float64]]] = {}
    if energy_ade is True:
        demand = getattr(results, "demand", None)
        if demand is None:
            raise TypeError("energy_ade=True needs an Assessment; for a table pass a mapping of end use to months")
        rows = {str(name): place for place, name in enumerate(demand.building)}
        demands = {end_use: (rows, demand.monthly(name)) for name, end_use in END_USES.items()}
    elif energy_ade:
        demands = {end_use: _months(end_use, months) for end_use, months in energy_ade.items()}
    if not columns and not demands:
        raise ValueError("the results have no columns")
    return Results(row, columns, demands)


def _rows(table: pd.DataFrame) -> dict[str, int]:
    ids = [str(name) for name in table.index]
    row = {name: place for place, name in enumerate(ids)}
    if len(row) < len(ids):
        twice = next(name for place, name in enumerate(ids) if row[name] != place)
        raise ValueError(f"the results have two rows for {twice!r}")
    return row


def _months(end_use: str, months: pd.DataFrame) -> tuple[dict[str, int], NDArray[np.float64]]:
    table = months.set_index(KEY) if KEY in months.columns else months
    if table.shape[1] != _MONTHS:
        raise ValueError(f"the demand for {end_use} must have {_MONTHS} columns, not {table.shape[1]}")
    return _rows(table), table.to_numpy(np.float64)


def _column(name: str, column: pd.Series, unit: str | None) -> tuple[str, str, str, NDArray[np.object_]]:
    from pandas.api import types

    if types.is_bool_dtype(column.dtype):
        kind = "string"
    elif types.is_integer_dtype(column.dtype):
        kind = "int"
    elif types.is_float_dtype(column.dtype):
        kind = "double"
    elif types.is_datetime64_any_dtype(column.dtype):
        kind = "date"
    else:
        kind = "string"
    if kind in ("int", "double"):
        suffix = _SUFFIX.search(name.lower())
        unit = unit if unit is not None else UNITS[suffix[1]] if suffix else ""
        kind = "measure" if unit else kind
    values = column.astype(object).where(column.notna(), None).to_numpy(object)
    return name, kind, unit or "", values


def _text(value: Any) -> str:
    """A value in the spelling of XML Schema."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        return repr(float(value))
    if isinstance(value, int | np.integer):
        return str(int(value))
    return value.date().isoformat() if hasattr(value, "date") else str(value)
