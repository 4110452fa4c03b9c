from dataclasses import replace

import numpy as np
import pytest

from citytwin.model.attributes import AttributeTable, AttributeValue
from citytwin.model.derive.attribute_map import fold, load_meanings, read_columns
from citytwin.model.derive.notes import Notes
from tests.model.derive.boxes import box_city

MEANINGS = load_meanings()


def column(name, *fields, parents=None, meanings=MEANINGS):
    n = len(fields)
    city = box_city([[20 * i, 0, 20 * i + 10, 10, 0, 9] for i in range(n)], fields, parents=parents)
    building = np.where(np.asarray(city.objects.parent) < 0, np.arange(n), city.objects.parent)
    return read_columns(city, building.astype(np.int64), n, meanings, Notes([""] * n))[name]


def column_of_one(name, *values):
    """Column of a city of one building with some attribute values, and the notes that were taken."""
    city = box_city([[0, 0, 10, 10, 0, 9]])
    objects = replace(city.objects, attributes=AttributeTable.of(1, values))
    notes = Notes(["b"])
    return read_columns(replace(city, objects=objects), np.zeros(1, np.int64), 1, MEANINGS, notes)[name], notes


def test_case_accents_and_blanks_do_not_matter():
    assert fold(" Käyttö Tarkoitus") == "kayttotarkoitus"


@pytest.mark.parametrize("name", ["Kerrosala", "I_KEROSAL", "i_kerrosala"])
def test_both_naming_generations_are_read(name):
    assert column("permitted_floor_area", {name: 1200.0}).number[0] == 1200.0


@pytest.mark.parametrize("value", [0.0, -9999.0, "", " ", "0", "1_000", "nan"])
def test_zero_and_nonsense_are_missing(value):
    read = column("permitted_floor_area", {"Kerrosala": value})
    assert np.isnan(read.number[0])
    assert not read.given[0]


def test_a_zero_does_not_hide_the_value_of_another_name():
    assert column("permitted_floor_area", {"Kerrosala": 0.0, "I_KEROSAL": 900.0}).number[0] == 900.0


def test_9999_storeys_and_the_year_1_are_missing():
    assert np.isnan(column("storeys", {"storeysAboveGround": "9999"}).number[0])
    assert np.isnan(column("year_built", {"yearOfConstruction": "0001"}).number[0])


@pytest.mark.parametrize("text", ["1975-06-01", "1975", "1975.0", "1975-06-01T00:00:00Z"])
def test_years_come_from_dates(text):
    assert column("year_built", {"Valmistunut": text}).number[0] == 1975


def test_a_joined_value_comes_before_that_of_the_file():
    values = [
        AttributeValue(0, "Kerrosala", "100", "double"),
        AttributeValue(0, "I_KEROSAL", "250", "double", "join:register"),
    ]
    assert column_of_one("permitted_floor_area", *values)[0].number[0] == 250


@pytest.mark.parametrize(("unit", "metres"), [("", 30.0), ("#m", 30.0), ("urn:adv:uom:m", 30.0), ("ft", 9.144)])
def test_numbers_are_converted_from_the_unit_they_state(unit, metres):
    read, notes = column_of_one("measured_height", AttributeValue(0, "measuredHeight", "30", "measure", "core", unit))
    assert read.number[0] == pytest.approx(metres)
    assert not notes.findings


@pytest.mark.parametrize("unit", ["furlong", "m2"])
def test_a_number_in_no_usable_unit_is_left_out_with_a_note(unit):
    read, notes = column_of_one("measured_height", AttributeValue(0, "measuredHeight", "30", "measure", "core", unit))
    assert np.isnan(read.number[0])
    assert not read.given[0]
    assert [(note.code, note.object_id) for note in notes.findings] == [(1710, "b")]
    assert unit in notes.findings[0].message


def test_parts_fold_by_the_rule_of_the_meaning_where_the_building_has_no_value():
    fields = [{}, {"Kerrosala": 100.0, "Kerroksia": 3.0}, {"Kerrosala": 50.0, "Kerroksia": 5.0}]
    assert column("permitted_floor_area", *fields, parents=[-1, 0, 0]).number[0] == 150
    assert column("storeys", *fields, parents=[-1, 0, 0]).number[0] == 5
    fields[0] = {"Kerrosala": 400.0}
    assert column("permitted_floor_area", *fields, parents=[-1, 0, 0]).number[0] == 400


def test_repeats_on_one_building_are_not_added_up():
    values = [AttributeValue(0, "Kerrosala", text, "double") for text in ("100", "70")]
    assert column_of_one("permitted_floor_area", *values)[0].number[0] == 100


def test_users_add_names_and_words_before_the_shipped_ones():
    extension = {"total_floor_area": {"names": ["BRUTTO"]}, "status": {"words": {"Valmis": "existing"}}}
    meanings = load_meanings(extension)
    assert column("total_floor_area", {"Kokonaisala": 10.0, "brutto": 20.0}, meanings=meanings).number[0] == 20
    assert meanings["status"].words["valmis"] == "existing"
    assert meanings["status"].words["voimassa"] == "existing"
    assert "BRUTTO" not in MEANINGS["total_floor_area"].names


@pytest.mark.parametrize(
    ("extension", "message"),
    [
        ({"storeys": {"name": ["x"]}}, "unknown field 'name'"),
        ({"owner": {"kind": "word"}}, "owner: 'names' is missing"),
        ({"storeys": {"kind": "integer"}}, "kind 'integer'"),
        ({"storeys": {"parts": "mean"}}, "parts 'mean'"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(extension, message):
    with pytest.raises(ValueError, match=message):
        load_meanings(extension)
