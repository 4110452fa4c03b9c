"""A weather year of the energy tests: a sinusoid, so that they need no data."""

from __future__ import annotations

import numpy as np
import pytest

from citytwin.model import Weather


@pytest.fixture(scope="session")
def weather() -> Weather:
    """A year like that of Helsinki: 6 degrees mean, 900 kWh/m2 of global irradiation."""
    hour = np.arange(8760)
    season = np.cos(2 * np.pi * (hour - 4700) / 8760)
    noon = np.maximum(np.sin(2 * np.pi * ((hour % 24) - 6) / 24), 0.0)
    air = 6.0 + 11.0 * season + 2.0 * np.sin(2 * np.pi * ((hour % 24) - 9) / 24)
    ghi = noon * (320.0 + 290.0 * season)
    return Weather(
        temp_air=air,
        relative_humidity=np.full(8760, 80.0),
        wind_speed=np.full(8760, 4.0),
        ghi=ghi,
        dni=0.6 * ghi,
        dhi=0.5 * ghi,
        sky_temperature=air - 11.0,
        latitude=60.2,
        longitude=24.9,
        altitude=10.0,
        utc_offset_h=2.0,
        place="nowhere",
        synthetic=True,
    )
