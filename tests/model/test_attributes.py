from __future__ import annotations

import numpy as np
import pytest

from citytwin.model.attributes import AttributeTable, AttributeValue


def table(*values: tuple[int, str, str, str], n: int = 3) -> AttributeTable:
    return AttributeTable.of(n, [AttributeValue(row, name, text, kind) for row, name, text, kind in values])


@pytest.mark.parametrize(
    ("kind", "texts", "dtype", "values"),
    [
        ("int", ["1", "-2"], np.int64, [1, -2]),
        ("double", ["1.5", "2"], np.float64, [1.5, 2.0]),
        ("measure", ["1e3", ".5"], np.float64, [1000.0, 0.5]),
        ("bool", ["true", "0"], np.bool_, [True, False]),
        ("string", ["039", "1"], object, ["039", "1"]),
        ("int", ["1", "unknown"], object, ["1", "unknown"]),
        ("double", ["1_000", "1"], object, ["1_000", "1"]),
    ],
)
def test_dense_column_has_the_declared_type_where_all_texts_allow(
    kind: str, texts: list[str], dtype: type, values: list[object]
) -> None:
    column = table((0, "a", texts[0], kind), (2, "a", texts[1], kind))["a"]
    assert column.values.dtype == dtype
    assert column.values[[0, 2]].tolist() == values
    assert column.mask.tolist() == [False, True, False]


def test_one_key_of_two_types_is_a_number_where_it_can_be() -> None:
    column = table((0, "a", "19.5", "string"), (1, "a", "20", "double"))["a"]
    np.testing.assert_array_equal(column.values, [19.5, 20.0, np.nan])


def test_empty_text_is_missing_and_repeats_are_counted() -> None:
    column = table((0, "a", "", "int"), (1, "a", "5", "int"), (1, "a", "6", "int"))["a"]
    assert column.mask.tolist() == [True, False, True]
    assert column.values[1] == 5
    assert column.repeats == 1
    assert column.as_text().tolist() == ["", "5", ""]
    np.testing.assert_array_equal(column.as_float(), [np.nan, 5, np.nan])


def test_unknown_name() -> None:
    with pytest.raises(KeyError, match="there are a"):
        table((0, "a", "1", "int"))["b"]
    assert table((0, "a", "1", "int")).get("b") is None


def test_take_append_concat() -> None:
    first = table((0, "a", "1", "int"), (2, "b", "x", "string"))
    assert first.take(np.array([2, 0])).entries(0) == [AttributeValue(0, "b", "x", "string")]
    longer = first.append([AttributeValue(1, "a", "7", "int", "join:t", "m")])
    assert longer["a"].values.tolist() == [1, 7, 0]
    both = AttributeTable.concat([first, longer])
    assert both.n == 6
    assert both["a"].values.tolist() == [1, 0, 0, 1, 7, 0]
    assert both.entries(4) == [AttributeValue(4, "a", "7", "int", "join:t", "m")]
    assert len(AttributeTable.of(5)) == 0
    assert AttributeTable.concat([AttributeTable.of(5), first]).n == 8


def test_a_name_whose_values_are_all_in_rows_that_were_left_out():
    table = AttributeTable.of(2, [AttributeValue(1, "a", "3", "int")]).take(np.array([0]))
    assert table["a"].mask.tolist() == [True]
    assert (table["a"].unit, table["a"].place, table["a"].repeats) == ("", "generic", 0)
