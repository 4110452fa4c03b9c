"""Heat pumps: COP by hand, what drives it, sums that close."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import citytwin as ct
from citytwin.energy import HeatPump, heat_pump_use, pump_hours, shift_weather
from citytwin.energy.heat_pumps import coefficient_of_performance, emitter_temperature
from citytwin.model import Buildings, Weather
from citytwin.model.demand import EnergyDemand
from citytwin.model.reference import read_reference
from citytwin.model.sun import MONTH_DAYS
from tests.energy.blocks import block_buildings, fake_irradiation


@pytest.fixture(scope="module")
def blocks() -> Buildings:
    return block_buildings([1965, 2015])


@pytest.fixture(scope="module")
def demand(blocks: Buildings, weather: Weather) -> EnergyDemand:
    return ct.energy.simulate(blocks, weather, fake_irradiation(blocks, weather), draws=0)


def test_cop_by_hand() -> None:
    assert coefficient_of_performance(35.0, 0.0) == pytest.approx(0.45 * 308.15 / 35.0)
    assert coefficient_of_performance(25.0, 20.0) == 7.0
    assert coefficient_of_performance(20.0, 25.0) == 7.0
    falling = coefficient_of_performance(np.linspace(30, 70, 9), 0.0)
    assert (np.diff(falling) < 0).all()


def test_emitters_by_hand() -> None:
    np.testing.assert_allclose(emitter_temperature([0.0, 1.0], "radiator"), [21.0, 71.0])
    np.testing.assert_allclose(emitter_temperature(0.5, "radiator"), 21 + 50 * 0.5 ** (1 / 1.3))
    np.testing.assert_allclose(emitter_temperature(0.5, "floor"), 21 + 15 * 0.5 ** (1 / 1.1))
    np.testing.assert_allclose(emitter_temperature(0.5, "fan_coil"), 33.5)
    with pytest.raises(ValueError, match="emitter must be"):
        emitter_temperature(0.5, "stove")


def at(weather: Weather, air: float) -> Weather:
    return replace(weather, temp_air=np.full(8760, air))


def test_an_hour_by_hand(weather: Weather) -> None:
    load = (17.0 - 0.0) / 43.0
    hot = 21 + 50 * load ** (1 / 1.3)
    ground = pump_hours(HeatPump(), at(weather, 0.0))
    cop = 0.45 * (hot + 273.15) / (hot - (1.0 - 6.0 * load))
    np.testing.assert_allclose(ground.cop, cop)
    np.testing.assert_allclose(ground.electricity, 1 / cop)
    water = 0.45 * (58 + 273.15) / (58 - (1.0 - 6.0 * load))
    np.testing.assert_allclose(ground.hot_water, 1 / water)
    air = pump_hours(HeatPump("air"), at(weather, 0.0))
    np.testing.assert_allclose(air.cop, 0.45 * (hot + 273.15) / hot)


def test_small_pumps_leave_the_rest_to_a_resistance(weather: Weather) -> None:
    cold = pump_hours(HeatPump(capacity_share=0.6), at(weather, -26.0))
    np.testing.assert_allclose(cold.pump_share, 0.6)
    np.testing.assert_allclose(cold.cop, 0.45 * (71 + 273.15) / (71 - (-26 + 1 - 0.6 * 6)))
    np.testing.assert_allclose(cold.electricity, 0.6 / cold.cop + 0.4)
    mild = pump_hours(HeatPump(capacity_share=0.6), at(weather, 0.0))
    np.testing.assert_allclose(mild.pump_share, 1.0)
    none = pump_hours(HeatPump(capacity_share=0.0), at(weather, 0.0))
    np.testing.assert_allclose(none.electricity, 1.0)
    np.testing.assert_allclose(none.hot_water, 1.0)


def test_air_source_stops_in_frost(weather: Weather) -> None:
    frozen = pump_hours(HeatPump("air"), at(weather, -20.5))
    np.testing.assert_allclose(frozen.electricity, 1.0)
    np.testing.assert_allclose(frozen.hot_water, 1.0)
    assert not frozen.cop.any()
    assert (pump_hours(HeatPump("air"), at(weather, -19.5)).electricity < 0.7).all()


def test_sums_close(demand: EnergyDemand, weather: Weather) -> None:
    pump = HeatPump("air", "radiator", 0.7)
    assert weather.temp_air.min() > -20.0
    hours = pump_hours(pump, weather)
    use = heat_pump_use(demand, pump, weather)
    power = demand.hourly([0, 1], "heating").astype(float)
    np.testing.assert_allclose(use.heating_electricity_kwh, power @ hours.electricity)
    np.testing.assert_allclose(use.heating_electricity_peak_kw, (power * hours.electricity).max(axis=1))
    machine = power @ (hours.pump_share / np.where(hours.cop > 0, hours.cop, 1.0))
    np.testing.assert_allclose(machine + use.backup_kwh, use.heating_electricity_kwh)
    by_month = np.add.reduceat(hours.hot_water, 24 * np.cumsum([0, *MONTH_DAYS[:-1]])) / (24 * np.array(MONTH_DAYS))
    water = demand.monthly("hot_water_kwh") @ by_month
    np.testing.assert_allclose(use.hot_water_electricity_kwh, water)
    weighted = power @ hours.weights.T
    again = heat_pump_use(demand, pump, weather, weighted)
    np.testing.assert_allclose(again.electricity_kwh, use.electricity_kwh)
    np.testing.assert_allclose(again.backup_kwh, use.backup_kwh)
    assert np.isnan(again.heating_electricity_peak_kw).all()


def test_better_sources_and_emitters_take_less(demand: EnergyDemand, weather: Weather) -> None:
    kinds = [HeatPump("ground", "floor"), HeatPump("ground", "radiator"), HeatPump("air", "radiator")]
    use = [heat_pump_use(demand, kind, weather) for kind in kinds]
    assert (np.diff([u.electricity_kwh for u in use], axis=0) > 0).all()
    warm = pump_hours(kinds[1], shift_weather(weather, 2.0))
    assert (warm.electricity <= pump_hours(kinds[1], weather).electricity).all()


def test_performance_of_the_year(demand: EnergyDemand, weather: Weather) -> None:
    use = heat_pump_use(demand, HeatPump(), weather)
    assert ((use.seasonal_performance > 2.5) & (use.seasonal_performance < 3.6)).all()
    system = use.system
    assert system.delivered == "electricity"
    taken = replace(demand, systems=dict(demand.systems) | {"ground_source_heat_pump": system})
    pumps = np.zeros_like(demand.carrier_shares)
    pumps[:, 3] = 1.0
    taken = replace(taken, carrier_shares=pumps)
    heat = taken.delivered("electricity") - demand.electricity_kwh
    assert heat.sum() == pytest.approx(use.electricity_kwh.sum())
    frame = use.to_pandas()
    assert frame.attrs["pump"] == "ground, radiator, 1 of the design load"
    assert (use.confidence <= 40).all()
    assert "MWh" in repr(use)


def test_every_number_has_a_source() -> None:
    for table in ("heat_pumps.csv", "boreholes.csv"):
        for row in read_reference("citytwin.energy", table):
            assert row["source"]
            assert row["licence"]
            assert row["confidence"] in ("high", "medium", "low")


def test_bad_arguments(demand: EnergyDemand, weather: Weather) -> None:
    for pump, message in (
        (HeatPump("sea"), "source of a heat pump"),
        (HeatPump("ground", "stove"), "emitter must be"),
        (HeatPump("ground", "floor", 1.5), "capacity_share"),
    ):
        with pytest.raises(ValueError, match=message):
            pump_hours(pump, weather)
    with pytest.raises(ValueError, match="weighted_kwh"):
        heat_pump_use(demand, HeatPump(), weather, np.zeros((1, 2)))
    with pytest.raises(ValueError, match=r"not simulated in the weather of 'nowhere \+2.0 K'"):
        heat_pump_use(demand, HeatPump(), shift_weather(weather, 2.0))
