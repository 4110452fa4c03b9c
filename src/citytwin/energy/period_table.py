"""Numbers by year of permit and use class, each with its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import Use
from citytwin.model.reference import CONFIDENCE

BASE_USES = tuple(u for u in Use if u not in (Use.UNKNOWN, Use.OTHER))
_RESIDENTIAL = (Use.SMALL_RESIDENTIAL, Use.APARTMENT)


class Cited(NamedTuple):
    """One number and where it comes from.

    Parameters
    ----------
    value : float
    unit, source, licence : str
    year : int
        Of the source.
    confidence : {"high", "medium", "low"}
        Low where the number is an assumption or has not been checked against its source.
    """

    value: float
    unit: str
    source: str
    year: int
    licence: str
    confidence: str


class PeriodTable(NamedTuple):
    """One quantity by year of permit and use class.

    Parameters
    ----------
    edges : float64 array (e,)
        Years at which the value may change, ascending.
    cited : tuple of tuples of Cited
        By use class, then by period (e + 1).
    values : float64 array (10, e + 1)
    confidence : float64 array (10, e + 1)
        0-100.
    """

    edges: NDArray[np.float64]
    cited: tuple[tuple[Cited, ...], ...]
    values: NDArray[np.float64]
    confidence: NDArray[np.float64]


class Permit(NamedTuple):
    """Time of permit of some buildings.

    Parameters
    ----------
    year : float64 array (n,)
    spread : float64 array (n,)
        Standard deviation; where it is not 0 the tables are averaged over the periods by their probability, so that a
        guessed year just behind a change of the code does not decide alone.
    """

    year: NDArray[np.float64]
    spread: NDArray[np.float64]


def at_permit(values: NDArray[np.float64], edges: NDArray[np.float64], permit: Permit) -> NDArray[np.float64]:
    """Values by period (u, e + 1) at the time of permit, (u, n)."""
    known = values[:, np.searchsorted(edges, permit.year, side="right")]
    if not permit.spread.any():
        return known
    from scipy.special import ndtr

    guessed = permit.spread > 0
    before = ndtr((edges[:, None] - permit.year) / np.where(guessed, permit.spread, 1.0))
    chance = np.diff(np.vstack([np.zeros_like(permit.year), before, np.ones_like(permit.year)]), axis=0)
    mean = np.zeros_like(known)
    for period, probability in enumerate(chance):
        mean += values[:, period, None] * probability
    return np.where(guessed, mean, known)


def weighted(
    shares: NDArray[np.float64], values: NDArray[np.float64], uses: Sequence[int] = BASE_USES
) -> NDArray[np.float64]:
    """Mean (n,) with the shares (n, 10) of values by use class, (10,) or (10, n).

    Added up class by class, unlike a matrix product, so that a row's last digits do not depend on the other rows.
    """
    total = np.zeros(len(shares))
    for use in uses:
        total += shares[:, use] * values[use]
    return total


def cited_of(row: Mapping[str, str]) -> Cited:
    """The number of a row with its source."""
    return Cited(float(row["value"]), row["unit"], row["source"], int(row["year"]), row["licence"], row["confidence"])


def closeness(row_use: str, use: Use) -> int:
    """How closely a row's use fits a class: 3 the class itself, 2 its group, 1 all, 0 not at all."""
    group = "residential" if use in _RESIDENTIAL else "non_residential"
    return {use.word: 3, group: 2, "all": 1}.get(row_use, 0)


def period_table(quantity: str, rows: Sequence[Mapping[str, str]]) -> PeriodTable:
    """Table of one quantity; of the rows that cover a period the closest use wins, then the last row."""
    spans = [(float(r["permit_from"] or -np.inf), float(r["permit_to"] or np.inf)) for r in rows]
    for row in rows:
        if row["use"] not in ("all", "residential", "non_residential"):
            Use.from_word(row["use"])
    edges = sorted({edge for span in spans for edge in span if np.isfinite(edge)})
    starts = [-np.inf, *edges]
    no_row = Cited(np.nan, "", "", 0, "", "low")
    cited: list[tuple[Cited, ...]] = []
    for use in Use:
        chosen: list[Cited] = []
        for start in starts:
            fitting = [
                (closeness(row["use"], use), number)
                for number, (row, (first, stop)) in enumerate(zip(rows, spans, strict=True))
                if closeness(row["use"], use) and first <= start < stop
            ]
            if not fitting and use in BASE_USES:
                raise ValueError(f"no value of {quantity} for {use.word} permitted from {start}")
            chosen.append(cited_of(rows[max(fitting)[1]]) if fitting and use in BASE_USES else no_row)
        cited.append(tuple(chosen))
    return PeriodTable(
        np.array(edges),
        tuple(cited),
        np.array([[c.value for c in row] for row in cited]),
        np.array([[CONFIDENCE[c.confidence] for c in row] for row in cited], float),
    )
