"""Hostile GeoJSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from citytwin.model.city import CityModel
from tests.hostile.corpus import Case, generated, limited, referring, written
from tests.io.gml import EAST, NORTH

NAME = "plan.geojson"
CRS = {"type": "name", "properties": {"name": "EPSG:3879"}}


def square(x: float = 0.0, size: float = 10.0) -> list[list[float]]:
    """A closed ring."""
    left, low = EAST + x, NORTH
    return [[left, low], [left + size, low], [left + size, low + size], [left, low + size], [left, low]]


def feature(coordinates: Any = None, kind: str = "Polygon", **properties: Any) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": [square()] if coordinates is None else coordinates}
    return {"type": "Feature", "id": "f", "geometry": geometry, "properties": {"height": 3.0} | properties}


def collection(*features: Any, **members: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "crs": CRS, "features": list(features)} | members


def plan(*features: Any, **members: Any) -> Callable[[Path], Path]:
    """A file of features; a sound one comes last."""
    return written(json.dumps(collection(*features, feature(), **members)), NAME)


def text(old: str, new: str) -> Callable[[Path], Path]:
    content = json.dumps(collection(feature()))
    assert old in content
    return written(content.replace(old, new, 1), NAME)


def accounted(n: int) -> Callable[[CityModel], bool]:
    """Whether all features are accounted for, and the sound one is read."""
    return lambda city: city.counts["total"] == n and city.counts["read"] >= 1


BROKEN = "well-formed|nested|beyond all"
INSTEAD: list[Any] = [None, True, 5, "x", [], {}, [[]], [[[]]], [[1, 2]], [[["1", "2"], ["3", "4"], ["5", "6"]]]]

CASES = [
    Case("GeoJSON of depth 100,000", generated(lambda _: ('{"type": "FeatureCollection", "features": ', "[" * 100_000)
         , NAME), BROKEN),
    Case("coordinates of depth 100,000", written(json.dumps(collection(feature())).replace('"coordinates": [',
         f'"coordinates": {"[" * 100_000}'), NAME), BROKEN),
    Case("properties of depth 400", plan(feature(deep=json.loads("[" * 400 + "]" * 400))), holds=accounted(2)),
    Case("NaN in GeoJSON", text("[25497000.0", "[NaN"), BROKEN),
    Case("1e400 in GeoJSON", text("[25497000.0", "[1e400"), BROKEN),
    Case("1e300 in GeoJSON", text("[25497000.0", "[1e300"), holds=lambda c: c.counts["degraded"] == 1),
    Case("height without end", plan(feature(height=1e300)), holds=accounted(2)),
    Case("height below nothing", plan(feature(height=-5)), holds=accounted(2)),
    Case("height by word", plan(feature(height="tall")), holds=accounted(2)),
    Case("height as a list", plan(feature(height=[1, 2])), holds=accounted(2)),
    Case("height as an object", plan(feature(height={"a": 1})), holds=accounted(2)),
    Case("storeys without end", plan(feature(height=None, storeys=10**15)), holds=accounted(2)),
    Case("bow tie", plan(feature([[[EAST, NORTH], [EAST + 9, NORTH + 9], [EAST + 9, NORTH], [EAST, NORTH + 9],
         [EAST, NORTH]]])), holds=accounted(2)),
    Case("ring without an end", plan(feature([square()[:-1]])), holds=accounted(2)),
    Case("ring of two points", plan(feature([square()[:2]])), holds=accounted(2)),
    Case("ring of one point many times", plan(feature([[[EAST, NORTH]] * 50])), holds=accounted(2)),
    Case("hole outside", plan(feature([square(), square(50)])), holds=accounted(2)),
    Case("hole as large as the outline", plan(feature([square(), square()])), holds=accounted(2)),
    Case("polygons in each other", plan(feature([[square()], [square()]], "MultiPolygon")), holds=accounted(2)),
    Case("point", plan(feature([EAST, NORTH], "Point")), holds=accounted(2)),
    Case("empty collection of shapes", plan({"type": "Feature", "properties": {}, "geometry": {
         "type": "GeometryCollection", "geometries": []}}), holds=accounted(2)),
    Case("shapes in shapes", plan({"type": "Feature", "properties": {}, "geometry": {"type": "GeometryCollection",
         "geometries": [{"type": "GeometryCollection", "geometries": [feature()["geometry"]]}]}}), holds=accounted(2)),
    Case("shape of another type", plan(feature([square()], "Sphere")), holds=accounted(2)),
    Case("no shape", plan({"type": "Feature", "geometry": None, "properties": {}}), holds=accounted(2)),
    *(Case(f"instead of coordinates: {json.dumps(value)}", plan(feature(value) | {"geometry": {"type": "Polygon",
           "coordinates": value}}), holds=accounted(2)) for value in INSTEAD),
    *(Case(f"instead of a geometry: {json.dumps(value)}", plan(feature() | {"geometry": value}), holds=accounted(2))
      for value in INSTEAD),
    *(Case(f"instead of properties: {json.dumps(value)}", plan(feature() | {"properties": value}), holds=accounted(2))
      for value in INSTEAD),
    *(Case(f"instead of a feature: {json.dumps(value)}", plan(value), "features") for value in INSTEAD if value != {}),
    *(Case(f"instead of features: {json.dumps(value)}", plan(features=value), "features|polygon|no ")
      for value in INSTEAD),
    Case("feature twice", plan(feature()), holds=accounted(2)),
    Case("GeoJSON members twice", text('"features"', '"features": [], "features"'), "twice"),
    Case("properties twice", text('"properties": {"height"', '"properties": {}, "properties": {"height"'), "twice"),
    Case("height twice", text('"height"', '"height": 1, "height"'), "twice"),
    Case("GeoJSON cut", written(json.dumps(collection(feature()))[:-20], NAME), BROKEN),
    Case("GeoJSON that is not UTF-8", written(json.dumps(collection(feature(name="x"))).encode().replace(
         b'"x"', b'"\xff"'), NAME), "well-formed"),
    Case("lone surrogate in GeoJSON", text('"height"', '"\\ud800": 1, "height"'), BROKEN),
    Case("reference system elsewhere", referring(json.dumps(collection(feature(), crs={"type": "link", "properties": {
         "href": "file://{canary}", "type": "proj4"}})), NAME), "reference system|told"),
    Case("reference system as a path", referring(json.dumps(collection(feature(), crs={"type": "name", "properties": {
         "name": "{canary}"}})), NAME), "reference system|told"),
    Case("reference system as a program", referring(json.dumps(collection(feature(), crs={"type": "name",
         "properties": {
         "name": "+proj=longlat +nadgrids={canary} +type=crs"}})), NAME), "reference system|told"),
    Case("reference system by address", referring(json.dumps(collection(feature(), crs={"type": "name", "properties": {
         "name": "http://127.0.0.1:{port}/crs"}})), NAME), "reference system|told"),
    Case("GeoJSON beyond the limit", plan(), "more than 100 bytes", options=limited(json_bytes=100)),
    Case("10,000 members of a feature", plan(feature(**{f"k{i}": i for i in range(10_000)})), holds=accounted(2)),
    Case("20,000 points", plan(feature([[[EAST + i % 7, NORTH + i % 11] for i in range(20_000)] + [[EAST, NORTH]]])),
         holds=accounted(2), seconds=4),
]  # fmt: skip
