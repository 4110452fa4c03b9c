from dataclasses import replace

import numpy as np
import pytest
import shapely

from citytwin.model.enums import Status
from citytwin.model.triangles import Triangles
from citytwin.solar.shadows import shadow_series
from citytwin.solar.sun_path import local_clock
from tests.solar.boxes import CORNER, box_city

HELSINKI = {"timezone": "Europe/Helsinki"}
MARCH = "2026-03-21"


def flat(z=0.0, size=400.0):
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * size
    xyz = np.column_stack([corners, np.full(4, z + CORNER[2])])
    return Triangles(
        np.array([*CORNER[:2], 0.0]), xyz[[[0, 1, 2], [0, 2, 3]]].astype(np.float32), np.zeros(2, np.int32)
    )


def test_shadow_of_a_box_is_the_hull_of_its_footprint_and_its_roof_moved():
    city = box_city([(0, 0, 10, 6, 8)])
    series = shadow_series(city, [MARCH], [9.0, 12.5], **HELSINKI)
    foot = shapely.box(*CORNER[:2], *(np.add(CORNER[:2], [10, 6])))
    for row, hour in enumerate([9.0, 12.5]):
        d = local_clock(city, **HELSINKI).sun_at(series.day[0], [hour])[0][0]
        moved = shapely.transform(foot, lambda p, d=d: p - 8.0 * d[:2] / d[2])
        expected = shapely.union(foot, moved).convex_hull
        assert shapely.symmetric_difference(series.shape[row], expected).area < 1e-6
    assert series.area_m2[0] > series.area_m2[1]
    assert list(series.state) == ["today"] * 2


def test_shadow_falls_away_from_the_sun():
    series = shadow_series(box_city([(0, 0, 10, 10, 20)]), [MARCH], [8, 12.3, 17], **HELSINKI)
    east, north = (shapely.get_coordinates(shapely.centroid(series.shape)) - CORNER[:2] - 5.0).T
    assert east[0] < -5 < -1 < 5 < east[2]
    assert (north > 0).all()


def test_each_building_has_the_ground_it_stands_on():
    low, high = box_city([(0, 0, 10, 10, 8)]), box_city([(0, 0, 10, 10, 8)])
    raised = replace(high, vertices=np.add(high.vertices, [0.0, 0.0, 30.0]))
    shapes = [
        shadow_series(c, [MARCH], [10], latitude=60.2, longitude=25.0, **HELSINKI).shape[0] for c in (low, raised)
    ]
    assert shapely.symmetric_difference(*shapes).area < 1e-6


def test_areas_of_today_and_alternative_add_up():
    city = box_city([(0, 0, 10, 10, 8), (0, -30, 10, 10, 25), (22, 0, 12, 8, 18)])
    status = np.array([Status.EXISTING, Status.PLANNED, Status.EXISTING], np.int8)
    today = replace(city.buildings(), status=status)
    later = replace(city.buildings(), status=np.array([Status.EXISTING, Status.EXISTING, Status.DEMOLISHED], np.int8))
    series = shadow_series(city, [MARCH, "2026-06-22"], alternative=later, buildings=today, **HELSINKI)
    area = series.to_pandas().pivot_table(index=["date", "hour"], columns="state", values="area_m2")
    np.testing.assert_allclose(area.alternative, area.today + area.new - area.removed, atol=1e-6)
    up = area.today > 0
    assert up.sum() > 15
    assert (area.new[up] > 0).all()
    assert (area.removed[up] > 0).all()
    assert len(series.footprints_alternative) == len(series.footprints_today) == 2
    same = shadow_series(city, [MARCH], [12], alternative=today, buildings=today, **HELSINKI)
    assert same.area_m2[2] == same.area_m2[3] == 0.0


def test_new_model_equals_new_status():
    boxes = [(0, 0, 10, 10, 8), (0, -30, 10, 10, 25)]
    city = box_city(boxes)
    planned = replace(city.buildings(), status=np.array([Status.EXISTING, Status.PLANNED], np.int8))
    here = {"latitude": 60.2, "longitude": 25.0, **HELSINKI}
    a = shadow_series(city, [MARCH], [10], alternative=city.buildings(), buildings=planned, **here)
    b = shadow_series(box_city(boxes[:1]), [MARCH], [10], alternative=box_city(boxes[1:]), **here)
    np.testing.assert_allclose(a.area_m2, b.area_m2, atol=1e-6)


def test_terrain_by_rays_meets_projection_on_level_ground():
    city = box_city([(0, 0, 10, 10, 8), (25, 5, 8, 12, 15)])
    box = (*(CORNER[:2] - 40), *(CORNER[:2] + 80))
    a = shadow_series(city, [MARCH], [9, 12, 15], bbox=box, **HELSINKI)
    b = shadow_series(city, [MARCH], [9, 12, 15], bbox=box, terrain=flat(), spacing_m=0.5, **HELSINKI)
    differing = shapely.area(shapely.symmetric_difference(a.shape, b.shape))
    assert (differing < 0.06 * a.area_m2).all()
    np.testing.assert_allclose(a.area_m2, b.area_m2, rtol=0.02)


def test_shadows_reach_farther_on_lower_ground():
    city = box_city([(0, 0, 10, 10, 8)])
    box = (*(CORNER[:2] - 60), *(CORNER[:2] + 60))
    level, lower = (
        shadow_series(city, [MARCH], [10], bbox=box, terrain=flat(z), spacing_m=1.0, **HELSINKI).shape[0].bounds
        for z in (0.0, -6.0)
    )
    d = local_clock(city, **HELSINKI).sun_at(shadow_series(city, [MARCH], [10], **HELSINKI).day[0], [10])[0][0]
    assert lower[3] - level[3] == pytest.approx(-6.0 * d[1] / d[2], abs=1.0)


def test_alternative_on_terrain_adds_up_too():
    city, new = box_city([(0, 0, 10, 10, 8)]), box_city([(0, -25, 10, 10, 20)])
    series = shadow_series(city, [MARCH], [10, 13], alternative=new, terrain=flat(), **HELSINKI)
    today, later, more, less = series.area_m2.reshape(2, 4).T
    np.testing.assert_allclose(later, today + more - less, atol=1e-6)
    assert (more > 100).all()
    assert (less == 0).all()


def test_low_sun_and_night_give_empty_shapes():
    series = shadow_series(box_city([(0, 0, 10, 10, 8)]), [MARCH], [2, 6.2, 12], **HELSINKI)
    assert list(shapely.is_empty(series.shape)) == [True, True, False]
    assert set(series.to_geopandas().geometry.geom_type) == {"MultiPolygon"}


def test_open_shell_still_casts_its_whole_shadow():
    """Without the walls away from the sun the rest does; turned inside out all triangles count."""
    city = box_city([(0, 0, 10, 10, 8)])
    whole = shadow_series(city, [MARCH], [10], **HELSINKI).shape[0]
    turned = shadow_series(box_city([(0, 0, 10, 10, 8)], inside_out=(0,)), [MARCH], [10], **HELSINKI).shape[0]
    assert shapely.symmetric_difference(whole, turned).area < 1e-6


def test_planned_buildings_of_an_alternative_stand():
    from citytwin.solar.edits import with_buildings

    city, new = box_city([(0, 0, 10, 10, 8)]), box_city([(0, -25, 10, 10, 20)])
    status = np.array([Status.PLANNED], np.int8)
    planned = with_buildings(new, replace(new.buildings(), status=status))
    for ground in ({}, {"terrain": flat()}):
        a, b = (shadow_series(city, MARCH, 12, alternative=m, **HELSINKI, **ground) for m in (new, planned))
        np.testing.assert_array_equal(a.area_m2, b.area_m2)
        assert b.area_m2[2] > 100.0


def test_open_ground_is_what_lies_outside_footprints():
    city, new = box_city([(0, 0, 10, 10, 8)]), box_city([(0, -25, 10, 10, 20)])
    series = shadow_series(city, MARCH, [12], alternative=new, **HELSINKI)
    today, later, more, _ = series.area_m2 - series.open_ground_m2
    assert (today, later) == pytest.approx((100.0, 200.0)), "footprints"
    assert more == pytest.approx(100.0), "the new building's; that of today was dark before"
    assert {"area_m2", "open_ground_m2"} <= set(series.to_pandas())


def test_empty_city_has_empty_shadows(clear_year):
    empty = box_city([(0, 0, 10, 10, 8)]).select(rows=[])
    here = {"latitude": 60.2, "longitude": 25.0, **HELSINKI}
    series = shadow_series(empty, MARCH, [12], **here)
    assert series.area_m2.sum() == 0.0
    with pytest.raises(ValueError, match="bbox"):
        shadow_series(empty, MARCH, [12], terrain=flat(), **here)


def test_days_and_hours_count_once_and_text_is_no_hour():
    series = shadow_series(box_city([(0, 0, 10, 10, 8)]), [MARCH, MARCH], [12, 12.0], **HELSINKI)
    assert len(series) == 1
    for hours in ("12", ["12"], [None]):
        with pytest.raises(TypeError, match="hours must be numbers"):
            shadow_series(box_city([(0, 0, 10, 10, 8)]), MARCH, hours, **HELSINKI)


def test_weather_from_afar_is_a_finding(clear_year):
    rome = replace(clear_year, latitude=41.9, longitude=12.5)
    series = shadow_series(box_city([(0, 0, 10, 10, 8)]), MARCH, 12, weather=rome)
    assert list(series.findings.code) == [1405]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"hours": []}, "hours"),
        ({"hours": [25]}, "hours"),
        ({"hours": np.nan}, "hours"),
        ({"minimum_altitude": 0.0}, "minimum_altitude"),
        ({"spacing_m": 0.0}, "spacing_m"),
        ({"bbox": (1, 0, 0, 1)}, "bbox"),
        ({"bbox": (0, 0, 10, 10)}, "farther than 500 m"),
        ({"bbox": (*CORNER[:2], CORNER[0], CORNER[1] + 5)}, "width"),
        ({"alternative": box_city([(0, 0, 1, 1, 1), (5, 0, 1, 1, 1)]).buildings()}, "not those of this city"),
        ({"alternative": box_city([(0, 0, 1, 1, 1)]).select(rows=[])}, "nothing to add"),
        ({"alternative": replace(box_city([(0, 0, 1, 1, 1)]), crs="EPSG:25832")}, "EPSG:25832"),
    ],
)
def test_what_cannot_be_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        shadow_series(box_city([(0, 0, 10, 10, 8)]), [MARCH], **(HELSINKI | arguments))
