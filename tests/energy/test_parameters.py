"""Envelope and ventilation of a block whose sums can be done by hand."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from citytwin.energy.air_exchange import air_exchange
from citytwin.energy.envelope import envelope, ground_conductance, inner_areas, roof_factor, window_areas
from citytwin.energy.hot_water import hot_water
from citytwin.energy.lanes import Lanes
from citytwin.energy.parameters import zone_parameters
from citytwin.energy.rc_5r1c_parameters import five_conductances
from citytwin.energy.schedules import build_schedules
from citytwin.energy.stock import load_stock
from citytwin.energy.uncertainty import draw_deviations
from citytwin.model import Buildings, Source, Use
from tests.energy.blocks import block_buildings

STOCK = load_stock(
    {"constants": [{"name": "refurbished_operated", "value": 0, "source": "as built, for sums by hand"}]}
)
OPEN = (np.full(1, 0.5), np.full(1, 1.0))


def parameters(buildings: Buildings, mode: str = "operated", deviations=None):
    n = len(buildings)
    schedules = build_schedules(STOCK.shares(buildings.use_shares), STOCK, mode)
    seen = (np.full(n, 0.5), np.full(n, 1.0))
    zone = zone_parameters(buildings, schedules, seen, STOCK, mode, deviations, "5r1c")
    lanes = Lanes(buildings, STOCK, mode, deviations)
    shell, air = envelope(lanes), air_exchange(lanes, schedules)
    return SimpleNamespace(
        **vars(zone),
        network=five_conductances(lanes, shell, air.conductance, seen, hot_water(lanes).useful),
        transmission=shell.limited + shell.window,
    )


def test_transmission_by_hand() -> None:
    block = block_buildings([1965])
    wall, window, roof = 2592.0 - 550.8, 550.8, 720.0
    b, d = 10.0, 0.35 + 2.0 / 0.47
    ground = 720.0 * 2 * 2.0 / (np.pi * b + d) * np.log(np.pi * b / d + 1)
    expected = 1.1 * (0.81 * wall + 0.47 * roof) + ground + 2.8 * window
    assert parameters(block).transmission[0] == pytest.approx(expected)
    zones = parameters(block).network
    assert zones.h_w[0] == pytest.approx(2.8 * window)
    assert zones.h_ms[0] == pytest.approx(9.1 * 3.0 * 3672.0)
    assert zones.h_is[0] == pytest.approx(3.45 * 4.5 * 3672.0)
    assert zones.capacity[0] == pytest.approx(260000.0 / 3600.0 * 3672.0)
    assert 1.0 / zones.h_em[0] == pytest.approx(1.0 / (expected - 2.8 * window) - 1.0 / zones.h_ms[0])


def test_ventilation_by_hand() -> None:
    volume = 3672.0 * 2.6
    old = parameters(block_buildings([1965])).network.h_ve[0]
    leakage = 1.6 * volume / 15.0
    np.testing.assert_allclose(old, (0.5 * volume + leakage) / 3.0)
    new = parameters(block_buildings([2015])).network.h_ve[0]
    np.testing.assert_allclose(new, (0.5 * volume * 0.55 + 0.8 * volume / 15.0) / 3.0)
    standard = parameters(block_buildings([2022]), "standard").network.h_ve[0]
    surface = 2592.0 + 2 * 720.0
    np.testing.assert_allclose(standard, (0.5 * 3.6 * 3672.0 * 0.45 + 4.0 * surface / 15.0) / 3.0)
    before = parameters(block_buildings([2012]), "standard").network.h_ve[0]
    np.testing.assert_allclose(before, (0.5 * 3.6 * 3672.0 * 0.55 + 0.8 * volume / 15.0) / 3.0)
    low = parameters(block_buildings([1965], storeys=1)).network.h_ve[0]
    np.testing.assert_allclose(low, (0.5 + 1.6 / 35.0) * 612.0 * 2.6 / 3.0)


def test_registered_floor_areas_do_not_touch_the_envelope() -> None:
    block = block_buildings([1965])
    doubled = replace(
        block, permitted_floor_area=2 * block.permitted_floor_area, total_floor_area=2 * block.total_floor_area
    )
    for mode in ("operated", "standard"):
        for a, b in zip(parameters(block, mode).network, parameters(doubled, mode).network, strict=True):
            np.testing.assert_array_equal(a, b)


def test_party_walls_lose_nothing_and_unheated_ones_half() -> None:
    half = parameters(block_buildings([1965], party_share=0.5)).transmission[0]
    alone = parameters(block_buildings([1965])).transmission[0]
    assert half == pytest.approx(alone - 1.1 * 0.81 * 1296.0)
    block = block_buildings([1965], party_share=0.5)
    cold = replace(block, unheated_wall_area=block.party_wall_area, party_wall_area=np.zeros(1))
    assert parameters(cold).transmission[0] == pytest.approx(half + 0.5 * 1.1 * 0.81 * 1296.0)


def test_floors_over_unheated_space_lose_four_fifths() -> None:
    block = block_buildings([1965])
    over = replace(block, unheated_floor_area=np.full(1, 100.0))
    extra = parameters(over).transmission - parameters(block).transmission
    np.testing.assert_allclose(extra, 0.8 * 1.1 * 0.35 * 100.0)


def test_pitched_roofs_over_attics_count_with_their_plan() -> None:
    block = block_buildings([1965])
    tilt = block.group_tilt.copy()
    tilt[4] = 60.0
    pitched = replace(block, group_tilt=tilt)
    factor = 0.1 + 0.9 * 0.9 * 0.5
    np.testing.assert_allclose(roof_factor(pitched, STOCK), factor)
    np.testing.assert_allclose(roof_factor(block, STOCK), 1.0)
    less = parameters(block).transmission - parameters(pitched).transmission
    np.testing.assert_allclose(less, 1.1 * 0.47 * 720.0 * (1.0 - factor))
    np.testing.assert_allclose(
        reaching_the_rooms(parameters(pitched).network, parameters(pitched).network.opaque_scale), 1.0
    )


def test_mass_inside_follows_the_floors() -> None:
    lanes = Lanes(block_buildings([1965], party_share=0.25), STOCK, "operated")
    inner = inner_areas(lanes)
    assert inner["intermediate_floor"][0] == pytest.approx(3672.0 - 720.0)
    assert inner["partition"][0] == pytest.approx(0.6 * 3672.0)
    assert inner["party_wall"][0] == pytest.approx(0.25 * 2592.0)
    single = Lanes(block_buildings([1965], storeys=1), STOCK, "operated")
    assert inner_areas(single)["intermediate_floor"][0] == 0.0


def test_overrides_win() -> None:
    block = block_buildings([1965, 1965])
    values = {
        "u_wall": 0.2,
        "u_roof": 0.1,
        "u_floor": 0.3,
        "u_window": 0.8,
        "g_window": 0.5,
        "heat_recovery": 0.8,
        "n50": 0.6,
    }
    given = {name: np.array([value, np.nan]) for name, value in values.items()}
    better = parameters(block.with_columns(Source.SCENARIO, 95, **given))
    plain = parameters(block)
    assert better.transmission[1] == plain.transmission[1]
    ground, _ = ground_conductance(np.array([720.0]), np.array([144.0]), np.array([0.3]), STOCK)
    expected = 1.1 * (0.2 * 2041.2 + 0.1 * 720.0) + ground[0] + 0.8 * 550.8
    assert better.transmission[0] == pytest.approx(expected)
    volume = 3672.0 * 2.6
    np.testing.assert_allclose(better.network.h_ve[0], (0.5 * volume * 0.2 + 0.6 * volume / 15.0) / 3.0)
    np.testing.assert_array_equal(better.network.h_ve[1], plain.network.h_ve[1])
    np.testing.assert_allclose(better.fans[0], 1.8 * 0.5 * volume / 3.6)
    np.testing.assert_allclose(plain.fans[0], 1.0 * 0.5 * volume / 3.6)
    assert better.network.glazing_scale[0] == 0.5
    assert plain.network.glazing_scale[0] == 0.75


def reaching_the_rooms(zones, heat):
    """Part of some heat at the mass node that lowers the heating need: the rest leaves through h_em."""
    return heat * zones.h_ms / (zones.h_ms + zones.h_em)


def test_heat_from_outside_counts_with_the_whole_u_value() -> None:
    block = block_buildings([1965])
    zones = parameters(block).network
    steady, season = ground_conductance(np.array([720.0]), np.array([144.0]), np.array([0.47]), STOCK)
    wall, window, roof = 2592.0 - 550.8, 550.8, 720.0
    sky = 0.04 * 4.5 * (0.5 * (0.81 * wall + 2.8 * window) + 0.47 * roof)
    inside = reaching_the_rooms(zones, zones.drives[0])
    np.testing.assert_allclose(inside[:3], [sky, steady[0], season[0]])
    np.testing.assert_allclose(reaching_the_rooms(zones, zones.opaque_scale), 1.0)
    assert zones.drives[0, 3] == pytest.approx(0.5 * (15.0 + 35.0 * (1 / 0.97 - 1)) * 3672.0 / 8.76)


def test_better_windows_have_glass_of_today() -> None:
    block = block_buildings([1965, 1965, 2015, 1965])
    given = {"u_window": np.array([1.0, np.nan, 0.8, 3.0])}
    scale = parameters(block.with_columns(Source.SCENARIO, 95, **given)).network.glazing_scale
    np.testing.assert_array_equal(scale, [0.55, 0.75, 0.55, 0.75])


def test_floor_retrofit_reaches_floors_over_outdoor_air() -> None:
    block = replace(block_buildings([1965, 2015]), outer_floor_area=np.array([100.0, 100.0]))
    insulated = block.with_columns(Source.SCENARIO, 95, u_floor=np.array([0.12, 0.12]))
    grounded = replace(insulated, outer_floor_area=np.zeros(2))
    outer = parameters(insulated).transmission - parameters(grounded).transmission
    np.testing.assert_allclose(outer, 1.1 * 100.0 * np.array([0.12, 0.09]))


def test_heat_recovery_is_passed_by_and_windows_open_when_it_is_warm() -> None:
    flat, office = parameters(block_buildings([2015])), parameters(block_buildings([2015], use=Use.OFFICE))
    np.testing.assert_allclose(flat.zones.airing, flat.recovered + 1.5 * 2.6 * 3672.0 / 3.0)
    np.testing.assert_allclose(office.zones.airing, office.recovered)
    assert office.recovered[0, 1] > 5 * office.recovered[0, 0] > 0
    np.testing.assert_array_equal(flat.zones.airing_above, 24.0)
    standard = parameters(block_buildings([2015]), "standard")
    np.testing.assert_array_equal(standard.zones.airing, standard.recovered)


def test_windows_never_open_below_the_heating_setpoint() -> None:
    block = block_buildings([1965])
    zones = parameters(block, "operated", draw_deviations(block, STOCK, 2000)).zones
    assert (22.0 + zones.heating_offset > 24.0).any()
    assert (zones.airing_above >= 22.0 + zones.heating_offset).all()


def test_ground_loses_less_than_air() -> None:
    steady, season = ground_conductance(
        np.array([720.0, 720.0]), np.array([144.0, 60.0]), np.array([0.47, 0.16]), STOCK
    )
    assert steady[0] == pytest.approx(164.45, rel=1e-3)
    assert (season < steady).all()
    assert (steady < np.array([0.47, 0.16]) * 720.0).all()
    assert ground_conductance(np.zeros(1), np.zeros(1), np.array([0.4]), STOCK)[0][0] == 0.0


def test_windows_come_from_the_building_else_from_the_tables() -> None:
    block = block_buildings([1965])
    assert window_areas(block, STOCK)[0] == pytest.approx(550.8)
    assert window_areas(replace(block, window_area=np.full(1, np.nan)), STOCK)[0] == pytest.approx(0.15 * 3672.0)
    assert window_areas(replace(block, window_area=np.full(1, 1e6)), STOCK)[0] == block.exposed_wall_area[0]


def test_impossible_envelopes_are_limited() -> None:
    block = block_buildings([1965])
    tiny = replace(block, heated_floor_area=np.full(1, 10.0))
    result = parameters(tiny)
    assert not result.exact[0]
    assert result.network.h_em[0] > 0
    assert parameters(block).exact[0]


@pytest.mark.parametrize("use", list(Use))
@pytest.mark.parametrize("year", [1900.0, 1959.0, 1990.0, 2030.0, np.nan])
def test_all_zones_are_physical(use: Use, year: float) -> None:
    block = block_buildings([year], use=use)
    for mode in ("operated", "standard"):
        lanes = parameters(block, mode, draw_deviations(block, STOCK, 20))
        zones = lanes.network
        assert all(np.isfinite(column).all() for column in zones)
        assert all(np.isfinite(column).all() for column in lanes.zones.space)
        assert (zones.h_ve > 0).all()
        assert (zones.h_em > 0).all()
        assert (1.0 - zones.mass_share * (1.0 + zones.h_w / zones.h_ms) > 0).all()
        assert (lanes.hot_water > 0).all()
        assert (lanes.recovery >= 0).all()
