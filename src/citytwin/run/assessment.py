"""Assessment: everything one run found out about a twin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance

if TYPE_CHECKING:
    import pandas as pd

    from citytwin.model.buildings import Buildings
    from citytwin.model.demand import EnergyDemand
    from citytwin.model.emissions import Emissions
    from citytwin.model.irradiation import Irradiation
    from citytwin.model.pv import PvYield
    from citytwin.model.twin import Twin


@dataclass(frozen=True, eq=False)
class Assessment:
    """Results of one twin, built by :func:`citytwin.assess`.

    Parameters
    ----------
    twin : Twin
    buildings : Buildings
        With the changes of the twin applied; planned and excluded ones are rows too.
    irradiation : Irradiation
    pv : PvYield or None
        None where the twin has no photovoltaics.
    demand : EnergyDemand
        Of the simulated buildings.
    emissions : Emissions
        By both allocation methods; totals use :data:`citytwin.run.kpis.METHOD`.
    findings : Findings
        Of reader, derivation and weather.
    provenance : Provenance
    years : tuple of int
        Years emissions are accounted for.
    """

    twin: Twin
    buildings: Buildings
    irradiation: Irradiation
    pv: PvYield | None
    demand: EnergyDemand
    emissions: Emissions
    findings: Findings
    provenance: Provenance
    years: tuple[int, ...]

    def __repr__(self) -> str:
        return f"Assessment({self.name!r}, {len(self.demand.building)} of {len(self.buildings)} buildings simulated)"

    @property
    def name(self) -> str:
        """Of the alternative."""
        return self.twin.name

    @cached_property
    def kpis(self) -> pd.DataFrame:
        """Figures of the district: columns ``kpi``, ``value``, ``unit``, ``low`` (P10), ``high`` (P90), ``basis``."""
        from citytwin.run.kpis import district_kpis

        return district_kpis(self)

    @cached_property
    def _kpi_values(self) -> dict[str, float]:
        return dict(zip(self.kpis["kpi"], self.kpis["value"].astype(float), strict=True))

    def kpi(self, name: str) -> float:
        """Value of one figure of :attr:`kpis`.

        Raises
        ------
        KeyError
            There is no figure of that name.
        """
        return self._kpi_values[name]

    def table(self) -> pd.DataFrame:
        """One row a building, sorted by ``building_id``, with the columns of ``buildings.parquet`` but the geometry.

        Results are NaN for buildings that are not simulated; ``excluded_because`` says why.
        """
        from citytwin.run.building_table import building_table

        return building_table(self)

    def publish(self, directory: str | Path) -> list[Path]:
        """Write tables, maps, report, picture and ``run.json``; see :func:`citytwin.publish.publish_assessment`.

        The one call from this floor to a higher one, made when it is asked for.

        Raises
        ------
        OutputError
            The folder cannot be written.
        """
        from citytwin.publish import publish_assessment

        return publish_assessment(self, directory)
