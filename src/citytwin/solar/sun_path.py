"""Local days and the sun's path through them: which clock, from when to when, and where the sun stands meanwhile."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels.solar_position import solar_position
from citytwin.model.city import CityModel
from citytwin.model.place import place_of
from citytwin.model.weather import Weather
from citytwin.solar.true_north import in_grid_axes, true_north

J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
TIMES = ("legal", "standard", "solar")
SCAN_STEPS = 1440
"""Moments of a day at which rise and set are looked for; between them the altitude is taken as linear."""


class SunSteps(NamedTuple):
    """Moments that stand for equal stretches of the time the sun is up.

    Parameters
    ----------
    direction : float64 array (m, 3)
        Unit vectors to the sun in the axes of the city: grid east, grid north, up.
    hours : float64 array (m,)
        Length of the stretch around each moment; they sum to the time the sun is above the minimum altitude.
    """

    direction: NDArray[np.float64]
    hours: NDArray[np.float64]


@dataclass(frozen=True)
class LocalClock:
    """Where a city lies and which clock its days follow.

    Parameters
    ----------
    latitude, longitude : float, degrees north and east
    time : {"legal", "standard", "solar"}
        Clock time with daylight saving, without it, or apparent solar time (the sun stands highest at 12).
    timezone : str
        Name in the IANA database; "" for a fixed offset.
    utc_offset_h : float
        Of standard time where there is no `timezone`.
    north_deg : float
        Grid azimuth of true north: what is added to azimuths from true north, clockwise.
    """

    latitude: float
    longitude: float
    time: str
    timezone: str
    utc_offset_h: float
    north_deg: float

    @property
    def words(self) -> str:
        """The clock in words, for results and pictures."""
        if self.time == "solar":
            return "apparent solar time"
        zone = self.timezone or f"UTC{self.utc_offset_h:+g}"
        if self.time == "standard":
            return f"standard time, {zone}"
        return f"legal time, {zone}" if self.timezone else f"standard time, {zone} (no time zone given)"

    def moment(self, day: date, hour: float) -> float:
        """Days since 1 January 2000 12:00 UTC of a reading of the clock.

        An hour the clock skips in spring is read as if it had not; of an hour it repeats in autumn the first counts.
        """
        if self.time == "solar":
            noon = self._solar_noon(day)
            return noon + (hour - 12.0) / 24.0
        wall = datetime(day.year, day.month, day.day) + timedelta(hours=hour)
        if not self.timezone:
            aware = wall.replace(tzinfo=timezone(timedelta(hours=self.utc_offset_h)))
        elif self.time == "legal":
            aware = wall.replace(tzinfo=ZoneInfo(self.timezone))
        else:
            zoned = wall.replace(tzinfo=ZoneInfo(self.timezone))
            offset = (zoned.utcoffset() or timedelta()) - (zoned.dst() or timedelta())
            aware = wall.replace(tzinfo=timezone(offset))
        return (aware - J2000) / timedelta(days=1)

    def utc(self, day: date, hour: float) -> datetime:
        """The same as a moment in universal time, to the second."""
        return J2000 + timedelta(seconds=round(self.moment(day, hour) * 86400.0))

    def sun_at(self, day: date, hours: Sequence[float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Directions (m, 3) to the sun in the axes of the city, and its altitudes (m,) in degrees."""
        moments = np.array([self.moment(day, float(hour)) for hour in hours], np.float64)
        return self._direction(moments)

    def steps(self, day: date, minimum_altitude: float, step_minutes: float) -> SunSteps:
        """Moments of a local day with the sun above a minimum altitude, at most `step_minutes` apart.

        Each stretch from rise to set is divided evenly and looked at in the middle of each part, so that an open place
        gets the time between rise and set whatever the step.
        """
        first, last = self.moment(day, 0.0), self.moment(day + timedelta(days=1), 0.0)
        scan = np.linspace(first, last, SCAN_STEPS + 1)
        above = self._direction(scan)[1] - minimum_altitude
        cross = np.flatnonzero((above[:-1] > 0.0) != (above[1:] > 0.0))
        moments = scan[cross] + (scan[1] - scan[0]) * above[cross] / (above[cross] - above[cross + 1])
        bounds = np.concatenate([[first] if above[0] > 0.0 else [], moments, [last] if above[-1] > 0.0 else []])
        middles, hours = [np.empty(0)], [np.empty(0)]
        for rise, fall in bounds.reshape(-1, 2):
            n = max(1, math.ceil((fall - rise) * 1440.0 / step_minutes - 1e-9))
            middles.append(rise + (fall - rise) * (np.arange(n) + 0.5) / n)
            hours.append(np.full(n, (fall - rise) * 24.0 / n))
        return SunSteps(self._direction(np.concatenate(middles))[0], np.concatenate(hours))

    def _direction(self, moments: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        sun = solar_position(np.ascontiguousarray(moments), self.latitude, self.longitude)
        return in_grid_axes(sun.direction, self.north_deg), 90.0 - sun.zenith

    def _solar_noon(self, day: date) -> float:
        """Moment at which the sun crosses the meridian in the middle of a solar day."""
        guess = (datetime(day.year, day.month, day.day, 12, tzinfo=UTC) - J2000) / timedelta(days=1)
        low, high = guess - self.longitude / 360.0 - 0.1, guess - self.longitude / 360.0 + 0.1
        for _ in range(40):
            middle = 0.5 * (low + high)
            east = solar_position(np.array([middle]), self.latitude, self.longitude).direction[0, 0]
            low, high = (middle, high) if east > 0.0 else (low, middle)
        return 0.5 * (low + high)


def local_clock(
    city: CityModel,
    weather: Weather | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    timezone: str | None = None,
    time: str = "legal",
) -> LocalClock:
    """Clock of a city from what is known about its place.

    The place is that of the arguments, else the middle of the city where its CRS says where that is, else that of the
    weather. The clock is that of `timezone`, else a fixed one as far ahead of UTC as that of the weather.

    Raises
    ------
    ValueError
        An unknown time or time zone, a place that is nowhere given or out of range, no clock for legal or standard
        time.
    """
    if time not in TIMES:
        raise ValueError(f"time {time!r} does not exist; there are {', '.join(map(repr, TIMES))}")
    if (latitude is None) != (longitude is None):
        raise ValueError("latitude and longitude come together")
    if latitude is None or longitude is None:
        place = place_of(city)
        if place is None and weather is not None:
            place = weather.latitude, weather.longitude
        if place is None:
            raise ValueError("the place is not known: give latitude and longitude, or a weather year")
        latitude, longitude = place
    if not (-90.0 <= latitude <= 90.0 and -180.0 <= longitude <= 180.0):
        raise ValueError(f"latitude {latitude} or longitude {longitude} is out of range")
    if timezone is not None:
        try:
            ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"there is no time zone {timezone!r}; give a name such as 'Europe/Helsinki'") from None
    elif weather is None and time != "solar":
        raise ValueError(
            f"{time} time needs a clock: give timezone='Europe/Helsinki' or the like, a weather year, or time='solar'"
        )
    offset = weather.utc_offset_h if weather is not None else 0.0
    return LocalClock(latitude, longitude, time, timezone or "", offset, true_north(city, latitude, longitude))
