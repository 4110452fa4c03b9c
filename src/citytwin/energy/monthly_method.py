"""Monthly method of ISO 13790: utilisation factors on the same parameters, a second opinion beside the hourly model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from citytwin.energy.air_exchange import air_exchange
from citytwin.energy.climate import MONTH_OF_DAY, check_climate, seasonal_wave
from citytwin.energy.envelope import envelope
from citytwin.energy.hot_water import hot_water
from citytwin.energy.inputs import check_overrides, check_setpoints
from citytwin.energy.lanes import Floats, Lanes
from citytwin.energy.measures import SET_POINT
from citytwin.energy.schedules import build_schedules, monthly_sums
from citytwin.energy.solar_gains import GLAZING, OPAQUE, solar_gains
from citytwin.energy.stock import MODES, Stock, load_stock
from citytwin.energy.sun_streams import SunStreams
from citytwin.model._cast import as_floats
from citytwin.model.enums import Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.sun import MONTH_DAYS

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from citytwin.model.buildings import Buildings
    from citytwin.model.demand import EnergyDemand
    from citytwin.model.irradiation import Irradiation
    from citytwin.model.weather import Weather

REFERENCE_H, REFERENCE_A = 15.0, 1.0
"""Reference time constant and exponent of the monthly method, ISO 13790:2008, Tables 9 and 10."""
HOURS_OF_MONTH = 24.0 * np.array(MONTH_DAYS)
CHUNK = 64
DIFFERENCE = 0.25
"""Share of the larger need by which the two methods may differ; an assumption."""
FLOOR_KWH_M2 = 5.0
"""Differences below this are not reported, whatever their share."""


class MonthlyNeed(NamedTuple):
    """Heating and cooling need by month, float64 arrays (n, 12), kWh, and the utilisation factors behind them."""

    heating: NDArray[np.float64]
    cooling: NDArray[np.float64]
    gain_utilisation: NDArray[np.float64]
    loss_utilisation: NDArray[np.float64]


def utilisation(ratio: ArrayLike, time_constant_h: ArrayLike) -> NDArray[np.float64]:
    r"""Share of the gains that is of use for heating, by the ratio of gains to losses.

    :math:`\eta = (1 - \gamma^a) / (1 - \gamma^{a+1})`, :math:`a/(a+1)` at :math:`\gamma = 1`, with
    :math:`a = 1 + \tau / 15\,h`; 1 where there are no gains. Of the losses, the share that is of use against cooling is
    the same function of :math:`1/\gamma`.

    Parameters
    ----------
    ratio : float array
        Gains over losses, not negative; may be infinite.
    time_constant_h : float array that broadcasts to it, h
        Heat capacity over heat loss coefficient.

    References
    ----------
    ISO 13790:2008, 12.2.1.

    Examples
    --------
    >>> utilisation([0.0, 1.0], 60.0).round(3)
    array([1.   , 0.833])
    """
    gamma = np.asarray(ratio, np.float64)
    gamma, a = np.broadcast_arrays(gamma, REFERENCE_A + np.asarray(time_constant_h, np.float64) / REFERENCE_H)
    # above 1 the same fraction in powers of 1/gamma, which do not overflow
    small = np.where(gamma > 1.0, np.divide(1.0, gamma, out=np.zeros_like(gamma), where=gamma > 1.0), gamma)
    power = small**a
    even = np.abs(gamma - 1.0) < 1e-9
    below = np.where(even, 1.0, 1.0 - power * small)
    fraction = np.where(gamma > 1.0, small * (1.0 - power) / below, (1.0 - power) / below)
    return np.where(even, a / (a + 1.0), fraction)


def monthly_balance(
    heat_loss_kwh: ArrayLike,
    cool_loss_kwh: ArrayLike,
    gains_kwh: ArrayLike,
    heat_time_constant_h: ArrayLike,
    cool_time_constant_h: ArrayLike,
) -> MonthlyNeed:
    r"""Heating and cooling need of each month by utilisation factors.

    :math:`Q_H = Q_{ht} - \eta_{gn} Q_{gn}` and :math:`Q_C = Q_{gn} - \eta_{ls} Q_{ht}`, neither below 0.

    Parameters
    ----------
    heat_loss_kwh, cool_loss_kwh : float arrays (n, 12)
        Transmission and ventilation from the heating and from the cooling set-point to outdoors, what ground and sky
        add or take included; negative where it is warmer outside.
    gains_kwh : float array (n, 12)
        Of people, appliances and sun.
    heat_time_constant_h, cool_time_constant_h : float arrays (n,) or (n, 12), h

    Raises
    ------
    ValueError
        A wrong shape or numbers that are not finite.

    References
    ----------
    ISO 13790:2008, 7.2.1 and 12.2.1.

    Examples
    --------
    >>> need = monthly_balance(np.full((1, 12), 100.0), np.full((1, 12), 120.0), np.zeros((1, 12)), [50.0], [50.0])
    >>> float(need.heating.sum()), float(need.cooling.sum())
    (1200.0, 0.0)
    """
    heat_loss = as_floats(heat_loss_kwh, "heat_loss_kwh", (None, 12))
    cool_loss = as_floats(cool_loss_kwh, "cool_loss_kwh", heat_loss.shape)
    gains = as_floats(gains_kwh, "gains_kwh", heat_loss.shape)
    useful = np.maximum(gains, 0.0)
    heat_ratio = np.divide(useful, heat_loss, out=np.full(gains.shape, np.inf), where=heat_loss > 0)
    gain_used = utilisation(heat_ratio, _by_month(heat_time_constant_h, len(gains)))
    heating = np.where(heat_loss > 0, np.maximum(heat_loss - np.where(gains > 0, gain_used, 1.0) * gains, 0.0), 0.0)
    cool_ratio = np.divide(cool_loss, useful, out=np.zeros(gains.shape), where=(useful > 0) & (cool_loss > 0))
    loss_used = np.where(cool_loss > 0, utilisation(cool_ratio, _by_month(cool_time_constant_h, len(gains))), 1.0)
    cooling = np.where(gains > 0, np.maximum(gains - loss_used * cool_loss, 0.0), 0.0)
    return MonthlyNeed(heating, cooling, gain_used, loss_used)


def _by_month(time_constant_h: ArrayLike, n: int) -> NDArray[np.float64]:
    hours = np.asarray(time_constant_h, np.float64)
    return np.broadcast_to(hours[:, None] if hours.ndim == 1 else hours, (n, 12))


def monthly_demand(
    buildings: Buildings,
    weather: Weather,
    irradiation: Irradiation,
    stock: Stock | Mapping[str, Any] | str | Path | None = None,
    use: str = "operated",
) -> MonthlyNeed:
    """Heating and cooling need of today's heated buildings by the monthly method.

    Envelope, air exchange, gains, set-points and sun are those of the hourly model; set-points and air flows are means
    of the month. Only buildings that the tables cool have cooling, with heat recovery passed by. Airing and limits of
    power are not in the method.

    Parameters
    ----------
    buildings, weather, irradiation, stock, use : as in :func:`simulate`

    Returns
    -------
    MonthlyNeed
        In the order of ``buildings.simulated``, that of ``demand.building``.

    Raises
    ------
    ValueError
        Unknown `use`, or an override of a building that cannot be.
    WeatherError
        Air or sky temperature is missing in some hour.

    Examples
    --------
    ``ct.energy.monthly_demand(buildings, weather, irradiation).heating.sum(axis=1)``
    """
    if use not in MODES:
        raise ValueError(f"use must be one of {', '.join(MODES)}, not {use!r}")
    tables = stock if isinstance(stock, Stock) else load_stock(stock)
    ours = buildings.take(np.flatnonzero(buildings.simulated))
    check_overrides(ours)
    check_climate(weather)
    schedules = build_schedules(tables.shares(ours.use_shares), tables, use)
    lanes = Lanes(ours, tables, use)
    check_setpoints(lanes)
    shell, air = envelope(lanes), air_exchange(lanes, schedules)
    sun = solar_gains(ours, irradiation, tables)
    profiles, profile = schedules.profiles, schedules.profile

    def mean(weekly: NDArray[np.generic]) -> Floats:
        return (monthly_sums(np.asarray(weekly, np.float64), MONTH_OF_DAY) / HOURS_OF_MONTH)[profile]

    on = mean(profiles.ventilation_state)
    flow = air.conductance[:, :1] * (1.0 - on) + air.conductance[:, 1:] * on
    recovered = air.recovered[:, :1] * (1.0 - on) + air.recovered[:, 1:] * on
    transmission = (shell.loss + shell.window)[:, None]
    outside = _month_means(weather.temp_air)
    per_kelvin = HOURS_OF_MONTH / 1000.0

    facing = shell.facing_wall * sun.groups.walls_seen + shell.facing_roof * sun.groups.roofs_seen
    to_sky = tables.constant("external_resistance") * tables.constant("sky_coefficient") * facing
    from_outside = per_kelvin * (
        to_sky[:, None] * _month_means(weather.sky_temperature - weather.temp_air)
        + shell.ground_steady[:, None] * (weather.temp_air.mean() - outside)
        + shell.ground_season[:, None] * _month_means(seasonal_wave(weather.temp_air))
    )
    gains = lanes.floor_area[:, None] * monthly_sums(profiles.gains, MONTH_OF_DAY)[profile] / 1000.0
    gains += hot_water(lanes).useful[:, None] * HOURS_OF_MONTH / HOURS_OF_MONTH.sum()
    gains += _solar_months(sun, shell.glazing, shell.opaque_scale)

    change = np.nan_to_num(lanes.override(SET_POINT))
    warm = transmission + flow
    cold = transmission + flow + recovered
    capacity = (lanes.by_use("heat_capacity") * lanes.floor_area / 3600.0)[:, None]
    need = monthly_balance(
        warm * per_kelvin * (mean(profiles.heating_setpoint) + change[:, None] - outside) - from_outside,
        cold * per_kelvin * (mean(profiles.cooling_setpoint) - outside) - from_outside,
        gains,
        capacity / warm,
        capacity / cold,
    )
    cooled = (lanes.aged("cooled") >= 0.5)[:, None]
    return need._replace(cooling=np.where(cooled, need.cooling, 0.0))


def _month_means(hourly: NDArray[np.float64]) -> Floats:
    return np.bincount(np.repeat(MONTH_OF_DAY, 24), hourly, minlength=12) / HOURS_OF_MONTH


def _solar_months(sun: SunStreams, glazing_scale: Floats, opaque_scale: Floats) -> Floats:
    """Sun through glazing and opaque envelope (n, 12), kWh."""
    edges = np.concatenate([[0], np.cumsum(HOURS_OF_MONTH)[:-1]]).astype(np.int64)
    found = np.zeros((len(glazing_scale), 12))
    for start in range(0, len(found), CHUNK):
        stop = min(start + CHUNK, len(found))
        months = np.add.reduceat(sun.hours(start, stop), edges, axis=0, dtype=np.float64) / 1000.0
        for stream, scale in ((GLAZING, glazing_scale), (OPAQUE, opaque_scale)):
            found[start:stop] += scale[start:stop, None] * months[:, stream].T
    return found


@dataclass(frozen=True, eq=False)
class SecondOpinion:
    """Annual needs of the hourly and of the monthly method side by side, float64 arrays (n,), kWh.

    Parameters
    ----------
    building : object array (n,) of str
    hourly_heating, monthly_heating, hourly_cooling, monthly_cooling : float64 arrays (n,)
    differs : bool array (n,)
        Whether heating or cooling differ by more than :data:`DIFFERENCE` of the larger and :data:`FLOOR_KWH_M2`.
    findings : Findings
        One for each building that differs.
    """

    building: NDArray[np.object_]
    hourly_heating: Floats
    monthly_heating: Floats
    hourly_cooling: Floats
    monthly_cooling: Floats
    differs: NDArray[np.bool_]
    findings: Findings

    def __repr__(self) -> str:
        ratio = self.monthly_heating.sum() / max(self.hourly_heating.sum(), 1e-9)
        return f"SecondOpinion({len(self.building)} buildings, monthly heating {ratio:.2f} of hourly)"

    def to_pandas(self) -> pd.DataFrame:
        """One row a building, index ``building_id``; needs in kWh."""
        import pandas as pd

        names = ("hourly_heating", "monthly_heating", "hourly_cooling", "monthly_cooling")
        columns: dict[str, NDArray[np.generic]] = {f"{name}_kwh": getattr(self, name) for name in names}
        return pd.DataFrame(columns | {"differs": self.differs}, index=pd.Index(self.building, name="building_id"))


def second_opinion(demand: EnergyDemand, monthly: MonthlyNeed, share: float = DIFFERENCE) -> SecondOpinion:
    """Compare a simulated demand with what the monthly method gives for the same buildings.

    Parameters
    ----------
    demand : EnergyDemand
    monthly : MonthlyNeed
        Of :func:`monthly_demand` for the same buildings, weather, sun, stock and use.
    share : float
        Share of the larger need above which a difference is a finding.

    Raises
    ------
    ValueError
        The numbers of buildings differ, or `share` is not above 0.

    Examples
    --------
    ``ct.energy.second_opinion(demand, ct.energy.monthly_demand(buildings, weather, irradiation)).to_pandas()``
    """
    if len(monthly.heating) != len(demand):
        raise ValueError(f"{len(demand)} buildings were simulated, but the monthly method has {len(monthly.heating)}")
    if not share > 0:
        raise ValueError(f"share must be above 0, not {share}")
    pairs = {
        "heating": (demand.heating_kwh, monthly.heating.sum(axis=1)),
        "cooling": (demand.cooling_kwh, monthly.cooling.sum(axis=1)),
    }
    differs = np.zeros(len(demand), bool)
    findings = []
    for word, (hourly, by_month) in pairs.items():
        gap = np.abs(hourly - by_month)
        apart = (gap > share * np.maximum(hourly, by_month)) & (gap > FLOOR_KWH_M2 * demand.heated_floor_area)
        differs |= apart
        findings += [
            Finding(
                1649, "MONTHLY_METHOD_DIFFERS", str(demand.building[row]), severity=Severity.INFO,
                message=f"{word}: {hourly[row]:.0f} kWh by the hour, {by_month[row]:.0f} by the month",
            )
            for row in np.flatnonzero(apart).tolist()
        ]  # fmt: skip
    return SecondOpinion(demand.building, *pairs["heating"], *pairs["cooling"], differs, Findings.of(findings))
