"""The decision sheet: the figures of the assessment, readable, with what is not known said."""

from __future__ import annotations

import datetime
import json

import pytest

from citytwin.model.twin import Change
from citytwin.publish.decision_sheet import decision_sheet, sheet_facts
from citytwin.scenario import compare
from citytwin.scenario.alternatives import Costs
from tests.six_results import assessment_of, pv_of

COSTS = Costs(date=datetime.date(2026, 1, 1), source="tender of May", roof_m2=10)


@pytest.fixture
def today(twin):
    return assessment_of(twin, years=(2025, 2030))


@pytest.fixture
def comparison(twin, today):
    plan = twin.with_changes("Sun and walls", (Change("u_wall", 0.15, ("b1", "b2"), "retrofit"),))
    sunny = assessment_of(plan, pv_of(), heating=(15_000.0, 5000.0, 10_000.0), years=(2025, 2030))
    return compare([today, sunny], COSTS)


def line_of(text, words):
    return next(line for line in text.splitlines() if words in line)


def test_figures_stand_where_they_belong(today):
    text = decision_sheet(today)
    assert line_of(text, "space heating  ").split()[2:] == ["60", "55.2", "60", "64.8", "80"]
    assert "planned 1, unheated 1" in line_of(text, "not simulated")
    assert line_of(text, "total  ").split() == ["total", "6", "6"]
    assert line_of(text, "total, energy method").split()[-2:] == ["12", "12"]
    assert "district heat 100%" in line_of(text, "expected heat sources")
    assert "u_wall" in line_of(text, "low confidence")
    assert "by hand, operated use" in text
    assert all(len(line) < 120 for line in text.splitlines())


def test_emissions_by_carrier_and_year_and_how_much_is_known(today):
    text = decision_sheet(today)
    emissions = text[text.index("OPERATIONAL EMISSIONS") : text.index("HOW SURE")]
    assert emissions.splitlines()[1].split() == ["2025", "2030"]
    assert line_of(emissions, "district heat").split()[-2:] == ["6", "6"]
    known = line_of(text, "volume of today's buildings with a known")
    for name in ("year", "use", "area", "carrier"):
        assert f"{name} {today.kpi(f'known_{name}_share'):.0%}" in known


def test_alternatives_and_what_has_no_price(comparison):
    text = decision_sheet(comparison.assessments[0], comparison)
    alternatives = text[text.index("ALTERNATIVES COMPARED") :]
    assert line_of(alternatives, "space heating").split()[-3:] == ["60", "30", "(-30)"]
    assert line_of(text, "solar yield").split()[-2:] == ["8.76", "(+8.76)"]
    assert "Sun and walls: no price given for wall_m2, pv_kwp" in text
    assert "no price given for electricity, district_heat: energy bills are open" in text
    assert "prices of 2026-01-01: tender of May" in text


def test_facts_are_json(comparison):
    facts = sheet_facts(comparison.assessments[0], comparison)
    again = json.loads(json.dumps(facts, allow_nan=False))
    assert {row["kpi"]: row["value"] for row in again["kpis"]}["heating_kwh"] == 60_000
    assert any(row["alternative"] == "Sun and walls" for row in again["comparison"])
