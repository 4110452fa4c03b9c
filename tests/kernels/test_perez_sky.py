import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels.perez_sky import isotropic_sky, nearest_patches, perez_parameters, perez_sky
from citytwin.kernels.reinhart import projected_solid_angles, reinhart
from tests.naive import perez_sky as naive

PATCHES = reinhart(1)
UP = projected_solid_angles(np.array([[0.0, 0.0, 1.0]]), PATCHES.cells, PATCHES.solid_angle, 0.0)[0]


def hours(rng, n):
    """Directions, DHI, DNI and days of random hours, some with the sun below the horizon, some without radiation."""
    sun = rng.normal(size=(n, 3))
    sun[:, 2] = np.abs(sun[:, 2]) - 0.1
    sun /= np.linalg.norm(sun, axis=1)[:, None]
    dhi = rng.uniform(0.0, 400.0, n) * (rng.random(n) > 0.1)
    return sun, dhi, rng.uniform(0.0, 900.0, n) * (rng.random(n) > 0.3), rng.integers(1, 366, n)


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_equals_naive(seed):
    sun, dhi, dni, day = hours(np.random.default_rng(seed), 12)
    got = perez_sky(sun, dhi, dni, day, PATCHES.direction, UP)
    expected = [naive.perez_sky(*hour, PATCHES.direction, UP) for hour in zip(sun, dhi, dni, day, strict=True)]
    np.testing.assert_allclose(got.T, expected, rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize("clearness", [1.02, 1.1, 1.3, 1.7, 2.2, 3.0, 5.0, 8.0])
def test_every_row_of_the_table_is_used(clearness):
    z, dhi = 0.9, 120.0
    dni = dhi * (clearness * (1 + 1.041 * z**3) - 1.041 * z**3 - 1)
    np.testing.assert_allclose(perez_parameters(z, dhi, dni, 100), naive.parameters(z, dhi, dni, 100), rtol=1e-12)


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_horizontal_gets_dhi_back_every_hour(seed):
    sun, dhi, dni, day = hours(np.random.default_rng(seed), 50)
    np.testing.assert_allclose(UP @ perez_sky(sun, dhi, dni, day, PATCHES.direction, UP), dhi, rtol=1e-5)
    np.testing.assert_allclose(UP @ isotropic_sky(dhi, UP), dhi, rtol=1e-5)
    np.testing.assert_allclose(
        isotropic_sky(dhi[:1], UP)[:, 0], naive.isotropic_sky(dhi[0], UP.astype(float)), rtol=1e-6
    )


def test_clear_sky_is_brightest_at_the_sun_and_a_dark_one_overhead():
    sun = PATCHES.direction[72:73]
    day = np.array([172])
    clear = perez_sky(sun, np.array([100.0]), np.array([800.0]), day, PATCHES.direction, UP)[:, 0]
    overcast = perez_sky(sun, np.array([40.0]), np.array([0.0]), day, PATCHES.direction, UP)[:, 0]
    assert np.argmax(clear) == 72
    assert overcast[120:].min() > 1.3 * overcast[:30].max()
    assert clear[72] > 5 * clear[144]


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 4]))
def test_nearest_patches_equal_naive(seed, factor):
    """Suns anywhere, a little below the horizon, and close to the zenith."""
    rng = np.random.default_rng(seed)
    sun = hours(rng, 6)[0]
    sun[4:] = np.column_stack([rng.normal(0.0, 0.02, (2, 2)), np.ones(2)])
    sun /= np.linalg.norm(sun, axis=1)[:, None]
    directions = reinhart(factor).direction
    got = nearest_patches(sun, directions)
    for k in range(6):
        patch, share = naive.nearest_patches(sun[k], directions)
        assert got.patch[k].tolist() == patch
        np.testing.assert_allclose(got.share[k], share, rtol=1e-5)


@pytest.mark.parametrize("factor", [1, 2, 4])
def test_nearest_patches_of_ties_and_poles(factor):
    """Midway between patches, at the zenith and far below the horizon: as near as when all patches are looked at."""
    directions = reinhart(factor).direction
    sun = np.array(
        [directions[0] + directions[1], [0.0, 0.0, 1.0], [0.0, 0.0, -1.0], [1e-8, 0.0, 1.0], [0.6, 0.0, -0.8]]
    )
    sun /= np.linalg.norm(sun, axis=1)[:, None]
    cosine = sun @ directions.T
    got = nearest_patches(sun, directions)
    assert all(len(set(row)) == 3 for row in got.patch.tolist())
    found = np.take_along_axis(cosine, got.patch.astype(np.int64), axis=1)
    np.testing.assert_allclose(found, -np.sort(-cosine, axis=1)[:, :3], atol=1e-12)


def test_sun_in_the_middle_of_a_patch_counts_that_patch_alone():
    got = nearest_patches(PATCHES.direction[40:41], PATCHES.direction)
    assert got.patch[0, 0] == 40
    assert got.share[0, 0] > 0.95


def test_patches_of_skies_of_more_than_32767():
    directions = reinhart(16).direction
    wanted = [32766, 32767, 32768, len(directions) - 2, len(directions) - 1]
    got = nearest_patches(directions[wanted], directions)
    assert got.patch[:, 0].tolist() == wanted
    assert got.patch.min() > 0
