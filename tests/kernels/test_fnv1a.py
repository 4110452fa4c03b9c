import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.fnv1a import fnv1a
from tests.naive import fnv1a as naive


def hashes(strings):
    out = np.empty(len(strings), np.uint64)
    fnv1a(np.frombuffer(b"".join(strings), np.uint8), np.cumsum([0, *map(len, strings)], dtype=np.int64), out)
    return out.tolist()


@given(st.lists(st.binary(max_size=30), max_size=8))
def test_equals_naive(strings):
    assert hashes(strings) == [naive.fnv1a(text) for text in strings]


def test_published_values():
    assert hashes([b"", b"a", b"foobar"]) == [0xCBF29CE484222325, 0xAF63DC4C8601EC8C, 0x85944171F73967E8]
