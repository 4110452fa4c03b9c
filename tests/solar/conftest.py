from __future__ import annotations

import numpy as np
import pytest

from citytwin.model.sun import day_of_hour, sun_of
from citytwin.model.weather import HOURS, Weather


@pytest.fixture(scope="session")
def clear_year() -> Weather:
    """A bright year at 60 degrees north whose irradiance closes: half the sun of a clear sky, and a diffuse sky."""
    zeros = np.zeros(HOURS)
    columns = dict.fromkeys(("ghi", "dni", "dhi", "temp_air", "relative_humidity", "wind_speed", "sky_temperature"))
    dark = Weather(
        **{name: zeros.copy() for name in columns}, latitude=60.2, longitude=24.9, altitude=10.0, utc_offset_h=2.0
    )
    height = np.maximum(sun_of(dark).direction[:, 2], 0.0)
    dni = np.where(height > 0.0, 700.0 * np.exp(-0.1 / np.maximum(height, 0.02)), 0.0) * (day_of_hour() % 2)
    dhi = 120.0 * height**0.7
    return Weather(
        temp_air=10.0 + zeros,
        relative_humidity=70.0 + zeros,
        wind_speed=3.0 + zeros,
        ghi=dhi + dni * height,
        dni=dni,
        dhi=dhi,
        sky_temperature=zeros.copy(),
        latitude=60.2,
        longitude=24.9,
        altitude=10.0,
        utc_offset_h=2.0,
    )
