"""EnergyDemand: what each simulated building needs in a year, how sure that is, and what is delivered to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin._compat import require
from citytwin.model._cast import as_rows
from citytwin.model.enums import Carrier, Source
from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze_table

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import xarray as xr

    from citytwin.model.buildings import Buildings

FloatColumn = NDArray[np.float64]

ANNUAL = ("heating_kwh", "hot_water_kwh", "cooling_kwh", "electricity_kwh", "heating_peak_kw", "overheating_kh")
MONTHLY = ("heating_kwh", "hot_water_kwh", "cooling_kwh", "electricity_kwh")
METHODS = {"network": "Hourly thermal network of each building", "5r1c": "Simple hourly method of ISO 13790 (5R1C)"}
"""Words for readers by model."""
HOURLY = ("heating", "hot_water", "cooling", "electricity")


class HeatSystem(NamedTuple):
    """How a heat source turns what is delivered into heat.

    Parameters
    ----------
    delivered : str
        Carrier that is delivered: a heat pump draws on electricity.
    heating, hot_water : float
        Heat per delivered energy over the year. Losses of hot-water pipes are not in it: they are part of the need.
    """

    delivered: str
    heating: float
    hot_water: float


class Excluded(NamedTuple):
    """Buildings that were not simulated, and why; object arrays of the same length."""

    building: NDArray[np.object_]
    reason: NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class EnergyDemand:
    """Energy need of buildings in one weather year.

    Needs are useful energy at the zone; what is delivered follows from the heat source, see :meth:`delivered`.

    Parameters
    ----------
    building : object array (n,) of str
        Ids of the simulated buildings.
    heating_kwh : float64 array (n,)
        Space heating.
    hot_water_kwh : float64 array (n,)
        Net need and losses of pipes.
    cooling_kwh : float64 array (n,)
        0 where the stock has no cooling, as in dwellings.
    electricity_kwh : float64 array (n,)
        Lighting, appliances and fans; neither heating nor cooling.
    heating_peak_kw : float64 array (n,)
        Largest hourly mean of space heating in the weather year, with heat recovery limited by frost; not a design load
        at a design temperature, and without hot water.
    cooling_peak_kw : float64 array (n,)
    overheating_kh : float64 array (n,)
        Degree-hours of air temperature above the limit of the stock (27 degrees Celsius) from June to August. In
        operated use windows are opened above 24 degrees where it is cooler outside; the standard opens none. Heat
        recovery is passed by in both.
    heated_floor_area : float64 array (n,), m2
    monthly_kwh : mapping of name to float64 array (n, 12)
        By the names in :data:`MONTHLY`.
    district_kw : mapping of name to float64 array (8760,)
        Sums over the buildings, by the names in :data:`HOURLY`.
    draws : mapping of name to float32 array (n, d)
        Annual values of each draw, by the names in :data:`ANNUAL`.
    carrier_draws : int8 array (n, d)
        Heat source of each draw, by its probability.
    use : {"standard", "operated"}
    model : str
    carrier : int8 array (n,), :class:`~citytwin.model.enums.Carrier`
    carrier_shares : float64 array (n, 7)
        Probability of each heat source.
    carrier_source : int8 array (n,), :class:`~citytwin.model.enums.Source`
    systems : mapping of heat source to HeatSystem
    cooling_efficiency : float
        Heat removed per electricity.
    confidence : int8 array (n,)
        0-100, of the weakest input that decides.
    excluded : Excluded
        Simulated and excluded buildings are all buildings.
    compute_hours : callable, optional
        ``compute_hours(rows, name)`` simulates some buildings again and keeps the hours.
    findings : Findings
    provenance : Provenance
    """

    building: NDArray[np.object_]
    heating_kwh: FloatColumn
    hot_water_kwh: FloatColumn
    cooling_kwh: FloatColumn
    electricity_kwh: FloatColumn
    heating_peak_kw: FloatColumn
    cooling_peak_kw: FloatColumn
    overheating_kh: FloatColumn
    heated_floor_area: FloatColumn
    monthly_kwh: Mapping[str, FloatColumn] = field(repr=False)
    district_kw: Mapping[str, FloatColumn] = field(repr=False)
    draws: Mapping[str, NDArray[np.float32]] = field(repr=False)
    carrier_draws: NDArray[np.int8] = field(repr=False)
    use: str
    model: str
    carrier: NDArray[np.int8]
    carrier_shares: FloatColumn
    carrier_source: NDArray[np.int8]
    systems: Mapping[str, HeatSystem]
    cooling_efficiency: float
    confidence: NDArray[np.int8]
    excluded: Excluded
    compute_hours: Callable[[NDArray[np.int64], str], NDArray[np.float32]] | None = field(default=None, repr=False)
    findings: Findings = field(default_factory=Findings.of, repr=False)
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.building)

    def __repr__(self) -> str:
        return (
            f"EnergyDemand({len(self)} buildings, {len(self.excluded.building)} excluded, heating "
            f"{self.heating_kwh.sum() / 1000:.0f} MWh, use={self.use!r}, model={self.model!r})"
        )

    def with_notes(self, findings: Findings, **parameters: Any) -> EnergyDemand:
        """The same demand with more findings and more parameters in its provenance."""
        return replace(
            self, findings=self.findings + findings, provenance=self.provenance.with_parameters(**parameters)
        )

    @property
    def method(self) -> str:
        """What a reader is told of the model."""
        return METHODS.get(self.model, self.model)

    @property
    def n_draws(self) -> int:
        """Number of draws that quantiles come from."""
        return self.draws["heating_kwh"].shape[1]

    def monthly(self, name: str) -> FloatColumn:
        """Monthly values (n, 12), kWh, of a name in :data:`MONTHLY`."""
        return self.monthly_kwh[_known(name, MONTHLY)]

    def district_hourly(self, name: str) -> FloatColumn:
        """Sum over the buildings by hour (8760,), kW, of a name in :data:`HOURLY`.

        Hot water follows the weekly draw-off profiles of the uses; circulation loses heat evenly.
        """
        return self.district_kw[_known(name, HOURLY)]

    def hourly(self, rows: NDArray[np.integer], name: str) -> NDArray[np.float32]:
        """Hours of some buildings, computed when asked for.

        Parameters
        ----------
        rows : int array (k,)
            Rows of this table.
        name : str
            One of :data:`HOURLY` for kW, or ``temperature`` for the air temperature in degrees Celsius.

        Returns
        -------
        float32 array (k, 8760)

        Raises
        ------
        ValueError
            Unknown name, a row out of range, or the demand was not simulated in this process.
        """
        _known(name, (*HOURLY, "temperature"))
        if self.compute_hours is None:
            raise ValueError("this demand was not simulated in this process, so that its hours are not at hand")
        return self.compute_hours(as_rows(rows, "rows", len(self)), name)

    def quantile(self, name: str, q: float) -> FloatColumn:
        """Quantile of an annual value over the draws of each building (n,).

        Parameters
        ----------
        name : str
            One of :data:`ANNUAL`.
        q : float
            0 to 1.

        Raises
        ------
        ValueError
            Unknown name, or no draws were made.
        """
        return np.asarray(np.quantile(self._drawn(_known(name, ANNUAL)), q, axis=1), np.float64)

    def district_quantile(self, name: str, q: float) -> float:
        """Quantile of the sum over all buildings: what archetypes share does not average out.

        Parameters
        ----------
        name : str
            One of :data:`MONTHLY`; peaks of buildings do not add up to that of the district.
        q : float
        """
        return float(np.quantile(self._drawn(_known(name, MONTHLY)).sum(axis=0, dtype=np.float64), q))

    def probability_less(self, other: EnergyDemand, name: str) -> FloatColumn:
        """Probability (n,) that each building needs less here than in another alternative of the same buildings.

        Draw d of a building has the same parameters in every alternative (common random numbers), so that what is not
        known about the building does not hide the difference between the two. Equal draws count half.

        Parameters
        ----------
        other : EnergyDemand
            Of the same buildings in any order; where numbers of draws differ, the first draws of both are compared.
        name : str
            One of :data:`ANNUAL`.

        Raises
        ------
        ValueError
            Unknown name, other buildings, or no draws were made.

        Examples
        --------
        ``(renovated.probability_less(today, "heating_kwh") > 0.95).all()``
        """
        ours, theirs = self._paired(other, _known(name, ANNUAL))
        return np.asarray(_share_less(ours, theirs), np.float64)

    def district_probability_less(self, other: EnergyDemand, name: str) -> float:
        """Probability that the sum over all buildings is less here than in another alternative of them.

        Parameters and errors as :meth:`probability_less`, for a name in :data:`MONTHLY`.
        """
        ours, theirs = self._paired(other, _known(name, MONTHLY))
        return float(_share_less(ours.sum(axis=0, dtype=np.float64), theirs.sum(axis=0, dtype=np.float64)))

    def _paired(self, other: EnergyDemand, name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Draws of both, building by building and draw by draw."""
        row = {building: k for k, building in enumerate(other.building.tolist())}
        if len(self) != len(other) or not row.keys() >= set(self.building.tolist()):
            raise ValueError("only demands of the same buildings can be compared draw by draw")
        draws = min(self.n_draws, other.n_draws)
        rows = [row[building] for building in self.building.tolist()]
        return self._drawn(name)[:, :draws], other._drawn(name)[rows, :draws]

    def _drawn(self, name: str) -> NDArray[np.float32]:
        if self.n_draws == 0:
            raise ValueError("no draws were made: simulate with draws=64 to get quantiles")
        return self.draws[name]

    def delivered(self, carrier: str) -> FloatColumn:
        """Expected energy of one carrier delivered to each building (n,), kWh a year.

        Heat by the probability of each heat source and its efficiency; electricity with lighting, appliances, fans and
        cooling.

        Parameters
        ----------
        carrier : str
            Word of a delivered carrier: ``district_heat``, ``electricity``, ``oil``, ``gas`` or ``wood``.
        """
        _known(carrier, self.delivered_carriers)
        total = self.electricity_kwh + self.cooling_kwh / self.cooling_efficiency if carrier == "electricity" else 0.0
        for source, system in self.systems.items():
            if system.delivered == carrier:
                heat = self.heating_kwh / system.heating + self.hot_water_kwh / system.hot_water
                total = total + self.carrier_shares[:, Carrier.from_word(source)] * heat
        return np.asarray(total, np.float64)

    @property
    def delivered_carriers(self) -> tuple[str, ...]:
        """Words of the carriers that can be delivered."""
        return tuple(dict.fromkeys(["electricity", *(system.delivered for system in self.systems.values())]))

    def to_pandas(self) -> pd.DataFrame:
        """One row a building, index ``building_id``; 10th, 50th and 90th percentiles where draws were made."""
        import pandas as pd

        columns: dict[str, NDArray[np.generic]] = {name: getattr(self, name) for name in ANNUAL}
        columns["cooling_peak_kw"] = self.cooling_peak_kw
        if self.n_draws:
            for name in ANNUAL:
                quantiles = np.quantile(self.draws[name], [0.1, 0.5, 0.9], axis=1)
                for percent, values in zip((10, 50, 90), quantiles, strict=True):
                    columns[f"{name}_p{percent}"] = values.astype(np.float64)
        columns["heated_floor_area_m2"] = self.heated_floor_area
        columns["heating_kwh_m2"] = self.heating_kwh / self.heated_floor_area
        columns["carrier"] = Carrier.words(self.carrier)
        columns["carrier_source"] = Source.words(self.carrier_source)
        for carrier in self.delivered_carriers:
            columns[f"delivered_{carrier}_kwh"] = self.delivered(carrier)
        columns["confidence"] = self.confidence
        frame = pd.DataFrame(columns, index=pd.Index(self.building, name="building_id"))
        frame.attrs.update(use=self.use, model=self.model)
        return frame

    def to_geopandas(self, buildings: Buildings) -> gpd.GeoDataFrame:
        """The same table with the footprint of each row's building."""
        return buildings.locate(self.to_pandas(), self.building)

    def to_xarray(self) -> xr.Dataset:
        """Monthly needs with dimensions ``building_id`` and ``month`` (1-12), and hourly sums of the district.

        Raises
        ------
        MissingExtraError
            xarray is not installed.
        """
        require("xarray", "EnergyDemand.to_xarray")
        import xarray as xr

        dimensions = ("building_id", "month")
        monthly = {name: (dimensions, values, {"units": "kWh"}) for name, values in self.monthly_kwh.items()}
        hourly = {f"district_{name}": ("hour", values, {"units": "kW"}) for name, values in self.district_kw.items()}
        return xr.Dataset(
            {**monthly, **hourly},
            coords={"building_id": self.building.astype(str), "month": np.arange(1, 13), "hour": np.arange(8760)},
            attrs={"use": self.use, "model": self.model},
        )


def _share_less(ours: NDArray[np.floating], theirs: NDArray[np.floating]) -> NDArray[np.floating]:
    """Share of the draws, the last axis, in which the first is less; equal ones count half."""
    return (ours < theirs).mean(axis=-1) + 0.5 * (ours == theirs).mean(axis=-1)


def _known(name: str, names: tuple[str, ...]) -> str:
    if name not in names:
        raise ValueError(f"no {name!r}; there are {', '.join(names)}")
    return name
