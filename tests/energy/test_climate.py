"""Drives of the zones: calendar, sky and ground."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from citytwin.energy.climate import LAG_H, MONTH_OF_DAY, SUMMER, climate_of, in_climate, seasonal_wave
from citytwin.errors import WeatherError
from citytwin.kernels.thermal_zone import StateSpace
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


@pytest.mark.parametrize("name", ["temp_air", "sky_temperature"])
def test_gaps_are_refused(weather: Weather, name: str) -> None:
    column = getattr(weather, name).copy()
    column[[17, 18]] = np.nan
    with pytest.raises(WeatherError, match=f"{name} of 'nowhere' is missing in 2 hours, first in hour 17"):
        climate_of(replace(weather, **{name: column}))


def test_drives(weather: Weather) -> None:
    climate = climate_of(weather)
    assert climate.temp_air.dtype == climate.drives.dtype == np.float32
    np.testing.assert_array_equal(climate.drives[0], climate.temp_air)
    np.testing.assert_allclose(climate.drives[1], -11.0, atol=1e-5)
    np.testing.assert_allclose(climate.drives[2], seasonal_wave(weather.temp_air), atol=1e-5)
    assert (climate.drives[3] == 1.0).all()


def test_models_in_a_climate_answer_alike(weather: Weather) -> None:
    """Five drives, the ground among them, and the four of the climate."""
    rng = np.random.default_rng(0)
    n, five = 3, np.stack(
        [
            weather.temp_air, weather.sky_temperature - weather.temp_air, np.full(8760, weather.temp_air.mean()),
            seasonal_wave(weather.temp_air), np.ones(8760),
        ]
    )  # fmt: skip
    zero = np.zeros((n, 2))
    space = StateSpace(zero, rng.normal(size=(n, 2, 5)), np.zeros((n, 2, 3)), zero, zero, rng.normal(size=(n, 5)),
                       np.zeros((n, 3)), zero[:, 0], zero[:, 0])  # fmt: skip
    found = in_climate(space, float(weather.temp_air.mean()))
    drives = climate_of(weather).drives
    np.testing.assert_allclose(found.drive @ drives, space.drive @ five, atol=1e-4)
    np.testing.assert_allclose(found.direct_drive @ drives, space.direct_drive @ five, atol=1e-4)


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
