import pytest

from citytwin.model.reference import CONFIDENCE, read_reference


def test_cells_are_text_and_rows_keep_their_order():
    first, *others = read_reference("citytwin.model", "units.csv")
    assert first["alias"] == "m"
    assert first["factor"] == "1"
    assert len(others) > 10


def test_confidence_falls_with_the_word_and_low_is_at_most_40():
    assert 100 > CONFIDENCE["high"] > CONFIDENCE["medium"] > CONFIDENCE["low"]
    assert CONFIDENCE["low"] <= 40


def test_a_table_that_is_not_there_is_an_error():
    with pytest.raises(FileNotFoundError):
        read_reference("citytwin.model", "none.csv")
