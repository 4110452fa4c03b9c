"""Where a city lies."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from citytwin.model.place import place_of, stock_findings, weather_distance_km, weather_findings


def city(crs, low, high):
    return SimpleNamespace(crs=crs, bounds=np.array([*low, 0.0, *high, 10.0]))


def test_the_middle_in_degrees():
    latitude, longitude = place_of(city("EPSG:3879", (25_496_000, 6_673_000), (25_497_000, 6_673_500)))
    # ETRS-GK25: the central meridian is 25 E at 25,500,000 m; a degree of longitude here has 55.4 km
    assert longitude == pytest.approx(25 - 3_500 / 55_420, abs=1e-3)
    # and 60 N lies 6,654,073 m along the meridian, a degree of latitude 111,414 m (GRS 80)
    assert latitude == pytest.approx(60 + 19_177 / 111_414, abs=1e-3)


def test_no_place_without_crs_or_vertices():
    assert place_of(city(None, (0, 0), (1, 1))) is None
    assert place_of(city("EPSG:3879", (np.nan, 0), (1, 1))) is None


def weather(latitude, longitude):
    return SimpleNamespace(latitude=latitude, longitude=longitude, place="Somewhere")


HELSINKI = city("EPSG:3879", (25_496_000, 6_673_000), (25_497_000, 6_673_500))
ZURICH = city("EPSG:2056", (2_683_000, 1_247_000), (2_684_000, 1_248_000))


def test_distance_on_the_great_circle():
    assert weather_distance_km(HELSINKI, weather(60.17, 24.94)) == pytest.approx(0, abs=1)
    assert weather_distance_km(HELSINKI, weather(62.24, 25.74)) == pytest.approx(234, abs=3)
    assert np.isnan(weather_distance_km(city(None, (0, 0), (1, 1)), weather(60, 25)))


@pytest.mark.parametrize(
    ("where", "place", "names"),
    [
        (HELSINKI, (60.33, 24.97), []),
        (HELSINKI, (62.40, 25.67), ["WEATHER_FROM_AFAR"]),
        (ZURICH, (47.4, 8.5), ["STOCK_OF_FINLAND"]),
        (ZURICH, (60.33, 24.97), ["WEATHER_FROM_AFAR", "STOCK_OF_FINLAND"]),
    ],
)
def test_weather_and_tables_of_another_place_are_findings(where, place, names):
    twin = SimpleNamespace(city=where, weather=weather(*place), stock=None)
    assert [*weather_findings(where, twin.weather).name, *stock_findings(twin).name] == names
