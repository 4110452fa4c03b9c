from dataclasses import replace

import numpy as np
import pytest

from citytwin.model.reference import CONFIDENCE, read_reference
from citytwin.model.weather import HOURS
from citytwin.solar.albedo import DRY, SNOW, albedo_table, ground_albedo


def test_table_is_in_range_and_sourced():
    rows = read_reference("citytwin.solar", "albedo.csv")
    assert len({row["kind"] for row in rows}) == len(rows)
    for row in rows:
        assert 0.0 < float(row["low"]) <= float(row["albedo"]) <= float(row["high"]) < 1.0, row["kind"]
        assert all(row[column] for column in ("source", "year", "licence")), row["kind"]
        assert row["confidence"] in CONFIDENCE, row["kind"]


def test_shared_rows_equal_those_of_pvlib():
    theirs = pytest.importorskip("pvlib").albedo.SURFACE_ALBEDOS
    names = {"fresh_snow": "fresh snow", "steel_fresh": "fresh steel", "water": "sea"}
    cited = [r["kind"] for r in read_reference("citytwin.solar", "albedo.csv") if "pvlib" in r["source"]]
    assert len(cited) >= 8
    for kind in cited:
        assert albedo_table()[kind] == theirs[names.get(kind, kind)], kind


def test_snow_is_brighter(clear_year):
    depth = np.zeros(HOURS)
    depth[:1000] = 0.2
    ground = ground_albedo(replace(clear_year, snow_depth=depth))
    assert ground.state[:1000].tolist() == [SNOW] * 1000
    assert (ground.state[1000:] == DRY).all()
    assert ground.state.dtype == np.int8
    np.testing.assert_allclose(ground.values, [0.2, 0.65])


def test_albedo_of_the_weather_counts_where_it_is_known(clear_year):
    """Weighted by the sun; a gap at night does no harm, one by day leaves the table's value."""
    depth = np.zeros(HOURS)
    depth[:1000] = 0.2
    albedo = np.where(np.arange(HOURS) < 5000, 0.1, 0.3)
    albedo[clear_year.ghi == 0.0] = np.nan
    albedo[:1000] = np.nan
    weather = replace(clear_year, snow_depth=depth, albedo=albedo)
    dry, snow = ground_albedo(weather).values
    sun, known = weather.ghi[1000:], np.nan_to_num(albedo[1000:])
    assert dry == pytest.approx((sun * known).sum() / sun.sum())
    assert snow == albedo_table()["snow"]
