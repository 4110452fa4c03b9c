import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels.sample_sums import visible_sums
from tests.kernels.test_patch_visibility import DIRECTIONS, T_MIN, Scene
from tests.naive import sample_sums as naive


def sums_of(scene, coefficients, start=0, stop=None):
    stop = scene.n if stop is None else stop
    return visible_sums(
        scene.bvh, scene.samples, scene.weights, scene.offsets, scene.normals, DIRECTIONS, T_MIN,
        coefficients.astype(np.float32), start, stop,
    )  # fmt: skip


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 3, 12]))
@settings(max_examples=4)
def test_equals_naive_with_single_rays(seed, k):
    scene = Scene(seed, n_buildings=2)
    coefficients = scene.rng.uniform(0, 5, (scene.n, len(DIRECTIONS), k))
    visible, sums = sums_of(scene, coefficients)
    _, expected = naive.visible_sums(
        scene.stops, scene.samples, scene.weights, scene.offsets, scene.normals, DIRECTIONS, coefficients, 0, scene.n
    )
    np.testing.assert_array_equal(visible, scene.fractions())
    np.testing.assert_allclose(sums, expected, rtol=1e-5, atol=1e-5)
    assert sums.max() > 10


def test_ones_count_directions_and_blocks_do_not_matter():
    scene = Scene(1)
    coefficients = np.concatenate([np.ones((scene.n, 24, 1)), scene.rng.random((scene.n, 24, 2))], axis=2)
    visible, sums = sums_of(scene, coefficients)
    np.testing.assert_array_equal(sums[:, 0], scene.counts())
    parts = [sums_of(scene, coefficients, start, min(start + 4, scene.n)) for start in range(0, scene.n, 4)]
    np.testing.assert_array_equal(np.concatenate([part[0] for part in parts]), visible)
    np.testing.assert_array_equal(np.concatenate([part[1] for part in parts]), sums)


@pytest.mark.parametrize("k", [0, 1])
def test_no_surfaces_and_no_sums(k):
    scene = Scene(2)
    visible, sums = sums_of(scene, np.ones((scene.n, 24, k)), stop=0)
    assert (visible.shape, sums.shape) == ((0, 24), (0, k))
    np.testing.assert_array_equal(sums_of(scene, np.ones((scene.n, 24, k)))[0], scene.fractions())
