from hypothesis import given
from hypothesis import strategies as st

from tests.io import gml
from tests.kernels.scanning import member, scanned
from tests.naive import citygml_tables as naive

SQUARE = [(0, 0, 0), (1, 0, 0), (1, 1, 0)]


@given(st.lists(st.sampled_from(["#p0", "#p1", "#p2", "#p", "p0", "", "#", "other.gml#p0"]), min_size=1, max_size=8))
def test_links_lead_where_a_dictionary_says(hrefs):
    members = "".join(f'<gml:surfaceMember xlink:href="{href}"/>' for href in hrefs)
    solid = f"<bldg:lod2Solid><gml:Solid><gml:exterior><gml:CompositeSurface>{members}</gml:CompositeSurface>"
    solid += "</gml:exterior></gml:Solid></bldg:lod2Solid>"
    polygons = gml.multi_surface(*(gml.polygon(SQUARE, f"p{k}") for k in range(3)))
    columns = scanned(member(solid, polygons)).collected
    named = {f"p{k}": (len(hrefs) + k, len(hrefs) + k + 1, 1) for k in range(3)}
    found = list(zip(columns.link_start.tolist(), columns.link_stop.tolist(), columns.link_sign.tolist(), strict=True))
    assert found == naive.resolve(hrefs, named)
    assert [hrefs[link] for link in columns.late_link] == list(columns.late_target)
    assert all(columns.link_sign[columns.late_link] == 0)


def test_identifiers_hold_in_their_member_only():
    first = member(gml.multi_surface(gml.polygon(SQUARE, "p")))
    second = member(gml.solid(gml.link("p")))
    columns = scanned(first + second).collected
    assert columns.link_sign.tolist() == [0]
    assert list(columns.late_target) == ["#p"]
