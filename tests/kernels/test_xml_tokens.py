import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels import xml_tokens
from tests.naive import xml_tokens as naive

TEXTS = st.text("ab<>&\"' \t\r\n]-?!x;#", max_size=40).map(str.encode)
REFERENCES = st.one_of(
    st.sampled_from(
        ["&lt;", "&gt;", "&amp;", "&apos;", "&quot;", "&ltx;", "&nbsp;", "&;", "&#;", "&#x;", "&amp", "&#38"]
    ),
    st.integers(0, 0x120000).map("&#{};".format),
    st.integers(0, 0x120000).map("&#x{:X};".format),
    st.sampled_from([0xD7FF, 0xD800, 0xDFFF, 0xE000, 0xFFFD, 0xFFFE, 0xFFFF, 0x10FFFF, 0x110000]).map(
        "&#x{:x};".format
    ),
    st.sampled_from(["&#00000000000000000000000065;", "&#xFFFFFFFFFFFFFFFFF;", "&#X41;", "&#4a;"]),
).map(str.encode)
MARKUP = st.one_of(
    st.text("-a>", max_size=8).map("<!--{}-->".format),
    st.text("?a> ", max_size=8).map("<?pi {}?>".format),
    st.text("xmlXML-a1 ?", max_size=6).map("<?{}?>".format),
    st.text("]a>", max_size=8).map("<![CDATA[{}]]>".format),
    st.sampled_from(
        ["<!-- a", "<?a", "<?a b?", "<![CDATA[a]]", "<!DOCTYPE a>", "<!", "<?", "<!---->", "<!--->", "<??>"]
    ),
).map(str.encode)


def array(data):
    return np.frombuffer(data + b"<<<<<<<<<<<<<<<<", np.uint8)


@pytest.mark.parametrize("name", ["skip_blanks", "text_end", "value_end"])
@given(text=TEXTS, blanks=st.text(" \t\r\n", max_size=20).map(str.encode), data=st.data())
def test_ends(name, text, blanks, data):
    text = blanks + text
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, len(text)))
    assert getattr(xml_tokens, name)(array(text), start, stop) == getattr(naive, name)(text, start, stop)


def test_blanks():
    assert [byte for byte in range(256) if xml_tokens.is_blank(byte)] == [
        byte for byte in range(256) if naive.is_blank(byte)
    ]


@given(REFERENCES, TEXTS)
def test_references(reference, rest):
    text = b"a" + reference + rest
    assert xml_tokens.reference(array(text), 1, len(text)) == naive.reference(text, 1, len(text))
    assert xml_tokens.reference(array(text), 1, len(reference)) == naive.reference(text, 1, len(reference))


@given(MARKUP, TEXTS)
def test_markup(markup, rest):
    for text in (markup + rest, markup):
        assert xml_tokens.markup_end(array(text), 0, len(text)) == naive.markup_end(text, 0, len(text))
