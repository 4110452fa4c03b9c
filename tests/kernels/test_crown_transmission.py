import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels.any_hit import any_hit
from citytwin.kernels.bvh import build_bvh
from citytwin.kernels.crown_transmission import Crowns, crown_corners, crown_transmission, visible_through_crowns
from citytwin.kernels.patch_visibility import visible_fraction
from tests.kernels.shapes import sample_faces, sky, town
from tests.naive import crown_transmission as naive

T_MIN = np.float32(1e-4)
DIRECTIONS = sky(24)
NOTHING = build_bvh(np.empty((0, 3, 3), np.float32))


def make(centre, axes, extinction):
    centre, axes = np.array(centre, np.float32).reshape(-1, 3), np.array(axes, np.float32).reshape(-1, 2)
    return Crowns(centre, 1 / axes, np.array(extinction, np.float32).reshape(-1, 2))


def grove(rng, n, extent=60.0):
    centre = np.column_stack([rng.uniform(-extent, extent, (n, 2)), rng.uniform(3, 12, n)])
    return make(centre, rng.uniform(0.5, 6.0, (n, 2)), rng.uniform(0.02, 0.6, (n, 2)))


def tree_of(crowns):
    return build_bvh(crown_corners(crowns))


def one_ray(crowns, origin, direction):
    direction = np.array(direction, np.float32) / np.linalg.norm(direction).astype(np.float32)
    return crown_transmission(tree_of(crowns), crowns, np.array([origin], np.float32), direction[None, :])[0]


class Scene:
    """A random town under random trees."""

    def __init__(self, seed, n_crowns=40, n_buildings=3, spacing=7.0):
        self.rng = np.random.default_rng(seed)
        self.triangles, faces, normals = town(self.rng, n_buildings)
        self.samples, self.offsets = sample_faces(faces, normals, spacing)
        self.normals = np.array(normals, np.float32)
        self.weights = self.rng.uniform(0.5, 4, len(self.samples)).astype(np.float32)
        self.n = len(self.normals)
        self.bvh = build_bvh(self.triangles)
        self.crowns = grove(self.rng, n_crowns)

    def shares(self, crowns=None, crown_bvh=None, directions=DIRECTIONS, start=0, stop=None):
        crowns = self.crowns if crowns is None else crowns
        crown_bvh = tree_of(crowns) if crown_bvh is None else crown_bvh
        stop = self.n if stop is None else stop
        rest = (self.samples, self.weights, self.offsets, self.normals, directions, T_MIN, start, stop)
        return visible_through_crowns(self.bvh, crown_bvh, crowns, *rest)

    def without_crowns(self, directions=DIRECTIONS):
        rest = (self.samples, self.weights, self.offsets, self.normals, directions, T_MIN, 0, self.n)
        return visible_fraction(self.bvh, *rest)

    def stops(self, origin, direction):
        return any_hit(self.bvh, origin[None, :], direction[None, :], T_MIN, np.float32(np.inf))[0]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=4)
def test_surfaces_equal_naive(seed):
    scene = Scene(seed)
    expected = naive.visible_through_crowns(
        scene.stops, scene.crowns, scene.samples, scene.weights, scene.offsets, scene.normals, DIRECTIONS, 0, scene.n
    )
    got = scene.shares()
    np.testing.assert_allclose(got / 255, expected, atol=0.5 / 255 + 2e-3)
    assert (np.abs(got / 255 - expected) < 0.51 / 255).mean() > 0.999
    assert 0.03 < (got[0] != scene.without_crowns()).mean()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_rays_equal_naive(seed):
    rng = np.random.default_rng(seed)
    crowns = grove(rng, 30, 20.0)
    origins = rng.uniform((-25, -25, 0), (25, 25, 12), (40, 3)).astype(np.float32)
    directions = rng.normal(size=(40, 3))
    directions = (directions / np.linalg.norm(directions, axis=1)[:, None]).astype(np.float32)
    got = crown_transmission(tree_of(crowns), crowns, origins, directions)
    np.testing.assert_allclose(got, naive.crown_transmission(crowns, origins, directions), atol=2e-4)
    assert (got < 0.99).any()


def test_far_crowns_keep_their_precision():
    """A crown of 4 m at 900 m: a third of a pixel of the sky."""
    crowns = make([(0, 900, 20)], [(4, 4)], [(0.2, 0.05)])
    for offset in (0.0, 2.0, 3.9):
        expected = naive.crown_transmission(crowns, [(offset, 0, 20)], [(0, 1, 0)])[0]
        np.testing.assert_allclose(one_ray(crowns, (offset, 0, 20), (0, 1, 0)), expected, atol=2e-4)


@pytest.mark.parametrize("direction", [(1, 0, 0), (0, 0, 1), (1, 2, 3)])
def test_longest_chord_of_an_ellipsoid_in_closed_form(direction):
    crowns = make([(0, 0, 0)], [(3, 5)], [(0.3, 0.1)])
    unit = np.array(direction) / np.linalg.norm(direction)
    length = 2 / math.sqrt((unit[0] ** 2 + unit[1] ** 2) / 9 + unit[2] ** 2 / 25)
    through = one_ray(crowns, -20 * unit, direction)
    np.testing.assert_allclose(through, np.exp([-0.3 * length, -0.1 * length]), rtol=1e-5)
    inside = one_ray(crowns, (0, 0, 0), direction)
    np.testing.assert_allclose(inside, np.exp([-0.15 * length, -0.05 * length]), rtol=1e-5)
    assert one_ray(crowns, 20 * unit, direction).tolist() == [1, 1]


@pytest.mark.parametrize("k", [0.05, 0.4, 1.5])
@pytest.mark.parametrize("direction", [(0, 0, 1), (1, 0, 1), (3, -2, 1)])
def test_mean_over_the_shadow_of_a_crown_in_closed_form(k, direction):
    """Parallel light over the shadow of an ellipsoid: 2 (1 - (1 + t) exp(-t)) / t^2 with t of the longest chord."""
    axes = np.array([4.0, 4.0, 2.5])
    unit = np.array(direction) / np.linalg.norm(direction)
    crowns = make([(0, 0, 0)], [axes[[0, 2]]], [(k, 0.1 * k)])
    radius = np.sqrt((np.arange(4000) + 0.5) / 4000)
    angle = 2 * np.pi * (np.arange(7) + 0.5) / 7
    disc = np.stack(np.broadcast_arrays(radius[:, None] * np.cos(angle), radius[:, None] * np.sin(angle)), -1)
    stretched = unit / axes / np.linalg.norm(unit / axes)
    across = np.linalg.svd(stretched[None, :])[2][1:]
    origins = ((disc.reshape(-1, 2) @ across - 10 * stretched) * axes).astype(np.float32)
    directions = np.tile(unit, (len(origins), 1)).astype(np.float32)
    depth = np.array([k, 0.1 * k]) * 2 / np.linalg.norm(unit / axes)
    expected = 2 * (1 - (1 + depth) * np.exp(-depth)) / depth**2
    got = crown_transmission(tree_of(crowns), crowns, origins, directions).mean(0, dtype=float)
    np.testing.assert_allclose(got, expected, rtol=2e-3)


def test_surface_that_no_crown_touches_is_as_without_crowns():
    scene = Scene(5)
    distant = scene.crowns._replace(centre=scene.crowns.centre + np.float32([0, 0, -60]))
    np.testing.assert_array_equal(scene.shares(distant), np.stack([scene.without_crowns()] * 2))
    none = make(np.empty((0, 3)), np.empty((0, 2)), np.empty((0, 2)))
    np.testing.assert_array_equal(scene.shares(none), np.stack([scene.without_crowns()] * 2))


def test_untouched_directions_are_as_without_crowns():
    scene = Scene(6, n_crowns=3)
    plain, got = scene.without_crowns(), scene.shares()
    assert ((got == plain).all(0) & (plain > 0)).any()
    assert (got <= plain).all()
    assert (got[0] < plain).any()


def test_crowns_outside_of_every_ray_and_blocks_do_not_matter():
    scene = Scene(7)
    got = scene.shares()
    parts = [scene.shares(start=start, stop=min(start + 4, scene.n)) for start in range(0, scene.n, 4)]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), got)
    order = scene.rng.permutation(len(DIRECTIONS))
    np.testing.assert_array_equal(scene.shares(directions=DIRECTIONS[order]), got[:, :, order])
    far = grove(scene.rng, 25)
    far = far._replace(centre=far.centre + np.float32([0, 0, -80]))
    more = Crowns(*(np.concatenate([a, b]) for a, b in zip(scene.crowns, far, strict=True)))
    np.testing.assert_array_equal(scene.shares(more), got)


def test_rays_do_not_depend_on_their_company():
    rng = np.random.default_rng(2)
    crowns = grove(rng, 50, 15.0)
    origins = rng.uniform((-10, -10, 0), (10, 10, 2), (16, 3)).astype(np.float32)
    up = np.array([[0.3, 0.2, np.sqrt(1 - 0.13)]], np.float32)
    alone = crown_transmission(tree_of(crowns), crowns, origins, np.repeat(up, 16, 0))
    rest = (origins, np.ones(16, np.float32), np.array([0, 16]), np.array([[0, 0, 1]], np.float32), up, T_MIN, 0, 1)
    together = visible_through_crowns(NOTHING, tree_of(crowns), crowns, *rest)
    assert together[:, 0, 0].tolist() == (255 * alone.astype(float).mean(0) + 0.5).astype(int).tolist()


def test_opaque_walls_win_over_crowns():
    crowns = make([(0, 0, 10)], [(5, 5)], [(0.1, 0.1)])
    roof = np.array([[(-9, -9, 30), (9, -9, 30), (0, 20, 30)]], np.float32)
    up = np.array([[0, 0, 1]], np.float32)
    rest = (np.zeros((1, 3), np.float32), np.ones(1, np.float32), np.array([0, 1]), up, up, T_MIN, 0, 1)
    assert (visible_through_crowns(build_bvh(roof), tree_of(crowns), crowns, *rest) == 0).all()
    assert visible_through_crowns(NOTHING, tree_of(crowns), crowns, *rest)[0, 0, 0] == round(255 * math.exp(-1))


def test_corners_equal_naive():
    crowns = grove(np.random.default_rng(3), 9)
    np.testing.assert_allclose(crown_corners(crowns), naive.crown_corners(crowns), rtol=1e-5, atol=1e-5)
