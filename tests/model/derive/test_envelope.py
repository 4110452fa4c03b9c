import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.model.derive import derive_buildings
from citytwin.model.derive.envelope import _group_code
from citytwin.model.enums import Grade, GroupKind, SurfaceKind
from tests.model.derive.boxes import box_city, polygon_city

side = st.floats(6, 40)


def groups(buildings, row):
    rows = slice(buildings.group_offsets[row], buildings.group_offsets[row + 1])
    return {
        (GroupKind(kind).word, None if np.isnan(azimuth) else round(azimuth) % 360): area
        for kind, azimuth, area in zip(
            buildings.group_kind[rows], buildings.group_azimuth[rows], buildings.group_area[rows], strict=True
        )
    }


def test_groups_of_a_box_face_the_four_winds():
    buildings = derive_buildings(box_city([[0, 0, 10, 20, 0, 9]]))
    expected = {("wall", 0): 90, ("wall", 90): 180, ("wall", 180): 90, ("wall", 270): 180}
    assert groups(buildings, 0) == pytest.approx({**expected, ("roof", None): 200, ("ground", None): 200})
    assert buildings.group_tilt.tolist() == [90] * 4 + [0, 180]
    assert buildings.surface_group.tolist() == [2, 1, 0, 3, 5, 4]


@given(side, side, side, st.floats(0, 360))
def test_areas_add_up_and_turn_with_the_building(width, depth, height, rotation):
    row = [[0, 0, width, depth, 0, height], [width, 0, 2 * width, depth, 0, height / 2]]
    b = derive_buildings(box_city(row, rotation=rotation))
    assert b.exposed_wall_area + b.party_wall_area + b.unheated_wall_area == pytest.approx(b.wall_area)
    assert b.wall_area == pytest.approx([2 * (width + depth) * height, (width + depth) * height])
    assert b.roof_area == pytest.approx([width * depth] * 2)
    assert b.ground_area == pytest.approx(b.footprint_area)
    assert b.group_area.sum() == pytest.approx(b.surface_exposed_area.sum())
    grouped = np.bincount(b.surface_group[b.surface_group >= 0], b.surface_exposed_area[b.surface_group >= 0])
    assert grouped == pytest.approx(b.group_area)
    walls = b.group_kind == GroupKind.WALL
    facing = np.degrees(np.round(np.radians(b.group_azimuth[walls] + rotation), 9)) % 90
    assert np.minimum(facing, 90 - facing) == pytest.approx(0, abs=1e-5)


def test_perimeter_without_party_walls():
    b = derive_buildings(box_city([[0, 0, 10, 20, 0, 9], [10, 0, 20, 10, 0, 3]]))
    assert b.exposed_perimeter == pytest.approx([50, 30])


def test_a_wall_that_a_neighbour_covers_is_in_no_group():
    b = derive_buildings(box_city([[0, 0, 10, 10, 0, 9], [10, 0, 20, 10, 0, 9]]))
    assert b.surface_group[[1, 9]].tolist() == [-1, -1]
    assert b.surface_exposed_area[[1, 9]] == pytest.approx([0, 0])


def test_sectors_are_centred_on_the_compass_points():
    azimuth = np.radians([-22, 0, 22, 23, 67, 68])
    normal = np.stack([np.sin(azimuth), np.cos(azimuth), np.zeros(6)], axis=1)
    code = _group_code(np.full(6, GroupKind.WALL, np.int8), normal)
    assert code.tolist() == [0, 0, 0, 1, 1, 2]


def test_roofs_are_grouped_by_slope():
    tilt = np.radians([0, 4, 6, 34, 36, 80])
    normal = np.stack([np.sin(tilt), np.zeros(6), np.cos(tilt)], axis=1)
    code = _group_code(np.full(6, GroupKind.ROOF, np.int8), normal)
    assert code.tolist() == [100, 100, 112, 112, 122, 122]


def test_a_footprint_with_a_height_gets_the_envelope_of_a_prism():
    triangle = [(0, 0, 4), (10, 0, 4), (0, 10, 4)]
    b = derive_buildings(polygon_city([triangle], [{"measuredHeight": 12.0}], kind=SurfaceKind.ROOF, lod=0))
    walls = {("wall", 180): 120, ("wall", 270): 120, ("wall", 45): 120 * 2**0.5}
    assert groups(b, 0) == pytest.approx({**walls, ("roof", None): 50, ("ground", None): 50})
    assert b.exposed_wall_area[0] == pytest.approx(120 * (2 + 2**0.5))
    assert b.volume[0] == pytest.approx(600)
    assert b.quality[0] == Grade.D
    assert b.surface_group.tolist() == [-1]
