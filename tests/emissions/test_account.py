"""The account: sums by hand, methods apart, CO2 apart from CO2e, bands."""

from __future__ import annotations

import numpy as np
import pytest

import citytwin as ct
from citytwin.emissions import FactorSeries, load_factors, operational
from tests.model.test_demand import small_demand

DISTRICT = 0.6 * (1000 / 0.95 + 100 / 0.9)
OIL = 0.4 * (1000 / 0.8 + 100 / 0.7)
POWER = np.array([500.0, 1310.0])


def test_public_name() -> None:
    assert ct.emissions.operational is operational


def test_by_hand() -> None:
    table = operational(small_demand(), years=[2030])
    expected = np.array([DISTRICT * 114 + OIL * 306 + POWER[0] * 89, POWER[1] * 89]) / 1000
    np.testing.assert_allclose(table.by_building(2030), expected)
    assert table.total(2030) == pytest.approx(expected.sum())
    assert set(table.carrier) == {"electricity", "district_heat", "oil"}
    assert table.gas == "CO2e"
    frame = table.to_pandas()
    heat = frame[(frame.building == "a") & (frame.carrier == "district_heat")].iloc[0]
    assert heat.factor_g_kwh == 114.0
    assert heat.co2e_kg == pytest.approx(DISTRICT * 0.114)
    assert "co2data" in heat.source
    assert heat.confidence == 40
    assert frame[frame.building == "b"].confidence.tolist() == [70, 70, 70]
    assert "2030 benefit" in repr(table)


def test_default_years_and_methods_apart() -> None:
    demand = small_demand()
    both = operational(demand, method=("benefit", "energy"))
    assert both.years == [2025, 2030, 2040]
    assert both.methods == ["benefit", "energy"]
    assert both.total(2030, "benefit") == operational(demand).total(2030)
    assert both.total(2030, "energy") == pytest.approx((DISTRICT * 162 + OIL * 306 + POWER.sum() * 77) / 1000)
    for ask in (both.total, both.by_building, lambda year: both.quantile(0.5, year)):
        with pytest.raises(ValueError, match="not added up"):
            ask(2030)
    with pytest.raises(ValueError, match="no emissions of 2031"):
        operational(demand).total(2031)


def test_methods_do_not_mix() -> None:
    with pytest.raises(ValueError, match="methods are not mixed"):
        operational(small_demand(), method="reported")
    with pytest.raises(ValueError, match="method must be one of"):
        operational(small_demand(), method="guess")


def test_co2_is_not_added_to_co2e() -> None:
    mixed = load_factors().with_series(
        FactorSeries("district_heat", "Helsinki", "benefit", "CO2", (2023,), (162.0,), "Helen, 2024")
    )
    with pytest.raises(ValueError, match="CO2 is not added to CO2e"):
        operational(small_demand(), mixed, years=[2023])
    only = operational(small_demand(), mixed, years=[2023], carriers=["district_heat"])
    assert only.gas == "CO2"


def test_reported_series_stand_alone() -> None:
    helen = load_factors("Helsinki")
    heat = {"method": "reported", "carriers": ["district_heat"]}
    table = operational(small_demand(), helen, years=[2020], **heat)
    assert table.total(2020) == pytest.approx(DISTRICT * 0.182)
    assert len(table.findings) == 0
    with pytest.raises(ValueError, match="across 2019"):
        operational(small_demand(), helen, years=[2015, 2020], **heat)
    held = operational(small_demand(), helen, years=[2025], **heat)
    assert held.total(2025) == pytest.approx(DISTRICT * 0.162)
    assert list(held.findings.name) == ["FACTOR_HELD"]
    assert "2023" in held.findings.message[0]
    assert set(held.confidence) == {40}


def test_bands_hold_demand_and_heat_source() -> None:
    table = operational(small_demand(), years=[2030])
    low, high = table.quantile(0.1, 2030), table.quantile(0.9, 2030)
    assert (low < table.by_building(2030)).all()
    assert (table.by_building(2030) < high).all()
    assert low.sum() < table.district_quantile(0.1, 2030) < table.total(2030) < table.district_quantile(0.9, 2030)
    demand = small_demand()
    expected = demand.draws["heating_kwh"][0, 0] / 0.95 * 114 + demand.draws["hot_water_kwh"][0, 0] / 0.9 * 114
    expected += demand.draws["electricity_kwh"][0, 0] * 89
    assert table.draws[2030, "benefit"][0, 0] == pytest.approx(expected / 1000, rel=1e-6)
    with pytest.raises(ValueError, match="draws=64"):
        operational(small_demand(0), years=[2030]).quantile(0.5, 2030)


def test_photovoltaics_replace_grid_electricity() -> None:
    demand = small_demand()
    plain = operational(demand, years=[2030])
    table = operational(demand, years=[2030], pv={"b": 100.0})
    assert plain.total(2030) - table.total(2030) == pytest.approx(8.9)
    np.testing.assert_array_equal(operational(demand, years=[2030], pv=np.array([0.0, 100.0])).co2e_kg, table.co2e_kg)
    assert table.to_pandas().query("carrier == 'pv' and building == 'b'").co2e_kg.item() == pytest.approx(-8.9)
    saved = plain.draws[2030, "benefit"] - table.draws[2030, "benefit"]
    np.testing.assert_allclose(saved, [[0.0] * 100, [8.9] * 100], atol=1e-4)
    for bad in ({"c": 1.0}, {"b": -1.0}, np.ones(3), np.array([-1.0, 0.0]), np.array([np.nan, 0.0])):
        with pytest.raises(ValueError, match="pv"):
            operational(demand, pv=bad)


@pytest.mark.parametrize("arguments", [{"years": []}, {"method": []}, {"carriers": ["coal"]}, {"carriers": []}])
def test_bad_arguments(arguments: dict) -> None:
    with pytest.raises(ValueError, match=r"at least one|no delivered carrier"):
        operational(small_demand(), **arguments)


def test_provenance_names_the_sources() -> None:
    parameters = operational(small_demand()).provenance.parameters
    assert parameters["emission_years"] == [2025, 2030, 2040]
    assert all("co2data" in source for source in parameters["emission_sources"])
