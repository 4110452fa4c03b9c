import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.solar_position import solar_position
from tests.naive import solar_position as naive


def angle_between(zenith, azimuth, other_zenith, other_azimuth):
    def vector(z, a):
        z, a = np.radians(z), np.radians(a)
        return np.stack([np.sin(z) * np.sin(a), np.sin(z) * np.cos(a), np.cos(z)])

    return np.degrees(np.linalg.norm(vector(zenith, azimuth) - vector(other_zenith, other_azimuth), axis=0))


@given(st.floats(0.0, 18262.0), st.floats(-89.0, 89.0), st.floats(-180.0, 180.0))
def test_agrees_with_the_orbit_from_2000_to_2050(day, latitude, longitude):
    days = np.array([day])
    got = solar_position(days, latitude, longitude)
    expected = naive.solar_position(days, latitude, longitude)
    assert angle_between(got.zenith, got.azimuth, *expected).max() < 0.012


def test_direction_is_the_unit_vector_of_the_angles():
    sun = solar_position(np.linspace(0, 400, 50), 60.0, 25.0)
    zenith, azimuth = np.radians(sun.zenith), np.radians(sun.azimuth)
    expected = [np.sin(zenith) * np.sin(azimuth), np.sin(zenith) * np.cos(azimuth), np.cos(zenith)]
    np.testing.assert_allclose(sun.direction, np.transpose(expected), atol=1e-12)
    assert ((sun.azimuth >= 0) & (sun.azimuth < 360)).all()


def test_example_of_the_solar_position_algorithm(test_data):
    reference = json.loads((test_data / "data/validation/solar/spa_reference.json").read_text())
    place, expected = reference["input"], reference["expected"]
    day = np.datetime64(place["local_time"]) - np.datetime64("2000-01-01T12:00")
    days = np.array([day / np.timedelta64(1, "s") / 86400 - place["timezone_h"] / 24])
    sun = solar_position(days, place["latitude_deg"], place["longitude_deg"])
    refraction = 0.0143  # at this zenith angle, pressure and temperature; the reference is the apparent position
    assert sun.zenith[0] - refraction == pytest.approx(expected["zenith_deg"], abs=0.01)
    assert sun.azimuth[0] == pytest.approx(expected["azimuth_deg"], abs=0.01)


@pytest.mark.parametrize("year", [2001, 2030])
def test_within_a_hundredth_of_a_degree_of_pvlib_over_a_year_in_helsinki(year):
    pd = pytest.importorskip("pandas")
    pvlib = pytest.importorskip("pvlib")
    times = pd.date_range(f"{year}-01-01 00:30", periods=8760, freq="h", tz="UTC")
    days = ((times - pd.Timestamp("2000-01-01 12:00", tz="UTC")) / pd.Timedelta(days=1)).to_numpy()
    sun = solar_position(days, 60.17, 24.94)
    reference = pvlib.solarposition.spa_python(times, 60.17, 24.94)
    assert np.abs(sun.zenith - reference.zenith.to_numpy()).max() < 0.006
    turn = np.abs((sun.azimuth - reference.azimuth.to_numpy() + 180) % 360 - 180)
    assert turn.max() < 0.01 if year == 2001 else turn.max() < 0.012
    assert angle_between(sun.zenith, sun.azimuth, reference.zenith, reference.azimuth).max() < 0.01
