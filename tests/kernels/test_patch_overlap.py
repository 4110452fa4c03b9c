import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels.patch_overlap import coarse_sums, patch_overlap
from citytwin.kernels.perez_sky import perez_sky
from citytwin.kernels.reinhart import projected_solid_angles, reinhart
from tests.naive import patch_overlap as naive

UP = np.array([[0.0, 0.0, 1.0]])


def dense(shares, n_coarse):
    matrix = np.zeros((len(shares.offsets) - 1, n_coarse))
    row = np.repeat(np.arange(len(matrix)), np.diff(shares.offsets))
    np.add.at(matrix, (row, shares.column), shares.share)
    return matrix


@pytest.mark.parametrize(("fine", "coarse"), [(2, 1), (3, 2), (1, 2), (1, 1)])
def test_equals_naive(fine, coarse):
    got = dense(patch_overlap(fine, coarse), 144 * coarse**2 + 1)
    np.testing.assert_allclose(got, naive.patch_overlap(fine, coarse), atol=1e-12)


@pytest.mark.parametrize(("fine", "coarse"), [(4, 2), (2, 1), (4, 1), (6, 4), (1, 4)])
def test_rows_sum_to_one_and_areas_are_kept(fine, coarse):
    shares = patch_overlap(fine, coarse)
    omega, coarse_omega = reinhart(fine).solid_angle, reinhart(coarse).solid_angle
    matrix = dense(shares, len(coarse_omega))
    np.testing.assert_allclose(matrix.sum(1), 1.0, atol=1e-12)
    np.testing.assert_allclose(omega @ matrix, coarse_omega, atol=1e-12)
    assert shares.share.min() > 0.0
    assert (np.count_nonzero(matrix, axis=1) == np.diff(shares.offsets)).all()


def test_the_way_back_follows_from_the_areas():
    """The share of q in d times the area of q is that of d in q times the area of d."""
    fine, coarse = reinhart(2).solid_angle, reinhart(1).solid_angle
    down, up = dense(patch_overlap(2, 1), 145), dense(patch_overlap(1, 2), 577)
    np.testing.assert_allclose(fine[:, None] * down, (coarse[:, None] * up).T, atol=1e-13)


def test_2305_patches_do_not_nest_in_577():
    shares = patch_overlap(4, 2)
    assert np.mean(np.diff(shares.offsets) == 1) == pytest.approx(0.25, abs=0.01)
    assert len(shares.share) == 5101


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_coarse_sums_equal_naive(seed):
    values = np.random.default_rng(seed).uniform(-0.2, 1.0, (2, 577)).astype(np.float32)
    values[:, ::3] = 0.0
    shares = patch_overlap(2, 1)
    got = coarse_sums(values, shares, 145)
    np.testing.assert_allclose(got, values.astype(float) @ dense(shares, 145), rtol=1e-6, atol=1e-7)
    expected = naive.coarse_sums(values[0].astype(float), dense(shares, 145))
    np.testing.assert_allclose(got[0], expected, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(got.sum(1), values.sum(1), rtol=1e-5)


def test_a_coarse_sky_scaled_by_gathered_weights_closes_on_the_fine_one():
    """The sky of 577 patches seen through 2305: scaled with its own weights it would be off by up to 0.1 %."""
    fine, coarse = reinhart(4), reinhart(2)
    shares = patch_overlap(4, 2)
    up = projected_solid_angles(UP, fine.cells, fine.solid_angle, 0.0)
    gathered = coarse_sums(up, shares, 577)[0]
    rng = np.random.default_rng(1)
    sun = rng.normal(size=(40, 3))
    sun[:, 2] = np.abs(sun[:, 2])
    sun /= np.linalg.norm(sun, axis=1)[:, None]
    dhi, dni, day = rng.uniform(10, 300, 40), rng.uniform(0, 800, 40), rng.integers(1, 366, 40)
    sky = perez_sky(sun, dhi, dni, day, coarse.direction, gathered)
    np.testing.assert_allclose(up[0].astype(float) @ (dense(shares, 577) @ sky), dhi, rtol=1e-5)
