"""Energy demand of buildings over a weather year."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin._threads import map_blocks
from citytwin.energy.climate import DAYS_OF_MONTH, MONTH_OF_DAY, climate_of
from citytwin.energy.parameters import ZoneParameters, zone_parameters
from citytwin.energy.schedules import WEEK, Schedules, build_schedules, hours_by_month
from citytwin.energy.solar_gains import SolarGains, solar_gains
from citytwin.energy.stock import MODES, Stock, load_stock
from citytwin.energy.trust import confidence_of, findings_of, weak_quantities
from citytwin.energy.uncertainty import default_draws, draw_deviations, uniform
from citytwin.kernels.rc_5r1c import Climate, Loads, Zones, simulate_zones
from citytwin.model.buildings import Buildings
from citytwin.model.demand import ANNUAL, EnergyDemand, Excluded
from citytwin.model.enums import Source
from citytwin.model.weather import HOURS, Weather

if TYPE_CHECKING:
    from citytwin.model.irradiation import Irradiation

MODEL = "5r1c (draft model)"
BUILDINGS_A_CHUNK = 64
LANES_A_BLOCK = 512
WARM_UP_DAYS = 31

Progress = Callable[[int, int], None]


def simulate(
    buildings: Buildings,
    weather: Weather,
    irradiation: Irradiation,
    stock: Stock | Mapping[str, Any] | str | Path | None = None,
    model: str = "5r1c",
    use: str = "operated",
    draws: int | None = None,
    progress: Progress | None = None,
) -> EnergyDemand:
    """Simulate every hour of a weather year in today's heated buildings: draft model.

    Each building is one zone of the 5R1C network of ISO 13790:2008, Annex C. Its envelope is that of the geometry;
    constructions, ventilation and use come from the stock tables by year of permit and shares of use, unless
    ``buildings.overrides`` say better. Dwellings are not cooled: their overheating is counted instead.

    Parameters
    ----------
    buildings : Buildings
        ``buildings.simulated`` are simulated, the others are listed with the reason in ``excluded``.
    weather : Weather
    irradiation : Irradiation
        Of the surfaces of the same city.
    stock : Stock, mapping, path or None
        Tables, or overrides for :func:`~citytwin.energy.load_stock`.
    model : {"5r1c"}
    use : {"operated", "standard"}
        How buildings are run for a baseline, or the standard use of Decree 1010/2017 for energy certificates.
    draws : int, optional
        Monte-Carlo draws a building for quantiles; default 64, fewer from 2,000 buildings on. Draw d of a building is the
        same whatever else is simulated.
    progress : callable, optional
        Called as ``progress(done, n)``.

    Returns
    -------
    EnergyDemand

    Raises
    ------
    ValueError
        Unknown `model` or `use`, negative `draws`, or a bad stock override.

    References
    ----------
    ISO 13790:2008, Annex C; ISO 13789:2017; ISO 13370:2017; Decree 1010/2017 of the Ministry of the Environment, Finland.
    """
    if model != "5r1c":
        reason = "is not built yet" if model == "network" else "is not a model"
        raise ValueError(f"model {model!r} {reason}: use model='5r1c'")
    if use not in MODES:
        raise ValueError(f"use must be one of {', '.join(MODES)}, not {use!r}")
    if draws is not None and draws < 0:
        raise ValueError(f"draws must not be negative, not {draws}")
    tables = stock if isinstance(stock, Stock) else load_stock(stock)
    rows = np.flatnonzero(buildings.simulated)
    study = _Study.of(buildings.take(rows), weather, irradiation, tables, use)
    n_draws = default_draws(len(rows)) if draws is None else draws
    annual, monthly, district, drawn = study.run(n_draws, progress)
    left_out = np.flatnonzero(buildings.exclusion != "")
    ours = study.buildings
    return EnergyDemand(
        building=ours.id.copy(),
        **annual,
        heated_floor_area=ours.heated_floor_area.copy(),
        monthly_kwh=monthly,
        district_kw=district,
        draws=drawn,
        use=use,
        model=MODEL,
        carrier=ours.carrier.copy(),
        carrier_shares=ours.carrier_shares.astype(np.float64),
        carrier_source=ours.source.get("carrier", np.full(len(ours), Source.MISSING, np.int8)).copy(),
        systems=dict(tables.systems),
        cooling_efficiency=tables.constant("cooling_efficiency"),
        confidence=confidence_of(ours, tables),
        excluded=Excluded(buildings.id[left_out], buildings.exclusion[left_out]),
        compute_hours=study.hours,
        findings=findings_of(ours, study.gains.dark, study.coupled),
        provenance=(buildings.provenance + weather.provenance).with_parameters(
            energy_model=MODEL,
            energy_use=use,
            energy_draws=n_draws,
            energy_stock_changed=list(tables.changed),
            energy_decided_by_low_confidence=weak_quantities(ours, tables),
        ),
    )


@dataclass(frozen=True, eq=False)
class _Study:
    """Buildings with all that their simulation shares.

    `order` sorts them by profile, so that the lanes of a block of the kernel switch together.
    """

    buildings: Buildings
    stock: Stock
    mode: str
    climate: Climate
    schedules: Schedules
    gains: SolarGains
    order: NDArray[np.int64]
    coupled: NDArray[np.bool_]

    @classmethod
    def of(
        cls, buildings: Buildings, weather: Weather, irradiation: Irradiation, stock: Stock, mode: str
    ) -> _Study:
        schedules = build_schedules(stock.shares(buildings.use_shares), stock, mode)
        gains = solar_gains(buildings, irradiation, stock)
        no_surfaces = {"surface_group": np.empty(0, np.int32), "surface_exposed_area": np.empty(0)}
        return cls(
            buildings=replace(buildings, **no_surfaces),
            stock=stock,
            mode=mode,
            climate=climate_of(weather),
            schedules=schedules,
            gains=gains,
            order=np.argsort(schedules.profile, kind="stable"),
            coupled=np.ones(len(buildings), bool),
        )
