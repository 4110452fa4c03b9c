"""PvYield: what photovoltaics on the roofs of some buildings generate."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from citytwin.model.buildings import Buildings


@dataclass(frozen=True, eq=False)
class PvYield:
    """Yield of photovoltaics, one row a building, before any of it is used: draft model.

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
    findings : Findings
    provenance : Provenance
    """

    building: NDArray[np.object_]
    area_m2: NDArray[np.float64]
    kwp: NDArray[np.float64]
    monthly: NDArray[np.float64]
    district_hourly: NDArray[np.float64]
    findings: Findings = field(default_factory=Findings.of, repr=False)
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze(self.building, self.area_m2, self.kwp, self.monthly, self.district_hourly)

    def __len__(self) -> int:
        return len(self.building)

    def __repr__(self) -> str:
        return f"PvYield({len(self)} buildings, {self.kwp.sum():.0f} kWp, {self.annual_kwh.sum():.0f} kWh, draft model)"

    @cached_property
    def annual_kwh(self) -> NDArray[np.float64]:
        """Sum of the year (n,), kWh."""
        return self.monthly.sum(1)

    def to_pandas(self) -> pd.DataFrame:
        """One row a building, index ``building_id``."""
        import pandas as pd

        columns = {
            "pv_area_m2": self.area_m2,
            "pv_kwp": self.kwp,
            "pv_kwh": self.annual_kwh,
            **{f"pv_kwh_{month + 1}": self.monthly[:, month] for month in range(12)},
        }
        return pd.DataFrame(columns, index=pd.Index(self.building, name="building_id"))

    def to_geopandas(self, buildings: Buildings) -> gpd.GeoDataFrame:
        """The same table with the footprint of each row's building."""
        return buildings.locate(self.to_pandas(), self.building)
