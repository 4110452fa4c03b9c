import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.heapsort import sorted_order
from tests.naive import heapsort as naive

numbers = st.integers(-20, 20).map(float) | st.floats(allow_nan=False)


@given(st.lists(numbers, max_size=60))
def test_equals_naive(keys):
    keys = np.array(keys, float)
    order = sorted_order(keys)
    assert sorted(order.tolist()) == list(range(len(keys)))
    assert keys[order].tolist() == keys[naive.sorted_order(keys)].tolist()
