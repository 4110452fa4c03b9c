"""Hostile JSON: depth, numbers, keys that stand twice, and every member as something else."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

from citytwin.model.city import CityModel
from tests.hostile.corpus import Case, generated, limited, referring, written
from tests.io import cj

BROKEN = r"well-formed (JSON|UTF-8)|nested|beyond all that can be represented"
MALFORMED = "is not|are no|boundaries|transform|needs|semantic|point to|beyond|something else"
BOX = cj.box()


def document(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], Path]:
    """A sound document, changed."""
    content = deepcopy(BOX)
    change(content)
    return written(json.dumps(content), "city.json")


def changed(place: str, value: Any) -> Callable[[Path], Path]:
    """A sound document with another value at a place such as ``CityObjects/b/geometry/0/lod``."""
    return document(lambda content: put(content, place, value))


def put(content: Any, place: str, value: Any) -> None:
    *above, last = (int(step) if step.isdigit() else step for step in place.split("/"))
    for step in above:
        content = content[step]
    content[last] = value


def text(old: str, new: str) -> Callable[[Path], Path]:
    """A sound document with a piece of its text replaced."""
    content = json.dumps(BOX)
    assert old in content
    return written(content.replace(old, new, 1).encode("utf-8", "surrogatepass"), "city.json")


def deep(depth: int, place: str = '"attributes": {"deep": @}') -> Callable[[Path], Path]:
    before, after = json.dumps(BOX).replace('"type": "Building"', f'"type": "Building", {place}', 1).split("@")
    return generated(lambda _: (before, "[" * depth, "]" * depth, after), "city.json")


def objects(**more: Any) -> Callable[[Path], Path]:
    """A sound document with more city objects."""
    return document(lambda content: content["CityObjects"].update(more))


def sequence(*lines: Any) -> Callable[[Path], Path]:
    """A sequence; text is taken as it is."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    return written("\n".join(texts) + "\n", "city.city.jsonl")


def feature(identifier: str) -> dict[str, Any]:
    box = cj.box(identifier)
    return {"type": "CityJSONFeature", "id": identifier, "CityObjects": box["CityObjects"], "vertices": box["vertices"]}


def named(value: str) -> Callable[[CityModel], bool]:
    return lambda city: city.objects.attributes["name"].values[0] == value


HEAD = {key: value for key, value in BOX.items() if key not in ("CityObjects", "vertices")} | {
    "CityObjects": {}, "vertices": []}  # fmt: skip
G = "CityObjects/b/geometry/0"
PART = {"type": "BuildingPart", "parents": ["b"]}
RAW = json.dumps(BOX)
OTHER: list[Any] = [None, True, 0, -1, 1.5, 10**400, "x", [], {}, [None], [[]], {"x": None}]
MEMBERS = [
    "type", "version", "CityObjects", "vertices", "transform", "metadata", "transform/scale", "transform/translate",
    "metadata/referenceSystem", "CityObjects/b", "CityObjects/b/type", "CityObjects/b/geometry",
    "CityObjects/b/attributes", "CityObjects/b/parents", "CityObjects/b/children", "CityObjects/b/address",
    "CityObjects/b/geographicalExtent", G, f"{G}/type", f"{G}/lod", f"{G}/boundaries", f"{G}/boundaries/0",
    f"{G}/boundaries/0/0", f"{G}/boundaries/0/0/0", f"{G}/boundaries/0/0/0/0", f"{G}/semantics",
    f"{G}/semantics/surfaces", f"{G}/semantics/surfaces/0", f"{G}/semantics/surfaces/0/type",
    f"{G}/semantics/surfaces/0/parent", f"{G}/semantics/surfaces/0/children", f"{G}/semantics/surfaces/0/id",
    f"{G}/semantics/values", f"{G}/semantics/values/0", f"{G}/semantics/values/0/0", f"{G}/texture", f"{G}/material",
    "vertices/0", "vertices/0/0", "geometry-templates", "geometry-templates/templates", "appearance", "extensions",
]  # fmt: skip


WRONG_TYPES = [(place, value) for place in MEMBERS for value in OTHER]
"""Each may be refused or read, but with a typed error and counts that add up; see ``test_wrong_types``."""


def wrong_type(place: str, value: Any) -> bytes:
    """A sound document in which one member is something else."""
    content = deepcopy(BOX)
    content["geometry-templates"] = {"templates": [], "vertices-templates": []}
    put(content, place, value)
    return json.dumps(content).encode()


CASES = [
    Case("JSON of depth 1,000", deep(1_000), BROKEN),
    Case("JSON of depth 1,000,000", deep(1_000_000), BROKEN),
    Case("JSON of objects without end", written('{"type": "CityJSON", "a": ' + '{"a":' * 500_000, "city.json"), BROKEN),
    Case("JSON of lists without end", written('{"type": "CityJSON", "a": ' + "[" * 500_000, "city.json"), BROKEN),
    Case("boundaries of depth 100,000", deep(100_000, '"geometry": [{"type": "Solid", "boundaries": @}], "x": 0'),
         BROKEN),
    Case("JSON text of 11 MB", changed("CityObjects/b/attributes", {"name": "x" * 11_000_000}),
         holds=lambda c: len(c.objects.attributes["name"].values[0]) == 11_000_000, megabytes=150),
    Case("JSON document beyond the limit", written(RAW, "city.json"), "json_bytes", options=limited(json_bytes=500)),
    Case("JSON line beyond the limit", sequence(HEAD, feature("b") | {"x": "x" * 3_000_000}),
         "json_bytes", line=2, options=limited(json_bytes=2_000_000)),
    Case("NaN", text('"version"', '"x": NaN, "version"'), BROKEN, line=1),
    Case("NaN as a vertex", text('"vertices": [[', '"vertices": [[NaN, 0, 0], ['), BROKEN),
    Case("Infinity", text('"vertices": [[', '"vertices": [[Infinity, 0, 0], ['), BROKEN),
    Case("1e400", text('"vertices": [[', '"vertices": [[1e400, 0, 0], ['), f"{BROKEN}|coordinate"),
    Case("1e300", text('"vertices": [[', '"vertices": [[1e300, 0, 0], ['), "coordinate"),
    Case("a huge whole number", text('"vertices": [[', f'"vertices": [[{10**400}, 0, 0], ['), f"{BROKEN}|coordinate"),
    Case("a huge scale", changed("transform/scale", [1e300, 1, 1]), "coordinate"),
    Case("a huge translation", changed("transform/translate", [0, 0, 1e12]), "coordinate"),
    Case("scale of nothing", changed("transform/scale", [0, 0, 0])),
    Case("a huge attribute", changed("CityObjects/b/attributes", {"name": 10**400}), BROKEN),
    Case("a huge row", changed(f"{G}/boundaries/0/0/0/0", 2**63), MALFORMED),
    Case("a huger row", changed(f"{G}/boundaries/0/0/0/0", 10**400), MALFORMED),
    Case("lone surrogate", text('"version"', '"x": "\\ud800", "version"'), BROKEN),
    Case("lone surrogate in bytes", text('"version"', '"x": "\ud800", "version"'), BROKEN),
    Case("bytes that are no UTF-8 in JSON", written(RAW.encode().replace(b'"Building"', b'"Buil\xffing"'), "city.json"),
         BROKEN),
    Case("JSON in Latin-1", written(RAW.replace('"b_roof"', '"dächer"').encode("latin-1"), "city.json"), BROKEN),
    Case("JSON in UTF-16", written(RAW.encode("utf-16"), "city.json"), "JSON|XML"),
    Case("JSON with a mark", written(b"\xef\xbb\xbf" + RAW.encode(), "city.json")),
    Case("NUL in JSON", written(RAW.replace('"Building"', '"Buil\x00ding"'), "city.json"), BROKEN),
    Case("NUL by number", changed("CityObjects/b/attributes", {"name": "a\x00b"}), holds=named("a\x00b")),
    Case("comments in JSON", text('"version"', '/* x */ "version"'), BROKEN),
    Case("single quotes in JSON", written(RAW.replace('"', "'"), "city.json"), f"{BROKEN}|JSON"),
    Case("comma at the end", text('"CityObjects"', '"x": [1,], "CityObjects"'), BROKEN),
    Case("JSON cut in the middle", written(RAW[: len(RAW) // 2], "city.json"), BROKEN, line=1),
    Case("JSON cut at the end", written(RAW[:-1], "city.json"), BROKEN),
    Case("text behind JSON", written(RAW + " x", "city.json"), BROKEN),
    Case("a list", written("[]", "city.json"), "not XML|JSON"),
    Case("a word", written('"CityJSON"', "city.json"), "not XML|JSON"),
    Case("nothing in braces", written("{}", "city.json"), "no CityJSON"),
    Case("another type", changed("type", "FeatureCollection"), "not CityJSON|holds no"),
    Case("a feature alone", changed("type", "CityJSONFeature"), "not with a feature"),
    Case("no version", document(lambda c: c.pop("version")), "version"),
    Case("version 9", changed("version", "9.0"), "version"),
    Case("no objects", changed("CityObjects", {}), "no building|no city object"),
    # Keys that stand twice
    Case("object twice", text('"CityObjects": {', '"CityObjects": {"b": {"type": "Building"}, '), "twice"),
    Case("object twice by escape", text('"CityObjects": {', '"CityObjects": {"\\u0062": {"type": "Building"}, '),
         "twice"),
    Case("objects twice", text('"CityObjects"', '"CityObjects": {"c": {"type": "Building"}}, "CityObjects"'), "twice"),
    Case("vertices twice", text('"vertices"', '"vertices": [], "vertices"'), "twice"),
    Case("transform twice", text('"transform"', '"transform": {"scale": [1, 1, 1]}, "transform"'), "twice"),
    Case("geometry twice", text('"geometry"', '"geometry": [], "geometry"'), "twice"),
    Case("boundaries twice", text('"boundaries"', '"boundaries": [], "boundaries"'), "twice"),
    Case("value twice", text('"type": "Building"', '"type": "Building", "attributes": {"a": 1, "a": 2}'),
         holds=lambda c: list(c.objects.attributes.value) == ["1", "2"]),
    Case("braces in texts are no keys", changed("CityObjects/b/attributes", {"name": '{"b": 1, "b": [}]:,\\"'}),
         holds=named('{"b": 1, "b": [}]:,\\"')),
    # Wrong places
    Case("vertex beyond all", changed(f"{G}/boundaries/0/0/0/0", 99), MALFORMED),
    Case("vertex below all", changed(f"{G}/boundaries/0/0/0/0", -1), MALFORMED),
    Case("vertex and a half", changed(f"{G}/boundaries/0/0/0/0", 1.5), MALFORMED),
    Case("vertex by word", changed(f"{G}/boundaries/0/0/0/0", "1"), MALFORMED),
    Case("vertex by truth", changed(f"{G}/boundaries/0/0/0/0", True), MALFORMED),
    Case("vertex of two numbers", changed("vertices/0", [1, 2]), f"{BROKEN}|{MALFORMED}"),
    Case("vertex of words", changed("vertices/0", ["1", "2", "3"]), f"{BROKEN}|{MALFORMED}"),
    Case("vertex of nothing", changed("vertices/0", [None, 2, 3]), f"{BROKEN}|{MALFORMED}"),
    Case("no vertices", changed("vertices", []), MALFORMED),
    Case("scale of two numbers", changed("transform/scale", [1, 1]), f"{BROKEN}|{MALFORMED}"),
    Case("transform without scale", document(lambda c: c["transform"].pop("scale")), "transform"),
    Case("too few values", changed(f"{G}/semantics/values/0", [0]), MALFORMED),
    Case("value beyond all", changed(f"{G}/semantics/values/0/0", 99), MALFORMED),
    Case("value below all", changed(f"{G}/semantics/values/0/0", -1), MALFORMED),
    Case("wall beyond all", changed(f"{G}/semantics/surfaces/0/parent", 99), MALFORMED),
    Case("surface in itself", changed(f"{G}/semantics/surfaces/0/parent", 0)),
    Case("template that is not there", changed("CityObjects/b/geometry", [{"type": "GeometryInstance", "template": 9,
         "boundaries": [0], "transformationMatrix": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]}]),
         "template"),
    Case("geometry of another type", changed(f"{G}/type", "Sphere"), holds=lambda c: c.counts["degraded"] == 1),
    Case("file as reference system", referring(json.dumps(BOX).replace(cj.URL, "file://{canary}")),
         "reference system|CRS"),
    Case("appearance elsewhere", referring(json.dumps(BOX | {"appearance": {"textures": [
         {"type": "PNG", "image": "file://{canary}"}, {"type": "PNG", "image": "http://127.0.0.1:{port}/"}]}}))),
    Case("extension elsewhere", referring(json.dumps(BOX | {"extensions": {"x": {"url": "file://{canary}"},
         "y": {"url": "http://127.0.0.1:{port}/"}}}))),
    # Parents and children
    Case("parent that is not there", objects(p=PART | {"parents": ["nowhere"]}),
         holds=lambda c: 1005 in c.recorded.code),
    Case("parent of itself", objects(p=PART | {"parents": ["p"]}), "parents of each other"),
    Case("parents of each other", objects(p=PART | {"parents": ["q"]}, q=PART | {"parents": ["p"]}),
         "parents of each other"),
    Case("generations", objects(**{f"p{i}": PART | {"parents": [f"p{i - 1}" if i else "b"]} for i in range(1000)}),
         "parents"),
    Case("parent as a word", objects(p=PART | {"parents": "b"}), "parents"),
    Case("no parents", objects(p={"type": "BuildingPart", "parents": []}), holds=lambda c: c.counts["total"] == 2),
    Case("child that is not there", changed("CityObjects/b/children", ["nowhere"])),
    # Sequences
    Case("sequence", sequence(HEAD, feature("b"), feature("c")), holds=lambda c: c.counts["total"] == 2),
    Case("blank lines", sequence(HEAD, "", feature("b"), " ", feature("c")), holds=lambda c: c.counts["total"] == 2),
    Case("broken line", sequence(HEAD, feature("b"), '{"type": ]}', feature("c")), BROKEN, line=3),
    Case("line of another type", sequence(HEAD, feature("b"), {"type": "Feature"}), "'Feature'", line=3),
    Case("building in two lines", sequence(HEAD, feature("b"), feature("b")), "two features", line=3, gml_id="b"),
    Case("sequence without a head", sequence(feature("b"), feature("c")), "not with a feature", line=1),
    Case("line without vertices", sequence(HEAD, feature("b") | {"vertices": []}), "vertex|boundaries", line=2),
    Case("sequence cut", written((json.dumps(HEAD) + "\n" + json.dumps(feature("b")))[:-9], "city.jsonl"),
         BROKEN, line=2),
    Case("head alone", sequence(HEAD), "no building|no city object"),
    Case("20,000 empty lines of a sequence", generated(lambda _: (json.dumps(HEAD), "\n", json.dumps(feature("b")),
         "\n" * 20_000), "city.jsonl")),
]  # fmt: skip
