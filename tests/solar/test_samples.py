import numpy as np

from citytwin.kernels.bvh import build_bvh
from citytwin.kernels.reinhart import reinhart
from citytwin.solar.samples import look_at_sky
from tests.solar.boxes import ROOF, SOUTH, box_city

DIRECTIONS = reinhart(1).direction


def look(city, rows):
    vertices = city.vertices
    surface_rings = np.arange(len(rows) + 1)
    chosen = np.concatenate([np.arange(4 * row, 4 * row + 4) for row in rows])
    return look_at_sky(
        build_bvh(city.triangles().xyz), (surface_rings, 4 * surface_rings, vertices[chosen]), DIRECTIONS, 145
    )


def test_roof_sees_everything_a_wall_half():
    sky = look(box_city([(0, 0, 20, 10, 8)]), [ROOF, SOUTH])
    assert (sky.visible[0] == 255).all()
    assert ((sky.visible[1] == 255) == (DIRECTIONS[:, 1] < 0.25)).all()
    np.testing.assert_allclose(sky.normal, [[0, 0, 1], [0, -1, 0]], atol=1e-9)
    assert sky.share.tolist() == [1, 1]
    assert not sky.turned.any()


def test_roof_half_under_another_building_counts_the_open_half():
    city = box_city([(0, 0, 20, 10, 8), (10, -5, 30, 20, 20)])
    sky = look(city, [ROOF])
    assert sky.share[0] == 0.5
    west = DIRECTIONS[:, 0] < -0.1
    assert (sky.visible[0, west] == 255).all()


def test_surface_without_area_sees_nothing():
    city = box_city([(0, 0, 20, 10, 8)])
    rings = (np.array([0, 1]), np.array([0, 3]), np.array([[0, 0, 50.0], [1, 0, 50], [2, 0, 50]]))
    sky = look_at_sky(build_bvh(city.triangles().xyz), rings, DIRECTIONS, 145)
    assert sky.share[0] == 0
    assert (sky.visible == 0).all()
