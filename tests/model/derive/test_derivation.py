from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.model.buildings import GROUP_COLUMNS, SOURCED, Buildings
from citytwin.model.derive import derive_buildings
from citytwin.model.enums import ObjectKind, Source, Status
from tests.model.derive.boxes import box_city

PER_BUILDING = [
    f.name
    for f in fields(Buildings)
    if f.name not in {*GROUP_COLUMNS, "group_offsets", "surface_group", "surface_exposed_area", "footprint_offsets",
                      "footprint_xy", "source", "confidence", "overrides", "crs", "findings", "provenance", "object"}
]  # fmt: skip

TERRACE = [[10 * i, 0, 10 * (i + 1), 12, 0.0, 6.0 + 3 * (i % 3)] for i in range(6)]
FIELDS = [
    {"C_KAYTTARK": "021", "Valmistunut": f"{1950 + 10 * i}-01-01" if i % 2 else "", "Kerrosala": 200.0 + i}
    for i in range(6)
]


def assert_same(a: Buildings, b: Buildings) -> None:
    for name in PER_BUILDING:
        one, other = getattr(a, name), getattr(b, name)
        if one.dtype.kind == "f":
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9, err_msg=name)
        else:
            np.testing.assert_array_equal(one, other, err_msg=name)
    for name in SOURCED:
        np.testing.assert_array_equal(a.source[name], b.source[name])
        np.testing.assert_array_equal(a.confidence[name], b.confidence[name])
    for i in range(len(a)):
        one, other = a.take(np.array([i])), b.take(np.array([i]))
        for name in GROUP_COLUMNS:
            np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-9, err_msg=name)
    assert a.findings.message.tolist() == b.findings.message.tolist()


def test_every_sourced_column_has_source_and_confidence():
    b = derive_buildings(box_city(TERRACE, FIELDS))
    for name in SOURCED:
        assert b.source[name].dtype == b.confidence[name].dtype == np.int8
        assert ((b.confidence[name] > 0) == (b.source[name] != Source.MISSING)).all()
        assert (b.confidence[name][b.source[name] == Source.IMPUTED] <= 50).all()


def test_a_terrace_of_six_houses():
    b = derive_buildings(box_city(TERRACE, FIELDS))
    h = np.array(TERRACE)[:, 5]
    between = 12 * np.minimum(h[:-1], h[1:])
    assert b.party_wall_area == pytest.approx(np.r_[between, 0] + np.r_[0, between])
    assert b.exposed_wall_area == pytest.approx(44 * h - b.party_wall_area)
    assert b.exposed_perimeter == pytest.approx([32, 20, 20, 20, 20, 32])
    assert b.volume == pytest.approx(120 * h)


@pytest.mark.parametrize("row", range(6))
def test_alone_with_the_others_as_context_is_as_among_them(row):
    city = box_city(TERRACE, FIELDS)
    among = derive_buildings(city).take(np.array([row]))
    alone = city.select(rows=np.array([row]))
    ids = among.id.tolist()
    b = derive_buildings(alone, context=city)
    findings = derive_buildings(city).findings
    mine = findings.where(np.isin(findings.object_id, ids))
    assert_same(b, replace(among, findings=mine))
    assert b.party_wall_area[0] > 0
    assert derive_buildings(alone).party_wall_area[0] == 0
    assert len(b.surface_group) == len(alone.surfaces)
    assert b.surface_group.max() == len(b.group_kind) - 1
    rest = city.select(rows=np.array([i for i in range(6) if i != row]))
    assert_same(derive_buildings(alone, context=rest), b)


@given(st.permutations(range(6)))
def test_order_does_not_matter(order):
    b = derive_buildings(box_city(TERRACE, FIELDS))
    shuffled = box_city([TERRACE[i] for i in order], [FIELDS[i] for i in order], [f"b{i}" for i in order])
    assert_same(
        derive_buildings(shuffled).take(np.argsort(order)), replace(b, findings=derive_buildings(shuffled).findings)
    )


def test_given_status_exposes_the_walls_of_neighbours():
    city = box_city(TERRACE, FIELDS)
    status = np.array([-1, Status.DEMOLISHED, -1, -1, Status.PLANNED, -1], np.int8)
    b = derive_buildings(city, status=status)
    assert b.party_wall_area[[0, 1, 4, 5]].tolist() == [0, 0, 0, 0]
    assert b.party_wall_area[2] == pytest.approx(12 * 6)
    assert b.status.tolist() == [0, Status.DEMOLISHED, 0, 0, Status.PLANNED, 0]
    assert b.source["status"][1] == Source.SCENARIO


def test_status_of_the_context_is_its_own():
    planned = [{**field, "Rakennuksen_tila": "suunnitelma"} for field in FIELDS]
    city, context = box_city(TERRACE, FIELDS), box_city(TERRACE, planned)
    alone = city.select(rows=np.array([2]))
    assert derive_buildings(alone, context=context).party_wall_area[0] == 0


def test_ground_is_the_lowest_ground_surface_not_the_lowest_wall():
    parts = [[0, 0, 10, 10, 1, 9], [10, 0, 20, 10, 0, 12]]
    b = derive_buildings(box_city(parts, parents=[-1, 0], dropped=[(1, 4)]))
    assert b.ground_z[0] == 1
    assert b.height[0] == 11


def test_mapping_names_attributes_of_the_user():
    city = box_city([[0, 0, 10, 10, 0, 9]], [{"BAUJAHR": "1931", "u_wall": 0.4}])
    b = derive_buildings(city, mapping={"year_built": {"names": ["Baujahr"]}})
    assert b.year_built[0] == 1931
    assert b.overrides["u_wall"].tolist() == [0.4]
    assert b.source["u_wall"].tolist() == [Source.REGISTER]


def test_attributes_that_analyses_know_on_what_is_no_building():
    city = box_city([[0, 0, 10, 10, 0, 9]], attributes=[{"function": "1000", "height": 9.0}])
    roads = replace(city, objects=replace(city.objects, kind=np.full(1, ObjectKind.ROAD, city.objects.kind.dtype)))
    assert len(derive_buildings(roads)) == 0


def test_a_city_without_buildings_has_no_rows():
    empty = box_city(TERRACE).select(rows=np.array([], np.int64))
    b = derive_buildings(empty)
    assert len(b) == 0
    assert b.group_offsets.tolist() == [0]
    assert b.footprint_offsets.tolist() == [0]


def test_wrong_input_says_what_is_wrong():
    city = box_city(TERRACE)
    with pytest.raises(ValueError, match="status has 2 values for 6 buildings"):
        derive_buildings(city, status=np.zeros(2, np.int8))
    with pytest.raises(ValueError, match="CRS"):
        derive_buildings(city, context=box_city([[90, 0, 99, 9, 0, 9]], ids=["x"], crs="EPSG:3067"))


def test_height_source_says_where_geometry_got_its_height() -> None:
    words = {"imputed": (Source.IMPUTED, 40), "building:levels": (Source.DERIVED, 70), "height": (Source.MEASURED, 95)}
    for word, (source, confidence) in words.items():
        buildings = box_city([[0, 0, 10, 10, 0, 9]], attributes=[{"height_source": word}]).buildings()
        for column in ("height", "volume"):
            assert buildings.source[column][0] == source
            assert buildings.confidence[column][0] == confidence


def test_a_mapping_of_the_city_reaches_its_buildings_and_their_subsets() -> None:
    city = box_city([[0, 0, 10, 10, 0, 9], [30, 0, 40, 10, 0, 9]], attributes=[{"anno": "1933"}, {"anno": "1955"}])
    assert city.buildings().source["year_built"].tolist() == [Source.MISSING] * 2
    known = city.with_mapping({"year_built": {"names": ["anno"]}})
    assert known.buildings().year_built.tolist() == [1933, 1955]
    assert known.select(rows=np.array([1])).buildings().year_built.tolist() == [1955]
    with pytest.raises(ValueError, match="unknown field 'name'"):
        city.with_mapping({"year_built": {"name": ["anno"]}})


@pytest.mark.parametrize(
    ("text", "area"),
    [("1 234,5", 1234.5), ("1234,5", 1234.5), ("1234.5", 1234.5), ("n/a", np.nan), ("1,234.5", np.nan)],
)
def test_numbers_as_registers_write_them(text: str, area: float) -> None:
    buildings = box_city([[0, 0, 20, 20, 0, 9]], attributes=[{"Kokonaisala": text}]).buildings()
    np.testing.assert_equal(buildings.total_floor_area[0], area)
    assert ("VALUE_UNREADABLE" in buildings.findings.name) == np.isnan(area)


def test_a_storey_in_a_building_changes_nothing():
    """Its solid, its walls and its attributes are not those of the building."""
    alone = box_city([[0, 0, 10, 20, 0, 9]], [{}])
    city = box_city([[0, 0, 10, 20, 0, 9], [0, 0, 10, 20, 3, 6]], [{}, {"Kerroksia": 1}], parents=[-1, 0])
    kind = city.objects.kind.copy()
    kind[1] = ObjectKind.STOREY
    with_storey = replace(city, objects=replace(city.objects, kind=kind))
    assert_same(derive_buildings(with_storey), derive_buildings(alone))
