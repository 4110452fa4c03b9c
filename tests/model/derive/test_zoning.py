"""What small neighbourhoods share: podium and tower, rows, garages, openings of LoD3."""

from __future__ import annotations

import numpy as np
import pytest

from citytwin.model.assemble import assemble_city
from citytwin.model.derive import derive_buildings
from citytwin.model.enums import GroupKind, ObjectKind, Source, Status, SurfaceKind
from tests.model.derive.boxes import ORIGIN, box_city

FLATS, GARAGE = {"C_KAYTTARK": "039"}, {"C_KAYTTARK": "163"}
ROW = [[0, 0, 10, 10, 0, 9], [10, 0, 20, 10, 0, 9], [20, 0, 30, 10, 0, 9]]
SIDE = 90.0


def areas(buildings, *names: str) -> list[list[float]]:
    return [getattr(buildings, name).round(6).tolist() for name in names]


def test_a_row_of_heated_houses_shares_its_walls() -> None:
    buildings = derive_buildings(box_city(ROW, [FLATS] * 3))
    assert areas(buildings, "party_wall_area", "unheated_wall_area") == [[SIDE, 2 * SIDE, SIDE], [0, 0, 0]]
    assert areas(buildings, "exposed_wall_area", "exposed_perimeter") == [[270, 180, 270], [30, 20, 30]]


@pytest.mark.parametrize("status", [Status.DEMOLISHED, Status.PLANNED, Status.UNDER_CONSTRUCTION])
def test_a_neighbour_that_is_gone_or_to_come_exposes_the_wall(status: Status) -> None:
    city = box_city(ROW, [FLATS] * 3)
    buildings = derive_buildings(city, status=np.array([-1, status, -1], np.int8))
    assert areas(buildings, "party_wall_area", "exposed_wall_area") == [[0, 0, 0], [360, 360, 360]]
    assert buildings.exposed_perimeter.tolist() == [40, 40, 40]
    assert buildings.exclusion.tolist() == ["", status.word.replace("_", " "), ""]
    # the group of the wall is there again, for sun and sky
    walls = buildings.group_kind[: buildings.group_offsets[1]] == GroupKind.WALL
    assert walls.sum() == 4


def test_a_garage_in_the_row_is_an_unheated_neighbour() -> None:
    buildings = derive_buildings(box_city(ROW, [FLATS, GARAGE, FLATS]))
    assert buildings.heated.tolist() == [True, False, True]
    assert areas(buildings, "party_wall_area", "unheated_wall_area")[0][0] == 0
    assert buildings.unheated_wall_area[[0, 2]].tolist() == [SIDE, SIDE]
    assert buildings.exposed_wall_area[[0, 2]].tolist() == [270, 270]
    assert buildings.exclusion[1] == "unheated"


def test_a_tower_on_a_podium_has_no_floor_of_its_own() -> None:
    city = box_city([[0, 0, 40, 30, 0, 8], [5, 5, 25, 20, 8, 40]], [FLATS] * 2)
    buildings = derive_buildings(city)
    assert areas(buildings, "roof_area", "ground_area", "outer_floor_area", "unheated_floor_area") == [
        [900, 300], [1200, 0], [0, 0], [0, 0],
    ]  # fmt: skip
    gone = derive_buildings(city, status=np.array([-1, Status.DEMOLISHED], np.int8))
    assert gone.roof_area[0] == pytest.approx(1200)


def test_a_tower_over_a_car_park_stands_on_unheated_space() -> None:
    city = box_city([[0, 0, 40, 30, 0, 8], [5, 5, 25, 20, 8, 40]], [GARAGE, FLATS])
    buildings = derive_buildings(city)
    assert buildings.unheated_floor_area.tolist() == pytest.approx([0, 300])
    assert buildings.ground_area[1] == 0
    assert buildings.outer_floor_area[1] == 0
    alone = derive_buildings(city, status=np.array([Status.DEMOLISHED, -1], np.int8))
    assert alone.unheated_floor_area[1] == 0
    assert alone.ground_area[1] == pytest.approx(300)


def test_a_neighbour_in_the_context_shares_as_one_of_the_city() -> None:
    whole = derive_buildings(box_city(ROW, [FLATS, GARAGE, FLATS]))
    city, context = box_city(ROW[:1], [FLATS]), box_city(ROW[1:], [GARAGE, FLATS], ids=["b1", "b2"])
    alone = derive_buildings(city, context=context)
    assert alone.unheated_wall_area[0] == whole.unheated_wall_area[0] == SIDE


def house_with_openings(windows: list[tuple[float, float]]):
    """A box of 10 m x 10 m x 9 m whose south wall has holes of the given widths and heights, filled by windows."""
    faces = [
        [(10, 0, 0), (10, 10, 0), (10, 10, 9), (10, 0, 9)],
        [(10, 10, 0), (0, 10, 0), (0, 10, 9), (10, 10, 9)],
        [(0, 10, 0), (0, 0, 0), (0, 0, 9), (0, 10, 9)],
        [(0, 0, 0), (0, 10, 0), (10, 10, 0), (10, 0, 0)],
        [(0, 0, 9), (10, 0, 9), (10, 10, 9), (0, 10, 9)],
    ]
    kinds = [SurfaceKind.WALL] * 3 + [SurfaceKind.GROUND, SurfaceKind.ROOF]
    rings = [[ring] for ring in faces]
    south = [[(0, 0, 0), (10, 0, 0), (10, 0, 9), (0, 0, 9)]]
    panes, x = [], 1.0
    for width, height in windows:
        pane = [(x, 0, 2), (x + width, 0, 2), (x + width, 0, 2 + height), (x, 0, 2 + height)]
        south.append(pane[::-1])
        panes.append([pane])
        x += width + 0.5
    rings = [*rings, south, *panes]
    kinds += [SurfaceKind.WALL] + [SurfaceKind.WINDOW] * len(windows)
    parent = [-1] * 6 + [5] * len(windows)
    flat = [ring for surface in rings for ring in surface]
    return assemble_city(
        object_id=["house"],
        object_kind=np.array([ObjectKind.BUILDING]),
        object_parent=np.array([-1]),
        surface_object=np.zeros(len(rings), int),
        surface_kind=np.array(kinds),
        surface_lod=np.full(len(rings), 30),
        surface_parent=np.array(parent),
        surface_rings=np.cumsum([0, *map(len, rings)]),
        ring_vertices=np.cumsum([0, *map(len, flat)]),
        coordinates=np.concatenate([np.asarray(ring, float) for ring in flat]) + ORIGIN,
        crs="EPSG:3879",
    )


def test_openings_of_lod3_are_the_windows() -> None:
    buildings = derive_buildings(house_with_openings([(1.2, 1.5), (2.0, 1.4)]))
    assert buildings.window_area[0] == pytest.approx(1.2 * 1.5 + 2.0 * 1.4)
    assert buildings.source["window_area"][0] == Source.DERIVED
    assert buildings.exposed_wall_area[0] == pytest.approx(360)
    assert buildings.surface_exposed_area.sum() == pytest.approx(560)


def test_openings_in_a_shared_wall_are_no_windows() -> None:
    house = house_with_openings([(1.2, 1.5)])
    south = box_city([[0, -10, 10, 0, 0, 9]], [FLATS], ids=["south"])
    buildings = derive_buildings(house, context=south)
    assert buildings.party_wall_area[0] == pytest.approx(90 - 1.8)
    assert buildings.window_area[0] == pytest.approx(0.15 * buildings.gross_floor_area[0])


def test_without_openings_windows_are_a_share_of_the_floor() -> None:
    buildings = derive_buildings(house_with_openings([]))
    assert buildings.window_area[0] == pytest.approx(0.15 * buildings.gross_floor_area[0])
    assert buildings.source["window_area"][0] == Source.IMPUTED
