"""Weekly profiles of use: gains, set-points and ventilation by hour, mixed by the shares of use of a building."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.stock import BASE_USES, Stock
from citytwin.kernels.rc_5r1c import Profiles

WEEK = 168
"""Hours of a week that begins on Monday, as the nominal year does."""


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
    """

    profiles: Profiles
    profile: NDArray[np.int64]
    electricity: NDArray[np.float64]
    air_in_state: NDArray[np.float64]


def weekly_occupation(stock: Stock, mode: str) -> NDArray[np.float64]:
    """1 in the hours in which each use class is in use, else 0; (10, 168)."""
    hour = np.arange(WEEK) % 24
    day = np.arange(WEEK) // 24
    start, stop, days = (stock.by_use(q, mode)[:, None] for q in ("start_hour", "stop_hour", "days_per_week"))
    return ((hour >= start) & (hour < stop) & (day < days)).astype(float)


def build_schedules(shares: NDArray[np.float64], stock: Stock, mode: str) -> Schedules:
    """Profiles of buildings with the given shares of use.

    Gains are power times usage while in use, set-points are constant, and both are means by floor area. Where the mixed
    air flow changes over the week, its two states are the hours above and below the middle of its range.

    Parameters
    ----------
    shares : float64 array (n, 10)
        Of floor area, rows sum to 1, without OTHER and UNKNOWN.
    stock : Stock
    mode : {"standard", "operated"}
    """
    mixtures, profile = np.unique(shares, axis=0, return_inverse=True)
    base = list(BASE_USES)
    occupied = weekly_occupation(stock, mode)[base]
    values = {
        q: stock.by_use(q, mode)[base]
        for q in (
            "lighting_power", "lighting_usage", "appliance_power", "appliance_usage", "person_heat", "person_usage",
            "heating_setpoint", "cooling_setpoint", "air_in_use", "air_outside_use",
        )
    }  # fmt: skip
    electric = (
        values["lighting_power"] * values["lighting_usage"] + values["appliance_power"] * values["appliance_usage"]
    )
    people = values["person_heat"] * values["person_usage"]
    flow = values["air_outside_use"][:, None] * (1 - occupied) + values["air_in_use"][:, None] * occupied

    def mix(weekly: NDArray[np.float64]) -> NDArray[np.float64]:
        total = np.zeros((len(mixtures), WEEK))
        for column, use in enumerate(base):
            total += mixtures[:, use, None] * weekly[column]
        return total

    mixed = mix(flow)
    low, high = mixed.min(axis=1, keepdims=True), mixed.max(axis=1, keepdims=True)
    state = (mixed > 0.5 * (low + high)) & (high - low > 1e-9)
    air_in_state = np.zeros((len(mixtures), 2, shares.shape[1]))
    for column, hours in enumerate((~state, state)):
        count = hours.sum(axis=1, keepdims=True)
        mean = (hours[:, None, :] * flow).sum(axis=-1) / np.maximum(count, 1)
        air_in_state[:, column, base] = np.where(count > 0, mean, flow.mean(axis=1))
    return Schedules(
        profiles=Profiles(
            gains=mix((electric + people)[:, None] * occupied),
            heating_setpoint=mix(values["heating_setpoint"][:, None] * np.ones(WEEK)),
            cooling_setpoint=mix(values["cooling_setpoint"][:, None] * np.ones(WEEK)),
            ventilation_state=state.astype(np.int8),
        ),
        profile=profile.reshape(-1).astype(np.int64),
        electricity=mix(electric[:, None] * occupied),
        air_in_state=air_in_state,
    )


def hours_by_month(month_of_day: NDArray[np.int64]) -> NDArray[np.float64]:
    """How often each hour of the week falls in each month of the year, (12, 168)."""
    hours = np.arange(24 * len(month_of_day))
    count = np.zeros((12, WEEK))
    np.add.at(count, (np.repeat(month_of_day, 24), hours % WEEK), 1.0)
    return count


def monthly_sums(weekly: NDArray[np.float64], month_of_day: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sums (p, 12) over the hours of each month of values by hour of the week (p, 168)."""
    return (weekly[:, None, :] * hours_by_month(month_of_day)).sum(axis=-1)
