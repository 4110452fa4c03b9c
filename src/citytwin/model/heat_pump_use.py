"""HeatPumpUse: electricity that heat pumps take for the heat of buildings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.demand import HeatSystem
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze_table

if TYPE_CHECKING:
    import pandas as pd

FloatColumn = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HeatPumpUse:
    """What a kind of heat pump would take in each building over a year.

    Parameters
    ----------
    building : object array (n,) of str
    pump : str
        The kind in words.
    heating_kwh, hot_water_kwh : float64 arrays (n,)
        Heat that is needed.
    heating_electricity_kwh, hot_water_electricity_kwh : float64 arrays (n,)
        Electricity for it, resistance included.
    backup_kwh : float64 array (n,)
        Part of it that a resistance takes.
    heating_electricity_peak_kw : float64 array (n,)
        Largest hourly mean for space heating; NaN where hours were not at hand.
    confidence : int8 array (n,)
        0-100.
    provenance : Provenance
    """

    building: NDArray[np.object_]
    pump: str
    heating_kwh: FloatColumn
    hot_water_kwh: FloatColumn
    heating_electricity_kwh: FloatColumn
    hot_water_electricity_kwh: FloatColumn
    backup_kwh: FloatColumn
    heating_electricity_peak_kw: FloatColumn
    confidence: NDArray[np.int8]
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.building)

    def __repr__(self) -> str:
        return f"HeatPumpUse({len(self)} buildings, {self.pump}, {self.electricity_kwh.sum() / 1000:.0f} MWh)"

    @property
    def electricity_kwh(self) -> FloatColumn:
        """Electricity for heating and hot water (n,), kWh a year."""
        return self.heating_electricity_kwh + self.hot_water_electricity_kwh

    @property
    def seasonal_performance(self) -> FloatColumn:
        """Heat per electricity over the year (n,), resistance included; NaN without heat."""
        heat, power = self.heating_kwh + self.hot_water_kwh, self.electricity_kwh
        return np.divide(heat, power, out=np.full(len(self), np.nan), where=power > 0)

    @property
    def system(self) -> HeatSystem:
        """The same over all buildings, to stand in the `systems` of a demand."""

        def ratio(heat: FloatColumn, power: FloatColumn) -> float:
            return float(heat.sum() / power.sum()) if power.sum() > 0 else 1.0

        return HeatSystem(
            "electricity",
            ratio(self.heating_kwh, self.heating_electricity_kwh),
            ratio(self.hot_water_kwh, self.hot_water_electricity_kwh),
        )

    def to_pandas(self) -> pd.DataFrame:
        """One row a building, index ``building_id``; ``attrs["pump"]`` says which."""
        import pandas as pd

        names = (
            "heating_kwh", "hot_water_kwh", "heating_electricity_kwh", "hot_water_electricity_kwh", "backup_kwh",
            "heating_electricity_peak_kw", "seasonal_performance", "confidence",
        )  # fmt: skip
        columns = {name: getattr(self, name) for name in names}
        frame = pd.DataFrame(columns, index=pd.Index(self.building, name="building_id"))
        frame.attrs["pump"] = self.pump
        return frame
