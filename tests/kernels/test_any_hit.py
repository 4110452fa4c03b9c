import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels.any_hit import any_hit
from citytwin.kernels.bvh import build_bvh
from citytwin.kernels.first_hit import first_hits
from tests.kernels.shapes import GRAZED
from tests.naive import any_hit as naive

INFINITY = np.float32(np.inf)
T_MIN = np.float32(1e-4)
SQUARE = np.array([[(0, 0, 0), (1, 0, 0), (1, 1, 0)], [(0, 0, 0), (1, 1, 0), (0, 1, 0)]], np.float32)


def rays(rng, n):
    origins = rng.normal(scale=10, size=(n, 3)).astype(np.float32)
    directions = rng.normal(size=(n, 3))
    return origins, (directions / np.linalg.norm(directions, axis=1)[:, None]).astype(np.float32)


def soup(rng, n):
    return (rng.normal(scale=8, size=(n, 1, 3)) + rng.normal(scale=2, size=(n, 3, 3))).astype(np.float32)


def cast(triangles, origins, directions, t_max=INFINITY):
    return any_hit(build_bvh(triangles), origins, directions, T_MIN, np.float32(t_max))


@given(st.integers(0, 2**32 - 1), st.integers(0, 40), st.sampled_from([3.0, 20.0, np.inf]))
@settings(max_examples=25)
def test_equals_naive(seed, n, t_max):
    rng = np.random.default_rng(seed)
    triangles, (origins, directions) = soup(rng, n), rays(rng, 30)
    got = cast(triangles, origins, directions, t_max)
    expected = naive.any_hit(triangles, origins, directions, T_MIN, t_max, margin=1e-4)
    compared = [(bool(g), e) for g, e in zip(got, expected, strict=True) if e is not None]
    assert len(compared) >= 25
    assert all(g == e for g, e in compared)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10)
def test_answer_is_that_of_the_triangles_one_by_one(seed):
    """To the last bit, and so for any tree and any order: rays aimed at corners and edges, where rounding decides."""
    rng = np.random.default_rng(seed)
    triangles = soup(rng, 20)
    origins, _ = rays(rng, 60)
    targets = triangles[rng.integers(0, 20, 60), 0]
    middles = triangles.mean(axis=1)[rng.integers(0, 20, 60)]
    edges = 0.5 * (triangles[:, 0] + triangles[:, 1])[rng.integers(0, 20, 60)]
    for aims in (targets, middles, edges):
        directions = aims - origins
        directions = (directions / np.linalg.norm(directions, axis=1)[:, None]).astype(np.float32)
        alone = np.any([cast(triangles[k : k + 1], origins, directions) for k in range(20)], axis=0)
        np.testing.assert_array_equal(cast(triangles, origins, directions), alone)
        np.testing.assert_array_equal(cast(triangles[rng.permutation(20)], origins, directions), alone)
        order = rng.permutation(60)
        np.testing.assert_array_equal(cast(triangles, origins[order], directions[order]), alone[order])


@given(st.integers(0, 2**32 - 1), st.sampled_from([12.0, np.inf]))
@settings(max_examples=8)
def test_runs_of_one_start_or_one_direction_are_answered_ray_by_ray(seed, t_max):
    """Fans, packets, a short rest of each, and what neither is, against each ray by itself."""
    rng = np.random.default_rng(seed)
    triangles = soup(rng, 300)
    origins, directions = rays(rng, 100)
    origins[20:60] = origins[20]
    origins[60:70] = origins[60]
    directions[70:90] = directions[70]
    directions[90:93] = directions[90]
    bvh, t_max = build_bvh(triangles), np.float32(t_max)
    alone = [any_hit(bvh, origins[k : k + 1], directions[k : k + 1], T_MIN, t_max)[0] for k in range(100)]
    assert 10 < sum(alone) < 90
    np.testing.assert_array_equal(any_hit(bvh, origins, directions, T_MIN, t_max), alone)


@pytest.mark.parametrize("x", [0.1, 0.5, 0.9])
def test_from_both_sides_and_within_the_range(x):
    origins = np.array([[x, 0.3, 2], [x, 0.3, -2], [x, 0.3, 2], [1.5, 0.3, 2], [x, 0.3, 0]], np.float32)
    directions = np.array([[0, 0, -1], [0, 0, 1], [0, 0, 1], [0, 0, -1], [0, 0, 1]], np.float32)
    assert cast(SQUARE, origins, directions).tolist() == [True, True, False, False, False]
    assert cast(SQUARE, origins, directions, 1.9).tolist() == [False] * 5
    assert cast(SQUARE, origins, directions, 2.1).tolist() == [True, True, False, False, False]


def test_no_light_through_the_seam_of_two_triangles():
    t = np.linspace(0.001, 0.999, 500)
    targets = np.stack([t, t, np.zeros(500)], axis=1)
    origins = np.tile(np.float32([0.3, 0.6, 5]), (500, 1))
    directions = targets - origins
    directions = (directions / np.linalg.norm(directions, axis=1)[:, None]).astype(np.float32)
    assert cast(SQUARE, origins, directions).mean() > 0.99


def test_ray_far_above_a_wall_in_its_plane_is_no_hit():
    wall, origin, direction = GRAZED
    assert not cast(wall, origin[None, :], direction[None, :])[0]


def test_no_triangles_and_no_rays():
    origins, directions = rays(np.random.default_rng(0), 5)
    assert not cast(np.empty((0, 3, 3), np.float32), origins, directions).any()
    assert len(cast(SQUARE, origins[:0], directions[:0])) == 0


def test_rays_with_a_nan_hit_nothing_alone_and_in_runs():
    """The origin of a packet in one direction, the directions of a fan, of which the first hits, and single rays."""
    nan, tree = np.float32(np.nan), build_bvh(SQUARE)
    origins, directions = np.tile(np.float32([0.5, 0.3, 2]), (40, 1)), np.tile(np.float32([0, 0, -1]), (40, 1))
    for place in range(3):
        bent, moved = directions.copy(), origins.copy()
        bent[1::2, place] = nan
        moved[1::2, place] = nan
        fan, packet = any_hit(tree, origins, bent, T_MIN, INFINITY), any_hit(tree, moved, directions, T_MIN, INFINITY)
        assert fan.tolist() == packet.tolist() == [True, False] * 20
        for origin, direction in ((moved[1:2], directions[:1]), (origins[:1], bent[1:2])):
            assert not any_hit(tree, origin, direction, T_MIN, INFINITY).any()
            assert first_hits(tree, origin, direction, T_MIN, INFINITY)[0].tolist() == [[-1]]
