"""Sound documents that damage is done to: small, and together of everything the readers know."""

from __future__ import annotations

import json
from typing import NamedTuple

from tests.hostile.corpus_geojson import collection, feature, square
from tests.io import cj, gml
from tests.io.gml import EAST, NORTH


class Seeds(NamedTuple):
    """Documents of one format and the name of a file of it."""

    file_name: str
    documents: list[bytes]


def _citygml() -> list[bytes]:
    faces = gml.box_faces()
    south, roof = gml.polygon(faces["south"], "s"), gml.polygon(faces["roof"], "r")
    hole = [(x * 0.5 + gml.EAST * 0.5 + 1, y, z * 0.5 + 3) for x, y, z in reversed(faces["south"])]
    window = gml.element("bldg:opening", gml.element("bldg:Window", gml.multi_surface(gml.polygon(hole), lod=3)))
    wall = gml.surface("WallSurface", "w", gml.multi_surface(gml.polygon(faces["south"], "s", [hole]), lod=3), window)
    sets = f'<gen:genericAttributeSet name="g">{gml.generic("n", "1", "int")}</gen:genericAttributeSet>'
    core = (
        "<gml:name>A &amp; B</gml:name><core:creationDate>2020-01-01</core:creationDate>"
        '<bldg:function codeSpace="c">1000</bldg:function>'
        "<bldg:yearOfConstruction>1970</bldg:yearOfConstruction>"
        '<bldg:measuredHeight uom="m">6.0</bldg:measuredHeight>'
    )
    address = (
        "<bldg:address><core:Address><core:xalAddress><xAL:AddressDetails><xAL:Country><xAL:CountryName>FI"
        "</xAL:CountryName></xAL:Country></xAL:AddressDetails></core:xalAddress></core:Address></bldg:address>"
    )
    outside = (
        "<core:externalReference><core:informationSystem>urn:x</core:informationSystem><core:externalObject>"
        "<core:name>7</core:name></core:externalObject></core:externalReference>"
    )
    part = gml.element("bldg:consistsOfBuildingPart", gml.box("p", x=gml.EAST + 20).replace(
        "bldg:Building ", "bldg:BuildingPart ").replace("/bldg:Building>", "/bldg:BuildingPart>"))  # fmt: skip
    turned = gml.member(
        '<gml:OrientableSurface orientation="-"><gml:baseSurface xlink:href="#r"/></gml:OrientableSurface>'
    )
    composite = gml.member(gml.element("gml:CompositeSurface", gml.member(roof), gml.link("s"), identifier="c"))
    points = "".join(f"<gml:pos>{' '.join(map(str, point))}</gml:pos>" for point in [*faces["roof"], faces["roof"][0]])
    ground = gml.element(
        "bldg:lod0FootPrint", gml.element("gml:MultiSurface", gml.member(gml.raw_polygon(points, "f")))
    )
    tree = '<veg:SolitaryVegetationObject gml:id="t"><gml:name>x</gml:name></veg:SolitaryVegetationObject>'
    implicit = (
        "<bldg:outerBuildingInstallation><bldg:BuildingInstallation><bldg:lod2Geometry>"
        f"{gml.element('gml:MultiSurface', gml.member(south))}</bldg:lod2Geometry></bldg:BuildingInstallation>"
        "</bldg:outerBuildingInstallation>"
    )
    documents = [
        gml.city(gml.box("b", gml.generic("n", "1", "int"), "<ade:x a='1'>1</ade:x>")),
        gml.city(
            gml.box("b", core, sets, address), gml.box("c", gml.generic("w", "3.5", "measure", "m"), x=gml.EAST + 30)
        ),
        gml.city(gml.building("b", core, outside, ground, wall, part), tree),
        gml.city(gml.building("b", gml.multi_surface(south), gml.solid(composite, turned), implicit)),
        gml.city(
            gml.building("b", gml.solid(*map(gml.member, map(gml.polygon, faces.values())), lod=1)), version="1.0"
        ),
    ]
    return [document.encode() for document in documents]


def _cityjson() -> list[bytes]:
    box = cj.box(
        "b", attributes={"n": 1, "name": "Töölö", "list": [1, 2], "set": {"a": True}, "w": {"value": 1, "uom": "m"}}
    )
    part = cj.box("p")["CityObjects"]["p"] | {"type": "BuildingPart", "parents": ["b"]}
    box["CityObjects"]["b"] |= {"children": ["p"], "address": [{"Country": "FI"}]}
    box["CityObjects"]["p"] = part
    bare = cj.box("b")
    geometry = bare["CityObjects"]["b"]["geometry"][0]
    shell = {"type": "MultiSurface", "lod": "1", "boundaries": geometry["boundaries"][0]}
    many = {"type": "MultiSolid", "lod": "2", "boundaries": [geometry["boundaries"]]}
    bare["CityObjects"]["b"]["geometry"] = [shell, many]
    bare["CityObjects"]["t"] = {"type": "SolitaryVegetationObject", "geometry": [shell]}
    bare |= {"version": "1.1", "appearance": {"materials": [{"name": "m"}]}}
    head = {name: value for name, value in box.items() if name not in ("CityObjects", "vertices")}
    lines: list[object] = [head | {"CityObjects": {}, "vertices": []}]
    for name in ("a", "b", "c"):
        one = cj.box(name)
        lines.append(
            {"type": "CityJSONFeature", "id": name, "CityObjects": one["CityObjects"], "vertices": one["vertices"]}
        )
    sequence = "\n".join(map(json.dumps, lines))
    return [json.dumps(box).encode(), json.dumps(bare).encode(), sequence.encode()]


def _geojson() -> list[bytes]:
    hole = [[x + 2, y + 2] for x, y in reversed(square(size=4))]
    shapes = [
        feature(id="a", name="Töölö"),
        feature([square(20), hole], storeys=3, height=None),
        feature([[square(40)], [square(60)]], "MultiPolygon", tags={"a": 1}, list=[1, 2]),
        feature([EAST, NORTH], "Point"),
    ]
    part = feature([square(size=5)], **{"building:part": "yes", "height": 9})
    degrees = [[24.95, 60.17], [24.9502, 60.17], [24.9502, 60.1701], [24.95, 60.17]]
    alone = {"type": "FeatureCollection", "features": [feature([degrees], height=4)]}
    return [json.dumps(document).encode() for document in (collection(*shapes), collection(feature(), part), alone)]


SEEDS = {
    "citygml": Seeds("mutant.gml", _citygml()),
    "cityjson": Seeds("mutant.json", _cityjson()),
    "geojson": Seeds("mutant.geojson", _geojson()),
}
