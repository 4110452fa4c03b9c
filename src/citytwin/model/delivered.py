"""DeliveredEnergy: what reaches each building, by end use and carrier, and what it counts as primary energy."""

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

END_USES = ("heating", "hot_water", "cooling", "appliances")
"""Appliances are lighting, appliances and fans."""


@dataclass(frozen=True, eq=False)
class DeliveredEnergy:
    """Energy delivered to buildings in a year, an expectation over the probable heat sources.

    Parameters
    ----------
    building : object array (n,) of str
    carrier : tuple of str (c,)
    kwh : float64 array (n, 4, c)
        By :data:`END_USES`, before own photovoltaics.
    own_kwh : float64 array (n,)
        Electricity from own photovoltaics that is used on the spot.
    factor : float64 array (c,)
        Energy form of each carrier.
    version : int
        Of the factors.
    confidence : int8 array (n,)
        0-100.
    provenance : Provenance
    """

    building: NDArray[np.object_]
    carrier: tuple[str, ...]
    kwh: FloatColumn = field(repr=False)
    own_kwh: FloatColumn
    factor: FloatColumn
    version: int
    confidence: NDArray[np.int8]
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.building)

    def __repr__(self) -> str:
        sums = ", ".join(f"{name} {self.of(name).sum() / 1000:.0f} MWh" for name in self.carrier)
        return f"DeliveredEnergy({len(self)} buildings, {sums})"

    def of(self, carrier: str) -> FloatColumn:
        """Energy of one carrier over all end uses, own electricity taken off (n,), kWh.

        Raises
        ------
        ValueError
            Unknown carrier.
        """
        if carrier not in self.carrier:
            raise ValueError(f"no delivered carrier {carrier!r}; there are {', '.join(self.carrier)}")
        total = self.kwh[:, :, self.carrier.index(carrier)].sum(axis=1)
        return total - self.own_kwh if carrier == "electricity" else total

    @property
    def primary_kwh(self) -> FloatColumn:
        """Energy weighted by the factors of energy forms (n,), kWh."""
        total = np.zeros(len(self))
        for name, factor in zip(self.carrier, self.factor, strict=True):
            total += factor * self.of(name)
        return total

    def to_pandas(self) -> pd.DataFrame:
        """One row a building, index ``building_id``."""
        import pandas as pd

        columns = {
            f"{use}_{name}_kwh": self.kwh[:, row, column]
            for row, use in enumerate(END_USES)
            for column, name in enumerate(self.carrier)
            if self.kwh[:, row, column].any()
        }
        columns |= {"own_electricity_kwh": self.own_kwh}
        columns |= {f"delivered_{name}_kwh": self.of(name) for name in self.carrier}
        columns |= {"primary_kwh": self.primary_kwh}
        frame = pd.DataFrame(columns, index=pd.Index(self.building, name="building_id"))
        frame["confidence"] = self.confidence
        frame.attrs["energy_form_version"] = self.version
        return frame
