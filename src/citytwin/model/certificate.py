"""EValues: estimates of the energy performance that a Finnish certificate would state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import Carrier
from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze_table

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from citytwin.model.buildings import Buildings

FloatColumn = NDArray[np.float64]

NOTE = "estimate from a city model, never a certificate"


@dataclass(frozen=True, eq=False)
class EValues:
    """Estimated E-value and class of buildings in one version of the Finnish energy-performance certificate.

    An estimate from a city model, never a certificate: constructions, systems and floor area of most buildings are
    those of the stock tables.

    Parameters
    ----------
    building : object array (n,) of str
    version : int
        2013, 2018 or 2026.
    e_value : float64 array (n,), kWh/(m2 a)
        Energy delivered times the factor of its form per heated net floor area, rounded up, with the most probable heat
        source.
    energy_class : object array (n,) of str
        "" where the version or the building has no class.
    category : object array (n,) of str
        Category of the certificate that the limits are of, "" where there is none.
    class_names : tuple of str
        From the best to the worst class; () without classes.
    limits : float64 array (n, k)
        Largest E-value of each class but the last; NaN where there is none.
    new_build_limit : float64 array (n,)
        Of the building code of 2018; NaN where there is none.
    class_shares : float64 array (n, k + 1)
        Probability of each class over the probable heat sources.
    carrier : int8 array (n,), :class:`~citytwin.model.enums.Carrier`
        Heat source of `e_value`.
    delivered_kwh : mapping of carrier to float64 array (n,), kWh a year
        With that heat source; electricity without what photovoltaics replace.
    heated_floor_area : float64 array (n,), m2
    draws : float32 array (n, d), kWh/(m2 a)
        E-value in each draw of the demand, not rounded.
    overheating_kh : float64 array (n,)
        Degree-hours above 27 degrees Celsius from June to August, standard use: dwellings have no cooling, no window is
        opened, and the building is one zone.
    summer_limit_kh : float64 array (n,)
        What the building code allows new apartment blocks, 150 Kh; NaN for other buildings. It holds for single
        dwellings, so that a comparison with the whole building only ranks.
    test_year : str
        Edition of the weather.
    confidence : int8 array (n,)
        0-100.
    findings, provenance
    """

    building: NDArray[np.object_]
    version: int
    e_value: FloatColumn
    energy_class: NDArray[np.object_]
    category: NDArray[np.object_]
    class_names: tuple[str, ...]
    limits: FloatColumn = field(repr=False)
    new_build_limit: FloatColumn
    class_shares: FloatColumn = field(repr=False)
    carrier: NDArray[np.int8]
    delivered_kwh: Mapping[str, FloatColumn] = field(repr=False)
    heated_floor_area: FloatColumn
    draws: NDArray[np.float32] = field(repr=False)
    overheating_kh: FloatColumn
    summer_limit_kh: FloatColumn
    test_year: str
    confidence: NDArray[np.int8]
    findings: Findings = field(default_factory=Findings.of, repr=False)
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.building)

    def __repr__(self) -> str:
        counted = {name: int((self.energy_class == name).sum()) for name in self.class_names}
        classes = ", ".join(f"{count} {name}" for name, count in counted.items() if count) or "no classes"
        return f"EValues({len(self)} buildings, version={self.version}, {classes}: {NOTE})"

    @property
    def meets_new_build_limit(self) -> NDArray[np.bool_]:
        """Whether the E-value is within the limit of new buildings (n,); False where there is none."""
        return self.e_value <= self.new_build_limit

    def quantile(self, q: float) -> FloatColumn:
        """Quantile of the E-value over the draws of each building (n,), kWh/(m2 a), not rounded.

        Raises
        ------
        ValueError
            No draws were made.
        """
        if not self.draws.shape[1]:
            raise ValueError("no draws were made: simulate the standard use with draws=64 to get quantiles")
        return np.asarray(np.quantile(self.draws, q, axis=1), np.float64)

    def to_pandas(self) -> pd.DataFrame:
        """One row a building, index ``building_id``; ``attrs["note"]`` says that it is no certificate."""
        import pandas as pd

        columns: dict[str, NDArray[np.generic]] = {
            "e_value_kwh_m2": self.e_value,
            "energy_class": self.energy_class,
            "category": self.category,
            "new_build_limit_kwh_m2": self.new_build_limit,
            "carrier": Carrier.words(self.carrier),
        }
        if self.draws.shape[1]:
            columns |= {f"e_value_kwh_m2_p{round(100 * q)}": self.quantile(q) for q in (0.1, 0.5, 0.9)}
        columns |= {f"p_class_{name}": self.class_shares[:, k] for k, name in enumerate(self.class_names)}
        columns |= {f"delivered_{carrier}_kwh": energy for carrier, energy in self.delivered_kwh.items()}
        columns |= {"overheating_kh": self.overheating_kh, "summer_limit_kh": self.summer_limit_kh}
        columns |= {"heated_floor_area_m2": self.heated_floor_area, "confidence": self.confidence}
        frame = pd.DataFrame(columns, index=pd.Index(self.building, name="building_id"))
        frame.attrs.update(version=self.version, test_year=self.test_year, note=NOTE)
        return frame

    def to_geopandas(self, buildings: Buildings) -> gpd.GeoDataFrame:
        """The same table with the footprint of each row's building."""
        return buildings.locate(self.to_pandas(), self.building)
