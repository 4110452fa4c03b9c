"""The figures of one real tile through the whole pipeline: what is simulated, reported, and left alone."""

from __future__ import annotations

import re
from pathlib import Path

import numba
import numpy as np
import pytest

import citytwin as ct
from citytwin.energy.envelope import envelope
from citytwin.energy.lanes import Lanes
from citytwin.energy.stock import load_stock


@pytest.fixture(scope="module")
def assessment(helsinki_path: Path, vantaa_path: Path) -> ct.Assessment:
    if numba.config.DISABLE_JIT:
        pytest.skip("takes minutes without the compiler")
    twin = ct.Twin(ct.read_city(helsinki_path), ct.read_weather(vantaa_path))
    return ct.assess(twin, draws=8)


def test_every_building_is_simulated_or_excluded_by_a_reason(assessment: ct.Assessment) -> None:
    kpi = assessment.kpi
    reasons = assessment.kpis.loc[assessment.kpis["kpi"].str.startswith("excluded_"), "value"].sum()
    assert kpi("buildings_read") == kpi("buildings_simulated") + kpi("buildings_excluded") == 61
    assert (kpi("buildings_simulated"), kpi("buildings_excluded"), reasons) == (43, 18, 18)
    table = assessment.table()
    assert (table["heating_kwh"].notna() == (table["excluded_because"] == "")).all()


def test_what_is_reported_of_the_district(assessment: ct.Assessment) -> None:
    figures = assessment.kpis.set_index("kpi")
    for name in ("heating", "hot_water", "electricity"):
        assert figures.loc[f"{name}_kwh", "value"] > 0
        assert figures.loc[f"{name}_kwh", "low"] < figures.loc[f"{name}_kwh", "high"]
        assert figures.loc[f"{name}_kwh_m2", "unit"] == "kWh/(m2 a)"
    for name in ("heating_peak_kw", "heat_peak_kw", "electricity_peak_kw", "overheating_kh", "roof_irradiation_kwh"):
        assert figures.loc[name, "value"] > 0
    for year in (2025, 2030, 2040):
        total = figures.loc[f"co2e_kg_{year}", "value"]
        carriers = figures.filter(regex=rf"co2e_kg_{year}_(?!.*_method)", axis=0)["value"]
        assert len(carriers) >= 4
        assert carriers.sum() == pytest.approx(total, rel=1e-12)
    shares = figures.filter(regex="known_", axis=0)["value"].astype(float)
    assert shares.round(2).to_dict() == {
        "known_year_share": 0.53, "known_use_share": 0.64, "known_area_share": 0.59, "known_carrier_share": 0.0,
    }  # fmt: skip


def test_roofs_get_what_a_shaded_roof_can(assessment: ct.Assessment) -> None:
    """Horizontal irradiation of this year is 975 kWh/m2; a good south roof at 45 degrees gets a fifth more."""
    roofs = assessment.table()["roof_irradiation_kwh_m2"].dropna()
    assert len(roofs) == 50
    assert 300 < roofs.min() < 700
    assert 975.2 < roofs.max() < 1.2 * 975.2
    assert 800 < assessment.kpi("roof_irradiation_kwh_m2") < 975.2


def transmission(buildings: ct.Buildings) -> np.ndarray:
    """Conductance of the envelope of each building, windows and opaque parts, W/K."""
    shell = envelope(Lanes(buildings.take(np.flatnonzero(buildings.simulated)), load_stock(), "operated"))
    return shell.loss + shell.window


def test_doubled_permitted_floor_area_changes_no_envelope_loss(helsinki_path: Path, tmp_path: Path) -> None:
    """Kerrosala doubled in the file: areas of use follow where geometry does not contradict, losses do not."""
    pattern = r'(name="Kerrosala">\s*<gen:value>)(\d+)'
    text = helsinki_path.read_text(encoding="utf-8")
    doubled, n = re.subn(pattern, lambda match: f"{match[1]}{2 * int(match[2])}", text)
    assert n > 20
    (tmp_path / "doubled.gml").write_text(doubled, encoding="utf-8")
    once, twice = (ct.read_city(path).buildings() for path in (helsinki_path, tmp_path / "doubled.gml"))
    register = once.permitted_floor_area > 0
    assert (twice.permitted_floor_area[register] / once.permitted_floor_area[register] == 2).sum() >= 20
    np.testing.assert_array_equal(transmission(twice), transmission(once))
    for name in ("wall_area", "party_wall_area", "exposed_wall_area", "roof_area", "ground_area", "window_area"):
        np.testing.assert_array_equal(getattr(twice, name), getattr(once, name))
