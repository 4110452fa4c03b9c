"""PvUse: where the electricity of photovoltaics goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze_table

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from citytwin.model.buildings import Buildings

FloatColumn = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PvUse:
    """Own use of photovoltaics over a year, one row a building.

    What a building generates is used or exported, ``pv_kwh = self_used_kwh + exported_kwh``; what it needs is solar or
    imported, ``load_kwh = solar_kwh + imported_kwh``. The two sums over all buildings of ``self_used_kwh`` and
    ``solar_kwh`` are the same; for one building they differ where a community shares.

    Parameters
    ----------
    building : object array (n,) of str
    pv_kwh, load_kwh : float64 arrays (n,), kWh
    self_used_kwh : float64 array (n,), kWh
        Of the building's generation: used behind the meter, or within the community.
    exported_kwh : float64 array (n,), kWh
        Of its generation: sold.
    solar_kwh : float64 array (n,), kWh
        Of its load: from photovoltaics.
    imported_kwh : float64 array (n,), kWh
        Of its load: bought.
    monthly_self_used_kwh : float64 array (n, 12)
    metering : {"none", "netting", "community"}
    findings : Findings
        Of this step; those of the yield are with the yield.
    provenance : Provenance
    """

    building: NDArray[np.object_]
    pv_kwh: FloatColumn
    load_kwh: FloatColumn
    self_used_kwh: FloatColumn
    exported_kwh: FloatColumn
    solar_kwh: FloatColumn
    imported_kwh: FloatColumn
    monthly_self_used_kwh: FloatColumn = field(repr=False)
    metering: str
    findings: Findings = field(default_factory=Findings.of, repr=False)
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.building)

    def __repr__(self) -> str:
        used, made = self.self_used_kwh.sum(), self.pv_kwh.sum()
        return f"PvUse({len(self)} buildings, {used:.0f} of {made:.0f} kWh used, metering={self.metering!r})"

    @property
    def self_consumption(self) -> FloatColumn:
        """Share of the generation that is used (n,); NaN without generation."""
        return _share(self.self_used_kwh, self.pv_kwh)

    @property
    def self_sufficiency(self) -> FloatColumn:
        """Share of the load that is solar (n,); NaN without load."""
        return _share(self.solar_kwh, self.load_kwh)

    def to_pandas(self) -> pd.DataFrame:
        """One row a building, index ``building_id``."""
        import pandas as pd

        names = ("pv_kwh", "load_kwh", "self_used_kwh", "exported_kwh", "solar_kwh", "imported_kwh")
        columns = {name: getattr(self, name) for name in (*names, "self_consumption", "self_sufficiency")}
        columns |= {f"self_used_kwh_{month + 1}": self.monthly_self_used_kwh[:, month] for month in range(12)}
        frame = pd.DataFrame(columns, index=pd.Index(self.building, name="building_id"))
        frame.attrs["metering"] = self.metering
        return frame

    def to_geopandas(self, buildings: Buildings) -> gpd.GeoDataFrame:
        """The same table with the footprint of each row's building."""
        return buildings.locate(self.to_pandas(), self.building)


def _share(part: FloatColumn, whole: FloatColumn) -> FloatColumn:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0.0)
