import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.vertex_fans import vertex_fans
from tests.kernels.closed_shapes import Arrays, turned_round
from tests.kernels.shapes import box
from tests.naive import vertex_fans as naive


def arguments(arrays):
    shape = (arrays.offsets, arrays.surfaces, arrays.rings, arrays.points)
    return (*shape, arrays.closure.corner_offsets, arrays.closure.point, arrays.closure.twin)


def pinched(*solids):
    return vertex_fans(*arguments(Arrays(*solids))).tolist()


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_equals_naive(seed, n):
    """Boxes on a coarse grid share corners, edges and faces; some faces are turned round, left out or have a hole."""
    rng = np.random.default_rng(seed)
    solids = []
    for _ in range(3):
        faces = []
        for x, y, z in rng.integers(0, 3, (n, 3)).tolist():
            faces += box(x, y, z, x + 1, y + 1, z + 1)
        faces = [[ring[::-1] for ring in face] if rng.random() < 0.2 else face for face in faces]
        solids.append([face for face in faces if rng.random() < 0.95])
    arrays = Arrays(*solids, turned=np.flatnonzero(rng.random(18 * n) < 0.1))
    assert vertex_fans(*arguments(arrays)).tolist() == naive.vertex_fans(*arguments(arrays))


def test_boxes_that_meet_in_a_corner_are_pinched_there():
    assert pinched(box(), box() + box(1, 1, 1, 2, 2, 2), box() + box(2, 0, 0, 3, 1, 1)) == [0, 1, 0]


def test_a_cavity_is_no_pinch_unless_it_touches_the_outside():
    inner = turned_round(box(1, 1, 1, 2, 2, 2))
    assert pinched(box(0, 0, 0, 3, 3, 3) + inner, box(1, 1, 1, 3, 3, 3) + inner) == [0, 1]
