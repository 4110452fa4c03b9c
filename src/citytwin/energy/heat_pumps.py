"""Heat pumps: coefficient of performance by temperature, and the electricity that heat costs hour by hour."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from citytwin.energy.decree_year import made_with
from citytwin.model._cast import as_floats
from citytwin.model.heat_pump_use import HeatPumpUse
from citytwin.model.reference import CONFIDENCE, read_reference
from citytwin.model.sky_temperature import ZERO_CELSIUS
from citytwin.model.sun import month_of_hour

if TYPE_CHECKING:
    from citytwin.model.demand import EnergyDemand
    from citytwin.model.weather import Weather

Hours = NDArray[np.float64]

HEAT_SOURCES = ("ground", "air")
EMITTERS = ("radiator", "floor", "fan_coil")
BUILDINGS_A_BLOCK = 64
SMALLEST_LIFT_K = 1.0


class HeatPump(NamedTuple):
    """A kind of heat pump.

    Parameters
    ----------
    source : {"ground", "air"}
    emitter : {"radiator", "floor", "fan_coil"}
        What it feeds.
    capacity_share : float
        Heating power over the need at the design temperature; a resistance does the rest.
    """

    source: str = "ground"
    emitter: str = "radiator"
    capacity_share: float = 1.0


class PumpHours(NamedTuple):
    """What heat from a heat pump costs in each hour of a weather year, float64 arrays (8760,).

    Parameters
    ----------
    cop : heat per electricity of the machine for space heating; 0 where it stands still
    pump_share : share of the space heating that comes from the machine
    electricity : kWh per kWh of space heating, resistance included
    hot_water : kWh per kWh of hot water, resistance included
    hot_water_share : share of the hot water that comes from the machine
    """

    cop: Hours
    pump_share: Hours
    electricity: Hours
    hot_water: Hours
    hot_water_share: Hours

    @property
    def weights(self) -> Hours:
        """Weights (2, 8760) of the heating of an hour in the sums `weighted_kwh` of :func:`heat_pump_use`.

        The electricity, and the heat that a resistance gives.
        """
        return np.stack([self.electricity, 1.0 - self.pump_share])


@cache
def _table() -> dict[str, float]:
    return {row["name"]: float(row["value"]) for row in read_reference(__package__, "heat_pumps.csv")}


@cache
def _confidence() -> int:
    return min(CONFIDENCE[row["confidence"]] for row in read_reference(__package__, "heat_pumps.csv"))


def coefficient_of_performance(hot: ArrayLike, cold: ArrayLike) -> NDArray[np.float64]:
    r"""Heat per electricity of a heat pump: :math:`\eta (T_h + 273.15) / (T_h - T_c)`, at most 7.

    Parameters
    ----------
    hot : array, degrees Celsius
        Water that is heated.
    cold : array that broadcasts with it, degrees Celsius
        Brine or outdoor air.

    Returns
    -------
    float64 array

    References
    ----------
    Share of Carnot's coefficient and limit as in tsib (FZ Juelich); rows of ``heat_pumps.csv``.

    Examples
    --------
    >>> coefficient_of_performance([35.0, 55.0], 0.0).round(2)
    array([3.96, 2.68])
    """
    table = _table()
    warm, source = np.asarray(hot, np.float64), np.asarray(cold, np.float64)
    lift = np.maximum(warm - source, SMALLEST_LIFT_K)
    return np.minimum(table["carnot_share"] * (warm + ZERO_CELSIUS) / lift, table["largest_cop"])


def emitter_temperature(load: ArrayLike, emitter: str) -> NDArray[np.float64]:
    r"""Mean water temperature of emitters at part load, degrees Celsius: :math:`T_{room} + \Delta T_n \, q^{1/n}`.

    Parameters
    ----------
    load : array
        Heat over that at the design temperature q, 0 to 1.
    emitter : {"radiator", "floor", "fan_coil"}

    References
    ----------
    EN 15316-2:2017, exponents of emission.

    Examples
    --------
    >>> emitter_temperature([0.0, 0.5, 1.0], "radiator").round(1)
    array([21. , 50.3, 71. ])
    """
    table = _table()
    if emitter not in EMITTERS:
        raise ValueError(f"emitter must be one of {', '.join(EMITTERS)}, not {emitter!r}")
    ratio = np.clip(np.asarray(load, np.float64), 0.0, 1.0)
    return table["room"] + table[f"{emitter}_excess"] * ratio ** (1.0 / table[f"{emitter}_exponent"])


def pump_hours(pump: HeatPump, weather: Weather) -> PumpHours:
    r"""What heat from a heat pump costs in each hour, the same for all buildings with such a pump.

    The load follows the outdoor temperature between the heating limit and the design temperature, the emitters follow
    the load, and the brine falls with it below the ground's temperature. Since all of that hangs on the weather alone,
    the electricity of a building is a weighted sum of its heating, :math:`\sum_h Q_h w_h` with `electricity` as weight.
    An air-source pump stops below -20 degrees; what the machine does not do, a resistance does.

    Parameters
    ----------
    pump : HeatPump
    weather : Weather

    Returns
    -------
    PumpHours

    Raises
    ------
    ValueError
        Unknown source or emitter, or a share outside 0 to 1.

    Examples
    --------
    >>> import citytwin as ct
    >>> year = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    >>> floor, radiator = (pump_hours(HeatPump("ground", emitter), year) for emitter in ("floor", "radiator"))
    >>> bool((floor.electricity <= radiator.electricity).all())
    True
    """
    table = _table()
    if pump.source not in HEAT_SOURCES:
        raise ValueError(f"source of a heat pump must be one of {', '.join(HEAT_SOURCES)}, not {pump.source!r}")
    if not 0.0 <= pump.capacity_share <= 1.0:
        raise ValueError(f"capacity_share must lie between 0 and 1, not {pump.capacity_share}")
    air = as_floats(weather.temp_air, "temp_air")
    span = table["heating_limit"] - table["design_outdoor_air"]
    load = np.clip((table["heating_limit"] - air) / span, 0.0, 1.0)
    if pump.source == "ground":
        cold = air.mean() + table["ground_excess"] - table["brine_drop"] * np.minimum(load, pump.capacity_share)
        runs = np.full(air.shape, pump.capacity_share > 0)
    else:
        cold = air
        runs = (air >= table["lowest_outdoor_air"]) & (pump.capacity_share > 0)
    cop = np.where(runs, coefficient_of_performance(emitter_temperature(load, pump.emitter), cold), 0.0)
    share = np.where(runs, np.minimum(pump.capacity_share / np.maximum(load, 1e-9), 1.0), 0.0)
    water_cop = coefficient_of_performance(table["hot_water"], cold)
    water_share = runs.astype(np.float64)
    return PumpHours(
        cop=cop,
        pump_share=share,
        electricity=share / np.where(runs, cop, 1.0) + (1.0 - share),
        hot_water=water_share / water_cop + (1.0 - water_share),
        hot_water_share=water_share,
    )


def heat_pump_use(
    demand: EnergyDemand,
    pump: HeatPump,
    weather: Weather,
    weighted_kwh: NDArray[np.floating] | None = None,
) -> HeatPumpUse:
    """Electricity that a heat pump would take for the heat of each building.

    Parameters
    ----------
    demand : EnergyDemand
    pump : HeatPump
    weather : Weather
        That of the demand.
    weighted_kwh : float array (n, 2), optional
        Sums over the year of heating times each of the weights of :class:`PumpHours`, where they are at hand. Without
        them the hours of every building are simulated again.

    Returns
    -------
    HeatPumpUse

    Raises
    ------
    ValueError
        As :func:`pump_hours`, other weather than that of the demand, or its hours are not at hand.

    Notes
    -----
    Hot water, pipe losses included, is spread evenly over each month. Losses of heating pipes are not counted.

    Examples
    --------
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(2, seed=1)
    >>> year = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    >>> sun = ct.solar.irradiate(city, year, level="draft")
    >>> demand = ct.energy.simulate(city.buildings(), year, sun, draws=0)
    >>> use = ct.energy.heat_pump_use(demand, ct.energy.HeatPump("ground"), year)
    >>> bool(((2.5 < use.seasonal_performance) & (use.seasonal_performance < 4.5)).all())
    True
    """
    if not made_with(demand.provenance, weather):
        raise ValueError(f"the demand was not simulated in the weather of {weather.place!r}: pass its own")
    hours = pump_hours(pump, weather)
    n = len(demand)
    peak = np.full(n, np.nan)
    if weighted_kwh is None:
        weighted = np.zeros((n, 2))
        for start in range(0, n, BUILDINGS_A_BLOCK):
            rows = np.arange(start, min(start + BUILDINGS_A_BLOCK, n))
            power = demand.hourly(rows, "heating").astype(np.float64)
            for column, weight in enumerate(hours.weights):
                weighted[rows, column] = (power * weight).sum(axis=1)
            peak[rows] = (power * hours.electricity).max(axis=1)
    else:
        weighted = as_floats(weighted_kwh, "weighted_kwh", (n, 2), 0.0)
    water = demand.monthly("hot_water_kwh")
    return HeatPumpUse(
        building=demand.building,
        pump=f"{pump.source}, {pump.emitter}, {pump.capacity_share:g} of the design load",
        heating_kwh=demand.heating_kwh,
        hot_water_kwh=demand.hot_water_kwh,
        heating_electricity_kwh=weighted[:, 0],
        hot_water_electricity_kwh=(water * _monthly_mean(hours.hot_water)).sum(axis=1),
        backup_kwh=weighted[:, 1] + (water * _monthly_mean(1.0 - hours.hot_water_share)).sum(axis=1),
        heating_electricity_peak_kw=peak,
        confidence=np.minimum(demand.confidence, _confidence()).astype(np.int8),
        provenance=demand.provenance.with_parameters(heat_pump=list(pump)),
    )


def _monthly_mean(values: Hours) -> NDArray[np.float64]:
    """Mean (12,) of the hours of each month."""
    month = month_of_hour()
    return np.asarray(np.bincount(month, values, 12) / np.bincount(month), np.float64)
