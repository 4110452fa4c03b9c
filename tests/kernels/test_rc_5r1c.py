"""The 5R1C kernel against the literal standard, its steady state, its own energy balance and its company."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels.rc_5r1c import LANES, Climate, Profiles, Zones, simulate_zones
from tests.naive import rc_5r1c as naive

DAYS = 5 if numba.config.DISABLE_JIT else 12
FEW = 8 if numba.config.DISABLE_JIT else 40


def zones_of(n: int, rng: np.random.Generator, rows: int = 1, profiles: int = 1) -> Zones:
    """Random plausible zones from 80 m2 to 5,000 m2."""
    area = rng.uniform(80.0, 5000.0, n)
    internal = 4.5 * area
    mass_area = rng.uniform(2.0, 3.5, n) * area
    h_ms = 9.1 * mass_area
    h_op = rng.uniform(0.1, 2.0, n) * area
    aired = rng.random(n) < 0.4
    return Zones(
        row=rng.integers(0, rows, n),
        profile=rng.integers(0, profiles, n),
        h_ve=rng.uniform(0.05, 1.5, (n, 2)) * area[:, None],
        h_w=rng.uniform(0.0, 0.6, n) * area + 1e-6,
        h_em=1.0 / (1.0 / h_op - 1.0 / h_ms),
        h_ms=h_ms,
        h_is=3.45 * internal,
        capacity=rng.uniform(20.0, 110.0, n) * area,
        mass_share=mass_area / internal,
        gain_scale=area,
        glazing_scale=rng.uniform(0.2, 2.0, n),
        opaque_scale=rng.uniform(0.2, 2.0, n),
        drives=rng.uniform(-0.2, 0.2, (n, 2)) * area[:, None],
        heating_offset=rng.uniform(-2.0, 2.0, n),
        cooling_offset=rng.uniform(0.0, 2.0, n),
        heating_limit=np.where(rng.random(n) < 0.3, 20.0 * area, np.inf),
        cooling_limit=np.where(rng.random(n) < 0.4, 0.0, np.inf),
        airing=np.where(aired, rng.uniform(0.1, 3.0, (2, n)) * area, 0.0).T.copy(),
        airing_above=rng.uniform(24.0, 26.0, n),
        weight=rng.uniform(0.0, 2.0, n),
    )


def profiles_of(n: int, rng: np.random.Generator) -> Profiles:
    return Profiles(
        gains=rng.uniform(0.0, 12.0, (n, 168)),
        heating_setpoint=rng.uniform(16.0, 22.0, (n, 168)),
        cooling_setpoint=rng.uniform(24.0, 27.0, (n, 168)),
        ventilation_state=rng.integers(0, 2, (n, 168)).astype(np.int8),
    )


def climate_of(days: int, rng: np.random.Generator, dtype: type = np.float64, mean: float = 5.0) -> Climate:
    hour = np.arange(24 * days)
    air = mean + 12.0 * np.sin(hour / 37.0) + rng.normal(size=24 * days)
    drives = np.stack([rng.uniform(-15.0, 0.0, 24 * days), 5.0 - air])
    return Climate(air.astype(dtype), drives.astype(dtype), np.arange(days) % 12, 24, 24 * (days - 1))


def sun_of(rows: int, days: int, rng: np.random.Generator, dtype: type = np.float64) -> np.ndarray:
    return np.maximum(rng.normal(size=(rows, 24 * days)) * 4000.0, 0.0).astype(dtype)


def only(zones: Zones, lanes: np.ndarray) -> Zones:
    return Zones(*(np.ascontiguousarray(column[lanes]) for column in zones))


def literal(zones: Zones, lane: int, profiles: Profiles, climate: Climate, sun: np.ndarray, opaque: np.ndarray):
    """The naive twin on one lane: heating, cooling and air temperature by hour."""
    hours = len(climate.temp_air)
    column = np.arange(hours) % profiles.gains.shape[1]
    p = zones.profile[lane]
    heat_set = profiles.heating_setpoint[p, column] + zones.heating_offset[lane]
    heating, cooling, air = np.zeros((3, hours))
    naive.simulate_zone(
        profiles.heating_setpoint[p, 0] + zones.heating_offset[lane],
        climate.temp_air,
        zones.opaque_scale[lane] * opaque[zones.row[lane]] + zones.drives[lane] @ climate.drives,
        zones.glazing_scale[lane] * sun[zones.row[lane]],
        zones.gain_scale[lane] * profiles.gains[p, column],
        heat_set,
        profiles.cooling_setpoint[p, column] + zones.cooling_offset[lane],
        profiles.ventilation_state[p, column],
        zones.h_ve[lane],
        *(getattr(zones, name)[lane] for name in ("h_w", "h_em", "h_ms", "h_is", "capacity", "mass_share")),
        zones.heating_limit[lane],
        zones.cooling_limit[lane],
        zones.airing[lane],
        zones.airing_above[lane],
        zones.gain_scale[lane],
        heating,
        cooling,
        air,
    )
    return heating, cooling, air


@settings(max_examples=FEW)
@given(seed=st.integers(0, 2**32 - 1), mean=st.floats(-15.0, 30.0))
def test_equals_the_literal_standard(seed: int, mean: float) -> None:
    rng = np.random.default_rng(seed)
    zones, profiles, climate = zones_of(3, rng, 2, 2), profiles_of(2, rng), climate_of(DAYS, rng, mean=mean)
    sun, opaque = sun_of(2, DAYS, rng), sun_of(2, DAYS, rng)
    loads = simulate_zones(zones, profiles, climate, sun, opaque, 26.0, 0, False, False)
    for lane in range(3):
        heating, cooling, air = literal(zones, lane, profiles, climate, sun, opaque)
        months = climate.month_of_day
        by_month = np.zeros((2, 12))
        np.add.at(by_month[0], months, heating.reshape(DAYS, 24).sum(axis=1))
        np.add.at(by_month[1], months, cooling.reshape(DAYS, 24).sum(axis=1))
        scale = 24.0 * (heating.max() + cooling.max())
        np.testing.assert_allclose(loads.heating[lane], by_month[0], rtol=1e-10, atol=1e-10 * scale)
        np.testing.assert_allclose(loads.cooling[lane], by_month[1], rtol=1e-10, atol=1e-10 * scale)
        assert loads.heating_peak[lane] == pytest.approx(heating.max(), rel=1e-10)
        assert loads.cooling_peak[lane] == pytest.approx(cooling.max(), rel=1e-10)
        if heating.max() > 0 and zones.heating_limit[lane] == np.inf:
            assert loads.heating_peak_hour[lane] == np.argmax(heating)
        summer = np.maximum(air - 26.0, 0.0)[climate.summer_start : climate.summer_stop].sum()
        assert loads.overheating[lane] == pytest.approx(summer, rel=1e-10, abs=1e-9)


@pytest.mark.parametrize("limits", [(np.inf, np.inf), (0.0, 0.0), (1e4, 0.0)])
def test_energy_balance_closes(limits: tuple[float, float]) -> None:
    rng = np.random.default_rng(1)
    days = DAYS if numba.config.DISABLE_JIT else 365
    n = 3
    zones = zones_of(n, rng)._replace(heating_limit=np.full(n, limits[0]), cooling_limit=np.full(n, limits[1]))
    climate = climate_of(days, rng)
    sun = sun_of(1, days, rng)
    loads = simulate_zones(zones, profiles_of(1, rng), climate, sun, 0.1 * sun, 27.0, 2, True, False)
    gains, node, ventilation, windows, opaque, stored = loads.balance.T
    into = loads.heating.sum(axis=1) - loads.cooling.sum(axis=1) + gains + node
    np.testing.assert_allclose(into, ventilation + windows + opaque + stored, rtol=1e-6)
    if limits == (0.0, 0.0):
        assert not loads.heating.any()
        assert not loads.cooling.any()
    else:
        assert (loads.heating.sum(axis=1) > 0).all()


def test_steady_state_equals_the_closed_form() -> None:
    rng = np.random.default_rng(2)
    n, days = 4, 40
    zones = zones_of(n, rng)._replace(
        capacity=np.full(n, 500.0),
        heating_limit=np.full(n, np.inf),
        heating_offset=np.zeros(n),
        profile=np.zeros(n, np.int64),
    )
    h_op = 1.0 / (1.0 / zones.h_em + 1.0 / zones.h_ms)
    profiles = Profiles(np.zeros((1, 24)), np.full((1, 24), 21.0), np.full((1, 24), 99.0), np.zeros((1, 24), np.int8))
    hours = 24 * days
    climate = Climate(np.full(hours, -7.0), np.zeros((2, hours)), np.zeros(days, np.int64), 0, 0)
    none = np.zeros((1, hours))
    zones = zones._replace(row=np.zeros(n, np.int64))
    loads = simulate_zones(zones, profiles, climate, none, none, 27.0, 0, False, True)
    expected = naive.steady_heating(21.0, -7.0, zones.h_ve[:, 0], zones.h_w, h_op, zones.h_is)
    np.testing.assert_allclose(loads.hourly[0, :, -1], expected, rtol=1e-6)
    np.testing.assert_allclose(loads.hourly[2, :, -1], 21.0, rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_zone_does_not_feel_its_company(dtype: type) -> None:
    rng = np.random.default_rng(3)
    n = LANES + 3
    zones, profiles, climate = zones_of(n, rng, 5, 3), profiles_of(3, rng), climate_of(4, rng, dtype)
    sun = sun_of(5, 4, rng, dtype)
    together = simulate_zones(zones, profiles, climate, sun, sun, 27.0, 1, False, False)
    for lanes in (np.array([7]), np.array([LANES + 1]), np.arange(n)[::-1]):
        apart = simulate_zones(only(zones, lanes), profiles, climate, sun, sun, 27.0, 1, False, False)
        for name in ("heating", "cooling", "heating_peak", "heating_peak_hour", "cooling_peak", "overheating"):
            np.testing.assert_array_equal(getattr(apart, name), getattr(together, name)[lanes])


def test_total_is_the_weighted_sum_of_the_hours() -> None:
    rng = np.random.default_rng(4)
    n = LANES + 5
    zones, profiles, climate = zones_of(n, rng, 2, 2), profiles_of(2, rng), climate_of(3, rng)
    sun = sun_of(2, 3, rng)
    loads = simulate_zones(zones, profiles, climate, sun, sun, 27.0, 0, False, True)
    expected = np.einsum("n,knh->kh", zones.weight, loads.hourly[:2].astype(np.float64))
    np.testing.assert_allclose(loads.total, expected, rtol=1e-6, atol=1e-3)
    np.testing.assert_allclose(loads.hourly[0].sum(axis=1, dtype=np.float64), loads.heating.sum(axis=1), rtol=1e-6)


def test_warm_up_forgets_the_start() -> None:
    rng = np.random.default_rng(5)
    climate, profiles = climate_of(30, rng), profiles_of(1, rng)
    zones = zones_of(2, rng)._replace(capacity=np.full(2, 2000.0), heating_limit=np.full(2, np.inf))
    sun = sun_of(1, 30, rng)
    once = simulate_zones(zones, profiles, climate, sun, sun, 27.0, 15, False, False)
    twice = simulate_zones(zones, profiles, climate, sun, sun, 27.0, 25, False, False)
    cold = simulate_zones(zones, profiles, climate, sun, sun, 27.0, 0, False, False)
    np.testing.assert_allclose(once.heating, twice.heating, rtol=1e-9)
    assert np.abs(cold.heating / twice.heating - 1.0).max() > 1e-5


def test_single_precision_stays_close() -> None:
    rng = np.random.default_rng(6)
    n, days = 20, DAYS
    zones, profiles = zones_of(n, rng, 2, 2), profiles_of(2, rng)
    sun = sun_of(2, days, rng)
    exact = climate_of(days, rng)
    single = exact._replace(temp_air=exact.temp_air.astype(np.float32), drives=exact.drives.astype(np.float32))
    wide = simulate_zones(zones, profiles, exact, sun, sun, 27.0, 1, False, False).heating.sum(axis=1)
    narrow = sun.astype(np.float32)
    short = simulate_zones(zones, profiles, single, narrow, narrow, 27.0, 1, False, False).heating.sum(axis=1)
    assert np.abs(short - wide).max() < 1e-4 * wide.max()
    assert abs(short.sum() / wide.sum() - 1.0) < 1e-5
