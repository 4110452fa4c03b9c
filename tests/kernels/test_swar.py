import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels import swar
from tests.naive import swar as naive

WORDS = st.one_of(
    st.integers(0, 2**64 - 1),
    st.lists(st.sampled_from([0, 1, 0x7F, 0x80, 0x81, 0xFF]), min_size=8, max_size=8).map(
        lambda items: int.from_bytes(bytes(items), "little")
    ),
)


def array(data):
    return np.frombuffer(data + bytes(8), np.uint8)


@given(st.binary(min_size=8, max_size=20), st.data())
def test_word(data, draw):
    place = draw.draw(st.integers(0, len(data) - 8))
    assert int(swar.word(array(data), place)) == naive.word(data, place)


@given(WORDS, st.integers(0, 4))
def test_put_word(bits, place):
    found, expected = np.zeros(12, np.uint8), bytearray(12)
    swar.put_word(found, place, np.uint64(bits))
    naive.put_word(expected, place, bits)
    assert found.tobytes() == expected


@given(WORDS)
def test_zero_bytes(bits):
    assert int(swar.zero_bytes(np.uint64(bits))) == naive.zero_bytes(bits)


@given(WORDS.filter(bool))
def test_first_byte(bits):
    assert swar.first_byte(np.uint64(bits)) == naive.first_byte(bits)


@pytest.mark.parametrize("n", range(9))
def test_head_mask(n):
    assert int(swar.head_mask(n)) == naive.head_mask(n)


@given(st.binary(max_size=30), st.binary(max_size=30), st.integers(0, 29), st.data())
def test_same_bytes(prefix, data, change, draw):
    left, right = prefix + data, bytearray(data)
    if data and draw.draw(st.booleans()):
        right[change % len(data)] ^= draw.draw(st.integers(1, 255))
    expected = naive.same_bytes(left, len(prefix), bytes(right), 0, len(data))
    assert swar.same_bytes(array(left), len(prefix), array(bytes(right)), 0, len(data)) == expected


@given(st.binary(max_size=40), st.integers(0, 2**32 - 1), st.data())
def test_hash_bytes(data, seed, draw):
    start = draw.draw(st.integers(0, len(data)))
    found = swar.hash_bytes(array(data), start, len(data), seed)
    assert found == naive.hash_bytes(data, start, len(data), seed)
    assert 0 <= found < 2**32


def test_hashes_spread():
    texts = [f"UUID_{k:08x}".encode() for k in range(4000)]
    slots = {int(swar.hash_bytes(array(text), 0, len(text), 0)) & 0xFFF for text in texts}
    assert len(slots) > 0.9 * 4096 * (1 - np.exp(-4000 / 4096))
