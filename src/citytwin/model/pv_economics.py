"""PvEconomics: what photovoltaics cost, save and earn over their life."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import NormalDist
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
class PvEconomics:
    """Economics of photovoltaics in money of the day of the prices, one row a building or a site.

    Parameters
    ----------
    building : object array (n,) of str
    surface : int32 array (n,)
        Row of the face in ``city.surfaces``; -1 where rows are buildings.
    kwp : float64 array (n,), kW
    annual_kwh : float64 array (n,), kWh
        Of the first year.
    investment : float64 array (n,)
    benefit : float64 array (n,)
        Of the first year: electricity that need not be bought, and what is sold.
    discounted_cost : float64 array (n,)
        Investment, operation and replacements over the life, discounted.
    discounted_benefit : float64 array (n,)
    lcoe : float64 array (n,), currency per kWh
        Levelised cost of electricity.
    simple_payback_years, discounted_payback_years : float64 arrays (n,)
        NaN where the life is too short for it.
    currency : str
    as_of : str
        Day of the prices.
    relative_sd : float
        Of the yield; NaN where it is not known.
    findings : Findings
        Of the prices.
    provenance : Provenance
    """

    building: NDArray[np.object_]
    surface: NDArray[np.int32]
    kwp: FloatColumn
    annual_kwh: FloatColumn
    investment: FloatColumn
    benefit: FloatColumn
    discounted_cost: FloatColumn
    discounted_benefit: FloatColumn
    lcoe: FloatColumn
    simple_payback_years: FloatColumn
    discounted_payback_years: FloatColumn
    currency: str
    as_of: str
    relative_sd: float = np.nan
    findings: Findings = field(default_factory=Findings.of, repr=False)
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.building)

    def __repr__(self) -> str:
        return (
            f"PvEconomics({len(self)} rows, {self.investment.sum():.0f} {self.currency} invested, net present value "
            f"{self.net_present_value.sum():.0f} {self.currency} as of {self.as_of})"
        )

    @property
    def net_present_value(self) -> FloatColumn:
        """Discounted benefit less discounted cost (n,)."""
        return self.discounted_benefit - self.discounted_cost

    def quantile(self, name: str, q: float) -> FloatColumn:
        """Quantile of a result (n,) by the spread of the yield alone; prices are taken as they are.

        Parameters
        ----------
        name : {"lcoe", "net_present_value"}
        q : float
            Between 0 and 1.

        Raises
        ------
        ValueError
            Unknown name, `q` out of range, or the deviation of the yield is not known.
        """
        if np.isnan(self.relative_sd):
            raise ValueError("the yield behind these economics has no deviation to take quantiles of")
        if not 0.0 < q < 1.0:
            raise ValueError(f"q must lie between 0 and 1, not {q}")
        spread = NormalDist().inv_cdf(q) * self.relative_sd
        if name == "lcoe":
            return self.lcoe / max(1.0 - spread, 1e-9)
        if name == "net_present_value":
            return self.discounted_benefit * (1.0 + spread) - self.discounted_cost
        raise ValueError(f"name must be lcoe or net_present_value, not {name!r}")

    def to_pandas(self) -> pd.DataFrame:
        """One row a building or site, index ``building_id``; money in the currency of ``attrs``."""
        import pandas as pd

        columns: dict[str, NDArray[np.generic]] = {} if (self.surface < 0).all() else {"surface": self.surface}
        columns |= {
            "pv_kwp": self.kwp,
            "pv_kwh": self.annual_kwh,
            "investment": self.investment,
            "benefit": self.benefit,
            "lcoe_kwh": self.lcoe,
            "net_present_value": self.net_present_value,
            "simple_payback_years": self.simple_payback_years,
            "discounted_payback_years": self.discounted_payback_years,
        }
        if not np.isnan(self.relative_sd):
            columns |= {f"lcoe_kwh_p{100 * q:.0f}": self.quantile("lcoe", q) for q in (0.1, 0.9)}
        frame = pd.DataFrame(columns, index=pd.Index(self.building, name="building_id"))
        frame.attrs.update(currency=self.currency, as_of=self.as_of)
        return frame

    def to_geopandas(self, buildings: Buildings) -> gpd.GeoDataFrame:
        """The same table with the footprint of each row's building."""
        return buildings.locate(self.to_pandas(), self.building)
