"""A shifted weather year: means as asked, no steps, sky and snow that follow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import citytwin as ct
from citytwin.energy import heating_degree_days, shift_weather
from citytwin.model import Weather
from citytwin.model.sun import MONTH_DAYS
from tests.energy.blocks import block_buildings, fake_irradiation

CHANGE = np.array([4.0, 3.5, 3.0, 2.0, 2.0, 1.0, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0])
MONTH = np.repeat(np.arange(12), np.array(MONTH_DAYS) * 24)


def test_monthly_means_change_as_asked(weather: Weather) -> None:
    change = shift_weather(weather, CHANGE).temp_air - weather.temp_air
    np.testing.assert_allclose(np.bincount(MONTH, change) / np.bincount(MONTH), CHANGE, atol=1e-9)
    assert np.abs(np.diff(np.append(change, change[0]))).max() < 0.01
    np.testing.assert_allclose(shift_weather(weather, 2.0).temp_air, weather.temp_air + 2.0)


def test_no_shift_changes_nothing(weather: Weather) -> None:
    same = shift_weather(weather, 0.0)
    np.testing.assert_array_equal(same.temp_air, weather.temp_air)
    np.testing.assert_allclose(same.sky_temperature, weather.sky_temperature, atol=1e-9)


def test_there_and_back(weather: Weather) -> None:
    back = shift_weather(shift_weather(weather, CHANGE), -CHANGE)
    np.testing.assert_allclose(back.temp_air, weather.temp_air, atol=1e-9)
    np.testing.assert_allclose(back.sky_temperature, weather.sky_temperature, atol=1e-6)


def test_what_hangs_on_it(weather: Weather) -> None:
    warm = shift_weather(weather, 3.0)
    for name in ("relative_humidity", "wind_speed", "ghi", "dni", "dhi"):
        np.testing.assert_array_equal(getattr(warm, name), getattr(weather, name))
    rise = warm.sky_temperature - weather.sky_temperature
    assert (rise > 3.0).all()
    assert (rise < 8.0).all()
    overcast = replace(weather, sky_temperature=weather.temp_air)
    np.testing.assert_allclose(shift_weather(overcast, 3.0).sky_temperature, overcast.temp_air + 3.0)
    assert warm.place == "nowhere +3.0 K"
    assert warm.provenance.parameters["weather_shift_k"] == [3.0] * 12


def test_snow_is_not_known_any_more(weather: Weather) -> None:
    white = replace(weather, snow_depth=np.full(8760, 0.3), albedo=np.full(8760, 0.7))
    warm = shift_weather(white, 3.0)
    assert np.isnan(warm.snow_depth).all()
    assert np.isnan(warm.albedo).all()
    assert "SNOW_OF_ANOTHER_CLIMATE" in warm.findings.name
    assert len(shift_weather(weather, 3.0).findings) == 0


def test_warmer_needs_less_heat(weather: Weather) -> None:
    blocks = block_buildings([1965, 2015])
    years = [shift_weather(weather, step) for step in (0.0, 1.0, 2.0, 3.0)]
    heating = [ct.energy.simulate(blocks, y, fake_irradiation(blocks, y), draws=0).heating_kwh for y in years]
    assert (np.diff(heating, axis=0) < 0).all()
    assert (np.diff([heating_degree_days(year) for year in years]) < 0).all()


@pytest.mark.parametrize("change", [[1.0] * 11, np.nan, 16.0, "warm"])
def test_bad_arguments(weather: Weather, change: object) -> None:
    with pytest.raises((ValueError, TypeError), match=r"temp_air_change|convert"):
        shift_weather(weather, change)
