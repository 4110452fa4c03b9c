import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin._threads import map_blocks
from citytwin.kernels.any_hit import any_hit
from citytwin.kernels.bvh import build_bvh
from citytwin.kernels.first_hit import first_hits, first_hits_of_surface
from tests.kernels.shapes import GRAZED, fan, sample_faces, sky, town
from tests.naive import first_hit as naive

T_MIN = np.float32(1e-4)
INFINITY = np.float32(np.inf)
UP_AND_DOWN = np.concatenate([sky(20), -sky(12)])


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def soup(rng, n):
    return (rng.normal(scale=8, size=(n, 1, 3)) + rng.normal(scale=2, size=(n, 3, 3))).astype(np.float32)


def square(z, side=1.0):
    return fan([(-side, -side, z), (side, -side, z), (side, side, z), (-side, side, z)])


def cast(triangles, origins, directions, t_max=INFINITY):
    return first_hits(build_bvh(np.asarray(triangles, np.float32)), origins, directions, T_MIN, np.float32(t_max))


@given(st.integers(0, 2**32 - 1), st.integers(0, 40), st.sampled_from([4.0, 20.0, np.inf]))
@settings(max_examples=20)
def test_equals_naive(seed, n, t_max):
    rng = np.random.default_rng(seed)
    triangles, directions = soup(rng, n), unit(rng.normal(size=(4, 3)))
    origins = rng.normal(scale=8, size=(18, 3)).astype(np.float32)
    rows, distances = cast(triangles, origins, directions, t_max)
    expected = naive.first_hits(triangles, origins, directions, T_MIN, t_max, margin=1e-4)
    sure = [(o, d) for o in range(18) for d in range(4) if expected[o][d] is not None]
    assert len(sure) >= 60
    assert all(rows[ray] == expected[ray[0]][ray[1]][0] for ray in sure)
    np.testing.assert_allclose([distances[ray] for ray in sure], [expected[o][d][1] for o, d in sure], rtol=1e-4)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10)
def test_answer_is_the_best_of_the_triangles_one_by_one(seed):
    """To the last bit, for any order of triangles and rays: some triangles twice, rays aimed at corners and edges."""
    rng = np.random.default_rng(seed)
    triangles = soup(rng, 20)
    triangles = np.concatenate([triangles, triangles[:6]])
    origin = rng.normal(scale=10, size=3).astype(np.float32)
    aims = np.concatenate([triangles[:, 0], triangles.mean(1), 0.5 * (triangles[:, 0] + triangles[:, 1])])
    directions = unit(aims - origin)
    origins = np.concatenate([origin[None], origin + rng.normal(scale=0.5, size=(19, 3))]).astype(np.float32)
    each = np.array([cast(triangles[k : k + 1], origins, directions)[1] for k in range(26)])
    nearest = each.argmin(0)
    expected = np.where(np.isfinite(each.min(0)), nearest, -1)
    assert (expected >= 0).any()
    rows, distances = cast(triangles, origins, directions)
    np.testing.assert_array_equal(rows, expected)
    np.testing.assert_array_equal(distances, each.min(0))
    assert rows.max() < 20, "a copy was taken before the triangle itself"

    shuffled = rng.permutation(26)
    rows, distances = cast(triangles[shuffled], origins, directions)
    np.testing.assert_array_equal(distances, each.min(0))
    same = np.where(shuffled < 20, shuffled, shuffled - 20)
    first_place = np.array([np.flatnonzero(same == triangle)[0] for triangle in range(20)])
    np.testing.assert_array_equal(rows, np.where(expected < 0, -1, first_place[expected]))
    order, turn = rng.permutation(20), rng.permutation(len(directions))
    np.testing.assert_array_equal(cast(triangles, origins[order], directions[turn])[0], expected[order][:, turn])


def test_nearest_of_floors_from_above_and_below():
    floors = [t for z in (0.0, 1.0, 2.0) for t in square(z)]
    origins = np.array([[0.5, 0.2, 5.0], [0.5, 0.2, 1.5], [0.5, 0.2, -3.0], [9.0, 0.0, 5.0]], np.float32)
    directions = np.array([[0, 0, -1], [0, 0, 1]], np.float32)
    rows, distances = cast(floors, origins, directions)
    assert (rows // 2).tolist() == [[2, -1], [1, 2], [-1, 0], [-1, -1]]
    np.testing.assert_allclose(distances, [[3, np.inf], [0.5, 0.5], [np.inf, 3], [np.inf, np.inf]], rtol=1e-6)
    assert (cast(floors, origins, directions, 0.4)[0] == -1).all()
    assert (cast(floors, origins, directions, 0.4)[1] == np.float32(0.4)).all()
    assert (cast(floors, origins, directions, 0.6)[0][1] // 2).tolist() == [1, 2]


def test_ray_far_above_a_wall_in_its_plane_is_free():
    wall, origin, direction = GRAZED
    assert cast(wall, origin[None], direction[None])[0] == -1


def test_no_distance_before_the_triangle():
    """Nearly in the plane of a wall, rounding would put the hit 40 cm before the wall begins."""
    wall = [[(246.53104, -414.3839, 0), (247.8342, -414.21524, 0), (246.53104, -414.3839, 16.638865)]]
    origin, direction = (-25.462828, -449.59006, 8.881029), (0.9912175, 0.12830049, -0.03204481)
    row, distance = cast(wall, np.array([origin], np.float32), np.array([direction], np.float32))
    assert row[0, 0] == 0
    assert distance[0, 0] == pytest.approx(274.403, abs=1e-3)


def test_nothing_to_meet_and_nothing_to_cast():
    nothing = np.empty((0, 3, 3), np.float32)
    rows, distances = cast(nothing, np.zeros((3, 3), np.float32), UP_AND_DOWN)
    assert (rows == -1).all()
    assert np.isinf(distances).all()
    assert cast(nothing, np.zeros((0, 3), np.float32), UP_AND_DOWN)[0].shape == (0, len(UP_AND_DOWN))


class Scene:
    def __init__(self, seed, n_buildings=3, spacing=5.0):
        self.triangles, faces, normals = town(np.random.default_rng(seed), n_buildings)
        self.samples, self.offsets = sample_faces(faces, normals, spacing)
        self.normals = normals.astype(np.float32)
        self.bvh = build_bvh(self.triangles)

    def rows(self, start=0, stop=None):
        stop = len(self.normals) if stop is None else stop
        arguments = (self.samples, self.offsets, self.normals, UP_AND_DOWN, T_MIN, start, stop)
        return first_hits_of_surface(self.bvh, *arguments)

    def first(self, origin, direction):
        return int(first_hits(self.bvh, origin[None], direction[None], T_MIN, INFINITY)[0][0, 0])


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=5)
def test_surfaces_equal_naive_and_agree_with_any_hit(seed):
    scene = Scene(seed)
    rows = scene.rows()
    n = len(scene.normals)
    expected = naive.first_hits_of_surface(scene.first, scene.samples, scene.offsets, scene.normals, UP_AND_DOWN, 0, n)
    np.testing.assert_array_equal(rows, expected)
    for d, direction in enumerate(UP_AND_DOWN):
        blocked = any_hit(scene.bvh, scene.samples, np.tile(direction, (len(scene.samples), 1)), T_MIN, INFINITY)
        front = rows[:, d] != -2
        np.testing.assert_array_equal(rows[front, d] >= 0, blocked[front])


@pytest.mark.parametrize("threads", ["1", "2"])
def test_threads_and_blocks_do_not_matter(threads, monkeypatch):
    monkeypatch.setenv("CITYTWIN_NUM_THREADS", threads)
    scene = Scene(1)
    parts = map_blocks(scene.rows, len(scene.normals), 4)
    np.testing.assert_array_equal(np.concatenate(parts), scene.rows())


@pytest.mark.parametrize(("distance", "row"), [(5e-5, -1), (2e-4, 0)])
def test_what_is_nearer_than_the_least_distance_is_not_met(distance, row):
    direction = unit(np.array([[0.1, 0.05, 1.0]]))
    assert cast(square(distance), np.array([[0.3, -0.2, 0]], np.float32), direction)[0] == row
