import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.flood_fill import faces_to_turn
from tests.kernels.closed_shapes import Arrays
from tests.kernels.shapes import box
from tests.naive import flood_fill as naive

STRIP = [[[(0, 0, 0), (1, 0, 0), (0, 1, 0)]], [[(1, 0, 0), (0, 1, 0), (1, 1, 1)]], [[(0, 1, 0), (1, 1, 1), (2, 2, 0)]],
         [[(1, 1, 1), (2, 2, 0), (0, 0, 0)]], [[(2, 2, 0), (0, 0, 0), (1, 0, 0)]]]  # fmt: skip
"""Five triangles of a Moebius strip."""


def solve(arrays):
    closure = arrays.closure
    return faces_to_turn(arrays.offsets, arrays.reversed, closure.corner_offsets, closure.point, closure.twin)


@given(st.integers(0, 2**32 - 1))
def test_equals_naive(seed):
    """Boxes with faces turned round, by their points or by the solid, and with a face left out."""
    rng = np.random.default_rng(seed)
    solids = []
    for _ in range(3):
        faces = [[ring[::-1] for ring in face] if rng.random() < 0.4 else face for face in box()]
        solids.append(faces[: rng.integers(4, 7)])
    solids.append(STRIP)
    arrays = Arrays(*solids, turned=np.flatnonzero(rng.random(24) < 0.2))
    turn, one_sided = solve(arrays)
    assert one_sided.tolist() == [False, False, False, True]
    closure = arrays.closure
    rest = (arrays.reversed, closure.corner_offsets, closure.point, closure.twin)
    for first, last in zip(arrays.offsets[:3], arrays.offsets[1:4], strict=True):
        faces = range(first, last)
        assert not naive.conflicts(turn, faces, *rest)
        assert turn[first:last].sum() == naive.fewest_turned(faces, *rest)


def test_each_piece_of_a_solid_is_turned_by_itself():
    pieces = box() + box(5, 0, 0, 6, 1, 1)
    for k in (1, 7, 8):
        pieces[k] = [ring[::-1] for ring in pieces[k]]
    assert np.flatnonzero(solve(Arrays(pieces))[0]).tolist() == [1, 7, 8]


def test_a_strip_is_one_sided():
    turn, one_sided = solve(Arrays(STRIP, box()))
    assert one_sided.tolist() == [True, False]
    assert not turn.any()
