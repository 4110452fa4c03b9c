import geopandas as gpd
import numpy as np
import pytest
import shapely

from citytwin.model.enums import Status
from citytwin.model.triangles import Triangles
from citytwin.solar.open_ground import (
    courtyards,
    far_findings,
    ground_grid,
    ground_height,
    ground_places,
    relief_of,
)
from tests.solar.boxes import CORNER, box_city

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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"spacing": 0.0}, "spacing"),
        ({"spacing": np.nan}, "spacing"),
        ({"spacing": 0.001}, "10,000,000"),
        ({"spacing": 1.0, "bbox": (1, 0, 0, 1)}, "bbox"),
        ({"spacing": 1.0, "bbox": (0, 0, np.nan, 1)}, "bbox"),
        ({"spacing": 1.0, "margin_m": -1.0}, "margin_m"),
    ],
)
def test_wrong_grids_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ground_grid(box_city(BLOCK), **arguments)


def empty_city():
    return box_city(BLOCK).select(rows=[])


def all_planned():
    from dataclasses import replace

    from citytwin.solar.edits import with_buildings

    city = box_city(BLOCK)
    return with_buildings(city, replace(city.buildings(), status=np.full(4, Status.PLANNED, np.int8)))


def test_grid_reaches_beyond_the_buildings():
    low, high = CORNER[:2], CORNER[:2] + 40.0
    for margin in (50.0, 12.0):
        plan = shapely.get_coordinates(ground_grid(box_city(BLOCK), 2.0, margin_m=margin).geometry)
        np.testing.assert_allclose(plan.min(0), low - margin, atol=2.0)
        np.testing.assert_allclose(plan.max(0), high + margin, atol=2.0)


def test_grid_of_a_city_without_standing_buildings():
    assert len(ground_grid(empty_city(), 10.0)) == 0
    assert len(ground_grid(empty_city(), 10.0, bbox=(0.0, 0.0, 20.0, 20.0))) == 9
    assert len(ground_grid(all_planned(), 10.0)) == 15 * 15, "a site is open ground until it is built on"


def places(*shapes, city=None, crs="EPSG:3879", index=None):
    city = city or box_city(BLOCK)
    frame = gpd.GeoDataFrame(geometry=list(shapes), crs=crs, index=index)
    return ground_places(city, city.buildings(), frame, 0.0, 2.0, None)


@pytest.mark.parametrize("shape", [None, shapely.Point(), shapely.Point(np.nan, 1.0), shapely.Polygon()])
def test_broken_geometry_is_named_by_its_row(shape):
    with pytest.raises(ValueError, match=r"1 of 2 rows.*'broken'"):
        places(shapely.Point(CORNER[:2]), shape, index=["fine", "broken"])


def test_a_table_without_crs_is_taken_as_that_of_the_city():
    assert len(places(shapely.Point(CORNER[:2]), crs=None)) == 1


def test_points_far_from_the_city_are_a_finding():
    city = box_city(BLOCK)
    near, far = (shapely.Point(CORNER[:2] - away) for away in (300.0, 4000.0))
    assert len(far_findings(city, city.buildings(), places(near), 500.0)) == 0
    found = far_findings(city, city.buildings(), places(near, far, index=["a", "b"]), 500.0)
    assert list(found.code) == [1840]
    assert "1 of 2" in found.message[0]
    assert "'b'" in found.message[0]


def test_yards_of_too_many_points_are_refused():
    with pytest.raises(ValueError, match="spacing_m"):
        places(shapely.box(0.0, 0.0, 1e5, 1e5))


def test_terrain_is_triangles_or_a_model_with_relief():
    city = box_city(BLOCK)
    with pytest.raises(ValueError, match="no relief"):
        relief_of(city, city)
    with pytest.raises(TypeError, match="Triangles or a CityModel"):
        relief_of(city, "dem.tif")
