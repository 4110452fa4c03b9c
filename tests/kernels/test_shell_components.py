import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.shell_components import shell_components
from tests.kernels.closed_shapes import Arrays
from tests.kernels.shapes import box
from tests.naive import shell_components as naive


def components(arrays):
    found = shell_components(arrays.offsets, arrays.closure.corner_offsets, arrays.closure.twin)
    return tuple(values.tolist() for values in found)


@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_equals_naive(seed, n):
    rng = np.random.default_rng(seed)
    solids = []
    for _ in range(3):
        faces = [f for x, y, z in rng.integers(0, 3, (n, 3)).tolist() for f in box(x, y, z, x + 1, y + 1, z + 1)]
        solids.append([faces[k] for k in rng.permutation(len(faces))[: rng.integers(0, len(faces) + 1)]])
    arrays = Arrays(*solids)
    expected = naive.shell_components(arrays.offsets, arrays.closure.corner_offsets, arrays.closure.twin)
    assert components(arrays) == expected


def test_boxes_apart_and_boxes_that_meet_in_a_corner_are_two():
    arrays = Arrays(box(), box() + box(5, 0, 0, 6, 1, 1), box() + box(1, 1, 1, 2, 2, 2))
    assert components(arrays) == ([0] * 6 + ([0] * 6 + [1] * 6) * 2, [1, 2, 2])
