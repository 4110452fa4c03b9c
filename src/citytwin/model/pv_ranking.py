"""PvRanking: which sites to equip first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze_table

if TYPE_CHECKING:
    import pandas as pd

FloatColumn = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PvRanking:
    """Chosen sites or buildings, best first.

    Parameters
    ----------
    row : int64 array (k,)
        Of the table that was ranked.
    building : object array (k,) of str
    surface : int32 array (k,)
        Row of the face in ``city.surfaces``; -1 where rows are buildings.
    share : float64 array (k,)
        Part that is equipped: 1, or less for the last one where plants can be divided.
    kwp, annual_kwh, cost, benefit : float64 arrays (k,)
        Of that part. Cost is in `unit`, benefit what was ranked by.
    objective : {"kwh", "npv"}
    unit : str
        Of the budget: ``kWp`` or a currency.
    budget : float
    bound : float
        Benefit if plants could be divided; no choice of whole ones has a greater one.
    findings : Findings
        Of this step; those of the ranked table are with that.
    provenance : Provenance
    """

    row: NDArray[np.int64]
    building: NDArray[np.object_]
    surface: NDArray[np.int32]
    share: FloatColumn
    kwp: FloatColumn
    annual_kwh: FloatColumn
    cost: FloatColumn
    benefit: FloatColumn
    objective: str
    unit: str
    budget: float
    bound: float
    findings: Findings = field(default_factory=Findings.of, repr=False)
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.row)

    def __repr__(self) -> str:
        return (
            f"PvRanking({len(self)} sites, {self.kwp.sum():.0f} kWp, {self.annual_kwh.sum():.0f} kWh for "
            f"{self.cost.sum():.0f} of {self.budget:.0f} {self.unit}, by {self.objective})"
        )

    @property
    def gap(self) -> float:
        """Share of the bound that the choice lacks: what whole plants cost against plants that could be divided."""
        return 0.0 if self.bound <= 0.0 else max(0.0, 1.0 - float(self.benefit.sum()) / self.bound)

    def to_pandas(self) -> pd.DataFrame:
        """One row a site with running sums, index ``rank`` from 1."""
        import pandas as pd

        columns: dict[str, NDArray[np.generic]] = {"building_id": self.building}
        if (self.surface >= 0).any():
            columns["surface"] = self.surface
        columns |= {
            "share": self.share,
            "pv_kwp": self.kwp,
            "pv_kwh": self.annual_kwh,
            "cost": self.cost,
            "benefit": self.benefit,
            "cumulative_kwp": np.cumsum(self.kwp),
            "cumulative_kwh": np.cumsum(self.annual_kwh),
            "cumulative_cost": np.cumsum(self.cost),
            "cumulative_benefit": np.cumsum(self.benefit),
        }
        frame = pd.DataFrame(columns, index=pd.RangeIndex(1, len(self) + 1, name="rank"))
        frame.attrs.update(unit=self.unit, objective=self.objective, budget=self.budget)
        return frame
