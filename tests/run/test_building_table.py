"""The table of buildings: exact columns, each building's own numbers, nothing made up for the others."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from citytwin.model.assemble import assemble_city
from citytwin.model.findings import Finding, Findings
from citytwin.run.building_table import findings_by_building, sun_by_building
from tests.six_results import assessment_of, pv_of

PINNED = """
    building_id status heated use use_source use_confidence year_built year_built_source year_built_confidence storeys
    height_m volume_m3 heated_floor_area_m2 heated_floor_area_m2_source heated_floor_area_m2_confidence
    gross_floor_area_m2 footprint_area_m2 wall_area_m2 party_wall_area_m2 roof_area_m2 window_area_m2 quality
    heating_kwh
    heating_kwh_m2 heating_kwh_m3 heating_peak_kw hot_water_kwh electricity_kwh cooling_kwh roof_irradiation_kwh
    roof_irradiation_kwh_m2 sky_view carrier carrier_source co2e_kg_2025 co2e_kg_2030 co2e_kg_2040 n_findings
    imputed_share
""".split()


@pytest.fixture
def table(twin):
    return assessment_of(twin, pv_of(), years=(2025, 2030, 2040)).table()


def test_columns_are_the_published_ones_in_order(table):
    assert list(table)[: len(PINNED)] == PINNED
    assert list(table)[len(PINNED) :] == [
        *("hot_water_kwh_m2", "electricity_kwh_m2", "overheating_kh", "pv_kwh", "excluded_because")
    ]


def test_each_building_has_its_own_results(table):
    rows = table.set_index("building_id")
    assert rows["heating_kwh"].dropna().to_dict() == {"b1": 10_000, "b2": 20_000, "b4": 30_000}
    assert rows["heating_kwh_m2"]["b1"] == 40
    assert rows["heating_kwh_m3"]["b1"] == 10
    assert rows["hot_water_kwh_m2"]["b4"] == 20
    assert rows["electricity_kwh_m2"]["b4"] == 35.04
    assert rows["co2e_kg_2025"].dropna().to_dict() == {"b1": 1000, "b2": 2000, "b4": 3000}
    assert rows["co2e_kg_2040"]["b4"] == 1500


def test_the_others_say_why_they_have_none(table):
    rows = table.set_index("building_id")
    assert rows.loc["b5", "excluded_because"] == "unheated"
    assert rows.loc["b6", "excluded_because"] == "planned"
    assert rows.loc["b1", "excluded_because"] == ""
    assert rows.loc["b6", ["heating_kwh", "co2e_kg_2025", "pv_kwh"]].isna().all()


def test_photovoltaics_and_findings_by_building(table):
    rows = table.set_index("building_id")
    assert rows.loc[["b1", "b2", "b5"], "pv_kwh"].tolist() == [0, 8760, 0]
    assert rows["n_findings"].to_dict() == {"b1": 1, "b2": 0, "b3": 0, "b4": 0, "b5": 0, "b6": 0}


def test_sorted_by_id(table):
    assert table["building_id"].tolist() == ["b1", "b2", "b3", "b4", "b5", "b6"]


def test_sun_is_weighted_by_outdoor_area(buildings, monkeypatch):
    irradiation = SimpleNamespace(
        surface=np.array([0, 1, 2, 3], np.int32),
        building=np.array([0, 0, 0, 2], np.int32),
        area=np.array([10.0, 30.0, 40.0, 0.0]),
        annual=np.array([900.0, 500.0, 300.0, 0.0]),
        sky_view=np.array([1.0, 0.8, 0.4, 0.0]),
    )
    roof = np.array([True, True, False, True])
    monkeypatch.setattr("citytwin.run.building_table.is_roof", lambda city, rows: roof[rows])
    sun, area, view = sun_by_building(None, buildings, irradiation)
    assert (sun[0], area[0]) == (10 * 900 + 30 * 500, 40)
    assert view[0] == pytest.approx((10 * 1.0 + 30 * 0.8 + 40 * 0.4) / 80)
    assert np.isnan(sun[1:]).all()
    assert np.isnan(area[1:]).all()
    assert np.isnan(view[1:]).all()


def test_findings_of_a_part_count_for_its_building():
    none = np.empty(0, np.int64)
    city = assemble_city(
        object_id=("b1", "part", "b2"),
        object_kind=np.array([0, 1, 0]),
        object_parent=np.array([-1, 0, -1]),
        surface_object=none,
        surface_kind=none,
        surface_lod=none,
        surface_rings=np.zeros(1, np.int64),
        ring_vertices=np.zeros(1, np.int64),
        coordinates=np.empty((0, 3)),
        crs=None,
    )
    findings = Findings.of([Finding(302, "SHELL_NOT_CLOSED", name) for name in ("part", "b1", "b2", "gone")])
    assessment = SimpleNamespace(
        twin=SimpleNamespace(city=city), findings=findings, buildings=SimpleNamespace(object=np.array([0, 2]))
    )
    assert findings_by_building(assessment).tolist() == [2, 1]
