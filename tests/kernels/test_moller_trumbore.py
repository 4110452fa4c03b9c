import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels import moller_trumbore
from tests.naive import moller_trumbore as naive

SEEDS = st.integers(0, 2**32 - 1)


def random_triangle(rng):
    return rng.normal(scale=5, size=(1, 9)).astype(np.float32)


def unit(rng):
    vector = rng.normal(size=3)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


@given(SEEDS)
def test_terms_equal_naive_and_solve_the_published_test(seed):
    rng = np.random.default_rng(seed)
    triangle, direction, origin = random_triangle(rng), unit(rng), rng.normal(scale=5, size=3)
    terms = moller_trumbore.direction_terms(triangle, 0, *direction)
    expected = naive.direction_terms(triangle, 0, *direction)
    assert terms[0] == expected[0]
    scale = max(1.0, np.abs(expected[1:]).max())
    np.testing.assert_allclose(terms[1:], expected[1:], atol=1e-3 * scale)
    corner, edge_1, edge_2 = triangle.astype(np.float64).reshape(3, 3)
    published = naive.intersect([corner, corner + edge_1, corner + edge_2], origin, direction)
    s = origin - corner
    np.testing.assert_allclose(np.array(expected[1:]).reshape(3, 3) @ s, published, rtol=1e-7, atol=1e-7)


def test_terms_of_triangles_that_cannot_be_crossed():
    flat = np.array([[0, 0, 0, 1, 0, 0, 0, 1, 0], [0, 0, 0, 1, 1, 1, 2, 2, 2]], np.float32)
    along = np.array([1, 0, 0], np.float32)
    assert not moller_trumbore.direction_terms(flat, 0, *along)[0]
    assert not moller_trumbore.direction_terms(flat, 1, *unit(np.random.default_rng(1)))[0]


@given(SEEDS)
def test_box_holds_the_corners(seed):
    triangle = random_triangle(np.random.default_rng(seed))
    np.testing.assert_allclose(moller_trumbore.triangle_box(triangle, 0), naive.triangle_box(triangle, 0), atol=1e-5)


@given(SEEDS)
def test_slab_equals_naive_and_grows_with_the_box(seed):
    """Monotonic to the last bit: what meets a box meets every box around it."""
    rng = np.random.default_rng(seed)
    low, high = np.sort(rng.normal(scale=100, size=2).astype(np.float32))
    origin = np.float32(rng.normal(scale=100))
    component = np.float32(rng.choice([rng.normal(), 0.0, 1e-8, -1e-8]))
    inverse = np.float32(moller_trumbore.reciprocal(component))
    assert inverse == pytest.approx(naive.reciprocal(float(component)), rel=1e-6)
    zero, far = np.float32(0), np.float32(np.inf)
    inner = moller_trumbore.slab(low, high, origin, inverse, zero, far)
    expected = naive.slab(float(low), float(high), float(origin), float(inverse), 0.0, np.inf)
    np.testing.assert_allclose(inner, expected, rtol=1e-5)
    wider = np.abs(rng.normal(scale=rng.choice([1e-6, 1.0]), size=2)).astype(np.float32)
    outer = moller_trumbore.slab(low - wider[0], high + wider[1], origin, inverse, zero, far)
    assert outer[0] <= inner[0]
    assert outer[1] >= inner[1]


@given(SEEDS)
def test_dot(seed):
    a, b = np.random.default_rng(seed).normal(size=(2, 3)).astype(np.float32)
    assert moller_trumbore.dot(*a, *b) == pytest.approx(naive.dot(*a, *b), abs=1e-5)


@given(SEEDS)
def test_nearer_second_equals_naive(seed):
    rng = np.random.default_rng(seed)
    low = rng.normal(scale=20, size=(2, 3)).astype(np.float32)
    high = low + rng.uniform(0, 5, (2, 3)).astype(np.float32)
    direction = unit(rng)
    assert moller_trumbore.nearer_second(low, high, 0, *direction) == naive.nearer_second(low, high, 0, *direction)
