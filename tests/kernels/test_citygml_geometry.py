from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.scanning import member, scanned
from tests.naive import citygml_geometry as naive

NUMBERS = st.one_of(
    st.floats(-1e7, 1e7).map("{:.9f}".format), st.integers(-99, 99).map(str), st.sampled_from(["1e3", ".5", "-0.0"])
)
BLANKS = st.sampled_from([" ", "\n", "  ", "\t "])


@st.composite
def rings(draw):
    size = draw(st.sampled_from([2, 3]))
    own = f' srsDimension="{size}"' if size == 2 or draw(st.booleans()) else ""
    points = draw(st.lists(st.lists(NUMBERS, min_size=size, max_size=size), min_size=1, max_size=5))
    if draw(st.booleans()):
        text = "".join(f"<gml:pos{own}>{' '.join(point)}</gml:pos>" for point in points)
    else:
        blank = draw(BLANKS)
        text = f"<gml:posList{own}>{blank}{blank.join(blank.join(point) for point in points)}{blank}</gml:posList>"
    return f"<gml:LinearRing>{text}</gml:LinearRing>"


@st.composite
def polygons(draw):
    first, *others = draw(st.lists(rings(), min_size=1, max_size=3))
    inner = "".join(f"<gml:interior>{ring}</gml:interior>" for ring in others)
    return f"<gml:Polygon><gml:exterior>{first}</gml:exterior>{inner}</gml:Polygon>"


@given(st.lists(polygons(), min_size=1, max_size=4))
def test_rings_are_those_of_regular_expressions(texts):
    members = "".join(f"<gml:surfaceMember>{text}</gml:surfaceMember>" for text in texts)
    surface = f"<bldg:lod2MultiSurface><gml:MultiSurface>{members}</gml:MultiSurface></bldg:lod2MultiSurface>"
    columns = scanned(member(surface)).collected
    points = iter(map(tuple, columns.coordinates.tolist()))
    counts = iter(columns.ring_points.tolist())
    found = [[[next(points) for _ in range(next(counts))] for _ in range(n)] for n in columns.polygon_rings]
    expected = naive.polygons(surface)
    assert repr(found) == repr(expected)
    assert columns.flat_rings == surface.count('LinearRing><gml:pos srsDimension="2"') + surface.count(
        'posList srsDimension="2"'
    )
