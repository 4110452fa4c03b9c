import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.gather_bytes import gather_bytes
from tests.naive import gather_bytes as naive


@given(st.lists(st.binary(max_size=6), min_size=1, max_size=8), st.data())
def test_equals_naive(strings, draw):
    rows = draw.draw(st.lists(st.integers(0, len(strings) - 1), max_size=12))
    offsets = np.cumsum([0, *map(len, strings)], dtype=np.int64)
    new_offsets = np.cumsum([0, *(len(strings[row]) for row in rows)], dtype=np.int64)
    out = np.empty(new_offsets[-1], np.uint8)
    data = np.frombuffer(b"".join(strings), np.uint8)
    gather_bytes(data, offsets, np.array(rows, np.int64), new_offsets, out)
    assert out.tobytes() == naive.gather_bytes(strings, rows)
