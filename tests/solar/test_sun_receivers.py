import numpy as np

from citytwin.solar.scene import receivers_of
from citytwin.solar.sun_receivers import facade_storeys
from tests.solar.boxes import CORNER, SOUTH, box_city


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
