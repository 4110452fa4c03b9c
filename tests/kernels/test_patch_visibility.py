import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin._threads import map_blocks
from citytwin.kernels.any_hit import any_hit
from citytwin.kernels.bvh import build_bvh
from citytwin.kernels.patch_visibility import (
    packet_masks,
    packet_offsets,
    visible_directions,
    visible_fraction,
)
from tests.kernels.shapes import GRAZED, fan, sample_faces, sky, town
from tests.naive import patch_visibility as naive

T_MIN = np.float32(1e-4)
INFINITY = np.float32(np.inf)
DIRECTIONS = sky(24)


class Scene:
    """A random town with its samples, one face turned out to have none."""

    def __init__(self, seed, n_buildings=3, spacing=7.0):
        self.rng = np.random.default_rng(seed)
        self.triangles, faces, normals = town(self.rng, n_buildings)
        self.samples, offsets = sample_faces(faces, normals, spacing)
        self.offsets = np.insert(offsets, 2, offsets[2])
        self.normals = np.insert(normals, 2, normals[1], axis=0).astype(np.float32)
        self.weights = self.rng.uniform(0.5, 4, len(self.samples)).astype(np.float32)
        self.n = len(self.normals)
        self.bvh = build_bvh(self.triangles)

    def fractions(self, directions=DIRECTIONS, start=0, stop=None, bvh=None):
        stop = self.n if stop is None else stop
        bvh = bvh or self.bvh
        return visible_fraction(
            bvh, self.samples, self.weights, self.offsets, self.normals, directions, T_MIN, start, stop
        )

    def counts(self, directions=DIRECTIONS, start=0, stop=None):
        stop = self.n if stop is None else stop
        return visible_directions(self.bvh, self.samples, self.offsets, self.normals, directions, T_MIN, start, stop)

    def masks(self, start=0, stop=None, bvh=None):
        stop = self.n if stop is None else stop
        arguments = (self.samples, self.offsets, self.normals, DIRECTIONS, T_MIN, start, stop)
        return packet_masks(bvh or self.bvh, *arguments)

    def stops(self, origin, direction):
        return any_hit(self.bvh, origin[None, :], direction[None, :], T_MIN, INFINITY)[0]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=6)
def test_equals_naive_with_single_rays(seed):
    scene = Scene(seed)
    arguments = (scene.stops, scene.samples)
    expected = naive.visible_fraction(*arguments, scene.weights, scene.offsets, scene.normals, DIRECTIONS, 0, scene.n)
    fractions = scene.fractions()
    assert np.abs(fractions.astype(int) - expected).max() <= 1  # a half, summed in another order
    assert (fractions == expected).mean() > 0.999
    assert scene.counts().tolist() == naive.visible_directions(
        *arguments, scene.offsets, scene.normals, DIRECTIONS, 0, scene.n
    )
    assert 0.2 < (fractions > 0).mean() < 0.8
    np.testing.assert_array_equal(
        scene.masks(), naive.packet_masks(*arguments, scene.offsets, scene.normals, DIRECTIONS, 0, scene.n)
    )


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=6)
def test_every_ray_is_answered_as_alone_whatever_the_order_of_triangles(seed):
    """Direction by direction, so that counts are the single answers, with the triangles shuffled for one side."""
    scene = Scene(seed, n_buildings=4, spacing=3.0)
    shuffled = build_bvh(scene.triangles[scene.rng.permutation(len(scene.triangles))])
    face = np.repeat(np.arange(scene.n), np.diff(scene.offsets))
    for direction in DIRECTIONS[::4]:
        directions = np.tile(direction, (len(scene.samples), 1))
        alone = ~any_hit(shuffled, scene.samples, directions, T_MIN, INFINITY)
        alone &= (scene.normals @ direction)[face] > 1e-4
        np.testing.assert_array_equal(scene.counts(direction[None, :]), alone)
    np.testing.assert_array_equal(scene.fractions(bvh=shuffled), scene.fractions())


def test_blocks_of_surfaces_and_order_of_directions_do_not_matter():
    scene = Scene(1)
    parts = [scene.fractions(start=start, stop=min(start + 4, scene.n)) for start in range(0, scene.n, 4)]
    np.testing.assert_array_equal(np.concatenate(parts), scene.fractions())
    order = scene.rng.permutation(len(DIRECTIONS))
    np.testing.assert_array_equal(scene.fractions(DIRECTIONS[order]), scene.fractions()[:, order])
    assert np.concatenate([scene.counts(start=0, stop=5), scene.counts(start=5)]).tolist() == scene.counts().tolist()


@pytest.mark.parametrize("threads", ["1", "2"])
def test_threads_order_and_company_of_surfaces_do_not_matter(threads, monkeypatch):
    """Surfaces backwards, and each alone."""
    monkeypatch.setenv("CITYTWIN_NUM_THREADS", threads)
    scene = Scene(5, spacing=3.0)
    together = scene.fractions()
    blocks = map_blocks(lambda start, stop: scene.fractions(start=start, stop=stop), scene.n, 3)
    np.testing.assert_array_equal(np.concatenate(blocks), together)
    order = np.arange(scene.n)[::-1]
    rows = [np.arange(scene.offsets[s], scene.offsets[s + 1]) for s in order]
    offsets = np.concatenate([[0], np.cumsum([len(r) for r in rows])])
    rows = np.concatenate(rows)
    backwards = visible_fraction(
        scene.bvh,
        scene.samples[rows],
        scene.weights[rows],
        offsets,
        scene.normals[order],
        DIRECTIONS,
        T_MIN,
        0,
        scene.n,
    )
    np.testing.assert_array_equal(backwards, together[order])


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=6)
def test_fractions_are_those_of_the_masks(seed):
    scene = Scene(seed, spacing=2.0)
    offsets = packet_offsets(scene.offsets)
    np.testing.assert_array_equal(offsets, naive.packet_offsets(scene.offsets))
    masks = scene.masks()
    assert len(masks) == offsets[-1]
    expected = naive.fraction_of_masks(masks, scene.weights, scene.offsets, 0, scene.n)
    assert np.abs(scene.fractions().astype(int) - expected).max() <= 1  # a half, summed in another order
    np.testing.assert_array_equal(scene.masks(3, 9), masks[offsets[3] : offsets[9]])


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=6)
def test_masks_against_two_sets_of_triangles_combine_by_and(seed):
    """What a new building takes needs no rays against what was there."""
    scene = Scene(seed, n_buildings=4, spacing=3.0)
    new = scene.rng.random(len(scene.triangles)) < 0.3
    old, added = build_bvh(scene.triangles[~new]), build_bvh(scene.triangles[new])
    np.testing.assert_array_equal(scene.masks(bvh=old) & scene.masks(bvh=added), scene.masks())


def test_open_roof_sees_the_whole_sky_and_a_wall_its_half():
    samples = np.array([[0, 0, 1], [0, 0, 1]], np.float32)
    normals = np.array([[0, 0, 1], [1, 0, 0]], np.float32)
    arguments = (np.ones(2, np.float32), np.array([0, 1, 2]), normals, DIRECTIONS, T_MIN, 0, 2)
    for triangles in (np.empty((0, 3, 3)), np.array([fan([(-9, -9, 0), (9, -9, 0), (9, 9, 0), (-9, 9, 0)])[0]])):
        roof, wall = visible_fraction(build_bvh(triangles.astype(np.float32)), samples, *arguments)
        assert (roof == 255).all()
        np.testing.assert_array_equal(wall, np.where(DIRECTIONS[:, 0] > 1e-4, 255, 0))


@pytest.mark.parametrize("n", [1, 3, 15, 16, 17, 40])
def test_share_by_weight_whatever_the_number_of_samples(n):
    """A roof over the positive half of a row of samples; the shaded ones weigh three times as much."""
    x = np.linspace(-1, 1, n + 1)[:-1] + 1 / n
    samples = np.stack([x, 0 * x, 0 * x], axis=1).astype(np.float32)
    roof = np.array(fan([(0.01, -5, 1), (5, -5, 1), (5, 5, 1), (0.01, 5, 1)]), np.float32)
    covered = x > 0.01
    weights = np.where(covered, 3, 1).astype(np.float32)
    up = np.array([[0, 0, 1]], np.float32)
    got = visible_fraction(build_bvh(roof), samples, weights, np.array([0, n]), up, up, T_MIN, 0, 1)
    assert got[0, 0] == int(255 * weights[~covered].sum() / weights.sum() + 0.5)


def one_sample(triangles, origin, normal, direction):
    arguments = (np.ones(1, np.float32), np.array([0, 1]), normal[None, :], direction[None, :], T_MIN, 0, 1)
    return visible_fraction(build_bvh(triangles), origin[None, :], *arguments)[0, 0]


def test_ray_far_above_a_wall_in_its_plane_is_free():
    wall, origin, direction = GRAZED
    assert one_sample(wall, origin, direction, direction) == 255


@pytest.mark.parametrize(("cosine", "seen"), [(-1e-3, 0), (-5e-5, 0), (5e-5, 0), (2e-4, 255)])
def test_directions_along_the_surface_are_behind_it(cosine, seen):
    direction = np.array([1, 0, cosine], np.float32)
    nothing = np.empty((0, 3, 3), np.float32)
    assert one_sample(nothing, np.zeros(3, np.float32), np.float32([0, 0, 1]), direction) == seen


def test_samples_without_weight_do_not_count():
    scene = Scene(2)
    scene.weights[:] = 0
    assert (scene.fractions() == 0).all()


def test_points_inside_a_building_see_nothing():
    scene = Scene(3)
    centre = scene.samples[scene.offsets[0] : scene.offsets[1]].mean(axis=0) - 0.5 * scene.normals[0]
    inside = np.tile(centre, (5, 1)).astype(np.float32)
    got = visible_directions(scene.bvh, inside, np.array([0, 5]), scene.normals[:1], DIRECTIONS, T_MIN, 0, 1)
    assert got.tolist() == [0] * 5


def test_no_directions_and_no_surfaces():
    scene = Scene(4)
    assert scene.fractions(DIRECTIONS[:0]).shape == (scene.n, 0)
    assert scene.fractions(stop=0).shape == (0, len(DIRECTIONS))
    assert len(scene.counts(stop=0)) == 0


def test_the_own_box_of_a_triangle_counts_in_packets_too():
    """The same wall beside another triangle, whose common box the ray does meet."""
    wall, origin, direction = GRAZED
    triangles = np.concatenate([wall, np.tile(np.float32([218, 897, 60]), (1, 3, 1))])
    origins, directions = np.tile(origin, (4, 1)), np.tile(direction, (4, 1))
    assert not any_hit(build_bvh(triangles), origins, directions, T_MIN, INFINITY).any()
    assert not any_hit(build_bvh(triangles), origin[None], direction[None], T_MIN, INFINITY).any()
    assert one_sample(triangles, origin, direction, direction) == 255


@pytest.mark.parametrize(("distance", "seen"), [(5e-5, 255), (2e-4, 0)])
def test_what_is_nearer_than_the_least_distance_stops_nothing(distance, seen):
    roof = np.array(fan([(-5, -5, distance), (5, -5, distance), (5, 5, distance), (-5, 5, distance)]), np.float32)
    up, origin = np.float32([0, 0, 1]), np.zeros(3, np.float32)
    assert one_sample(roof, origin, up, up) == seen
    packet = any_hit(build_bvh(roof), np.tile(origin, (5, 1)), np.tile(up, (5, 1)), T_MIN, INFINITY)
    assert packet.tolist() == [seen == 0] * 5
