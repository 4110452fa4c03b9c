"""The sun over a weather year: one definition of the moments it is evaluated at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from citytwin.kernels.solar_position import SunPosition
    from citytwin.model.weather import Weather

NOMINAL_YEAR_DAYS = 365.5
"""Days from 1 January 2000 12:00 to 1 January 2001 00:00."""

MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

YEARS = (2000, 2050)
"""First and last year the position of the sun is good for."""

Day = date | str | np.datetime64
"""A date, a datetime or Timestamp (its date), or ISO text."""


def as_dates(dates: Day | Iterable[Day], name: str = "dates") -> tuple[date, ...]:
    """Dates from whatever says them, in the order given and each once.

    Parameters
    ----------
    dates : date, datetime, Timestamp, datetime64, ISO text, or an iterable of them
        Of a moment its date counts, in the clock it is given in.
    name : str
        Of the argument, for messages.

    Raises
    ------
    ValueError
        No date at all, text or a moment that is no date, or a year outside 2000 to 2050.
    TypeError
        Something else than dates.

    Examples
    --------
    >>> as_dates("2026-03-21")
    (datetime.date(2026, 3, 21),)
    """
    if isinstance(dates, Day):
        dates = [dates]
    elif not isinstance(dates, Iterable):
        raise TypeError(f"{name} must be dates as YYYY-MM-DD, not {dates!r}")
    days = tuple(dict.fromkeys(_as_date(value, name) for value in dates))
    if not days:
        raise ValueError(f"{name} holds no date: give one or more as YYYY-MM-DD")
    for day in days:
        if not YEARS[0] <= day.year <= YEARS[1]:
            raise ValueError(
                f"{name} holds {day}, but the position of the sun is good from {YEARS[0]} to {YEARS[1]} only"
            )
    return days


def _as_date(value: object, name: str) -> date:
    """One of the dates."""
    if not isinstance(value, Day):
        raise TypeError(f"{name} must be dates as YYYY-MM-DD, not {value!r}")
    day: object = value
    if isinstance(value, str):
        try:
            day = datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError:
            day = None
    elif isinstance(value, np.datetime64):
        day = value.astype("datetime64[D]").astype(object)
    elif isinstance(value, datetime):
        day = value.date() if value == value else None  # NaT is not equal to itself
    if not isinstance(day, date):
        raise ValueError(f"{name} holds {value!r}, which is no date: write dates as YYYY-MM-DD, such as 2026-03-21")
    return day


def sun_of(weather: Weather) -> SunPosition:
    """Position of the sun in each hour of a weather year, at the moment the year's `sun_offset_h` names.

    The sun is that of the nominal year 2001. In the years the hours of a test year were taken from it stood up to 0.2
    degrees elsewhere.
    """
    return sun_over_year(weather.latitude, weather.longitude, weather.utc_offset_h, weather.sun_offset_h)


def sun_over_year(latitude: float, longitude: float, utc_offset_h: float, sun_offset_h: float = 0.5) -> SunPosition:
    """Position of the sun in each hour of the nominal year, `sun_offset_h` after its begin in local standard time."""
    from citytwin.kernels.solar_position import solar_position

    hours = np.arange(24 * sum(MONTH_DAYS), dtype=np.float64) + (sun_offset_h - utc_offset_h)
    days: NDArray[np.float64] = NOMINAL_YEAR_DAYS + hours / 24.0
    return solar_position(days, latitude, longitude)


def month_of_hour() -> NDArray[np.int64]:
    """Month of each hour of the nominal year, 0-11, int64 (8760,)."""
    return np.repeat(np.arange(12), 24 * np.array(MONTH_DAYS))


def day_of_hour() -> NDArray[np.int64]:
    """Day of each hour of the nominal year, 1-365, int64 (8760,)."""
    return np.repeat(np.arange(1, 366), 24)
