"""Open planes under a sky, with the ground before them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from citytwin.model.sky_dome import SkyDome
from citytwin.model.weather import HOURS, Weather
from tests.solar.open_planes import open_hours


def open_year(dome: SkyDome, weather: Weather, tilt: float, azimuth: float, albedo: float = 0.2) -> NDArray[np.float64]:
    """Irradiance of each hour of the year with the reflection of open ground, W/m2."""
    hours = albedo * weather.ghi * (1.0 - math.cos(math.radians(tilt))) / 2.0
    hours[dome.hour] += open_hours(dome, tilt, azimuth)
    assert len(hours) == HOURS
    return hours
