"""One city in several formats is read as one city."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from citytwin.io import read_city
from citytwin.model.city import CityModel
from citytwin.model.enums import SurfaceKind
from tests.io.same_city import assert_same_city

CITYGML = "data/citygml/citygml3/lod2_buildings_v3.gml"
CITYJSON = "data/cityjson/citygml4j/lod2_buildings_v2.json"
HEIGHTS = ("height.highReference", "height.lowReference", "height.status")
SEQUENCE = "data/cityjson/citygml4j/lod2_buildings_as_CityJSON_features.jsonl"


def read(test_data: Path, name: str) -> CityModel:
    """A file, without the finding that says which reference system it names."""
    city = read_city(test_data / name, crs="local")
    recorded = city.recorded
    return replace(city, recorded=recorded.where(recorded.code != 1201))


def in_order(city: CityModel) -> CityModel:
    """The same with its objects in the order of their identifiers."""
    ids = list(city.objects.id)
    return CityModel.concat(city.select(ids=[identifier]) for identifier in sorted(ids))


def test_document_and_sequence(test_data: Path) -> None:
    document, sequence = read(test_data, CITYJSON), read(test_data, SEQUENCE)
    assert len(document.objects) == 100
    if list(document.objects.id) != list(sequence.objects.id):
        document, sequence = in_order(document), in_order(sequence)
    assert_same_city(document, sequence)


def surfaces_of(city: CityModel) -> dict[str, tuple[str, np.ndarray]]:
    """Kind and points of each boundary surface by its identifier, the points in an order of their own."""
    found = {}
    for row, identifier in enumerate(city.surfaces.id):
        first, last = city.rings.ring_vertices[city.rings.surface_rings[row : row + 2]]
        points = city.vertices[first:last] + city.origin
        found[identifier] = (SurfaceKind(city.surfaces.kind[row]).word, points[np.lexsort(points.round(3).T)])
    return found


def attributes_of(city: CityModel, row: int) -> dict[str, list[Any]]:
    values: dict[str, list[Any]] = {}
    for entry in city.objects.attributes.entries(row):
        try:
            value: Any = float(entry.value)
        except ValueError:
            value = entry.value
        values.setdefault(entry.name, []).append(value)
    return values


def test_citygml_and_cityjson(test_data: Path) -> None:
    """The same identifiers, kinds, coordinates to 1 mm and values of attributes.

    CityJSON has heights, but not what they are measured from and how.
    """
    citygml, cityjson = read(test_data, CITYGML), read(test_data, CITYJSON)
    assert sorted(citygml.objects.id) == sorted(cityjson.objects.id)
    ours, theirs = surfaces_of(citygml), surfaces_of(cityjson)
    assert ours.keys() == theirs.keys()
    assert len(ours) == 700
    for identifier, (kind, points) in theirs.items():
        assert ours[identifier][0] == kind
        np.testing.assert_allclose(ours[identifier][1], points, atol=1e-3)
    place = {identifier: row for row, identifier in enumerate(citygml.objects.id)}
    for row, identifier in enumerate(cityjson.objects.id):
        both = attributes_of(citygml, place[identifier])
        assert {name: values for name, values in both.items() if name not in HEIGHTS} == attributes_of(cityjson, row)


@pytest.mark.parametrize("name", [CITYGML, CITYJSON, SEQUENCE])
def test_one_box_of_each_volume(test_data: Path, name: str) -> None:
    city = read(test_data, name)
    assert (len(city.solids), city.counts["total"]) == (100, 100)
    assert city.counts["degraded"] == 0
