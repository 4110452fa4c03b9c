"""Layers meet the U-value they shall have, whatever the use, the year and the company."""

from __future__ import annotations

import numpy as np
import pytest

from citytwin.energy.constructions import CELLS, SURFACE_RESISTANCE, element_layers, on_soil
from citytwin.energy.envelope import ground_conductance, surfaces
from citytwin.energy.lanes import Lanes
from citytwin.energy.period_table import BASE_USES
from citytwin.energy.stock import load_stock
from citytwin.energy.uncertainty import draw_deviations
from citytwin.model import Use
from tests.energy.blocks import block_buildings

STOCK = load_stock()
ENVELOPE = tuple(SURFACE_RESISTANCE)


def every_case() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    use, year, u = np.meshgrid(BASE_USES, np.arange(1900, 2031, 5), [0.05, 0.09, 0.3, 0.81, 1.6, 4.2])
    return use.ravel(), year.ravel().astype(float), u.ravel()


@pytest.mark.parametrize("element", ENVELOPE)
def test_the_u_value_is_met(element: str) -> None:
    use, year, u = every_case()
    layers = STOCK.constructions.layers(element, use, year, u)
    total = layers.resistance.sum(axis=1) + sum(SURFACE_RESISTANCE[element])
    np.testing.assert_allclose(1.0 / total, u, rtol=1e-12)
    assert (layers.thickness >= 0.001 - 1e-12).all()
    assert layers.beyond.any()
    assert not layers.beyond[u <= 0.3].any()


@pytest.mark.parametrize("element", CELLS)
def test_cells_are_as_many_as_promised_and_store_something(element: str) -> None:
    use, year, u = every_case()
    layers = STOCK.constructions.layers(element, use, year, u if element in ENVELOPE else None)
    assert layers.capacity.shape == (len(use), CELLS[element])
    assert layers.resistance.shape == (len(use), CELLS[element] + 1)
    assert (layers.capacity > 10.0).all()
    assert (layers.resistance > 0.0).all()


def test_a_sandwich_wall_by_hand() -> None:
    flat = STOCK.constructions.layers("wall", np.array([Use.APARTMENT]), np.array([1970.0]), np.array([0.5]))
    thickness = 0.04 * (1 / 0.5 - 0.17 - 0.07 / 2.0 - 0.15 / 2.0)
    assert flat.thickness[0] == pytest.approx(thickness)
    stored = 2400.0 * 1000.0 * (0.07 + 0.15) + thickness * 50.0 * 1030.0
    assert flat.capacity.sum() == pytest.approx(stored)
    # concrete outside, wool, concrete inside in two cells
    np.testing.assert_allclose(flat.resistance[0, [0, 3, 4]], [0.07 / 4.0, 0.15 / 4.0, 0.15 / 8.0])


def test_thin_layers_are_added_to_their_neighbours() -> None:
    brick = STOCK.constructions.layers("wall", np.array([Use.APARTMENT]), np.array([1930.0]), np.array([0.81]))
    render, wool_board = 1600.0 * 1000.0 * 0.015, 400.0 * 1470.0 * brick.thickness[0]
    assert brick.capacity.sum() == pytest.approx(2 * render + 1700.0 * 1000.0 * 0.5 + wool_board)
    assert brick.resistance.sum() == pytest.approx(0.03 / 0.8 + brick.thickness[0] / 0.08 + 0.5 / 0.7)


def test_more_insulation_means_a_lower_u_value_in_the_same_construction() -> None:
    u = np.array([0.81, 0.4, 0.2, 0.1])
    layers = STOCK.constructions.layers("roof", np.full(4, Use.OFFICE), np.full(4, 1968.0), u)
    assert (np.diff(layers.thickness) > 0).all()
    np.testing.assert_array_equal(layers.capacity[:, 1:], np.tile(layers.capacity[0, 1:], (4, 1)))


def test_a_lane_is_the_same_alone_and_in_company() -> None:
    use, year, u = every_case()
    together = STOCK.constructions.layers("wall", use, year, u)
    for row in (0, 17, len(use) - 1):
        alone = STOCK.constructions.layers("wall", use[row : row + 1], year[row : row + 1], u[row : row + 1])
        np.testing.assert_array_equal(alone.capacity[0], together.capacity[row])
        np.testing.assert_array_equal(alone.resistance[0], together.resistance[row])


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_impossible_u_values_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="U-value of wall of lane 1"):
        STOCK.constructions.layers("wall", np.array([2, 2]), np.full(2, 1970.0), np.array([0.3, bad]))


def test_unknown_elements_and_uses_are_refused() -> None:
    with pytest.raises(ValueError, match="no element 'door'"):
        STOCK.constructions.layers("door", np.array([2]), np.array([1970.0]), np.array([0.3]))
    with pytest.raises(ValueError, match="stand in"):
        STOCK.constructions.layers("wall", np.array([Use.OTHER]), np.array([1970.0]), np.array([0.3]))
    with pytest.raises(ValueError, match="needs a U-value"):
        STOCK.constructions.layers("wall", np.array([2]), np.array([1970.0]))


def test_a_floor_with_its_soil_loses_what_the_ground_takes() -> None:
    area, perimeter = np.array([720.0, 100.0, 40.0]), np.array([144.0, 40.0, 26.0])
    u = np.array([0.47, 0.16, 2.0])
    steady, _ = ground_conductance(area, perimeter, u, STOCK)
    floor = STOCK.constructions.layers("ground_floor", np.full(3, Use.OFFICE), np.full(3, 1990.0), u)
    whole = on_soil(floor, u, steady / area, (2.0, 2.0e6))
    inner = SURFACE_RESISTANCE["ground_floor"][1]
    np.testing.assert_allclose(1.0 / (whole.resistance.sum(axis=1) + inner), steady / area, rtol=1e-9)
    np.testing.assert_allclose(whole.capacity[:2, 0], 1.0e6)
    assert whole.capacity.shape == (3, CELLS["ground_floor"] + 1)
    assert (whole.resistance > 0).all()


def test_lanes_and_their_draws_have_layers() -> None:
    buildings = block_buildings([1930.0, 1970.0, 2020.0])
    for deviations in (None, draw_deviations(buildings, STOCK, 8)):
        lanes = Lanes(buildings, STOCK, "operated", deviations)
        walls = surfaces(lanes).u_wall
        layers = element_layers(lanes, "wall", walls)
        np.testing.assert_allclose(1.0 / (layers.resistance.sum(axis=1) + 0.17), walls)
        assert element_layers(lanes, "partition").capacity.shape == (len(lanes), CELLS["partition"])


OWN = {"element": "wall", "use": "apartment", "permit_from": 1960, "permit_to": 1976, "source": "survey of the city"}


def test_own_constructions_and_materials_win() -> None:
    stock = load_stock(
        {
            "materials": [{"material": "straw", "conductivity": 0.06, "density": 100, "specific_heat": 2000,
                           "source": "test"}],
            "constructions": [
                OWN | {"layer": 1, "material": "straw", "thickness": 0.3, "solved": True},
                OWN | {"layer": 2, "material": "brick", "thickness": 0.13, "solved": False},
            ],
        }
    )  # fmt: skip
    year = np.array([1970.0, 1959.0])
    layers = stock.constructions.layers("wall", np.full(2, Use.APARTMENT), year, np.full(2, 0.3))
    assert layers.thickness[0] == pytest.approx(0.06 * (1 / 0.3 - 0.17 - 0.13 / 0.7))
    shipped = STOCK.constructions.layers("wall", np.full(1, Use.APARTMENT), year[1:], np.full(1, 0.3))
    np.testing.assert_array_equal(layers.capacity[1], shipped.capacity[0])
    assert stock.changed == ("materials: straw", "constructions: wall apartment 1960 1976 1 straw",
                             "constructions: wall apartment 1960 1976 2 brick")  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"material": "snow"}, "no material 'snow'"),
        ({"element": "door"}, "no element 'door'"),
        ({"solved": False}, "must have one solved layer"),
        ({"thickness": 0}, "no thickness"),
    ],
)
def test_bad_constructions_are_refused(change: dict, message: str) -> None:
    row = OWN | {"layer": 1, "material": "brick", "thickness": 0.3, "solved": True} | change
    with pytest.raises(ValueError, match=message):
        load_stock({"constructions": [row]})


def test_a_layer_without_cells_is_halved_between_its_neighbours() -> None:
    rows = [("brick", 0.1, False), ("mineral_wool", 0.02, True), ("brick", 0.3, False)]
    own = [OWN | {"layer": k, "material": m, "thickness": t, "solved": s} for k, (m, t, s) in enumerate(rows, 1)]
    stock = load_stock({"constructions": own})
    wall = stock.constructions.layers("wall", np.array([Use.APARTMENT]), np.array([1970.0]), np.array([0.5]))
    wool = 50.0 * 1030.0 * wall.thickness[0]
    brick = 1700.0 * 1000.0 * 0.1
    np.testing.assert_allclose(wall.capacity[0], [brick + wool / 2, brick + wool / 2, brick, brick])
    np.testing.assert_allclose(wall.resistance[0, 1], 0.05 / 0.7 + wall.thickness[0] / 0.04 + 0.05 / 0.7)
