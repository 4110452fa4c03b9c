"""Comparisons: differences, paired bands, money, and what does not go together."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from citytwin.model.twin import Change
from citytwin.scenario import compare
from citytwin.scenario.alternatives import Costs, EnergyPrices
from citytwin.scenario.compare import energy_bill
from tests.six_results import HOURS, assessment_of, pv_of

PRICES = Costs(
    date=datetime.date(2026, 1, 1),
    source="tender",
    wall_m2=100,
    energy_kwh=EnergyPrices(district_heat=0.1, electricity=0.2),
)


@pytest.fixture
def today(twin):
    return assessment_of(twin)


@pytest.fixture
def deep(twin):
    changed = twin.with_changes("deep", (Change("u_wall", 0.15, ("b1", "b2"), "retrofit"),))
    return assessment_of(changed, heating=(15_000.0, 5000.0, 10_000.0), kilograms=(2000.0, 500.0, 1000.0))


def cells(comparison):
    return comparison.table.set_index(["alternative", "kpi"])


def test_differences_to_the_first(today, deep):
    table = cells(compare([today, deep]))
    assert table.loc[("deep", "heating_kwh"), "difference"] == -30_000
    assert table.loc[("deep", "heating_kwh"), "relative"] == -0.5
    assert table.loc[("deep", "co2e_kg_2025"), "difference"] == -2500
    assert table.loc[("today", "heating_kwh"), "difference"] == 0
    assert ("deep", "investment") not in table.index


def test_bands_of_differences_are_paired(today, deep):
    row = cells(compare([today, deep])).loc[("deep", "heating_kwh")]
    # draws of the difference are -27, -30 and -33 MWh: much narrower than the difference of the bands
    assert row["difference_low"] == pytest.approx(-32_400, rel=1e-6)
    assert row["difference_high"] == pytest.approx(-27_600, rel=1e-6)
    assert not row["decided_by_low_confidence"]


def test_a_band_around_zero_is_flagged(twin, today):
    other = assessment_of(twin.with_changes("other"), heating=(30_000.0, 10_100.0, 20_000.0))
    drawn = dict(other.drawn_kpis)
    drawn["heating_kwh"] = today.drawn_kpis["heating_kwh"] + np.array([-500.0, 100.0, 500.0])
    other.__dict__["drawn_kpis"] = drawn
    table = cells(compare([today, other]))
    assert table.loc[("other", "heating_kwh"), "decided_by_low_confidence"]
    assert not table.loc[("today", "heating_kwh"), "decided_by_low_confidence"]
    assert not table.loc[("other", "electricity_kwh"), "decided_by_low_confidence"]


def test_a_figure_only_one_has_counts_from_zero(twin, today):
    sunny = assessment_of(twin.with_changes("sun"), pv_of())
    table = cells(compare([today, sunny]))
    assert table.loc[("sun", "pv_kwh"), ["value", "difference"]].tolist() == [8760, 8760]
    assert table.loc[("today", "pv_kwh"), "value"] == 0


def test_money(today, deep):
    comparison = compare([today, deep], PRICES)
    table = cells(comparison)
    assert table.loc[("deep", "investment"), "value"] == 2 * 250 * 100
    assert table.loc[("today", "investment"), "value"] == 0
    heat = 60_000 / 0.8 + 15_000 / 0.5
    assert table.loc[("today", "energy_bill"), "value"] == pytest.approx(heat * 0.1 + 3 * 8760 * 0.2)
    assert table.loc[("deep", "energy_bill"), "difference"] == pytest.approx(-30_000 / 0.8 * 0.1)
    assert table.loc[("deep", "energy_bill"), "unit"] == "EUR/a"


def test_solar_electricity_saves_what_is_used_in_the_hour(twin, today):
    sunny = assessment_of(twin.with_changes("sun"), pv_of(1.0))
    assert energy_bill(today, PRICES) - energy_bill(sunny, PRICES) == pytest.approx(HOURS * 0.2)


def test_a_carrier_without_price_leaves_the_bill_open(today):
    prices = Costs(date=datetime.date(2026, 1, 1), source="x", energy_kwh=EnergyPrices(electricity=0.2))
    assert np.isnan(energy_bill(today, prices))


def test_what_does_not_go_together(twin, today):
    with pytest.raises(ValueError, match="at least two"):
        compare([today])
    with pytest.raises(ValueError, match="different names"):
        compare([today, today])
    with pytest.raises(ValueError, match="differ in use or years"):
        compare([today, assessment_of(twin.with_changes("other"), years=(2025,))])
