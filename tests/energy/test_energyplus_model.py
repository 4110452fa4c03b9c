"""epJSON models: areas, normals and conductances that come back out of the geometry and the layers."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from citytwin.energy.constructions import element_layers
from citytwin.energy.energyplus_model import energyplus_model
from citytwin.energy.envelope import envelope, inner_areas, window_areas
from citytwin.energy.lanes import Lanes
from citytwin.energy.stock import load_stock
from citytwin.model import Source, Use, Weather
from tests.energy.blocks import block_buildings

STOCK = load_stock()
INSIDE = {"Wall": 0.13, "Roof": 0.10, "Floor": 0.17}


def corners(surface: dict) -> np.ndarray:
    return np.array([[vertex[f"vertex_{axis}_coordinate"] for axis in "xyz"] for vertex in surface["vertices"]])


def area_vector(points: np.ndarray) -> np.ndarray:
    return 0.5 * np.cross(points[2] - points[0], points[3] - points[1])


@pytest.mark.parametrize("use", [Use.APARTMENT, Use.OFFICE])
def test_geometry_and_losses_come_back(weather: Weather, use: Use) -> None:
    block = block_buildings([2015.0], use=use)
    model = energyplus_model(block, 0, weather, STOCK)
    surfaces = model["BuildingSurface:Detailed"]
    lost = 0.0
    for name, surface in surfaces.items():
        vector = area_vector(corners(surface))
        area = np.linalg.norm(vector)
        number = 5 if name == "ground" else int(name.split("_")[1])
        assert area == pytest.approx(block.group_area[number])
        azimuth, tilt = np.radians([np.nan_to_num(block.group_azimuth[number]), block.group_tilt[number]])
        normal = [np.sin(tilt) * np.sin(azimuth), np.sin(tilt) * np.cos(azimuth), np.cos(tilt)]
        np.testing.assert_allclose(vector / area, normal, atol=1e-9)
        outside = 0.0 if name == "ground" else 0.04
        layers = model["Construction"][surface["construction_name"]].values()
        u = 1.0 / (sum(resistance(model, layer) for layer in layers) + outside + INSIDE[surface["surface_type"]])
        lost += u * (area - window(model, name))
    shell = envelope(Lanes(block, STOCK, "operated"))
    assert lost == pytest.approx(shell.loss[0], rel=1e-6)
    glazed = sum(window(model, name) for name in surfaces)
    assert glazed == pytest.approx(window_areas(block, STOCK)[0])
    stone = model["Material"]["stone"]
    capacity = stone["thickness"] * 2400.0 * 1000.0 * model["InternalMass"]["mass"]["surface_area"]
    lanes = Lanes(block, STOCK, "operated")
    stored = sum(
        area[0] * element_layers(lanes, element).capacity[0].sum() for element, area in inner_areas(lanes).items()
    )
    assert capacity == pytest.approx(stored)
    assert 2e5 < stored / block.heated_floor_area[0] < 1e6
    assert ("ThermostatSetpoint:DualSetpoint" in model) == (use == Use.OFFICE)


def resistance(model: dict, layer: str) -> float:
    if layer in model["Material:NoMass"]:
        return model["Material:NoMass"][layer]["thermal_resistance"]
    return model["Material"][layer]["thickness"] / model["Material"][layer]["conductivity"]


def test_elements_store_what_their_cells_do(weather: Weather) -> None:
    block = block_buildings([2015.0])
    model = energyplus_model(block, 0, weather, STOCK)
    lanes = Lanes(block, STOCK, "operated")
    u_wall = lanes.chosen("u_wall") * (1.0 + STOCK.constant("bridge_share"))
    cells = element_layers(lanes, "wall", u_wall).capacity[0]
    stored = [
        m["thickness"] * m["density"] * m["specific_heat"]
        for name, m in model["Material"].items()
        if name.startswith("wall_c")
    ]
    np.testing.assert_allclose(stored, cells)


def window(model: dict, wall: str) -> float:
    found = model["FenestrationSurface:Detailed"].get(f"{wall}_window")
    if found is None:
        return 0.0
    points = [[found[f"vertex_{k}_{axis}_coordinate"] for axis in "xyz"] for k in range(1, 5)]
    return float(np.linalg.norm(area_vector(np.array(points))))


def test_ground_carries_the_seasons(weather: Weather) -> None:
    model = energyplus_model(block_buildings([1970.0]), 0, weather, STOCK)
    ground = list(model["Site:GroundTemperature:BuildingSurface"]["ground"].values())
    assert len(ground) == 12
    assert np.mean(ground) == pytest.approx(weather.temp_air.mean(), abs=0.1)
    assert 0 < np.ptp(ground) < np.ptp(weather.temp_air)
    assert np.argmin(ground) == 1


def test_unheated_neighbours_and_floors_over_air(weather: Weather) -> None:
    block = block_buildings([1970.0])
    attached = replace(block, unheated_wall_area=np.array([80.0]), group_kind=np.array([0, 0, 0, 0, 1, 3], np.int8))
    attached = replace(attached, ground_area=np.zeros(1), outer_floor_area=block.ground_area)
    surfaces = energyplus_model(attached, 0, weather, STOCK)["BuildingSurface:Detailed"]
    assert "ground" not in surfaces
    assert np.linalg.norm(area_vector(corners(surfaces["to_unheated"]))) == pytest.approx(40.0)
    assert surfaces["outer_floor_5"]["sun_exposure"] == "NoSun"


def test_a_moved_set_point_moves_the_thermostat(weather: Weather) -> None:
    block = block_buildings([1970.0])
    cooler = block.with_columns(Source.SCENARIO, 95, heating_setpoint_change=np.array([-1.5]))
    hour = [
        energyplus_model(b, 0, weather, STOCK)["Schedule:Day:Hourly"]["heating_monday"]["hour_1"]
        for b in (block, cooler)
    ]
    assert hour[0] - hour[1] == pytest.approx(1.5)


def test_is_json(weather: Weather) -> None:
    model = energyplus_model(block_buildings([1970.0]), 0, weather, STOCK)
    assert json.loads(json.dumps(model, allow_nan=False)) == model


def test_bad_arguments(weather: Weather) -> None:
    block = block_buildings([1970.0])
    with pytest.raises(ValueError, match="use must be"):
        energyplus_model(block, 0, weather, use="normal")
    with pytest.raises(ValueError, match="row must lie between 0 and 0"):
        energyplus_model(block, -1, weather)
    cold = block.with_columns(Source.REGISTER, 90)
    with pytest.raises(ValueError, match="not simulated: unheated"):
        energyplus_model(replace(cold, heated=np.zeros(1, bool)), 0, weather)
