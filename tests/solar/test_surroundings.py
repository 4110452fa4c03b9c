import numpy as np
import pytest

from citytwin.solar.surroundings import surroundings_of
from citytwin.synthetic import helsinki_normals, weather
from tests.solar.boxes import box_city

CITY = box_city([(0, 0, 10, 10, 8)])


def around(year, albedo, bounces=2, halo_m=500.0):
    return surroundings_of(CITY, year, None, None, albedo, bounces, halo_m)


def test_one_number_is_for_everything_and_all_year(clear_year):
    got = around(clear_year, 0.3)
    assert (got.ground_albedo.tolist(), got.ground_state, got.albedo) == ([0.3], None, {"wall": 0.3, "roof": 0.3})


def test_what_is_not_stated_is_that_of_the_table():
    got = around(weather(60.2, 24.9, helsinki_normals()), {"wall": 0.5, "snow": 0.8})
    assert got.albedo == {"wall": 0.5, "roof": 0.2}
    np.testing.assert_allclose(got.ground_albedo, [0.2, 0.8])
    assert set(got.ground_state) == {0, 1}
    assert "SNOW_FROM_TEMPERATURE" in set(got.findings.name)


@pytest.mark.parametrize(
    ("albedo", "message"), [({"lawn": 0.2}, "not for 'lawn'"), ({"roof": 1.0}, "below 1"), (-0.1, "from 0")]
)
def test_albedo_that_cannot_be_is_refused(clear_year, albedo, message):
    with pytest.raises(ValueError, match=message):
        around(clear_year, albedo)


def test_negative_bounces_are_refused(clear_year):
    with pytest.raises(ValueError, match="cannot be negative"):
        around(clear_year, None, bounces=-1)
