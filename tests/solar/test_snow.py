from dataclasses import replace

import numpy as np
import pytest

from citytwin.model.weather import HOURS
from citytwin.solar.snow import snow_cover, snow_on_roofs, snow_parameters, snow_water


def test_degree_days_by_hand():
    """1.8 mm a day below 1 degree, 2.74 mm gone for each degree above 0; the second year starts with what is left."""
    year = np.array([-5.0, -5.0, 0.5, 2.0, 10.0, -5.0])
    expected = [3.6, 5.4, 5.4 + 1.8 - 1.37, 5.83 - 5.48, 0.0, 1.8]
    np.testing.assert_allclose(snow_water(year), expected, atol=1e-12)


def test_depths_of_the_weather_decide_where_they_are_known(clear_year):
    depth = np.zeros(HOURS)
    depth[100:200] = 0.01
    depth[200:300] = 0.009
    cover = snow_cover(replace(clear_year, snow_depth=depth))
    assert np.flatnonzero(cover.lies).tolist() == list(range(100, 200))
    assert len(cover.findings) == 0


def test_temperature_decides_where_depths_are_not_known(clear_year):
    temperature = np.full(HOURS, 10.0)
    temperature[: 24 * 10] = -5.0
    cover = snow_cover(replace(clear_year, temp_air=temperature))
    assert np.flatnonzero(cover.lies).tolist() == list(range(24 * 10))
    assert cover.findings.name.tolist() == ["SNOW_FROM_TEMPERATURE"]
    assert "10 days" in cover.findings.message[0]
    depth = np.full(HOURS, np.nan)
    depth[:48] = 0.0
    assert snow_cover(replace(clear_year, temp_air=temperature, snow_depth=depth)).lies.sum() == 24 * 8


def test_no_snow_no_finding(clear_year):
    cover = snow_cover(clear_year)
    assert not cover.lies.any()
    assert len(cover.findings) == 0


def test_every_parameter_has_a_source():
    assert set(snow_parameters()) >= {"snow_depth", "melt_rate", "precipitation"}


@pytest.mark.parametrize(
    ("name", "days"),
    [("Vantaa-TRY2020", (100, 160)), ("Jyvaskyla-TRY2020", (140, 190)), ("Vantaa_TRY2020_RCP85_2050", (50, 100))],
)
def test_snow_of_the_finnish_test_years_is_plausible(test_data, name, days):
    """139, 170 and 71 days; the south of Finland has three to five months of snow, Central Finland five to six."""
    from citytwin.io.weather import read_weather

    weather = read_weather(test_data / f"data/weather/fmi_try2020/{name}.csv")
    lies = snow_cover(weather).lies
    assert days[0] < lies.sum() / 24 < days[1]
    assert not lies[24 * 130 : 24 * 270].any()


def test_snow_lies_on_flat_roofs_only():
    tilt = np.array([0.0, 30.0, 45.0, 60.0, 90.0, 180.0])
    assert snow_on_roofs(np.full(6, 0.2), tilt, 0.7) == pytest.approx([0.7, 0.7, 0.45, 0.2, 0.2, 0.2])
