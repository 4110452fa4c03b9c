"""Figures of the district against sums by hand."""

from __future__ import annotations

import numpy as np
import pytest

from citytwin.run.kpis import pv_own_use
from tests.six_results import HOURS, assessment_of, pv_of


def rows(assessment):
    return assessment.kpis.set_index("kpi")


def test_counts(twin):
    kpis = rows(assessment_of(twin))["value"]
    assert kpis["buildings_read"] == 6
    assert kpis["buildings_today"] == 5
    assert kpis["buildings_planned"] == 1
    assert kpis["buildings_simulated"] == 3
    assert kpis["buildings_excluded"] == 3
    assert kpis["excluded_unheated"] == 1
    assert kpis["excluded_planned"] == 1
    assert kpis["volume_m3"] == 3000


def test_energy_and_its_band(twin):
    kpis = rows(assessment_of(twin))
    assert kpis.loc["heating_kwh", "value"] == 60_000
    assert kpis.loc["heating_kwh_m2", "value"] == 60_000 / 750
    # draws are 54, 60 and 66 MWh: their P10 and P90 by linear interpolation
    assert kpis.loc["heating_kwh", "low"] == pytest.approx(55_200, rel=1e-6)
    assert kpis.loc["heating_kwh", "high"] == pytest.approx(64_800, rel=1e-6)
    assert kpis.loc["heating_kwh", "unit"] == "kWh/a"
    assert "operated use" in kpis.loc["heating_kwh", "basis"]


def test_peaks_of_one_hour_and_of_each_building(twin):
    kpis = rows(assessment_of(twin))["value"]
    assert kpis["heating_peak_kw"] == 25
    assert kpis["heat_peak_kw"] == 27
    assert kpis["heating_peak_sum_kw"] == 30
    assert kpis["electricity_peak_kw"] == 3


def test_overheating_counts_dwellings_only(twin):
    kpis = rows(assessment_of(twin))["value"]
    assert kpis["overheating_kh"] == 150  # b1 and b2; b4 has no known use
    assert kpis["overheated_buildings"] == 1


def test_emissions_by_year_method_and_carrier(twin):
    kpis = rows(assessment_of(twin))
    assert kpis.loc["co2e_kg_2025", "value"] == 6000
    assert kpis.loc["co2e_kg_2025_energy_method", "value"] == 12_000
    assert kpis.loc["co2e_kg_2040", "value"] == 3000
    assert kpis.loc["co2e_kg_2040_district_heat", "value"] == 3000
    assert kpis.loc["co2e_kg_2040", "low"] == pytest.approx(2760, rel=1e-6)
    assert "benefit method" in kpis.loc["co2e_kg_2025", "basis"]


def test_solar_electricity_is_used_up_to_the_load_of_each_hour(twin):
    assert pv_own_use(assessment_of(twin)) == 0
    assert pv_own_use(assessment_of(twin, pv_of(4.0))) == pytest.approx(3.0 * HOURS)
    assert pv_own_use(assessment_of(twin, pv_of(1.0))) == pytest.approx(1.0 * HOURS)


def test_no_draws_no_band(twin):
    kpis = rows(assessment_of(twin, draws=0))
    assert np.isnan(kpis.loc["heating_kwh", ["low", "high"]].astype(float)).all()


def test_names_are_unique_and_shares_are_shares(twin):
    kpis = rows(assessment_of(twin, pv_of()))
    assert kpis.index.is_unique
    shares = kpis.loc[kpis["unit"] == "share", "value"]
    assert {"known_year_share", "known_use_share", "known_area_share", "known_carrier_share"} <= set(shares.index)
    assert shares.between(0, 1).all()


def test_a_figure_by_name(twin):
    assessment = assessment_of(twin)
    assert assessment.kpi("heating_kwh") == 60_000
    with pytest.raises(KeyError):
        assessment.kpi("happiness")
