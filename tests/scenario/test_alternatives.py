"""Alternatives from TOML: what is accepted, and one sentence with the line for what is not."""

from __future__ import annotations

import datetime

import pytest

from citytwin.errors import ScenarioError
from citytwin.scenario import load_alternatives, load_costs

FULL = """\
[costs]
date = 2026-01-15
source = "tender of the city"
wall_m2 = 150
pv_kwp = 1100.5
[costs.energy_kwh]
district_heat = 0.1

[[alternative]]
name = "Deep"
description = "Walls and windows"
[[alternative.retrofit]]
where = "year_built < 1980"
u_wall = 0.17
heat_recovery = 0.7
[[alternative.retrofit]]
ids = ["b1", "b2"]
n50 = 1
[[alternative.pv]]

[[alternative]]
name = "New"
[[alternative.build]]
demolish_overlapped = true
[[alternative.demolish]]
ids = ["b3"]
[[alternative.heat_source]]
to = "ground_source_heat_pump"
"""


def load(tmp_path, text):
    path = tmp_path / "plans.toml"
    path.write_text(text)
    return load_alternatives(path)


def test_reads_every_measure(tmp_path):
    deep, new = load(tmp_path, FULL)
    assert deep.name == "Deep"
    assert deep.retrofit[0].targets() == {"u_wall": 0.17, "heat_recovery": 0.7}
    assert deep.retrofit[1].targets() == {"n50": 1.0}
    assert deep.retrofit[1].ids == ("b1", "b2")
    assert (deep.pv[0].min_irradiation_kwh_m2, deep.pv[0].usable_share) == (800.0, 0.5)
    assert new.build[0].demolish_overlapped
    assert new.demolish[0].ids == ("b3",)
    assert new.heat_source[0].to == "ground_source_heat_pump"


def test_reads_costs(tmp_path):
    load(tmp_path, FULL)
    costs = load_costs(tmp_path / "plans.toml")
    assert costs.date == datetime.date(2026, 1, 15)
    assert (costs.wall_m2, costs.roof_m2, costs.pv_kwp) == (150, None, 1100.5)
    assert costs.energy_kwh.district_heat == 0.1
    assert costs.energy_kwh.gas is None


def test_no_costs_is_none(tmp_path):
    load(tmp_path, '[[alternative]]\nname = "a"\n')
    assert load_costs(tmp_path / "plans.toml") is None


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("u_wall = 0.17", "u_wal = 0.17", 14, "unknown key 'u_wal'"),
        ("u_wall = 0.17", "u_wall = -0.17", 14, "u_wall: expected float > 0"),
        ("u_wall = 0.17", "u_wall = nan", 14, "u_wall: expected float"),
        ("u_wall = 0.17", "u_wall = inf", 14, "u_wall: expected float <= 7"),
        ("u_wall = 0.17", 'u_wall = "0.17"', 14, "got str"),
        ("u_wall = 0.17", "u_wall = true", 14, "got bool"),
        ("n50 = 1", "n50 = 99", 18, "n50: expected float <= 20"),
        ('ids = ["b1", "b2"]', "ids = []", 17, "ids"),
        ('ids = ["b1", "b2"]', "ids = [1]", 17, "expected str, got int"),
        ("heat_recovery = 0.7", "heat_recovery = 1.2", 15, "heat_recovery"),
        ("[[alternative.pv]]", "[[alternative.pw]]", 19, "unknown key 'pw'"),
        ("[[alternative.pv]]", "[[alternative.pv]]\nusable_share = 1.5", 20, "usable_share: expected float <= 1"),
        ('to = "ground_source_heat_pump"', 'to = "nuclear"', 28, "to: "),
        ('to = "ground_source_heat_pump"', "", 27, "needs the key 'to'"),
        ('name = "New"', "", 21, "needs the key 'name'"),
        ("wall_m2 = 150", "wall_m3 = 150", 4, "unknown key 'wall_m3'"),
        ("date = 2026-01-15", 'date = "soon"', 2, "date"),
        ('source = "tender of the city"', 'source = ""', 3, "source"),
        ("district_heat = 0.1", "district_heat = -1", 7, "district_heat"),
    ],
)
def test_names_the_line_and_what_is_wrong(tmp_path, old, new, line, words):
    assert old in FULL
    with pytest.raises(ScenarioError) as error:
        load(tmp_path, FULL.replace(old, new))
    message = str(error.value)
    assert f"plans.toml:{line}: " in message
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "needs the key 'alternative'"),
        ("alternative = []", "alternative"),
        ("[[alternative]\n", "plans.toml:1: not valid TOML"),
        ('[[alternative]]\nname = "a"\n[[alternative]]\nname = "a"\n', "2 alternatives are named 'a'"),
        ('[[alternative]]\nname = "today"\n', "'today' is the city as it is"),
    ],
)
def test_refuses_files_that_are_none(tmp_path, text, words):
    with pytest.raises(ScenarioError, match=words.replace("[", r"\[")):
        load(tmp_path, text)


def test_missing_file_and_other_bytes(tmp_path):
    with pytest.raises(ScenarioError, match="No such file"):
        load_alternatives(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes('name = "Töölö"'.encode("latin-1"))
    with pytest.raises(ScenarioError, match="not UTF-8"):
        load_alternatives(tmp_path / "latin.toml")
