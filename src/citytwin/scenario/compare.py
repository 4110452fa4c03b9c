"""Assessments beside each other: what an alternative changes and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from citytwin.run.kpis import HIGH, LOW, pv_own_use
from citytwin.scenario.costs import Investment, investment, quantities

if TYPE_CHECKING:
    import pandas as pd

    from citytwin.run.assessment import Assessment
    from citytwin.scenario.alternatives import Costs

COMPARED = (
    "buildings_simulated", "heated_floor_area_m2", "heating_kwh", "heating_kwh_m2", "hot_water_kwh",
    "electricity_kwh", "cooling_kwh", "heating_peak_kw", "heat_peak_kw", "heating_peak_sum_kw",
    "electricity_peak_kw", "overheating_kh", "overheated_buildings", "roof_irradiation_kwh", "pv_kwp", "pv_kwh",
    "pv_own_use_kwh",
)  # fmt: skip
"""Figures compared, besides emissions and money."""


class Row(NamedTuple):
    """One figure of one alternative."""

    alternative: str
    kpi: str
    unit: str
    value: float
    low: float
    high: float
    difference: float
    difference_low: float
    difference_high: float
    relative: float
    decided_by_low_confidence: bool


@dataclass(frozen=True, eq=False)
class Comparison:
    """Assessments compared with the first of them, built by :func:`compare`.

    Parameters
    ----------
    assessments : tuple of Assessment
    costs : Costs or None
    """

    assessments: tuple[Assessment, ...]
    costs: Costs | None = None

    def __repr__(self) -> str:
        return f"Comparison({', '.join(repr(a.name) for a in self.assessments)})"

    @cached_property
    def investments(self) -> dict[str, Investment]:
        """Cost of the measures by alternative; empty without a cost table."""
        if self.costs is None:
            return {}
        return {
            a.name: investment(quantities(a.twin, a.buildings, a.demand, a.pv), self.costs) for a in self.assessments
        }

    @cached_property
    def table(self) -> pd.DataFrame:
        """Figures by alternative.

        Columns ``alternative``, ``kpi``, ``unit``, ``value``, ``low`` and ``high`` (P10, P90), ``difference`` to the
        first assessment with ``difference_low`` and ``difference_high``, ``relative`` (difference over the first
        value), and ``decided_by_low_confidence``: True where the band of the difference holds zero, so that what is
        assumed rather than known decides which alternative is better.
        """
        import pandas as pd

        rows = [row for assessment in self.assessments for row in self._rows(assessment)]
        return pd.DataFrame(rows, columns=list(Row._fields))

    def to_pandas(self) -> pd.DataFrame:
        """The same as :attr:`table`."""
        return self.table

    @cached_property
    def _units(self) -> dict[str, str]:
        """Unit of each compared figure that any of the assessments has, in order."""
        units: dict[str, str] = {}
        for assessment in self.assessments:
            units |= dict(zip(assessment.kpis["kpi"], assessment.kpis["unit"], strict=True))
        totals = [name for name in units if name.startswith("co2e_kg_")]
        return {name: units[name] for name in [*COMPARED, *totals] if name in units}

    def _rows(self, assessment: Assessment) -> list[Row]:
        """A figure that an assessment does not have is 0, as the yield of photovoltaics it does not have."""
        first = self.assessments[0]
        table, base = assessment.kpis.set_index("kpi"), first.kpis.set_index("kpi")
        rows = []
        for kpi, unit in self._units.items():
            value = float(table["value"].get(kpi, 0.0))
            before = float(base["value"].get(kpi, 0.0))
            low, high = (float(table[side].get(kpi, np.nan)) for side in ("low", "high"))
            rows.append(_row(assessment.name, kpi, unit, value, before, (low, high), self._band(kpi, assessment)))
        if self.costs is not None:
            currency, none = self.costs.currency, (np.nan, np.nan)
            spent = self.investments[assessment.name].amount
            rows.append(_row(assessment.name, "investment", currency, spent, 0.0, none, none))
            bill, before = energy_bill(assessment, self.costs), energy_bill(first, self.costs)
            rows.append(_row(assessment.name, "energy_bill", f"{currency}/a", bill, before, none, none))
        return rows

    def _band(self, kpi: str, assessment: Assessment) -> tuple[float, float]:
        """P10 and P90 of the difference to the first assessment, draw by draw."""
        ours, theirs = assessment.drawn_kpis.get(kpi), self.assessments[0].drawn_kpis.get(kpi)
        if ours is None or theirs is None:
            return np.nan, np.nan
        n = min(len(ours), len(theirs))
        low, high = np.quantile(ours[:n] - theirs[:n], (LOW, HIGH))
        return float(low), float(high)


def _row(
    name: str,
    kpi: str,
    unit: str,
    value: float,
    before: float,
    band: tuple[float, float],
    change_band: tuple[float, float],
) -> Row:
    difference = value - before
    undecided = difference != 0 and change_band[0] <= 0 <= change_band[1]
    relative = difference / before if before else np.nan
    return Row(name, kpi, unit, value, *band, difference, *change_band, relative, bool(undecided))


def energy_bill(assessment: Assessment, costs: Costs) -> float:
    """Cost of the energy delivered in a year, currency of the cost table; NaN where a delivered carrier has no price.

    Solar electricity saves what the district uses in the same hour; what is left over earns nothing.

    Parameters
    ----------
    assessment : Assessment
    costs : Costs
    """
    if unpriced_carriers(assessment, costs):
        return np.nan
    return sum(energy * getattr(costs.energy_kwh, carrier) for carrier, energy in _bought(assessment).items())


def unpriced_carriers(assessment: Assessment, costs: Costs) -> tuple[str, ...]:
    """Carriers that are delivered and have no price."""
    return tuple(carrier for carrier in _bought(assessment) if getattr(costs.energy_kwh, carrier) is None)


def _bought(assessment: Assessment) -> dict[str, float]:
    """Energy bought by carrier, kWh a year; without carriers nothing is bought of."""
    demand = assessment.demand
    energy = {carrier: float(demand.delivered(carrier).sum()) for carrier in demand.delivered_carriers}
    energy["electricity"] -= pv_own_use(assessment)
    return {carrier: amount for carrier, amount in energy.items() if amount > 0}


def compare(assessments: Sequence[Assessment], costs: Costs | None = None) -> Comparison:
    """Compare assessments with the first of them.

    Parameters
    ----------
    assessments : sequence of Assessment
        At least two, of the same use and years, with different names.
    costs : Costs, optional
        Adds investment and energy bill, see :func:`citytwin.scenario.load_costs`.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        There are fewer than two, or they do not go together.

    Examples
    --------
    >>> import citytwin as ct
    >>> from citytwin.scenario.alternatives import Alternative, Retrofit
    >>> today = ct.Twin(ct.synthetic.city(2, seed=1), ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals()))
    >>> better = ct.scenario.apply(today, Alternative("windows", retrofit=(Retrofit(u_window=0.6),)))
    >>> comparison = ct.compare([ct.assess(twin, draws=0) for twin in (today, better)])
    >>> table = comparison.table.set_index(["alternative", "kpi"])
    >>> bool(table.loc[("windows", "heating_kwh"), "difference"] < 0)
    True
    """
    found = tuple(assessments)
    if len(found) < 2:
        raise ValueError("compare needs at least two assessments")
    names = [assessment.name for assessment in found]
    if len(set(names)) < len(names):
        raise ValueError(f"assessments need different names, not {names}")
    bases = {(assessment.demand.use, assessment.years) for assessment in found}
    if len(bases) > 1:
        raise ValueError(f"assessments differ in use or years: {sorted(bases)}")
    return Comparison(found, costs)
