"""What the CityJSON reader makes of documents, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from citytwin.errors import CityReadError
from citytwin.io import read_city
from citytwin.io._json import repeated_keys
from citytwin.model.enums import ObjectKind, SurfaceKind
from citytwin.model.validity import solid_volumes
from tests.io import cj


def test_box(tmp_path: Path) -> None:
    city = read_city(cj.write(tmp_path, cj.box()))
    assert city.crs == "EPSG:3879"
    assert city.surfaces.kind.tolist() == [SurfaceKind.GROUND, SurfaceKind.ROOF, *[SurfaceKind.WALL] * 4]
    assert city.surfaces.lod.tolist() == [22] * 6
    assert city.surfaces.id[1] == "b_roof"
    assert city.surfaces.attributes["slope"].values.tolist() == list(range(6))
    np.testing.assert_allclose(solid_volumes(city), [480], rtol=1e-9)
    np.testing.assert_allclose(city.bounds[:3], [cj.EAST, cj.NORTH, cj.HEIGHT])


def test_version_one_without_transform_and_with_numbers_as_lod(tmp_path: Path) -> None:
    document = cj.box()
    scale, shift = np.array(document["transform"]["scale"]), np.array(document["transform"]["translate"])
    document["vertices"] = (np.array(document["vertices"]) * scale + shift).tolist()
    del document["transform"]
    document["version"] = "1.0"
    document["metadata"] = {"referenceSystem": "urn:ogc:def:crs:EPSG::3879"}
    document["CityObjects"]["b"]["geometry"][0]["lod"] = 2.2
    city = read_city(cj.write(tmp_path, document))
    np.testing.assert_allclose(solid_volumes(city), [480], rtol=1e-9)
    assert city.surfaces.lod.tolist() == [22] * 6


def test_attributes_keep_their_types_and_places(tmp_path: Path) -> None:
    attributes = {
        "code": "039",
        "floors": 4,
        "area": 1200.5,
        "listed": True,
        "nothing": None,
        "measuredHeight": 23.5,
        "function": ["1000", "2000"],
        "width": {"value": 3.5, "uom": "ft"},
        "group": {"inner": 7},
        "deep": {"a": [{"b": 1}]},
    }
    address = [{"CountryName": "Finland", "LocalityName": "Helsinki"}]
    city = read_city(cj.write(tmp_path, cj.box(attributes=attributes, address=address, custom={"x": 1})))
    table = city.objects.attributes
    values = {name: (column.values[0], column.unit, column.place) for name in table if (column := table[name])}
    assert values == {
        "code": ("039", "", "generic"),
        "floors": (4, "", "generic"),
        "area": (1200.5, "", "generic"),
        "listed": (True, "", "generic"),
        "nothing": ("", "", "generic"),
        "measuredHeight": (23.5, "", "core"),
        "function": ("1000", "", "core"),
        "width": (3.5, "ft", "generic"),
        "inner": (7, "", "set:group"),
        "CountryName": ("Finland", "", "address"),
        "LocalityName": ("Helsinki", "", "address"),
    }
    extras = dict(zip(city.extras.place, city.extras.content, strict=True))
    assert json.loads(extras["attributes.deep"]) == {"a": [{"b": 1}]}
    assert json.loads(extras["custom"]) == {"x": 1}


def test_parts_installations_and_others(tmp_path: Path) -> None:
    document = cj.box()
    geometry = document["CityObjects"]["b"].pop("geometry")
    document["CityObjects"] = {
        "part": {"type": "BuildingPart", "parents": ["b"], "geometry": geometry},
        "b": {"type": "Building", "children": ["part", "balcony", "room"]},
        "balcony": {
            "type": "BuildingInstallation",
            "parents": ["b"],
            "attributes": {"kind": "steel"},
            "geometry": [{"type": "MultiSurface", "lod": "2", "boundaries": [[[0, 1, 2]]]}],
        },
        "room": {"type": "BuildingRoom", "parents": ["b"]},
        "tree": {"type": "SolitaryVegetationObject"},
    }
    city = read_city(cj.write(tmp_path, document))
    assert list(city.objects.id) == ["part", "b", "tree"]
    assert city.objects.parent.tolist() == [1, -1, -1]
    assert city.objects.kind.tolist() == [ObjectKind.BUILDING_PART, ObjectKind.BUILDING, ObjectKind.OTHER]
    assert city.surfaces.kind.tolist()[-1] == SurfaceKind.INSTALLATION
    assert city.surfaces.object.tolist() == [0] * 6 + [1]
    assert city.surfaces.attributes["kind"].values.tolist()[-1] == "steel"
    assert dict(city.counts) == {"read": 1, "degraded": 1, "refused": 0, "total": 2}
    assert {"CityObjects.room", "SolitaryVegetationObject"} <= set(city.extras.place)


def test_multi_solid_and_openings(tmp_path: Path) -> None:
    document = cj.box()
    solid = document["CityObjects"]["b"]["geometry"][0]
    shell = solid["boundaries"][0]
    geometry = {
        "type": "MultiSolid",
        "lod": "3",
        "boundaries": [[shell], [shell]],
        "semantics": {
            "surfaces": [{"type": "WallSurface", "children": [1]}, {"type": "Window", "parent": 0}],
            "values": [[[None, None, 0, 1, None, None]], None],
        },
    }
    document["CityObjects"]["b"]["geometry"] = [geometry]
    city = read_city(cj.write(tmp_path, document))
    np.testing.assert_allclose(solid_volumes(city), [480, 480], rtol=1e-9)
    assert city.surfaces.kind.tolist() == [0, 0, SurfaceKind.WALL, SurfaceKind.WINDOW, *[0] * 8]
    assert city.surfaces.parent.tolist() == [-1, -1, -1, 2, *[-1] * 8]


def test_rings_closed_by_a_repeated_vertex_are_healed(tmp_path: Path) -> None:
    document = cj.box()
    ring = document["CityObjects"]["b"]["geometry"][0]["boundaries"][0][0][0]
    ring.append(ring[0])
    city = read_city(cj.write(tmp_path, document))
    assert np.diff(city.rings.ring_vertices).tolist() == [4] * 6
    assert 102 in city.findings.code


def test_appearance_and_templates_are_not_lost_without_a_word(tmp_path: Path) -> None:
    document = cj.box()
    solid = document["CityObjects"]["b"]["geometry"][0]
    solid["material"] = {"x": {"value": 0}}
    instance = {"type": "GeometryInstance", "template": 0, "boundaries": [0], "transformationMatrix": [1] * 16}
    document["CityObjects"]["b"]["geometry"].append(instance)
    city = read_city(cj.write(tmp_path, document))
    assert {1013, 1008} <= set(city.findings.code.tolist())
    assert "geometry.GeometryInstance" in list(city.extras.place)


def lines_of(*features: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(feature).encode() + b"\n" for feature in features)


def test_sequence(tmp_path: Path) -> None:
    first = cj.box()
    head = {**first, "CityObjects": {}, "vertices": []}
    features = [
        {
            "type": "CityJSONFeature",
            "id": name,
            "CityObjects": cj.box(name)["CityObjects"],
            "vertices": first["vertices"],
        }
        for name in ("a", "b")
    ]
    city = read_city(cj.write(tmp_path, lines_of(head, *features), "city.jsonl"))
    assert list(city.objects.id) == ["a", "b"]
    np.testing.assert_allclose(solid_volumes(city), [480, 480], rtol=1e-9)
    with pytest.raises(CityReadError, match="two features") as caught:
        read_city(cj.write(tmp_path, lines_of(head, features[0], features[0]), "city.jsonl"))
    assert caught.value.line == 3
    assert caught.value.gml_id == "a"


@pytest.mark.parametrize(
    ("text", "distinct", "repeated"),
    [
        ('{"a": {"b": 1, "b": 2}, "c": [1, {"d": ":"}]}', 2, False),
        ('{"a": 1, "a": 2}', 1, True),
        (r'{"a\\": 1, "b\"{": ":", "c": "}"}', 3, False),
        ("{}", 0, False),
    ],
)
def test_repeated_keys(text: str, distinct: int, repeated: bool) -> None:
    assert len(json.loads(text)) == distinct
    assert repeated_keys(text.encode(), distinct) is repeated


def test_an_object_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """JSON would keep the last one only, and a building would be gone."""
    text = json.dumps(cj.box("b")).replace('"CityObjects": {', '"CityObjects": {"b": {"type": "Building"}, ')
    with pytest.raises(CityReadError, match="twice"):
        read_city(cj.write(tmp_path, text.encode()))


def damaged(change: str) -> bytes:
    document = cj.box()
    solid = document["CityObjects"]["b"]["geometry"][0]
    if change == "index":
        solid["boundaries"][0][0][0][0] = 99
    elif change == "negative":
        solid["boundaries"][0][0][0][0] = -1
    elif change == "fraction":
        solid["boundaries"][0][0][0][0] = 1.5
    elif change == "true":
        solid["boundaries"][0][0][0][0] = True
    elif change == "flat":
        solid["boundaries"] = [1, 2, 3]
    elif change == "values":
        solid["semantics"]["values"] = [[9] * 6]
    elif change == "lod":
        solid["lod"] = "high"
    elif change == "cycle":
        document["CityObjects"]["c"] = {"type": "Building", "parents": ["b"]}
        document["CityObjects"]["b"]["parents"] = ["c"]
    elif change == "version":
        document["version"] = "3.0"
    elif change == "type":
        document["type"] = "Topology"
    elif change == "transform":
        del document["transform"]["scale"]
    elif change == "vertices":
        document["vertices"][0] = [1, 2]
    elif change == "huge":
        document["vertices"][0] = [10**15, 0, 0]
    elif change == "object":
        document["CityObjects"]["b"] = []
    elif change == "none":
        document["CityObjects"] = {}
    text = json.dumps(document)
    if change == "nan":
        text = text.replace("[0.001,", "[NaN,")
    elif change == "infinity":
        text = text.replace("[0.001,", "[1e400,")
    elif change == "cut":
        text = text[: len(text) // 2]
    elif change == "deep":
        text = "[" * 100_000
    return text.encode()


@pytest.mark.parametrize(
    "change",
    ["index", "negative", "fraction", "true", "flat", "values", "lod", "cycle", "version", "type", "transform",
     "vertices", "huge", "object", "none", "nan", "infinity", "cut", "deep"],
)  # fmt: skip
def test_refusals(tmp_path: Path, change: str) -> None:
    with pytest.raises(CityReadError) as caught:
        read_city(cj.write(tmp_path, damaged(change), "city.json"))
    assert caught.value.advice


def test_broken_text(tmp_path: Path) -> None:
    data = json.dumps(cj.box()).encode().replace(b'"b_roof"', b'"\xff"')
    with pytest.raises(CityReadError):
        read_city(cj.write(tmp_path, data))


def test_mutants_raise_typed_errors_or_add_up(tmp_path: Path) -> None:
    generator = np.random.default_rng(21)
    sound = json.dumps(cj.box(attributes={"a": 1}, children=["c"])).encode()
    pieces = [b'"', b"{", b"}", b"[", b"]", b",", b":", b"null", b"-", b"1", b"e", b"true", b"\\", b"\xc3"]
    for _ in range(300):
        data = bytearray(sound)
        start = int(generator.integers(0, len(data)))
        if generator.random() < 0.5:
            del data[start : start + int(generator.integers(1, 4))]
        else:
            data[start : start + 1] = pieces[int(generator.integers(len(pieces)))]
        try:
            counts = read_city(cj.write(tmp_path, bytes(data))).counts
        except CityReadError:
            continue
        assert counts["read"] + counts["degraded"] + counts["refused"] == counts["total"]
