import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.io.citygml_scan import ScanStatus
from tests.kernels.scanning import member, scanned
from tests.naive import citygml_scan as naive

STRANGE = st.recursive(
    st.sampled_from(
        ["<a/>", "<!-- > <a> -->", "<?pi >?>", "<![CDATA[<a>]]>", "text", "<core:b c='>'/>", '<b d="/>"/>']
    ),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"<x>{''.join(items)}</x >"),
)


@given(st.lists(st.one_of(STRANGE.map(lambda text: f"<y>{text}</y>"), st.just("<core:cityObjectMember><x/>\n"
       "</core:cityObjectMember>"), st.just("<!-- between -->"), st.just(" \n")), max_size=5))  # fmt: skip
def test_what_is_left_is_whole_elements(items):
    data = "".join(items).encode()
    expected = naive.scan_members(data)
    spans, start = [], 0
    while True:
        result = scanned(data, start)
        if result.status == ScanStatus.DONE:
            break
        assert result.status in (ScanStatus.MEMBER, ScanStatus.OTHER)
        assert (result.status == ScanStatus.MEMBER) == data[result.begin :].startswith(b"<core:cityObjectMember")
        spans.append((result.begin, result.end))
        start = result.end
    assert spans == expected
    assert result.end == len(data)


MALFORMED = (
    "<a></b>", "<a>", "<a b=c/>", "<a b='x' b='y'/>", '<gml:a gml:id="1" gml:id="2"/>', "<a b='<'/>", "<1/>",
    "<a:/>", "<:a/>", "<a:b:c/>", "<a>&nbsp;</a>", "<a>&#0;</a>", "<a>]]></a>", "<a>\x01</a>", "<a b='&x;'/>", "<a/ >",
    "<a><!-- -- --></a>", "<a><!-- </a>", "<a><?xml?></a>", "<!DOCTYPE a>", "<![CDATA[]]>", "text", "<a b='c'd='e'/>",
    "<a ", "<a b", "<a b=", "<a b='", "<", "<a>x", "<a b/>", "<a b='&#xD800;'/>", "<a>\xff</a>", "<a><b</a>",
)  # fmt: skip


@pytest.mark.parametrize("text", MALFORMED)
def test_malformed_documents_are_in_doubt(text):
    good = member()
    for data in (text.encode("latin-1"), good + text.encode("latin-1") + good):
        assert scanned(data).status == ScanStatus.DOCUMENT


def test_the_end_of_the_root_is_no_member():
    assert scanned(member() + b"</core:CityModel>").status == ScanStatus.DOCUMENT


def test_every_truncation_is_in_doubt():
    whole = member('<gen:stringAttribute name="a"><gen:value>&lt;1</gen:value></gen:stringAttribute>', "<x/>")
    assert scanned(whole).status == ScanStatus.DONE
    for stop in range(1, len(whole)):
        assert scanned(whole[:stop]).status == ScanStatus.DOCUMENT
