"""Degree days by hand, of the shared test years, and normalisation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import citytwin as ct
from citytwin.energy import DegreeDayRule, heating_degree_days, monthly_degree_days, normalised_heating
from citytwin.model import Weather


def at(weather: Weather, spring: float, autumn: float) -> Weather:
    air = np.full(8760, spring)
    air[181 * 24 :] = autumn
    return replace(weather, temp_air=air)


def test_limits_of_the_seasons(weather: Weather) -> None:
    year = at(weather, 11.0, 11.0)
    assert heating_degree_days(year) == pytest.approx(184 * 6.0)
    assert monthly_degree_days(year)[:6].sum() == 0
    assert heating_degree_days(at(weather, 9.0, 13.0)) == pytest.approx(181 * 8.0)
    assert heating_degree_days(year, DegreeDayRule(17.0)) == pytest.approx(365 * 6.0)
    assert heating_degree_days(at(weather, 20.0, 20.0), DegreeDayRule(17.0)) == 0.0


def test_the_mean_of_the_day_counts(weather: Weather) -> None:
    swing = np.tile(np.repeat([-5.0, 5.0], 12), 365)
    assert heating_degree_days(replace(weather, temp_air=swing)) == pytest.approx(365 * 17.0)


def test_colder_means_more(weather: Weather) -> None:
    colder = replace(weather, temp_air=weather.temp_air - 1.0)
    assert (monthly_degree_days(colder) >= monthly_degree_days(weather)).all()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Vantaa-TRY2020.csv", 3871), ("Jyvaskyla-TRY2020.csv", 4619), ("Vantaa_TRY2020_RCP85_2050.csv", 3089)],
)
def test_test_years(vantaa_path, name: str, expected: int) -> None:
    assert heating_degree_days(ct.read_weather(vantaa_path.parent / name)) == pytest.approx(expected, abs=15)


def test_normalisation() -> None:
    np.testing.assert_allclose(normalised_heating(100.0, 4000.0, 3600.0, 20.0), 92.0)
    np.testing.assert_allclose(normalised_heating([10.0, 0.0], [500.0, 0.0], [600.0, 30.0]), [12.0, 0.0])
    found = normalised_heating([5.0, 10.0], [0.0, 100.0], [30.0, 100.0], [0.0, 20.0])
    assert np.isnan(found).all()
    back = normalised_heating(normalised_heating([80.0], 4000.0, 3000.0, 30.0), 3000.0, 4000.0, 30.0)
    np.testing.assert_allclose(back, 80.0)
    by_month = normalised_heating(np.full((3, 12), 10.0), np.full(12, 2.0), np.full(12, 3.0))
    assert by_month.shape == (3, 12)
    np.testing.assert_allclose(by_month, 15.0)


def test_bad_arguments(weather: Weather) -> None:
    with pytest.raises(ValueError, match="finite base"):
        heating_degree_days(weather, DegreeDayRule(np.nan))
    with pytest.raises(ValueError, match="heating_kwh"):
        normalised_heating([-1.0], 1.0, 1.0)
    with pytest.raises(ValueError, match="temp_air"):
        heating_degree_days(replace(weather, temp_air=np.append(np.nan, weather.temp_air[1:])))
