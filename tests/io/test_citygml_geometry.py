"""Every form of surfaces and solids in GML, by both readers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from citytwin.io.citygml_chains import links_only, members_of
from citytwin.io.citygml_gml import GML
from citytwin.model.city import CityModel
from citytwin.model.validity import solid_volumes
from tests.io import gml
from tests.io.both_readers import codes, read, read_file

FACES = gml.box_faces()
SPACES = f'xmlns:gml="{GML}" xmlns:xlink="http://www.w3.org/1999/xlink"'


def patch(points: list[tuple[float, float, float]], name: str = "PolygonPatch") -> str:
    return gml.element(f"gml:{name}", gml.element("gml:exterior", gml.ring(points)))


def surface(*patches: str, name: str = "Surface", held: str = "patches", identifier: str = "") -> str:
    return gml.element(f"gml:{name}", gml.element(f"gml:{held}", *patches), identifier=identifier)


def solid_of(*surfaces: str, identifier: str = "", inner: str = "") -> str:
    shell = gml.element("gml:CompositeSurface", *(gml.member(s) for s in surfaces))
    return gml.element("gml:Solid", gml.element("gml:exterior", shell), inner, identifier=identifier)


def building(*properties: str, identifier: str = "b") -> str:
    return gml.building(identifier, *properties)


def in_lod2(content: str, name: str = "Solid") -> str:
    return gml.element(f"bldg:lod2{name}", content)


@pytest.mark.parametrize(
    ("name", "held", "kind"),
    [
        ("Surface", "patches", "PolygonPatch"),
        ("PolyhedralSurface", "polygonPatches", "PolygonPatch"),
        ("Surface", "patches", "Rectangle"),
    ],
)
def test_surfaces_of_patches(tmp_path: Path, name: str, held: str, kind: str) -> None:
    """A solid of surfaces, each with one patch, and of one surface with all patches."""
    single = [surface(patch(points, kind), name=name, held=held) for points in FACES.values()]
    whole = surface(*(patch(points, kind) for points in FACES.values()), name=name, held=held)
    city = read(tmp_path, building(in_lod2(solid_of(*single))), building(in_lod2(solid_of(whole)), identifier="c"))
    np.testing.assert_allclose(solid_volumes(city), [480, 480])
    assert codes(city) == {}


@pytest.mark.parametrize("name", ["TriangulatedSurface", "Tin"])
@pytest.mark.parametrize("attribute", ["", ' gml:id="t"'])
def test_triangles(tmp_path: Path, name: str, attribute: str) -> None:
    triangles = [
        patch([points[0], *points[i : i + 2]], f"Triangle{attribute if i == n == 1 else ''}")
        for n, points in enumerate(FACES.values())
        for i in (1, 2)
    ]
    text = surface(*triangles, name=name, held="trianglePatches").replace(
        f"</gml:Triangle{attribute}>", "</gml:Triangle>"
    )
    city = read(tmp_path, building(in_lod2(solid_of(text))))
    assert len(city.surfaces) == 12
    np.testing.assert_allclose(solid_volumes(city), [480])


def test_link_to_a_surface_stands_for_its_patches(tmp_path: Path) -> None:
    whole = surface(*(patch(points) for points in FACES.values()), identifier="all")
    city = read(tmp_path, building(in_lod2(gml.element("gml:MultiSurface", gml.member(whole)), "MultiSurface"),
                                   gml.solid(gml.link("all"))))  # fmt: skip
    assert len(city.surfaces) == 6
    np.testing.assert_allclose(solid_volumes(city), [480])


def test_shell_inside_a_solid_is_taken_away(tmp_path: Path) -> None:
    """A hollow box: the faces of its cavity look into it."""
    cavity = gml.box_faces(x=gml.EAST + 1, y=gml.NORTH + 1, z=gml.HEIGHT + 1, dx=2, dy=2, dz=2)
    inner = "".join(gml.member(gml.polygon(points[::-1])) for points in cavity.values())
    void = gml.element("gml:interior", gml.element("gml:CompositeSurface", inner))
    city = read(tmp_path, building(in_lod2(solid_of(*map(gml.polygon, FACES.values()), inner=void))))
    assert len(city.solids) == 1
    np.testing.assert_allclose(solid_volumes(city), [480 - 8])


@pytest.mark.parametrize("name", ["CompositeSolid", "MultiSolid"])
def test_solids_of_solids_and_links_to_solids(tmp_path: Path, name: str) -> None:
    second = gml.box_faces(x=gml.EAST + 20, dx=5)
    members = [
        solid_of(*map(gml.polygon, FACES.values()), identifier="first"),
        solid_of(*map(gml.polygon, second.values())),
    ]
    held = "".join(gml.element("gml:solidMember", member) for member in members)
    again = '<gml:solidMember xlink:href="#first"/>'
    city = read(
        tmp_path,
        building(in_lod2(gml.element(f"gml:{name}", held))),
        building(in_lod2(gml.element(f"gml:{name}", again)), identifier="c"),
        building('<bldg:lod2Solid xlink:href="#first"/>', identifier="d"),
    )
    assert city.solids.object.tolist() == [0, 0, 1, 2]
    np.testing.assert_allclose(solid_volumes(city), [480, 240, 480, 480])
    assert len(city.surfaces) == 12


def test_orientable_surfaces_in_each_other(tmp_path: Path) -> None:
    """Turned twice is not turned; turned once in a collection that is not."""

    def turned(content: str, sign: str) -> str:
        base = gml.element("gml:baseSurface", content)
        return f'<gml:OrientableSurface orientation="{sign}">{base}</gml:OrientableSurface>'

    down = FACES["ground"]
    twice = turned(turned(gml.polygon(down), "-"), "-")
    once = turned(gml.element("gml:CompositeSurface", gml.member(turned(gml.polygon(down), "+"))), "-")
    city = read(tmp_path, building(gml.multi_surface(twice, once)))
    assert city.surfaces.tilt.tolist() == [180, 0]


def test_geometry_of_mixed_members(tmp_path: Path) -> None:
    solid = solid_of(*map(gml.polygon, FACES.values()))
    held = "".join(gml.element("gml:geometryMember", member) for member in (solid, gml.polygon(FACES["roof"])))
    city = read(tmp_path, building(in_lod2(gml.element("gml:MultiGeometry", held), "Geometry")))
    assert (len(city.surfaces), len(city.solids)) == (7, 1)


@pytest.mark.parametrize("where", ["MultiSurface", "Polygon", "LinearRing", "posList"])
def test_reference_system_of_a_geometry_is_seen(tmp_path: Path, where: str) -> None:
    """With a hole, too, for which collections are read in another way."""
    x, y, z = gml.EAST, gml.NORTH, gml.HEIGHT + 6
    hole = [(x + 2, y + 2, z), (x + 2, y + 4, z), (x + 5, y + 4, z)]
    for holes, copies in (((), 1), ((), 3), ((hole,), 1)):
        content = gml.multi_surface(*[gml.polygon(FACES["roof"], holes=holes)] * copies)
        named = content.replace(f"<gml:{where}", f'<gml:{where} srsName="urn:ogc:def:crs:EPSG::3879"', 1)
        city = read_file(gml.write(tmp_path, gml.city(building(named), srs=None)))
        assert city.crs == "EPSG:3879"


@pytest.mark.parametrize("where", ["MultiSurface", "Polygon", "LinearRing", "posList"])
@pytest.mark.parametrize("copies", [1, 4])
def test_dimension_at_every_level(tmp_path: Path, where: str, copies: int) -> None:
    flat = " ".join(f"{x} {y}" for x, y, _ in [*FACES["roof"], FACES["roof"][0]])
    polygon = gml.raw_polygon(f"<gml:posList>{flat}</gml:posList>", "{}")
    content = gml.multi_surface(*(polygon.replace("{}", f"p{i}") for i in range(copies)))
    marked = content.replace(f"<gml:{where}", f'<gml:{where} srsDimension="2"')
    three = gml.multi_surface(gml.polygon(FACES["roof"]), lod=1)
    city = read(tmp_path, building(marked, three))
    assert codes(city) == {1007: 1}
    heights = city.vertices[:, 2].reshape(-1, 4)
    assert heights.tolist() == [[0] * 4] * copies + [[gml.HEIGHT + 6] * 4]


def test_dimension_nearest_to_the_numbers_counts(tmp_path: Path) -> None:
    three = gml.polygon(FACES["roof"]).replace("<gml:posList>", '<gml:posList srsDimension="3">')
    content = gml.multi_surface(three, three).replace("<gml:MultiSurface", '<gml:MultiSurface srsDimension="2"')
    assert codes(read(tmp_path, building(content))) == {}


def test_positions_of_gml_2_and_single_ones(tmp_path: Path) -> None:
    points = [*FACES["roof"], FACES["roof"][0]]
    old = " ".join(",".join(map(repr, point)) for point in points)
    ring = gml.element("gml:LinearRing", gml.element("gml:coordinates", old))
    polygon = gml.element("gml:Polygon", gml.element("gml:outerBoundaryIs", ring))
    single = "".join(gml.element("gml:pos", " ".join(map(repr, point))) for point in points)
    city = read(tmp_path, building(gml.multi_surface(polygon, gml.raw_polygon(single), gml.polygon(FACES["roof"]))))
    assert city.surfaces.area.tolist() == [80, 80, 80]


def counted(city: CityModel) -> tuple[int, list[int], list[str]]:
    return len(city.surfaces), np.diff(city.rings.ring_vertices).tolist(), list(city.surfaces.polygon_id)


FORMS = {
    "plain": gml.polygon(FACES["roof"], "{}"),
    "nameless": gml.polygon(FACES["roof"]),
    "hole": gml.polygon(FACES["roof"], "{}", holes=[FACES["roof"][:3]]),
    "single positions": gml.raw_polygon("".join(f"<gml:pos>{x} {y} {z}</gml:pos>" for x, y, z in FACES["roof"]), "{}"),
    "surface": surface(patch(FACES["roof"]), identifier="{}"),
    "empty": '<gml:Polygon gml:id="{}"/>',
    "no ring": '<gml:Polygon gml:id="{}"><gml:exterior/></gml:Polygon>',
    "two rings": f'<gml:Polygon gml:id="{{}}"><gml:exterior>{gml.ring(FACES["roof"]) * 2}</gml:exterior></gml:Polygon>',
    "two exteriors": gml.element(
        "gml:Polygon", gml.element("gml:exterior", gml.ring(FACES["roof"])) * 2, identifier="{}"
    ),
}
VALID = ("plain", "nameless", "hole", "single positions", "surface")


@given(st.lists(st.sampled_from(VALID), min_size=1, max_size=6))
def test_a_collection_is_the_sum_of_its_members(tmp_path_factory: pytest.TempPathFactory, forms: list[str]) -> None:
    """Whatever stands beside a polygon, it is read like alone: alike collections are read in another way than mixed."""
    folder = tmp_path_factory.mktemp("forms")
    members = [FORMS[form].replace("{}", f"p{i}") for i, form in enumerate(forms)]
    together = counted(read(folder, building(gml.multi_surface(*members))))
    alone = [counted(read(folder, building(gml.multi_surface(member)))) for member in members]
    assert together == (
        sum(n for n, _, _ in alone),
        [size for _, sizes, _ in alone for size in sizes],
        [identifier for _, _, ids in alone for identifier in ids],
    )


@given(st.lists(st.sampled_from([*FORMS, "link", "both"]), max_size=5))
@example(["two exteriors", "empty"])
@example(["empty", "two rings"])
def test_chains_are_only_what_is_one_polygon_a_member(forms: list[str]) -> None:
    """The path expressions, against a look at every member."""
    members = []
    for i, form in enumerate(forms):
        if form in ("link", "both"):
            inner = gml.polygon(FACES["roof"]) if form == "both" else ""
            members.append(f'<gml:surfaceMember xlink:href="#x">{inner}</gml:surfaceMember>')
        else:
            members.append(gml.member(FORMS[form].replace("{}", f"p{i}")))
    collection = etree.fromstring(f"<gml:MultiSurface {SPACES}>{''.join(members)}</gml:MultiSurface>")
    is_alike = all(form in ("plain", "nameless", "both") for form in forms)
    assert (members_of(GML).attributes(collection) >= 0) == is_alike
    hrefs = ["#x"] * len(forms) if forms and set(forms) == {"link"} else []
    assert links_only(collection, GML) == hrefs
    if is_alike:
        assert members_of(GML).attributes(collection) == sum(form != "nameless" for form in forms)
        taken = members_of(GML).take(collection, 3)
        is_taken = "both" not in forms and ("nameless" not in forms or set(forms) == {"nameless"})
        assert (taken is not None) == is_taken
        if taken is not None:
            assert [positions.getparent().getparent().getparent().get(f"{{{GML}}}id") for positions in taken[1]] == (
                taken[0] or [None] * len(forms)
            )
