"""PvYield: what photovoltaics on some buildings generate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model._cast import as_rows
from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze_table

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from citytwin.model.buildings import Buildings
    from citytwin.model.pv_sites import PvSites

FloatColumn = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PvYield:
    """Yield of photovoltaics, one row a building, before any of it is used.

    Parameters
    ----------
    building : object array (n,) of str
        Ids of the buildings.
    area_m2 : float64 array (n,)
        Of modules.
    kwp : float64 array (n,), kW
        Power under standard test conditions.
    monthly : float64 array (n, 12), kWh
        Alternating current.
    district_hourly : float64 array (8760,), kW
        Sum over the buildings.
    sites : PvSites, optional
        Faces with modules, in the order of the buildings.
    site_kwh : float64 array (m,), kWh
        Annual yield of each site.
    relative_sd : float
        Standard deviation of the yield of a year over its mean; errors of all buildings go together.
    confidence : int
        0-100, of the weakest number behind the yield.
    compute_hours : callable, optional
        ``compute_hours(rows)`` gives the hours of some buildings, float32 (k, 8760), kW.
    findings : Findings
        Of this step; those of the sites are with the sites.
    provenance : Provenance
    """

    building: NDArray[np.object_]
    area_m2: FloatColumn
    kwp: FloatColumn
    monthly: FloatColumn
    district_hourly: FloatColumn
    sites: PvSites | None = field(default=None, repr=False)
    site_kwh: FloatColumn = field(default_factory=lambda: np.empty(0), repr=False)
    relative_sd: float = np.nan
    confidence: int = 0
    compute_hours: Callable[[NDArray[np.int64]], NDArray[np.float32]] | None = field(default=None, repr=False)
    findings: Findings = field(default_factory=Findings.of, repr=False)
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.building)

    def __repr__(self) -> str:
        return f"PvYield({len(self)} buildings, {self.kwp.sum():.0f} kWp, {self.annual_kwh.sum():.0f} kWh)"

    @cached_property
    def annual_kwh(self) -> FloatColumn:
        """Sum of the year (n,), kWh."""
        return self.monthly.sum(1)

    @cached_property
    def specific_yield(self) -> FloatColumn:
        """Annual yield of each kW of modules (n,), kWh/kWp; NaN where there are none."""
        return np.divide(self.annual_kwh, self.kwp, out=np.full(len(self), np.nan), where=self.kwp > 0.0)

    def hourly(self, rows: NDArray[np.integer]) -> NDArray[np.float32]:
        """Power of some buildings in each hour of the year, computed when asked for.

        Parameters
        ----------
        rows : int array (k,)
            Rows of this table.

        Returns
        -------
        float32 array (k, 8760), kW

        Raises
        ------
        ValueError
            A row is out of range, or the yield was not computed in this process.
        """
        if self.compute_hours is None:
            raise ValueError("this yield was not computed in this process, so that its hours are not at hand")
        return self.compute_hours(as_rows(rows, "rows", len(self)))

    def quantile(self, q: float) -> FloatColumn:
        """Quantile of the annual yield of each building (n,), kWh, as of a normal distribution.

        Since errors go together, quantiles of the buildings add up to that of the district.

        Raises
        ------
        ValueError
            `q` is not between 0 and 1, or the deviation is not known.
        """
        if np.isnan(self.relative_sd):
            raise ValueError("this yield has no deviation to take quantiles of")
        if not 0.0 < q < 1.0:
            raise ValueError(f"q must lie between 0 and 1, not {q}")
        return self.annual_kwh * max(0.0, 1.0 + NormalDist().inv_cdf(q) * self.relative_sd)

    def to_pandas(self) -> pd.DataFrame:
        """One row a building, index ``building_id``; 10th and 90th percentile where the deviation is known."""
        import pandas as pd

        columns = {
            "pv_area_m2": self.area_m2,
            "pv_kwp": self.kwp,
            "pv_kwh": self.annual_kwh,
            "pv_kwh_kwp": self.specific_yield,
        }
        if not np.isnan(self.relative_sd):
            columns |= {"pv_kwh_p10": self.quantile(0.1), "pv_kwh_p90": self.quantile(0.9)}
        columns |= {f"pv_kwh_{month + 1}": self.monthly[:, month] for month in range(12)}
        frame = pd.DataFrame(columns, index=pd.Index(self.building, name="building_id"))
        frame.attrs["confidence"] = self.confidence
        return frame

    def to_geopandas(self, buildings: Buildings) -> gpd.GeoDataFrame:
        """The same table with the footprint of each row's building."""
        return buildings.locate(self.to_pandas(), self.building)
