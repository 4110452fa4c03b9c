"""What a document holds, counted in the plainest way, against what was read of it: nothing may be silently gone."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from lxml import etree

from citytwin.model.city import CityModel

POLYGONS = ("Polygon", "PolygonPatch", "Triangle", "Rectangle")
MEMBERS = ("cityObjectMember", "featureMember")
GML = ("http://www.opengis.net/gml", "http://www.opengis.net/gml/3.2")
CITYGML = "http://www.opengis.net/citygml/"
HREF = "{http://www.w3.org/1999/xlink}href"
IN_EXTRAS = re.compile(r"<(?:[\w.-]+:)?(?:Polygon|PolygonPatch|Triangle|Rectangle)[\s/>]")
OUT_OF_PLACE = re.compile(r"(\d+) polygons stand where the schema has none")
LEFT_OUT = 101
"""Code of polygons and holes that have too few points."""


def count_citygml(data: bytes) -> Counter[str]:
    """Objects, polygons and links of a well-formed CityGML document; ``gml:boundedBy`` holds none."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(data, parser)
    found: Counter[str] = Counter()
    for bounds in [child for space in GML for child in root.iter(f"{{{space}}}boundedBy")]:
        bounds.clear()
    for element in root.iter("*"):
        space, _, name = element.tag[1:].rpartition("}")
        if element.getparent() is root and name in MEMBERS and space.startswith((*GML, CITYGML)):
            found["objects"] += len(element)
        elif space in GML and name in POLYGONS:
            found["polygons"] += 1
        found["links"] += HREF in element.attrib
    return found


def check_citygml(data: bytes, city: CityModel) -> None:
    """Fail where an object or a polygon of the document is neither in the city, nor in its extras, nor reported."""
    there = count_citygml(data)
    assert city.counts["total"] == there["objects"], f"{city.counts} of {there['objects']} objects"
    extras = sum(len(IN_EXTRAS.findall(content)) for content in city.extras.content)
    reported = int((city.recorded.code == LEFT_OUT).sum())
    reported += sum(int(match[1]) for text in city.recorded.message if (match := OUT_OF_PLACE.match(text)))
    have = len(city.surfaces) + extras
    assert have + reported >= there["polygons"], f"{have} and {reported} reported of {there['polygons']} polygons"
    if not there["links"]:
        assert len(city.surfaces) <= there["polygons"], f"{len(city.surfaces)} of {there['polygons']} polygons"


def documents(data: bytes) -> Iterator[dict[str, Any]]:
    """The CityJSON documents of a file."""
    text = data.decode("utf-8-sig")
    decoder = json.JSONDecoder()
    place = 0
    while rest := text[place:].lstrip(" \t\r\n"):
        document, length = decoder.raw_decode(rest)
        yield document
        place = len(text) - len(rest) + length


def count_cityjson(data: bytes) -> Counter[str]:
    """Objects and polygons of a CityJSON document or sequence."""
    found: Counter[str] = Counter()
    for document in documents(data):
        objects = document.get("CityObjects") or {}
        children = {child for item in objects.values() for child in item.get("children") or ()}
        for identifier, item in objects.items():
            found["all"] += 1
            found["objects"] += not item.get("parents") and identifier not in children
            for geometry in item.get("geometry") or ():
                found["polygons"] += count_boundaries(geometry)
    return found


def count_boundaries(geometry: dict[str, Any]) -> int:
    """Polygons of a geometry."""
    levels = {"MultiSurface": 0, "CompositeSurface": 0, "Solid": 1, "MultiSolid": 2, "CompositeSolid": 2}
    surfaces = geometry.get("boundaries") or []
    if geometry.get("type") not in levels:
        return 0
    for _ in range(levels[geometry["type"]]):
        surfaces = [part for whole in surfaces for part in whole]
    return len(surfaces)


def check_cityjson(data: bytes, city: CityModel) -> None:
    """Fail where an object or a polygon of the document is neither in the city, nor in its extras, nor reported."""
    there = count_cityjson(data)
    assert city.counts["total"] >= there["objects"], f"{city.counts} of {there['objects']} objects"
    extras = sum(
        count_extra(place, content) for place, content in zip(city.extras.place, city.extras.content, strict=True)
    )
    reported = int((city.recorded.code == LEFT_OUT).sum())
    have = len(city.surfaces) + extras
    assert have + reported >= there["polygons"], f"{have} and {reported} reported of {there['polygons']} polygons"
    assert have <= there["polygons"], f"{have} of {there['polygons']} polygons"


def count_extra(place: str, content: str) -> int:
    """Polygons in an extra of a CityJSON."""
    value = json.loads(content)
    if not isinstance(value, dict):
        return 0
    geometries = [value] if place.startswith("geometry.") else value.get("geometry") or []
    return sum(count_boundaries(geometry) for geometry in geometries if isinstance(geometry, dict))


def check_geojson(data: bytes, city: CityModel) -> None:
    """Fail where a feature is neither an object of the city nor counted as refused."""
    (document,) = documents(data)
    features = [document] if document["type"] == "Feature" else document["features"]
    have = len(city.objects) + city.counts["refused"]
    assert have == len(features), f"{have} of {len(features)} features"
