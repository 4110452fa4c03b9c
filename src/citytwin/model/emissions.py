"""Emissions: greenhouse gases of the operation of buildings by year, carrier and method of allocation."""

from __future__ import annotations

from collections.abc import Mapping
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

YEARS = (2025, 2030, 2040)
"""Years that are accounted for where nobody names others."""


@dataclass(frozen=True, eq=False)
class Emissions:
    """Long table of emissions, one row a building, year, carrier and method.

    Rows of different methods describe the same gases and are never added up: sums ask for one method.

    Parameters
    ----------
    building : object array (m,) of str
    year : int16 array (m,)
    carrier : object array (m,) of str
        Delivered carrier, or ``pv`` for electricity that photovoltaics replace (negative).
    method : object array (m,) of str
        ``benefit`` or ``energy``: how the emissions of combined heat and power are allocated; ``reported``: as the
        utility states them.
    co2e_kg : float64 array (m,)
        Kilograms a year of the gas in `gas`; the expectation over the probable heat sources.
    factor_g_kwh : float64 array (m,)
        Factor per delivered kWh.
    source : object array (m,) of str
        Of the factor.
    confidence : int8 array (m,)
        0-100, the lower one of factor and demand.
    gas : {"CO2e", "CO2"}
        What the factors count.
    buildings : object array (n,) of str
        Distinct buildings, the rows of :meth:`by_building`.
    draws : mapping of (year, method) to float32 array (n, d)
        Kilograms in each draw of demand and heat source; the factors have no spread of their own.
    findings : Findings
    provenance : Provenance
    """

    building: NDArray[np.object_]
    year: NDArray[np.int16]
    carrier: NDArray[np.object_]
    method: NDArray[np.object_]
    co2e_kg: NDArray[np.float64]
    factor_g_kwh: NDArray[np.float64]
    source: NDArray[np.object_]
    confidence: NDArray[np.int8]
    gas: str
    buildings: NDArray[np.object_]
    draws: Mapping[tuple[int, str], NDArray[np.float32]] = field(repr=False)
    findings: Findings = field(default_factory=Findings.of, repr=False)
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.building)

    def __repr__(self) -> str:
        sums = ", ".join(f"{y} {m} {self.total(y, m) / 1000:.0f} t" for y, m in self.draws)
        return f"Emissions({len(self.buildings)} buildings, {self.gas}: {sums})"

    @property
    def years(self) -> list[int]:
        """Years in the table, ascending."""
        return sorted({year for year, _ in self.draws})

    @property
    def methods(self) -> list[str]:
        """Methods in the table."""
        return list(dict.fromkeys(method for _, method in self.draws))

    def by_building(self, year: int, method: str | None = None) -> NDArray[np.float64]:
        """Kilograms of each building in one year (n,).

        Parameters
        ----------
        year : int
        method : str, optional
            Needed where the table holds several.

        Raises
        ------
        ValueError
            The year is not in the table, or there are several methods and none is named.
        """
        year, method = self._key(year, method)
        rows = (self.year == year) & (self.method == method)
        n = len(self.buildings)
        return self.co2e_kg[rows].reshape(int(rows.sum()) // max(n, 1), n).sum(axis=0)

    def total(self, year: int, method: str | None = None) -> float:
        """Kilograms of all buildings in one year; arguments and errors as :meth:`by_building`."""
        return float(self.by_building(year, method).sum())

    def quantile(self, q: float, year: int, method: str | None = None) -> NDArray[np.float64]:
        """Quantile (n,) of the emissions of each building over the draws of demand and heat source, kg."""
        return np.asarray(np.quantile(self._drawn(year, method), q, axis=1), np.float64)

    def district_quantile(self, q: float, year: int, method: str | None = None) -> float:
        """Quantile of the sum over all buildings, kg."""
        return float(np.quantile(self._drawn(year, method).sum(axis=0, dtype=np.float64), q))

    def _key(self, year: int, method: str | None) -> tuple[int, str]:
        if method is None:
            if len(self.methods) > 1:
                raise ValueError(
                    f"the table holds the methods {', '.join(self.methods)}, which are not added up: name one, "
                    f"for example method={self.methods[0]!r}"
                )
            method = self.methods[0]
        if (year, method) not in self.draws:
            raise ValueError(
                f"no emissions of {year} by method {method!r}; there are years {', '.join(map(str, self.years))} and "
                f"methods {', '.join(self.methods)}"
            )
        return year, method

    def _drawn(self, year: int, method: str | None) -> NDArray[np.float32]:
        drawn = self.draws[self._key(year, method)]
        if drawn.shape[1] == 0:
            raise ValueError("no draws were made: simulate with draws=64 to get quantiles")
        return drawn

    def to_pandas(self) -> pd.DataFrame:
        """The long table."""
        import pandas as pd

        names = ("building", "year", "carrier", "method", "co2e_kg", "factor_g_kwh", "source", "confidence")
        frame = pd.DataFrame({name: getattr(self, name) for name in names})
        frame["gas"] = self.gas
        return frame

    def to_geopandas(self, buildings: Buildings) -> gpd.GeoDataFrame:
        """The same table with the footprint of each row's building."""
        return buildings.locate(self.to_pandas(), self.building)
