"""Reduction of networks: against scipy's exponential and Lyapunov solver, and against the networks themselves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm, solve_discrete_lyapunov

from citytwin.energy import balanced_truncation as truncation
from citytwin.energy.balanced_truncation import balanced_truncation, modal_space
from citytwin.energy.network import DRIVES, INPUTS, SUNS, Network, network
from citytwin.kernels.thermal_zone import StateSpace
from citytwin.model import Weather
from tests.energy import bestest
from tests.energy.hourly_loop import Use, run
from tests.energy.mixed_lanes import lanes_of, parts


def whole_input(space: StateSpace) -> np.ndarray:
    """All inputs side by side, (n, s, u)."""
    return np.concatenate([space.drive, space.sun, space.gain[:, :, None], space.port[:, :, None]], axis=2)


def responses(space: StateSpace, hours: int) -> np.ndarray:
    """Air temperature after a pulse of each input, (n, hours, u)."""
    decay = space.pole[:, None, :] ** np.arange(hours)[:, None]
    return decay @ whole_input(space)


def test_modes_step_as_the_matrix_exponential_does() -> None:
    net = network(*parts(5))
    found = responses(modal_space(net), 50)
    for k in range(5):
        a = -net.conductance[k] / net.capacity[k][:, None]
        b = net.inputs[k] / net.capacity[k][:, None]
        m, u = b.shape
        both = np.zeros((m + u, m + u))
        both[:m, :m], both[:m, m:] = a, b
        step = expm(3600.0 * both)
        x = step[:m, m:]
        for hour in range(50):
            np.testing.assert_allclose(found[k, hour], x[0], rtol=1e-7, atol=1e-12)
            x = step[:m, :m] @ x


def test_gramians_solve_the_lyapunov_equations() -> None:
    net = network(*parts(3))
    modes = truncation._modes(net, 3600.0)
    scaled = modes.inputs * truncation._amplitudes((modes.inputs / (1 - modes.pole)[:, :, None]).sum(axis=1))[:, None]
    balance = truncation._balance(modes.pole, scaled)
    for k in range(3):
        a = np.diag(modes.pole[k])
        reached = solve_discrete_lyapunov(a, scaled[k] @ scaled[k].T)
        seen = solve_discrete_lyapunov(a, np.ones_like(a))
        for root, expected in ((balance.reached[k], reached), (balance.seen[k], seen)):
            np.testing.assert_allclose(root @ root.T, expected, atol=1e-9 * np.abs(expected).max())
        hankel = np.sqrt(np.sort(np.linalg.eigvals(reached @ seen).real)[::-1][:4])
        np.testing.assert_allclose(balance.value[k, :4], hankel, rtol=1e-6)


def test_a_balanced_network_of_all_its_states_is_the_network() -> None:
    net = network(*parts(3))
    m = net.capacity.shape[1]
    same = balanced_truncation(net, states=m)
    assert (same.states == m).all()
    assert same.balanced.all()
    np.testing.assert_allclose(whole_input(same.space), whole_input(modal_space(net)), rtol=1e-12)


def test_steady_states_are_kept_and_all_lanes_balanced() -> None:
    net = network(*parts(300))
    reduced = balanced_truncation(net)
    assert reduced.balanced.all()
    assert (reduced.states == 4).all()
    found = (whole_input(reduced.space) / (1.0 - reduced.space.pole)[:, :, None]).sum(axis=1)
    expected = np.linalg.solve(net.conductance, net.inputs)[:, 0]
    scale = np.abs(expected).max(axis=0)
    np.testing.assert_allclose(
        found / np.where(scale > 0, scale, 1), expected / np.where(scale > 0, scale, 1), atol=1e-6
    )
    assert (reduced.space.pole > truncation.LEAST_POLE).all()
    assert (reduced.space.pole < 1).all()
    assert (np.diff(reduced.space.pole, axis=1) <= 0).all()
    assert (reduced.space.port.sum(axis=1) > 0).all()


def test_a_lane_is_the_same_alone_and_in_any_company() -> None:
    mixed = parts(60)
    whole = balanced_truncation(network(*mixed))
    order = np.random.default_rng(5).permutation(60)
    shuffled = balanced_truncation(network(*lanes_of(mixed, order)))
    assert all(np.array_equal(a, b[order]) for a, b in zip(shuffled.space, whole.space, strict=True))
    alone = balanced_truncation(network(*lanes_of(mixed, np.array([31]))))
    assert all(np.array_equal(a[0], b[31]) for a, b in zip(alone.space, whole.space, strict=True))


@pytest.mark.parametrize(("states", "annual", "peak"), [(4, 0.002, 0.005), (3, 0.015, 0.02)])
def test_a_year_is_that_of_the_full_network(weather: Weather, states: int, annual: float, peak: float) -> None:
    names = ("600", "900", "920", "640", "940")
    net = bestest.networks(names)
    suns = np.repeat(np.stack([0.6 * weather.ghi, 0.5 * weather.ghi, weather.ghi], axis=1)[:, None], len(names), axis=1)
    drives, use = bestest.drives_of(weather), bestest.use_of(names)
    full, less = (run(space, drives, suns, use) for space in (modal_space(net), balanced_truncation(net, states).space))
    for a, b in ((full.heating, less.heating), (full.cooling, less.cooling)):
        np.testing.assert_allclose(b.sum(axis=0), a.sum(axis=0), rtol=annual)
        np.testing.assert_allclose(b.max(axis=0), a.max(axis=0), rtol=peak)


def test_mixed_buildings_need_what_their_full_networks_need(weather: Weather) -> None:
    n = 40
    net = network(*parts(n, seed=9))
    suns = np.repeat(np.stack([0.4 * weather.ghi, 0.4 * weather.ghi, weather.ghi], axis=1)[:, None], n, axis=1)
    drives = bestest.drives_of(weather)
    use = Use(*(np.full((8760, n), value) for value in (5.0, 21.0, 25.0, 0.0)))
    full, less = (run(space, drives, suns, use) for space in (modal_space(net), balanced_truncation(net).space))
    floor = net.inputs[:, 0, INPUTS.index("gains")]
    for a, b in ((full.heating, less.heating), (full.cooling, less.cooling)):
        counts = a.sum(axis=0) / floor > 2e3
        np.testing.assert_allclose(b.sum(axis=0)[counts], a.sum(axis=0)[counts], rtol=0.01)


def test_heat_in_is_heat_out_over_a_year(weather: Weather) -> None:
    names = ("600", "900")
    net = bestest.networks(names)
    suns = np.repeat(np.stack([0.6 * weather.ghi, 0.5 * weather.ghi, weather.ghi], axis=1)[:, None], 2, axis=1)
    drives, use = bestest.drives_of(weather), bestest.use_of(names)
    space = balanced_truncation(net).space
    # the year twice over begins where it ends, so that inputs times their steady states are the mean air temperature
    twice = Use(*(np.concatenate([values] * 2) for values in use))
    year = run(space, np.tile(drives, (2, 1)), np.tile(suns, (2, 1, 1)), twice)
    last = slice(8760, None)
    u = np.concatenate([drives, suns[:, 0], np.ones((8760, 1))], axis=1).mean(axis=0)
    steady = np.linalg.solve(net.conductance, net.inputs)[:, 0]
    heat = (year.heating - year.cooling)[last].mean(axis=0)
    np.testing.assert_allclose(year.air[last].mean(axis=0), steady[:, :-1] @ u + steady[:, -1] * heat, rtol=1e-6)


def test_lanes_that_cannot_be_balanced_keep_slow_modes_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(truncation, "DC_RATIO", (1.0001, 1.0002))
    net = network(*parts(5))
    reduced = balanced_truncation(net)
    assert not reduced.balanced.any()
    poles = modal_space(net).pole
    assert all(np.isin(reduced.space.pole[k], poles[k]).all() for k in range(5))
    outdoor = (reduced.space.drive[:, :, 0] / (1.0 - reduced.space.pole)).sum(axis=1)
    np.testing.assert_allclose(outdoor, np.linalg.solve(net.conductance, net.inputs)[:, 0, 0], rtol=1e-9)


def test_small_networks_stay_as_they_are() -> None:
    net = Network(np.array([[1e6, 1e7]]), np.array([[[60.0, -40.0], [-40.0, 45.0]]]), np.ones((1, 2, len(INPUTS))))
    reduced = balanced_truncation(net)
    assert reduced.space.pole.shape == (1, 4)
    assert reduced.states.tolist() == [2]
    assert (reduced.space.pole[0, 2:] == 0).all()
    assert (reduced.space.port[0, 2:] == 0).all()
    assert reduced.space.drive.shape == (1, 4, len(DRIVES))
    assert reduced.space.sun.shape == (1, 4, len(SUNS))
    with pytest.raises(ValueError, match="0 states"):
        balanced_truncation(net, states=0)
