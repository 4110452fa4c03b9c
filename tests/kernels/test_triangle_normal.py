import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.triangle_normal import triangle_normal
from tests.naive import triangle_normal as naive


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.01, 0.5, 2.0]))
def test_equals_naive(seed, least_height):
    u, w = np.random.default_rng(seed).normal(size=(2, 3))
    *normal, length = triangle_normal(*u, *w, least_height)
    expected, expected_length = naive.triangle_normal(u, w, least_height)
    np.testing.assert_allclose(normal, expected, atol=1e-14)
    assert length == pytest.approx(expected_length, abs=1e-14)


def test_right_triangle_on_the_ground_faces_up():
    assert triangle_normal(3.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.1) == (0.0, 0.0, 12.0, 12.0)


def test_a_needle_has_no_length():
    assert triangle_normal(10.0, 0.0, 0.0, 5.0, 0.001, 0.0, 0.002)[3] == 0.0
    assert triangle_normal(10.0, 0.0, 0.0, 5.0, 0.003, 0.0, 0.002)[3] > 0.0
