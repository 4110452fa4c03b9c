"""City objects other than buildings, interiors of buildings, and what is kept of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from citytwin.model.enums import ObjectKind
from tests.io import gml
from tests.io.both_readers import attributes, codes, feature_attributes, kinds, read, read_file, surface_kinds

ROOF = gml.polygon(gml.box_faces()["roof"], "p")


def surfaces(prefix: str, *polygons: str, lod: int = 1, name: str = "MultiSurface") -> str:
    return gml.multi_surface(*polygons, lod=lod).replace(f"bldg:lod{lod}MultiSurface", f"{prefix}:lod{lod}{name}")


GEOMETRY = {
    "brid:Bridge": surfaces("brid", ROOF),
    "tun:Tunnel": surfaces("tun", ROOF),
    "tran:Road": surfaces("tran", ROOF),
    "tran:Railway": surfaces("tran", ROOF),
    "tran:Square": surfaces("tran", ROOF),
    "tran:Track": surfaces("tran", ROOF),
    "tran:TransportationComplex": surfaces("tran", ROOF),
    "wtr:WaterBody": surfaces("wtr", ROOF),
    "veg:PlantCover": surfaces("veg", ROOF),
    "veg:SolitaryVegetationObject": surfaces("veg", ROOF, name="Geometry"),
    "luse:LandUse": surfaces("luse", ROOF),
    "frn:CityFurniture": surfaces("frn", ROOF, name="Geometry"),
    "gen:GenericCityObject": surfaces("gen", ROOF, lod=0, name="Geometry"),
}
KINDS = {
    "brid:Bridge": ObjectKind.BRIDGE,
    "tun:Tunnel": ObjectKind.TUNNEL,
    "tran:Road": ObjectKind.ROAD,
    "tran:Railway": ObjectKind.RAILWAY,
    "tran:Square": ObjectKind.SQUARE,
    "tran:Track": ObjectKind.TRACK,
    "tran:TransportationComplex": ObjectKind.OTHER,
    "wtr:WaterBody": ObjectKind.WATER_BODY,
    "veg:PlantCover": ObjectKind.PLANT_COVER,
    "veg:SolitaryVegetationObject": ObjectKind.SOLITARY_VEGETATION,
    "luse:LandUse": ObjectKind.LAND_USE,
    "frn:CityFurniture": ObjectKind.CITY_FURNITURE,
    "gen:GenericCityObject": ObjectKind.GENERIC,
}


@pytest.mark.parametrize("tag", GEOMETRY)
def test_city_objects_with_geometry_and_attributes(tmp_path: Path, tag: str) -> None:
    prefix = tag.partition(":")[0]
    content = [
        "<gml:name>N</gml:name>",
        gml.generic("g", "1", "int"),
        f'<{prefix}:function codeSpace="f.xml">1000</{prefix}:function>',
        f"<{prefix}:function>2000</{prefix}:function>",
        GEOMETRY[tag],
    ]
    city = read(tmp_path, gml.box("b"), gml.element(tag, *content, identifier="o"))
    assert city.objects.kind.tolist() == [ObjectKind.BUILDING, KINDS[tag]]
    assert codes(city) == {}
    assert dict(city.counts) == {"read": 2, "degraded": 0, "refused": 0, "total": 2}
    lost = [("type", "TransportationComplex", "string", "", "core")] if KINDS[tag] == ObjectKind.OTHER else []
    assert attributes(city, 1) == [
        *lost,
        ("name", "N", "string", "", "core"),
        ("g", "1", "int", "", "generic"),
        ("function", "1000", "code", "f.xml", "core"),
        ("function", "2000", "code", "", "core"),
    ]
    assert city.surfaces.object.tolist() == [0] * 6 + [1]
    assert surface_kinds(city)[6] == "unknown"
    assert city.surfaces.lod[6] == (0 if prefix == "gen" else 10)
    assert city.surfaces.area[6] == pytest.approx(80)
    assert len(city.active) == 6
    assert len(city.extras) == 0


def test_bridge_with_parts_surfaces_and_constructions(tmp_path: Path) -> None:
    faces = gml.box_faces()
    wall = gml.element("brid:WallSurface", surfaces("brid", gml.polygon(faces["south"]), lod=2), identifier="w")
    pier = gml.element("brid:BridgeConstructionElement", surfaces("brid", ROOF, lod=2, name="Geometry"))
    part = gml.element("brid:BridgePart", gml.element("brid:boundedBy", wall), identifier="part")
    bridge = gml.element(
        "brid:Bridge",
        "<brid:isMovable>false</brid:isMovable>",
        gml.element("brid:outerBridgeConstruction", pier),
        gml.element("brid:consistsOfBridgePart", part),
        identifier="bridge",
    )
    city = read(tmp_path, gml.box("b"), bridge)
    assert kinds(city) == ["building", "bridge", "bridge_part"]
    assert city.objects.parent.tolist() == [-1, -1, 1]
    assert surface_kinds(city)[6:] == ["installation", "wall"]
    assert attributes(city, 1) == [("isMovable", "false", "bool", "", "core")]
    assert feature_attributes(city, 6) == [("type", "BridgeConstructionElement", "string", "")]
    assert city.buildings().id.tolist() == ["b"]


def test_traffic_areas_are_features_of_their_road(tmp_path: Path) -> None:
    areas = [
        gml.element(
            f"tran:{name[0].lower()}{name[1:]}",
            gml.element(
                f"tran:{name}", f"<tran:surfaceMaterial>{i}</tran:surfaceMaterial>", surfaces("tran", p, lod=2)
            ),
        )
        for i, (name, p) in enumerate([("TrafficArea", ROOF), ("AuxiliaryTrafficArea", gml.polygon([(0, 0, 0)]))])
    ]
    city = read(tmp_path, gml.box("b"), gml.element("tran:Road", *areas, identifier="r"))
    assert feature_attributes(city, 6) == [("type", "TrafficArea", "string", ""), ("surfaceMaterial", "0", "code", "")]
    assert feature_attributes(city, 7)[0] == ("type", "AuxiliaryTrafficArea", "string", "")
    assert city.surfaces.feature.tolist()[6:] == [6]


def test_water_body_with_a_surface(tmp_path: Path) -> None:
    surface = gml.element(
        "wtr:WaterSurface", "<wtr:waterLevel>1</wtr:waterLevel>", surfaces("wtr", ROOF, name="Surface")
    )
    city = read(tmp_path, gml.box("b"), gml.element("wtr:WaterBody", gml.element("wtr:boundedBy", surface)))
    assert feature_attributes(city, 6) == [("type", "WaterSurface", "string", ""), ("waterLevel", "1", "code", "")]


def test_vegetation(tmp_path: Path) -> None:
    leaves = (
        '<veg:species codeSpace="s.xml">1040</veg:species><veg:height uom="m">9.5</veg:height>'
        '<veg:trunkDiameter uom="m">0.3</veg:trunkDiameter><veg:crownDiameter uom="m">4</veg:crownDiameter>'
    )
    city = read(tmp_path, gml.box("b"), gml.element("veg:SolitaryVegetationObject", leaves, identifier="t"))
    assert attributes(city, 1) == [
        ("species", "1040", "code", "s.xml", "core"),
        ("height", "9.5", "measure", "m", "core"),
        ("trunkDiameter", "0.3", "measure", "m", "core"),
        ("crownDiameter", "4", "measure", "m", "core"),
    ]


def relief(*components: str) -> str:
    held = "".join(gml.element("dem:reliefComponent", component) for component in components)
    return gml.element("dem:ReliefFeature", "<dem:lod>2</dem:lod>", held, identifier="relief")


def tin(points: list[tuple[float, float, float]], lod: str = "3", name: str = "TriangulatedSurface") -> str:
    a, b, c, d = points
    triangles = "".join(
        gml.element("gml:Triangle", gml.element("gml:exterior", gml.ring(corners)))
        for corners in ((a, b, c), (a, c, d))
    )
    patches = gml.element(f"gml:{name}", gml.element("gml:trianglePatches", triangles))
    return gml.element("dem:TINRelief", f"<dem:lod>{lod}</dem:lod>", gml.element("dem:tin", patches), identifier="tin")


def test_relief(tmp_path: Path) -> None:
    points = "<dem:MassPointRelief><dem:lod>2</dem:lod><dem:reliefPoints/></dem:MassPointRelief>"
    city = read(tmp_path, gml.box("b"), relief(tin(gml.box_faces()["roof"]), points))
    assert kinds(city) == ["building", "relief"]
    assert city.surfaces.lod.tolist()[6:] == [30, 30]
    np.testing.assert_allclose(city.surfaces.area[6:], [40, 40])
    assert attributes(city, 1) == [("lod", "2", "int", "", "core")]
    assert feature_attributes(city, 6) == [("type", "TINRelief", "string", ""), ("lod", "3", "int", "")]
    assert list(city.extras.place) == ["dem:reliefPoints"]
    assert codes(city) == {}


def test_lod_of_a_relief_is_filtered(tmp_path: Path) -> None:
    faces = gml.box_faces()
    city = read(tmp_path, gml.box("b"), relief(tin(faces["roof"]), tin(faces["ground"], "1")), lod=[1, 2])
    assert city.surfaces.lod.tolist() == [20] * 6 + [10, 10]


def test_break_lines_of_a_tin_are_kept(tmp_path: Path) -> None:
    lines = "<gml:breakLines><gml:LineStringSegment/></gml:breakLines>"
    content = tin(gml.box_faces()["roof"], name="Tin").replace("<gml:Tin>", f"<gml:Tin>{lines}")
    city = read(tmp_path, gml.box("b"), relief(content))
    assert len(city.surfaces) == 8
    assert list(city.extras.place) == ["gml:breakLines"]


def test_group_names_its_members_and_holds_others(tmp_path: Path) -> None:
    group = gml.element(
        "grp:CityObjectGroup",
        "<grp:class>block</grp:class>",
        '<grp:groupMember xlink:href="#b" role="main"/>',
        gml.element("grp:groupMember", gml.box("c", x=gml.EAST + 50)),
        identifier="g",
    )
    city = read(tmp_path, gml.box("b"), group)
    assert kinds(city) == ["building", "city_object_group", "building"]
    assert city.objects.parent.tolist() == [-1, -1, -1]
    assert city.n_buildings == 2
    assert attributes(city, 1) == [
        ("class", "block", "code", "", "core"),
        ("groupMember", "#b", "uri", "", "core"),
        ("groupMember.role", "main", "string", "", "core"),
        ("groupMember", "#c", "uri", "", "core"),
    ]


def test_interior_of_a_building(tmp_path: Path) -> None:
    faces = gml.box_faces()
    door = gml.element("bldg:Door", gml.multi_surface(gml.polygon(faces["east"][:3]), lod=4), identifier="d")
    wall = gml.surface(
        "InteriorWallSurface",
        "iw",
        gml.multi_surface(gml.polygon(faces["east"]), lod=4),
        gml.element("bldg:opening", door),
    )
    table = gml.element("bldg:BuildingFurniture", surfaces("bldg", ROOF, lod=4, name="Geometry"))
    solid = gml.solid(*(gml.member(gml.polygon(p)) for p in faces.values()), lod=4)
    room = gml.element(
        "bldg:Room",
        "<bldg:class>1</bldg:class>",
        solid,
        wall,
        gml.element("bldg:interiorFurniture", table),
        identifier="room",
    )
    stairs = gml.element("bldg:IntBuildingInstallation", "<bldg:function>8</bldg:function>", identifier="stairs")
    content = [gml.element("bldg:interiorBuildingInstallation", stairs), gml.element("bldg:interiorRoom", room)]
    city = read(tmp_path, gml.box("b", *content))
    assert kinds(city) == ["building", "building_room"]
    assert city.objects.parent.tolist() == [-1, 0]
    assert surface_kinds(city)[:9] == ["unknown"] * 6 + ["interior", "door", "interior"]
    assert city.surfaces.lod.tolist() == [40] * 9 + [20] * 6
    assert feature_attributes(city, 0) == [
        ("type", "IntBuildingInstallation", "string", ""),
        ("function", "8", "code", ""),
    ]
    assert feature_attributes(city, 3) == [("type", "BuildingFurniture", "string", "")]
    assert city.surfaces.parent[7] == 6
    assert city.active.tolist() == [9, 10, 11, 12, 13, 14]
    assert codes(city) == {}


def test_references_to_parts_and_members_elsewhere_are_kept(tmp_path: Path) -> None:
    city = read(
        tmp_path, gml.box("b", '<bldg:consistsOfBuildingPart xlink:href="#part"/>', '<bldg:address xlink:href="#a"/>')
    )
    assert list(city.extras.place) == ["bldg:consistsOfBuildingPart", "bldg:address"]
    text = gml.city(gml.box("b")).replace(
        "</core:CityModel>", '<core:cityObjectMember xlink:href="other.gml#x"/></core:CityModel>'
    )
    city = read_file(gml.write(tmp_path, text))
    assert codes(city) == {1006: 1}
    assert list(city.extras.place) == ["core:cityObjectMember"]


def test_unknown_objects_and_properties_are_kept(tmp_path: Path) -> None:
    odd = '<ade:Mast gml:id="m"><ade:height>9</ade:height></ade:Mast>'
    city = read(tmp_path, gml.box("b"), gml.element("tran:Road", "<tran:lod0Network/>", "<ade:x>1</ade:x>"), odd)
    assert kinds(city) == ["building", "road", "other"]
    assert codes(city) == {1002: 1, 1004: 1}
    assert list(city.extras.place) == ["tran:lod0Network", "ade:x", "ade:Mast"]
    assert dict(city.counts) == {"read": 2, "degraded": 1, "refused": 0, "total": 3}


def test_points_of_an_address_are_kept(tmp_path: Path) -> None:
    address = (
        "<bldg:address><core:Address><core:xalAddress><xAL:AddressDetails><xAL:Country>"
        "<xAL:CountryName>Finland</xAL:CountryName></xAL:Country></xAL:AddressDetails></core:xalAddress>"
        "<core:multiPoint><gml:MultiPoint/></core:multiPoint></core:Address></bldg:address>"
    )
    city = read(tmp_path, gml.box("b", address * 2))
    assert [entry[:2] for entry in attributes(city)] == [("CountryName", "Finland")] * 2
    assert list(city.extras.place) == ["core:multiPoint"] * 2


def test_missing_textures_are_references(tmp_path: Path) -> None:
    texture = (
        "<core:appearanceMember><app:Appearance xmlns:app='http://www.opengis.net/citygml/appearance/2.0'>"
        "<app:surfaceDataMember><app:ParameterizedTexture><app:imageURI>nowhere/../x.jpg</app:imageURI>"
        "<app:target uri='#p'/></app:ParameterizedTexture></app:surfaceDataMember></app:Appearance>"
        "</core:appearanceMember>"
    )
    text = gml.city(gml.box("b")).replace("</core:CityModel>", f"{texture}</core:CityModel>")
    city = read_file(gml.write(tmp_path, text))
    assert list(city.extras.place) == ["core:appearanceMember"]
    assert "nowhere/../x.jpg" in city.extras.content[0]
    assert city.counts["degraded"] == 0
