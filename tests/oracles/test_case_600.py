"""Incident solar radiation of case 600 of ANSI/ASHRAE Standard 140-2020 against the programs that took part."""

import json

import pytest

from citytwin.io.weather import read_weather
from citytwin.solar.levels import LEVELS
from citytwin.solar.sky_dome import sky_dome
from tests.oracles.planes import open_year

WALLS = {"NORTH": 0, "EAST": 90, "SOUTH": 180, "WEST": 270}
GROUND_REFLECTANCE = 0.2


@pytest.fixture(scope="module")
def ashrae(test_data):
    return test_data / "data/validation/ashrae140"


@pytest.fixture(scope="module")
def weather(ashrae):
    return read_weather(ashrae / "725650TYCST.epw")


@pytest.fixture(scope="module")
def incident(ashrae):
    """Range of each surface over the programs, kWh/m2."""
    values: dict[str, list[float]] = {}
    for path in ashrae.glob("results/*.json"):
        results = json.loads(path.read_text())["solar_radiation_annual_incident"]
        for surface, value in results["600"]["Surface"].items():
            values.setdefault(surface, []).append(float(value["kWh/m2"]))
    assert all(len(v) == 6 for v in values.values())
    return {surface: (min(v), max(v)) for surface, v in values.items()}


@pytest.mark.compiled
def test_walls_are_within_the_range_of_the_programs(weather, incident):
    dome = sky_dome(weather, "perez", LEVELS["fast"])
    for wall, azimuth in WALLS.items():
        low, high = incident[wall]
        assert low < open_year(dome, weather, 90, azimuth, GROUND_REFLECTANCE).sum() / 1000.0 < high, wall


@pytest.mark.compiled
@pytest.mark.parametrize("sky", ["perez", "isotropic"])
def test_horizontal_is_the_sum_of_the_file(weather, incident, sky):
    """1671 against 1670.2 in the file; the programs have 1663 to 1670."""
    got = open_year(sky_dome(weather, sky, LEVELS["fast"]), weather, 0, 0).sum()
    assert got == pytest.approx(weather.ghi.sum(), rel=0.002)
    assert got / 1000.0 == pytest.approx(incident["HORZ."][1], rel=0.002)
