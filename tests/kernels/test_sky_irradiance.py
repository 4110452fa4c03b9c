import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from citytwin.kernels.patch_overlap import patch_overlap
from citytwin.kernels.reinhart import reinhart
from citytwin.kernels.sky_irradiance import (
    HOURS_A_BLOCK,
    add_monthly_sky,
    add_reflected_gains,
    add_sky,
    add_weighted_gains,
)
from tests.naive import sky_irradiance as naive


@settings(max_examples=15)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([3, 4, 5, 9]),
    st.integers(1, 40),
    st.sampled_from([5, HOURS_A_BLOCK + 7, 2 * HOURS_A_BLOCK + 9]),
)
@example(1, 3, 20, 5)
@example(2, 4, 20, 5)
@example(3, 5, 20, 2 * HOURS_A_BLOCK + 9)
@example(4, 9, 20, 5)
def test_equals_naive(seed, n, n_patches, n_hours):
    rng = np.random.default_rng(seed)
    gains = (rng.uniform(-0.2, 0.5, (n, n_patches)).clip(0)).astype(np.float32)
    radiance = rng.uniform(0, 100, (n_patches, n_hours)).astype(np.float32)
    got = np.full((n, n_hours), 2.0, np.float32)
    add_sky(gains, radiance, 2, n_hours - 1, got)
    expected = np.full((n, n_hours), 2.0)
    for i in range(n):
        expected[i, 2:-1] += naive.sky(gains[i].astype(float), radiance[:, 2:-1].astype(float))
    np.testing.assert_allclose(got, expected, rtol=1e-5)
    months = np.ones((n, 12))
    monthly = rng.uniform(0, 1e4, (n_patches, 12))
    add_monthly_sky(gains, monthly, months)
    np.testing.assert_allclose(months, 1 + gains.astype(float) @ monthly, rtol=1e-12)


def test_rows_do_not_depend_on_company():
    rng = np.random.default_rng(4)
    gains = rng.uniform(-0.5, 0.5, (9, 61)).clip(0).astype(np.float32)
    radiance = rng.uniform(0, 100, (61, 700)).astype(np.float32)
    together, alone = np.zeros((9, 700), np.float32), np.zeros((1, 700), np.float32)
    add_sky(gains, radiance, 0, 700, together)
    add_sky(gains[4:5], radiance, 0, 700, alone)
    assert (together[4] == alone[0]).all()


def test_reflected_gains_equal_naive():
    shares = patch_overlap(2, 1)
    sky = reinhart(2)
    response = np.random.default_rng(2).uniform(0, 0.3, (2, 145)).astype(np.float32)
    gains = np.full((2, 577), 0.5, np.float32)
    add_reflected_gains(response, sky.solid_angle, shares, 0.9, gains)
    for q in (0, 17, 300, 576):
        entries = range(shares.offsets[q], shares.offsets[q + 1])
        pairs = [(shares.column[k], shares.share[k]) for k in entries]
        expected = [0.5 + 0.9 * naive.reflected_gain(row, sky.solid_angle[q], pairs) for row in response]
        np.testing.assert_allclose(gains[:, q], expected, rtol=1e-6)


def test_a_uniform_sky_comes_back_whole():
    """The same response from everywhere times a uniform radiance is the solid angle of the sky."""
    gains = np.zeros((1, 577), np.float32)
    sky = reinhart(2)
    add_reflected_gains(np.full((1, 145), 0.1, np.float32), sky.solid_angle, patch_overlap(2, 1), 1.0, gains)
    np.testing.assert_allclose(gains.sum(dtype=float), 0.1 * 2 * np.pi, rtol=1e-6)


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1), st.integers(0, 9))
def test_weighted_gains_equal_naive(seed, uses):
    rng = np.random.default_rng(seed)
    gains, weight = rng.random((3, 7), np.float32), rng.normal(size=uses).astype(np.float32)
    source, target = rng.integers(0, 3, uses), rng.integers(0, 4, uses)
    got = np.ones((4, 7), np.float32)
    add_weighted_gains(gains, weight, source, target, got)
    for row in range(4):
        here = target == row
        expected = naive.weighted(gains[source[here]].tolist(), weight[here].tolist(), 7)
        np.testing.assert_allclose(got[row] - 1, expected, atol=1e-5)
