"""What the CityJSON reader makes of documents, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from citytwin.errors import CityReadError
from citytwin.io import read_city
from citytwin.io.cityjson_names import OBJECT_KINDS
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


def test_parts_and_rooms_are_objects(tmp_path: Path) -> None:
    document = cj.box()
    geometry = document["CityObjects"]["b"].pop("geometry")
    document["CityObjects"] = {
        "part": {"type": "BuildingPart", "parents": ["b"], "geometry": geometry},
        "b": {"type": "Building", "children": ["part", "room"]},
        "room": {"type": "BuildingRoom"},
        "tree": {"type": "SolitaryVegetationObject"},
    }
    city = read_city(cj.write(tmp_path, document))
    assert list(city.objects.id) == ["part", "b", "room", "tree"]
    assert city.objects.parent.tolist() == [1, -1, 1, -1]
    kinds = [
        ObjectKind.BUILDING_PART, ObjectKind.BUILDING, ObjectKind.BUILDING_ROOM, ObjectKind.SOLITARY_VEGETATION,
    ]  # fmt: skip
    assert city.objects.kind.tolist() == kinds
    assert city.surfaces.object.tolist() == [0] * 6
    assert dict(city.counts) == {"read": 2, "degraded": 0, "refused": 0, "total": 2}


def test_installations_are_surfaces_of_what_they_are_part_of(tmp_path: Path) -> None:
    document = cj.box()
    triangle = {"type": "MultiSurface", "lod": "2", "boundaries": [[[0, 1, 2]]]}
    wall = triangle | {"semantics": {"surfaces": [{"type": "WallSurface", "id": "w"}], "values": [0]}}
    document["CityObjects"] |= {
        "column": {"type": "BuildingConstructiveElement", "parents": ["balcony"], "geometry": [wall]},
        "balcony": {
            "type": "BuildingInstallation",
            "parents": ["b"],
            "attributes": {"kind": "steel", "deep": [[1]]},
            "geometry": [triangle],
            "custom": 3,
        },
    }
    city = read_city(cj.write(tmp_path, document))
    assert list(city.objects.id) == ["b"]
    assert city.surfaces.kind.tolist()[6:] == [SurfaceKind.INSTALLATION] * 2
    assert list(city.surfaces.id)[6:] == ["w", "balcony"]
    assert city.surfaces.attributes["kind"].values.tolist()[-1] == "steel"
    types = city.surfaces.feature_attributes["type"]
    assert types.values[~types.mask].tolist() == ["BuildingConstructiveElement"]
    extras = dict(zip(city.extras.place, city.extras.content, strict=True))
    assert extras == {"#balcony/custom": "3", "#balcony/attributes.deep": "[[1]]"}


def test_objects_of_extensions_and_of_no_known_type(tmp_path: Path) -> None:
    document = cj.box(**{"+solar": {"kW": 5}})
    geometry = document["CityObjects"]["b"]["geometry"]
    document["CityObjects"] |= {
        "+lamp": {"type": "+Lamp", "geometry": geometry, "attributes": {"W": 40}},
        "thing": {"type": "Thing"},
        "nothing": {},
    }
    document["extensions"] = {"Lamp": {"url": "https://example.org/lamp.json", "version": "1.0"}}
    document["+census"] = [1, 2]
    city = read_city(cj.write(tmp_path, document))
    assert city.objects.kind.tolist() == [ObjectKind.BUILDING, *[ObjectKind.OTHER] * 3]
    assert city.surfaces.object.tolist() == [0] * 6 + [1] * 6
    types = city.objects.attributes["type"]
    assert (types.values.tolist(), types.place) == (["", "+Lamp", "Thing", ""], "core")
    assert dict(city.counts) == {"read": 2, "degraded": 2, "refused": 0, "total": 4}
    assert city.findings.code.tolist().count(1004) == 2
    extras = dict(zip(city.extras.place, city.extras.content, strict=True))
    assert json.loads(extras["+census"]) == [1, 2]
    assert json.loads(extras["+solar"]) == {"kW": 5}
    assert json.loads(extras["extensions"]) == document["extensions"]


@pytest.mark.parametrize("name", [name for name in OBJECT_KINDS if name not in ("BuildingPart", "CityObjectGroup")])
def test_objects_of_every_type_have_surfaces(tmp_path: Path, name: str) -> None:
    document = cj.box()
    geometry = document["CityObjects"]["b"]["geometry"]
    geometry[0]["semantics"]["surfaces"][0] = {"type": "WaterSurface", "depth": 2}
    document["CityObjects"]["x"] = {"type": name, "geometry": geometry}
    city = read_city(cj.write(tmp_path, document))
    assert city.objects.kind[1] == OBJECT_KINDS[name]
    assert len(city.surfaces) == 12
    assert (city.surfaces.object[6:] == 1).all()
    assert city.surfaces.attributes["type"].values.tolist()[6] == "WaterSurface"
    assert city.surfaces.kind[6] == SurfaceKind.UNKNOWN
    assert city.counts["degraded"] == 0


def test_members_of_a_group_are_no_parts_of_it(tmp_path: Path) -> None:
    document = cj.box(parents=["block"])
    roles = {"children_roles": ["corner"]}
    document["CityObjects"]["block"] = {"type": "CityObjectGroup", "children": ["b"]} | roles
    city = read_city(cj.write(tmp_path, document))
    assert city.objects.parent.tolist() == [-1, -1]
    assert city.objects.kind.tolist() == [ObjectKind.BUILDING, ObjectKind.CITY_OBJECT_GROUP]
    extras = dict(zip(city.extras.place, city.extras.content, strict=True))
    assert (json.loads(extras["children"]), json.loads(extras["children_roles"])) == (["b"], ["corner"])


def test_parts_without_a_building(tmp_path: Path) -> None:
    document = cj.box()
    geometry = document["CityObjects"]["b"]["geometry"]
    document["CityObjects"] |= {
        "part": {"type": "BuildingPart", "geometry": geometry},
        "lost": {"type": "BuildingPart", "parents": ["nowhere"], "geometry": geometry},
        "ramp": {"type": "BuildingInstallation", "parents": ["nowhere"], "geometry": geometry},
    }
    city = read_city(cj.write(tmp_path, document))
    assert city.objects.kind.tolist() == [*[ObjectKind.BUILDING] * 3, ObjectKind.OTHER]
    assert len(city.surfaces) == 24
    found = sorted(
        (code, name) for code, name in zip(city.findings.code.tolist(), city.findings.object_id, strict=True)
        if code in (1005, 1014)
    )  # fmt: skip
    assert found == [(1005, "lost"), (1005, "ramp"), (1014, "lost"), (1014, "part")]
    assert dict(city.counts) == {"read": 2, "degraded": 2, "refused": 0, "total": 4}


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


def test_appearance_is_kept(tmp_path: Path) -> None:
    document = cj.box()
    geometry = document["CityObjects"]["b"]["geometry"]
    geometry.append(geometry[0] | {"lod": "1", "texture": {"summer": {"values": [[[[None]]] * 6]}}, "+by": "hand"})
    geometry[0]["material"] = {"x": {"value": 0}}
    document["appearance"] = {"materials": [{"name": "brick"}], "textures": [{"image": "nowhere.png", "type": "PNG"}]}
    city = read_city(cj.write(tmp_path, document))
    extras = dict(zip(city.extras.place, city.extras.content, strict=True))
    assert json.loads(extras["appearance"]) == document["appearance"]
    assert json.loads(extras["geometry.0.material"]) == geometry[0]["material"]
    assert json.loads(extras["geometry.1.texture"]) == geometry[1]["texture"]
    assert json.loads(extras["geometry.1.+by"]) == "hand"


def test_points_and_lines_are_kept_with_their_coordinates(tmp_path: Path) -> None:
    document = cj.box(address=[{"location": {"type": "MultiPoint", "lod": "1", "boundaries": [7]}}])
    document["CityObjects"]["b"]["geometry"] += [
        {"type": "MultiPoint", "lod": "1", "boundaries": [3, 5, 3]},
        {"type": "MultiLineString", "lod": "1", "boundaries": [[0, 1], [1, 2]]},
        {"type": "Cloud", "lod": "1", "boundaries": []},
    ]
    city = read_city(cj.write(tmp_path, document))
    extras = {place: json.loads(text) for place, text in zip(city.extras.place, city.extras.content, strict=True)}
    scale, shift = np.array(document["transform"]["scale"]), np.array(document["transform"]["translate"])
    table = np.array(document["vertices"]) * scale + shift
    assert extras["geometry.MultiPoint"]["boundaries"] == [0, 1, 0]
    np.testing.assert_allclose(extras["geometry.MultiPoint"]["vertices"], table[[3, 5]], rtol=1e-15)
    assert extras["geometry.MultiLineString"]["boundaries"] == [[0, 1], [1, 2]]
    np.testing.assert_allclose(extras["address.location"]["vertices"], table[[7]], rtol=1e-15)
    assert city.findings.code.tolist().count(1008) == 3
    assert city.counts["degraded"] == 1


def test_surfaces_with_one_id_are_one_and_have_the_attributes_of_the_first(tmp_path: Path) -> None:
    document = cj.box()
    geometry = document["CityObjects"]["b"]["geometry"]
    again = json.loads(json.dumps(geometry[0])) | {"lod": "3"}
    again["semantics"]["surfaces"] = [
        surface | {"slope": 9, "more": 1} for surface in again["semantics"]["surfaces"][::-1]
    ]
    again["semantics"]["values"] = [[5, 4, 3, 2, 1, 0]]
    geometry.append(again)
    city = read_city(cj.write(tmp_path, document))
    assert city.surfaces.feature.tolist() == [0, 1, 2, 3, 4, 5] * 2
    assert city.surfaces.feature_attributes["slope"].values.tolist() == list(range(6))
    assert "more" not in city.surfaces.feature_attributes


def test_surfaces_of_two_objects_with_one_id_are_two(tmp_path: Path) -> None:
    document = cj.box()
    document["CityObjects"]["c"] = document["CityObjects"]["b"]
    city = read_city(cj.write(tmp_path, document))
    assert city.surfaces.feature.tolist() == list(range(12))


def test_values_of_semantics_may_be_absent_or_null(tmp_path: Path) -> None:
    document = cj.box()
    solid = document["CityObjects"]["b"]["geometry"][0]
    shell = solid["boundaries"][0]
    solid["boundaries"] = [shell, shell]
    solid["semantics"]["values"] = [[0, None, 2, 3, 4, 5], None]
    solid["semantics"]["surfaces"][3]["type"] = "+Fassade"
    bare = {"type": "CompositeSurface", "lod": 1, "boundaries": shell}
    document["CityObjects"]["b"]["geometry"] += [bare, bare | {"semantics": None}]
    city = read_city(cj.write(tmp_path, document))
    kinds = [SurfaceKind.GROUND, SurfaceKind.UNKNOWN, SurfaceKind.WALL, SurfaceKind.UNKNOWN, *[SurfaceKind.WALL] * 2]
    assert city.surfaces.kind.tolist() == kinds + [SurfaceKind.UNKNOWN] * 18
    assert city.surfaces.feature.tolist() == [0, -1, 2, 3, 4, 5] + [-1] * 18
    assert city.surfaces.attributes["type"].values.tolist()[3] == "+Fassade"
    assert np.diff(city.solids.offsets).tolist() == [12]
    assert city.surfaces.solid.tolist() == [0] * 12 + [-1] * 12


def test_a_geometry_without_lod_is_noted(tmp_path: Path) -> None:
    document = cj.box()
    del document["CityObjects"]["b"]["geometry"][0]["lod"]
    city = read_city(cj.write(tmp_path, document))
    assert city.surfaces.lod.tolist() == [0] * 6
    assert 1016 in city.findings.code


def test_attributes_keep_their_order_and_their_digits(tmp_path: Path) -> None:
    text = json.dumps(cj.box(attributes={"a": [1, "x"], "b": 0, "c": {"d": None}, "e": "\u00e9\n"}))
    text = text.replace('"b": 0', '"b": 12.3400')
    city = read_city(cj.write(tmp_path, text.encode()))
    entries = [(e.name, e.value, e.type, e.place) for e in city.objects.attributes.entries(0)]
    assert entries == [
        ("a", "1", "int", "generic"),
        ("a", "x", "string", "generic"),
        ("b", "12.3400", "double", "generic"),
        ("d", "", "string", "set:c"),
        ("e", "é\n", "string", "generic"),
    ]


def test_names_with_escapes_are_the_same_names(tmp_path: Path) -> None:
    text = json.dumps(cj.box("bö", children=["pärt"])).replace('"type": "Building"', '"t\\u0079pe": "Building"')
    part = '"pärt": {"type": "BuildingPart", "parents": ["b\\u00f6"]}, "b\\u00f6"'
    city = read_city(cj.write(tmp_path, text.replace('"b\\u00f6"', part, 1).encode()))
    assert list(city.objects.id) == ["pärt", "bö"]
    assert city.objects.parent.tolist() == [1, -1]
    assert city.surfaces.id[0] == "bö_ground"


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
    elif change == "scale":
        document["transform"]["scale"] = [1e307, 1, 1]
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
     "vertices", "scale", "huge", "object", "none", "nan", "infinity", "cut", "deep"],
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
