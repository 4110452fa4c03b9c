"""What the weather year drives in every zone: outdoor air, sky, ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import WeatherError
from citytwin.kernels.thermal_zone import Climate, StateSpace
from citytwin.model.sun import MONTH_DAYS
from citytwin.model.weather import HOURS, Weather

MONTH_OF_DAY = np.repeat(np.arange(12), MONTH_DAYS)
SUMMER = (24 * sum(MONTH_DAYS[:5]), 24 * sum(MONTH_DAYS[:8]))
"""Hours from 1 June to 31 August, in which overheating counts (Decree 1010/2017, section 29)."""
LAG_H = 730
"""Hours the ground follows the air by: one month, ISO 13370:2017, Annex H."""


def seasonal_wave(temp_air: NDArray[np.float64]) -> NDArray[np.float64]:
    """First harmonic of the year in air temperature, delayed by :data:`LAG_H`, K (8760,); its mean is 0."""
    coefficient = np.fft.rfft(temp_air)[1] * 2.0 / HOURS
    angle = 2.0 * np.pi * (np.arange(HOURS) - LAG_H) / HOURS
    return coefficient.real * np.cos(angle) - coefficient.imag * np.sin(angle)


def check_climate(weather: Weather) -> None:
    """Refuse weather with gaps in what drives a building.

    Raises
    ------
    WeatherError
        Air or sky temperature is missing in some hour.
    """
    for name in ("temp_air", "sky_temperature"):
        missing = np.flatnonzero(~np.isfinite(getattr(weather, name)))
        if len(missing):
            raise WeatherError(
                f"{name} of {weather.place!r} is missing in {len(missing)} hours, first in hour {missing[0]} of the "
                "year",
                advice="Fill the gaps, or take another year",
            )


def climate_of(weather: Weather) -> Climate:
    """Outdoor temperature and the drives that all zones share, float32.

    The drives are outdoor temperature, sky minus air temperature, the seasonal wave, and 1; see :func:`in_climate`.

    Raises
    ------
    WeatherError
        As :func:`check_climate`.
    """
    check_climate(weather)
    air = weather.temp_air
    drives = np.stack([air, weather.sky_temperature - air, seasonal_wave(air), np.ones(HOURS)])
    none = np.zeros((0, HOURS), np.float32)
    return Climate(air.astype(np.float32), drives.astype(np.float32), none, MONTH_OF_DAY, *SUMMER)


def in_climate(space: StateSpace, mean_air: float) -> StateSpace:
    """Models driven by outdoor air, sky, ground in degrees Celsius, season and 1, for the drives of :func:`climate_of`.

    The ground has the annual mean temperature of the air, which is a constant; its seasons are a drive of their own
    (ISO 13370:2017).

    Parameters
    ----------
    space : StateSpace
        With five drives.
    mean_air : float, degrees Celsius
        Annual mean of the outdoor air.
    """

    def folded(drive: NDArray[np.float64]) -> NDArray[np.float64]:
        outdoor, sky, ground, season, constant = np.moveaxis(drive, -1, 0)
        return np.stack([outdoor, sky, season, constant + mean_air * ground], axis=-1)

    return space._replace(drive=folded(space.drive), direct_drive=folded(space.direct_drive))
