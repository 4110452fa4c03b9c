"""What is written is read again as the same: CityGML exactly, CityJSON to its resolution; losses are reported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.errors import CrsError, OutputError
from citytwin.io import cityjson, read_city, write_citygml, write_cityjson
from citytwin.model.assemble import SolidColumns, assemble_city
from citytwin.model.attributes import TYPES, AttributeTable, AttributeValue
from citytwin.model.city import CityModel
from citytwin.model.city_tables import Extras
from citytwin.model.enums import ObjectKind, SurfaceKind
from citytwin.model.findings import Findings
from citytwin.model.strings import Strings
from citytwin.model.validity import solid_volumes
from tests.io import cj, gml
from tests.io.city_twins import assert_twins, described

Writer = Callable[[CityModel, Path], Findings]


def attributes_of(table: AttributeTable) -> list[tuple[str, ...]]:
    return sorted(
        (table.keys[k], table.places[p], table.units[u], v)
        for k, p, u, v in zip(table.key, table.place, table.unit, table.value, strict=True)
    )


def summary(city: CityModel) -> dict[str, Any]:
    surfaces, objects = city.surfaces, city.objects
    parents = [objects.id[int(p)] if p >= 0 else "" for p in objects.parent]
    return {
        "objects": sorted(zip(objects.id, objects.kind.tolist(), parents, strict=True)),
        "crs": (city.crs, city.vertical_crs),
        "surfaces": sorted(zip(surfaces.id, surfaces.kind.tolist(), surfaces.lod.tolist(), strict=True)),
        "openings": int((surfaces.parent >= 0).sum()),
        "features": len(np.unique(surfaces.feature)),
        "solids": sorted(zip(city.solids.object.tolist(), city.solids.lod.tolist(), strict=True)),
        "faces": np.sort(np.diff(city.solids.offsets)).tolist(),
        "object attributes": attributes_of(objects.attributes),
        "surface attributes": attributes_of(surfaces.feature_attributes),
    }


def rich_city(folder: Path) -> CityModel:
    """A building with everything the model holds."""
    x, y, z = gml.EAST, gml.NORTH, gml.HEIGHT
    window = [(x + 1, y, z + 1), (x + 2, y, z + 1), (x + 2, y, z + 2), (x + 1, y, z + 2)]
    hole = [(x + 2, y + 2, z + 6), (x + 2, y + 4, z + 6), (x + 5, y + 4, z + 6), (x + 5, y + 2, z + 6)]
    roof = gml.polygon(gml.box_faces()["roof"], holes=[hole])
    opening = gml.element(
        "bldg:opening", gml.element("bldg:Window", gml.multi_surface(gml.polygon(window), lod=3), identifier="w")
    )
    south = gml.multi_surface(gml.polygon(gml.box_faces()["south"]), lod=3)
    content = [
        '<gml:name>R&amp;D "1"</gml:name>',
        gml.generic("code", "039"),
        gml.generic("floors", "4", "int"),
        gml.generic("area", "1200.5", "double"),
        gml.generic("width", "3.5", "measure", "m"),
        f'<gen:genericAttributeSet name="set">{gml.generic("inner", "7", "int")}</gen:genericAttributeSet>',
        '<bldg:measuredHeight uom="m">23.4</bldg:measuredHeight>',
        "<bldg:address><core:Address><core:xalAddress><xAL:AddressDetails><xAL:Country><xAL:CountryName>Finland"
        "</xAL:CountryName></xAL:Country></xAL:AddressDetails></core:xalAddress></core:Address></bldg:address>",
        gml.surface("RoofSurface", "r3", gml.generic("slope", "0", "double"), gml.multi_surface(roof, lod=3)),
        gml.surface("WallSurface", "s3", south, opening),
        f"<bldg:lod0FootPrint><gml:MultiSurface>{gml.member(gml.polygon(gml.box_faces()['ground']))}</gml:MultiSurface></bldg:lod0FootPrint>",
    ]
    part = gml.box("part", x=x + 10).replace("bldg:Building", "bldg:BuildingPart")
    whole = gml.box("b", *content, f"<bldg:consistsOfBuildingPart>{part}</bldg:consistsOfBuildingPart>")
    return read_city(gml.write(folder, gml.city(whole, gml.box("c", x=x + 50), srs="EPSG:3879+3900")))


@pytest.mark.parametrize("write", [write_citygml, write_cityjson])
def test_rich_city(tmp_path: Path, write: Writer) -> None:
    city = rich_city(tmp_path)
    target = tmp_path / "out"
    losses = write(city, target)
    again = read_city(target)
    assert summary(again) == summary(city)
    np.testing.assert_allclose(np.sort(again.surfaces.area), np.sort(city.surfaces.area), rtol=1e-9)
    np.testing.assert_allclose(np.sort(solid_volumes(again)), np.sort(solid_volumes(city)), rtol=1e-9)
    assert len(losses) == 0
    assert_twins(city, again, 0.001 if write is write_cityjson else None)
    write(again, tmp_path / "second")
    write(read_city(tmp_path / "second"), tmp_path / "third")
    assert (tmp_path / "third").read_bytes() == (tmp_path / "second").read_bytes()
    if write is write_citygml:
        assert (tmp_path / "second").read_bytes() == target.read_bytes()


def test_citygml_keeps_every_bit_of_the_coordinates(tmp_path: Path) -> None:
    points = [(25497000.1234567, 6673000.7654321, 1.1), (25497010.3, 6673000.1, 1.2), (25497005.7, 6673009.9, 1.3)]
    city = read_city(gml.write(tmp_path, gml.city(gml.building("b", gml.multi_surface(gml.polygon(points))))))
    write_citygml(city, tmp_path / "out.gml")
    again = read_city(tmp_path / "out.gml")
    assert (again.vertices + again.origin).tolist() == [list(p) for p in points]


def test_shared_wall_and_extras(tmp_path: Path) -> None:
    faces = gml.box_faces()
    right = gml.box_faces(x=gml.EAST + 10)
    turned = '<gml:OrientableSurface orientation="-"><gml:baseSurface xlink:href="#shared"/></gml:OrientableSurface>'
    members = [gml.member(gml.polygon(p)) for name, p in right.items() if name != "west"]
    first = gml.building(
        "a", gml.solid(*(gml.member(gml.polygon(p, "shared" if n == "east" else "")) for n, p in faces.items()))
    )
    second = gml.building("b", gml.solid(gml.member(turned), *members), "<ade:owner>City</ade:owner>")
    tree = '<veg:SolitaryVegetationObject gml:id="t"><veg:height>9</veg:height></veg:SolitaryVegetationObject>'
    city = read_city(gml.write(tmp_path, gml.city(first, second, tree)))
    assert len(write_citygml(city, tmp_path / "out.gml")) == 0
    again = read_city(tmp_path / "out.gml")
    np.testing.assert_allclose(solid_volumes(again), [480, 480])
    assert again.solids.reversed.tolist() == city.solids.reversed.tolist()
    assert list(again.extras.content) == list(city.extras.content)
    losses = write_cityjson(city, tmp_path / "out.json")
    assert list(losses.name) == ["POLYGON_COPIED"]
    copied = read_city(tmp_path / "out.json")
    np.testing.assert_allclose(solid_volumes(copied), [480, 480], rtol=1e-9)
    assert not np.isin(copied.findings.code, (302, 303, 307)).any()


def test_finer_scale_where_rounding_would_merge_points(tmp_path: Path) -> None:
    x, y = gml.EAST, gml.NORTH
    sliver = [(x, y, 0.0), (x + 0.0004, y, 0.0), (x + 5, y + 5, 0.0), (x, y + 5, 0.0)]
    city = read_city(gml.write(tmp_path, gml.city(gml.building("b", gml.multi_surface(gml.polygon(sliver))))))
    write_cityjson(city, tmp_path / "out.json")
    assert np.diff(read_city(tmp_path / "out.json").rings.ring_vertices).tolist() == [4]


def test_losses_of_refinements(tmp_path: Path) -> None:
    document = cj.box()
    solid = document["CityObjects"]["b"]["geometry"][0]
    document["CityObjects"]["b"]["geometry"] = [{**solid, "lod": lod} for lod in ("1.2", "1.3", "2.2")]
    city = read_city(cj.write(tmp_path, document))
    losses = write_citygml(city, tmp_path / "out.gml")
    assert list(losses.name) == ["LOD_LEFT_OUT", "LOD_ROUNDED", "SEMANTICS_LEFT_OUT"]
    assert sorted(set(read_city(tmp_path / "out.gml").surfaces.lod.tolist())) == [10, 20]


def test_control_characters_do_not_break_the_document(tmp_path: Path) -> None:
    city = read_city(cj.write(tmp_path, cj.box(attributes={"a\u0001": 'b\u0002<&>"'})))
    assert "TEXT_CHANGED" in write_citygml(city, tmp_path / "out.gml").name
    assert read_city(tmp_path / "out.gml").objects.attributes["a\ufffd"].values[0] == 'b\ufffd<&>"'


def test_same_id_twice_is_no_cityjson(tmp_path: Path) -> None:
    city = read_city(gml.write(tmp_path, gml.city(gml.box("b"), gml.box("b", x=gml.EAST + 50))))
    with pytest.raises(OutputError, match="two objects"):
        write_cityjson(city, tmp_path / "out.json")
    assert not (tmp_path / "out.json").exists()


def test_local_city_needs_the_word_again(tmp_path: Path) -> None:
    city = read_city(gml.write(tmp_path, gml.city(gml.box("b", x=0.0, y=0.0), srs=None)), crs="local")
    for write, name in ((write_citygml, "l.gml"), (write_cityjson, "l.json")):
        write(city, tmp_path / name)
        assert read_city(tmp_path / name, crs="local").bounds.tolist() == city.bounds.tolist()


def test_sequence_has_a_line_a_building(tmp_path: Path) -> None:
    city = rich_city(tmp_path)
    assert len(write_cityjson(city, tmp_path / "out.jsonl")) == 0
    head, *features = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert (head["type"], head["CityObjects"], head["vertices"]) == ("CityJSON", {}, [])
    assert [feature["id"] for feature in features] == ["b", "c"]
    assert [list(feature["CityObjects"]) for feature in features] == [["b", "part"], ["c"]]
    assert features[1]["CityObjects"]["c"]["geometry"][0]["boundaries"][0][0] == [[0, 1, 2, 3]]
    assert len(features[1]["vertices"]) == 8
    assert_twins(city, read_city(tmp_path / "out.jsonl"))


def test_members_of_others_are_plain_cityjson(tmp_path: Path) -> None:
    content = [
        gml.generic("floors", "4", "int"),
        gml.generic("area", "12.50", "double"),
        gml.generic("width", "3.5", "measure", "m"),
        gml.generic("seen", "2020-01-31", "date"),
        gml.generic("again", "1"),
        gml.generic("again", "2"),
        '<bldg:function codeSpace="list">1000</bldg:function>',
    ]
    city = read_city(gml.write(tmp_path, gml.city(gml.box("b", *content))))
    write_cityjson(city, tmp_path / "out.json")
    document = json.loads((tmp_path / "out.json").read_text())
    assert document["version"] == "2.0"
    attributes = document["CityObjects"]["b"]["attributes"]
    attributes.pop("+citytwin")
    assert attributes == {
        "floors": 4,
        "area": 12.5,
        "width": {"value": 3.5, "uom": "m"},
        "seen": "2020-01-31",
        "again": ["1", "2"],
        "function": "1000",
    }
    assert '"area":12.50' in (tmp_path / "out.json").read_text()


def changed(path: Path, change: Callable[[dict[str, Any]], None]) -> CityModel:
    """The city of a file after another program has changed an object in it."""
    document = json.loads(path.read_text())
    change(document["CityObjects"]["b"])
    path.write_text(json.dumps(document))
    return read_city(path)


def test_values_of_other_programs_count(tmp_path: Path) -> None:
    content = [gml.generic("a", "1.0", "string"), gml.generic("a", "2.50", "double"), gml.generic("b", "3", "date")]
    city = read_city(gml.write(tmp_path, gml.city(gml.box("b", *content))))
    target = tmp_path / "out.json"
    write_cityjson(city, target)
    assert_twins(city, changed(target, lambda b: None))
    again = changed(target, lambda b: b["attributes"].update(a=["1.0", 7]))
    assert [value[1:4] for value in again.objects.attributes.entries(0)] == [
        ("a", "1.0", "string"),
        ("a", "7", "int"),
        ("b", "3", "date"),
    ]
    write_cityjson(city, target)
    again = changed(target, lambda b: b["attributes"].update({"+citytwin": '{"polygons": {"2": ["x"]}, "kind": 1}'}))
    assert set(again.surfaces.polygon_id) == {""}
    write_cityjson(city, target)
    again = changed(target, lambda b: b["attributes"].update({"+citytwin": "not JSON"}))
    assert len(again.surfaces) == len(city.surfaces)


@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_every_kind_of_object(tmp_path: Path, suffix: str) -> None:
    city = city_of_kinds()
    assert len(write_cityjson(city, tmp_path / f"out{suffix}")) == 0
    assert_twins(city, read_city(tmp_path / f"out{suffix}"), but=("order",) if suffix == ".jsonl" else ())


def city_of_kinds(**attributes: str) -> CityModel:
    """A box of each kind of object, with a loose polygon; parts, rooms and the like inside what they belong to."""
    kinds = list(ObjectKind)
    parents = {
        ObjectKind.BUILDING_PART: ObjectKind.BUILDING,
        ObjectKind.BUILDING_UNIT: ObjectKind.BUILDING,
        ObjectKind.STOREY: ObjectKind.BUILDING,
        ObjectKind.BUILDING_ROOM: ObjectKind.BUILDING,
        ObjectKind.BRIDGE_PART: ObjectKind.BRIDGE,
        ObjectKind.TUNNEL_PART: ObjectKind.TUNNEL,
    }
    values = [AttributeValue(row, "function", f"f{row}", "code", "core", "list") for row in range(len(kinds))]
    values += [AttributeValue(row, name, text) for row in range(len(kinds)) for name, text in attributes.items()]
    return boxes(
        [kind.word for kind in kinds],
        kinds=kinds,
        parents=[kinds.index(parents[kind]) if kind in parents else -1 for kind in kinds],
        lods=[40 if kind == ObjectKind.BUILDING_ROOM else 20 for kind in kinds],
        attributes=AttributeTable.of(len(kinds), values),
        extra_polygon=True,
    )


def boxes(
    ids: list[str],
    *,
    kinds: list[ObjectKind] | None = None,
    parents: list[int] | None = None,
    lods: list[int] | None = None,
    attributes: AttributeTable | None = None,
    extra_polygon: bool = False,
    **columns: Any,
) -> CityModel:
    """A city of boxes in a row, each a solid; with an `extra_polygon` on top of each that belongs to no solid."""
    n = len(ids)
    faces = [list(gml.box_faces(x=gml.EAST + 20.0 * row).values()) for row in range(n)]
    if extra_polygon:
        faces = [[*box, gml.box_faces(x=gml.EAST + 20.0 * row, z=50.0)["roof"]] for row, box in enumerate(faces)]
    each = len(faces[0])
    lod = np.repeat(lods or [20] * n, each)
    return assemble_city(
        object_id=ids,
        object_kind=np.array(kinds or [ObjectKind.BUILDING] * n),
        object_parent=np.array(parents or [-1] * n),
        surface_object=np.repeat(np.arange(n), each),
        surface_kind=columns.pop("surface_kind", np.zeros(n * each, np.int8)),
        surface_lod=lod,
        surface_rings=np.arange(n * each + 1),
        ring_vertices=4 * np.arange(n * each + 1),
        coordinates=np.array(faces, np.float64).reshape(-1, 3),
        crs="EPSG:3879",
        object_attributes=attributes,
        solids=SolidColumns(
            object=np.arange(n, dtype=np.int32),
            lod=np.array(lods or [20] * n, np.int8),
            offsets=6 * np.arange(n + 1),
            surface=(each * np.arange(n)[:, None] + np.arange(6)).ravel().astype(np.int32),
            reversed=np.zeros(6 * n, bool),
        ),
        **columns,
    )


NO_SOLIDS = ("road", "railway", "square", "track", "land_use", "relief", "city_object_group")
"""Kinds CityGML has no solids of, or none that are read."""


def test_kinds_of_objects_in_citygml(tmp_path: Path) -> None:
    city = city_of_kinds(note="n")
    losses = write_citygml(city, tmp_path / "out.gml")
    counts = {name: message for name, message in zip(losses.name, losses.message, strict=True)}
    assert sorted(counts) == ["ATTRIBUTE_CHANGED", "LOD_ROUNDED", "OBJECT_CHANGED", "OBJECT_LEFT_OUT", "SOLID_LEFT_OUT"]
    assert "2 times, such as building_unit" in counts["OBJECT_LEFT_OUT"]
    assert "3 times, such as other" in counts["OBJECT_CHANGED"]
    assert "6 times" in counts["SOLID_LEFT_OUT"]
    again = read_city(tmp_path / "out.gml")
    gone = {ObjectKind.BUILDING_UNIT, ObjectKind.STOREY}
    changed_to = dict.fromkeys(
        (ObjectKind.WATERWAY, ObjectKind.OTHER_CONSTRUCTION, ObjectKind.OTHER), ObjectKind.GENERIC
    )
    expected = {kind.word: changed_to.get(kind, kind) for kind in ObjectKind if kind not in gone}
    found = dict(zip(again.objects.id, again.objects.kind.tolist(), strict=True))
    assert found == expected
    parts = described(again, None)
    for name, kind in expected.items():
        before, after = described(city, None)[f"object {name}"], parts[f"object {name}"]
        assert after["parent"] == before["parent"], name
        assert len(after["surfaces"]) == 7 or name == "city_object_group", name
        assert {entry[:2] for entry in after["attributes"]} >= {entry[:2] for entry in before["attributes"]}, name
        if kind == expected[name] and name not in NO_SOLIDS:
            assert len(after["solids"]) == 1, name


ORDERS = {
    "road": ["function", "lod2MultiSurface"],
    "water_body": ["function", "lod1MultiSurface", "lod2Solid"],
    "plant_cover": ["stringAttribute", "function", "lod2MultiSurface", "lod2MultiSolid"],
    "building": ["function", "lod2Solid", "lod2MultiSurface", "interiorRoom", "consistsOfBuildingPart"],
    "relief": ["lod", "reliefComponent"],
}


@pytest.mark.parametrize("name", ORDERS)
def test_order_of_the_schema(tmp_path: Path, name: str) -> None:
    from lxml import etree

    write_citygml(city_of_kinds(note="n"), tmp_path / "out.gml")
    root = etree.parse(tmp_path / "out.gml").getroot()
    (element,) = [e for e in root.iter() if e.get("{http://www.opengis.net/gml}id") == name]
    names = [etree.QName(child).localname for child in element]
    assert [child for child in names if child in ORDERS[name]] == ORDERS[name]


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
NAMES = st.sampled_from(["a", "b", "function", "measuredHeight", "type", "id", "+citytwin", "s", "value", "uom"])
PLACES = st.sampled_from(["generic", "core", "set:s", "set:a", "set:t/u", "address", "join:register", "energy:x"])
NUMBERS = st.sampled_from(["1", "-1.50", "039", "1e3", "+2", "", " 4 ", "true", "12345678901234567890", "1e400", "-0"])
VALUES = st.builds(
    AttributeValue,
    st.integers(0, 2),
    NAMES,
    TEXTS | NUMBERS,
    st.sampled_from(TYPES),
    PLACES,
    st.sampled_from(["", "m"]),
)
EXTRAS = st.tuples(
    st.integers(-1, 2),
    st.sampled_from(["ade:x", "#f/ade:y", "gml:name"]),
    st.sampled_from(["<x/>", '<a b="\\n">é</a>']),
)


@st.composite
def cities(draw: st.DrawFn) -> CityModel:
    kinds = draw(
        st.lists(st.sampled_from([k for k in ObjectKind if k != ObjectKind.BUILDING_PART]), min_size=3, max_size=3)
    )
    n = 21
    feature = np.array(draw(st.lists(st.integers(-1, 3), min_size=7, max_size=7)) * 3)
    feature = np.where(feature >= 0, feature + 4 * np.repeat(np.arange(3), 7), -1)
    _, feature[feature >= 0] = np.unique(feature[feature >= 0], return_inverse=True)
    n_features = int(feature.max(initial=-1)) + 1
    names = draw(st.lists(st.sampled_from(["", "f", "g"]), min_size=n_features, max_size=n_features))
    walls = [k for k in SurfaceKind if k not in (SurfaceKind.UNKNOWN, SurfaceKind.WINDOW, SurfaceKind.DOOR)]
    of_feature = draw(st.lists(st.sampled_from(walls), min_size=n_features, max_size=n_features))
    in_solids = {int(f) for place, f in enumerate(feature) if place % 7 < 6 and f >= 0}
    of_feature = [
        SurfaceKind.ROOF if kind == SurfaceKind.INSTALLATION and row in in_solids else kind
        for row, kind in enumerate(of_feature)
    ]
    unique = [
        f"{name}{row}" if kind == SurfaceKind.INSTALLATION and name else name
        for row, (name, kind) in enumerate(zip(names, of_feature, strict=True))
    ]
    values = draw(st.lists(VALUES, max_size=8))
    of_surfaces = draw(st.lists(VALUES, max_size=8))
    of_surfaces = [v._replace(row=v.row % n_features) for v in of_surfaces if n_features and v.place != "address"]
    extras = draw(st.lists(EXTRAS, max_size=3))
    ids = draw(st.sampled_from([[""] * n, [f"p{row}" for row in range(n)]]))
    return boxes(
        ["x", "y", "é"],
        kinds=kinds,
        extra_polygon=True,
        lods=draw(st.sampled_from([[20, 20, 20], [10, 22, 13]])),
        attributes=AttributeTable.of(3, values),
        surface_kind=np.array([of_feature[f] if f >= 0 else SurfaceKind.UNKNOWN for f in feature]),
        surface_feature=feature,
        surface_id=Strings.of([unique[f] if f >= 0 else "" for f in feature]),
        feature_attributes=AttributeTable.of(n_features, of_surfaces),
        polygon_id=Strings.of(ids),
        extras=Extras(
            np.array([row for row, _, _ in extras], np.int32),
            Strings.of([place for _, place, _ in extras]),
            Strings.of([content for _, _, content in extras]),
        ),
    )


@given(cities(), st.sampled_from([".json", ".jsonl"]))
def test_cityjson_keeps_every_column(tmp_path_factory: pytest.TempPathFactory, city: CityModel, suffix: str) -> None:
    target = tmp_path_factory.mktemp("twins") / f"out{suffix}"
    assert len(write_cityjson(city, target)) == 0
    assert_twins(city, read_city(target))


def test_pieces_of_a_sequence_are_restored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"b{row}" for row in range(20)]
    dated = [AttributeValue(row, "seen", "2020-01-31", "date") for row in range(20)]
    city = boxes(names, attributes=AttributeTable.of(20, dated))
    write_cityjson(city, tmp_path / "out.jsonl")
    monkeypatch.setattr(cityjson, "PIECE_BYTES", 1000)
    assert_twins(city, read_city(tmp_path / "out.jsonl"))


def test_scale_keeps_polygons_plane(tmp_path: Path) -> None:
    x, y = gml.EAST, gml.NORTH
    bent = [(x, y, 0.0), (x + 8, y, 0.0), (x + 8, y + 8, 0.036), (x, y + 8, 0.0)]
    city = read_city(gml.write(tmp_path, gml.city(gml.building("b", gml.multi_surface(gml.polygon(bent))))))
    write_cityjson(city, tmp_path / "out.json", scale=0.05)
    scale = json.loads((tmp_path / "out.json").read_text())["transform"]["scale"][0]
    assert scale == pytest.approx(0.005)
    fine = gml.polygon([(x, y, 0.0), (x + 0.0004, y, 0.0), (x + 5, y + 5, 0.0), (x, y + 5, 0.0)])
    city = read_city(gml.write(tmp_path, gml.city(gml.building("b", gml.multi_surface(fine)))))
    write_cityjson(city, tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text())["transform"]["scale"][0] == pytest.approx(0.0001)


REAL = [
    "citygml/berlin_mini/berlin_alexanderplatz_mini.gml",
    "citygml/citygml3/lod2_buildings_v3.gml",
    "citygml/energyade/FZKHouseLoD2-ADE-results.gml",
    "citygml/helsinki/2549_6674.gml",
    "citygml/ingolstadt_lod3/4018115.gml",
    "citygml/ingolstadt_lod3/4018208.gml",
    "citygml/ingolstadt_lod3/4018212.gml",
    "citygml/lod3/lod3_building_v2.gml",
    "citygml/nrw/LoD2_32_280_5657_1_NW.gml",
    "citygml/ogc2/ade/noise-ade/building_example.gml",
    "citygml/ogc2/ade/robotics-ade/simple_example.gml",
    "citygml/ogc2/appearance/Appearance-EPSG25832.gml",
    "citygml/ogc2/building/Building_LOD0-EPSG25832.gml",
    "citygml/ogc2/building/Building_LOD1-EPSG25832.gml",
    "citygml/ogc2/building/Building_LOD1-LocalEngineeringCRS.gml",
    "citygml/ogc2/building/Building_LOD2-EPSG25832.gml",
    "citygml/ogc2/building/Building_LOD3-EPSG25832.gml",
    "citygml/ogc2/building/Building_LOD4-EPSG25832.gml",
    "citygml/ogc2/building/Building_and_garage_LOD2-EPSG25832.gml",
    "citygml/plateau/51311624_bldg_Issue139.gml",
    "citygml/plateau/53395404_bldg_6697_op.gml",
    "citygml/plateau/64412288_bldg_6697_op.gml",
    "citygml/plateau/yokosuka/52397519_bldg_6697_op.gml",
    "citygml/zurich_delft_small/delft-citygml2.gml",
    "citygml/zurich_delft_small/zurich-lod2-citygml1.gml",
    "cityjson/citygml4j/lod2_buildings_v2.json",
    "cityjson/delft.city.jsonl",
    "cityjson/montréal_b4.city.jsonl",
    "cityjson/multi_lod.json",
    "cityjson/rotterdam_subset.json",
    "cityjson/zurich_subset_lod2.json",
]
SHARED = ("Building_LOD4", "Building_and_garage")
"""Files in which objects share polygons: CityJSON has a copy for each."""


@pytest.mark.parametrize("name", REAL)
def test_real_files_through_cityjson(test_data: Path, tmp_path: Path, name: str) -> None:
    path = test_data / "data" / name
    try:
        city = read_city(path)
    except CrsError:
        city = read_city(path, crs="local")
    for target in (tmp_path / "out.json", tmp_path / "out.jsonl"):
        losses = write_cityjson(city, target)
        again = read_city(target, crs=None if city.crs else "local")
        with target.open() as file:
            scale = json.JSONDecoder().raw_decode(file.readline())[0]["transform"]["scale"][0]
        assert 1e-6 < scale <= 0.001
        if any(shared in name for shared in SHARED):
            assert "POLYGON_COPIED" in losses.name
            assert described(again)["order"] == described(city)["order"]
            assert attributes_of(again.objects.attributes) == attributes_of(city.objects.attributes)
        else:
            assert set(losses.message) == bare_features(city)
            assert_twins(city, again, scale, but=("order",) if target.suffix == ".jsonl" else ())


def bare_features(city: CityModel) -> set[str]:
    """The one loss there may be: boundary surfaces without polygons."""
    count = city.surfaces.feature_attributes.n - len(np.unique(city.surfaces.feature[city.surfaces.feature >= 0]))
    word = "the format has no boundary surface of this kind or level of detail"
    return {f"{word}: {count} times, such as boundary surface without polygons"} if count else set()
