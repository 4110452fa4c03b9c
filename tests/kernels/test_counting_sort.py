import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.counting_sort import counting_sort
from tests.naive import counting_sort as naive


@given(st.lists(st.integers(-1, 4), max_size=20))
def test_equals_naive(groups):
    offsets, rows = counting_sort(np.array(groups, np.int32), 5)
    found = [rows[a:b].tolist() for a, b in itertools.pairwise(offsets)]
    assert found == naive.counting_sort(groups, 5)
