"""BatteryUse: where the electricity of photovoltaics goes with a battery behind the meter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze_table

if TYPE_CHECKING:
    import pandas as pd

FloatColumn = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BatteryUse:
    """Own use of photovoltaics with a battery over a year, one row a building or district; all in kWh.

    ``pv = direct + charged + exported``, ``load = direct + discharged + imported``, ``charged = discharged + loss +
    stored``.

    Parameters
    ----------
    building : object array (n,) of str
    pv_kwh, load_kwh : float64 arrays (n,)
    direct_kwh : float64 array (n,)
        Used in the hour it is generated.
    charged_kwh, discharged_kwh : float64 arrays (n,)
        Into and out of the battery, at its terminals.
    loss_kwh : float64 array (n,)
    stored_kwh : float64 array (n,)
        Left in the battery at the end of the year; it is empty at the begin.
    exported_kwh, imported_kwh : float64 arrays (n,)
    capacity_kwh : float64 array (n,)
        Usable.
    power_kw : float64 array (n,)
    round_trip_efficiency : float
    provenance : Provenance
    """

    building: NDArray[np.object_]
    pv_kwh: FloatColumn
    load_kwh: FloatColumn
    direct_kwh: FloatColumn
    charged_kwh: FloatColumn
    discharged_kwh: FloatColumn
    loss_kwh: FloatColumn
    stored_kwh: FloatColumn
    exported_kwh: FloatColumn
    imported_kwh: FloatColumn
    capacity_kwh: FloatColumn
    power_kw: FloatColumn
    round_trip_efficiency: float
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.building)

    def __repr__(self) -> str:
        used, made = self.self_used_kwh.sum(), self.pv_kwh.sum()
        return f"BatteryUse({len(self)} batteries, {used:.0f} of {made:.0f} kWh used)"

    @property
    def self_used_kwh(self) -> FloatColumn:
        """Load that photovoltaics serve, directly or through the battery (n,)."""
        return self.direct_kwh + self.discharged_kwh

    @property
    def self_consumption(self) -> FloatColumn:
        """Share of the generation that is not exported (n,); NaN without generation."""
        return _share(self.pv_kwh - self.exported_kwh, self.pv_kwh)

    @property
    def self_sufficiency(self) -> FloatColumn:
        """Share of the load that is not imported (n,); NaN without load."""
        return _share(self.self_used_kwh, self.load_kwh)

    @property
    def full_cycles(self) -> FloatColumn:
        """Energy out of the battery over its capacity (n,); NaN without battery."""
        return _share(self.discharged_kwh, self.capacity_kwh)

    def to_pandas(self) -> pd.DataFrame:
        """One row a building, index ``building_id``."""
        import pandas as pd

        names = (
            "pv_kwh", "load_kwh", "direct_kwh", "charged_kwh", "discharged_kwh", "loss_kwh", "stored_kwh",
            "exported_kwh", "imported_kwh", "capacity_kwh", "power_kw", "self_consumption", "self_sufficiency",
            "full_cycles",
        )  # fmt: skip
        columns = {name: getattr(self, name) for name in names}
        return pd.DataFrame(columns, index=pd.Index(self.building, name="building_id"))


def _share(part: FloatColumn, whole: FloatColumn) -> FloatColumn:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0.0)
