import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels import byte_names as kernel
from citytwin.kernels.swar import hash_bytes
from tests.naive import byte_names as naive


def numbers(words):
    text = b"".join(words)
    buffer = np.frombuffer(bytearray(text + bytes(8)), np.uint8)
    bounds = np.cumsum([0, *map(len, words)], dtype=np.int64)
    out = np.empty(len(words), np.int32)
    return kernel.number_spans(buffer, bounds[:-1], bounds[1:], out), out.tolist()


@given(st.lists(st.text("ab", max_size=10).map(str.encode), max_size=30))
def test_equals_naive(words):
    expected = naive.number_spans(words)
    assert numbers(words) == (len(set(words)), expected)


def test_tables_grow():
    words = [b"%d" % (i % 777) for i in range(3000)]
    assert numbers(words) == (777, naive.number_spans(words))


def test_names_that_are_made_to_collide_are_given_up():
    """As a table is only so large while it grows, the same places of it are made full."""
    names = kernel.byte_names(8192)
    buffer = np.frombuffer(bytearray(b"x" + bytes(8)), np.uint8)
    names.table[:] = 0
    names.hash[0] = hash_bytes(buffer, 0, 1, 0) + 1
    assert kernel.number_of(buffer, 0, 1, names, 1) == -1
