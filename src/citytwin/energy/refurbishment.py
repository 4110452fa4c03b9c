"""Refurbishment as a probability: what has been renewed since a building was permitted is seldom known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.period_table import Cited, PeriodTable, Permit, at_permit, period_table, weighted
from citytwin.model.enums import Use
from citytwin.model.reference import CONFIDENCE

COMPONENT = {"u_window": "window", "g_perpendicular": "window", "u_wall": "facade", "u_roof": "roof"}
"""Quantities by year of permit that a refurbishment changes, and the component it renews."""
COMPONENTS = tuple(dict.fromkeys(COMPONENT.values()))


@dataclass(frozen=True, eq=False)
class Refurbishment:
    """Probable states of refurbishment. Made by :func:`build_refurbishment`.

    Parameters
    ----------
    chance : mapping of component to PeriodTable
        Probability by use and year of permit that windows, facade or roof have been renewed.
    expected, renewed : mapping of quantity to PeriodTable
        Of the quantities in :data:`COMPONENT`: the expectation over both states, and the value where renewed.
    """

    chance: Mapping[str, PeriodTable]
    expected: Mapping[str, PeriodTable]
    renewed: Mapping[str, PeriodTable]

    def probability(self, component: str, shares: NDArray[np.float64], permit: Permit) -> NDArray[np.float64]:
        """Probability (n,) that a component has been renewed.

        Parameters
        ----------
        component : {"window", "facade", "roof"}
        shares : float64 array (n, 10)
        permit : Permit
            Of n buildings.

        Raises
        ------
        ValueError
            Unknown component.

        Examples
        --------
        >>> import numpy as np
        >>> from citytwin.energy.period_table import Permit
        >>> from citytwin.energy.stock import load_stock
        >>> flats = np.eye(10)[[2, 2]]
        >>> load_stock().refurbishment.probability("window", flats, Permit(np.array([1968.0, 2020.0]), np.zeros(2)))
        array([0.7, 0. ])
        """
        if component not in self.chance:
            raise ValueError(f"no component {component!r}; there are {', '.join(self.chance)}")
        table = self.chance[component]
        return weighted(shares, at_permit(table.values, table.edges, permit))


def build_refurbishment(
    rows: Sequence[Mapping[str, str]], periods: Mapping[str, PeriodTable], reference_year: float
) -> Refurbishment:
    """Tables by year of permit from those by age.

    Age is counted from the permit to the reference year. A component that is renewed gets the value of the table, or
    keeps its own where that is better. Expectations are those over both states in each period, so that a spread of the
    year of permit averages them together.

    Parameters
    ----------
    rows : rows of ``refurbishment_fi.csv``
    periods : mapping of quantity to PeriodTable
        As built.
    reference_year : float

    Raises
    ------
    ValueError
        A quantity or component without rows, or a probability outside 0 to 1.
    """

    def by_permit(row: Mapping[str, str]) -> dict[str, str]:
        first, last = row["age_from"], row["age_to"]
        return {
            **row,
            "permit_from": str(reference_year - float(last)) if last else "",
            "permit_to": str(reference_year - float(first)) if first else "",
        }

    def table(quantity: str) -> PeriodTable:
        own = [by_permit(row) for row in rows if row["quantity"] == quantity]
        return period_table(f"refurbishment of {quantity}", own)

    chance = {component: table(component) for component in COMPONENTS}
    for component, found in chance.items():
        values = np.nan_to_num(found.values)
        if ((values < 0) | (values > 1)).any():
            raise ValueError(f"probability that a {component} is renewed must be from 0 to 1")
    expected, renewed = {}, {}
    for quantity, component in COMPONENT.items():
        expected[quantity], renewed[quantity] = _two_states(periods[quantity], table(quantity), chance[component])
    return Refurbishment(chance, expected, renewed)


def _two_states(built: PeriodTable, put_in: PeriodTable, chance: PeriodTable) -> tuple[PeriodTable, PeriodTable]:
    """Expectation over both states, and the renewed state, with the edges of all three tables."""
    edges = np.unique(np.concatenate([built.edges, put_in.edges, chance.edges]))
    starts = np.append(-np.inf, edges)

    def spread(table: PeriodTable) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        column = np.searchsorted(table.edges, starts, side="right")
        return table.values[:, column], column

    (as_built, column), (new, new_column), (probability, _) = (spread(t) for t in (built, put_in, chance))
    better = np.fmin(as_built, new)
    mean = as_built + probability * (better - as_built)
    pairs = []
    for values in (mean, better):
        cited = tuple(
            tuple(
                _joined(built.cited[use][a], put_in.cited[use][b], values[use, k])
                for k, (a, b) in enumerate(zip(column, new_column, strict=True))
            )
            for use in Use
        )
        confidence = np.array([[CONFIDENCE[c.confidence] for c in row] for row in cited], float)
        pairs.append(PeriodTable(edges, cited, values, confidence))
    return pairs[0], pairs[1]


def _joined(built: Cited, put_in: Cited, value: float) -> Cited:
    """The number as built where refurbishment changes nothing, else one that names both sources."""
    if value == built.value or np.isnan(value):
        return built
    return Cited(value, built.unit, f"{built.source}; {put_in.source}", put_in.year, put_in.licence, put_in.confidence)
