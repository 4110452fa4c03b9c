"""Batteries: balances close, limits hold, and a scalar twin agrees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import citytwin as ct
from citytwin.energy import Battery, battery_use
from citytwin.model import BatteryUse, Weather
from tests.energy.blocks import block_buildings, fake_irradiation
from tests.pv_tables import yield_of

HOURS = 8760


@pytest.fixture(scope="module")
def flows() -> tuple[np.ndarray, np.ndarray]:
    """Generation and load of three buildings, kW."""
    rng = np.random.default_rng(1)
    day = np.maximum(np.sin(2 * np.pi * (np.arange(HOURS) % 24 - 6) / 24), 0)
    made = np.array([[10.0], [4.0], [0.0]]) * day * rng.uniform(0, 1, (3, HOURS))
    return made, rng.uniform(0.5, 3.0, (3, HOURS))


def balanced(use: BatteryUse) -> None:
    np.testing.assert_allclose(use.pv_kwh, use.direct_kwh + use.charged_kwh + use.exported_kwh)
    np.testing.assert_allclose(use.load_kwh, use.direct_kwh + use.discharged_kwh + use.imported_kwh)
    np.testing.assert_allclose(use.charged_kwh, use.discharged_kwh + use.loss_kwh + use.stored_kwh, atol=1e-9)
    for name in ("direct", "charged", "discharged", "loss", "stored", "exported", "imported"):
        assert (getattr(use, f"{name}_kwh") >= -1e-9).all(), name


def test_balance_and_scalar_twin(flows: tuple[np.ndarray, np.ndarray]) -> None:
    made, need = flows
    capacity, power, efficiency = [8.0, 3.0, 5.0], [3.0, 3.0, 2.0], 0.85
    use = battery_use(made, need, Battery(capacity, power, efficiency))
    balanced(use)
    way = efficiency**0.5
    for row in range(3):
        content = charged = discharged = 0.0
        for m, n in zip(made[row], need[row], strict=True):
            if m > n:
                into = min(m - n, power[row], (capacity[row] - content) / way)
                content += way * into
                charged += into
            else:
                out = min(n - m, power[row], content * way)
                content -= out / way
                discharged += out
        assert use.charged_kwh[row] == pytest.approx(charged)
        assert use.discharged_kwh[row] == pytest.approx(discharged, abs=1e-9)
        assert use.stored_kwh[row] == pytest.approx(content, abs=1e-9)
    np.testing.assert_allclose(use.loss_kwh[:2] / use.charged_kwh[:2], 1 - efficiency, rtol=1e-2)
    assert use.charged_kwh[2] == 0
    assert np.isnan(use.self_consumption[2])


def test_same_alone(flows: tuple[np.ndarray, np.ndarray]) -> None:
    made, need = flows
    together = battery_use(made, need, Battery(8.0, 3.0))
    for row in range(3):
        alone = battery_use(made[row : row + 1], need[row : row + 1], Battery(8.0, 3.0))
        assert alone.discharged_kwh[0] == together.discharged_kwh[row]
        assert alone.stored_kwh[0] == together.stored_kwh[row]


def test_no_battery_is_netting(flows: tuple[np.ndarray, np.ndarray]) -> None:
    made, need = flows
    for battery in (Battery(0.0, 5.0), Battery(5.0, 0.0)):
        use = battery_use(made, need, battery)
        balanced(use)
        np.testing.assert_allclose(use.self_used_kwh, np.minimum(made, need).sum(axis=1))
    assert np.isnan(battery_use(made, need, Battery(0.0, 5.0)).full_cycles).all()


def test_larger_and_better_batteries_import_less(flows: tuple[np.ndarray, np.ndarray]) -> None:
    made, need = (part[:2] for part in flows)
    sizes = [battery_use(made, need, Battery(size, 5.0)).imported_kwh for size in (0.0, 2.0, 5.0, 10.0)]
    assert (np.diff(sizes, axis=0) < 0).all()
    qualities = [battery_use(made, need, Battery(5.0, 5.0, eta)).imported_kwh for eta in (0.6, 0.8, 1.0)]
    assert (np.diff(qualities, axis=0) < 0).all()
    lossless = battery_use(made, need, Battery(5.0, 5.0, 1.0))
    np.testing.assert_allclose(lossless.loss_kwh, 0.0, atol=1e-9)
    assert (battery_use(made, need, Battery(5.0, 1.0)).imported_kwh > sizes[2]).all()


def test_one_battery_of_the_district_shares(flows: tuple[np.ndarray, np.ndarray]) -> None:
    made, need = flows
    single = battery_use(made, need, Battery(5.0, 5.0))
    shared = battery_use(made.sum(axis=0, keepdims=True), need.sum(axis=0, keepdims=True), Battery(15.0, 15.0))
    assert shared.imported_kwh[0] < single.imported_kwh.sum()


def test_load_of_a_demand(weather: Weather) -> None:
    blocks = block_buildings([1965, 2015])
    demand = ct.energy.simulate(blocks, weather, fake_irradiation(blocks, weather), draws=0)
    made = np.zeros((2, HOURS))
    with pytest.raises(ValueError, match="2 buildings with photovoltaics have no demand"):
        battery_use(made, demand, Battery(1.0, 1.0))
    named = replace(demand, building=np.array(["0", "1"], object))
    use = battery_use(made, named, Battery(1.0, 1.0))
    np.testing.assert_allclose(use.load_kwh, demand.electricity_kwh, rtol=1e-6)
    np.testing.assert_allclose(use.imported_kwh, use.load_kwh)
    called = battery_use(made, lambda rows: np.full((len(rows), HOURS), 2.0), Battery(1.0, 1.0))
    np.testing.assert_allclose(called.load_kwh, 2.0 * HOURS)
    assert "BatteryUse(2 batteries" in repr(called)
    assert list(called.to_pandas().index) == ["0", "1"]


def test_yield_of_photovoltaics(weather: Weather) -> None:
    hours = np.tile(np.where(np.abs(np.arange(24) - 12) < 4, 5.0, 0.0), (2, 365)).astype(np.float32)
    pv = yield_of(hours)
    blocks = block_buildings([1965, 2015], ids=list(pv.building)[::-1])
    demand = ct.energy.simulate(blocks, weather, fake_irradiation(blocks, weather), draws=0)
    use = battery_use(pv, demand, Battery(10.0, 5.0))
    balanced(use)
    assert list(use.building) == list(pv.building)
    np.testing.assert_allclose(use.pv_kwh, pv.annual_kwh)
    np.testing.assert_allclose(use.load_kwh, demand.electricity_kwh[::-1], rtol=1e-6)
    own = ct.energy.delivered_energy(demand, own_use_kwh=use.self_used_kwh[::-1])
    np.testing.assert_allclose(own.of("electricity"), demand.electricity_kwh - use.self_used_kwh[::-1], rtol=1e-9)


@pytest.mark.parametrize(
    ("battery", "message"),
    [
        (Battery(-1.0, 1.0), "capacity_kwh"),
        (Battery(1.0, -1.0), "power_kw"),
        (Battery(1.0, 1.0, 1.2), "round_trip_efficiency"),
        (Battery(1.0, 1.0, 0.0), "round_trip_efficiency must be above 0"),
    ],
)
def test_bad_batteries(flows: tuple[np.ndarray, np.ndarray], battery: Battery, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        battery_use(*flows, battery)


def test_bad_hours(flows: tuple[np.ndarray, np.ndarray]) -> None:
    made, need = flows
    with pytest.raises(ValueError, match="load must have shape"):
        battery_use(made, need[:2], Battery(1.0, 1.0))
    with pytest.raises(ValueError, match="pv must lie"):
        battery_use(-made, need, Battery(1.0, 1.0))
