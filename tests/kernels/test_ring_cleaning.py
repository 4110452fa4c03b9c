import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.ring_cleaning import open_rings
from tests.naive import ring_cleaning as naive

POINT = st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 1))
RINGS = st.lists(st.lists(POINT, max_size=7), max_size=5)


@given(RINGS)
def test_equals_naive(rings):
    offsets = np.cumsum([0, *map(len, rings)], dtype=np.int64)
    coordinates = np.array([p for ring in rings for p in ring], float).reshape(-1, 3)
    got = open_rings(offsets, coordinates)
    expected = naive.open_rings(rings)
    assert got.n_points.tolist() == [len(left) for left, _, _ in expected]
    assert got.coordinates.tolist() == [list(p) for left, _, _ in expected for p in left]
    assert got.unclosed.tolist() == [unclosed for _, unclosed, _ in expected]
    assert got.repeated.tolist() == [repeated for _, _, repeated in expected]


def test_a_square_loses_its_closing_point():
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0]], float)
    got = open_rings(np.array([0, 5]), square)
    assert got.coordinates.tolist() == square[:4].tolist()
    assert not got.unclosed[0]
    assert not got.repeated[0]
