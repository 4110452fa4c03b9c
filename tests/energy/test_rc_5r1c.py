"""The 5R1C network as a state-space model against the literal standard and its steady state."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.energy.rc_5r1c import SMALLEST_POLE, FiveConductances, state_space_of_5r1c
from citytwin.kernels.state_space import simulate_zones
from citytwin.kernels.thermal_zone import Climate, Loads, Profiles, Zones
from tests.naive import rc_5r1c as literal
from tests.naive import state_space as naive

DAYS = 3 if numba.config.DISABLE_JIT else 12
FEW = 5 if numba.config.DISABLE_JIT else 40


def network_of(n: int, rng: np.random.Generator) -> FiveConductances:
    """Random plausible zones from 80 m2 to 5,000 m2."""
    area = rng.uniform(80.0, 5000.0, n)
    internal = 4.5 * area
    mass_area = rng.uniform(2.0, 3.5, n) * area
    h_ms = 9.1 * mass_area
    h_op = rng.uniform(0.1, 2.0, n) * area
    return FiveConductances(
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
        drives=rng.uniform(-0.2, 0.2, (n, 4)) * area[:, None],
    )


def zones_of(network: FiveConductances, rng: np.random.Generator) -> Zones:
    area = network.gain_scale
    n = len(area)
    space, ventilation = state_space_of_5r1c(network)
    aired = rng.random(n) < 0.4
    return Zones(
        row=rng.integers(0, 2, n),
        profile=rng.integers(0, 2, n),
        space=space,
        ventilation=ventilation,
        airing=np.where(aired, rng.uniform(0.1, 3.0, (2, n)) * area, 0.0).T.copy(),
        airing_above=rng.uniform(24.0, 26.0, n),
        heating_offset=rng.uniform(-2.0, 2.0, n),
        cooling_offset=rng.uniform(0.0, 2.0, n),
        heating_limit=np.where(rng.random(n) < 0.3, 20.0 * area, np.inf),
        cooling_limit=np.where(rng.random(n) < 0.4, 0.0, np.inf),
        weight=np.ones(n),
    )


def profiles_of(rng: np.random.Generator) -> Profiles:
    return Profiles(
        gains=rng.uniform(0.0, 12.0, (2, 168)),
        heating_setpoint=rng.uniform(16.0, 22.0, (2, 168)),
        cooling_setpoint=rng.uniform(24.0, 27.0, (2, 168)),
        ventilation_state=rng.integers(0, 2, (2, 168)).astype(np.int8),
    )


def climate_of(rng: np.random.Generator, mean: float) -> Climate:
    hours = 24 * DAYS
    air = mean + 12.0 * np.sin(np.arange(hours) / 37.0) + rng.normal(size=hours)
    drives = np.vstack([air, rng.uniform(-15.0, 0.0, hours), 5.0 - air, rng.normal(size=hours), np.ones(hours)])
    return Climate(air, drives, np.zeros((0, hours)), np.arange(DAYS) % 12, 24, 24 * (DAYS - 1))


def run(zones: Zones, profiles: Profiles, climate: Climate, sun: np.ndarray) -> Loads:
    return simulate_zones(zones, profiles, climate, sun, 26.0, 0, False, True)


@settings(max_examples=FEW, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), mean=st.floats(-15.0, 30.0))
def test_equals_the_literal_standard(seed: int, mean: float) -> None:
    rng = np.random.default_rng(seed)
    network = network_of(3, rng)
    zones, profiles, climate = zones_of(network, rng), profiles_of(rng), climate_of(rng, mean)
    sun = np.maximum(rng.normal(size=(24 * DAYS, 2, 2)) * 4000.0, 0.0).astype(np.float32)
    loads = run(zones, profiles, climate, sun)
    hours = len(climate.temp_air)
    column = np.arange(hours) % 168
    for lane in range(3):
        p = zones.profile[lane]
        glazing, opaque = sun[:, :, zones.row[lane]].T.astype(float)
        gains = profiles.gains[p, column]
        heat_set = profiles.heating_setpoint[p, column] + zones.heating_offset[lane]
        cool_set = profiles.cooling_setpoint[p, column] + zones.cooling_offset[lane]
        space = [value[lane].tolist() for value in zones.space]
        day = slice(0, 24)
        means = (
            v[..., day].mean(axis=-1) for v in (climate.drives, np.stack([glazing, opaque]), gains, heat_set, cool_set)
        )
        (state,) = naive.start(space, *means, zones.heating_limit[lane], zones.cooling_limit[lane])
        per_kelvin_of_mass = zones.space.drive[lane, 0, 0] / (1.0 - zones.space.pole[lane, 0])
        heating, cooling, air = np.zeros((3, hours))
        literal.simulate_zone(
            state / per_kelvin_of_mass,
            climate.temp_air,
            network.opaque_scale[lane] * opaque + network.drives[lane] @ climate.drives[1:],
            network.glazing_scale[lane] * glazing,
            network.gain_scale[lane] * gains,
            heat_set,
            cool_set,
            profiles.ventilation_state[p, column],
            *(
                getattr(network, name)[lane]
                for name in ("h_ve", "h_w", "h_em", "h_ms", "h_is", "capacity", "mass_share")
            ),
            zones.heating_limit[lane],
            zones.cooling_limit[lane],
            zones.airing[lane],
            zones.airing_above[lane],
            network.gain_scale[lane],
            heating,
            cooling,
            air,
        )
        by_month = np.zeros((2, 12))
        np.add.at(by_month[0], climate.month_of_day, heating.reshape(DAYS, 24).sum(axis=1))
        np.add.at(by_month[1], climate.month_of_day, cooling.reshape(DAYS, 24).sum(axis=1))
        scale = 24.0 * (heating.max() + cooling.max())
        np.testing.assert_allclose(loads.heating[lane], by_month[0], rtol=1e-10, atol=1e-10 * scale)
        np.testing.assert_allclose(loads.cooling[lane], by_month[1], rtol=1e-10, atol=1e-10 * scale)
        assert loads.heating_peak[lane] == pytest.approx(heating.max(), rel=1e-10)
        assert loads.cooling_peak[lane] == pytest.approx(cooling.max(), rel=1e-10)
        summer = np.maximum(air - 26.0, 0.0)[climate.summer_start : climate.summer_stop].sum()
        assert loads.overheating[lane] == pytest.approx(summer, rel=1e-10, abs=1e-9)


def test_a_ventilation_state_equals_rebuilt_parameters() -> None:
    rng = np.random.default_rng(1)
    n = 6
    network = network_of(n, rng)
    # so little memory that the start, which knows no ventilation states, is forgotten
    h_ve = network.h_ve + 0.5 * network.gain_scale[:, None]
    network = network._replace(h_ve=h_ve, capacity=1.5 * network.gain_scale)
    zones, climate = zones_of(network, rng), climate_of(rng, 8.0)
    sun = np.maximum(rng.normal(size=(24 * DAYS, 2, 2)) * 4000.0, 0.0).astype(np.float32)
    profiles = profiles_of(rng)
    for state in (0, 1):
        held = profiles._replace(ventilation_state=np.full((2, 168), state, np.int8))
        rebuilt, none = state_space_of_5r1c(network._replace(h_ve=np.repeat(h_ve[:, state, None], 2, axis=1)))
        assert not none.any()
        aired = np.repeat(zones.airing[:, state, None], 2, axis=1)
        through_port = run(zones, held, climate, sun)
        directly = run(zones._replace(space=rebuilt, ventilation=none, airing=aired), profiles, climate, sun)
        last = climate.month_of_day[-1]
        assert (directly.heating[:, last] > 0).any()
        scale = directly.heating.max()
        for name in ("heating", "cooling"):
            ours, theirs = (getattr(loads, name)[:, last] for loads in (through_port, directly))
            np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9 * scale)


def test_steady_state_equals_the_closed_form() -> None:
    rng = np.random.default_rng(2)
    n, hours = 4, 24 * DAYS
    network = network_of(n, rng)
    zones = zones_of(network, rng)._replace(
        heating_limit=np.full(n, np.inf), heating_offset=np.zeros(n), row=np.zeros(n, np.int64),
        profile=np.zeros(n, np.int64),
    )  # fmt: skip
    constant = np.full((1, 24), 1.0)
    profiles = Profiles(0.0 * constant, 21.0 * constant, 99.0 * constant, np.zeros((1, 24), np.int8))
    drives = np.zeros((5, hours))
    drives[0] = -7.0
    climate = Climate(drives[0], drives, np.zeros((0, hours)), np.zeros(DAYS, np.int64), 0, 0)
    loads = run(zones, profiles, climate, np.zeros((hours, 2, 1), np.float32))
    h_op = 1.0 / (1.0 / network.h_em + 1.0 / network.h_ms)
    expected = literal.steady_heating(21.0, -7.0, network.h_ve[:, 0], network.h_w, h_op, network.h_is)
    np.testing.assert_allclose(loads.hourly[0], np.tile(expected[:, None], hours), rtol=1e-6)
    np.testing.assert_allclose(loads.hourly[2], 21.0, rtol=1e-6)


def test_a_zone_without_memory_is_nudged() -> None:
    network = network_of(1, np.random.default_rng(3))
    space, _ = state_space_of_5r1c(network._replace(capacity=network.capacity * 0.0 + 1e9))
    assert space.pole[0, 0] == pytest.approx(1.0, abs=1e-4)
    h_ve = network.h_ve.min(axis=1)
    h_2 = 1.0 / (1.0 / h_ve + 1.0 / network.h_is) + network.h_w
    half = 0.5 * (1.0 / (1.0 / h_2 + 1.0 / network.h_ms) + network.h_em)
    space, _ = state_space_of_5r1c(network._replace(capacity=half))
    assert space.pole[0, 0] == pytest.approx(SMALLEST_POLE, rel=1e-3)
    assert all(np.isfinite(column).all() for column in space)
