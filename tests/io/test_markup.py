"""What is counted before parsing: the same for any way of cutting the bytes, and never what stands in texts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from citytwin.errors import CityReadError
from citytwin.io import ReadLimits
from citytwin.io._markup import MarkupGuard

LIMITS = ReadLimits(element_attributes=3, object_elements=10, object_bytes=400)


def admit(*chunks: bytes, held: int | None = None) -> MarkupGuard:
    """A guard that has admitted the chunks; `held` is the number of elements below the root at that time."""
    guard = MarkupGuard("x.gml", LIMITS)
    root = None if held is None else etree.fromstring("<r>" + "<e/>" * held + "</r>")
    for chunk in chunks:
        guard.admit(chunk, root)
    return guard


FULL = b"""<r a='1' b = "2" c='>"x'>"""
ONE_MORE = b"""<r a='1' b = "2" c='>"x' d=''>"""
HARMLESS = [
    FULL,
    b"<r>" + b'a="1" ' * 20 + b"</r>",
    b"<!-- " + b'a="1" ' * 20 + b"--><r/>",
    b"<?p " + b"a='1' " * 20 + b"?><r/>",
    b"<r a='=====================' b='======'>=================</r>",
    b"<a b='1'/><a b='1'/><a b='1' c='2'/><a b='1' c='2' d='3'/>",
]


@pytest.mark.parametrize("text", HARMLESS)
@given(cuts=st.lists(st.integers(0, 150), max_size=4))
def test_no_more_than_allowed(text: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    admit(*(text[a:b] for a, b in pairwise(places)))


@given(cuts=st.lists(st.integers(0, len(ONE_MORE)), max_size=4), before=st.sampled_from([b"", *HARMLESS]))
def test_one_attribute_too_many(cuts: list[int], before: bytes) -> None:
    text = before + ONE_MORE + b"t<e/>" * 2
    places = [0, *sorted(len(before) + cut for cut in cuts), len(text)]
    with pytest.raises(CityReadError, match=r"more than 3 attributes.*element_attributes"):
        admit(*(text[a:b] for a, b in pairwise(places)))


def test_namespaces_count_as_attributes() -> None:
    with pytest.raises(CityReadError, match="attributes"):
        admit(b'<r xmlns="a" xmlns:b="c" b:a="1" b:b="2"/>')


def test_elements_at_one_time() -> None:
    admit(b"<a><b/></a>" * 5)
    with pytest.raises(CityReadError, match="more than 10 elements"):
        admit(b"<a><b/></a>" * 5, b"<c/>")
    with pytest.raises(CityReadError, match="more than 10 elements"):
        admit(b"<a><b/></a>" * 5, b"<c/>", held=10)
    admit(b"<a><b/></a>" * 5, b"<c/>", b"<c/>" * 7, held=2)


def test_bytes_of_an_object() -> None:
    admit(b" " * 400)
    with pytest.raises(CityReadError, match="more than 400 bytes"):
        admit(b" " * 400, b" ")
    guard = admit(b" " * 400)
    guard.object_ended()
    guard.admit(b" " * 400, None)
