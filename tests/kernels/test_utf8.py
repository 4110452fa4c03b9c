import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.utf8 import is_xml_text
from tests.naive import utf8 as naive

PIECES = st.one_of(
    st.text(max_size=5).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=4),
    st.sampled_from([b"plain text\r\n\t" * 30, b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"]),
    st.sampled_from([b"\x1f", b"\x7f", b"\x00", b"\xc1\x81", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", "ä€😀".encode()]),
)


def check(data, lead=b""):
    buffer = np.frombuffer(lead + data + b"\x01" * 8, np.uint8)
    assert is_xml_text(buffer, len(lead), len(lead) + len(data)) == naive.is_xml_text(data)


@given(st.lists(PIECES, max_size=8).map(b"".join))
def test_equals_python(data):
    check(data, b"\xff")


@pytest.mark.parametrize("length", [1, 7, 8, 9, 511, 512, 513, 1030])
@pytest.mark.parametrize("bad", [b"\x02", b"\xe2\x82", "\u20ac".encode()])
def test_at_the_end_of_every_block(length, bad):
    check(b"a" * length)
    check(b"a" * (length - 1) + bad)
    check(b"a" * length + bad + b"b" * 20)


@pytest.mark.parametrize(
    "code",
    [0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xD800, 0xDBFF, 0xDFFF, 0xE000, 0xFFFD, 0xFFFE, 0xFFFF, 0x10000, 0x10FFFF],
)
def test_characters_at_the_borders_of_what_xml_allows(code):
    check(chr(code).encode("utf-8", "surrogatepass"))


def test_every_byte_alone():
    for byte in range(256):
        check(bytes([byte]))
        check(b" " * 20 + bytes([byte]) + b" " * 20)
