from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.model.ragged import freeze, offsets_of, row_of, take_ragged, take_rings

LENGTHS = st.lists(st.integers(0, 4), max_size=6)


@given(LENGTHS, st.data())
def test_taken_rows_hold_what_they_held(lengths, data):
    offsets = offsets_of(np.array(lengths, np.int64))
    rows = np.array(data.draw(st.lists(st.integers(0, len(lengths) - 1), max_size=8) if lengths else st.just([])), int)
    new, flat = take_ragged(offsets, rows)
    expected = [list(range(offsets[row], offsets[row + 1])) for row in rows]
    assert [flat[a:b].tolist() for a, b in pairwise(new.tolist())] == expected


def test_taken_surfaces_hold_their_rings_and_vertices():
    surface_rings, ring_vertices = np.array([0, 2, 3]), np.array([0, 4, 7, 10])
    rings, vertices, flat = take_rings(surface_rings, ring_vertices, np.array([1, 0]))
    assert rings.tolist() == [0, 1, 3]
    assert vertices.tolist() == [0, 3, 7, 10]
    assert flat.tolist() == [7, 8, 9, 0, 1, 2, 3, 4, 5, 6]


def test_row_of_passes_over_empty_rows():
    assert row_of(np.array([0, 2, 2, 3])).tolist() == [0, 0, 2]


def test_frozen_arrays_refuse_to_change():
    array = np.zeros(2)
    freeze(array)
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1.0
