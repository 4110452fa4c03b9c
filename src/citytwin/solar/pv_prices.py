"""Prices of photovoltaics from the user's dated table; the library has none of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from citytwin.errors import CityReadError
from citytwin.model.enums import Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.ragged import freeze_table

if TYPE_CHECKING:
    import pandas as pd

UNITS = {
    "investment": "kWp", "investment_facade": "kWp", "investment_fixed": "building", "operation": "(kWp a)",
    "inverter": "kWp", "inverter_life": "", "electricity_bought": "kWh", "electricity_sold": "kWh",
}  # fmt: skip
"""What each item is a price for; the life of an inverter is in years, ``a``."""

NEEDED = ("investment", "operation", "electricity_bought", "electricity_sold")
SEPARATORS = ",;\t"
COLUMNS = ("item", "value", "unit", "date", "source")


@dataclass(frozen=True, eq=False)
class PvPrices:
    """Prices by item of :data:`UNITS`.

    Parameters
    ----------
    values : mapping of str to float
        In `currency` for each of the units in :data:`UNITS`; years for ``inverter_life``.
    dates : mapping of str to date
    sources : mapping of str to str
    currency : str
    as_of : date
        Day the prices are used for.
    findings : Findings
        Prices that are older than the user allows.
    """

    values: Mapping[str, float]
    dates: Mapping[str, date]
    sources: Mapping[str, str]
    currency: str
    as_of: date
    findings: Findings = field(default_factory=Findings.of, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)


def read_pv_prices(table: pd.DataFrame | str | Path, as_of: date | str, max_age_days: int = 365) -> PvPrices:
    """Prices from a table with columns ``item, value, unit, date, source``.

    Items are ``investment`` (EUR/kWp), ``operation`` (EUR/(kWp a)), ``electricity_bought`` and ``electricity_sold``
    (EUR/kWh); and where they apply ``investment_facade`` (EUR/kWp), ``investment_fixed`` (EUR/building), ``inverter``
    (EUR/kWp, for each replacement) with ``inverter_life`` (a). Any currency of three letters will do, but only one.

    Parameters
    ----------
    table : DataFrame or path of a CSV file
        In a file, columns may be parted by comma, semicolon or tab; numbers have a decimal point.
    as_of : date or ISO text
        Day the prices are used for.
    max_age_days : int
        A price that was that old on the day is a finding.

    Raises
    ------
    CityReadError
        A column or item is missing, unknown or doubled; a value is not a number of at least 0; a unit is another one; a
        price has no source, no date, or one after `as_of`.
    ValueError
        `as_of` is no date, or `max_age_days` is negative.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("investment", 1100, "EUR/kWp"), ("operation", 15, "EUR/(kWp a)"),
    ...         ("electricity_bought", 0.16, "EUR/kWh"), ("electricity_sold", 0.05, "EUR/kWh")]
    >>> table = pd.DataFrame(rows, columns=["item", "value", "unit"]).assign(date="2025-03-01", source="made up")
    >>> read_pv_prices(table, as_of="2025-06-01").values["operation"]
    15.0
    """
    path = None if not isinstance(table, str | Path) else table
    day = _day(as_of)
    if day is None:
        raise ValueError(f"as_of must be a date like 2025-03-01, not {as_of!r}")
    if not max_age_days >= 0:
        raise ValueError(f"max_age_days must not be negative, but is {max_age_days}")
    rows = _rows(table, path)
    values, dates, sources, currencies, old = {}, {}, {}, set(), []
    for number, row in enumerate(rows, start=2):
        line = None if path is None else number
        item = row["item"]
        if item not in UNITS or item in values:
            known = f"items are {', '.join(UNITS)}, each once"
            raise CityReadError(
                f"item {item!r} is {'there twice' if item in values else 'not known'}", path, line, advice=known
            )
        values[item] = _value(row["value"], item, path, line)
        currency = _currency(row["unit"], item, path, line)
        if currency:
            currencies.add(currency)
        if not row["source"]:
            raise CityReadError(f"the price of {item!r} has no source", path, line)
        sources[item] = row["source"]
        dated = _day(row["date"])
        if dated is None:
            raise CityReadError(f"the date of {item!r} must be one like 2025-03-01, not {row['date']!r}", path, line)
        dates[item] = dated
        age = (day - dated).days
        if age < 0:
            raise CityReadError(f"the price of {item!r} is of {dated}, after the day it is used for, {day}", path, line)
        if age > max_age_days:
            old.append(
                f"the price of {item} is of {dated}, {age} days before {day}; at most {max_age_days} are allowed"
            )
    _complete(values, currencies, path)
    findings = Findings.of(Finding(1854, "PV_PRICE_OLD", severity=Severity.WARNING, message=text) for text in old)
    return PvPrices(values, dates, sources, currencies.pop(), day, findings)


def _rows(table: pd.DataFrame | str | Path, path: str | Path | None) -> list[dict[str, str]]:
    """Rows as stripped text."""
    import pandas as pd

    try:
        frame = table if isinstance(table, pd.DataFrame) else _csv(table)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise CityReadError(f"the table of prices cannot be read: {error}", path) from None
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise CityReadError(f"the table of prices has no column {', '.join(missing)}", path)
    text = frame.loc[:, list(COLUMNS)].astype(object)
    text = text.where(text.notna(), "").map(str).map(str.strip)
    return [{str(name): str(cell) for name, cell in row.items()} for row in text.to_dict("records")]


def _csv(path: str | Path) -> pd.DataFrame:
    """Text of a file whose columns are parted by what its first line holds most of."""
    import pandas as pd

    with open(path, encoding="utf-8-sig") as file:
        header = file.readline()
    separator = max(SEPARATORS, key=header.count)
    return pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def _value(text: str, item: str, path: str | Path | None, line: int | None) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not 0.0 <= value < np.inf:
        advice = "Write a decimal point, no comma, and no blanks" if "," in text else ""
        raise CityReadError(
            f"the value of {item!r} must be a number of at least 0, not {text!r}", path, line, advice=advice
        )
    return value


def _currency(unit: str, item: str, path: str | Path | None, line: int | None) -> str:
    """Currency of a unit; empty for the life of an inverter."""
    if item == "inverter_life":
        wanted, found = "a", "" if unit == "a" else None
    else:
        wanted = f"EUR/{UNITS[item]}"
        match = re.fullmatch(r"([A-Z]{3})/" + re.escape(UNITS[item]), unit)
        found = match.group(1) if match else None
    if found is None:
        raise CityReadError(f"the unit of {item!r} must be like {wanted}, not {unit!r}", path, line)
    return found


def _day(value: date | str) -> date | None:
    """Day of a date or of text that begins with one in ISO form; None where it is neither."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _complete(values: Mapping[str, float], currencies: set[str], path: str | Path | None) -> None:
    missing = [item for item in NEEDED if item not in values]
    if missing:
        raise CityReadError(f"the table of prices has no {', '.join(missing)}", path)
    if "inverter" in values and not values.get("inverter_life", 0.0) > 0.0:
        raise CityReadError("the table of prices has inverters without inverter_life", path, advice="Give it in years")
    if len(currencies) > 1:
        raise CityReadError(f"prices are in several currencies: {', '.join(sorted(currencies))}", path)
