from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from citytwin.kernels.solar_position import solar_position
from citytwin.solar.sun_path import local_clock
from tests.solar.boxes import box_city

CITY = box_city([(0, 0, 10, 10, 8)])
HELSINKI = {"timezone": "Europe/Helsinki"}


def day_length(day, latitude, altitude):
    """Hours between the two moments the sun is at an altitude, from its declination at noon."""
    noon = (day - date(2000, 1, 1)).days - 25.0 / 360.0
    sun = solar_position(np.array([noon]), latitude, 25.0)
    declination = np.radians(90.0 - sun.zenith[0] - (90.0 - latitude))
    phi = np.radians(latitude)
    cosine = (np.sin(np.radians(altitude)) - np.sin(phi) * np.sin(declination)) / (np.cos(phi) * np.cos(declination))
    return 2.0 * np.degrees(np.arccos(cosine)) / 15.0


@pytest.mark.parametrize("text", ["2026-03-21", "2026-06-22", "2026-10-05"])
@pytest.mark.parametrize("altitude", [0.0, 3.0, 10.0])
@pytest.mark.parametrize("step", [1.0, 5.0, 60.0])
def test_steps_add_up_to_the_time_the_sun_is_up(text, altitude, step):
    day = date.fromisoformat(text)
    clock = local_clock(CITY, latitude=60.2, longitude=25.0, **HELSINKI)
    steps = clock.steps(day, altitude, step)
    assert steps.hours.sum() == pytest.approx(day_length(day, 60.2, altitude), abs=0.05)
    assert steps.hours.max() <= step / 60.0 + 1e-9
    assert (np.degrees(np.arcsin(steps.direction[:, 2])) > altitude - 0.01).all()
    np.testing.assert_allclose(np.linalg.norm(steps.direction, axis=1), 1.0)


def test_time_up_does_not_depend_on_the_step():
    clock, day = local_clock(CITY, **HELSINKI), date(2026, 4, 3)
    assert clock.steps(day, 2.0, 45.0).hours.sum() == pytest.approx(clock.steps(day, 2.0, 1.0).hours.sum(), abs=1e-9)


def test_days_the_clock_changes_have_23_and_25_hours():
    clock = local_clock(CITY, **HELSINKI)
    lengths = [clock.moment(date(2026, 3, d + 1), 0) - clock.moment(date(2026, 3, d), 0) for d in (28, 29)]
    np.testing.assert_allclose(lengths, [1.0, 23.0 / 24.0], atol=1e-9)
    assert clock.moment(date(2026, 10, 26), 0) - clock.moment(date(2026, 10, 25), 0) == pytest.approx(25.0 / 24.0)
    assert clock.utc(date(2026, 6, 22), 12) == datetime(2026, 6, 22, 9, tzinfo=UTC)
    assert clock.utc(date(2026, 12, 22), 12) == datetime(2026, 12, 22, 10, tzinfo=UTC)
    assert clock.utc(date(2026, 3, 29), 12) == datetime(2026, 3, 29, 9, tzinfo=UTC)


def test_standard_time_knows_no_daylight_saving():
    clock = local_clock(CITY, time="standard", **HELSINKI)
    assert clock.utc(date(2026, 6, 22), 12) == datetime(2026, 6, 22, 10, tzinfo=UTC)


def test_solar_noon_is_when_the_sun_stands_south_and_highest():
    clock = local_clock(CITY, time="solar")
    direction, altitude = clock.sun_at(date(2026, 2, 11), [11.75, 12.0, 12.25])
    assert altitude[1] > max(altitude[0], altitude[2])
    assert direction[1, 0] == pytest.approx(0.0, abs=2e-3)
    assert direction[1, 1] < 0.0


def test_clock_of_a_weather_year(clear_year):
    clock = local_clock(CITY, clear_year)
    assert (clock.latitude, clock.longitude) == pytest.approx((60.18, 24.95), abs=0.01), "the place is the city's"
    nowhere = local_clock(replace(CITY, crs=None), clear_year)
    assert (nowhere.latitude, nowhere.longitude, nowhere.utc_offset_h) == (60.2, 24.9, 2.0)
    assert "no time zone" in clock.words
    assert clock.utc(date(2026, 6, 22), 12) == datetime(2026, 6, 22, 10, tzinfo=UTC)


def test_polar_night_and_polar_day():
    clock = local_clock(CITY, latitude=69.9, longitude=27.0, **HELSINKI)
    assert len(clock.steps(date(2026, 12, 21), 0.0, 5.0).hours) == 0
    assert clock.steps(date(2026, 6, 22), 0.0, 5.0).hours.sum() == pytest.approx(24.0)


def test_sun_that_sets_after_midnight_gives_two_stretches():
    clock = local_clock(CITY, latitude=66.4, longitude=25.7, **HELSINKI)
    steps = clock.steps(date(2026, 6, 7), 0.0, 10.0)
    assert 20.0 < steps.hours.sum() < 24.0
    assert steps.direction[0, 1] > 0.0
    assert np.abs(np.diff(np.degrees(np.arctan2(steps.direction[:, 0], steps.direction[:, 1])))).max() > 5.0


def test_true_north_in_a_grid_far_from_its_meridian():
    """At 21 degrees east the grid of the 25th meridian turns by about -4 sin(60) degrees."""
    clock = local_clock(CITY, latitude=60.0, longitude=21.0, **HELSINKI)
    assert clock.north_deg == pytest.approx(4.0 * np.sin(np.radians(60.0)), abs=0.02)
    plain = replace(clock, north_deg=0.0)
    turned, straight = (c.sun_at(date(2026, 3, 21), [12])[0][0] for c in (clock, plain))
    azimuths = [np.degrees(np.arctan2(d[0], d[1])) % 360.0 for d in (turned, straight)]
    assert azimuths[0] - azimuths[1] == pytest.approx(clock.north_deg, abs=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"time": "sidereal"}, "solar"),
        ({"timezone": "Europe/Nowhere"}, "Europe/Helsinki"),
        ({}, "timezone="),
        ({"latitude": 60.0, **HELSINKI}, "come together"),
        ({"latitude": 91.0, "longitude": 0.0, **HELSINKI}, "range"),
    ],
)
def test_what_is_not_known_is_asked_for(arguments, message):
    with pytest.raises(ValueError, match=message):
        local_clock(CITY, **arguments)


def test_place_without_a_crs_has_to_be_given():
    city = replace(CITY, crs=None)
    with pytest.raises(ValueError, match="latitude"):
        local_clock(city, **HELSINKI)
    assert local_clock(city, latitude=60.0, longitude=25.0, **HELSINKI).north_deg == 0.0
