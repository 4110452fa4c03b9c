"""A study: buildings with everything that the simulation of a weather year shares, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin._threads import map_blocks, map_stream
from citytwin.energy.air_exchange import frost_limited
from citytwin.energy.climate import MONTH_OF_DAY, climate_of, in_climate
from citytwin.energy.network_sun import network_sun
from citytwin.energy.parameters import ZoneParameters, zone_parameters
from citytwin.energy.schedules import WEEK, Schedules, build_schedules, monthly_sums
from citytwin.energy.solar_gains import solar_gains
from citytwin.energy.stock import Stock
from citytwin.energy.sun_streams import SunStreams
from citytwin.energy.uncertainty import Deviations, draw_deviations
from citytwin.kernels.state_space import simulate_zones
from citytwin.kernels.thermal_zone import Climate, Loads, Zones
from citytwin.model.buildings import Buildings
from citytwin.model.demand import ANNUAL, MONTHLY
from citytwin.model.sun import MONTH_DAYS
from citytwin.model.weather import HOURS, Weather

if TYPE_CHECKING:
    from citytwin.model.irradiation import Irradiation

BUILDINGS_A_CHUNK = 128
LANES_A_BLOCK = 512
WARM_UP_DAYS = 31
KERNEL_HOURS = ("heating", "cooling", "temperature")
"""What the rows of :attr:`citytwin.kernels.thermal_zone.Loads.hourly` are."""

Progress = Callable[[int, int], None]


class Outcome(NamedTuple):
    """Results in the order of the buildings; names as in :class:`EnergyDemand`."""

    annual: dict[str, NDArray[np.float64]]
    monthly: dict[str, NDArray[np.float64]]
    district: dict[str, NDArray[np.float64]]
    draws: dict[str, NDArray[np.float32]]
    exact: NDArray[np.bool_]


class _Chunk(NamedTuple):
    """Results of some buildings: sums of each, its draws, hourly totals of blocks of lanes, sums by weekly hour."""

    sums: dict[str, NDArray[np.float64]]
    drawn: dict[str, NDArray[np.float32]]
    totals: list[NDArray[np.float64]]
    electricity: NDArray[np.float64]
    hot_water: NDArray[np.float64]
    exact: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Study:
    """Buildings with all that their simulation shares, sorted by profile: the lanes of a block then switch together.

    `place` is the row of each building of the user in this order.
    """

    buildings: Buildings
    place: NDArray[np.int64]
    stock: Stock
    mode: str
    climate: Climate
    mean_air: float
    schedules: Schedules
    sun: SunStreams
    model: str

    def parameters(self, start: int, stop: int, draws: int | Deviations) -> ZoneParameters:
        """Parameters of some buildings: central ones without draws, else those of the draws or the given deviations."""
        part = self.buildings.take(np.arange(start, stop))
        lanes = zone_parameters(
            part,
            replace(self.schedules, profile=self.schedules.profile[start:stop]),
            (self.sun.groups.walls_seen[start:stop], self.sun.groups.roofs_seen[start:stop]),
            self.stock,
            self.mode,
            draws if isinstance(draws, dict) else draw_deviations(part, self.stock, draws) if draws else None,
            self.model,
        )
        space = in_climate(lanes.zones.space, self.mean_air)
        return replace(lanes, zones=lanes.zones._replace(space=space))

    def loads(self, zones: Zones, sun: NDArray[np.float32], hourly: bool = False) -> list[Loads]:
        """Loads of blocks of lanes, in order."""
        limit = self.stock.constant("overheating_limit")

        def simulate_block(start: int, stop: int) -> Loads:
            block, profiles = zones.take(start, stop), self.schedules.profiles
            return simulate_zones(block, profiles, self.climate, sun, limit, WARM_UP_DAYS, False, hourly)

        return map_blocks(simulate_block, len(zones.row), LANES_A_BLOCK)

    def chunk(self, start: int, draws: int) -> _Chunk:
        """Sun, parameters, hours and sums of the buildings from `start` on."""
        stop = min(start + BUILDINGS_A_CHUNK, len(self.buildings))
        sun = self.sun.hours(start, stop)
        central = self.parameters(start, stop, 0)
        loads = self.loads(central.zones, sun)
        drawn = {}
        if draws:
            spread = self.parameters(start, stop, draws)
            for name, values in self.sums(spread, self.loads(spread.zones, sun)).items():
                if name in ANNUAL:
                    values = values.sum(axis=1) if name in MONTHLY else values
                    drawn[name] = values.reshape(-1, draws).astype(np.float32)
        return _Chunk(
            sums=self.sums(central, loads),
            drawn=drawn,
            totals=[block.total for block in loads],
            electricity=self.weekly_electricity(central).sum(axis=0),
            hot_water=self.weekly_hot_water(central).sum(axis=0),
            exact=central.exact,
        )

    def run(self, draws: int, progress: Progress | None) -> Outcome:
        """Simulate all buildings, a chunk on each thread; results are put together in the order of the chunks."""
        n = len(self.buildings)
        annual: dict[str, list[NDArray[np.float64]]] = {name: [] for name in (*ANNUAL, "cooling_peak_kw")}
        monthly: dict[str, list[NDArray[np.float64]]] = {name: [] for name in MONTHLY}
        drawn: dict[str, list[NDArray[np.float32]]] = {name: [] for name in ANNUAL}
        total = np.zeros((2, HOURS))
        weekly, water = np.zeros((2, WEEK))
        exact = []
        for start, chunk in map_stream(lambda start: self.chunk(start, draws), range(0, n, BUILDINGS_A_CHUNK)):
            for block in chunk.totals:
                total += block
            weekly += chunk.electricity
            water += chunk.hot_water
            exact.append(chunk.exact)
            for name, values in chunk.sums.items():
                annual[name].append(values.sum(axis=1) if name in MONTHLY else values)
                if name in MONTHLY:
                    monthly[name].append(values)
            for name, values in chunk.drawn.items():
                drawn[name].append(values)
            if progress is not None:
                progress(min(start + BUILDINGS_A_CHUNK, n), n)
        columns = {name: _joined(parts, (0,))[self.place] for name, parts in annual.items()}
        by_month = {name: _joined(parts, (0, 12))[self.place] for name, parts in monthly.items()}
        samples = {name: _joined(parts, (n, draws))[self.place].astype(np.float32) for name, parts in drawn.items()}
        return Outcome(
            columns,
            by_month,
            {
                "heating": total[0] / 1000.0,
                "cooling": total[1] / 1000.0,
                "hot_water": water[np.arange(HOURS) % WEEK],
                "electricity": weekly[np.arange(HOURS) % WEEK] / 1000.0,
            },
            samples,
            _joined(exact, (0,)).astype(bool)[self.place],
        )

    def sums(self, lanes: ZoneParameters, loads: list[Loads]) -> dict[str, NDArray[np.float64]]:
        """Monthly and annual values of each lane."""
        zones, schedules = lanes.zones, self.schedules
        state = schedules.profiles.ventilation_state.astype(float)
        on = monthly_sums(state, MONTH_OF_DAY)[zones.profile]
        off = monthly_sums(1.0 - state, MONTH_OF_DAY)[zones.profile]
        appliances = lanes.appliances[:, None] * monthly_sums(schedules.electricity, MONTH_OF_DAY)[zones.profile]
        fans = lanes.fans[:, :1] * off + lanes.fans[:, 1:] * on
        month_share = np.array(MONTH_DAYS) / sum(MONTH_DAYS)
        drawn = monthly_sums(schedules.draw_off, MONTH_OF_DAY)[zones.profile] / HOURS
        peak = np.concatenate([block.heating_peak for block in loads])
        hour = np.concatenate([block.heating_peak_hour for block in loads])
        return {
            "heating_kwh": np.concatenate([block.heating for block in loads]) / 1000.0,
            "hot_water_kwh": lanes.drawn[:, None] * drawn + (lanes.hot_water - lanes.drawn)[:, None] * month_share,
            "cooling_kwh": np.concatenate([block.cooling for block in loads]) / 1000.0,
            "electricity_kwh": (appliances + fans) / 1000.0,
            "heating_peak_kw": (peak + self._frost(lanes, hour)) / 1000.0,
            "cooling_peak_kw": np.concatenate([block.cooling_peak for block in loads]) / 1000.0,
            "overheating_kh": np.concatenate([block.overheating for block in loads]),
        }

    def _frost(self, lanes: ZoneParameters, hour: NDArray[np.int64]) -> NDArray[np.float64]:
        """Power that heat recovery fails to save in the hour of the peak, W.

        Exhaust air is not cooled below a limit, see :func:`~citytwin.energy.air_exchange.frost_limited`; the annual
        efficiency is used for energy.
        """
        zones, profiles = lanes.zones, self.schedules.profiles
        column = np.maximum(hour, 0) % WEEK
        room = profiles.heating_setpoint[zones.profile, column] + zones.heating_offset
        out = self.climate.temp_air[np.maximum(hour, 0)].astype(np.float64)
        lane = np.arange(len(hour))
        state = profiles.ventilation_state[zones.profile, column]
        efficiency = lanes.recovery[lane, state]
        limited = frost_limited(efficiency, room, out, self.stock.constant("frost_exhaust_temperature"))
        lost = np.where(efficiency > 0, 1.0 - limited / np.maximum(efficiency, 1e-9), 0.0)
        return np.where(hour >= 0, lanes.recovered[lane, state] * lost * (room - out), 0.0)

    def weekly_electricity(self, lanes: ZoneParameters) -> NDArray[np.float64]:
        """Lighting, appliances and fans of each lane by hour of the week, (n, 168), W."""
        profile = lanes.zones.profile
        on = self.schedules.profiles.ventilation_state[profile]
        fans = np.where(on, lanes.fans[:, 1:], lanes.fans[:, :1])
        return lanes.appliances[:, None] * self.schedules.electricity[profile] + fans

    def weekly_hot_water(self, lanes: ZoneParameters) -> NDArray[np.float64]:
        """Hot water of each lane by hour of the week, (n, 168), kW."""
        steady = (lanes.hot_water - lanes.drawn)[:, None]
        return (lanes.drawn[:, None] * self.schedules.draw_off[lanes.zones.profile] + steady) / HOURS

    def hours(self, rows: NDArray[np.int64], name: str) -> NDArray[np.float32]:
        """Hours of some buildings, see :meth:`EnergyDemand.hourly`."""
        result = np.zeros((len(rows), HOURS), np.float32)
        for k, row in enumerate(self.place[rows].tolist()):
            lanes = self.parameters(row, row + 1, 0)
            if name == "hot_water":
                result[k] = self.weekly_hot_water(lanes)[0, np.arange(HOURS) % WEEK]
            elif name == "electricity":
                result[k] = self.weekly_electricity(lanes)[0, np.arange(HOURS) % WEEK] / 1000.0
            else:
                (loads,) = self.loads(lanes.zones, self.sun.hours(row, row + 1), hourly=True)
                result[k] = loads.hourly[KERNEL_HOURS.index(name), 0] / (1.0 if name == "temperature" else 1000.0)
        return result


def study_of(
    buildings: Buildings, weather: Weather, irradiation: Irradiation, stock: Stock, mode: str, model: str
) -> Study:
    """What some buildings share over a weather year.

    Parameters
    ----------
    buildings : Buildings
        Those that are simulated.
    weather : Weather
    irradiation : Irradiation
        Of the surfaces of the same city.
    stock : Stock
    mode : {"operated", "standard"}
    model : {"network", "5r1c"}
    """
    schedules = build_schedules(stock.shares(buildings.use_shares), stock, mode)
    order = np.argsort(schedules.profile, kind="stable")
    ordered = buildings.take(order)
    return Study(
        # the surfaces have done their part: without them a chunk is cheap to take
        buildings=replace(ordered, surface_group=np.empty(0, np.int32), surface_exposed_area=np.empty(0)),
        place=np.argsort(order),
        stock=stock,
        mode=mode,
        climate=climate_of(weather),
        mean_air=float(weather.temp_air.mean()),
        schedules=replace(schedules, profile=schedules.profile[order]),
        sun=network_sun(ordered, irradiation, stock, mode)
        if model == "network"
        else solar_gains(ordered, irradiation, stock),
        model=model,
    )


def _joined(parts: Sequence[NDArray[np.generic]], shape: tuple[int, ...]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(shape)
