"""Assessments beside each other: what an alternative changes and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from citytwin.scenario.costs import Investment, investment, quantities

if TYPE_CHECKING:
    import pandas as pd

    from citytwin.run.assessment import Assessment
    from citytwin.scenario.alternatives import Costs

COMPARED = (
    "buildings_simulated", "heated_floor_area_m2", "heating_kwh", "heating_kwh_m2", "hot_water_kwh",
    "electricity_kwh", "cooling_kwh", "heating_peak_kw", "heat_peak_kw", "overheating_kh", "overheated_buildings",
    "roof_irradiation_kwh", "pv_kwp", "pv_kwh",
)  # fmt: skip
SUMS = ("heating_kwh", "hot_water_kwh", "electricity_kwh", "cooling_kwh")


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
