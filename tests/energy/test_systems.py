"""Delivered energy: closes with the demand, heat pumps and own electricity, primary energy by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import citytwin as ct
from citytwin.energy import HeatPump, delivered_energy, heat_pump_use
from citytwin.model import Buildings, Carrier, Use, Weather
from citytwin.model.demand import EnergyDemand
from tests.energy.blocks import block_buildings, fake_irradiation


@pytest.fixture(scope="module")
def offices() -> Buildings:
    return block_buildings([1965, 2015], use=Use.OFFICE)


@pytest.fixture(scope="module")
def demand(offices: Buildings, weather: Weather) -> EnergyDemand:
    return ct.energy.simulate(offices, weather, fake_irradiation(offices, weather), draws=0)


def test_closes_with_the_demand(demand: EnergyDemand) -> None:
    delivered = delivered_energy(demand)
    for carrier in demand.delivered_carriers:
        np.testing.assert_allclose(delivered.of(carrier), demand.delivered(carrier))
    assert delivered.kwh[1, 2].sum() == pytest.approx(demand.cooling_kwh[1] / demand.cooling_efficiency)
    assert delivered.kwh[1, 2].sum() > 0
    back = 0.0
    for carrier, efficiency in (("district_heat", 0.95), ("oil", 0.82)):
        back = back + delivered.kwh[:, :2, delivered.carrier.index(carrier)].sum(axis=1) * efficiency
    np.testing.assert_allclose(back, demand.heating_kwh + demand.hot_water_kwh)


def test_primary_energy_by_hand(demand: EnergyDemand) -> None:
    delivered = delivered_energy(demand, own_use_kwh=np.array([1000.0, 2000.0]))
    expected = (
        0.5 * demand.delivered("district_heat")
        + 1.0 * demand.delivered("oil")
        + 1.2 * (demand.delivered("electricity") - [1000.0, 2000.0])
    )
    np.testing.assert_allclose(delivered.primary_kwh, expected)
    older = delivered_energy(demand, version=2013)
    assert (older.primary_kwh > delivered_energy(demand).primary_kwh).all()


def test_heat_pumps_by_temperature(demand: EnergyDemand, weather: Weather) -> None:
    pumped = np.zeros_like(demand.carrier_shares)
    pumped[:, Carrier.GROUND_SOURCE_HEAT_PUMP] = 1.0
    pumps = replace(demand, carrier_shares=pumped)
    use = heat_pump_use(pumps, HeatPump("air"), weather)
    delivered = delivered_energy(pumps, use)
    rest = demand.electricity_kwh + demand.cooling_kwh / demand.cooling_efficiency
    np.testing.assert_allclose(delivered.of("electricity"), use.electricity_kwh + rest)
    assert not delivered.of("district_heat").any()
    np.testing.assert_allclose(delivered_energy(demand, use).of("oil"), demand.delivered("oil"))
    with pytest.raises(ValueError, match="of the buildings of the demand"):
        delivered_energy(demand, replace(use, building=use.building[::-1]))


def test_table(demand: EnergyDemand) -> None:
    delivered = delivered_energy(demand)
    frame = delivered.to_pandas()
    assert "heating_oil_kwh" in frame
    assert "cooling_oil_kwh" not in frame
    assert frame["delivered_electricity_kwh"].sum() == pytest.approx(delivered.of("electricity").sum())
    assert frame.attrs["energy_form_version"] == 2018
    assert "MWh" in repr(delivered)


def test_bad_arguments(demand: EnergyDemand) -> None:
    with pytest.raises(ValueError, match="more than the electricity of building block-1"):
        delivered_energy(demand, own_use_kwh=np.array([0.0, 1e9]))
    with pytest.raises(ValueError, match="own_use_kwh"):
        delivered_energy(demand, own_use_kwh=np.array([0.0, -1.0]))
    with pytest.raises(ValueError, match="no delivered carrier"):
        delivered_energy(demand).of("peat")
    with pytest.raises(ValueError, match="accept_inferred"):
        delivered_energy(demand, version=2026)
