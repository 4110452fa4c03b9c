"""What the weather year drives in every zone: outdoor air, sky, ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels.rc_5r1c import Climate
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


def climate_of(weather: Weather) -> Climate:
    """Outdoor temperature and the drives of :data:`~citytwin.energy.parameters.DRIVES`, float32.

    The drives are sky minus air temperature, annual mean minus air temperature and the seasonal wave (together they
    turn a floor's link to the air into one to the ground, ISO 13370:2017), and 1.
    """
    air = weather.temp_air
    drives = np.stack([weather.sky_temperature - air, air.mean() - air, seasonal_wave(air), np.ones(HOURS)])
    return Climate(air.astype(np.float32), drives.astype(np.float32), MONTH_OF_DAY, *SUMMER)
