"""What buildings share: months of weekly profiles, views of the sky, two states of ventilation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from citytwin.energy.climate import MONTH_OF_DAY, in_climate
from citytwin.energy.parameters import zone_parameters
from citytwin.energy.stock import load_stock
from citytwin.energy.study import Study, study_of
from citytwin.model import Use, Weather
from tests.energy.blocks import block_buildings, fake_irradiation

STOCK = load_stock()
HOUR = np.arange(8760) % 168


@pytest.fixture(scope="module")
def blocks():
    """Offices that are ventilated while they are in use, and flats between them."""
    blocks = block_buildings([1990, 1965, 2015])
    shares = np.eye(len(Use), dtype=np.float32)[[Use.OFFICE, Use.APARTMENT, Use.OFFICE]]
    return replace(blocks, use_shares=shares, use=np.argmax(shares, axis=1).astype(np.int8))


@pytest.fixture(scope="module")
def study(blocks, weather: Weather) -> Study:
    return study_of(blocks, weather, fake_irradiation(blocks, weather), STOCK, "operated", "network")


def test_months_are_those_of_the_hours(study: Study) -> None:
    lanes = study.parameters(0, 3, 0)
    sums = study.sums(lanes, study.loads(lanes.zones, study.sun.hours(0, 3)))
    month = np.repeat(MONTH_OF_DAY, 24)
    for weekly, name in (
        (study.weekly_electricity(lanes) / 1000.0, "electricity_kwh"),
        (study.weekly_hot_water(lanes), "hot_water_kwh"),
    ):
        hours = weekly[:, HOUR]
        expected = np.stack([np.bincount(month, row, 12) for row in hours])
        np.testing.assert_allclose(sums[name], expected, rtol=1e-9)


def test_fans_run_while_the_building_is_in_use(study: Study) -> None:
    lanes = study.parameters(0, 3, 0)
    offices = lanes.fans[:, 1] > 1.01 * lanes.fans[:, 0]
    assert offices.sum() == 2
    power = (
        study.weekly_electricity(lanes) - lanes.appliances[:, None] * study.schedules.electricity[lanes.zones.profile]
    )
    monday_noon, sunday_noon = power[:, 12], power[:, 6 * 24 + 12]
    np.testing.assert_allclose(monday_noon[offices], lanes.fans[offices, 1])
    np.testing.assert_allclose(sunday_noon[offices], lanes.fans[offices, 0])


def test_walls_and_roofs_see_their_own_sky(study: Study, blocks, weather: Weather) -> None:
    assert study.sun.groups.walls_seen.tolist() == [0.5] * 3
    assert study.sun.groups.roofs_seen.tolist() == [1.0] * 3
    views = np.full(3, 0.5), np.full(3, 1.0)
    expected = zone_parameters(study.buildings, study.schedules, views, STOCK, "operated").zones.space
    mean_air = float(weather.temp_air.mean())
    found = study.parameters(0, 3, 0).zones.space
    np.testing.assert_array_equal(found.drive, in_climate(expected, mean_air).drive)
    one = study.parameters(1, 2, 0).zones.space
    np.testing.assert_array_equal(one.drive[0], found.drive[1])
