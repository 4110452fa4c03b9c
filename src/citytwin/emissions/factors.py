"""Emission factors as series: carrier, area, years, method of allocation and source belong to every number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np

from citytwin.model.reference import CONFIDENCE, read_reference

METHODS = ("benefit", "energy", "reported")
GASES = ("CO2e", "CO2")


class Factor(NamedTuple):
    """Factor of one year.

    Parameters
    ----------
    value : float
        g per delivered kWh.
    confidence : int
        0-100; low where the nearest year of the series was held.
    held_from : int
        Year of the series that was held, 0 where the year lies within the series.
    """

    value: float
    confidence: int
    held_from: int


@dataclass(frozen=True)
class FactorSeries:
    """Emission factors of one carrier over time.

    Parameters
    ----------
    carrier : str
        Word of a delivered carrier.
    area : str
    method : {"benefit", "energy", "reported", "any"}
        Allocation of combined heat and power; "any" where none is involved, as in combustion on site.
    gas : {"CO2e", "CO2"}
    years : tuple of int
        Ascending.
    values : tuple of float
        g per delivered kWh.
    source : str
    confidence : {"high", "medium", "low"}

    Raises
    ------
    ValueError
        Years do not ascend or do not match the values, a value is not a number of at least 0, a word is unknown, or
        there is no source.

    Examples
    --------
    >>> grid = FactorSeries("electricity", "Finland", "benefit", "CO2e", (2020, 2030), (153.0, 89.0), "co2data.fi 2022")
    >>> grid.at(2025)
    Factor(value=121.0, confidence=70, held_from=0)
    """

    carrier: str
    area: str
    method: str
    gas: str
    years: tuple[int, ...]
    values: tuple[float, ...]
    source: str
    confidence: str = "medium"

    def __post_init__(self) -> None:
        what = f"series of {self.carrier} in {self.area}"
        if not self.source:
            raise ValueError(f"{what} has no source: say where the factors come from")
        if self.method not in (*METHODS, "any") or self.gas not in GASES or self.confidence not in CONFIDENCE:
            raise ValueError(
                f"{what}: unknown method, gas or confidence {self.method!r}, {self.gas!r}, {self.confidence!r}"
            )
        if not self.years or len(self.years) != len(self.values) or any(a >= b for a, b in pairwise(self.years)):
            raise ValueError(f"{what}: years must ascend and go with the values, not {self.years}")
        if not all(np.isfinite(self.values)) or min(self.values) < 0:
            raise ValueError(f"{what}: factors must be numbers of at least 0, not {self.values}")

    def at(self, year: int) -> Factor:
        """Factor of a year: linear between the years of the series, the nearest one held beyond them."""
        held = self.years[0] if year < self.years[0] else self.years[-1] if year > self.years[-1] else 0
        value = float(np.interp(year, self.years, self.values))
        return Factor(value, CONFIDENCE["low"] if held else CONFIDENCE[self.confidence], held)


@dataclass(frozen=True)
class EmissionFactors:
    """Series to account with.

    Parameters
    ----------
    series : tuple of FactorSeries
        Several of one carrier and method are segments that must not be drawn across: the method broke between them.
    """

    series: tuple[FactorSeries, ...]

    def with_series(self, *series: FactorSeries) -> EmissionFactors:
        """The same with the given series in place of those of the same carrier and method."""
        replaced = {(s.carrier, s.method) for s in series}
        kept = tuple(s for s in self.series if (s.carrier, s.method) not in replaced)
        return EmissionFactors(kept + series)

    def find(self, carrier: str, method: str, years: Sequence[int]) -> FactorSeries:
        """The one series that covers some years of a carrier.

        Raises
        ------
        ValueError
            There is none, or the years lie on both sides of a break in method.
        """
        segments = sorted((s for s in self.series if s.carrier == carrier and s.method in (method, "any")), key=_first)
        if not segments:
            there = sorted({s.method for s in self.series if s.carrier == carrier})
            raise ValueError(
                f"no factors of {carrier} by method {method!r}"
                + (f", only {', '.join(there)}; methods are not mixed in one account" if there else "")
                + ": add a series with EmissionFactors.with_series, or leave the carrier out with carriers=(...)"
            )
        used = {max([s for s in segments if s.years[0] <= year] or segments[:1], key=_first) for year in years}
        if len(used) > 1:
            breaks = ", ".join(str(s.years[0]) for s in segments[1:])
            raise ValueError(
                f"the factors of {carrier} in {segments[0].area} are not comparable across {breaks}, where the method "
                "of the source changed: account for the years on each side apart"
            )
        return used.pop()


def _first(series: FactorSeries) -> int:
    return series.years[0]


def load_factors(area: str = "Finland") -> EmissionFactors:
    """Shipped series of an area.

    ``Finland`` holds the national averages of district heat and electricity by the benefit and the energy method and
    fuels burnt on site (co2data.fi, CO2e, life cycle). ``Helsinki`` holds what Helen reports for its district heat:
    CO2, not CO2e, in two segments, because the method changed in 2019.

    Parameters
    ----------
    area : {"Finland", "Helsinki"}

    Returns
    -------
    EmissionFactors

    Raises
    ------
    ValueError
        No series of that area.

    Examples
    --------
    >>> load_factors().find("district_heat", "benefit", [2025]).at(2025).value
    130.5
    """
    table = _shipped()
    if area not in table:
        raise ValueError(f"no emission factors of {area!r}; there are {', '.join(sorted(table))}")
    return EmissionFactors(table[area])


@cache
def _shipped() -> dict[str, tuple[FactorSeries, ...]]:
    """Series by area; consecutive rows of one source are one series."""
    rows = read_reference(__package__, "factors_fi.csv")
    found: dict[str, list[FactorSeries]] = {}
    for key, group in groupby(rows, lambda r: tuple(r[c] for c in ("carrier", "area", "method", "gas", "source"))):
        points = list(group)
        carrier, area, method, gas, source = key
        series = FactorSeries(
            carrier,
            area,
            method,
            gas,
            tuple(int(p["year"]) for p in points),
            tuple(float(p["value"]) for p in points),
            f"{source}, {points[0]['source_year']}",
            points[0]["confidence"],
        )
        found.setdefault(area, []).append(series)
    return {area: tuple(series) for area, series in found.items()}
