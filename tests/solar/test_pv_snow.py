from dataclasses import replace

import numpy as np
import pytest

from citytwin.solar.pv_parameters import annual_snow_loss
from citytwin.solar.pv_snow import knows_snow, snow_findings, snow_loss
from citytwin.solar.snow import snow_cover

TILTS = np.array([5.0, 20.0, 45.0, 90.0])
HOURS = np.arange(8760)
DAYLIGHT = np.tile(np.maximum(0.0, np.sin((HOURS % 24 - 6) / 12 * np.pi)), (4, 1))


@pytest.fixture(scope="module")
def wintry(clear_year):
    """A year with frost from November to March and no depth of snow."""
    return replace(clear_year, temp_air=5.0 - 15.0 * np.cos(HOURS / 8760 * 2 * np.pi))


@pytest.fixture(scope="module")
def measured(wintry):
    """Snow falls once, 20 cm at noon of 11 January, and is gone 30 days later."""
    depth = np.where((HOURS >= 252) & (HOURS < 252 + 720), 0.2, 0.0)
    return replace(wintry, snow_depth=depth)


def test_a_table_takes_its_annual_loss_from_hours_with_snow(wintry):
    assert not knows_snow(wintry)
    loss = snow_loss(DAYLIGHT, 800 * DAYLIGHT, wintry, TILTS)
    lies = snow_cover(wintry).lies
    assert 500 < lies.sum() < 5000
    assert (loss[:, ~lies] == 0.0).all()
    np.testing.assert_allclose((loss * DAYLIGHT).sum(1) / DAYLIGHT.sum(1), annual_snow_loss(TILTS))
    findings = snow_findings(wintry, TILTS)
    assert findings.name.tolist() == ["PV_SNOW_FROM_TABLE"]
    assert f"{lies.sum()} hours" in findings.message[0]
    assert len(snow_findings(wintry, np.array([90.0]))) == 0


def test_a_loss_is_never_more_than_all(wintry):
    summer = DAYLIGHT * ~snow_cover(wintry).lies + 1e-6
    loss = snow_loss(summer, 800 * summer, wintry, TILTS)
    assert loss.max() == 1.0


def test_a_warm_year_loses_nothing(clear_year):
    assert (snow_loss(DAYLIGHT, 800 * DAYLIGHT, clear_year, TILTS) == 0.0).all()
    assert "too warm" in snow_findings(clear_year, TILTS).message[0]


def test_a_known_depth_covers_modules_until_snow_slides_or_melts(measured):
    assert knows_snow(measured)
    loss = snow_loss(DAYLIGHT, 50 * DAYLIGHT, measured, TILTS)
    assert (loss[:, :252] == 0.0).all()
    assert (loss[:3, 252] == 1.0).all()
    assert (loss[:, 252 + 721 :] == 0.0).all()
    assert (loss[3] == 0.0).all()
    assert len(snow_findings(measured, TILTS)) == 0


def test_snow_slides_from_steep_modules_first(measured):
    mild = replace(measured, temp_air=np.full(8760, -0.5))
    sunny = snow_loss(DAYLIGHT, 400 * DAYLIGHT, mild, TILTS).sum(1)
    assert sunny[0] > sunny[1] > sunny[2] > 0.0
