import pytest

from citytwin.model.derive.attribute_map import load_meanings
from citytwin.model.derive.codes import code_lists
from citytwin.model.derive.tables import assumption, read_csv
from citytwin.model.enums import Carrier, Status, Use
from citytwin.model.reference import CONFIDENCE

TABLES = ["assumptions.csv", "carrier_shares.csv", "heat_sources.csv", "places.csv", "use_classes.csv"]


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_source_year_licence_and_confidence(name):
    for row in read_csv(name):
        assert row["source"]
        assert row["licence"]
        assert row["year"].isdecimal()
        assert row["confidence"] in CONFIDENCE
        assert None not in row


def test_use_shares_of_each_code_sum_to_one_and_name_known_classes():
    for codes in code_lists("use_classes.csv").values():
        for rows in codes.values():
            assert sum(float(row["share"]) for row in rows) == pytest.approx(1)
            for row in rows:
                assert row["use"] == "residential" or Use.from_word(row["use"]) in Use
                assert row["heated"] in ("yes", "no")


def test_the_1994_and_the_2018_classification_are_complete():
    lists = code_lists("use_classes.csv")
    assert len(lists["fi1994"]) == 77
    assert len(lists["fi2018"]) == 98
    assert {len(code) for code in lists["fi1994"]} == {3}
    assert {len(code) for code in lists["fi2018"]} == {4}


def test_carrier_probabilities_sum_to_one():
    for row in read_csv("carrier_shares.csv"):
        assert sum(float(row[c.word]) for c in Carrier if c != Carrier.UNKNOWN) == pytest.approx(1)
        assert row["use"] == "any" or Use.from_word(row["use"]) in Use
        assert row["place"] in {place["place"] for place in read_csv("places.csv")}


def test_every_named_code_list_exists():
    meanings = load_meanings()
    for name, table in (("use", "use_classes.csv"), ("heat_source", "heat_sources.csv")):
        meaning = meanings[name]
        named = {*meaning.codelists, *(item for lists in meaning.codelists_of.values() for item in lists)}
        assert named <= set(code_lists(table))


def test_status_words_name_statuses():
    for word in load_meanings()["status"].words.values():
        assert Status.from_word(word) in Status


def test_an_assumption_falls_back_on_any_use_and_caps_confidence():
    assert assumption("window_per_floor", "office") == assumption("window_per_floor")
    assert assumption("storey_height", "apartment") == (3.0, 40)
