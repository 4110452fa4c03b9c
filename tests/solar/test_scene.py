from dataclasses import replace

import numpy as np
import pytest

from citytwin.model.enums import Status
from citytwin.solar.scene import HALO_M, is_roof, near_cell, receivers_of, scene_of, standing_surfaces
from tests.solar.boxes import box_city


def test_walls_and_roofs_receive_grounds_do_not():
    city = box_city([(0, 0, 10, 8, 6), (30, 0, 10, 8, 6)])
    receivers = receivers_of(city, city.buildings())
    assert receivers.surface.tolist() == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10]
    assert receivers.offsets.tolist() == [0, 5, 10]
    assert receivers.cell.tolist() == [[25497, 6674]] * 2


def test_unknown_kinds_are_told_by_tilt():
    city = box_city([(0, 0, 10, 8, 6)], kinds=False)
    assert receivers_of(city, city.buildings()).surface.tolist() == [0, 1, 2, 3, 4]
    assert is_roof(city, np.arange(6)).tolist() == [False] * 4 + [True, False]


def test_cell_is_that_of_the_south_west_corner():
    city = box_city([(-1300, -400, 10, 8, 6), (799.0, 0, 10, 8, 6), (-205, 0, 10, 8, 6)])
    assert receivers_of(city, city.buildings()).cell.tolist() == [[25495, 6673], [25497, 6674], [25496, 6674]]


def test_planned_buildings_neither_stand_nor_receive():
    city = box_city([(0, 0, 10, 8, 6), (30, 0, 10, 8, 6)])
    buildings = replace(city.buildings(), status=np.array([Status.EXISTING, Status.PLANNED], np.int8))
    assert (standing_surfaces(city, buildings) < 6).all()
    assert receivers_of(city, buildings).building.tolist() == [0]
    assert len(scene_of(city, buildings, None).triangles) == 12


def test_context_is_placed_by_its_origin():
    city, other = box_city([(0, 0, 10, 8, 6)]), box_city([(-1500, -800, 10, 8, 6)])
    assert (city.origin != other.origin).any()
    triangles = scene_of(city, city.buildings(), other).triangles
    expected = other.triangles().xyz + other.origin - city.origin
    np.testing.assert_allclose(triangles[12:].reshape(-1, 3).min(0), expected.reshape(-1, 3).min(0), atol=1e-3)
    assert (scene_of(city, city.buildings(), other.triangles()).triangles[12:] == triangles[12:]).all()


@pytest.mark.parametrize(("x", "inside"), [(HALO_M - 1, True), (HALO_M + 1, False)])
def test_halo(x, inside):
    triangle = np.array([[[1000.0 + x, 10, 0], [1000.0 + x, 20, 0], [1000.0 + x + 5, 10, 9]]])
    assert len(near_cell(triangle, np.zeros(3), HALO_M)) == inside
    assert len(near_cell(triangle * [-1, 1, 1] + [1000, 0, 0], np.zeros(3), HALO_M)) == inside


def test_triangles_know_the_wall_or_roof_they_belong_to():
    city, other = box_city([(0, 0, 10, 8, 6)]), box_city([(40, 0, 10, 8, 6), (80, 0, 10, 8, 6)])
    scene = scene_of(city, city.buildings(), other)
    assert [model.first for model in scene.models] == [0, 5]
    assert np.bincount(scene.owner + 1).tolist() == [6] + [2] * 15
    for model in scene.models:
        lows = model.low + city.origin[:2]
        xy = model.city.vertices[:, :2] + model.city.origin[:2]
        np.testing.assert_allclose(lows.min(0), xy.min(0), atol=1e-5)
    raw = scene_of(city, city.buildings(), other.triangles())
    assert (raw.owner[12:] == -1).all()
