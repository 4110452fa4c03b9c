import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.ear_clipping import triangulate
from citytwin.kernels.winding_number import winding_numbers
from tests.kernels.shapes import box, csr, rotation
from tests.naive import winding_number as naive


@given(st.integers(0, 2**32 - 1))
def test_equals_naive(seed):
    """Two turned boxes, one within the other, and points in and around them."""
    rng = np.random.default_rng(seed)
    rings, points, vertices = csr(box(-2, -2, -2, 2, 2, 2) + box(-1, -1, -1, 1, 1, 1))
    vertices = np.ascontiguousarray(vertices @ rotation(rng).T)
    triangles = triangulate(rings, points, vertices).triangles
    places = rng.uniform(-3, 3, (8, 3))
    offsets = len(triangles) * np.arange(9)
    every = np.tile(triangles, (8, 1))
    found = winding_numbers(places, offsets, every, vertices)
    np.testing.assert_allclose(found, naive.winding_numbers(places, offsets, every, vertices), atol=1e-9)


@pytest.mark.parametrize(("point", "expected"), [((0.5, 0.5, 0.5), 1), ((1.5, 0.5, 0.5), 0)])
def test_inside_and_outside_of_a_box(point, expected):
    arrays = csr(box())
    triangles = triangulate(*arrays).triangles
    offsets = np.array([0, len(triangles)])
    assert winding_numbers(np.array([point]), offsets, triangles, arrays[2])[0] == pytest.approx(expected)
    assert winding_numbers(np.array([point]), offsets, triangles[:, ::-1].copy(), arrays[2])[0] == pytest.approx(
        -expected
    )
