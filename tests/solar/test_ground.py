import numpy as np
import pytest

from citytwin.solar.ground import ground_between, ground_of_terrain


def heights(ground, places):
    """Height of the ground under some places, NaN where there is none."""
    result = np.full(len(places), np.nan)
    for a, b, c in ground.triangles.astype(float):
        edges = np.array([b[:2] - a[:2], c[:2] - a[:2]]).T
        u, v = np.linalg.solve(edges, (places - a[:2]).T)
        inside = (u >= -1e-9) & (v >= -1e-9) & (u + v <= 1 + 1e-9)
        result[inside] = (a[2] + u * (b[2] - a[2]) + v * (c[2] - a[2]))[inside]
    return result


def test_level_feet_give_level_ground_as_far_as_it_reaches():
    ground = ground_between(np.array([[5.0, 5.0, 3.0]]), reach=30.0)
    assert (ground.triangles[:, :, 2] == 3.0).all()
    assert len(ground.normal) == 49
    assert ground.triangles[:, :, :2].min() == -30.0
    assert ground.triangles[:, :, :2].max() == 40.0
    np.testing.assert_array_equal(ground.normal, np.tile([0, 0, 1], (49, 1)))
    assert (ground.points[:, 2] == 3.05).all()


def test_no_wall_is_buried_and_ground_is_closed():
    rng = np.random.default_rng(4)
    feet = np.column_stack([rng.uniform(0, 150, (40, 2)), rng.uniform(0, 20, 40)])
    ground = ground_between(feet)
    assert (heights(ground, feet[:, :2]) <= feet[:, 2] + 1e-4).all()
    between = heights(ground, rng.uniform(0, 150, (200, 2)))
    assert np.isfinite(between).all()
    assert between.min() >= feet[:, 2].min() - 1e-4
    assert between.max() <= feet[:, 2].max() + 1e-4


def test_ground_does_not_depend_on_the_order_of_feet_or_the_place():
    rng = np.random.default_rng(5)
    feet = np.column_stack([rng.uniform(0, 150, (40, 2)), rng.uniform(0, 20, 40)])
    ground, shuffled = ground_between(feet), ground_between(feet[rng.permutation(40)])
    np.testing.assert_array_equal(ground.triangles, shuffled.triangles)
    moved = ground_between(feet + np.array([70.0, -40.0, 0.0]))
    np.testing.assert_allclose(
        np.sort(moved.points - np.array([70.0, -40.0, 0.0]), axis=0), np.sort(ground.points, axis=0), atol=1e-6
    )


def test_samples_lie_on_their_tile():
    ground = ground_between(np.array([[5.0, 5.0, 3.0], [45.0, 5.0, 9.0]]), reach=50.0)
    places = ground.points - 0.05 * np.repeat(ground.normal, np.diff(ground.offsets), axis=0)
    np.testing.assert_allclose(heights(ground, places[:, :2]), places[:, 2], atol=1e-4)
    boxes = ground.triangles.reshape(-1, 6, 3)
    owner = np.repeat(np.arange(len(ground.normal)), np.diff(ground.offsets))
    assert (places[:, :2] >= boxes.min(1)[owner, :2]).all()
    assert (places[:, :2] <= boxes.max(1)[owner, :2]).all()


def test_without_feet_there_is_no_ground():
    ground = ground_between(np.empty((0, 3)))
    assert len(ground.points) == len(ground.normal) == len(ground.triangles) == 0
    assert ground.offsets.tolist() == [0]


def test_terrain_is_grouped_by_tile_whatever_its_orientation():
    flat = ground_between(np.array([[5.0, 5.0, 3.0]]), reach=30.0)
    triangles = flat.triangles.copy()
    triangles[::2] = triangles[::2, ::-1]
    terrain = ground_of_terrain(triangles)
    assert len(terrain.normal) == 49
    np.testing.assert_array_equal(terrain.triangles, triangles)
    assert np.unique(terrain.owner, return_counts=True)[1].tolist() == [2] * 49
    assert np.diff(terrain.offsets).tolist() == [2] * 49
    np.testing.assert_allclose(terrain.normal, np.tile([0, 0, 1], (49, 1)))
    assert terrain.points[:, 2] == pytest.approx(3.05)


def test_upright_triangles_of_terrain_are_not_sampled():
    cliff = np.array([[(0, 0, 0), (5, 0, 0), (5, 0, 9)], [(20, 0, 0), (25, 0, 0), (25, 5, 0)]], np.float32)
    terrain = ground_of_terrain(cliff)
    assert np.diff(terrain.offsets).tolist() == [0, 1]
    assert terrain.points[0, 2] == pytest.approx(0.05)
    assert len(ground_of_terrain(cliff[:0]).points) == 0
