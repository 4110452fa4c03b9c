"""Polar night and polar day: no sun in the one, sun from the north in the other."""

import numpy as np
import pytest

from citytwin.model.sky_dome import hours_of
from citytwin.model.sun import month_of_hour, sun_over_year
from citytwin.model.weather import HOURS, Weather
from citytwin.solar.cumulative_sky import cumulative_sky
from citytwin.solar.levels import LEVELS
from citytwin.solar.sky_dome import sky_dome
from tests.solar.open_planes import open_exposure


def clear_weather(latitude, longitude, utc_offset_h):
    """Sun every other day, a diffuse sky always, both only while the sun is up."""
    height = np.maximum(sun_over_year(latitude, longitude, utc_offset_h).direction[:, 2], 0.0)
    dni = np.where(height > 0.0, 700.0 * np.exp(-0.1 / np.maximum(height, 0.02)), 0.0)
    dni *= np.arange(HOURS) // 24 % 2
    dhi = 120.0 * height**0.7
    other = {name: np.zeros(HOURS) for name in ("temp_air", "relative_humidity", "wind_speed", "sky_temperature")}
    return Weather(
        **other, ghi=dhi + dni * height, dni=dni, dhi=dhi,
        latitude=latitude, longitude=longitude, altitude=0.0, utc_offset_h=utc_offset_h,
    )  # fmt: skip


def on_plane(dome, normal):
    return hours_of(open_exposure(dome, [normal]), dome, np.arange(1))[0]


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone", "dark", "bright"),
    [(78.2, 15.6, 1.0, [0, 10, 11], [4, 5, 6]), (-77.8, 166.7, 12.0, [4, 5, 6], [0, 10, 11])],
)
def test_dark_months_have_none_and_bright_ones_all_hours(latitude, longitude, zone, dark, bright):
    dome = sky_dome(clear_weather(latitude, longitude, zone), "perez", LEVELS["draft"])
    radiance, _ = cumulative_sky(dome, "month")
    month = month_of_hour()
    hours = np.bincount(month[dome.hour], minlength=12)
    assert (hours[dark] == 0).all()
    assert (radiance[:, dark] == 0.0).all()
    assert (hours[bright] == np.bincount(month)[bright]).all()
    assert np.isfinite(radiance).all()


def test_horizontal_closes_in_the_far_north():
    weather = clear_weather(78.2, 15.6, 1.0)
    dome = sky_dome(weather, "perez", LEVELS["draft"])
    np.testing.assert_allclose(on_plane(dome, (0, 0, 1)), weather.ghi[dome.hour], rtol=1e-4)


def test_the_midnight_sun_shines_on_north_walls():
    """Near local midnight in June: the sun is 11 degrees high in the north, behind a south wall."""
    weather = clear_weather(78.2, 15.6, 1.0)
    dome = sky_dome(weather, "perez", LEVELS["draft"])
    night = np.flatnonzero((dome.hour == 24 * 171 + 23) | (dome.hour == 24 * 171))
    north, south = (on_plane(dome, (0, y, 0))[night] for y in (1, -1))
    direct = weather.dni[dome.hour[night]]
    assert direct.min() > 300.0
    assert (north > 0.9 * direct).all()
    assert (south < 100.0).all()


def test_sodankyla_has_two_weeks_around_midsummer_without_sunset_and_no_sun_at_new_year():
    up = (sun_over_year(67.3666, 26.629, 2.0).direction[:, 2] > 0.0).reshape(365, 24)
    assert up[160:182].all()
    assert not up[350:].any()
    assert up[[80, 266]].sum(1).tolist() == [12, 12]
