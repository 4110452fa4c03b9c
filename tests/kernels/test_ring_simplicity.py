import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.ring_simplicity import ring_simplicity
from tests.kernels.shapes import csr, lift, rotation, star, star_with_holes
from tests.naive import ring_simplicity as naive

SNAP, TOUCH = 0.001, 1e-6
SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10)]


def codes(*rings, matrix=None):
    """Code of each ring, laid into a tilted plane."""
    matrix = rotation(np.random.default_rng(7)) if matrix is None else matrix
    arrays = csr([lift([ring], matrix) for ring in rings])
    return ring_simplicity(*arrays, np.tile(matrix[:, 2], (len(rings), 1)), SNAP, TOUCH).tolist()


@given(st.integers(0, 2**32 - 1), st.integers(3, 9), st.sampled_from([1, 4, 1000]))
def test_equals_naive(seed, n, grid):
    """Points on coarse grids touch and repeat, on a fine one they cross; the plane is turned at random."""
    rng = np.random.default_rng(seed)
    rings = [[(10 * x / grid, 10 * y / grid) for x, y in rng.integers(0, grid + 1, (n, 2))] for _ in range(4)]
    matrix = rotation(rng)
    arrays = csr([lift(rings[:2], matrix), *(lift([ring], matrix) for ring in rings[2:])])
    planes = np.tile(matrix[:, 2], (3, 1))
    found = ring_simplicity(*arrays, planes, SNAP, TOUCH)
    assert found.tolist() == naive.ring_simplicity(*arrays, planes, SNAP, TOUCH)


@given(st.integers(0, 2**32 - 1), st.integers(40, 90), st.booleans())
def test_long_rings_equal_naive(seed, n, spoiled):
    """From 32 corners on edges are sorted first."""
    rng = np.random.default_rng(seed)
    ring = star(rng, n, 10.0)
    if spoiled:
        i, j = sorted(rng.choice(n, 2, replace=False))
        ring[i], ring[j] = ring[j], ring[i]
    matrix = rotation(rng)
    arrays = csr([lift([ring], matrix)])
    planes = matrix[None, :, 2]
    found = ring_simplicity(*arrays, planes, SNAP, TOUCH)
    assert found.tolist() == naive.ring_simplicity(*arrays, planes, SNAP, TOUCH)


@given(st.integers(0, 2**32 - 1), st.integers(9, 60), st.integers(0, 5))
def test_stars_with_holes_are_simple(seed, n, n_holes):
    rng = np.random.default_rng(seed)
    matrix = rotation(rng)
    arrays = csr([lift(star_with_holes(rng, n, n_holes), matrix, z=rng.uniform(-100, 100))])
    assert not ring_simplicity(*arrays, matrix[None, :, 2], SNAP, TOUCH).any()


@pytest.mark.parametrize(
    ("ring", "code"),
    [
        (SQUARE, 0),
        (SQUARE[::-1], 0),
        ([*SQUARE[:1], (5, 0), *SQUARE[1:]], 0),
        ([(0, 0), (10, 0)], 101),
        ([(0, 0), (10, 0), (10, 0)], 102),
        ([*SQUARE, (0, 0.0009)], 102),
        ([*SQUARE, (0, 0.0011)], 0),
        ([(0, 0), (10, 10), (10, 0), (0, 10)], 104),
        ([(0, 0), (5, 0), (10, 0)], 104),
        ([(0, 0), (10, 0), (10, 10), (5, 10), (5, 15), (5, 10), (0, 10)], 104),
        ([(0, 0), (10, 0), (10, 10), (5, 0), (0, 10)], 104),
        ([(0, 0), (10, 0), (10, 10), (5, 2e-6), (0, 10)], 0),
        ([(0, 0), (4, 4), (8, 0), (8, 8), (4, 4), (0, 8)], 104),
        ([(0, 0), (10, 0), (10, 10), (0, 10), (0, 0.5), (5, 5), (0, 0.2)], 0),
        ([(0, 0), (6, 6), (0, 6), (6, 0), (9, 3)], 104),
        ([(np.cos(4 * np.pi * k / 5), np.sin(4 * np.pi * k / 5)) for k in range(5)], 104),
    ],
    ids=["square", "turned round", "point on an edge", "two points", "two places", "short edge", "long enough",
         "bow-tie", "line", "spike", "corner on an edge", "corner beside an edge", "corner on a corner", "notch",
         "crossing", "pentagram"],
)  # fmt: skip
def test_cases_in_a_tilted_plane(ring, code):
    assert codes(ring) == [code]
    assert codes(ring[2:] + ring[:2]) == [code]


def test_repeated_corner_and_crossing_are_found_in_long_rings():
    angles = 2 * np.pi * np.arange(40) / 40
    ring = [(10 * np.cos(a), 10 * np.sin(a)) for a in angles]
    touching = [*ring[:20], (0.0, 0.0), *ring[20:30], (0.0, 0.0), *ring[30:]]
    assert codes(ring, touching) == [0, 104]


def test_nothing_to_look_at():
    empty = np.zeros(1, np.int64)
    assert len(ring_simplicity(empty, empty, np.empty((0, 3)), np.empty((0, 3)), SNAP, TOUCH)) == 0
