"""Quantities and money, by hand."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import numpy as np
import pytest

from citytwin.scenario import apply
from citytwin.scenario.alternatives import Alternative, Build, Costs, Demolish, HeatSourceChange, Pv, Retrofit
from citytwin.scenario.costs import investment, quantities

BOTH = ("b1", "b2")


def amounts(twin, plan, **results):
    return quantities(apply(twin, plan), twin.buildings(), **results)


def test_elements_count_once_and_windows_are_not_walls(twin):
    plan = Alternative(
        "deep",
        retrofit=(
            Retrofit(ids=BOTH, u_wall=0.15, u_roof=0.08, u_floor=0.1, u_window=0.7, g_window=0.5),
            Retrofit(ids=("b1",), u_wall=0.1, heat_recovery=0.8, n50=0.5),
        ),
    )
    assert amounts(twin, plan) == {
        "wall_m2": 2 * 250.0,
        "roof_m2": 2 * 100.0,
        "floor_m2": 2 * 100.0,
        "window_m2": 2 * 50.0,
        "heat_recovery_m2": 250.0,
        "airtightness_m2": 250.0,
    }


def test_buildings_heat_sources_and_modules(twin):
    plan = Alternative(
        "new",
        demolish=(Demolish(ids=("b5",)),),
        heat_source=(HeatSourceChange(ids=BOTH, to="gas"),),
        pv=(Pv(ids=BOTH),),
    )
    demand = SimpleNamespace(building=np.array(["b2", "b1"], object), heating_peak_kw=np.array([30.0, 12.0]))
    pv = SimpleNamespace(kwp=np.array([5.0, 7.5]))
    assert amounts(twin, plan, demand=demand, pv=pv) == {"demolish_m2": 300.0, "heat_source_kw": 42.0, "pv_kwp": 12.5}
    assert amounts(twin, plan) == {"demolish_m2": 300.0}


def test_new_buildings_go_by_gross_area(twin):
    new = apply(twin, Alternative("new", build=(Build(),)))
    assert quantities(new, twin.buildings()) == {"build_m2": 300.0}


def test_investment_and_what_has_no_price():
    costs = Costs(date=datetime.date(2026, 1, 1), source="tender", wall_m2=100, pv_kwp=0)
    found = investment({"wall_m2": 12.0, "window_m2": 5.0, "pv_kwp": 3.0, "roof_m2": 0.0}, costs)
    assert found.amount == 1200.0
    assert found.items == {"wall_m2": (12.0, 1200.0), "pv_kwp": (3.0, 0.0)}
    assert found.unpriced == ("window_m2",)


def test_no_measures_cost_nothing(twin):
    assert quantities(twin, twin.buildings()) == {}
    assert investment({}, Costs(date=datetime.date(2026, 1, 1), source="x")).amount == pytest.approx(0)
