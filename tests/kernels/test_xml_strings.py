from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.xml_strings import copy_fragments, copy_texts
from tests.naive import xml_strings as naive

PIECES = st.sampled_from(
    ["a", "é", "\r", "\n", "\r\n", "&amp;", "&#13;", "&#xe9;", "&#8364;", "&#x1F600;", "&lt;", " ", "&#x10000;"]
)


def texts_of(data, offsets):
    return [data[a:b].tobytes() for a, b in pairwise(offsets)]


@given(st.lists(st.tuples(st.lists(PIECES, max_size=6).map("".join), st.booleans()), max_size=6))
def test_texts(items):
    data, spans = b"", []
    for text, plain in items:
        start = len(data)
        data += text.encode()
        spans.append((start, len(data) if plain else ~len(data)))
    out, offsets = np.empty(len(data) + 8, np.uint8), np.empty(len(spans) + 1, np.int64)
    buffer = np.frombuffer(data + bytes(16), np.uint8)
    copy_texts(buffer, np.array(spans, np.int64).reshape(-1, 2), out, offsets)
    assert texts_of(out, offsets) == naive.copy_texts(data, spans)


def test_references_at_the_borders_of_the_lengths_of_utf8():
    codes = [0x7F, 0x80, 0x7FF, 0x800, 0xFFFD, 0x10000, 0x10FFFF]
    data = "".join(f"&#x{code:X};" for code in codes).encode()
    out, offsets = np.empty(len(data) + 8, np.uint8), np.empty(2, np.int64)
    copy_texts(np.frombuffer(data + bytes(16), np.uint8), np.array([(0, ~len(data))]), out, offsets)
    assert texts_of(out, offsets)[0].decode() == "".join(map(chr, codes))


@given(
    st.lists(
        st.tuples(
            st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), min_size=1, max_size=4), st.integers(0, 7)
        ),
        max_size=5,
    )
)
def test_fragments(items):
    data = bytes(range(68))
    words = [b' xmlns="a"', b' xmlns:b="b"', b' xmlns:c="c"']
    segments, fragments = [], []
    for parts, used in items:
        fragments.append((len(segments), len(segments) + len(parts), used))
        segments += [(start, start + length) for start, length in parts]
    out = np.empty(len(segments) * 9 + len(fragments) * 60 + 8, np.uint8)
    offsets = np.empty(len(fragments) + 1, np.int64)
    copy_fragments(
        np.frombuffer(data, np.uint8),
        np.array(fragments, np.int64).reshape(-1, 3),
        np.array(segments, np.int64).reshape(-1, 2),
        np.frombuffer(b"".join(words) + bytes(8), np.uint8),
        np.cumsum([0, *map(len, words)]),
        out,
        offsets,
    )
    assert texts_of(out, offsets) == naive.copy_fragments(data, fragments, segments, words)


def test_words_of_the_declarations_as_segments():
    out, offsets = np.empty(22, np.uint8), np.empty(2, np.int64)
    words = np.frombuffer(b"#/" + bytes(8), np.uint8)
    segments = np.array([(~0, ~1), (0, 2), (~1, ~2), (2, 3)])
    buffer = np.frombuffer(b"abc" + bytes(8), np.uint8)
    copy_fragments(buffer, np.array([(0, 4, 0)]), segments, words, np.array([0, 0]), out, offsets)
    assert texts_of(out, offsets) == [b"#ab/c"]
