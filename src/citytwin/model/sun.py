"""The sun over a weather year: one definition of the moments it is evaluated at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from citytwin.kernels.solar_position import SunPosition
    from citytwin.model.weather import Weather

NOMINAL_YEAR_DAYS = 365.5
"""Days from 1 January 2000 12:00 to 1 January 2001 00:00."""

MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


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
