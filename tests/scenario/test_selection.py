"""Conditions on buildings: what they select, what they never select, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from citytwin.errors import ScenarioError
from citytwin.scenario.alternatives import Selection
from citytwin.scenario.selection import select


def chosen(twin, where=None, ids=None, eligible=None):
    buildings = twin.buildings()
    mask = np.ones(len(buildings), bool) if eligible is None else eligible
    return "".join(name[1] for name in select(Selection(ids, where), buildings, twin.city, mask, "test"))


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("year_built < 1980", "15"),
        ("year_built <= 1985", "125"),
        ("1960 <= year_built < 1985", "1"),
        ("2000 > year_built", "125"),
        ("not year_built < 1980", "23"),
        ("year_built != 1965", "235"),
        ("use == 'apartment'", "12"),
        ("use != 'apartment'", "356"),
        ("not (use == 'apartment')", "356"),
        ("use in ('office', 'other')", "356"),
        ("use not in ['office', 'other']", "12"),
        ("'office' == use", "36"),
        ("heated", "12346"),
        ("not heated", "5"),
        ("heated == False", "5"),
        ("status == 'unknown'", "4"),
        ("use == 'apartment' and storeys >= 6 or year_built > 2000", "23"),
        ("use == 'apartment' and (storeys >= 6 or year_built > 2000)", "2"),
        ("not (use == 'apartment' and year_built < 1980)", "2356"),
        ("owner == 'city'", "125"),
        ("owner != 'city'", "3"),
        ("metered_kwh > 10000", "1"),
        ("building_id in ('b2', 'b6')", "26"),
        ("quality == 'A' and height_m > 5", "123456"),
        ("height_m > -1.5", "123456"),
    ],
)
def test_conditions(twin, where, expected):
    assert chosen(twin, where) == expected


def test_unknown_use_is_neither_office_nor_not(twin):
    assert "4" not in chosen(twin, "use == 'office' or not use == 'office'")


def test_ids_and_condition_together(twin):
    assert chosen(twin, "year_built < 1980", ("b1", "b2")) == "1"
    assert chosen(twin, ids=("b6", "b2")) == "26"


def test_nothing_given_is_all_eligible(twin):
    assert chosen(twin, eligible=np.arange(6) < 2) == "12"


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("year_build < 1980", "did you mean 'year_built'?"),
        ("zzzzz < 1980", "columns are those of buildings.parquet"),
        ("use == 'flat'", "'flat' is no use; there are unknown, small_residential"),
        ("use < 'office'", "they can only be equal or not"),
        ("use == 3", "use holds texts"),
        ("year_built < '1980'", "year_built holds numbers"),
        ("year_built < True", "year_built holds numbers"),
        ("heated == 1", "True or False"),
        ("year_built", "no yes-or-no column"),
        ("year_built < storeys", "not a number or a quoted text"),
        ("1 < 2", "needs a column name and a value"),
        ("year_built is 1980", "use =="),
        ("use in 'office'", "needs a list"),
        ("use in ()", "needs a list"),
        ("year_built <", "not a condition"),
        ("", "not a condition"),
        ("__import__('os').system('true')", "not a comparison"),
        ("(lambda: True)()", "not a comparison"),
        ("building_id.__class__ == 'x'", "needs a column name and a value"),
        ("year_built + 1 < 2000", "needs a column name and a value"),
        ("height_m < 2 ** 9 ** 9 ** 9", "not a number or a quoted text"),
        ("not " * 260 + "heated", "longer than"),
        ("-" * 900 + "1 < year_built", "nested too deep"),
        ("(" * 400 + "heated" + ")" * 400, "not a condition"),
        ("year_built < 1000", "selects none of the 6"),
    ],
)
def test_refusals_are_one_sentence(twin, where, words):
    with pytest.raises(ScenarioError) as error:
        chosen(twin, where)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_unknown_and_unfit_ids(twin):
    with pytest.raises(ScenarioError, match="no building has the id 'b9'"):
        chosen(twin, ids=("b1", "b9"))
    with pytest.raises(ScenarioError, match="cannot apply to building 'b5': status existing, unheated"):
        chosen(twin, ids=("b5",), eligible=twin.buildings().heated)
