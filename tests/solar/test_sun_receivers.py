import numpy as np
import pytest
import shapely

from citytwin.model.triangles import Triangles
from citytwin.solar.scene import receivers_of
from citytwin.solar.sun_receivers import courtyards, facade_storeys, ground_grid, ground_height
from tests.solar.boxes import CORNER, SOUTH, box_city

BLOCK = [(0, 0, 40, 8, 15), (0, 32, 40, 8, 15), (0, 8, 8, 24, 15), (32, 8, 8, 24, 15)]


def test_grid_lies_on_whole_multiples_outside_buildings():
    city = box_city(BLOCK)
    grid = ground_grid(city, 4.0)
    plan = shapely.get_coordinates(grid.geometry)
    assert (plan % 4.0 == 0.0).all()
    inside = shapely.box(*(CORNER[:2] + 8.0), *(CORNER[:2] + 32.0))
    assert shapely.contains_xy(inside.buffer(0.01), plan).sum() > 20
    assert not shapely.contains_xy(city.buildings().footprints()[0].buffer(-0.01), plan).any()
    np.testing.assert_allclose(shapely.get_z(grid.geometry), CORNER[2])
    part = ground_grid(city, 4.0, bbox=(*CORNER[:2], *(CORNER[:2] + 20)))
    assert set(map(tuple, shapely.get_coordinates(part.geometry))) <= set(map(tuple, plan))


def test_courtyard_of_a_closed_block():
    yards = courtyards(box_city(BLOCK))
    assert list(yards.index) == ["yard_0"]
    assert yards.area_m2.iloc[0] == pytest.approx(24 * 24, rel=1e-6)
    assert len(courtyards(box_city(BLOCK[:3]))) == 0
    assert len(courtyards(box_city(BLOCK), minimum_area=600.0)) == 0


def test_height_of_terrain_then_of_the_nearest_building():
    city = box_city([(0, 0, 10, 10, 8)])
    slope = np.array([[[0, 0, 0], [100, 0, 10], [0, 100, 0]]], np.float32)
    terrain = Triangles(np.array([*CORNER[:2], 0.0]), slope, np.zeros(1, np.int32))
    plan = CORNER[:2] + np.array([[50.0, 10.0], [-30.0, 0.0]])
    np.testing.assert_allclose(ground_height(city, plan, city.buildings(), terrain), [5.0, CORNER[2]], atol=1e-6)


def test_holes_and_notches_of_walls_get_no_points():
    """A wall with an arch: the level line in the lowest storey has two stretches."""
    from citytwin.model.assemble import assemble_city
    from citytwin.model.enums import ObjectKind, SurfaceKind

    arch = [(0, 0, 0), (6, 0, 0), (6, 0, 4), (14, 0, 4), (14, 0, 0), (20, 0, 0), (20, 0, 8), (0, 0, 8)]
    floor = [(0, 0, 0), (0, 5, 0), (20, 5, 0), (20, 0, 0)]
    city = assemble_city(
        object_id=["b"], object_kind=np.array([ObjectKind.BUILDING]), object_parent=np.array([-1]),
        surface_object=np.zeros(2, int), surface_kind=np.array([SurfaceKind.WALL, SurfaceKind.GROUND]),
        surface_lod=np.full(2, 20), surface_rings=np.arange(3), ring_vertices=np.array([0, 8, 12]),
        coordinates=np.array(arch + floor, float) + CORNER, crs="EPSG:3879",
    )  # fmt: skip
    buildings = city.buildings()
    places = facade_storeys(city, buildings, receivers_of(city, buildings), 4.0, 2.0)
    xyz = places.xyz + city.origin - CORNER
    assert list(places.storey) == [0, 1]
    low = xyz[: places.offsets[1]]
    np.testing.assert_allclose(low[:, 0], [1, 3, 5, 15, 17, 19])
    np.testing.assert_allclose(low[:, 2], 2.0)
    assert len(xyz) - len(low) == 10


def test_points_lie_on_the_wall_lifted_outwards():
    city = box_city([(0, 0, 10, 10, 8)])
    buildings = city.buildings()
    places = facade_storeys(city, buildings, receivers_of(city, buildings), 3.0, 2.0)
    south = np.flatnonzero(places.surface == SOUTH)[0]
    xyz = places.xyz[places.offsets[south] : places.offsets[south + 1]] + city.origin - CORNER
    np.testing.assert_allclose(xyz[:, 1], -0.02)
    np.testing.assert_allclose(places.normal[south], [0, -1, 0], atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"), [({"spacing": 0.0}, "spacing"), ({"spacing": 1.0, "bbox": (1, 0, 0, 1)}, "bbox")]
)
def test_wrong_grids_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ground_grid(box_city(BLOCK), **arguments)
