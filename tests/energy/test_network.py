"""The thermal network: against matrices written out for one zone, steady states, balances, lanes alone and together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from citytwin.energy.balanced_truncation import balanced_truncation, modal_space
from citytwin.energy.elements import Air, Element, Layer, Windows, chain
from citytwin.energy.network import INPUTS, Coefficients, coefficients, network
from citytwin.model import Weather
from tests.energy import bestest, dense_zone
from tests.energy.hourly_loop import run
from tests.energy.mixed_lanes import lanes_of, parts

ONE = np.ones(1)
NO_WINDOW = Windows(0.0 * ONE, ONE, 0.5 * ONE, 0.0 * ONE, 0.5 * ONE)


def steady_air(net, name: str) -> np.ndarray:
    """What one unit of an input does to the air in the end, K."""
    return np.linalg.solve(net.conductance, net.inputs[:, :, INPUTS.index(name), None])[:, 0, 0]


def element(kind: str, boundary: str, area: float, layers: list[Layer]) -> Element:
    cells = chain(layers)
    return Element(kind, boundary, area * ONE, cells.capacity[None], cells.resistance[None], 0.5 * ONE, 0.6)


@pytest.mark.parametrize("heavy", [False, True])
@pytest.mark.parametrize("name", ["fitted", "iso52016"])
def test_a_year_is_that_of_24_nodes_and_the_matrix_exponential(weather: Weather, heavy: bool, name: str) -> None:
    constants, case = coefficients(name), ("900" if heavy else "600",)
    net = bestest.networks(case, constants)
    dense = dense_zone.Dense(heavy, constants)
    assert (net.capacity.shape[1], len(dense.a)) == (12, 24)
    suns = np.stack([0.6 * weather.ghi, 0.5 * weather.ghi, weather.ghi], axis=1)
    drives, use = bestest.drives_of(weather), bestest.use_of(case)
    u = np.concatenate([drives, suns, use.gains], axis=1)
    expected = dense_zone.run(dense, u, use.heat_above[:, 0], use.cool_below[:, 0], 40)
    found = run(modal_space(net), drives, suns[:, None], use)
    # the first days still know where they started
    np.testing.assert_allclose(found.air[480:, 0], expected[480:, 1], atol=1e-6)
    np.testing.assert_allclose((found.heating - found.cooling)[480:, 0], expected[480:, 0], atol=1e-2)


def test_a_wall_alone_conducts_what_its_resistances_say() -> None:
    constants = Coefficients(2.5, 5.0, 0.7, 2.5, 4.77, 20.0, 4.14, 0.4, 0.0, 0.0)
    wall = element("wall", "outdoor", 50.0, [Layer(0.2, 0.1, 500.0, 1000.0)])
    net = network([wall], NO_WINDOW, Air(1e6 * ONE, 30.0 * ONE, ONE, 0.0 * ONE), constants)
    # without another face the star node joins nothing: heat goes by convection only
    loss = 30.0 + 50.0 / (1.0 / 2.5 + 2.0 + 1.0 / 24.14)
    assert 1.0 / steady_air(net, "port")[0] == pytest.approx(loss, rel=1e-6)


def test_air_settles_where_everything_around_it_is() -> None:
    net = network(*parts(20))
    around = net.inputs[:, :, INPUTS.index("outdoor")] + net.inputs[:, :, INPUTS.index("ground")]
    np.testing.assert_allclose(net.conductance.sum(axis=2), around, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(steady_air(net, "outdoor") + steady_air(net, "ground"), 1.0, rtol=1e-9)


def test_all_internal_gains_arrive_and_sun_is_partly_lost() -> None:
    box = [element("wall", "adiabatic", 60.0, [Layer(0.1, 1.0, 2000.0, 1000.0)])]
    glass = Windows(10.0 * ONE, ONE, 0.6 * ONE, 0.0 * ONE, 0.5 * ONE)
    net = network(box, glass, Air(1e6 * ONE, 30.0 * ONE, 500.0 * ONE, 80.0 * ONE))
    gains = steady_air(net, "gains") / steady_air(net, "port")
    assert steady_air(net, "constant")[0] == pytest.approx(80.0 * steady_air(net, "port")[0])
    assert 0.9 * 500.0 < gains[0] < 500.0  # radiant gains lose a little more through the windows than the air does
    sun = net.inputs[0, :, INPUTS.index("windows")].sum()
    assert 0.8 * 6.0 < sun < 6.0


def test_party_walls_and_slabs_lose_nothing() -> None:
    shell = [element("wall", "outdoor", 60.0, [Layer(0.3, 0.2, 500.0, 1000.0)])]
    inside = [
        element(kind, boundary, 200.0, [Layer(0.2, 1.7, 2300.0, 1000.0)])
        for kind, boundary in (("wall", "adiabatic"), ("floor", "zone"), ("roof", "zone"), ("wall", "zone"))
    ]
    air = Air(1e6 * ONE, 30.0 * ONE, ONE, 0.0 * ONE)
    with_mass = network([*shell, *inside], NO_WINDOW, air)
    assert steady_air(with_mass, "outdoor")[0] == pytest.approx(1.0, rel=1e-9)
    # more faces bring radiation to the wall: the loss is between convection alone and all faces at air temperature
    h = coefficients()
    least, most = (
        30.0 + 60.0 / (1.0 / inner + 1.5 + 1.0 / (h.h_ce + h.h_re)) for inner in (h.h_ci_wall, h.h_ci_wall + h.h_ri)
    )
    assert least < 1.0 / steady_air(with_mass, "port")[0] < most


def test_the_sky_cools_and_sun_warms() -> None:
    net = network(*parts(10))
    for name in ("sky", "windows", "walls", "gains", "constant", "season"):
        assert (steady_air(net, name) >= 0.0).all()
    assert (steady_air(net, "sky") < 0.2).all()


def test_ground_follows_the_season_as_far_as_it_is_said_to() -> None:
    slab = element("floor", "ground", 50.0, [Layer(0.2, 0.1, 500.0, 1000.0)])
    air = Air(1e6 * ONE, 30.0 * ONE, ONE, 0.0 * ONE)
    still, moving = (network([replace(slab, season=season)], NO_WINDOW, air) for season in (None, 0.4 * ONE))
    assert steady_air(still, "season")[0] == 0.0
    assert steady_air(moving, "season")[0] == pytest.approx(0.4 * steady_air(moving, "ground")[0], rel=1e-9)


def test_a_lane_is_the_same_alone_and_in_any_company() -> None:
    mixed = parts(40)
    whole = network(*mixed)
    order = np.random.default_rng(3).permutation(40)
    shuffled = network(*lanes_of(mixed, order))
    for name in ("capacity", "conductance", "inputs"):
        assert np.array_equal(getattr(shuffled, name), getattr(whole, name)[order])
    for k in (0, 17, 39):
        alone = network(*lanes_of(mixed, np.array([k])))
        assert all(np.array_equal(a[0], b[k]) for a, b in zip(alone, whole, strict=True))


def test_elements_without_area_change_nothing() -> None:
    elements, windows, air = parts(10)
    less = balanced_truncation(network(elements[:-1], windows, air)).space
    more = balanced_truncation(network(elements, windows, air)).space
    for name in ("pole", "drive", "port", "sun"):
        np.testing.assert_allclose(getattr(more, name), getattr(less, name), rtol=1e-3, atol=1e-6)


def test_floors_share_what_falls_on_them_and_nothing_is_lost_by_it() -> None:
    mixed = parts(20)
    sun = INPUTS.index("windows")
    on_floor, on_all = (
        network(*mixed, coefficients()._replace(sun_on_floor=share)).inputs[:, :, sun].sum(axis=1)
        for share in (1.0, 0.0)
    )
    # condensation sends some of it outdoors at once, a little more from light outer walls than from floors
    np.testing.assert_allclose(on_floor, on_all, rtol=0.05)


@pytest.mark.parametrize("name", ["fitted", "iso52016"])
def test_a_slab_is_the_same_seen_from_either_side(name: str) -> None:
    shell = element("wall", "outdoor", 60.0, [Layer(0.3, 0.2, 500.0, 1000.0)])
    glass = Windows(10.0 * ONE, ONE, 0.6 * ONE, 0.0 * ONE, 0.5 * ONE)
    air = Air(1e6 * ONE, 30.0 * ONE, ONE, 0.0 * ONE)
    layers = [Layer(0.05, 0.04, 20.0, 1000.0), Layer(0.2, 1.7, 2300.0, 1000.0)]
    whole = [
        modal_space(network([shell, element(kind, "zone", 80.0, part)], glass, air, coefficients(name)))
        for kind, part in (("floor", layers), ("roof", layers[::-1]))
    ]
    for one, other in zip(*whole, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-15)


def test_layers_become_cells() -> None:
    cells = chain([Layer(0.009, 0.14, 530.0, 900.0), Layer(0.1, 0.51, 1400.0, 1000.0), Layer(0.1, 0.04)])
    assert cells.capacity.tolist() == pytest.approx([4293.0, 70000.0, 70000.0])
    assert cells.resistance.sum() == pytest.approx(0.009 / 0.14 + 0.1 / 0.51 + 2.5)
    assert cells.resistance[-1] == pytest.approx(0.25 * 0.1 / 0.51 + 2.5)


def test_what_cannot_be_is_refused() -> None:
    wall = element("wall", "outdoor", 50.0, [Layer(0.2, 0.1, 500.0, 1000.0)])
    air = Air(1e6 * ONE, 30.0 * ONE, ONE, 0.0 * ONE)
    with pytest.raises(ValueError, match="kind 'door'"):
        replace(wall, kind="door")
    with pytest.raises(ValueError, match="boundary 'lake'"):
        replace(wall, boundary="lake")
    with pytest.raises(ValueError, match=r"area of a wall must be finite and not negative, but is -1\.0 in lane 0"):
        replace(wall, area=-ONE)
    with pytest.raises(ValueError, match="resists no heat"):
        replace(wall, resistance=0.0 * wall.resistance)
    with pytest.raises(ValueError, match="resistance must have the shape"):
        replace(wall, resistance=wall.resistance[:, :1])
    with pytest.raises(ValueError, match="capacity of air"):
        replace(air, capacity=np.nan * ONE)
    with pytest.raises(ValueError, match="without heat capacity"):
        replace(air, capacity=0.0 * ONE)
    with pytest.raises(ValueError, match="windows that resist no heat"):
        replace(NO_WINDOW, resistance=0.0 * ONE)
    with pytest.raises(ValueError, match="same lanes"):
        network([], NO_WINDOW, air)
    with pytest.raises(ValueError, match="coefficients 'best' do not exist"):
        coefficients("best")
    with pytest.raises(ValueError, match="thickness and conductivity"):
        chain([Layer(0.0, 1.0)])
    with pytest.raises(ValueError, match="needs a layer with density"):
        chain([Layer(1.0, 1.0)])
