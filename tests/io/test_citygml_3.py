"""CityGML 3.0: spaces and boundaries, storeys and units, heights, generic attributes, and the twin in CityJSON."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from citytwin.io import read_city
from citytwin.model.city import CityModel
from citytwin.model.enums import SurfaceKind
from citytwin.model.validity import solid_volumes
from tests.io import gml
from tests.io.both_readers import attributes, codes, kinds, read, read_file, surface_kinds

KIND = {"ground": "GroundSurface", "roof": "RoofSurface"}


def boundary(kind: str, identifier: str, *content: str) -> str:
    return gml.element("core:boundary", gml.element(f"con:{kind}", *content, identifier=identifier))


def multi_surface(*polygons: str, lod: int = 2) -> str:
    return gml.multi_surface(*polygons, lod=lod).replace("bldg:", "core:")


def box(identifier: str, *properties: str) -> str:
    """A building with six boundaries and a solid of a shell that refers to their polygons."""
    faces = gml.box_faces()
    boundaries = [
        boundary(
            KIND.get(name, "WallSurface"),
            f"{identifier}_{name}",
            multi_surface(gml.polygon(p, f"{identifier}_{name}_p")),
        )
        for name, p in faces.items()
    ]
    links = "".join(gml.link(f"{identifier}_{name}_p") for name in faces)
    shell = f"<gml:Solid><gml:exterior><gml:Shell>{links}</gml:Shell></gml:exterior></gml:Solid>"
    return gml.building(identifier, *boundaries, gml.element("core:lod2Solid", shell), *properties)


def generic(kind: str, name: str, value: str, attribute: str = "") -> str:
    content = f"<gen:name>{name}</gen:name><gen:value{attribute}>{value}</gen:value>"
    return gml.element("core:genericAttribute", gml.element(f"gen:{kind}Attribute", content))


def test_box(tmp_path: Path) -> None:
    city = read(tmp_path, box("b"), version="3.0")
    assert codes(city) == {}
    assert dict(city.counts) == {"read": 1, "degraded": 0, "refused": 0, "total": 1}
    assert list(city.objects.id) == ["b"]
    assert surface_kinds(city) == ["ground", "roof", *["wall"] * 4]
    assert list(city.surfaces.polygon_id) == [f"b_{name}_p" for name in gml.box_faces()]
    assert city.surfaces.lod.tolist() == [20] * 6
    np.testing.assert_allclose(solid_volumes(city), [480], rtol=1e-12)


def test_windows_and_doors_are_in_their_wall(tmp_path: Path) -> None:
    x, y, z = gml.EAST, gml.NORTH, gml.HEIGHT
    hole = [(x + 1, y, z + 1), (x + 2, y, z + 1), (x + 2, y, z + 2), (x + 1, y, z + 2)]
    fillings = "".join(
        gml.element(
            "con:fillingSurface",
            gml.element(f"con:{kind}Surface", multi_surface(gml.polygon(hole), lod=3), identifier=kind),
        )
        for kind in ("Window", "Door")
    )
    wall = multi_surface(gml.polygon(gml.box_faces()["south"]), lod=3)
    city = read(tmp_path, gml.building("b", boundary("WallSurface", "w", wall, fillings)), version="3.0")
    assert surface_kinds(city) == ["wall", "window", "door"]
    assert city.surfaces.parent.tolist() == [-1, 0, 0]


def test_closure_surface_is_of_the_core(tmp_path: Path) -> None:
    closure = gml.element("core:ClosureSurface", multi_surface(gml.polygon(gml.box_faces()["roof"])))
    city = read(tmp_path, gml.building("b", gml.element("core:boundary", closure)), version="3.0")
    assert surface_kinds(city) == ["closure"]


def test_storeys_units_and_rooms_are_objects_of_their_building(tmp_path: Path) -> None:
    solid = gml.solid(*(gml.member(gml.polygon(p)) for p in gml.box_faces().values())).replace("bldg:", "core:")
    room = gml.element("bldg:buildingRoom", gml.element("bldg:BuildingRoom", solid, identifier="room"))
    storey = gml.element(
        "bldg:Storey",
        "<bldg:class>1</bldg:class>",
        "<bldg:sortKey>1.0</bldg:sortKey>",
        '<bldg:buildingRoom xlink:href="#room"/>',
        identifier="storey",
    )
    unit = gml.element("bldg:BuildingUnit", "<bldg:usage>flat</bldg:usage>", identifier="unit")
    part = gml.element("bldg:buildingPart", gml.element("bldg:BuildingPart", identifier="part"))
    divisions = "".join(gml.element("bldg:buildingSubdivision", division) for division in (storey, unit))
    city = read(tmp_path, box("b", room, divisions, part), version="3.0")
    assert kinds(city) == ["building", "building_room", "storey", "building_unit", "building_part"]
    assert city.objects.parent.tolist() == [-1, 0, 0, 0, 0]
    assert city.n_buildings == 1
    assert attributes(city, 2) == [("class", "1", "code", "", "core"), ("sortKey", "1.0", "double", "", "core")]
    assert list(city.extras.place) == ["bldg:buildingRoom"]
    assert city.surfaces.object.tolist() == [0] * 6 + [1] * 6
    assert city.active.tolist() == [0, 1, 2, 3, 4, 5]


def test_attributes(tmp_path: Path) -> None:
    height = (
        "<con:height><con:Height><con:highReference>{}</con:highReference>"
        "<con:lowReference>lowestGroundPoint</con:lowReference><con:status>measured</con:status>"
        '<con:value uom="m">{}</con:value></con:Height></con:height>'
    )
    content = [
        "<gml:description>A house</gml:description>",
        '<gml:name codeSpace="http://example.org/names">House</gml:name>',
        "<core:creationDate>2020-01-01T00:00:00</core:creationDate>",
        "<core:validFrom>1974-05-01T00:00:00</core:validFrom>",
        "<core:externalReference><core:ExternalReference><core:targetResource>urn:x</core:targetResource>"
        "</core:ExternalReference></core:externalReference>",
        '<core:volume><core:QualifiedVolume><core:volume uom="m3">480</core:volume>'
        '<core:typeOfVolume codeSpace="c">gross</core:typeOfVolume></core:QualifiedVolume></core:volume>',
        "<con:dateOfConstruction>1974-05-01</con:dateOfConstruction>",
        height.format("highestRoofEdge", "11.0"),
        height.format("lowestEave", "6.5"),
        "<bldg:roofType>1030</bldg:roofType>",
        "<bldg:storeysAboveGround>2</bldg:storeysAboveGround>",
    ]
    city = read(tmp_path, box("b", *content), version="3.0")
    references = [
        ("height.highReference", "highestRoofEdge", "string", "", "core"),
        ("height.lowReference", "lowestGroundPoint", "string", "", "core"),
        ("height.status", "measured", "string", "", "core"),
    ]
    assert attributes(city) == [
        ("description", "A house", "string", "", "core"),
        ("name", "House", "string", "http://example.org/names", "core"),
        ("creationDate", "2020-01-01T00:00:00", "date", "", "core"),
        ("validFrom", "1974-05-01T00:00:00", "date", "", "core"),
        ("externalReference.targetResource", "urn:x", "string", "", "core"),
        ("volume.volume", "480", "measure", "m3", "core"),
        ("volume.typeOfVolume", "gross", "code", "c", "core"),
        ("dateOfConstruction", "1974-05-01", "date", "", "core"),
        ("measuredHeight", "11.0", "measure", "m", "core"),
        *references,
        ("height", "6.5", "measure", "m", "core"),
        ("height.highReference", "lowestEave", "string", "", "core"),
        *references[1:],
        ("roofType", "1030", "code", "", "core"),
        ("storeysAboveGround", "2", "int", "", "core"),
    ]
    assert city.buildings().year_built.tolist() == [1974]
    assert codes(city) == {}


def test_generic_attributes_of_every_kind(tmp_path: Path) -> None:
    inner = generic("Int", "floors", "4").replace("core:genericAttribute", "gen:genericAttribute")
    group = gml.element(
        "core:genericAttribute", gml.element("gen:GenericAttributeSet", "<gen:name>register</gen:name>", inner)
    )
    content = [
        generic("String", "code", "039"),
        generic("Int", "count", "3"),
        generic("Double", "share", "0.5"),
        generic("Date", "when", "2020-02-03"),
        generic("Uri", "page", "http://example.org/"),
        generic("Measure", "width", "3.5", ' uom="m"'),
        generic("Code", "use", "A1", ' codeSpace="uses.xml"'),
        group,
    ]
    assert attributes(read(tmp_path, box("b", *content), version="3.0")) == [
        ("code", "039", "string", "", "generic"),
        ("count", "3", "int", "", "generic"),
        ("share", "0.5", "double", "", "generic"),
        ("when", "2020-02-03", "date", "", "generic"),
        ("page", "http://example.org/", "uri", "", "generic"),
        ("width", "3.5", "measure", "m", "generic"),
        ("use", "A1", "code", "uses.xml", "generic"),
        ("floors", "4", "int", "", "set:register"),
    ]


def test_address_has_the_words_of_the_older_version(tmp_path: Path) -> None:
    address = (
        "<bldg:address><core:Address><core:xalAddress><xAL:Address>"
        "<xAL:Country><xAL:NameElement>Finland</xAL:NameElement></xAL:Country>"
        "<xAL:Locality><xAL:NameElement>Helsinki</xAL:NameElement></xAL:Locality>"
        "<xAL:Thoroughfare><xAL:NameElement>Katu</xAL:NameElement><xAL:Number>7</xAL:Number></xAL:Thoroughfare>"
        "<xAL:PostCode><xAL:Identifier>00100</xAL:Identifier></xAL:PostCode>"
        "</xAL:Address></core:xalAddress></core:Address></bldg:address>"
    )
    assert [entry[:2] for entry in attributes(read(tmp_path, box("b", address), version="3.0"))] == [
        ("CountryName", "Finland"),
        ("LocalityName", "Helsinki"),
        ("ThoroughfareName", "Katu"),
        ("ThoroughfareNumber", "7"),
        ("PostalCodeNumber", "00100"),
    ]


def test_road_of_sections_and_spaces(tmp_path: Path) -> None:
    area = gml.element(
        "tran:TrafficArea",
        "<tran:function>1</tran:function>",
        multi_surface(gml.polygon(gml.box_faces()["ground"])),
        identifier="area",
    )
    space = gml.element("tran:trafficSpace", gml.element("tran:TrafficSpace", gml.element("core:boundary", area)))
    road = gml.element("tran:Road", gml.element("tran:section", gml.element("tran:Section", space)), identifier="road")
    city = read(tmp_path, box("b"), road, version="3.0")
    assert kinds(city) == ["building", "road"]
    table = city.surfaces.feature_attributes
    assert [entry.value for row in range(6, table.n) for entry in table.entries(row)] == [
        "Section",
        "TrafficSpace",
        "TrafficArea",
        "1",
    ]
    assert city.surfaces.id[6] == "area"
    assert (city.surfaces.object[6], city.surfaces.kind[6]) == (1, SurfaceKind.UNKNOWN)


def test_other_construction(tmp_path: Path) -> None:
    pylon = gml.element("con:OtherConstruction", multi_surface(gml.polygon(gml.box_faces()["roof"])), identifier="o")
    assert kinds(read(tmp_path, box("b"), pylon, version="3.0")) == ["building", "other_construction"]


def values(city: CityModel, names: set[str]) -> list[dict[str, str]]:
    """Attributes of each object by name, numbers without trailing zeros."""
    rows = []
    for row in range(len(city.objects)):
        entries = city.objects.attributes.entries(row)
        rows.append({e.name: e.value.removesuffix(".0") for e in entries if e.name in names})
    return rows


def test_twin_in_cityjson(test_data: Path) -> None:
    """The same hundred buildings of citygml4j in two formats: ids, surfaces, coordinates to 1 mm, attributes."""
    data = test_data / "data"
    ours = read_file(data / "citygml/citygml3/lod2_buildings_v3.gml", crs="local")
    twin = read_city(data / "cityjson/citygml4j/lod2_buildings_v2.json", crs="local")
    assert list(ours.objects.id) == list(twin.objects.id)
    assert (len(ours.surfaces), len(ours.solids)) == (700, 100)
    assert list(ours.surfaces.id) == list(twin.surfaces.id)
    assert ours.surfaces.kind.tolist() == twin.surfaces.kind.tolist()
    np.testing.assert_array_equal(ours.rings.ring_vertices, twin.rings.ring_vertices)
    np.testing.assert_allclose(ours.vertices + ours.origin, twin.vertices + twin.origin, rtol=0, atol=1e-3)
    np.testing.assert_allclose(solid_volumes(ours), solid_volumes(twin), rtol=1e-9)
    names = set(twin.objects.attributes.keys)
    assert values(ours, names) == values(twin, names)
    assert set(ours.objects.attributes.keys) - names == {
        "height.highReference",
        "height.lowReference",
        "height.status",
    }
