"""Sensitivity: which uncertain parameters decide a result, and whether their numbers can be trusted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze_table
from citytwin.model.reference import CONFIDENCE

if TYPE_CHECKING:
    import pandas as pd

FloatColumn = NDArray[np.float64]

DECIDING_SHARE = 0.1
"""Share of the variance from which a parameter is said to decide."""


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Share of the variance of an annual result that each parameter makes alone (first order).

    Parameters
    ----------
    building : object array (n,) of str
    name : str
        Result, one of :data:`~citytwin.model.demand.ANNUAL`.
    parameters : tuple of str (k)
    share : float64 array (n, k)
        Of the variance over the draws; NaN where the result does not vary.
    district_share : float64 array (k,)
        The same of the sum over all buildings: what archetypes share weighs more.
    slope : float64 array (n, k)
        Standard deviation of the result with this parameter alone, in its unit; negative where the result falls as the
        parameter rises.
    confidence : int8 array (n, k)
        0-100, of the weakest number behind each parameter.
    findings : Findings
    provenance : Provenance
    """

    building: NDArray[np.object_]
    name: str
    parameters: tuple[str, ...]
    share: FloatColumn
    district_share: FloatColumn
    slope: FloatColumn
    confidence: NDArray[np.int8]
    findings: Findings = field(default_factory=Findings.of, repr=False)
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.building)

    def __repr__(self) -> str:
        order = np.argsort(-np.nan_to_num(self.district_share), kind="stable")[:3]
        first = ", ".join(f"{self.parameters[k]} {self.district_share[k]:.0%}" for k in order)
        return f"Sensitivity({self.name} of {len(self)} buildings: {first})"

    @property
    def explained(self) -> FloatColumn:
        """Sum of the shares of each building (n,); what is missing to 1, or above it, is interaction."""
        return self.share.sum(axis=1)

    @property
    def low_confidence_share(self) -> FloatColumn:
        """Share of the variance of each building (n,) that comes from numbers of low confidence."""
        low = self.confidence <= CONFIDENCE["low"]
        total = np.nan_to_num(self.share).sum(axis=1)
        weak = np.where(low, np.nan_to_num(self.share), 0.0).sum(axis=1)
        return np.divide(weak, total, out=np.zeros_like(total), where=total > 0)

    @property
    def decided_by_low_confidence(self) -> NDArray[np.bool_]:
        """Whether a parameter that decides each building (n,) rests on numbers of low confidence."""
        deciding = np.nan_to_num(self.share) >= DECIDING_SHARE
        return np.asarray((deciding & (self.confidence <= CONFIDENCE["low"])).any(axis=1), np.bool_)

    def to_pandas(self) -> pd.DataFrame:
        """One row a building and parameter: share, slope, confidence, and whether it decides."""
        import pandas as pd

        n, k = self.share.shape
        return pd.DataFrame(
            {
                "building_id": np.repeat(self.building, k),
                "parameter": np.tile(np.array(self.parameters, dtype=object), n),
                "share": self.share.ravel(),
                "slope": self.slope.ravel(),
                "confidence": self.confidence.ravel(),
                "decides": np.nan_to_num(self.share).ravel() >= DECIDING_SHARE,
            }
        )
