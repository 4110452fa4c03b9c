"""The pipeline on two synthetic buildings: every stage is wired to the next."""

from __future__ import annotations

import numpy as np
import pytest

import citytwin as ct
from citytwin.model.twin import Change, RoofPv


@pytest.fixture(scope="module")
def today():
    weather = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    return ct.Twin(ct.synthetic.city(2, seed=1), weather)


@pytest.fixture(scope="module")
def assessment(today):
    return ct.assess(today, draws=4, years=(2030, 2025))


def test_stages_hold_together(today, assessment):
    assert assessment.twin is today
    assert assessment.name == "today"
    assert assessment.years == (2025, 2030)
    assert assessment.pv is None
    assert len(assessment.demand) + len(assessment.demand.excluded.building) == len(assessment.buildings) == 2
    assert assessment.emissions.methods == ["benefit", "energy"]
    assert assessment.provenance.parameters["energy_draws"] == 4
    assert assessment.kpi("heating_kwh") > 0
    assert assessment.kpi("roof_irradiation_kwh") > 0
    assert assessment.kpi("co2e_kg_2030") < assessment.kpi("co2e_kg_2025")


def test_table_adds_up_to_the_figures(assessment):
    table = assessment.table()
    assert table["heating_kwh"].sum() == pytest.approx(assessment.kpi("heating_kwh"), rel=1e-12)
    assert table["co2e_kg_2025"].sum() == pytest.approx(assessment.kpi("co2e_kg_2025"), rel=1e-12)
    assert table["roof_irradiation_kwh"].sum() == pytest.approx(assessment.kpi("roof_irradiation_kwh"), rel=1e-12)


@pytest.mark.compiled
def test_measures_reach_the_results(today, assessment):
    ids = tuple(today.buildings().id)
    better = ct.assess(
        today.with_changes("better", (Change("u_wall", 0.1, ids, "retrofit"),), (RoofPv(ids, 500.0, 0.5, "pv"),)),
        draws=4,
    )
    assert better.kpi("heating_kwh") < assessment.kpi("heating_kwh")
    assert better.kpi("pv_kwh") > 0
    factor = ct.emissions.load_factors().find("electricity", "benefit", [2025]).at(2025).value
    assert 0 < better.kpi("pv_own_use_kwh") < better.kpi("pv_kwh")
    assert better.kpi("co2e_kg_2025_pv") == pytest.approx(-better.kpi("pv_own_use_kwh") * factor / 1000.0)
    assert better.table()["pv_kwh"].sum() == pytest.approx(better.kpi("pv_kwh"))


@pytest.mark.compiled
def test_one_thread_gives_the_same(today, assessment, monkeypatch):
    monkeypatch.setenv("CITYTWIN_NUM_THREADS", "1")
    alone = ct.assess(today, draws=4, years=(2030, 2025))
    np.testing.assert_array_equal(alone.kpis["value"].to_numpy(float), assessment.kpis["value"].to_numpy(float))
    np.testing.assert_array_equal(alone.demand.heating_kwh, assessment.demand.heating_kwh)


@pytest.mark.compiled
def test_progress_names_the_stage(today):
    seen = []
    ct.assess(today, draws=0, progress=lambda stage, done, total: seen.append((stage, done == total)))
    assert ("shade", True) in seen
    assert ("simulate", True) in seen


def test_nothing_to_simulate_is_an_answer_too(today):
    ids = tuple(today.buildings().id)
    empty = ct.assess(today.with_changes("empty", (Change("status", 4.0, ids, "demolish"),)))
    assert empty.kpi("buildings_simulated") == 0
    assert empty.kpi("heating_kwh") == 0
    assert np.isnan(empty.kpi("heating_kwh_m2"))
    assert empty.table()["excluded_because"].unique().tolist() == ["demolished"]


def test_store_and_executor_are_refused_until_they_exist(today):
    with pytest.raises(NotImplementedError, match="must be None"):
        ct.assess(today, store="results")
