import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels import ring_relations as kernel
from tests.kernels.shapes import csr, lift, rotation, star_with_holes
from tests.naive import ring_relations as naive

TOUCH = 1e-6


def box(x0, y0, x1, y1):
    """A rectangle, counter-clockwise."""
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def hole(*corners):
    """The same, clockwise."""
    return box(*corners)[::-1]


OUTER = box(0, 0, 12, 12)


def relations(*rings, matrix=None, checked=True):
    """Flags of one polygon in a tilted plane, and of its rings."""
    matrix = rotation(np.random.default_rng(3)) if matrix is None else matrix
    of_surface, of_ring = kernel.ring_relations(
        *csr([lift(rings, matrix)]), matrix[None, :, 2], np.array([checked]), TOUCH
    )
    return int(of_surface[0]), of_ring.tolist()


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(3, 5), st.integers(0, 2))
def test_equals_naive(seed, n_holes, corners, axis):
    """Small rings on a coarse grid cross, touch, nest and repeat; in planes where the drop of an axis is exact."""
    rng = np.random.default_rng(seed)
    shift = 1.0 if axis == 2 else -1.0
    normal = np.insert(np.array([-shift / 4, -shift / 4]), axis, 1.0)
    polygons = []
    for _ in range(12):
        rings = [box(1, 1, 7, 7) if rng.random() < 0.7 else box(0, 0, 8, 8)]
        while len(rings) <= n_holes:
            at, size = rng.integers(0, 6, 2), rng.integers(2, 5)
            ring = (at + rng.integers(0, size + 1, (corners, 2))).tolist()
            if len(set(map(tuple, ring))) == corners and shapely.Polygon(ring).is_valid:
                rings.append(ring)
        polygons.append(
            [[tuple(np.insert(np.array(p, float), axis, shift * (p[0] + p[1]) / 4)) for p in ring] for ring in rings]
        )
    arrays = csr(polygons)
    planes = np.tile(normal, (len(polygons), 1))
    found, _ = kernel.ring_relations(*arrays, planes, np.ones(len(polygons), bool), TOUCH)
    assert found.tolist() == naive.ring_relations(*arrays, planes)


@given(st.integers(0, 2**32 - 1), st.integers(9, 40), st.integers(1, 6))
def test_stars_with_holes_are_fine(seed, n, n_holes):
    rng = np.random.default_rng(seed)
    assert relations(*star_with_holes(rng, n, n_holes), matrix=rotation(rng)) == (0, [0] * (n_holes + 1))


@pytest.mark.parametrize(
    ("rings", "flags"),
    [
        ([OUTER], 0),
        ([OUTER, hole(2, 2, 4, 4), hole(6, 2, 8, 4)], 0),
        ([OUTER, hole(2, 2, 4, 4), hole(4, 4, 6, 6)], 0),
        ([OUTER, [(0, 6), (3, 8), (3, 4)]], 0),
        ([OUTER, [(0, 0), (3, 5), (5, 3)]], 0),
        ([OUTER, hole(10, 10, 14, 14)], kernel.INTERSECTION_RINGS),
        ([OUTER, hole(0, 4, 4, 8)], kernel.INTERSECTION_RINGS),
        ([OUTER, hole(2, 2, 5, 5), hole(4, 4, 7, 7)], kernel.INTERSECTION_RINGS),
        ([OUTER, hole(2, 2, 4, 4), hole(4, 2, 6, 4)], kernel.INTERSECTION_RINGS),
        ([OUTER, [(0, 6), (3, 8), (3, 2), (-3, 4)]], kernel.INTERSECTION_RINGS),
        ([OUTER, hole(2, 2, 6, 6), [(2, 2), (8, 10), (8, 8), (6, 6)]], kernel.INTERSECTION_RINGS),
        ([OUTER, hole(2, 2, 4, 4), hole(2, 2, 4, 4)], kernel.DUPLICATED_RINGS),
        ([OUTER, hole(2, 2, 4, 4), [(4, 4), (4, 2), (2, 2), (2, 4)]], kernel.DUPLICATED_RINGS),
        ([OUTER, OUTER[::-1]], kernel.DUPLICATED_RINGS),
        ([OUTER, [(0, 6), (6, 12), (6, 6)]], kernel.INTERIOR_DISCONNECTED),
        ([OUTER, [(0, 6), (6, 8), (6, 4)], [(12, 6), (8, 4), (6, 4)]], kernel.INTERIOR_DISCONNECTED),
        ([OUTER, hole(2, 2, 6, 4), hole(6, 4, 9, 8), [(2, 4), (4, 9), (6, 8)]], kernel.INTERIOR_DISCONNECTED),
        ([OUTER, hole(14, 2, 16, 4)], kernel.INNER_RING_OUTSIDE),
        ([OUTER, hole(12, 12, 14, 14)], kernel.INNER_RING_OUTSIDE),
        ([box(2, 2, 4, 4), hole(0, 0, 6, 6)], kernel.INNER_RING_OUTSIDE),
        ([OUTER, hole(2, 2, 8, 8), hole(4, 4, 6, 6)], kernel.INNER_RINGS_NESTED),
        ([OUTER, hole(4, 4, 6, 6), hole(2, 2, 8, 8)], kernel.INNER_RINGS_NESTED),
        ([OUTER, hole(2, 2, 8, 8), [(2, 2), (4, 5), (5, 4)]], kernel.INNER_RINGS_NESTED),
        ([OUTER, box(2, 2, 4, 4)], kernel.ORIENTATION_SAME),
        ([OUTER[::-1], hole(2, 2, 4, 4)], kernel.ORIENTATION_SAME),
        ([OUTER, box(14, 2, 16, 4)], kernel.INNER_RING_OUTSIDE | kernel.ORIENTATION_SAME),
    ],
)  # fmt: skip
def test_cases_in_a_tilted_plane(rings, flags):
    assert relations(*rings)[0] == flags
    assert relations(*rings, checked=False)[0] == 0


def test_the_hole_at_fault_is_named():
    rings = [OUTER, hole(2, 2, 4, 4), hole(14, 2, 16, 4), hole(2, 2, 4, 4), box(6, 6, 8, 8)]
    assert relations(*rings)[1] == [0, 0, kernel.INNER_RING_OUTSIDE, kernel.DUPLICATED_RINGS, kernel.ORIENTATION_SAME]
