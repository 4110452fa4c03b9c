"""Assessment: everything one run found out about a twin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance

if TYPE_CHECKING:
    import geopandas as gpd
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
        By both methods of allocation; totals use :data:`citytwin.run.building_table.METHOD`.
    findings : Findings
        Of every stage.
    provenance : Provenance
    """

    twin: Twin
    buildings: Buildings
    irradiation: Irradiation
    pv: PvYield | None
    demand: EnergyDemand
    emissions: Emissions
    findings: Findings
    provenance: Provenance

    def __repr__(self) -> str:
        return f"Assessment({self.name!r}, {len(self.demand.building)} of {len(self.buildings)} buildings simulated)"

    @property
    def name(self) -> str:
        """Of the alternative."""
        return self.twin.name

    @property
    def years(self) -> tuple[int, ...]:
        """Years emissions are accounted for."""
        return tuple(self.emissions.years)

    @cached_property
    def kpis(self) -> pd.DataFrame:
        """Figures of the district.

        Columns ``kpi``, ``value``, ``unit``, ``low`` (P10), ``median`` (P50), ``high`` (P90) and ``basis``. `value` is
        computed with every input at its central value; it need not be the median, and where the spread of an input is
        lopsided it may lie outside the band.
        """
        from citytwin.run.kpis import district_kpis

        return district_kpis(self)

    @cached_property
    def drawn_kpis(self) -> dict[str, NDArray[np.float64]]:
        """Figures in each draw, by name of the figures that have a band; see :func:`citytwin.run.kpis.drawn_kpis`."""
        from citytwin.run.kpis import drawn_kpis

        return drawn_kpis(self)

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

    def to_geopandas(self) -> gpd.GeoDataFrame:
        """The rows of :meth:`table` with footprints, in the CRS of the city."""
        table = self.table()
        return self.buildings.locate(table, table["building_id"].to_numpy())

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
