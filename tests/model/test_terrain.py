import numpy as np

from citytwin.model.terrain import terrain_height, terrain_surfaces
from tests.model.tree_cities import CORNER, square, tree_city


def test_terrain_is_that_of_relief_objects():
    city = tree_city([(0, 0, 0, 4, 4, 9)], [(20, 0, 0, 9, 9, 9)], square(0, 0, 100, 3.0))
    assert city.surfaces.object[terrain_surfaces(city)].tolist() == [2, 2]
    assert len(terrain_surfaces(tree_city(boxes=[(0, 0, 0, 9, 9, 9)]))) == 0


def test_height_in_the_coordinates_of_the_city():
    city = tree_city(boxes=[(20, 0, 0, 9, 9, 9)], terrain=square(0, 0, 100, 3.0))
    at = np.array([[50.0, 50.0], [120.0, 50.0]]) + CORNER[:2] - city.origin[:2]
    height = terrain_height(city, at) + city.origin[2]
    np.testing.assert_allclose(height, [8.0, np.nan], atol=1e-3)
