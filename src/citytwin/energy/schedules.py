"""Weekly profiles of use: gains, set-points and ventilation by hour, mixed by the shares of use of a building."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.period_table import BASE_USES
from citytwin.energy.stock import WEEKLY, Stock
from citytwin.energy.weekly import WEEK
from citytwin.kernels.thermal_zone import Profiles


@dataclass(frozen=True, eq=False)
class Schedules:
    """Profiles of the distinct mixtures of use among some buildings.

    Parameters
    ----------
    profiles : Profiles
        For the kernel; gains in W per m2 heated floor area.
    profile : int64 array (n,)
        Row of each building.
    electricity : float64 array (p, 168)
        Lighting and appliances, W/m2.
    air_in_state : float64 array (p, 2, 10)
        Mean flow of each use class of mixture p in the first and second ventilation state, l/(s m2).
    draw_off : float64 array (p, 168)
        Hot water that is drawn off over its mean over the hours of a year.
    """

    profiles: Profiles
    profile: NDArray[np.int64]
    electricity: NDArray[np.float64]
    air_in_state: NDArray[np.float64]
    draw_off: NDArray[np.float64]


def weekly_occupation(stock: Stock, mode: str) -> NDArray[np.float64]:
    """1 in the hours in which each use class is in use, else 0; (10, 168)."""
    hour = np.arange(WEEK) % 24
    day = np.arange(WEEK) // 24
    start, stop, days = (stock.by_use(q, mode)[:, None] for q in ("start_hour", "stop_hour", "days_per_week"))
    return ((hour >= start) & (hour < stop) & (day < days)).astype(float)


def build_schedules(shares: NDArray[np.float64], stock: Stock, mode: str) -> Schedules:
    """Profiles of buildings with the given shares of use.

    Gains are power times usage while in use, or by the hours of a profile where the stock has one (people then say when
    a building is in use). Set-points are set back out of use where the tables say so. All are means by floor area.
    Where the mixed air flow changes over the week, its two states are the hours above and below the middle of its
    range.

    Parameters
    ----------
    shares : float64 array (n, 10)
        Of floor area, rows sum to 1, without OTHER and UNKNOWN.
    stock : Stock
    mode : {"standard", "operated"}
    """
    mixtures, profile = np.unique(shares, axis=0, return_inverse=True)
    base = list(BASE_USES)
    share = {name: weekly_share(stock, name, mode)[base] for name in WEEKLY}
    occupied = (share["people"] > 0).astype(float)
    values = {
        q: stock.by_use(q, mode)[base]
        for q in (
            "lighting_power", "lighting_usage", "appliance_power", "appliance_usage", "person_heat", "person_usage",
            "heating_setpoint", "cooling_setpoint", "heating_setback", "cooling_setup", "air_in_use", "air_outside_use",
        )
    }  # fmt: skip

    def gain(power: str, usage: str, name: str) -> NDArray[np.float64]:
        return (values[power] * values[usage])[:, None] * share[name]

    electric = gain("lighting_power", "lighting_usage", "lighting")
    electric = electric + gain("appliance_power", "appliance_usage", "appliances")
    people = gain("person_heat", "person_usage", "people")
    flow = values["air_outside_use"][:, None] * (1 - occupied) + values["air_in_use"][:, None] * occupied

    def mix(weekly: NDArray[np.float64]) -> NDArray[np.float64]:
        total = np.zeros((len(mixtures), WEEK))
        for column, use in enumerate(base):
            total += mixtures[:, use, None] * weekly[column]
        return total

    mixed = mix(flow)
    empty = 1.0 - occupied
    low, high = mixed.min(axis=1, keepdims=True), mixed.max(axis=1, keepdims=True)
    state = (mixed > 0.5 * (low + high)) & (high - low > 1e-9)
    air_in_state = np.zeros((len(mixtures), 2, shares.shape[1]))
    for column, hours in enumerate((~state, state)):
        count = hours.sum(axis=1, keepdims=True)
        mean = (hours[:, None, :] * flow).sum(axis=-1) / np.maximum(count, 1)
        air_in_state[:, column, base] = np.where(count > 0, mean, flow.mean(axis=1))
    return Schedules(
        profiles=Profiles(
            gains=mix(electric + people),
            heating_setpoint=mix(values["heating_setpoint"][:, None] - values["heating_setback"][:, None] * empty),
            cooling_setpoint=mix(values["cooling_setpoint"][:, None] + values["cooling_setup"][:, None] * empty),
            ventilation_state=state.astype(np.int8),
        ),
        profile=profile.reshape(-1).astype(np.int64),
        electricity=mix(electric),
        air_in_state=air_in_state,
        draw_off=_draw_off(mixtures, stock, mode),
    )


def _draw_off(mixtures: NDArray[np.float64], stock: Stock, mode: str) -> NDArray[np.float64]:
    """Draw-off of mixtures (p, 168) over its mean over 8,760 hours: each use by its flat need of hot water.

    A use without a profile draws off evenly while it is in use.
    """
    need, occupied = stock.by_use("hot_water", mode), weekly_occupation(stock, mode)
    total = np.zeros((len(mixtures), WEEK))
    for use in BASE_USES:
        hours = stock.weekly["draw_off"].get(use, occupied[use])
        total += (mixtures[:, use] * need[use])[:, None] * over_mean(hours)
    return over_mean(total)


def over_mean(weekly: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values by hour of the week (..., 168) over their mean over the hours of a year of 365 days; 1 where all are 0.

    Examples
    --------
    >>> over_mean(np.full(168, 3.0))[:2].tolist()
    [1.0, 1.0]
    """
    often = np.bincount(np.arange(8760) % WEEK, minlength=WEEK)
    mean = (weekly * often).sum(axis=-1, keepdims=True) / 8760.0
    return np.where(mean > 0, weekly / np.where(mean > 0, mean, 1.0), 1.0)


def weekly_share(stock: Stock, name: str, mode: str) -> NDArray[np.float64]:
    """Share of the power of a gain that is on, by use class and hour of the week (10, 168).

    Parameters
    ----------
    stock : Stock
    name : {"people", "appliances", "lighting"}
    mode : {"standard", "operated"}

    Examples
    --------
    >>> from citytwin.energy.stock import load_stock
    >>> weekly_share(load_stock(profiles="en16798"), "people", "operated")[3, 8:10].tolist()
    [0.6, 0.6]
    """
    share = weekly_occupation(stock, mode)
    for use, hours in stock.weekly[name].items():
        share[use] = hours
    return share


def hours_by_month(month_of_day: NDArray[np.int64]) -> NDArray[np.float64]:
    """How often each hour of the week falls in each month of the year, (12, 168)."""
    hours = np.arange(24 * len(month_of_day))
    count = np.zeros((12, WEEK))
    np.add.at(count, (np.repeat(month_of_day, 24), hours % WEEK), 1.0)
    return count


def monthly_sums(weekly: NDArray[np.float64], month_of_day: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sums (p, 12) over the hours of each month of values by hour of the week (p, 168)."""
    return (weekly[:, None, :] * hours_by_month(month_of_day)).sum(axis=-1)
