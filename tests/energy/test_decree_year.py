"""The test year is known by its content, not by its name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import citytwin as ct
from citytwin.energy.decree_year import edition_of
from citytwin.model import Weather
from citytwin.model.reference import read_reference
from citytwin.model.sun import month_of_hour


def year_of(edition: str, weather: Weather) -> Weather:
    rows = [row for row in read_reference("citytwin.energy", "test_years_fi.csv") if row["edition"] == edition]
    month = month_of_hour()
    air = np.array([float(row["temp_air_c"]) for row in rows])
    sun = np.array([float(row["ghi_kwh_m2"]) for row in rows]) * 1000 / np.bincount(month)
    return replace(weather, temp_air=air[month], ghi=sun[month])


@pytest.mark.parametrize("edition", ["TRY2012", "TRY2020"])
def test_published_means(weather: Weather, edition: str) -> None:
    year = year_of(edition, weather)
    assert edition_of(year) == edition
    assert edition_of(replace(year, place="anywhere")) == edition
    assert edition_of(replace(year, temp_air=year.temp_air + 0.15)) is None
    assert edition_of(replace(year, ghi=1.02 * year.ghi)) is None


def test_other_weather(weather: Weather) -> None:
    assert edition_of(replace(weather, place="Vantaa")) is None


def test_generated_from_the_means() -> None:
    assert edition_of(ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())) == "TRY2020"


def test_files_of_the_institute(vantaa_path) -> None:
    assert edition_of(ct.read_weather(vantaa_path)) == "TRY2020"
    for name in ("Jyvaskyla-TRY2020.csv", "Vantaa_TRY2020_RCP85_2050.csv"):
        assert edition_of(ct.read_weather(vantaa_path.parent / name)) is None


def test_the_rows_are_cited() -> None:
    for table in ("test_years_fi.csv", "energy_forms_fi.csv", "certificate_limits_fi.csv"):
        for row in read_reference("citytwin.energy", table):
            assert row["source"]
            assert row["licence"]
            assert row["confidence"] in ("high", "medium", "low")
