import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels.horizon_profile import horizon_of_grid, horizon_of_triangles
from tests.naive import horizon_profile as naive

EYE = np.array([10.0, -20.0, 5.0])


def wall(azimuth, distance, width, height):
    """A triangle upright across a direction of the compass."""
    out = np.array([math.sin(math.radians(azimuth)), math.cos(math.radians(azimuth)), 0.0])
    side = np.array([out[1], -out[0], 0.0])
    middle = EYE + distance * out
    return np.array([[middle - width * side, middle + width * side, middle + np.array([0, 0, height])]])


@given(st.integers(0, 2**32 - 1), st.sampled_from([8, 36, 90]))
@settings(max_examples=10)
def test_triangles_equal_naive(seed, n):
    rng = np.random.default_rng(seed)
    triangles = rng.normal(size=(6, 1, 3)) * [4000, 4000, 200] + rng.normal(size=(6, 3, 3)) * [800, 800, 300] + EYE
    got = horizon_of_triangles(triangles, EYE, n, 50.0)
    expected = naive.horizon_of_triangles(triangles, EYE, n, 50.0)
    seen = np.isfinite(expected) & (expected > -1.5)
    assert (got >= expected - 2e-5).all()  # curvature shifts the extreme of an edge a little
    np.testing.assert_allclose(got[seen], expected[seen], atol=0.02)
    assert np.abs(got - expected)[seen].mean() < 0.002


@pytest.mark.parametrize("azimuth", [0, 37, 90, 181, 359])
def test_a_summit_stands_in_its_sector_alone(azimuth):
    angle = horizon_of_triangles(wall(azimuth, 8000, 1.0, 400), EYE, 360, 0.0)
    drop = (1 - 0.13) * 8000 / (2 * 6_371_008.8)
    assert np.argmax(angle) == azimuth
    assert angle[azimuth] == pytest.approx(math.atan(400 / 8000 - drop), abs=1e-7)
    assert (np.delete(angle, azimuth) == -math.pi / 2).all()


def test_level_wall_is_highest_where_it_is_nearest():
    ends = EYE + np.array([[-5000, 3000, 300], [9000, 3000, 300], [2000, 3000, 0]])
    angle = horizon_of_triangles(ends[None, :], EYE, 8, 0.0)
    assert math.tan(angle[0]) == pytest.approx(300 / 3000, abs=3e-4)
    assert math.tan(angle[1]) < 0.1


def test_what_is_near_does_not_count():
    both = np.concatenate([wall(90, 200, 5, 100), wall(90, 5000, 5, 100)])
    near, far = (horizon_of_triangles(both, EYE, 36, nearest)[9] for nearest in (0.0, 1000.0))
    assert near > 20 * far > 0


def test_edges_round_the_back_cross_the_border_at_north_and_at_south():
    for sign in (1, -1):
        ends = EYE + np.array([[-3000, sign * 1000, 100], [3000, sign * 1000, 100], [0, sign * 1500, 100]])
        angle = horizon_of_triangles(ends[None, :], EYE, 36, 0.0)
        visible = np.flatnonzero(angle > 0)
        assert len(visible) == 15
        assert (0 in visible) == (sign > 0)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=8)
def test_grid_equals_naive(seed):
    rng = np.random.default_rng(seed)
    heights = rng.uniform(0, 300, (30, 24))
    heights[rng.random((30, 24)) < 0.05] = np.nan
    arguments = (heights, -301.7, -403.1, 25.0, EYE, 23, 60.0, 700.0)
    np.testing.assert_allclose(horizon_of_grid(*arguments), naive.horizon_of_grid(*arguments), atol=1e-12)


def test_a_level_sea_sinks_below_the_horizontal():
    angle = horizon_of_grid(np.full((4, 4), 5.0), -1e5, -1e5, 1e5, EYE, 4, 0.0, 5.0)
    assert (angle == -math.pi / 2).all()
    angle = horizon_of_grid(np.full((400, 400), 5.0), -1e5, -1e5, 500.0, EYE, 4, 2000.0, 4e4)
    assert (angle < 0).all()
    assert angle[0] == pytest.approx(-2020 * (1 - 0.13) / (2 * 6_371_008.8), rel=1e-6)


def test_unknown_heights_of_no_weight_do_not_matter():
    """From a line of the grid at the edge of what is known, along that line: as with all known."""
    full = horizon_of_grid(np.full((5, 5), 100.0), 0.0, 0.0, 100.0, np.array([200.0, 200.0, 0.0]), 4, 0.0, 1e5)
    np.testing.assert_allclose(np.degrees(full), 45.0, atol=1e-3)
    for unknown, known in (
        (np.s_[:, 3:], [True, False, True, True]),
        (np.s_[:, :2], [True, True, True, False]),
        (np.s_[3:], [False, True, True, True]),
        (np.s_[:2], [True, True, False, True]),
    ):
        heights = np.full((5, 5), 100.0)
        heights[unknown] = np.nan
        got = horizon_of_grid(heights, 0.0, 0.0, 100.0, np.array([200.0, 200.0, 0.0]), 4, 0.0, 1e5)
        np.testing.assert_array_equal(got, np.where(known, full, -math.pi / 2))


def test_the_last_line_counts_where_the_one_before_is_unknown():
    heights = np.full((5, 5), 100.0)
    heights[:, 3] = np.nan
    angle = horizon_of_grid(heights, 0.0, 0.0, 100.0, np.array([400.0, 0.0, 0.0]), 4, 0.0, 1e5)
    np.testing.assert_allclose(np.degrees(angle[0]), 45.0, atol=1e-3)
