import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.ear_clipping import triangulate
from citytwin.kernels.vertical_overlap import vertical_overlap
from tests.kernels.shapes import box, csr, rotation
from tests.naive import vertical_overlap as naive


def body_arrays(*bodies, matrix=None):
    arrays = csr([face for body in bodies for face in body])
    vertices = arrays[2] if matrix is None else np.ascontiguousarray(arrays[2] @ matrix.T)
    clipped = triangulate(*arrays[:2], vertices)
    return clipped.offsets[np.cumsum([0, *map(len, bodies)])], clipped.triangles, vertices


def common(point, *bodies):
    return float(vertical_overlap(np.array([point]), np.array([0]), np.array([1]), *body_arrays(*bodies))[0])


@given(st.integers(0, 2**32 - 1))
def test_equals_naive(seed):
    """Turned boxes, one of them open, one with a gap in the middle."""
    rng = np.random.default_rng(seed)
    bodies = [box(-1, -1, -1, 1, 1, 1), box(-1, -1, -3, 1, 1, -0.2) + box(-1, -1, 0.1, 1, 1, 2), box()[1:]]
    arrays = body_arrays(*bodies, matrix=rotation(rng))
    points = rng.uniform(-1.5, 1.5, (20, 2))
    one, other = rng.integers(0, 3, (2, 20))
    found = vertical_overlap(points, one, other, *arrays)
    np.testing.assert_allclose(found, naive.vertical_overlap(points, one, other, *arrays), atol=1e-9)


@pytest.mark.parametrize(
    ("other", "length"),
    [
        (box(0, 0, 0.4, 1, 1, 3), 0.6),
        (box(0, 0, 1, 1, 1, 3), 0.0),
        (box(0, 0, 2, 1, 1, 3), 0.0),
        (box(0, 0, -1, 1, 1, 0.25) + box(0, 0, 0.5, 1, 1, 0.75), 0.5),
        (box(0, 0, 0, 1, 1, 3)[1:], np.nan),
        (box(5, 5, 0, 6, 6, 1), np.nan),
    ],
    ids=["into each other", "on each other", "above", "two storeys", "no ground", "elsewhere"],
)
def test_cases(other, length):
    assert common((0.3, 0.6), box(), other) == pytest.approx(length, nan_ok=True)
    assert common((0.3, 0.6), other, box()) == pytest.approx(length, nan_ok=True)


def test_a_line_through_edges_meets_each_surface_once():
    """Both squares are cut along the diagonal that the line passes through."""
    assert common((0.5, 0.5), box(), box(0, 0, 0.5, 1, 1, 2)) == 0.5
    assert np.isnan(common((1.0, 0.5), box(), box()))


def test_a_line_that_meets_too_much_is_given_up():
    tower = [face for k in range(33) for face in box(0, 0, 2 * k, 1, 1, 2 * k + 1)]
    assert np.isnan(common((0.3, 0.6), box(), tower))
    assert common((0.3, 0.6), box(), tower[6:]) == 0.0
