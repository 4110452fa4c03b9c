import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels.perez_sky import nearest_patches
from citytwin.kernels.reinhart import reinhart
from citytwin.kernels.sun_irradiance import add_sun
from citytwin.kernels.sun_sums import sun_coefficients
from citytwin.model.sky_dome import sun_over
from tests.naive import sun_sums as naive

PATCHES = reinhart(1)


def some_sun(rng, n):
    direction = rng.normal(size=(n, 3))
    direction[:, 2] = np.abs(direction[:, 2])
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    near = nearest_patches(direction, PATCHES.direction)
    return sun_over(direction, rng.uniform(0, 900, n) * (rng.random(n) > 0.2), near, near)


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_equals_naive_and_the_sum_of_hours(seed):
    rng = np.random.default_rng(seed)
    sun, group = some_sun(rng, 30), rng.integers(-1, 3, 30)
    normals = rng.normal(size=(2, 3))
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    got = sun_coefficients(normals, sun, group, 3, 145)
    for i in range(2):
        columns = (sun.direction.T, sun.dni, sun.patch.T, sun.share.T)
        expected = naive.sun_coefficients(normals[i], *columns, group, 3, 145)
        np.testing.assert_allclose(got[i], expected, rtol=1e-5, atol=1e-4)
    visible = rng.integers(0, 256, (2, 145)).astype(np.uint8)
    hours = np.zeros((2, 30), np.float32)
    add_sun(visible, np.zeros((2, 145), np.float32), normals, sun, 0.0, 1.0, 0, 30, hours)
    for g in range(3):
        sums = np.einsum("nd,nd->n", visible / 255.0, got[:, :, g])
        np.testing.assert_allclose(sums, hours[:, group == g].sum(1), rtol=1e-5, atol=1e-3)
