"""Networks of blocks: their losses beside U-values and areas, their sun by hand, their year beside all nodes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from citytwin.energy.air_exchange import air_exchange
from citytwin.energy.balanced_truncation import modal_space
from citytwin.energy.envelope import surfaces
from citytwin.energy.glazing import angular_loss, transmitted_share
from citytwin.energy.lanes import Lanes
from citytwin.energy.network import DRIVES, INPUTS, network
from citytwin.energy.network_parameters import network_model, zone_parts
from citytwin.energy.network_sun import WALLS, WINDOWS, network_sun
from citytwin.energy.schedules import build_schedules
from citytwin.energy.stock import load_stock
from citytwin.energy.uncertainty import draw_deviations
from citytwin.kernels.martin_ruiz import hemispherical_modifier
from citytwin.model import Source
from tests.energy.blocks import block_buildings, fake_irradiation

STOCK = load_stock()
YEARS = [1955, 1965, 1982, 1995, 2005, 2015]


def parts(buildings, deviations=None):
    lanes = Lanes(buildings, STOCK, "operated", deviations)
    air = air_exchange(lanes, build_schedules(STOCK.shares(buildings.use_shares), STOCK, "operated"))
    views = np.full(len(buildings), 0.5), np.full(len(buildings), 1.0)
    return lanes, views, air.conductance.min(axis=1), np.full(len(lanes), 876.0)


def model(lanes, views, air, useful):
    return network_model(lanes, np.stack([air, 2.0 * air], axis=1), views, useful)


def thermal_network(*arguments):
    return network(*zone_parts(*arguments))


def steady(net) -> np.ndarray:
    """Steady response (n, inputs) of the air to each input."""
    return np.linalg.solve(net.conductance, net.inputs)[:, 0]


def test_loss_is_that_of_u_values_and_areas() -> None:
    """Up to faces that are colder than the heated air, which ISO 13789 takes for as warm."""
    lanes, views, air, useful = parts(block_buildings(YEARS))
    response = steady(thermal_network(lanes, views, air, useful))
    s = surfaces(lanes)
    bridges = 1.0 + STOCK.constant("bridge_share")
    loss = bridges * (s.u_wall * s.wall + s.u_roof * s.roof) + s.u_window * s.window + s.ground_steady + air
    ratio = 1.0 / response[:, INPUTS.index("port")] / loss
    assert (ratio < 1.0).all()
    assert (ratio > 0.93).all()


def test_everything_at_one_temperature_is_at_rest() -> None:
    lanes, views, air, useful = parts(block_buildings(YEARS))
    response = steady(thermal_network(lanes, views, air, useful))
    np.testing.assert_allclose(response[:, 0] + response[:, DRIVES.index("ground")], 1.0, rtol=1e-9)


def test_ground_and_its_seasons_are_those_of_the_floor() -> None:
    lanes, views, air, useful = parts(block_buildings(YEARS))
    response = steady(thermal_network(lanes, views, air, useful))
    s = surfaces(lanes)
    seasons = response[:, DRIVES.index("season")] / response[:, DRIVES.index("ground")]
    np.testing.assert_allclose(seasons, s.ground_season / s.ground_steady, rtol=1e-9)
    share = response[:, DRIVES.index("ground")] / response[:, INPUTS.index("port")]
    assert (share < s.ground_steady).all()
    assert (share > 0.92 * s.ground_steady).all()


def test_pipes_give_their_heat_to_the_air() -> None:
    lanes, views, air, useful = parts(block_buildings(YEARS))
    response = steady(thermal_network(lanes, views, air, useful))
    np.testing.assert_allclose(response[:, DRIVES.index("constant")], 100.0 * response[:, INPUTS.index("port")])


def test_parts_by_hand() -> None:
    """A slab over a car park beside another, one of its facades on an unheated neighbour, in draws."""
    blocks = replace(
        block_buildings([1965], party_share=0.25),
        ground_area=np.array([420.0]),
        outer_floor_area=np.array([100.0]),
        unheated_floor_area=np.array([200.0]),
        unheated_wall_area=np.array([80.0]),
    )
    draws = draw_deviations(blocks, STOCK, 3)
    lanes, _, air, useful = parts(blocks, draws)
    views = np.array([0.4]), np.array([0.9])
    elements, windows, inside = zone_parts(lanes, views, air, useful)
    wall, roof, outer_floor, ground, slab, partition, party = elements
    s, area, name = surfaces(lanes), 3672.0 * draws["floor_area"][0], STOCK.constant

    np.testing.assert_allclose(inside.capacity, (1200.0 * 2.6 + 10000.0) * area)
    np.testing.assert_allclose(inside.gains, area * draws["gains"][0])
    unheated = 0.5 * 80.0 * s.u_wall + 0.8 * 200.0 * s.u_outer_floor
    outdoors = s.u_wall * s.wall + s.u_roof * s.roof + 100.0 * s.u_outer_floor
    np.testing.assert_allclose(inside.conductance, air + unheated + name("bridge_share") * (outdoors + unheated))

    assert [part.boundary for part in elements] == ["outdoor"] * 3 + ["ground"] + ["zone"] * 2 + ["adiabatic"]
    assert [part.absorptance for part in elements] == [0.6, 0.6] + [0.0] * 5
    for part, seen in ((wall, 0.4), (roof, 0.9), (windows, 0.4), (outer_floor, 0.0)):
        np.testing.assert_array_equal(part.sky_view, np.full(3, seen))
    for part, faces, u_value in (
        (wall, 0.17, s.u_wall), (roof, 0.14, s.u_roof), (outer_floor, 0.21, s.u_outer_floor),
        (ground, 0.17, s.ground_steady / 420.0), (windows, 0.17, s.u_window),
    ):  # fmt: skip
        resistance = part.resistance.reshape(3, -1).sum(axis=1)
        np.testing.assert_allclose(1.0 / (resistance + faces), u_value, rtol=1e-9)
    for part, size in (
        (wall, blocks.exposed_wall_area - s.window), (roof, 720.0), (outer_floor, 100.0), (ground, 420.0),
        (slab, area - 720.0), (partition, lanes.by_use("partition_share") * area), (party, blocks.party_wall_area),
    ):  # fmt: skip
        np.testing.assert_allclose(part.area, np.broadcast_to(size, 3))
        assert (part.area > 0).all()


@pytest.mark.parametrize(("u_value", "share"), [(1.0, transmitted_share(3, 1.0)), (2.7, transmitted_share(2, 2.7))])
def test_glass_lets_through_its_total_transmittance(u_value: float, share: float) -> None:
    """Radiation, and what is left of the heat of the inner face, add up to g times glazed share and curtains."""
    given = {"u_window": np.array([u_value]), "g_window": np.array([0.5])}
    lanes, views, air, useful = parts(block_buildings([1965]).with_columns(Source.SCENARIO, 95, **given))
    windows = zone_parts(lanes, views, air, useful)[1]
    glass = 0.5 * STOCK.constant("glazed_share") * STOCK.constant("curtain_factor")
    np.testing.assert_allclose(windows.transmittance, share * glass, rtol=1e-9)
    np.testing.assert_allclose(windows.transmittance + (1.0 - 0.13 * u_value) * windows.absorbed, glass, rtol=1e-9)


def test_windows_conduct_no_more_than_their_faces() -> None:
    poor = block_buildings([1965]).with_columns(Source.SCENARIO, 95, u_window=np.array([5.8]))
    windows = zone_parts(*parts(poor))[1]
    np.testing.assert_allclose(windows.resistance, 1.0 / 5.0 - 0.17)


def test_better_walls_lose_less_and_lose_it_more_slowly() -> None:
    blocks = block_buildings([1965, 1965]).with_columns(Source.SCENARIO, 95, u_wall=np.array([np.nan, 0.12]))
    lanes, views, air, useful = parts(blocks)
    net = thermal_network(lanes, views, air, useful)
    assert steady(net)[1, -1] > 1.1 * steady(net)[0, -1]
    slowest = modal_space(net).pole.max(axis=1)
    assert slowest[1] > slowest[0]


def test_four_states_answer_a_step_of_heat_as_all_nodes_do() -> None:
    lanes, views, air, useful = parts(block_buildings(YEARS))
    full = modal_space(thermal_network(lanes, views, air, useful))
    few = model(lanes, views, air, useful)
    assert few.exact.all()
    np.testing.assert_allclose(few.ventilation, np.stack([0.0 * air, air], axis=1))
    hours = np.array([1, 6, 24, 168, 2000])[:, None, None]

    def answer(space):
        return (space.port * (1.0 - space.pole**hours) / (1.0 - space.pole)).sum(axis=2)

    np.testing.assert_allclose(answer(few.space), answer(full), rtol=0.02)


def test_lanes_of_draws_are_those_of_each_alone() -> None:
    blocks = block_buildings([1965, 2015])
    together = model(*parts(blocks, draw_deviations(blocks, STOCK, 3)))
    alone = model(*parts(blocks.take(np.array([1])), draw_deviations(blocks.take(np.array([1])), STOCK, 3)))
    for whole, own in zip(together.space, alone.space, strict=True):
        assert (whole[3:] == own).all()


def test_sun_by_hand(weather) -> None:
    blocks = block_buildings([1965, 2015]).with_columns(Source.SCENARIO, 95, u_window=np.array([2.5, 1.0]))
    sun = fake_irradiation(blocks, weather)
    streams = network_sun(blocks, sun, STOCK, "operated").hours(0, 2)
    assert streams.shape == (8760, 3, 2)
    facades = np.array([60.0, 12.0, 60.0, 12.0]) / 144.0
    walls = facades @ sun.by_group[:4].astype(float)
    for column, panes in ((0, 2), (1, 3)):
        np.testing.assert_allclose(streams[:, WALLS, column], walls, rtol=1e-5, atol=1e-3)
        loss = angular_loss(panes)
        kept = 1.0 - loss.weight * (1.0 - hemispherical_modifier(loss.coefficient))
        np.testing.assert_allclose(streams[:, WINDOWS, column], kept * walls, rtol=1e-4, atol=1e-2)
    np.testing.assert_allclose(streams[:, 2, 1], sun.by_group[4], rtol=1e-6)
    assert 0.75 < kept < 0.95
    assert network_sun(blocks, sun, STOCK, "operated").hours(1, 2)[:, :, 0] == pytest.approx(streams[:, :, 1])
