"""Lanes: what is computed side by side, a building each, or a building in one draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.period_table import BASE_USES, Permit, at_permit, weighted
from citytwin.energy.refurbishment import COMPONENT
from citytwin.energy.stock import Stock
from citytwin.energy.uncertainty import RENEWED, Deviations, is_imputed
from citytwin.model.buildings import Buildings

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Lanes:
    """Lanes of some buildings, with what the tables, the overrides and the draws say about each.

    Parameters
    ----------
    buildings : Buildings
        Those that are simulated (n).
    stock : Stock
    mode : {"standard", "operated"}
    deviations : mapping of parameter to float64 array (n, draws), or None
        As :func:`~citytwin.energy.uncertainty.draw_deviations` gives them; lanes go through the draws of the first
        building, then the second.
    """

    buildings: Buildings
    stock: Stock
    mode: str
    deviations: Deviations | None = None

    @cached_property
    def building(self) -> NDArray[np.int64]:
        """Building of each lane (m,)."""
        draws = 1 if self.deviations is None else self.deviations["gains"].shape[1]
        return np.repeat(np.arange(len(self.buildings)), draws)

    def __len__(self) -> int:
        return len(self.building)

    def of(self, column: Floats) -> Floats:
        """Values of the buildings (n,) for each lane (m,)."""
        return column[self.building]

    def deviation(self, parameter: str) -> Floats:
        """Factor or difference of each lane (m,); 1 or 0 where there are no draws."""
        if self.deviations is None:
            return np.full(len(self), 1.0 if self.stock.spreads[parameter].relative else 0.0)
        return self.deviations[parameter].reshape(-1)

    @cached_property
    def shares(self) -> Floats:
        """Shares of the uses that have tables (m, uses)."""
        return self.stock.shares(self.buildings.use_shares)[self.building]

    @cached_property
    def permit(self) -> Permit:
        """Time of permit of each lane; a draw has one, a central lane the spread of what is imputed."""
        central = central_permit(self.buildings, self.stock)
        spread = np.zeros(len(self)) if self.deviations else central.spread
        return Permit(central.year[self.building] + self.deviation("year_built"), spread)

    @cached_property
    def main_use(self) -> NDArray[np.int64]:
        """Use class of the largest share (m,), one of those that have tables."""
        base = np.array(BASE_USES)
        return base[np.argmax(self.shares[:, base], axis=1)]

    def aged(self, name: str) -> Floats:
        """Value of a quantity at the time of permit (m,), refurbishment since then included.

        A draw has been renewed or not, a central lane has the expectation over both; see
        :mod:`citytwin.energy.refurbishment`.
        """
        if name not in self._aged:
            self._aged[name] = self._at_age(name)
        return self._aged[name]

    @cached_property
    def _aged(self) -> dict[str, Floats]:
        return {}

    def as_built(self, name: str) -> Floats:
        """Value of a quantity at the time of permit (m,), without refurbishment."""
        return self.stock.by_period(name, self.shares, self.permit)

    def _at_age(self, name: str) -> Floats:
        refurbished = self.stock.refurbished(self.mode)
        if not (refurbished and name in COMPONENT and self.deviations and RENEWED + COMPONENT[name] in self.deviations):
            return self.stock.by_period(name, self.shares, self.permit, refurbished)
        table = self.stock.refurbishment.renewed[name]
        renewed = weighted(self.shares, at_permit(table.values, table.edges, self.permit))
        return np.where(self.renewed(COMPONENT[name]), renewed, self.as_built(name))

    def renewed(self, component: str) -> NDArray[np.bool_]:
        """Whether windows, facade or roof of each draw have been renewed (m,).

        Draw d of a building has the same random number whatever is simulated beside it.
        """
        assert self.deviations is not None
        chance = self.stock.refurbishment.probability(component, self.shares, self.permit)
        return self.deviations[RENEWED + component].reshape(-1) < chance

    def newest(self, name: str) -> Floats:
        """Value of a quantity as it is built today (m,)."""
        return self.stock.by_period(name, self.shares, Permit(np.full(len(self), np.inf), np.zeros(len(self))))

    def by_use(self, name: str) -> Floats:
        """Value of a quantity that goes by use (m,)."""
        return weighted(self.shares, self.stock.by_use(name, self.mode))

    def override(self, name: str) -> Floats:
        """What a register or scenario gives (m,), NaN where nothing."""
        return self.buildings.override(name)[self.building]

    def chosen(self, name: str, otherwise: Callable[[str], Floats] | None = None) -> Floats:
        """What a register or scenario gives (m,), else the tables: by time of permit, or as `otherwise` says."""
        given = self.override(name)
        return np.where(np.isnan(given), (otherwise or self.aged)(name), given)

    @cached_property
    def floor_area(self) -> Floats:
        """Heated net floor area (m,), m2."""
        return self.of(self.buildings.heated_floor_area) * self.deviation("floor_area")


def central_permit(buildings: Buildings, stock: Stock) -> Permit:
    """Time of permit of each building, with the spread of the year of completion where that is imputed or missing."""
    spread = np.where(is_imputed(buildings, "year_built"), stock.spreads["year_built"].sd_imputed, 0.0)
    return stock.permit(stock.shares(buildings.use_shares), buildings.year_built, spread)
