"""Every real file counted in the plainest way: each object, polygon, ring and identifier is in the city or reported."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from citytwin.io import read_city
from citytwin.model.city import CityModel
from citytwin.model.enums import ObjectKind
from tests.hostile.count import (
    CITYGML,
    GML,
    LEFT_OUT,
    check_citygml,
    check_cityjson,
    count_citygml,
    count_cityjson,
    documents,
)

DATA = Path(os.environ.get("CITYTWIN_TEST_DATA", "nowhere")) / "data"
RING = re.compile(r"<(?:[\w.-]+:)?LinearRing[\s/>]")
BUILDINGS = ("Building", "BuildingPart")


def files(folder: str, *suffixes: str) -> list[str]:
    found = [path for path in (DATA / folder).rglob("*") if path.suffix in suffixes]
    return sorted(path.relative_to(DATA).as_posix() for path in found) or ["none"]


def read(test_data: Path, name: str) -> tuple[bytes, CityModel]:
    path = test_data / "data" / name
    return path.read_bytes(), read_city(path, crs="local")


def buildings(city: CityModel) -> Counter[str]:
    kinds = (ObjectKind.BUILDING, ObjectKind.BUILDING_PART)
    return Counter(
        identifier for identifier, kind in zip(city.objects.id, city.objects.kind, strict=True) if kind in kinds
    )


@pytest.mark.parametrize("name", files("citygml", ".gml"))
def test_citygml(test_data: Path, name: str) -> None:
    data, city = read(test_data, name)
    check_citygml(data, city)
    assert count_citygml(data)["objects"] > 0
    root = etree.fromstring(data, etree.XMLParser(huge_tree=True, remove_comments=True))
    ids = Counter()
    rings = 0
    for element in root.iter("*"):
        space, _, local = element.tag[1:].rpartition("}")
        if space.startswith(CITYGML) and local in BUILDINGS and "}" in (element.getparent().tag or ""):
            ids[next((element.get(f"{{{gml}}}id") for gml in GML if element.get(f"{{{gml}}}id")), "")] += 1
        rings += space in GML and local == "LinearRing"
    del ids[""]
    kept = Counter(re.findall(r'<(?:\w+:)?Building(?:Part)?\b[^>]*\sgml:id="([^"]*)"', "".join(city.extras.content)))
    assert not ids - buildings(city) - kept
    have = len(city.rings.ring_vertices) - 1 + sum(len(RING.findall(content)) for content in city.extras.content)
    assert have + (city.recorded.code == LEFT_OUT).sum() >= rings


@pytest.mark.parametrize("name", files("cityjson", ".json", ".jsonl"))
def test_cityjson(test_data: Path, name: str) -> None:
    data, city = read(test_data, name)
    check_cityjson(data, city)
    assert count_cityjson(data)["objects"] > 0
    ids = Counter(
        identifier
        for document in documents(data)
        for identifier, item in document["CityObjects"].items()
        if item["type"] in BUILDINGS
    )
    assert not ids - buildings(city)
