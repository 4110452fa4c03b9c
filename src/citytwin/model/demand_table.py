"""DemandTable: demand of every building with every package of measures in every climate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from citytwin.model._cast import as_rows
from citytwin.model.demand import HeatSystem
from citytwin.model.enums import Carrier
from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze_table

if TYPE_CHECKING:
    import pandas as pd

Cube = NDArray[np.float32]

QUANTITIES = (
    "heating_kwh",
    "hot_water_kwh",
    "cooling_kwh",
    "electricity_kwh",
    "heating_peak_kw",
    "cooling_peak_kw",
    "overheating_kh",
)


@dataclass(frozen=True, eq=False)
class DemandTable:
    """Demand by building, package of measures and climate: a path of renovation is a gather, not a simulation.

    Parameters
    ----------
    building : object array (n,) of str
    package, climate : tuples of str (p,) and (c,)
    values : mapping of name to float32 array (n, p, c)
        By the names in :data:`QUANTITIES`, in the units of :class:`~citytwin.model.EnergyDemand`.
    heated_floor_area : float64 array (n,), m2
    carrier_shares : float32 array (n, p, 7)
        Probability of each heat source after the measures.
    systems : mapping of heat source to HeatSystem
    cooling_efficiency : float
    cost_eur, embodied_kg : float64 arrays (n, p)
        Of the measures, where the tables have prices and embodied carbon (kg CO2e, module A1-A3 of EN 15978).
    unpriced, uncounted : mapping of package to tuple of str
        Measures whose cost, and whose embodied carbon, is not in the sums.
    price_years : mapping of package to tuple of int
        Years of the prices that were added up, not brought to one level.
    work_confidence : int64 array (p,)
        0-100, of the weakest price or embodied carbon.
    use : {"standard", "operated"}
    model : str
    confidence : int8 array (n,)
        0-100, of the demand as it is.
    findings, provenance
    """

    building: NDArray[np.object_]
    package: tuple[str, ...]
    climate: tuple[str, ...]
    values: Mapping[str, Cube] = field(repr=False)
    heated_floor_area: NDArray[np.float64]
    carrier_shares: NDArray[np.float32] = field(repr=False)
    systems: Mapping[str, HeatSystem]
    cooling_efficiency: float
    cost_eur: NDArray[np.float64]
    embodied_kg: NDArray[np.float64]
    unpriced: Mapping[str, tuple[str, ...]]
    uncounted: Mapping[str, tuple[str, ...]]
    price_years: Mapping[str, tuple[int, ...]]
    work_confidence: NDArray[np.int64]
    use: str
    model: str
    confidence: NDArray[np.int8]
    findings: Findings = field(default_factory=Findings.of, repr=False)
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.building)

    def __repr__(self) -> str:
        return (
            f"DemandTable({len(self)} buildings, packages {', '.join(self.package)}, climates "
            f"{', '.join(self.climate)}, use={self.use!r})"
        )

    def __getitem__(self, name: str) -> Cube:
        """Values (n, p, c) of a name in :data:`QUANTITIES`; ValueError lists them."""
        if name not in self.values:
            raise ValueError(f"no {name!r}; there are {', '.join(self.values)}")
        return self.values[name]

    def delivered(self, carrier: str) -> NDArray[np.float64]:
        """Expected energy of one carrier delivered, kWh a year, float64 (n, p, c).

        Parameters
        ----------
        carrier : str
            ``district_heat``, ``electricity`` (with lighting, appliances, fans and cooling), ``oil``, ``gas`` or
            ``wood``.

        Raises
        ------
        ValueError
            Unknown carrier.
        """
        known = dict.fromkeys(["electricity", *(system.delivered for system in self.systems.values())])
        if carrier not in known:
            raise ValueError(f"no delivered carrier {carrier!r}; there are {', '.join(known)}")
        total = np.zeros(self["heating_kwh"].shape)
        if carrier == "electricity":
            total += self["electricity_kwh"] + self["cooling_kwh"] / self.cooling_efficiency
        for source, system in self.systems.items():
            if system.delivered == carrier:
                heat = self["heating_kwh"] / system.heating + self["hot_water_kwh"] / system.hot_water
                total += self.carrier_shares[:, :, Carrier.from_word(source), None] * heat
        return total

    def gather(self, values: NDArray[np.floating], package: ArrayLike, climate: ArrayLike) -> NDArray[np.floating]:
        """Values along a path: in each step one package of each building and one climate of all.

        Parameters
        ----------
        values : array (n, p, c)
            ``table["heating_kwh"]``, or what :meth:`delivered` gives.
        package : int array (n, steps) or (steps,)
            Column of the package of each building in each step, or of all buildings.
        climate : int array (steps,)
            Column of the climate of each step.

        Returns
        -------
        array (n, steps)

        Raises
        ------
        ValueError
            Wrong shapes, or a column out of range.
        """
        climates = as_rows(climate, "climate", len(self.climate))
        steps = len(climates)
        given = np.asarray(package)
        if given.shape not in ((steps,), (len(self), steps)):
            raise ValueError(f"package must have shape ({steps},) or ({len(self)}, {steps}), not {given.shape}")
        packages = as_rows(np.broadcast_to(given, (len(self), steps)).reshape(-1), "package", len(self.package))
        return values[np.arange(len(self))[:, None], packages.reshape(len(self), steps), climates]

    def to_pandas(self) -> pd.DataFrame:
        """Long table, one row a building, package and climate, with cost and embodied carbon of the package."""
        import pandas as pd

        index = pd.MultiIndex.from_product(
            [self.building, self.package, self.climate], names=["building_id", "package", "climate"]
        )
        columns: dict[str, NDArray[np.generic]] = {name: cube.reshape(-1) for name, cube in self.values.items()}
        columns["cost_eur"] = np.repeat(self.cost_eur.reshape(-1), len(self.climate))
        columns["embodied_kg"] = np.repeat(self.embodied_kg.reshape(-1), len(self.climate))
        frame = pd.DataFrame(columns, index=index)
        frame.attrs.update(
            use=self.use, model=self.model, unpriced=dict(self.unpriced), price_years=dict(self.price_years)
        )
        return frame
