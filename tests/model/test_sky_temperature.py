import numpy as np
import pytest

from citytwin.io.weather import read_weather
from citytwin.model.sky_temperature import (
    clear_sky_emissivity,
    sky_temperature_from_clearness,
    sky_temperature_from_infrared,
)
from citytwin.model.sun import sun_of


def test_black_sky():
    assert sky_temperature_from_infrared(np.array([315.6]))[0] == pytest.approx(0.0, abs=0.05)


def test_overcast_sky_is_as_warm_as_the_air_and_a_clear_one_colder():
    temp_air, humidity, zenith = np.full(48, 10.0), np.full(48, 70.0), np.full(48, 40.0)
    cosine = np.cos(np.radians(40.0))
    clear = 1098.0 * cosine * np.exp(-0.057 / cosine)
    grey, blue, half = (
        sky_temperature_from_clearness(temp_air, humidity, np.full(48, g), zenith) for g in (0, clear, clear / 2)
    )
    np.testing.assert_allclose(grey, 10.0)
    assert -12 < blue[0] < -5
    assert blue[0] < half[0] < grey[0]


def test_dry_air_is_colder():
    arguments = np.full(24, 500.0), np.full(24, 50.0)
    dry, damp = (sky_temperature_from_clearness(np.full(24, 5.0), np.full(24, rh), *arguments) for rh in (30.0, 90.0))
    assert (dry < damp).all()


@pytest.mark.parametrize("name", ["weather_drivers/WD200.epw", "ashrae140/725650TYCST.epw"])
def test_close_to_the_infrared_of_american_years(test_data, name):
    weather = read_weather(test_data / "data/validation" / name)
    columns = (weather.temp_air, weather.relative_humidity, weather.ghi)
    error = sky_temperature_from_clearness(*columns, sun_of(weather).zenith) - weather.sky_temperature
    assert abs(error.mean()) < 3
    assert np.sqrt((error**2).mean()) < 6


def test_a_sky_without_clouds_radiates_more_where_it_is_damp():
    dry, damp = clear_sky_emissivity(np.full(2, 10.0), np.array([30.0, 90.0]))
    assert 0.65 < dry < damp < 0.85
