"""The state-space kernel against its naive twin, its steady state, its own energy balance and its company."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels.state_space import LANES, simulate_zones
from citytwin.kernels.thermal_zone import Climate, Loads, Profiles, StateSpace, Zones
from tests.naive import state_space as naive

DAYS = 3 if numba.config.DISABLE_JIT else 12
FEW = 5 if numba.config.DISABLE_JIT else 40
STATES = ((0.96, 0.995), (0.6, 0.9), (0.1, 0.5), (-0.1, 0.1))
BY_LANE = (
    "heating", "cooling", "heating_peak", "heating_peak_hour", "cooling_peak", "cooling_peak_hour", "overheating",
    "weighted",
)  # fmt: skip


def space_of(n: int, states: int, drives: int, suns: int, rng: np.random.Generator) -> StateSpace:
    """Random stable models whose first drive is the outdoor temperature; direct terms where there is room for them."""
    loss = rng.uniform(100.0, 4000.0, n)
    pole = np.stack([rng.uniform(*STATES[i], n) for i in range(states)], axis=1)
    share = rng.dirichlet(np.ones(states + 1), n)
    if states % 2 == 0:
        share[:, :-1] /= share[:, :-1].sum(axis=1, keepdims=True)
    held = share[:, :-1] * (1.0 - pole)
    direct = share[:, -1] if states % 2 else np.zeros(n)
    port = held / loss[:, None]
    others = rng.uniform(-5.0, 20.0, (n, drives))
    others[:, 0] = loss
    return StateSpace(
        pole=pole,
        drive=port[:, :, None] * others[:, None],
        sun=port[:, :, None] * rng.uniform(1.0, 30.0, (n, 1, suns)),
        gain=port * rng.uniform(50.0, 200.0, (n, 1)),
        port=port,
        direct_drive=direct[:, None] / loss[:, None] * others,
        direct_sun=direct[:, None] * rng.uniform(0.0, 0.01, (n, suns)),
        direct_gain=direct * rng.uniform(0.0, 0.1, n),
        direct_port=direct / loss,
    )


def zones_of(n: int, space: StateSpace, rng: np.random.Generator, rows: int = 1, profiles: int = 1) -> Zones:
    loss = 1.0 / space.port.sum(axis=1)
    aired = rng.random(n) < 0.4
    limited = np.where(rng.random(n) < 0.3, 3.0 * loss, np.inf)
    return Zones(
        row=rng.integers(0, rows, n),
        profile=rng.integers(0, profiles, n),
        space=space,
        ventilation=rng.uniform(0.0, 0.3, (n, 2)) * loss[:, None],
        airing=np.where(aired, rng.uniform(0.1, 2.0, (2, n)) * loss, 0.0).T.copy(),
        airing_above=rng.uniform(24.0, 26.0, n),
        heating_offset=rng.uniform(-2.0, 2.0, n),
        cooling_offset=rng.uniform(0.0, 2.0, n),
        heating_limit=np.where(rng.random(n) < 0.3, 2.0 * loss, np.inf),
        cooling_limit=np.where(rng.random(n) < 0.4, 0.0, np.where(aired, np.inf, limited)),
        weight=rng.uniform(0.0, 2.0, n),
    )


def profiles_of(n: int, rng: np.random.Generator) -> Profiles:
    return Profiles(
        gains=rng.uniform(0.0, 12.0, (n, 168)),
        heating_setpoint=rng.uniform(16.0, 22.0, (n, 168)),
        cooling_setpoint=rng.uniform(24.0, 27.0, (n, 168)),
        ventilation_state=rng.integers(0, 2, (n, 168)).astype(np.int8),
    )


def climate_of(
    days: int, drives: int, rng: np.random.Generator, dtype: type = np.float64, mean: float = 5.0
) -> Climate:
    hour = np.arange(24 * days)
    air = mean + 12.0 * np.sin(hour / 37.0) + rng.normal(size=24 * days)
    others = rng.uniform(-15.0, 5.0, (drives - 1, 24 * days))
    weights = rng.uniform(0.2, 1.0, (2, 24 * days))
    return Climate(
        air.astype(dtype),
        np.vstack([air, others]).astype(dtype),
        weights.astype(dtype),
        np.arange(days) % 12,
        24,
        24 * (days - 1),
    )


def sun_of(days: int, suns: int, rows: int, rng: np.random.Generator) -> np.ndarray:
    return np.maximum(rng.normal(size=(24 * days, suns, rows)) * 50.0, 0.0).astype(np.float32)


def only(zones: Zones, lanes: np.ndarray) -> Zones:
    columns = zones._asdict()
    space = StateSpace(*(np.ascontiguousarray(column[lanes]) for column in columns.pop("space")))
    return Zones(space=space, **{name: np.ascontiguousarray(column[lanes]) for name, column in columns.items()})


def by_hand(zones: Zones, lane: int, profiles: Profiles, climate: Climate, sun: np.ndarray) -> np.ndarray:
    """The naive twin on one lane: heating, cooling and air temperature by hour, (3, hours)."""
    hours = len(climate.temp_air)
    column = np.arange(hours) % profiles.gains.shape[1]
    p, state = zones.profile[lane], profiles.ventilation_state[zones.profile[lane], column]
    suns = sun[:, :, zones.row[lane]].T.astype(float)
    gains = profiles.gains[p, column]
    heat_set = profiles.heating_setpoint[p, column] + zones.heating_offset[lane]
    cool_set = profiles.cooling_setpoint[p, column] + zones.cooling_offset[lane]
    space = [column[lane].tolist() for column in zones.space]
    limits = zones.heating_limit[lane], zones.cooling_limit[lane]
    day = slice(0, 24)
    means = (values[..., day].mean(axis=-1) for values in (climate.drives, suns, gains, heat_set, cool_set))
    begin = naive.start(space, *means, *limits)
    result = naive.simulate_zone(
        space, begin, climate.temp_air.tolist(), climate.drives.tolist(), suns.tolist(), gains, heat_set, cool_set,
        zones.ventilation[lane, state], zones.airing[lane, state], zones.airing_above[lane], *limits,
    )  # fmt: skip
    return np.array(result).T


@settings(max_examples=FEW, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    mean=st.floats(-15.0, 30.0),
    states=st.integers(1, 4),
    drives=st.integers(1, 6),
    suns=st.integers(1, 3),
)
def test_equals_the_naive_twin(seed: int, mean: float, states: int, drives: int, suns: int) -> None:
    rng = np.random.default_rng(seed)
    zones = zones_of(3, space_of(3, states, drives, suns, rng), rng, 2, 2)
    profiles, climate, sun = profiles_of(2, rng), climate_of(DAYS, drives, rng, mean=mean), sun_of(DAYS, suns, 2, rng)
    loads = simulate_zones(zones, profiles, climate, sun, 26.0, 0, False, False)
    for lane in range(3):
        heating, cooling, air = by_hand(zones, lane, profiles, climate, sun)
        by_month = np.zeros((2, 12))
        np.add.at(by_month[0], climate.month_of_day, heating.reshape(DAYS, 24).sum(axis=1))
        np.add.at(by_month[1], climate.month_of_day, cooling.reshape(DAYS, 24).sum(axis=1))
        scale = 24.0 * (heating.max() + cooling.max() + 1.0 / zones.space.port[lane].sum())
        np.testing.assert_allclose(loads.heating[lane], by_month[0], rtol=1e-10, atol=1e-10 * scale)
        np.testing.assert_allclose(loads.cooling[lane], by_month[1], rtol=1e-10, atol=1e-10 * scale)
        for hours, peak, when, limit in (
            (heating, loads.heating_peak[lane], loads.heating_peak_hour[lane], zones.heating_limit[lane]),
            (cooling, loads.cooling_peak[lane], loads.cooling_peak_hour[lane], zones.cooling_limit[lane]),
        ):
            assert peak == pytest.approx(hours.max(), rel=1e-10, abs=1e-10 * scale)
            if hours.max() > 1e-9 * scale:
                assert when == (np.argmax(hours >= limit * (1.0 - 1e-12)) if peak == limit else np.argmax(hours))
        summer = np.maximum(air - 26.0, 0.0)[climate.summer_start : climate.summer_stop].sum()
        assert loads.overheating[lane] == pytest.approx(summer, rel=1e-10, abs=1e-8)
        np.testing.assert_allclose(loads.weighted[lane], climate.weights @ heating, rtol=1e-10, atol=1e-10 * scale)


@pytest.mark.parametrize("states", [1, 2, 3, 4])
@pytest.mark.parametrize("limits", [(np.inf, np.inf), (0.0, 0.0), (1e4, 0.0)])
def test_energy_balance_closes(states: int, limits: tuple[float, float]) -> None:
    rng = np.random.default_rng(states)
    n, days = 3, DAYS if numba.config.DISABLE_JIT else 365
    zones = zones_of(n, space_of(n, states, 5, 2, rng), rng, 2, 2)
    zones = zones._replace(heating_limit=np.full(n, limits[0]), cooling_limit=np.full(n, limits[1]))
    loads = simulate_zones(
        zones, profiles_of(2, rng), climate_of(days, 5, rng, mean=20.0), sun_of(days, 2, 2, rng), 27.0, 2, True, False
    )
    gains, sun, envelope, ventilation, airing, stored = loads.balance.T
    into = loads.heating.sum(axis=1) - loads.cooling.sum(axis=1) + gains + sun
    np.testing.assert_allclose(into, envelope + ventilation + airing + stored, rtol=1e-6)
    assert (ventilation != 0).all()
    assert ((airing > 0) <= (zones.airing[:, 0] > 0)).all()
    if limits == (0.0, 0.0):
        assert not loads.heating.any()
        assert not loads.cooling.any()
        assert (airing > 0).any() == (zones.airing > 0).any()


def test_steady_state_is_that_of_the_gains_in_the_long_run() -> None:
    rng = np.random.default_rng(2)
    n, days = 4, 2
    space = space_of(n, 4, 2, 1, rng)
    zones = zones_of(n, space, rng)._replace(
        heating_limit=np.full(n, np.inf), heating_offset=np.zeros(n), ventilation=np.zeros((n, 2))
    )
    profiles = Profiles(
        np.full((1, 24), 2.0), np.full((1, 24), 21.0), np.full((1, 24), 99.0), np.zeros((1, 24), np.int8)
    )
    drives = np.stack([np.full(24 * days, -17.0), np.zeros(24 * days)])
    climate = Climate(drives[0], drives, np.zeros((0, 24 * days)), np.zeros(days, np.int64), 0, 0)
    loads = simulate_zones(zones, profiles, climate, np.zeros((24 * days, 1, 1), np.float32), 27.0, 0, False, True)
    per_watt, by_gain = ((b / (1.0 - space.pole)).sum(axis=1) for b in (space.port, space.gain))
    expected = (21.0 + 17.0 - 2.0 * by_gain) / per_watt
    assert (expected > 0).all()
    np.testing.assert_allclose(loads.hourly[0], np.tile(expected[:, None], 24 * days), rtol=1e-6)
    np.testing.assert_allclose(loads.hourly[2], 21.0, rtol=1e-6)


@pytest.mark.parametrize("states", [1, 4])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_zone_does_not_feel_its_company(dtype: type, states: int) -> None:
    rng = np.random.default_rng(3)
    n = LANES + 3
    zones = zones_of(n, space_of(n, states, 3, 2, rng), rng, 5, 3)
    profiles, climate, sun = profiles_of(3, rng), climate_of(4, 3, rng, dtype, 15.0), sun_of(4, 2, 5, rng)
    together = simulate_zones(zones, profiles, climate, sun, 20.0, 1, False, False)
    assert (together.cooling.sum(axis=1) > 0).any()
    for lanes in (np.array([7]), np.array([LANES + 1]), np.arange(n)[::-1], np.argsort(zones.row, kind="stable")):
        apart = simulate_zones(only(zones, lanes), profiles, climate, sun, 20.0, 1, False, False)
        for name in BY_LANE:
            np.testing.assert_array_equal(getattr(apart, name), getattr(together, name)[lanes])


def test_rows_in_sequence_shared_and_mixed_are_read_alike() -> None:
    rng = np.random.default_rng(7)
    n = 5
    zones = zones_of(n, space_of(n, 2, 1, 2, rng), rng)
    profiles, climate, sun = profiles_of(1, rng), climate_of(3, 1, rng), sun_of(3, 2, n + 1, rng)
    zones = zones._replace(row=np.arange(1, n + 1))
    expected = simulate_zones(zones, profiles, climate, sun, 27.0, 1, False, False)
    turned = simulate_zones(
        zones._replace(row=np.arange(n)[::-1].copy()), profiles, climate, sun[:, :, :0:-1].copy(), 27.0, 1, False, False
    )
    np.testing.assert_array_equal(turned.heating, expected.heating)
    shared = simulate_zones(zones._replace(row=np.full(n, 3)), profiles, climate, sun, 27.0, 1, False, False)
    assert shared.heating[2].tolist() == expected.heating[2].tolist()
    assert (shared.heating[[0, 1, 3, 4]] != expected.heating[[0, 1, 3, 4]]).any(axis=1).all()


def test_total_is_the_weighted_sum_of_the_hours() -> None:
    rng = np.random.default_rng(4)
    n = LANES + 5
    zones = zones_of(n, space_of(n, 3, 2, 1, rng), rng, 2, 2)
    climate, sun = climate_of(3, 2, rng), sun_of(3, 1, 2, rng)
    loads = simulate_zones(zones, profiles_of(2, rng), climate, sun, 27.0, 0, False, True)
    expected = np.einsum("n,knh->kh", zones.weight, loads.hourly[:2].astype(np.float64))
    np.testing.assert_allclose(loads.total, expected, rtol=1e-6, atol=1e-3)
    np.testing.assert_allclose(loads.hourly[0].sum(axis=1, dtype=np.float64), loads.heating.sum(axis=1), rtol=1e-6)


def test_warm_up_forgets_the_start() -> None:
    rng = np.random.default_rng(5)
    climate, profiles, sun = climate_of(30, 2, rng), profiles_of(1, rng), sun_of(30, 1, 1, rng)
    space = space_of(2, 2, 2, 1, rng)._replace(pole=np.full((2, 2), [0.95, 0.5]))
    zones = zones_of(2, space, rng)._replace(heating_limit=np.full(2, np.inf))
    once, twice, cold = (simulate_zones(zones, profiles, climate, sun, 27.0, d, False, False) for d in (20, 28, 0))
    np.testing.assert_allclose(once.heating, twice.heating, rtol=1e-7)
    assert np.abs(cold.heating / twice.heating - 1.0).max() > 1e-5


def test_single_precision_stays_close() -> None:
    rng = np.random.default_rng(6)
    n = 20
    zones, profiles = zones_of(n, space_of(n, 4, 4, 3, rng), rng, 2, 2), profiles_of(2, rng)
    sun, exact = sun_of(DAYS, 3, 2, rng), climate_of(DAYS, 4, rng)
    single = exact._replace(**{k: getattr(exact, k).astype(np.float32) for k in ("temp_air", "drives", "weights")})

    def heating(climate: Climate) -> np.ndarray:
        loads: Loads = simulate_zones(zones, profiles, climate, sun, 27.0, 1, False, False)
        return loads.heating.sum(axis=1)

    wide, short = heating(exact), heating(single)
    assert np.abs(short - wide).max() < 1e-4 * wide.max()
    assert abs(short.sum() / wide.sum() - 1.0) < 1e-5


@pytest.mark.parametrize(
    ("states", "suns", "message"), [(5, 1, "1 to 4 states"), (2, 0, "sun streams"), (2, 1, "direct terms")]
)
def test_models_that_do_not_fit_are_refused(states: int, suns: int, message: str) -> None:
    rng = np.random.default_rng(8)
    plain = space_of(1, 2, 1, 1, rng)
    wider = {name: np.repeat(getattr(plain, name), 3, axis=1)[:, :states] for name in ("pole", "drive", "gain", "port")}
    space = plain._replace(
        **wider, sun=np.zeros((1, states, suns)), direct_sun=np.zeros((1, suns)), direct_gain=np.ones(1)
    )
    zones, climate = zones_of(1, space, rng), climate_of(1, 1, rng)
    with pytest.raises(ValueError, match=message):
        simulate_zones(zones, profiles_of(1, rng), climate, np.zeros((24, suns, 1), np.float32), 27.0, 0, False, False)
