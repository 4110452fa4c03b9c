"""Where a city lies."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from citytwin.run.place import place_of


def city(crs, low, high):
    return SimpleNamespace(crs=crs, bounds=np.array([*low, 0.0, *high, 10.0]))


def test_the_middle_in_degrees():
    latitude, longitude = place_of(city("EPSG:3879", (25_496_000, 6_673_000), (25_497_000, 6_673_500)))
    # ETRS-GK25: the central meridian is 25 E at 25,500,000 m; a degree of longitude here has 55.4 km
    assert longitude == pytest.approx(25 - 3_500 / 55_420, abs=1e-3)
    # and 60 N lies 6,654,073 m along the meridian, a degree of latitude 111,414 m (GRS 80)
    assert latitude == pytest.approx(60 + 19_177 / 111_414, abs=1e-3)


def test_no_place_without_crs_or_vertices():
    assert place_of(city(None, (0, 0), (1, 1))) == (None, None)
    assert place_of(city("EPSG:3879", (np.nan, 0), (1, 1))) == (None, None)
