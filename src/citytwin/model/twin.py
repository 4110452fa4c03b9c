"""Twin: everything one assessment needs, and the changes an alternative makes to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from citytwin.model.buildings import Buildings
from citytwin.model.city import CityModel
from citytwin.model.enums import Source
from citytwin.model.findings import Findings
from citytwin.model.weather import Weather

if TYPE_CHECKING:
    from citytwin.model.network import Network


@dataclass(frozen=True)
class Change:
    """New values of one column of some buildings.

    Parameters
    ----------
    column : str
        Column of :class:`Buildings`, or one of its overrides.
    value : float
        Code or number.
    buildings : tuple of str
        Building ids.
    measure : str
        Name of the measure that makes the change.
    """

    column: str
    value: float
    buildings: tuple[str, ...]
    measure: str


@dataclass(frozen=True)
class RoofPv:
    """Photovoltaics on the roof faces of some buildings.

    Parameters
    ----------
    buildings : tuple of str
    min_irradiation : float
        Roof faces with less annual irradiation stay free, kWh/(m2 a).
    usable_share : float
        Share of a face's area that modules cover.
    measure : str
    """

    buildings: tuple[str, ...]
    min_irradiation: float
    usable_share: float
    measure: str


@dataclass(frozen=True, eq=False)
class Twin:
    """A city, its weather and the measures applied to it.

    Parameters
    ----------
    city : CityModel
    weather : Weather
    mesh : None
        Reserved for the reality mesh.
    context : CityModel, optional
        Neighbours that shade and share walls but are not assessed.
    network : Network, optional
    stock : mapping, optional
        Overrides of the stock tables by section, see :func:`citytwin.energy.stock.load_stock`.
    factors : table, optional
        Emission factors, default :func:`citytwin.emissions.load_factors`.
    name : str
        Of the alternative.
    changes, pv : tuples
        Measures applied so far, in order.
    findings : Findings
        Of applying them.
    """

    city: CityModel
    weather: Weather
    mesh: None = None
    network: Network | None = None
    stock: Any = None
    factors: Any = None
    context: CityModel | None = None
    name: str = "today"
    changes: tuple[Change, ...] = ()
    pv: tuple[RoofPv, ...] = ()
    findings: Findings = field(default_factory=Findings.of)

    def buildings(self) -> Buildings:
        """Buildings of the city with the changes applied, latest last."""
        buildings = self._with_status(self.city.buildings(self.context))
        for change in self.changes:
            if change.column != "status":
                column = np.full(len(buildings), np.nan)
                column[buildings.rows_of(change.buildings)] = change.value
                buildings = buildings.with_columns(Source.SCENARIO, 95, **{change.column: column})
        return buildings

    def _with_status(self, buildings: Buildings) -> Buildings:
        """Buildings derived anew where a change of status builds or removes neighbours."""
        status = buildings.status.copy()
        for change in self.changes:
            if change.column == "status":
                status[buildings.rows_of(change.buildings)] = int(change.value)
        if (status == buildings.status).all():
            return buildings
        from citytwin.model.derive import derive_buildings

        return derive_buildings(self.city, context=self.context, status=status)

    def with_changes(
        self,
        name: str,
        changes: tuple[Change, ...] = (),
        pv: tuple[RoofPv, ...] = (),
        findings: Findings | None = None,
    ) -> Twin:
        """A new twin with more measures."""
        found = self.findings if findings is None else self.findings + findings
        return replace(self, name=name, changes=self.changes + changes, pv=self.pv + pv, findings=found)
