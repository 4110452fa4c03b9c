import numpy as np
import pytest

from citytwin.io.weather import read_weather
from citytwin.solar.levels import LEVELS
from citytwin.solar.sky_dome import sky_dome
from tests.solar.open_planes import open_plane


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("sky", ["perez", "isotropic"])
def test_horizontal_gets_ghi(clear_year, sky, level):
    dome = sky_dome(clear_year, sky, LEVELS[level])
    assert open_plane(dome, 0, 0) == pytest.approx(clear_year.ghi.sum() / 1000, rel=1e-4)


def test_only_hours_with_radiation_are_kept(clear_year):
    dome = sky_dome(clear_year, "perez", LEVELS["draft"])
    assert (dome.hour == np.flatnonzero(clear_year.ghi > 0)).all()
    assert dome.radiance.shape == (145, len(dome.hour))


@pytest.mark.compiled
def test_145_patches_are_as_good_as_577_on_open_walls(vantaa_path):
    weather = read_weather(vantaa_path)
    coarse, fine = (sky_dome(weather, "perez", LEVELS[level]) for level in ("draft", "fast"))
    for azimuth in (0, 90, 180, 270):
        assert open_plane(coarse, 90, azimuth) == pytest.approx(open_plane(fine, 90, azimuth), rel=2e-3)


def test_hours_of_a_state_lie_side_by_side(clear_year):
    leaf, ground = np.zeros(8760, np.int8), np.zeros(8760, np.int8)
    leaf[:3000] = 1
    ground[:1000] = 1
    dome = sky_dome(clear_year, "perez", LEVELS["draft"], leaf, ground)
    plain = sky_dome(clear_year, "perez", LEVELS["draft"])
    assert sorted(dome.hour) == plain.hour.tolist()
    assert (dome.leaf.tolist(), dome.response.tolist()) == ([0, 1, 1], [0, 2, 3])
    for k in range(3):
        hour = dome.hour[dome.state[k] : dome.state[k + 1]]
        assert (leaf[hour] == dome.leaf[k]).all()
        assert (ground[hour] == dome.response[k] % 2).all()
    np.testing.assert_allclose(dome.monthly_sky.sum(0), plain.monthly_sky[0], rtol=1e-6)


def test_sun_of_every_hour_gets_a_ray(clear_year):
    dome = sky_dome(clear_year, "perez", LEVELS["exact"])
    lit = np.flatnonzero(dome.sun.dni > 1)
    assert len(dome.direction) == 2305 + len(lit)
    rays = dome.direction[dome.sun.patch[0, lit]]
    np.testing.assert_allclose(rays.T, dome.sun.direction[:, lit], atol=1e-7)
    assert (dome.sun.share[0, lit] == 1).all()
