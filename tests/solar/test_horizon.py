import math

import numpy as np
import pandas as pd
import pytest

from citytwin.kernels.reinhart import reinhart
from citytwin.solar.horizon import Horizon, blocked_share, halo_of, sun_blocked

RIDGE = np.array([[[-4e4, 1e4, 0], [4e4, 1e4, 0], [0, 1e4, 3000.0]]])


def direction(azimuth, altitude):
    a, h = np.radians(azimuth), np.radians(altitude)
    return np.stack([np.cos(h) * np.sin(a), np.cos(h) * np.cos(a), np.sin(h)], -1)


def test_forms_of_a_table_agree():
    azimuth, altitude = np.array([0.0, 90, 180, 270]), np.array([1.0, 2, 3, 4])
    frame = pd.DataFrame({"azimuth": azimuth, "altitude": altitude})
    series = pd.Series(altitude, index=azimuth)
    for table in (frame, frame.sample(frac=1, random_state=1), series, np.column_stack([azimuth, altitude]), altitude):
        horizon = Horizon.of(table)
        assert (horizon.azimuth == azimuth).all()
        assert (horizon.altitude == altitude).all()
    wrapped = pd.Series([*altitude, 1.0], index=[-180.0 + 180, 90, 180, -90, 360])
    assert (Horizon.of(wrapped).altitude == altitude).all()


def test_between_the_azimuths_it_is_linear_across_north_too():
    horizon = Horizon.of([[10, 2], [350, 6]])
    np.testing.assert_allclose(horizon.at(np.array([0.0, 355.0, 5.0, 180.0])), [4, 5, 3, 4])


@pytest.mark.parametrize(("table", "match"), [
    (np.array([]), "at least one"), ([[0, 95]], "between -90 and 90"), ([[0, np.nan]], "finite"),
    (pd.DataFrame({"azimuth": [0.0]}), "no column 'altitude'"), ([[0, 1], [360, 2]], "two altitudes at azimuth 0"),
])  # fmt: skip
def test_bad_tables_are_refused(table, match):
    with pytest.raises(ValueError, match=match):
        Horizon.of(table)


@pytest.mark.parametrize("factor", [1, 2])
def test_level_skyline_hides_its_share_of_the_sky(factor):
    patches = reinhart(factor)
    for altitude in (0.0, 12.0, 30.0, 90.0):
        share = blocked_share(Horizon.of(np.full(36, altitude)), patches)
        hidden = (share * patches.solid_angle).sum() / (2 * math.pi)
        assert hidden == pytest.approx(math.sin(math.radians(altitude)), abs=0.03 / factor)
        assert ((0 <= share) & (share <= 1)).all()
    part = blocked_share(Horizon.of(np.full(36, 0.25 * 90 / (7 * factor + 0.5))), patches)
    assert 0 < part[0] < 1
    assert part[-1] == 0


def test_half_a_skyline_hides_half_of_the_azimuths():
    horizon = Horizon.of(pd.Series([20.0, 20, 0, 0], index=[0.0, 179.9, 180, 359.9]))
    row = reinhart(1).direction[:30]
    share = blocked_share(horizon, reinhart(1))[:30]
    east = row[:, 0] > 0.1
    assert (share[east] == 1).all()
    assert (share[row[:, 0] < -0.1] == 0).all()


def test_sun_is_hidden_below_the_skyline():
    horizon = Horizon.of([[0, 0], [90, 10], [180, 0], [270, 0]])
    sun = direction(np.array([90, 90, 45, 45, 270]), np.array([9.9, 10.1, 4.9, 5.1, 0.1]))
    assert sun_blocked(horizon, sun).tolist() == [True, False, True, False, False]


def test_distant_ridge_by_triangles_and_by_grid():
    eye = [0.0, 0.0, 20.0]
    heights = np.zeros((60, 161))
    columns = -40_000 + 500.0 * np.arange(161)
    heights[40] = np.maximum(0, 3000 * (1 - np.abs(columns) / 4e4))
    by_triangles = Horizon.of_triangles(RIDGE, eye)
    by_grid = Horizon.of_grid(heights, [-40_000, -10_000], 500.0, eye)
    azimuth = np.arange(-40, 41, 5) % 360
    exact = np.degrees(np.arctan(
        (3000 * (1 - np.abs(1e4 * np.tan(np.radians(azimuth))) / 4e4) - 20) * np.abs(np.cos(np.radians(azimuth))) / 1e4
        - 0.87 * 1e4 / np.abs(np.cos(np.radians(azimuth))) / (2 * 6_371_008.8)
    ))  # fmt: skip
    np.testing.assert_allclose(by_triangles.at(azimuth), exact, atol=0.15)
    np.testing.assert_allclose(by_grid.at(azimuth), exact, atol=0.02)
    assert by_triangles.at(np.array([180.0])) == by_grid.at(np.array([180.0])) == 0
    assert Horizon.of_triangles(RIDGE, eye, nearest_m=5e4).altitude.max() == 0


def test_grids_and_sectors_that_make_no_horizon_are_refused():
    with pytest.raises(ValueError, match="2 rows and columns"):
        Horizon.of_grid(np.zeros((1, 5)), [0, 0], 10.0, [0, 0, 0])
    with pytest.raises(ValueError, match="2 rows and columns"):
        Horizon.of_grid(np.zeros((5, 5)), [0, 0], 0.0, [0, 0, 0])
    with pytest.raises(ValueError, match="3 sectors"):
        Horizon.of_triangles(RIDGE, [0, 0, 0], sectors=2)
    with pytest.raises(ValueError, match="finite"):
        Horizon.of_triangles(np.full((1, 3, 3), np.nan), [0, 0, 0])


def test_halo_grows_with_what_stands_up_to_its_widest():
    tower = np.array([[[0.0, 0, 0], [1, 0, 0], [0, 0, 15]]])
    assert halo_of(tower, 5.0) == pytest.approx(10 / math.tan(math.radians(3)))
    assert halo_of(tower * 10, 5.0) == 500
    assert halo_of(tower, 20.0) == 0
    assert halo_of(np.empty((0, 3, 3)), 0.0) == 0
