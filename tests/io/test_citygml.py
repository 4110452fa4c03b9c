"""What the CityGML reader makes of documents, one feature at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from citytwin.errors import CityReadError
from citytwin.io import ReadLimits, read_city
from citytwin.model.city import CityModel
from citytwin.model.enums import ObjectKind, SurfaceKind
from citytwin.model.validity import solid_volumes
from tests.io import gml


def read(folder: Path, *members: str, **options: object) -> CityModel:
    return read_city(gml.write(folder, gml.city(*members)), **options)  # type: ignore[arg-type]


def codes(city: CityModel) -> dict[int, int]:
    values, counts = np.unique(city.findings.code, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


QUIET = {1205: 1, 1207: 1}
"""Axis order of EPSG:3879 as it is stored, and no vertical system: every document of these tests has them."""


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_box_in_both_versions(tmp_path: Path, version: str) -> None:
    city = read_city(gml.write(tmp_path, gml.city(gml.box("b"), version=version)))
    assert dict(city.counts) == {"read": 1, "degraded": 0, "refused": 0, "total": 1}
    assert (city.crs, city.vertical_crs) == ("EPSG:3879", None)
    assert codes(city) == QUIET
    assert list(city.objects.id) == ["b"]
    assert list(city.surfaces.id) == [f"b_{name}" for name in gml.box_faces()]
    assert list(city.surfaces.polygon_id) == [f"b_{name}_p" for name in gml.box_faces()]
    assert city.surfaces.kind.tolist() == [SurfaceKind.GROUND, SurfaceKind.ROOF, *[SurfaceKind.WALL] * 4]
    np.testing.assert_allclose(city.surfaces.area, [80, 80, 60, 48, 60, 48], rtol=1e-12)
    np.testing.assert_allclose(city.surfaces.azimuth[2:], [180, 90, 0, 270], atol=1e-9)
    np.testing.assert_allclose(city.surfaces.tilt[:3], [180, 0, 90], atol=1e-9)
    assert city.surfaces.solid.tolist() == [0] * 6
    np.testing.assert_allclose(solid_volumes(city), [480], rtol=1e-12)


def test_ring_is_stored_open_and_in_the_order_of_the_file(tmp_path: Path) -> None:
    points = gml.box_faces()["south"]
    city = read(tmp_path, gml.building("b", gml.multi_surface(gml.polygon(points))))
    np.testing.assert_array_equal(city.vertices + city.origin, points)


def test_hole(tmp_path: Path) -> None:
    x, y, z = gml.EAST, gml.NORTH, gml.HEIGHT
    hole = [(x + 2, y + 2, z + 6), (x + 2, y + 4, z + 6), (x + 5, y + 4, z + 6), (x + 5, y + 2, z + 6)]
    city = read(tmp_path, gml.building("b", gml.multi_surface(gml.polygon(gml.box_faces()["roof"], holes=[hole]))))
    assert city.surfaces.area.tolist() == [80 - 6]
    assert np.diff(city.rings.ring_vertices).tolist() == [4, 4]


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"<gml:pos>{{{i}}} {{{i + 1}}} {{{i + 2}}}</gml:pos>" for i in (0, 3, 6, 0)),
        "<gml:posList>\n\t{0} {1} {2}\n {3}   {4} {5}\r\n{6} {7} {8} {0} {1} {2} </gml:posList>",
        "<gml:posList>{0} {1} <!-- a comment -->{2} {3} {4} {5} {6} {7} {8} {0} {1} {2}</gml:posList>",
        "<gml:posList>{0:e} {1:.9e} {2} {3:e} {4:.9E} {5} {6} {7} {8} {0} {1} {2}</gml:posList>",
        "<gml:coordinates>{0},{1},{2} {3},{4},{5} {6},{7},{8} {0},{1},{2}</gml:coordinates>",
    ],
    ids=["pos", "blanks", "comment", "exponents", "gml2"],
)
def test_every_way_to_write_positions(tmp_path: Path, text: str) -> None:
    points = gml.box_faces()["roof"][:3]
    inner = text.format(*(value for point in points for value in point))
    city = read(tmp_path, gml.building("b", gml.multi_surface(gml.raw_polygon(inner))))
    np.testing.assert_array_equal(city.vertices + city.origin, points)


def test_two_dimensions(tmp_path: Path) -> None:
    points = gml.box_faces()["roof"]
    flat = " ".join(f"{x} {y}" for x, y, _ in [*points, points[0]])
    both = gml.multi_surface(
        gml.raw_polygon(f'<gml:posList srsDimension="2">{flat}</gml:posList>'), gml.polygon(points), lod=1
    )
    city = read(tmp_path, gml.building("b", both))
    heights = city.vertices[:, 2].tolist()
    assert heights == [0.0] * 4 + [gml.HEIGHT + 6] * 4
    assert city.surfaces.area.tolist() == [80, 80]
    assert codes(city) == QUIET | {1007: 1}


def test_orientable_surface_turns_the_face_of_a_solid(tmp_path: Path) -> None:
    """A wall shared by a building and its part: the part uses it turned round."""
    left, right = gml.box_faces(), gml.box_faces(x=gml.EAST + 10)
    del right["west"]
    turned = '<gml:OrientableSurface orientation="-"><gml:baseSurface xlink:href="#shared"/></gml:OrientableSurface>'
    part = gml.building(
        "part",
        gml.solid(gml.member(turned), *(gml.member(gml.polygon(p)) for p in right.values())),
        tag="bldg:BuildingPart",
    )
    whole = gml.building(
        "b",
        gml.solid(*(gml.member(gml.polygon(p, "shared" if name == "east" else "")) for name, p in left.items())),
        f"<bldg:consistsOfBuildingPart>{part}</bldg:consistsOfBuildingPart>",
    )
    city = read(tmp_path, whole)
    assert len(city.surfaces) == 11
    assert city.solids.reversed.tolist() == [False] * 6 + [True] + [False] * 5
    np.testing.assert_allclose(solid_volumes(city), [480, 480])
    assert codes(city) == QUIET
    assert city.objects.parent.tolist() == [-1, 0]
    assert city.objects.kind.tolist() == [ObjectKind.BUILDING, ObjectKind.BUILDING_PART]


def test_orientable_surface_turns_a_polygon_that_is_in_no_solid(tmp_path: Path) -> None:
    roof = gml.polygon(gml.box_faces()["ground"], "p")
    turned = f'<gml:OrientableSurface orientation="-"><gml:baseSurface>{roof}</gml:baseSurface></gml:OrientableSurface>'
    city = read(tmp_path, gml.building("b", gml.multi_surface(turned), gml.solid(gml.link("p"))))
    assert city.surfaces.tilt.tolist() == [0.0]
    assert city.solids.reversed.tolist() == [True]


def test_boundary_surface_adopts_the_polygon_of_a_solid(tmp_path: Path) -> None:
    faces = gml.box_faces()
    inline = [gml.member(gml.polygon(points, name)) for name, points in faces.items()]
    roof = gml.surface(
        "RoofSurface",
        "r",
        f"<bldg:lod2MultiSurface><gml:MultiSurface>{gml.link('roof')}</gml:MultiSurface></bldg:lod2MultiSurface>",
    )
    city = read(tmp_path, gml.building("b", gml.solid(*inline), roof))
    assert len(city.surfaces) == 6
    assert city.surfaces.kind.tolist() == [0, SurfaceKind.ROOF, 0, 0, 0, 0]
    assert city.surfaces.id[1] == "r"


def test_surface_of_another_lod_is_copied(tmp_path: Path) -> None:
    roof = gml.polygon(gml.box_faces()["roof"], "p")
    again = f"<bldg:lod3MultiSurface><gml:MultiSurface>{gml.link('p')}</gml:MultiSurface></bldg:lod3MultiSurface>"
    city = read(tmp_path, gml.building("b", gml.surface("RoofSurface", "r", gml.multi_surface(roof), again)))
    assert city.surfaces.lod.tolist() == [20, 30]
    assert city.surfaces.area.tolist() == [80, 80]
    assert list(city.surfaces.id) == ["r", "r"]
    assert city.surfaces.feature.tolist() == [0, 0]


def test_link_to_a_composite_and_across_members(tmp_path: Path) -> None:
    faces = "".join(gml.member(gml.polygon(p)) for p in gml.box_faces().values())
    composite = f'<gml:CompositeSurface gml:id="all">{faces}</gml:CompositeSurface>'
    first = gml.building("a", gml.solid(gml.link("all")))
    second = gml.building("b", gml.multi_surface(composite))
    city = read(tmp_path, first, second)
    np.testing.assert_allclose(solid_volumes(city), [480])
    assert city.surfaces.object.tolist() == [1] * 6
    assert city.solids.object.tolist() == [0]


def test_dangling_external_and_circular_links_are_findings(tmp_path: Path) -> None:
    outside = '<gml:surfaceMember xlink:href="http://example.org/x#y"/>'
    circle = f'<gml:CompositeSurface gml:id="c">{gml.link("c")}{gml.link("c")}</gml:CompositeSurface>'
    faces = [gml.member(gml.polygon(p)) for p in gml.box_faces().values()]
    city = read(tmp_path, gml.building("b", gml.solid(*faces, gml.link("nowhere"), outside)))
    assert codes(city) == QUIET | {1005: 1, 1006: 1}
    assert dict(city.counts) == {"read": 0, "degraded": 1, "refused": 0, "total": 1}
    np.testing.assert_allclose(solid_volumes(city), [480])
    looped = read(tmp_path, gml.building("b", gml.solid(*faces, gml.member(circle))))
    np.testing.assert_allclose(solid_volumes(looped), [480])


def test_links_that_multiply_are_refused(tmp_path: Path) -> None:
    """Ten composites of which each refers forty times to the next stand for 40**10 surfaces."""
    parts = [gml.member(gml.polygon(p)) for p in gml.box_faces().values()]
    chain = [
        gml.member(f'<gml:CompositeSurface gml:id="c{i}">{gml.link(f"c{i + 1}") * 40}</gml:CompositeSurface>')
        for i in range(10)
    ]
    last = gml.member(f'<gml:CompositeSurface gml:id="c10">{"".join(parts)}</gml:CompositeSurface>')
    path = gml.write(tmp_path, gml.city(gml.building("b", gml.solid(*chain, last))))
    with pytest.raises(CityReadError, match="multiply"):
        read_city(path, limits=ReadLimits(xlink_hops=20))


def test_openings_know_their_wall(tmp_path: Path) -> None:
    x, y, z = gml.EAST, gml.NORTH, gml.HEIGHT
    window = [(x + 1, y, z + 1), (x + 2, y, z + 1), (x + 2, y, z + 2), (x + 1, y, z + 2)]
    opening = gml.element(
        "bldg:opening",
        gml.element(
            "bldg:Window",
            gml.generic("u", "1.1", "double"),
            gml.multi_surface(gml.polygon(window), lod=3),
            identifier="w",
        ),
    )
    wall = gml.surface("WallSurface", "s", gml.multi_surface(gml.polygon(gml.box_faces()["south"]), lod=3), opening)
    city = read(tmp_path, gml.building("b", wall))
    assert city.surfaces.kind.tolist() == [SurfaceKind.WALL, SurfaceKind.WINDOW]
    assert city.surfaces.parent.tolist() == [-1, 0]
    assert city.surfaces.attributes["u"].values.tolist()[1] == 1.1
    assert city.surfaces.attributes["u"].mask.tolist() == [True, False]


def test_installation(tmp_path: Path) -> None:
    balcony = gml.polygon(gml.box_faces(dz=0.2)["roof"])
    geometry = f"<bldg:lod2Geometry><gml:MultiSurface>{gml.member(balcony)}</gml:MultiSurface></bldg:lod2Geometry>"
    inner = gml.element("bldg:BuildingInstallation", "<bldg:function>1000</bldg:function>", geometry, identifier="i")
    city = read(tmp_path, gml.building("b", gml.element("bldg:outerBuildingInstallation", inner)))
    assert city.surfaces.kind.tolist() == [SurfaceKind.INSTALLATION]
    assert city.surfaces.id[0] == "i"


def test_attributes_of_every_type_and_place(tmp_path: Path) -> None:
    address = (
        "<bldg:address><core:Address><core:xalAddress><xAL:AddressDetails><xAL:Country><xAL:CountryName>Finland"
        "</xAL:CountryName><xAL:Locality><xAL:LocalityName>Helsinki &amp; Espoo</xAL:LocalityName></xAL:Locality>"
        "</xAL:Country></xAL:AddressDetails></core:xalAddress></core:Address></bldg:address>"
    )
    reference = (
        "<core:externalReference><core:informationSystem>register</core:informationSystem><core:externalObject>"
        "<core:name>42</core:name></core:externalObject></core:externalReference>"
    )
    content = [
        "<gml:name>House</gml:name>",
        reference,
        gml.generic("code", "039"),
        gml.generic("floors", "4", "int"),
        gml.generic("area", "1200.5", "double"),
        gml.generic("when", "2019-08-22", "date"),
        gml.generic("page", "http://example.org/", "uri"),
        gml.generic("width", "3.5", "measure", "m"),
        gml.generic("nothing", ""),
        f'<gen:genericAttributeSet name="set">{gml.generic("inner", "7", "int")}</gen:genericAttributeSet>',
        "<bldg:function>1000</bldg:function><bldg:function>2000</bldg:function>",
        "<bldg:yearOfConstruction>1974</bldg:yearOfConstruction>",
        '<bldg:measuredHeight uom="urn:adv:uom:m">23.4</bldg:measuredHeight>',
        address,
    ]
    attributes = read(tmp_path, gml.box("b", *content)).objects.attributes
    values = {
        name: (column.values[0], column.unit, column.place) for name in attributes if (column := attributes[name])
    }
    assert values == {
        "name": ("House", "", "core"),
        "externalReference.informationSystem": ("register", "", "core"),
        "externalReference.name": ("42", "", "core"),
        "code": ("039", "", "generic"),
        "floors": (4, "", "generic"),
        "area": (1200.5, "", "generic"),
        "when": ("2019-08-22", "", "generic"),
        "page": ("http://example.org/", "", "generic"),
        "width": (3.5, "m", "generic"),
        "nothing": ("", "", "generic"),
        "inner": (7, "", "set:set"),
        "function": ("1000", "", "core"),
        "yearOfConstruction": (1974, "", "core"),
        "measuredHeight": (23.4, "urn:adv:uom:m", "core"),
        "CountryName": ("Finland", "", "address"),
        "LocalityName": ("Helsinki & Espoo", "", "address"),
    }
    assert attributes["nothing"].mask.tolist() == [True]
    assert attributes["function"].repeats == 1


def test_what_is_not_understood_is_kept_with_its_place(tmp_path: Path) -> None:
    wall = gml.surface(
        "WallSurface", "w", gml.multi_surface(gml.polygon(gml.box_faces()["south"])), "<ade:colour>red</ade:colour>"
    )
    mast = '<ade:Mast gml:id="m"><ade:height>9</ade:height></ade:Mast>'
    city = read(tmp_path, gml.building("b", wall, "<ade:owner>City</ade:owner>"), mast)
    assert list(city.extras.place) == ["#w/ade:colour", "ade:owner", "ade:Mast"]
    assert city.extras.object.tolist() == [0, 0, 1]
    assert 'xmlns:ade="http://example.org/ade"' in city.extras.content[0]
    assert ">red</ade:colour>" in city.extras.content[0]
    assert city.objects.kind.tolist() == [ObjectKind.BUILDING, ObjectKind.OTHER]
    assert dict(city.counts) == {"read": 1, "degraded": 1, "refused": 0, "total": 2}
    assert codes(city) == QUIET | {1004: 1}


def test_homonyms_of_an_extension_do_not_leak_in(tmp_path: Path) -> None:
    city = read(tmp_path, gml.box("b", "<ade:measuredHeight>99</ade:measuredHeight>", "<ade:boundedBy/>"))
    assert "measuredHeight" not in city.objects.attributes
    assert len(city.surfaces) == 6


def test_feature_member_and_default_namespace(tmp_path: Path) -> None:
    text = gml.city(gml.box("b")).replace("core:cityObjectMember", "gml:featureMember")
    text = text.replace("<bldg:", "<").replace("</bldg:", "</").replace("xmlns:bldg=", "xmlns=")
    assert read_city(gml.write(tmp_path, text)).n_buildings == 1


def test_defects_of_rings(tmp_path: Path) -> None:
    roof = gml.box_faces()["roof"]
    numbers = " ".join(repr(v) for p in roof for v in p)
    unclosed = gml.raw_polygon(f"<gml:posList>{numbers}</gml:posList>", "unclosed")
    twice = gml.polygon([roof[0], roof[0], *roof[1:]], "twice")
    line = gml.polygon(roof[:2], "line")
    short_hole = gml.polygon(roof, "hole", holes=[roof[:2]])
    empty = gml.raw_polygon("<gml:posList/>", "empty")
    city = read(tmp_path, gml.building("b", gml.multi_surface(unclosed, twice, line, short_hole, empty)))
    assert list(city.surfaces.polygon_id) == ["unclosed", "twice", "hole"]
    np.testing.assert_allclose(city.surfaces.area, 80)
    assert np.diff(city.rings.ring_vertices).tolist() == [4, 4, 4]
    rows = city.findings.to_pandas().query("code < 1000")[["code", "surface_id", "action"]].to_numpy().tolist()
    assert rows == [
        [103, "unclosed", "healed"],
        [102, "twice", "healed"],
        [101, "hole", "healed"],
        [101, "line", "degraded"],
        [101, "empty", "degraded"],
    ]
    assert city.counts["degraded"] == 1


def test_solid_forgets_a_polygon_that_is_dropped(tmp_path: Path) -> None:
    faces = list(gml.box_faces().values())
    members = [gml.member(gml.polygon(p)) for p in [faces[0][:2], *faces]]
    city = read(tmp_path, gml.building("b", gml.solid(*members)))
    np.testing.assert_allclose(solid_volumes(city), [480])
    assert city.surfaces.solid.tolist() == [0] * 6


def test_buildings_without_geometry_or_identifier(tmp_path: Path) -> None:
    nameless = gml.box("b").replace(' gml:id="b"', "", 1)
    parent = gml.building(
        "p",
        gml.element("bldg:consistsOfBuildingPart", gml.box("q").replace("bldg:Building", "bldg:BuildingPart")),
    )
    city = read(tmp_path, gml.building("bare"), nameless, parent)
    assert list(city.objects.id) == ["bare", "object-2", "p", "q"]
    assert dict(city.counts) == {"read": 2, "degraded": 1, "refused": 0, "total": 3}
    assert codes(city) == QUIET | {1002: 1, 1003: 1}


def test_repeated_identifiers(tmp_path: Path) -> None:
    city = read(tmp_path, gml.box("b"), gml.box("b", x=gml.EAST + 50))
    assert city.findings.object_id[city.findings.code == 1001].tolist() == ["b"]
    np.testing.assert_allclose(solid_volumes(city), [480, 480])
    assert city.surfaces.solid.tolist() == [0] * 6 + [1] * 6


def test_lods_are_kept_apart_and_filtered(tmp_path: Path) -> None:
    roof = gml.polygon(gml.box_faces()["roof"])
    foot = f"<bldg:lod0FootPrint><gml:MultiSurface>{gml.member(roof)}</gml:MultiSurface></bldg:lod0FootPrint>"
    edge = foot.replace("FootPrint", "RoofEdge")
    content = gml.building("b", foot, edge, gml.multi_surface(roof, lod=1), gml.multi_surface(roof, lod=3))
    assert read(tmp_path, content).surfaces.lod.tolist() == [0, 0, 10, 30]
    assert read(tmp_path, content).surfaces.attributes["lod0"].as_text().tolist() == ["", "RoofEdge", "", ""]
    assert read(tmp_path, content, lod=1).surfaces.lod.tolist() == [10]
    assert read(tmp_path, content, lod=[0, "3"]).surfaces.lod.tolist() == [0, 0, 30]
    assert read(tmp_path, content, lod=2).counts["degraded"] == 1


def test_curves_are_kept_as_written(tmp_path: Path) -> None:
    curve = "<gml:MultiCurve><gml:curveMember/></gml:MultiCurve>"
    city = read(
        tmp_path,
        gml.box(
            "b",
            f"<bldg:lod2TerrainIntersection>{curve}</bldg:lod2TerrainIntersection>",
            "<bldg:lod2Geometry><gml:Point/></bldg:lod2Geometry>",
        ),
    )
    assert list(city.extras.place) == ["bldg:lod2TerrainIntersection", "bldg:lod2Geometry"]
    assert codes(city) == QUIET | {1008: 1}


def test_triangulated_surface(tmp_path: Path) -> None:
    roof = gml.box_faces()["roof"]
    triangles = "".join(
        f"<gml:Triangle><gml:exterior>{gml.ring(points)}</gml:exterior></gml:Triangle>"
        for points in (roof[:3], [roof[0], *roof[2:]])
    )
    tin = gml.element("gml:TriangulatedSurface", gml.element("gml:trianglePatches", triangles), identifier="tin")
    city = read(tmp_path, gml.building("b", gml.multi_surface(tin)))
    assert city.surfaces.area.tolist() == [40, 40]


def test_limits(tmp_path: Path) -> None:
    city = read(tmp_path, gml.box("b"), gml.box("c", x=gml.EAST + 50), limits=ReadLimits(object_vertices=20))
    assert codes(city) == {1003: 2, 1012: 2, 1207: 1}
    assert city.counts["degraded"] == 2
    with pytest.raises(CityReadError, match=r"a ring of 4 points|a ring of 5 points"):
        read(tmp_path, gml.box("b"), limits=ReadLimits(ring_points=3))
    few = read(
        tmp_path, gml.building("b"), gml.building("c"), gml.box("d"), limits=ReadLimits(findings=1, extras_bytes=10)
    )
    assert 1010 in codes(few)
    left_out = read(tmp_path, gml.box("d", "<ade:a>1</ade:a>"), limits=ReadLimits(extras_bytes=10))
    assert codes(left_out) == QUIET | {1009: 1}
    assert len(left_out.extras) == 0


def test_mojibake_is_flagged_and_kept(tmp_path: Path) -> None:
    twice = "Sörnäinen".encode().decode("latin-1")
    city = read(tmp_path, gml.box("b", gml.generic("place", twice)))
    assert codes(city) == QUIET | {1011: 1}
    assert city.objects.attributes["place"].values[0] == twice


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    path = gml.write(tmp_path, gml.city(*(gml.box(f"b{i}") for i in range(200))))
    read_city(path, progress=lambda done, total: seen.append((done, total)))
    size = path.stat().st_size
    assert seen[-1] == (size, size)
    assert len(seen) >= 2
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
