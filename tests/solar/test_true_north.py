from dataclasses import replace

import numpy as np
import pytest

from citytwin.solar.irradiate import irradiate
from citytwin.solar.true_north import in_grid_axes, true_north
from tests.solar.boxes import EAST, WEST, box_city, face

BOX = [(0, 0, 10, 10, 8)]


def test_convergence_of_a_transverse_mercator():
    """To first order the difference of longitudes times the sine of the latitude, with the sign of grid azimuths."""
    city = box_city(BOX)
    for longitude in (24.0, 25.0, 25.5):
        expected = (25.0 - longitude) * np.sin(np.radians(60.2))
        assert true_north(city, 60.2, longitude) == pytest.approx(expected, abs=1e-3)
    assert true_north(city, 39.8, -104.9) == 0.0
    assert true_north(replace(city, crs=None), 60.2, 24.0) == 0.0


def test_north_goes_where_it_points():
    turned = in_grid_axes(np.array([[0.0, 1.0, 0.0], [0.6, 0.0, 0.8]]), 10.0)
    assert np.degrees(np.arctan2(turned[0, 0], turned[0, 1])) == pytest.approx(10.0)
    assert np.degrees(np.arctan2(turned[1, 0], turned[1, 1])) == pytest.approx(100.0)
    assert turned[1, 2] == 0.8


def test_the_sun_of_a_city_stands_in_its_axes(clear_year):
    city = box_city(BOX)
    west = irradiate(city, replace(clear_year, longitude=24.0, utc_offset_h=2.0), level="draft", bounces=0)
    plain = irradiate(replace(city, crs=None), replace(clear_year, longitude=24.0), level="draft", bounces=0)
    noon = int(np.argmax(west.dome.sun.direction[2]))
    azimuths = [np.degrees(np.arctan2(*sun.dome.sun.direction[:2, noon])) for sun in (west, plain)]
    assert azimuths[0] - azimuths[1] == pytest.approx(np.sin(np.radians(60.2)), abs=0.01)
    gain = [sun.annual[face(sun, 0, side)] for sun in (west, plain) for side in (EAST, WEST)]
    assert gain[0] < gain[2]
    assert gain[1] > gain[3]
