import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels.perez_sky import nearest_patches
from citytwin.kernels.reinhart import reinhart
from citytwin.kernels.sun_irradiance import add_monthly_sun, add_sun, sun_time
from citytwin.model.sky_dome import sun_over
from tests.naive import sun_irradiance as naive

FINE, COARSE = reinhart(2), reinhart(1)


def units(rng, k):
    vectors = rng.normal(size=(k, 3))
    return vectors / np.linalg.norm(vectors, axis=1)[:, None]


def scene(seed, n=3, n_hours=24):
    rng = np.random.default_rng(seed)
    normals, direction = units(rng, n), units(rng, n_hours)
    direction[:, 2] = np.abs(direction[:, 2])
    dni = rng.uniform(-200, 900, n_hours).clip(0)
    sun = sun_over(
        direction, dni, nearest_patches(direction, FINE.direction), nearest_patches(direction, COARSE.direction)
    )
    visible = rng.integers(0, 256, (n, 577)).astype(np.uint8)
    return visible, rng.uniform(0, 0.4, (n, 145)).astype(np.float32), normals, sun


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(0.0, 1.0), (0.16, 0.95)]))
def test_equals_naive(seed, cover):
    visible, response, normals, sun = scene(seed)
    got = np.ones((3, 24), np.float32)
    add_sun(visible, response, normals, sun, *cover, 5, 20, got)
    expected = np.ones((3, 24))
    for i in range(3):
        for hour in range(5, 20):
            expected[i, hour] += naive.sun_irradiance(visible[i], response[i], normals[i], sun, hour, *cover)
    np.testing.assert_allclose(got, expected, rtol=2e-5, atol=2e-3)


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_months_are_sums_of_hours(seed):
    visible, response, normals, sun = scene(seed)
    hours, months = np.zeros((3, 24), np.float32), np.ones((3, 12))
    add_sun(visible, response, normals, sun, 0.0, 1.0, 2, 24, hours)
    add_monthly_sun(visible, response, normals, sun, np.arange(24) // 2, 2, 24, months)
    np.testing.assert_allclose(months - 1, np.add.reduceat(hours.astype(float), np.arange(0, 24, 2), axis=1), rtol=1e-5)


def test_rows_do_not_depend_on_company():
    visible, response, normals, sun = scene(7, n=5)
    together, alone = np.zeros((5, 24), np.float32), np.zeros((1, 24), np.float32)
    add_sun(visible, response, normals, sun, 0.0, 1.0, 0, 24, together)
    add_sun(visible[3:4], response[3:4], normals[3:4], sun, 0.0, 1.0, 0, 24, alone)
    assert (together[3] == alone[0]).all()


def test_sun_behind_a_surface_gives_what_is_reflected():
    visible, response, _, sun = scene(3, n=1)
    behind = -sun.direction.T[:1].astype(float)
    got = np.zeros((1, 24), np.float32)
    add_sun(visible, np.zeros_like(response), behind, sun, 0.0, 1.0, 0, 1, got)
    assert got[0, 0] == 0.0
    add_sun(visible, np.full_like(response, 0.25), behind, sun, 0.0, 1.0, 0, 1, got)
    np.testing.assert_allclose(got[0, 0], 0.25 * sun.dni[0], rtol=1e-6)


def test_sun_time_counts_lit_shares():
    visible, _, normals, sun = scene(5)
    expected = [naive.sun_time(v, n, sun) for v, n in zip(visible, normals, strict=True)]
    np.testing.assert_allclose(sun_time(visible, normals, sun), expected, rtol=1e-5)
