"""Drives of the zones: calendar, sky and ground."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from citytwin.energy.climate import LAG_H, MONTH_OF_DAY, SUMMER, climate_of, seasonal_wave
from citytwin.model import Weather
from tests.energy.blocks import block_buildings
from tests.energy.test_simulation import run


def test_summer_is_june_to_august() -> None:
    assert sorted(set(MONTH_OF_DAY[SUMMER[0] // 24 : SUMMER[1] // 24])) == [5, 6, 7]
    assert SUMMER[1] - SUMMER[0] == 24 * 92


def test_ground_follows_the_air_a_month_late() -> None:
    hour = np.arange(8760)
    air = 6.0 + 11.0 * np.cos(2 * np.pi * (hour - 4700) / 8760) + 4.0 * np.sin(2 * np.pi * hour / 24)
    expected = 11.0 * np.cos(2 * np.pi * (hour - 4700 - LAG_H) / 8760)
    np.testing.assert_allclose(seasonal_wave(air), expected, atol=1e-9)


def test_drives(weather: Weather) -> None:
    climate = climate_of(weather)
    assert climate.temp_air.dtype == climate.drives.dtype == np.float32
    np.testing.assert_allclose(climate.drives[0], -11.0, atol=1e-5)
    np.testing.assert_allclose(climate.temp_air + climate.drives[1], weather.temp_air.mean(), atol=1e-5)
    assert (climate.drives[3] == 1.0).all()


def test_a_clear_sky_costs_heat(weather: Weather) -> None:
    blocks = block_buildings([1965])
    clear = replace(weather, sky_temperature=weather.sky_temperature - 9.0)
    colder = run(blocks, clear).heating_kwh[0] / run(blocks, weather).heating_kwh[0] - 1.0
    # 9 K on R_se h_r (U A F): 1.6 % of the loss at 16 K mean difference, a little more of the heat
    assert 0.01 < colder < 0.06


def test_a_floor_on_ground_loses_to_the_mean_of_the_year(weather: Weather) -> None:
    blocks = block_buildings([1965])
    shifted = replace(weather, temp_air=weather.temp_air - 1.0, sky_temperature=weather.sky_temperature - 1.0)
    more = run(blocks, shifted).heating_kwh[0] - run(blocks, weather).heating_kwh[0]
    assert more == pytest.approx(run(blocks, weather).heating_kwh[0] / 16.0, rel=0.35)
