"""Natural, exhaust and balanced ventilation by use and time, and heat recovery in frost."""

from __future__ import annotations

import numpy as np
import pytest

from citytwin.energy.air_exchange import AirExchange, air_exchange, envelope_area, frost_limited
from citytwin.energy.lanes import Lanes
from citytwin.energy.schedules import build_schedules
from citytwin.energy.stock import load_stock
from citytwin.model import Source, Use
from tests.energy.blocks import block_buildings

STOCK = load_stock()
NATURAL, EXHAUST, BALANCED = np.eye(3)


def air_of(years, use=Use.APARTMENT, mode="operated", **overrides) -> AirExchange:
    buildings = block_buildings(years, use=use)
    if overrides:
        buildings = buildings.with_columns(Source.SCENARIO, 95, **overrides)
    schedules = build_schedules(STOCK.shares(buildings.use_shares), STOCK, mode)
    return air_exchange(Lanes(buildings, STOCK, mode), schedules)


def test_systems_by_use_and_time() -> None:
    flats = air_of([1955.0, 1970.0, 2000.0, 2015.0])
    np.testing.assert_array_equal(flats.system, [NATURAL, EXHAUST, EXHAUST, BALANCED])
    houses = air_of([1970.0, 1990.0, 2010.0], Use.SMALL_RESIDENTIAL)
    np.testing.assert_array_equal(houses.system, [NATURAL, EXHAUST, BALANCED])
    schools = air_of([1950.0, 1985.0, 2015.0], Use.SCHOOL)
    np.testing.assert_array_equal(schools.system, [NATURAL, BALANCED, BALANCED])


@pytest.mark.parametrize("mode", ["standard", "operated"])
@pytest.mark.parametrize("use", [use for use in Use])
def test_fans_and_recovery_belong_to_the_system(use: Use, mode: str) -> None:
    air = air_of(np.arange(1900.0, 2031.0), use, mode)
    natural, exhaust, balanced = air.system.T
    np.testing.assert_allclose(air.system.sum(axis=1), 1.0)
    only = natural == 1.0
    assert (air.fans[only] == 0.0).all()
    assert (air.recovered[only] == 0.0).all()
    assert (air.fans[~only].max(axis=1) > 0.0).all()
    assert (air.recovered[exhaust == 1.0] == 0.0).all()
    assert (air.recovery[balanced == 0.0] == 0.0).all()


def test_public_buildings_had_fans_without_recovery_before_2003() -> None:
    old, new = air_of([1985.0], Use.OFFICE), air_of([2015.0], Use.OFFICE)
    assert old.fans[0, 1] > new.fans[0, 1] > 0.0
    assert old.recovery[0].tolist() == [0.0, 0.0]
    np.testing.assert_allclose(new.recovery[0], 0.45)


def test_recovery_that_is_put_in_makes_the_system_balanced() -> None:
    air = air_of([1970.0, 1970.0], heat_recovery=np.array([0.75, np.nan]))
    np.testing.assert_array_equal(air.system, [BALANCED, EXHAUST])


def test_frost_limits_recovery() -> None:
    room, outdoor = np.full(4, 21.0), np.array([-26.0, -10.5, 0.0, 25.0])
    found = frost_limited(np.full(4, 0.75), room, outdoor, 0.0)
    np.testing.assert_allclose(found, [21.0 / 47.0, 21.0 / 31.5, 0.75, 0.75])
    assert frost_limited(np.array([0.0]), room[:1], outdoor[:1], 0.0)[0] == 0.0


def test_standard_leakage_is_that_of_an_envelope_that_was_not_measured() -> None:
    buildings = block_buildings([2020.0])
    area = envelope_area(Lanes(buildings, STOCK, "standard"))[0]
    assert area == pytest.approx(2592.0 + 2 * 720.0)

    def leaking(**overrides) -> float:
        air = air_of([2020.0], mode="standard", **overrides)
        return float((air.conductance + air.recovered)[0, 0])

    flow = 0.5 * 3672.0 * 1.2
    assert leaking() - flow == pytest.approx(4.0 * area / 15.0 / 3.0)
    assert leaking(n50=np.array([0.5])) - flow == pytest.approx(0.5 * 3672.0 * 2.6 / 15.0 / 3.0)
