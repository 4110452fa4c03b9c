import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.segment_hash import party_walls
from tests.naive import segment_hash as naive

DEFAULTS = (0.3, math.radians(5), 0.05, 10.0)


def walls(rows):
    """Arrays of walls given as (x0, y0, x1, y1, z0, z1, building), outside on the right hand."""
    rows = np.array(rows, np.float64).reshape(-1, 7)
    along = rows[:, 2:4] - rows[:, 0:2]
    length = np.hypot(along[:, 0], along[:, 1])
    with np.errstate(invalid="ignore"):
        outward = np.nan_to_num(np.stack([along[:, 1], -along[:, 0]], axis=1) / length[:, None])
    segments = np.ascontiguousarray(rows[:, 0:4])
    heights = np.ascontiguousarray(rows[:, 4:6])
    return segments, heights, outward, rows[:, 6].astype(np.int32), length * (rows[:, 5] - rows[:, 4])


def rectangle(x0, y0, x1, y1, z0, z1, building):
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    return [(*a, *b, z0, z1, building) for a, b in zip(corners, corners[1:] + corners[:1], strict=True)]


def turned(rows, angle, x, y):
    rows = np.array(rows, np.float64)
    matrix = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    for columns in (slice(0, 2), slice(2, 4)):
        rows[:, columns] = rows[:, columns] @ matrix + (x, y)
    return rows


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.7, 5.0, 10.0, 400.0]))
def test_equals_naive_for_any_cell(seed, cell):
    """Rows of houses of uneven depth and height, with gaps around the tolerance, turned and shifted."""
    rng = np.random.default_rng(seed)
    rows, x = [], 0.0
    for building in range(8):
        width = rng.uniform(5, 25)
        y = rng.uniform(-4, 4)
        rows += rectangle(
            x, y, x + width, y + rng.uniform(6, 14), rng.uniform(-1, 1), rng.uniform(3, 20), building // 2
        )
        x += width + rng.choice([0.0, 0.2, -0.2, 0.29, 0.31])
    arrays = walls(turned(rows, rng.uniform(0, 7), *rng.uniform(-3000, 3000, 2)))
    result = party_walls(*arrays, *DEFAULTS[:3], cell)
    shared, pairs = naive.party_walls(*arrays, *DEFAULTS[:3], cell)
    np.testing.assert_allclose(result.shared_area, shared, atol=1e-7)
    assert list(zip(result.wall_a, result.wall_b, strict=True)) == [pair[:2] for pair in pairs]
    np.testing.assert_allclose(result.overlap_area, [pair[2] for pair in pairs], atol=1e-7)


@given(st.integers(0, 2**32 - 1))
def test_order_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    rows = [
        row for k in range(6) for row in rectangle(k * 8, rng.uniform(-2, 2), k * 8 + 8, 10, 0, rng.uniform(3, 9), k)
    ]
    arrays = walls(turned(rows, 1.0, 7.0, -3.0))
    order = rng.permutation(len(rows))
    whole = party_walls(*arrays, *DEFAULTS)
    shuffled = party_walls(*(values[order] for values in arrays), *DEFAULTS)
    np.testing.assert_allclose(shuffled.shared_area, whole.shared_area[order], rtol=1e-12)
    assert whole.overlap_area.sum() == pytest.approx(shuffled.overlap_area.sum())


def test_lower_neighbour_shares_its_whole_wall():
    rows = rectangle(0, 0, 10, 10, 0, 12, 0) + rectangle(10, 2, 20, 8, 0, 5, 1)
    result = party_walls(*walls(rows), *DEFAULTS)
    assert (result.wall_a.tolist(), result.wall_b.tolist()) == ([1], [7])
    assert result.overlap_area == pytest.approx([30])
    assert result.shared_area[[1, 7]] == pytest.approx([30, 30])
    assert result.shared_area.sum() == pytest.approx(60)


def test_neighbours_that_overlap_count_once():
    """Two buildings stand in the same place behind one wall: 6 m and 4 m high over the same 10 m."""
    rows = rectangle(0, 0, 10, 10, 0, 12, 0) + rectangle(10, 0, 20, 10, 0, 6, 1) + rectangle(10.1, 4, 20, 16, 0, 4, 2)
    result = party_walls(*walls(rows), *DEFAULTS)
    assert result.overlap_area[result.wall_a == 1] == pytest.approx([60, 24])
    assert result.shared_area[1] == pytest.approx(60)


def test_shared_area_is_no_more_than_the_wall():
    arrays = walls(rectangle(0, 0, 10, 10, 0, 6, 0) + rectangle(10, 0, 20, 10, 0, 6, 1))
    gable = (*arrays[:4], 0.7 * arrays[4])
    assert party_walls(*gable, *DEFAULTS).shared_area[1] == pytest.approx(42)


@pytest.mark.parametrize(
    ("neighbour", "shared"),
    [
        ((10.29, 0, 20, 10, 0, 6, 1), True),
        ((10.31, 0, 20, 10, 0, 6, 1), False),  # too far
        ((9.75, 0, 20, 10, 0, 6, 1), True),  # models overlap a little
        ((10, 9.96, 20, 15, 0, 6, 1), False),  # touches at the corner only
        ((10, 0, 20, 10, 5.96, 9, 1), False),  # stands on top
        ((10, 0, 20, 10, 0, 6, 0), False),  # the same building
        ((0.1, 0, 20, 10, 0, 6, 1), False),  # walls look the same way
    ],
)
def test_tolerances(neighbour, shared):
    rows = rectangle(0, 0, 10, 10, 0, 6, 0) + rectangle(*neighbour)
    assert bool(party_walls(*walls(rows), *DEFAULTS).shared_area[1] > 0) is shared


@pytest.mark.parametrize(("degrees", "shared"), [(4.9, True), (5.1, False)])
def test_angle_tolerance(degrees, shared):
    one = (0, 0, 0, 2, 0, 3, 0)
    other = turned([(0, 2, 0, 0, 0, 3, 1)], math.radians(degrees), 0, 0)[0]
    assert (len(party_walls(*walls([one, other]), *DEFAULTS).wall_a) == 1) is shared


def test_wall_longer_than_its_neighbour_at_an_angle():
    """The far end of a long wall may leave the tolerance, what counts is the part beside the neighbour."""
    short = (0, 0, 0, 5, 0, 3, 0)
    long = turned([(0, 40, 0, 0, 0, 3, 1)], math.radians(2), 0, 0)[0]
    result = party_walls(*walls([short, long]), *DEFAULTS)
    assert result.shared_area == pytest.approx([15, 15], rel=0.01)


def test_no_walls_and_walls_without_length():
    assert len(party_walls(*walls([]), *DEFAULTS).shared_area) == 0
    result = party_walls(*walls([(1, 1, 1, 1, 0, 3, 0), (1, 1, 1, 1, 0, 3, 1), (1, 0, 1, 2, 0, 3, 2)]), *DEFAULTS)
    assert result.shared_area.tolist() == [0, 0, 0]
