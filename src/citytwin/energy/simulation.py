"""Energy demand of buildings over a weather year."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin._threads import map_blocks
from citytwin.energy.climate import MONTH_OF_DAY, climate_of
from citytwin.energy.parameters import ZoneParameters, zone_parameters
from citytwin.energy.schedules import WEEK, Schedules, build_schedules, monthly_sums
from citytwin.energy.solar_gains import SolarGains, solar_gains
from citytwin.energy.stock import MODES, Stock, load_stock
from citytwin.energy.trust import confidence_of, findings_of, weak_quantities
from citytwin.energy.uncertainty import default_draws, draw_deviations, drawn_carriers
from citytwin.kernels.rc_5r1c import Climate, Loads, Zones, simulate_zones
from citytwin.model.buildings import Buildings
from citytwin.model.demand import ANNUAL, MONTHLY, EnergyDemand, Excluded
from citytwin.model.enums import Source
from citytwin.model.sun import MONTH_DAYS
from citytwin.model.weather import HOURS, Weather

if TYPE_CHECKING:
    from citytwin.model.irradiation import Irradiation

MODEL = "5r1c (draft model)"
BUILDINGS_A_CHUNK = 64
LANES_A_BLOCK = 512
WARM_UP_DAYS = 31
KERNEL_HOURS = ("heating", "cooling", "temperature")
"""What the rows of :attr:`citytwin.kernels.rc_5r1c.Loads.hourly` are."""

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
        Monte-Carlo draws a building for quantiles; default 64, fewer in cities of more than 2,000 buildings. Draw d of
        a building is the same whatever else is simulated.
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
    ISO 13790:2008, Annex C; ISO 13789:2017; ISO 13370:2017; Decree 1010/2017 (Finland).
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
    ours = buildings.take(rows)
    study = _study(ours, weather, irradiation, tables, use)
    n_draws = default_draws(len(rows)) if draws is None else draws
    outcome = study.run(n_draws, progress)
    left_out = np.flatnonzero(buildings.exclusion != "")
    return EnergyDemand(
        building=ours.id,
        **{name: outcome.annual[name] for name in (*ANNUAL, "cooling_peak_kw")},
        heated_floor_area=ours.heated_floor_area,
        monthly_kwh=outcome.monthly,
        district_kw=outcome.district,
        draws=outcome.draws,
        carrier_draws=drawn_carriers(ours, n_draws),
        use=use,
        model=MODEL,
        carrier=ours.carrier,
        carrier_shares=ours.carrier_shares.astype(np.float64),
        carrier_source=ours.source.get("carrier", np.full(len(ours), Source.MISSING, np.int8)),
        systems=dict(tables.systems),
        cooling_efficiency=tables.constant("cooling_efficiency"),
        confidence=confidence_of(ours, tables, use),
        excluded=Excluded(buildings.id[left_out], buildings.exclusion[left_out]),
        compute_hours=study.hours,
        findings=findings_of(ours, study.gains.dark[study.place], outcome.coupled),
        provenance=(buildings.provenance + weather.provenance).with_parameters(
            energy_model=MODEL,
            energy_use=use,
            energy_draws=n_draws,
            energy_stock_changed=list(tables.changed),
            energy_decided_by_low_confidence=weak_quantities(ours, tables, use),
        ),
    )


class _Outcome(NamedTuple):
    """Results in the order of the buildings; names as in :class:`EnergyDemand`."""

    annual: dict[str, NDArray[np.float64]]
    monthly: dict[str, NDArray[np.float64]]
    district: dict[str, NDArray[np.float64]]
    draws: dict[str, NDArray[np.float32]]
    coupled: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Study:
    """Buildings with all that their simulation shares, sorted by profile: the lanes of a block then switch together.

    `place` is the row of each building of the user in this order.
    """

    buildings: Buildings
    place: NDArray[np.int64]
    stock: Stock
    mode: str
    climate: Climate
    schedules: Schedules
    gains: SolarGains

    def parameters(self, start: int, stop: int, draws: int) -> ZoneParameters:
        """Parameters of some buildings: central ones without draws, else those of the draws."""
        part = self.buildings.take(np.arange(start, stop))
        return zone_parameters(
            part,
            replace(self.schedules, profile=self.schedules.profile[start:stop]),
            (self.gains.walls_seen[start:stop], self.gains.roofs_seen[start:stop]),
            self.stock,
            self.mode,
            draw_deviations(part, self.stock, draws) if draws else None,
        )

    def loads(
        self, zones: Zones, glazing: NDArray[np.float32], opaque: NDArray[np.float32], hourly: bool = False
    ) -> list[Loads]:
        """Loads of blocks of lanes, in order."""
        limit = self.stock.constant("overheating_limit")

        def simulate_block(start: int, stop: int) -> Loads:
            block = Zones(*(column[start:stop] for column in zones))
            profiles = self.schedules.profiles
            return simulate_zones(block, profiles, self.climate, glazing, opaque, limit, WARM_UP_DAYS, False, hourly)

        return map_blocks(simulate_block, len(zones.row), LANES_A_BLOCK)

    def run(self, draws: int, progress: Progress | None) -> _Outcome:
        """Simulate all buildings chunk by chunk; the sun of one chunk is in memory at a time."""
        n = len(self.buildings)
        annual: dict[str, list[NDArray[np.float64]]] = {name: [] for name in (*ANNUAL, "cooling_peak_kw")}
        monthly: dict[str, list[NDArray[np.float64]]] = {name: [] for name in MONTHLY}
        drawn: dict[str, list[NDArray[np.float32]]] = {name: [] for name in ANNUAL}
        total = np.zeros((2, HOURS))
        weekly = np.zeros(WEEK)
        coupled = []
        for start in range(0, n, BUILDINGS_A_CHUNK):
            stop = min(start + BUILDINGS_A_CHUNK, n)
            glazing, opaque = self.gains.hours(start, stop)
            central = self.parameters(start, stop, 0)
            coupled.append(central.coupled)
            loads = self.loads(central.zones, glazing, opaque)
            for block in loads:
                total += block.total
            weekly += self.weekly_electricity(central).sum(axis=0)
            sums = self._sums(central, loads)
            for name, values in sums.items():
                annual[name].append(values.sum(axis=1) if name in MONTHLY else values)
                if name in MONTHLY:
                    monthly[name].append(values)
            if draws:
                spread = self.parameters(start, stop, draws)
                for name, values in self._sums(spread, self.loads(spread.zones, glazing, opaque)).items():
                    if name in drawn:
                        values = values.sum(axis=1) if name in MONTHLY else values
                        drawn[name].append(values.reshape(-1, draws).astype(np.float32))
            if progress is not None:
                progress(stop, n)
        columns = {name: _joined(parts, (0,))[self.place] for name, parts in annual.items()}
        by_month = {name: _joined(parts, (0, 12))[self.place] for name, parts in monthly.items()}
        samples = {name: _joined(parts, (n, draws))[self.place].astype(np.float32) for name, parts in drawn.items()}
        return _Outcome(
            columns,
            by_month,
            {
                "heating": total[0] / 1000.0,
                "cooling": total[1] / 1000.0,
                "hot_water": np.full(HOURS, columns["hot_water_kwh"].sum() / HOURS),
                "electricity": weekly[np.arange(HOURS) % WEEK] / 1000.0,
            },
            samples,
            _joined(coupled, (0,)).astype(bool)[self.place],
        )

    def _sums(self, lanes: ZoneParameters, loads: list[Loads]) -> dict[str, NDArray[np.float64]]:
        """Monthly and annual values of each lane."""
        zones, schedules = lanes.zones, self.schedules
        state = schedules.profiles.ventilation_state.astype(float)
        on = monthly_sums(state, MONTH_OF_DAY)[zones.profile]
        off = monthly_sums(1.0 - state, MONTH_OF_DAY)[zones.profile]
        appliances = lanes.appliances[:, None] * monthly_sums(schedules.electricity, MONTH_OF_DAY)[zones.profile]
        fans = lanes.fans[:, :1] * off + lanes.fans[:, 1:] * on
        month_share = np.array(MONTH_DAYS) / sum(MONTH_DAYS)
        peak = np.concatenate([block.heating_peak for block in loads])
        hour = np.concatenate([block.heating_peak_hour for block in loads])
        return {
            "heating_kwh": np.concatenate([block.heating for block in loads]) / 1000.0,
            "hot_water_kwh": lanes.hot_water[:, None] * month_share,
            "cooling_kwh": np.concatenate([block.cooling for block in loads]) / 1000.0,
            "electricity_kwh": (appliances + fans) / 1000.0,
            "heating_peak_kw": (peak + self._frost(lanes, hour)) / 1000.0,
            "cooling_peak_kw": np.concatenate([block.cooling_peak for block in loads]) / 1000.0,
            "overheating_kh": np.concatenate([block.overheating for block in loads]),
        }

    def _frost(self, lanes: ZoneParameters, hour: NDArray[np.int64]) -> NDArray[np.float64]:
        """Power that heat recovery fails to save in the hour of the peak, W.

        Exhaust air is not cooled below a limit, so that the efficiency is at most
        ``(T_room - T_limit) / (T_room - T_out)``; the annual efficiency is used for energy.
        """
        zones, profiles = lanes.zones, self.schedules.profiles
        column = np.maximum(hour, 0) % WEEK
        room = profiles.heating_setpoint[zones.profile, column] + zones.heating_offset
        out = self.climate.temp_air[np.maximum(hour, 0)].astype(np.float64)
        lane = np.arange(len(hour))
        state = profiles.ventilation_state[zones.profile, column]
        efficiency = lanes.recovery[lane, state]
        most = (room - self.stock.constant("frost_exhaust_temperature")) / np.maximum(room - out, 1e-6)
        lost = np.where(efficiency > 0, np.maximum(efficiency - most, 0.0) / np.maximum(efficiency, 1e-9), 0.0)
        return np.where(hour >= 0, lanes.recovered[lane, state] * lost * (room - out), 0.0)

    def weekly_electricity(self, lanes: ZoneParameters) -> NDArray[np.float64]:
        """Lighting, appliances and fans of each lane by hour of the week, (n, 168), W."""
        profile = lanes.zones.profile
        on = self.schedules.profiles.ventilation_state[profile]
        fans = np.where(on, lanes.fans[:, 1:], lanes.fans[:, :1])
        return lanes.appliances[:, None] * self.schedules.electricity[profile] + fans

    def hours(self, rows: NDArray[np.int64], name: str) -> NDArray[np.float32]:
        """Hours of some buildings, see :meth:`EnergyDemand.hourly`."""
        result = np.zeros((len(rows), HOURS), np.float32)
        for k, row in enumerate(self.place[rows].tolist()):
            lanes = self.parameters(row, row + 1, 0)
            if name == "hot_water":
                result[k] = lanes.hot_water[0] / HOURS
            elif name == "electricity":
                result[k] = self.weekly_electricity(lanes)[0, np.arange(HOURS) % WEEK] / 1000.0
            else:
                (loads,) = self.loads(lanes.zones, *self.gains.hours(row, row + 1), hourly=True)
                result[k] = loads.hourly[KERNEL_HOURS.index(name), 0] / (1.0 if name == "temperature" else 1000.0)
        return result


def _study(buildings: Buildings, weather: Weather, irradiation: Irradiation, stock: Stock, mode: str) -> _Study:
    schedules = build_schedules(stock.shares(buildings.use_shares), stock, mode)
    order = np.argsort(schedules.profile, kind="stable")
    ordered = buildings.take(order)
    gains = solar_gains(ordered, irradiation, stock)
    return _Study(
        # the surfaces have done their part: without them a chunk is cheap to take
        buildings=replace(ordered, surface_group=np.empty(0, np.int32), surface_exposed_area=np.empty(0)),
        place=np.argsort(order),
        stock=stock,
        mode=mode,
        climate=climate_of(weather),
        schedules=replace(schedules, profile=schedules.profile[order]),
        gains=gains,
    )


def _joined(parts: Sequence[NDArray[np.generic]], shape: tuple[int, ...]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(shape)
