import numpy as np
import pytest

from citytwin.io.footprints_heights import metres, read_heights, read_identifiers
from citytwin.model.attributes import AttributeTable, AttributeValue
from citytwin.model.reference import CONFIDENCE, read_reference

NAN = np.nan


def table(n=1, **columns):
    rows = []
    for name, values in columns.items():
        for row, value in enumerate(values if isinstance(values, list) else [values]):
            kind = {int: "int", float: "double"}.get(type(value), "string")
            if value is not None:
                rows.append(AttributeValue(row, name.replace("__", ":"), str(value), kind))
    return AttributeTable.of(n, rows)


def heights(n=1, shape_z=NAN, chosen=None, **columns):
    return read_heights(table(n, **columns), np.full(n, shape_z), 3.0, chosen)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12.0),
        ("12 m", 12.0),
        ("12m", 12.0),
        ("12,5", 12.5),
        (" 12.5 m ", 12.5),
        (".5", 0.5),
        ("1200 cm", 12.0),
        ("40'", 12.192),
        ("40 ft", 12.192),
        ("40 feet", 12.192),
        ("7'4\"", 2.2352),
        ("3;4", 4.0),
        ("-3", -3.0),
        ("~12", NAN),
        ("12-15", NAN),
        ("3;tall", NAN),
        ("12 kg", NAN),
        ("1.250,5", NAN),
        ("nan", NAN),
        ("inf", NAN),
        ("١٢", NAN),
        ("", NAN),
    ],
)
def test_lengths_as_people_write_them(text, expected):
    assert metres(text) == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_counts_have_no_unit():
    assert metres("3", "") == 3.0
    assert np.isnan(metres("3 m", ""))
    assert np.isnan(metres("3'", ""))


@pytest.mark.parametrize(
    ("columns", "top", "from_storeys"),
    [
        ({"height": 9.5}, 9.5, False),
        ({"HEIGHT": "9.5"}, 9.5, False),
        ({"measuredHeight": 8.0, "height": 9.5}, 8.0, False),
        ({"measuredHeight": -9999.0, "height": 9.5}, 9.5, False),
        ({"heightroof": 100.0}, 30.48, False),
        ({"b3_h_dak_50p": 12.0, "b3_h_maaiveld": 2.0}, 10.0, False),
        ({"b3_h_dak_50p": 12.0}, NAN, False),
        ({"height": 9.5, "building__levels": "3"}, 9.5, False),
        ({"building__levels": "3"}, 9.0, True),
        ({"height": 0.0, "storeys": 2}, 6.0, True),
        ({"height": -1.0}, NAN, False),
        ({"height": 1000.0}, NAN, False),
        ({"storeys": 0}, NAN, False),
        ({"name": "Kallio"}, NAN, False),
    ],
)
def test_the_top_by_what_the_table_says(columns, top, from_storeys):
    found = heights(**columns)
    assert found.top[0] == pytest.approx(top, nan_ok=True)
    assert found.from_storeys.tolist() == [from_storeys]


def test_each_row_takes_the_first_usable_value():
    found = heights(3, height=[5.0, None, "tall"], korkeus=[7.0, 7.0, None], storeys=[1, 1, 4])
    assert found.top.tolist() == [5.0, 7.0, 12.0]
    assert found.from_storeys.tolist() == [False, False, True]
    assert dict(found.passed_over) == {"height": 1}


def test_the_ground_is_that_of_the_polygon_then_that_of_a_column():
    assert heights(ground_z=4.0, height=3.0).ground[0] == 4.0
    assert heights(ground_z=4.0, shape_z=1.5, height=3.0).ground[0] == 1.5
    assert heights(ground_z=4.0, shape_z=1.5, chosen={"ground_z": "ground_z"}).ground[0] == 4.0
    assert np.isnan(heights(ground_z=-9999.0).ground[0])


def test_a_part_may_start_above_the_ground():
    assert heights(height=9.0, min_height="3 m").base[0] == 3.0
    assert heights(height=9.0, building__min_level="2").base[0] == 6.0
    assert heights(height=9.0, min_height=0).base[0] == 0.0
    crossed = heights(height=9.0, min_height=9.0)
    assert (crossed.base[0], dict(crossed.passed_over)) == (0.0, {"min_height": 1})


def test_a_chosen_column_is_the_only_one():
    found = heights(2, height=[5.0, 5.0], eaves=[4.0, None], storeys=[9, 2], chosen={"height": "eaves"})
    assert found.top.tolist() == [4.0, 6.0]


def test_identifiers_come_from_a_known_column():
    assert list(read_identifiers(table(2, osm_id=[7, 8], name=["x", "y"]))) == ["7", "8"]
    assert list(read_identifiers(table(2, building_id=["a", None], id=["x", "y"]))) == ["a", ""]
    assert list(read_identifiers(table(1, fid=12.0, id=3.0))) == ["3"]
    assert list(read_identifiers(table(1, plot="K1", id="x"), "plot")) == ["K1"]
    assert read_identifiers(table(1, name="x")) is None


def test_every_name_has_a_source():
    rows = read_reference("citytwin.io", "footprints_columns.csv")
    assert len({(row["meaning"], row["name"]) for row in rows}) == len(rows)
    for row in rows:
        assert row["source"], row["name"]
        assert row["licence"], row["name"]
        assert int(row["year"]) > 2000
        assert row["confidence"] in CONFIDENCE
        assert row["unit"] in ("m", "ft") or row["meaning"] in ("id", "storeys", "min_storeys")
        assert ("to be verified" not in row["source"]) | (row["confidence"] == "low"), row["name"]
