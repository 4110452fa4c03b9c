"""EnergyDemand: delivered energy by carrier, quantiles, exports."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from citytwin import _compat
from citytwin.errors import MissingExtraError
from citytwin.model import Carrier, Finding, Findings
from citytwin.model.demand import ANNUAL, HOURLY, MONTHLY, EnergyDemand, Excluded, HeatSystem


def small_demand(draws: int = 100) -> EnergyDemand:
    """Two buildings: one on district heat or oil, one on a heat pump."""
    rng = np.random.default_rng(0)
    heat, water, cool, power = np.array([[1000.0, 2000.0], [100.0, 200.0], [0.0, 30.0], [500.0, 700.0]])
    shares = np.zeros((2, len(Carrier)))
    shares[0, [Carrier.DISTRICT_HEAT, Carrier.OIL]] = 0.6, 0.4
    shares[1, Carrier.GROUND_SOURCE_HEAT_PUMP] = 1.0
    annual = {"heating_kwh": heat, "hot_water_kwh": water, "cooling_kwh": cool, "electricity_kwh": power}
    annual |= {"heating_peak_kw": heat / 2000.0, "overheating_kh": np.array([40.0, 0.0])}
    own, common = rng.normal(size=(2, draws)), rng.normal(size=draws)
    factor = np.exp(0.2 * (own + common)).astype(np.float32)
    return EnergyDemand(
        building=np.array(["a", "b"], dtype=object),
        **annual,
        cooling_peak_kw=cool / 500.0,
        heated_floor_area=np.array([10.0, 20.0]),
        monthly_kwh={name: annual[name][:, None] * np.ones(12) / 12.0 for name in MONTHLY},
        district_kw={name: np.full(8760, annual[f"{name}_kwh"].sum() / 8760.0) for name in HOURLY},
        draws={name: (annual[name][:, None] * factor).astype(np.float32) for name in ANNUAL},
        carrier_draws=np.where(
            np.arange(draws) % 5 < 3,
            [[Carrier.DISTRICT_HEAT], [Carrier.GROUND_SOURCE_HEAT_PUMP]],
            [[Carrier.OIL], [Carrier.GROUND_SOURCE_HEAT_PUMP]],
        ).astype(np.int8),
        use="operated",
        model="test",
        carrier=np.array([Carrier.DISTRICT_HEAT, Carrier.GROUND_SOURCE_HEAT_PUMP], np.int8),
        carrier_shares=shares,
        carrier_source=np.array([1, 3], np.int8),
        systems={
            "district_heat": HeatSystem("district_heat", 0.95, 0.9),
            "oil": HeatSystem("oil", 0.8, 0.7),
            "ground_source_heat_pump": HeatSystem("electricity", 4.0, 2.0),
        },
        cooling_efficiency=3.0,
        confidence=np.array([40, 70], np.int8),
        excluded=Excluded(np.array(["c"], dtype=object), np.array(["planned"], dtype=object)),
    )


def test_delivered_energy_by_hand() -> None:
    demand = small_demand()
    assert set(demand.delivered_carriers) == {"electricity", "district_heat", "oil"}
    np.testing.assert_allclose(demand.delivered("district_heat"), [0.6 * (1000 / 0.95 + 100 / 0.9), 0.0])
    np.testing.assert_allclose(demand.delivered("oil"), [0.4 * (1000 / 0.8 + 100 / 0.7), 0.0])
    np.testing.assert_allclose(demand.delivered("electricity"), [500.0, 700.0 + 10.0 + 2000 / 4 + 200 / 2])
    with pytest.raises(ValueError, match="coal"):
        demand.delivered("coal")


def test_quantiles() -> None:
    demand = small_demand()
    low, high = demand.quantile("heating_kwh", 0.1), demand.quantile("heating_kwh", 0.9)
    assert (low < demand.heating_kwh).all()
    assert (demand.heating_kwh < high).all()
    assert low.sum() < demand.district_quantile("heating_kwh", 0.1)
    with pytest.raises(ValueError, match="heating_peak_kw"):
        demand.district_quantile("heating_peak_kw", 0.5)
    with pytest.raises(ValueError, match="heat_kwh"):
        demand.quantile("heat_kwh", 0.5)
    with pytest.raises(ValueError, match="draws=64"):
        small_demand(0).quantile("heating_kwh", 0.5)


def test_names_are_checked() -> None:
    demand = small_demand()
    assert demand.monthly("heating_kwh").shape == (2, 12)
    assert demand.district_hourly("heating").sum() == pytest.approx(3000.0)
    with pytest.raises(ValueError, match="there are heating_kwh"):
        demand.monthly("heating")
    with pytest.raises(ValueError, match="there are heating"):
        demand.district_hourly("heating_kwh")
    with pytest.raises(ValueError, match="not simulated in this process"):
        demand.hourly([0], "heating")


def test_frozen() -> None:
    demand = small_demand()
    for array in (demand.heating_kwh, demand.monthly("heating_kwh"), demand.draws["heating_kwh"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0


def test_table() -> None:
    frame = small_demand().to_pandas()
    assert frame.index.name == "building_id"
    assert frame.loc["b", "heating_kwh_m2"] == 100.0
    assert frame.loc["a", "carrier"] == "district_heat"
    assert frame.loc["a", "carrier_source"] == "imputed"
    assert frame.loc["a", "heating_kwh_p10"] < 1000.0 < frame.loc["a", "heating_kwh_p90"]
    assert "heating_kwh_p10" not in small_demand(0).to_pandas()
    for name in ANNUAL:
        np.testing.assert_allclose(frame[f"{name}_p50"], small_demand().quantile(name, 0.5))
        assert (frame[f"{name}_p10"] <= frame[f"{name}_p90"]).all()
    assert "2 buildings, 1 excluded" in repr(small_demand())


@pytest.mark.skipif(not _compat.has("xarray"), reason="xarray is not installed")
def test_dataset() -> None:
    dataset = small_demand().to_xarray()
    assert dataset["heating_kwh"].sel(building_id="b").sum() == pytest.approx(2000.0)


def test_dataset_without_xarray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_compat, "has", lambda package: False)
    with pytest.raises(MissingExtraError, match="xarray"):
        small_demand().to_xarray()


def test_replace_keeps_the_rest() -> None:
    assert replace(small_demand(), use="standard").use == "standard"


def test_readers_are_told_the_method_in_words() -> None:
    assert replace(small_demand(), model="network").method == "Hourly thermal network of each building"
    assert replace(small_demand(), model="5r1c").method == "Simple hourly method of ISO 13790 (5R1C)"
    assert replace(small_demand(), model="other").method == "other"


def test_notes_are_added_to_a_demand():
    demand = small_demand(0)
    finding = Finding(1631, "TEST_YEAR_OF_ANOTHER_EDITION")
    noted = demand.with_notes(Findings.of([finding]), energy_test_year="TRY2020")
    assert list(noted.findings.name) == [*demand.findings.name, "TEST_YEAR_OF_ANOTHER_EDITION"]
    assert noted.provenance.parameters["energy_test_year"] == "TRY2020"
    assert "energy_test_year" not in demand.provenance.parameters
    assert noted.heating_kwh is demand.heating_kwh


def test_probability_less_pairs_draws_and_buildings() -> None:
    today = small_demand()
    drawn = dict(today.draws) | {"heating_kwh": today.draws["heating_kwh"] * np.float32(0.99)}
    drawn["heating_kwh"][1] = np.where(np.arange(100) < 30, 0.5, 1.5) * today.draws["heating_kwh"][1]
    better = replace(today, draws=drawn)
    np.testing.assert_allclose(better.probability_less(today, "heating_kwh"), [1.0, 0.3])
    np.testing.assert_allclose(today.probability_less(better, "heating_kwh"), [0.0, 0.7])
    np.testing.assert_allclose(better.probability_less(today, "cooling_kwh"), 0.5)
    sums = [demand.draws["heating_kwh"].sum(axis=0, dtype=float) for demand in (better, today)]
    assert better.district_probability_less(today, "heating_kwh") == pytest.approx((sums[0] < sums[1]).mean())
    first = {name: values[::-1, :50].copy() for name, values in drawn.items()}
    turned = replace(today, building=today.building[::-1].copy(), draws=first)
    np.testing.assert_allclose(turned.probability_less(today, "heating_kwh"), [0.6, 1.0])


def test_probability_less_needs_draws_of_the_same_buildings() -> None:
    today = small_demand()
    with pytest.raises(ValueError, match="no draws"):
        today.probability_less(small_demand(0), "heating_kwh")
    with pytest.raises(ValueError, match="same buildings"):
        today.probability_less(replace(today, building=np.array(["a", "c"], dtype=object)), "heating_kwh")
    with pytest.raises(ValueError, match="no 'heat'"):
        today.probability_less(today, "heat")
    with pytest.raises(ValueError, match="no 'heating_peak_kw'"):
        today.district_probability_less(today, "heating_peak_kw")
