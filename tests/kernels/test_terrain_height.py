import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels.bvh import build_bvh
from citytwin.kernels.terrain_height import terrain_height
from tests.naive import terrain_height as naive


def hills(rng, n=6, step=10.0):
    """A grid of random heights in triangles."""
    x, y = np.meshgrid(step * np.arange(n), step * np.arange(n))
    points = np.stack([x, y, rng.uniform(0, 8, (n, n))], -1)
    a, b, c, d = points[:-1, :-1], points[:-1, 1:], points[1:, 1:], points[1:, :-1]
    return np.concatenate([np.stack(t, -2).reshape(-1, 3, 3) for t in ((a, b, c), (a, c, d))]).astype(np.float32)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10)
def test_equals_naive(seed):
    rng = np.random.default_rng(seed)
    triangles = hills(rng)
    xy = rng.uniform(-5, 55, (60, 2)).astype(np.float32)
    got = terrain_height(build_bvh(triangles), xy)
    expected = naive.terrain_height(triangles, xy)
    np.testing.assert_allclose(got, expected, atol=1e-4)
    assert 0 < np.isnan(got).sum() < len(xy)


def test_points_on_edges_and_corners_are_inside():
    triangles = hills(np.random.default_rng(1))
    xy = triangles[:, :, :2].reshape(-1, 2)
    middles = (0.5 * (triangles + triangles[:, [1, 2, 0]]))[:, :, :2].reshape(-1, 2)
    np.testing.assert_allclose(terrain_height(build_bvh(triangles), xy), triangles[:, :, 2].ravel(), atol=1e-4)
    assert np.isfinite(terrain_height(build_bvh(triangles), middles)).all()


def test_the_highest_of_several_counts_and_upright_ones_have_none():
    flat = np.array([(0, 0, 0), (9, 0, 0), (0, 9, 0)], np.float32)
    layers = np.stack([flat + np.float32([0, 0, z]) for z in (2, 7, -3)])
    upright = np.array([[(0, 0, 0), (9, 0, 0), (5, 0, 90)]], np.float32)
    tree = build_bvh(np.concatenate([layers, upright]))
    assert terrain_height(tree, np.array([[2, 2]], np.float32)).tolist() == [7]
    assert np.isnan(terrain_height(build_bvh(upright), np.array([[5, 0]], np.float32))).all()
    assert np.isnan(terrain_height(build_bvh(np.empty((0, 3, 3), np.float32)), np.zeros((1, 2), np.float32))).all()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=5)
def test_steep_triangles_through_one_another_equal_naive(seed):
    """The highest of many, in boxes of which some reach above what was found and begin below it."""
    rng = np.random.default_rng(seed)
    triangles = (rng.uniform(0, 20, (40, 1, 3)) + rng.normal(scale=(6, 6, 9), size=(40, 3, 3))).astype(np.float32)
    xy = rng.uniform(0, 20, (20, 2)).astype(np.float32)
    expected = naive.terrain_height(triangles, xy)
    np.testing.assert_allclose(terrain_height(build_bvh(triangles), xy), expected, rtol=1e-3, atol=1e-3)


def test_no_gap_along_edges_that_rounding_moves():
    """Corners on both sides of the origin, where edges are rounded, and points along them."""
    rng = np.random.default_rng(0)
    x, y = np.meshgrid(np.arange(8) - 3.3, np.arange(8) - 2.7)
    points = np.stack([x, y, 0 * x], -1) + rng.uniform(0, 0.3, (8, 8, 3))
    a, b, c, d = (points[i : i + 7, j : j + 7].reshape(-1, 3) for i, j in ((0, 0), (0, 1), (1, 1), (1, 0)))
    triangles = np.concatenate([np.stack([a, b, c], 1), np.stack([c, d, a], 1)]).astype(np.float32)
    start, stop = points[1:-1, 1:-1].astype(np.float32), points[1:-1, 2:].astype(np.float32)
    xy = (start + rng.uniform(0, 1, (30, 1, 1, 1)) * (stop - start))[..., :2].reshape(-1, 2).astype(np.float32)
    assert np.isfinite(terrain_height(build_bvh(triangles), xy)).all()
