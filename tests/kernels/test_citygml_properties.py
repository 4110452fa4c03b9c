from xml.sax.saxutils import escape

from hypothesis import given
from hypothesis import strategies as st

from tests.io import gml
from tests.kernels.scanning import declared, member, scanned
from tests.naive import citygml_properties as naive

WORDS = st.text("abä&<> ", min_size=1, max_size=6).map(escape)
NAMES = st.text("abä ", min_size=1, max_size=4)
PROPERTIES = st.one_of(
    st.builds(gml.generic, NAMES, WORDS, st.sampled_from(["string", "int", "double", "date", "uri"])),
    st.builds(gml.generic, NAMES, WORDS, st.just("measure"), NAMES),
    st.builds('<bldg:measuredHeight uom="{}">{}</bldg:measuredHeight>'.format, NAMES, WORDS),
    st.builds('<bldg:function codeSpace="{}">{}</bldg:function>'.format, NAMES, WORDS),
    st.builds("<bldg:storeysAboveGround>{}</bldg:storeysAboveGround>".format, WORDS),
    st.just("<core:creationDate/>"),
)


@given(st.lists(PROPERTIES, max_size=8))
def test_attributes_are_those_of_a_tree(properties):
    table = scanned(member(*properties)).collected.object_attributes
    expected = naive.attributes(declared(f"<bldg:Building>{''.join(properties)}</bldg:Building>"))
    assert [(value.name, value.value, value.unit) for value in (table.entries(0) if len(table) else [])] == expected


def test_attributes_of_a_surface_are_its_own():
    wall = gml.surface("WallSurface", "w", gml.generic("a", "1"), "<gml:name>n</gml:name>")
    columns = scanned(member(gml.generic("b", "2"), wall, gml.generic("c", "3"))).collected
    assert [value.name for value in columns.object_attributes.entries(0)] == ["b", "c"]
    assert [value.name for value in columns.feature_attributes.entries(0)] == ["a", "name"]
