import pytest

from citytwin.model.derive.codes import look_up

FINNISH = ("fi1994", "fi2018", "fi_text")


def use_of(text, lists=FINNISH):
    return [row["use"] for row in look_up("use_classes.csv", lists, text)]


@pytest.mark.parametrize("text", ["039", "39", "39.0", " 039 ", "039 muut asuinkerrostalot", "0121"])
def test_blocks_of_flats_by_1994_and_2018_codes(text):
    assert use_of(text) == ["apartment"]


def test_111_is_a_shop_of_1994_and_0111_a_house_of_2018():
    assert use_of("111") == ["commercial"]
    assert use_of("0111") == ["small_residential"]


def test_class_names_are_known():
    assert use_of("Muut asuinkerrostalot") == ["apartment"]
    assert use_of("Pysäköintitalot") == ["other"]


def test_texts_are_found_without_accents():
    assert use_of("Ei käyttömerkintää kartalla") == ["unknown"]
    assert use_of("ei kayttomerkintaa kartalla") == ["unknown"]


@pytest.mark.parametrize("text", ["", "xyz", "998", "12345", "31001_9999"])
def test_an_unknown_code_has_no_rows(text):
    assert use_of(text) == []


def test_the_first_list_that_knows_a_code_wins():
    assert use_of("1010", ("citygml", "fi2018")) == ["apartment"]
    assert use_of("1010", ("fi2018", "citygml")) == ["other"]


@pytest.mark.parametrize("text", ["9", "09", "Maalämpö tms.", "maalampo"])
def test_heat_sources_by_code_and_text(text):
    assert look_up("heat_sources.csv", ("fi_fuel",), text)[0]["carrier"] == "ground_source_heat_pump"
