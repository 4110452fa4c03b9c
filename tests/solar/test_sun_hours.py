from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from citytwin.kernels.any_hit import any_hit
from citytwin.kernels.bvh import build_bvh
from citytwin.model.enums import Status
from citytwin.model.ragged import row_of
from citytwin.model.triangles import Triangles
from citytwin.solar.sun_hours import sun_hours
from citytwin.solar.sun_path import local_clock
from citytwin.solar.sun_rays import obstacles
from tests.solar.boxes import CORNER, EAST, NORTH, SOUTH, box_city

HELSINKI = {"timezone": "Europe/Helsinki"}
MARCH, JUNE = "2026-03-21", "2026-06-22"
LOW = (0, 0, 10, 10, 8)


def points(*xyz, kind=shapely.Point):
    shapes = [kind(np.asarray(p) + CORNER[: np.shape(p)[-1]]) for p in xyz]
    return gpd.GeoDataFrame(geometry=shapes, crs="EPSG:3879")


def of(sun, building, face, storey=0):
    r = sun.receivers
    return int(np.flatnonzero((r.surface == 6 * building + face) & (r.storey == storey))[0])


@pytest.mark.parametrize("altitude", [0.0, 5.0, 12.0])
def test_open_place_gets_the_time_between_rise_and_set(altitude):
    far = points((300.0, 0.0, 0.0))
    sun = sun_hours(box_city([LOW]), [MARCH, JUNE], far, surfaces=False, minimum_altitude=altitude, **HELSINKI)
    open_days = [local_clock(box_city([LOW]), **HELSINKI).steps(day, altitude, 5.0).hours.sum() for day in sun.dates]
    low_box = 8.0 / 300.0
    np.testing.assert_allclose(sun.hours[0], sun.possible, atol=0.35 if altitude < np.degrees(low_box) else 1e-5)
    np.testing.assert_allclose(sun.possible, open_days)


def test_wall_to_the_north_hides_nothing_and_wall_to_the_south_hides_the_low_sun():
    """An endless wall of height h at distance d hides the sun from a point while tan(altitude) < h/d cos(azimuth)."""
    high, away = 8.0, 30.0
    place, days = points((0.0, 0.0, 0.0)), ["2026-02-20", JUNE]
    clock = local_clock(box_city([LOW]), **HELSINKI)
    walls = box_city([(-4000, away, 8000, 5, high)]), box_city([(-4000, -away - 5, 8000, 5, high)])
    here = {"latitude": clock.latitude, "longitude": clock.longitude, **HELSINKI}
    north, south = (sun_hours(c, days, place, surfaces=False, step_minutes=1.0, **here) for c in walls)
    for k, day in enumerate(north.dates):
        steps = clock.steps(day, 0.0, 1.0)
        d, slope = steps.direction, (high - 0.02) / away
        for sun, towards in ((north, d[:, 1]), (south, -d[:, 1])):
            hidden = (towards > 0.0) & (d[:, 2] < towards * slope)
            assert sun.hours[0, k] == pytest.approx((steps.hours * ~hidden).sum(), abs=0.04)
    assert north.hours[0, 0] == pytest.approx(north.possible[0], abs=1e-5)
    assert 2.0 < south.hours[0, 0] < south.possible[0] - 2.0
    assert north.hours[0, 1] < north.possible[1] - 1.0


def test_facades_face_the_sun_on_the_right_side():
    sun = sun_hours(box_city([LOW]), [MARCH, JUNE], **HELSINKI)
    south, north, east = (sun.hours[of(sun, 0, face)] for face in (SOUTH, NORTH, EAST))
    assert south[0] > 11.5
    assert north[0] < 0.3
    assert 8.0 < north[1] < 9.0
    assert east[0] == pytest.approx(6.0, abs=0.2)
    assert south[1] + north[1] == pytest.approx(sun.possible[1], abs=0.1)


def test_storeys_lie_in_the_middle_of_their_bands():
    sun = sun_hours(box_city([(0, 0, 10, 10, 10)]), [MARCH], storey_height_m=3.0, spacing_m=5.0, **HELSINKI)
    rows = np.flatnonzero(sun.receivers.surface == SOUTH)
    z = sun.mean(sun.receivers.xyz)[rows, 2] + sun.origin[2]
    np.testing.assert_allclose(z, CORNER[2] + np.array([1.5, 4.5, 7.5]))
    assert list(sun.receivers.storey[rows]) == [0, 1, 2]
    first = sun.receivers.xyz[sun.receivers.offsets[rows[0]] : sun.receivers.offsets[rows[0] + 1]] + sun.origin - CORNER
    np.testing.assert_allclose(np.sort(first[:, 0]), [2.5, 7.5])
    np.testing.assert_allclose(first[:, 1], -0.02)


def test_upper_storeys_see_over_a_neighbour():
    sun = sun_hours(box_city([(0, 0, 10, 10, 30), (0, -15, 10, 10, 12)]), [MARCH], **HELSINKI)
    rows = np.flatnonzero(sun.receivers.surface == SOUTH)
    hours = sun.hours[rows, 0]
    assert (np.diff(hours) >= -1e-6).all()
    assert hours[0] < hours[-1] - 3.0


def test_walls_shared_with_a_neighbour_are_left_out():
    sun = sun_hours(box_city([LOW, (10, 0, 10, 10, 16)]), [MARCH], **HELSINKI)
    assert not (sun.receivers.surface == EAST).any()
    west = np.flatnonzero(sun.receivers.surface == 6 + 3)
    assert list(sun.receivers.storey[west]) == [3, 4]


@pytest.mark.compiled
def test_against_one_ray_at_a_time():
    rng = np.random.default_rng(4)
    x, y = (k.ravel() * 22.0 for k in np.meshgrid(np.arange(4), np.arange(3)))
    city = box_city(np.column_stack([x, y, rng.uniform([8, 8, 4], [20, 20, 30], (12, 3))]).tolist())
    some = points(*rng.uniform([-10, -10, 0], [80, 60, 0], (25, 3)))
    sun = sun_hours(city, [MARCH], some, step_minutes=20.0, minimum_altitude=2.0, **HELSINKI)
    steps = local_clock(city, **HELSINKI).steps(sun.dates[0], 2.0, 20.0)
    shift = np.floor((CORNER * [1, 1, 0]) / 1000.0) * 1000.0 - city.origin
    bvh = build_bvh((obstacles(city, city.buildings(), None).triangles - shift).astype(np.float32))
    origins = (sun.receivers.xyz - shift).astype(np.float32)
    normals = sun.receivers.normal[row_of(sun.receivers.offsets)].astype(np.float32)
    expected = np.zeros(len(origins))
    for direction, hours in zip(steps.direction.astype(np.float32), steps.hours, strict=True):
        free = ~any_hit(bvh, origins, np.tile(direction, (len(origins), 1)), np.float32(1e-4), np.float32(np.inf))
        expected += hours * (free & (normals @ direction > 1e-4))
    np.testing.assert_allclose(sun.sample_hours[:, 0], expected, atol=1e-5)
    assert len(np.unique(np.round(expected, 3))) > 10


def test_against_embree():
    scene = pytest.importorskip("embreex.rtcore_scene", reason="needs the extra test")
    mesh = pytest.importorskip("embreex.mesh_construction")
    city = box_city([LOW, (0, -20, 10, 10, 30), (25, 3, 12, 9, 14)])
    some = points(*np.random.default_rng(2).uniform([-20, -30, 0], [45, 30, 0], (40, 3)))
    sun = sun_hours(city, [JUNE], some, surfaces=False, step_minutes=30.0, **HELSINKI)
    steps = local_clock(city, **HELSINKI).steps(sun.dates[0], 0.0, 30.0)
    embree = scene.EmbreeScene()
    mesh.TriangleMesh(embree, obstacles(city, city.buildings(), None).triangles.astype(np.float32))
    expected = np.zeros(len(some))
    for direction, hours in zip(steps.direction, steps.hours, strict=True):
        rays = np.tile(direction, (len(some), 1)).astype(np.float32)
        expected += hours * (embree.run(sun.receivers.xyz.astype(np.float32), rays) < 0)
    assert np.abs(sun.hours[:, 0] - expected).max() <= 0.51
    assert (np.abs(sun.hours[:, 0] - expected) < 1e-4).mean() >= 0.95


def test_own_building_off_sees_past_it_and_no_further():
    """A box never shades itself, its neighbour does."""
    city = box_city([LOW, (0, -20, 10, 10, 30)])
    place = points((5.0, -5.0, 0.0))
    on = sun_hours(city, [MARCH], place, **HELSINKI)
    off = sun_hours(city, [MARCH], place, own_building=False, **HELSINKI)
    np.testing.assert_allclose(off.sample_hours, on.sample_hours, atol=1e-5)
    assert off.conventions["own_building_shades"] is False


@pytest.mark.compiled
def test_own_building_off_opens_courtyards():
    import citytwin as ct

    city = ct.synthetic.city(12, seed=1)
    on, off = (sun_hours(city, [MARCH], own_building=own, **HELSINKI) for own in (True, False))
    gain = off.hours - on.hours
    assert gain.min() > -1e-5
    assert gain.max() > 0.5
    alone = city.select(rows=[0])
    rest = city.select(rows=list(range(1, 12)))
    past = sun_hours(alone, [MARCH], own_building=False, context=rest, **HELSINKI)
    mine = off.receivers.building == 0
    np.testing.assert_allclose(past.hours, off.hours[mine], atol=1e-5)


@pytest.mark.compiled
def test_yards_are_sampled_outside_buildings_and_tell_their_share():
    city = box_city([(0, 0, 40, 8, 15), (0, 32, 40, 8, 15), (0, 8, 8, 24, 15), (32, 8, 8, 24, 15)])
    yard = gpd.GeoDataFrame(
        geometry=[shapely.box(*(np.add(CORNER[:2], [-5, -5])), *(np.add(CORNER[:2], [45, 45])))],
        index=["block"],
        crs="EPSG:3879",
    )
    sun = sun_hours(city, [MARCH, JUNE], yard, surfaces=False, spacing_m=1.0, **HELSINKI)
    assert list(sun.receivers.label) == ["block"]
    assert len(sun.sample_hours) == pytest.approx(50 * 50 - 40 * 40 + 24 * 24, rel=0.05)
    share = sun.share_with(2.0)[0]
    assert 0.0 < share[0] < share[1] <= 1.0
    assert share[0] == pytest.approx((sun.sample_hours[:, 0] >= 2.0).mean())


def test_polar_night_gives_no_hours_and_polar_day_all():
    place = points((300.0, 0.0, 0.0))
    north = {"latitude": 69.9, "longitude": 27.0, **HELSINKI}
    sun = sun_hours(box_city([LOW]), ["2026-12-21", JUNE], place, **north)
    assert (sun.hours[:, 0] == 0.0).all()
    assert sun.possible[1] == pytest.approx(24.0)
    assert sun.hours[-1, 1] > 22.5


def test_a_day_the_clock_changes_keeps_its_hours():
    place = points((300.0, 0.0, 0.0))
    days = ["2026-03-28", "2026-03-29", "2026-03-30"]
    possible = sun_hours(box_city([LOW]), days, place, surfaces=False, **HELSINKI).possible
    assert np.diff(possible) == pytest.approx([0.095, 0.095], abs=0.01)


def test_planned_buildings_do_not_shade_and_trees_can_be_switched_off():
    city = box_city([LOW, (0, -20, 10, 10, 30)])
    status = np.array([Status.EXISTING, Status.PLANNED], np.int8)
    here = {"latitude": 60.2, "longitude": 25.0, **HELSINKI}
    without = sun_hours(city, [MARCH], buildings=replace(city.buildings(), status=status), **here)
    alone = sun_hours(box_city([LOW]), [MARCH], trees=False, **here)
    np.testing.assert_array_equal(without.hours, alone.hours)


def test_a_tree_takes_its_share():
    import pandas as pd

    from citytwin.model.trees import Trees

    city = box_city([LOW])
    x, y = np.add(CORNER[:2], [5.0, -4.0])
    table = pd.DataFrame({"x": [x], "y": [y], "z": [CORNER[2]], "height_m": [12.0], "crown_diameter_m": [7.0]})
    trees = Trees.of_table(table, city)
    dates = [MARCH, JUNE]
    bare, shaded = (sun_hours(city, dates, trees=t, **HELSINKI).hours for t in (False, trees))
    rows = slice(0, 3)
    assert (shaded <= bare + 1e-6).all()
    lost = (bare - shaded)[rows]
    assert (lost > 0.05).all()
    assert lost[:, 1].mean() / bare[rows, 1].mean() > lost[:, 0].mean() / bare[rows, 0].mean()
    past = sun_hours(city, dates, trees=trees, own_building=False, **HELSINKI).hours
    np.testing.assert_allclose(past, shaded, atol=1e-4)


def test_terrain_shades_and_carries_points():
    city = box_city([LOW])
    ridge = np.array(
        [[[-500, -60, 40], [500, -60, 40], [500, -20, 0]], [[-500, -60, 40], [500, -20, 0], [-500, -20, 0]]]
    )
    terrain = Triangles(np.array([*CORNER[:2], 0.0]), ridge.astype(np.float32), np.zeros(2, np.int32))
    place = gpd.GeoDataFrame(geometry=[shapely.Point(np.add(CORNER[:2], [0.0, -40.0]))], crs="EPSG:3879")
    sun = sun_hours(city, [MARCH], place, surfaces=False, terrain=terrain, **HELSINKI)
    assert sun.receivers.xyz[0, 2] == pytest.approx(20.02, abs=1e-3)
    assert sun.hours[0, 0] < sun.possible[0] - 1.0


def test_result_states_its_conventions_and_exports():
    sun = sun_hours(box_city([LOW]), [MARCH], points((20.0, 0.0, 0.0)), sample_height_m=1.5, **HELSINKI)
    for name in ("time", "minimum_sun_altitude_deg", "step_minutes", "own_building_shades", "trees", "halo_m"):
        assert name in sun.conventions
        assert f"sun_hours_{name}" in sun.provenance.parameters
    assert "Europe/Helsinki" in repr(sun)
    frame = sun.to_geopandas()
    assert set(frame.geometry.geom_type) == {"LineString", "MultiPoint", "Point"}
    assert frame[f"sun_hours_{MARCH}"].to_numpy() == pytest.approx(sun.hours[:, 0])
    assert len(sun.samples_to_geopandas()) == len(sun.sample_hours)
    assert sun.receivers.xyz[-1, 2] + sun.origin[2] == pytest.approx(CORNER[2] + 1.52)
    with pytest.raises(ValueError, match="read-only"):
        sun.sample_hours[0] = 0.0


@pytest.mark.compiled
def test_threads_and_company_do_not_matter(monkeypatch):
    import citytwin as ct

    city = ct.synthetic.city(16, seed=3)
    results = []
    for n in ("1", "2"):
        monkeypatch.setenv("CITYTWIN_NUM_THREADS", n)
        results.append(sun_hours(city, [MARCH], **HELSINKI))
    np.testing.assert_array_equal(results[0].sample_hours, results[1].sample_hours)
    alone = sun_hours(
        city.select(rows=[5]),
        [MARCH],
        context=city,
        latitude=results[0].conventions["latitude"],
        longitude=results[0].conventions["longitude"],
        **HELSINKI,
    )
    np.testing.assert_array_equal(alone.hours, results[0].hours[results[0].receivers.building == 5])


def test_place_is_that_of_the_city_and_weather_from_afar_a_finding(clear_year):
    city = box_city([LOW])
    rome = replace(clear_year, latitude=41.9, longitude=12.5, place="Rome")
    here, there = (sun_hours(city, MARCH, weather=w, **HELSINKI) for w in (clear_year, rome))
    np.testing.assert_array_equal(here.sample_hours, there.sample_hours)
    assert here.conventions["latitude"] == pytest.approx(60.18, abs=0.01)
    assert [len(sun.findings) for sun in (here, there)] == [0, 1]
    assert list(there.findings.name) == ["WEATHER_FROM_AFAR"]


def test_points_out_of_reach_are_a_finding():
    sun = sun_hours(box_city([LOW]), MARCH, points((3000.0, 0.0, 0.0)), surfaces=False, **HELSINKI)
    assert list(sun.findings.code) == [1840]


def test_relief_of_a_model_is_terrain():
    import citytwin as ct

    city = box_city([LOW])
    with pytest.raises(ValueError, match="no relief"):
        sun_hours(city, MARCH, terrain=ct.synthetic.city(2), **HELSINKI)


@pytest.mark.parametrize("planned", [False, True])
def test_a_city_without_standing_buildings_has_no_places(planned):
    city = box_city([LOW])
    if planned:
        status = np.array([Status.PLANNED], np.int8)
        sun = sun_hours(city, MARCH, buildings=replace(city.buildings(), status=status), **HELSINKI)
    else:
        empty = city.select(rows=[])
        with pytest.raises(ValueError, match="latitude and longitude"):
            sun_hours(empty, MARCH, **HELSINKI)
        sun = sun_hours(empty, MARCH, points((0.0, 0.0, 0.0)), latitude=60.2, longitude=25.0, **HELSINKI)
        assert sun.hours[0, 0] == pytest.approx(sun.possible[0], abs=1e-5)
        assert len(sun) == 1
        return
    assert len(sun) == 0
    assert sun.to_pandas().empty


@pytest.mark.parametrize("arguments", [{"trees": "yes"}, {"context": 3}, {"terrain": 3}, {"buildings": 3}])
def test_arguments_of_another_type_are_refused(arguments):
    with pytest.raises(TypeError, match=next(iter(arguments))):
        sun_hours(box_city([LOW]), MARCH, **HELSINKI, **arguments)


def test_inside_out_walls_are_turned_and_reported():
    right, wrong = (sun_hours(box_city([LOW], inside_out=k), [MARCH], **HELSINKI) for k in ((), (0,)))
    assert len(right.findings) == 0
    assert set(wrong.findings.name) == {"SURFACE_FACES_INSIDE"}
    for face in (SOUTH, NORTH, EAST):
        assert wrong.hours[of(wrong, 0, face)] == pytest.approx(right.hours[of(right, 0, face)], abs=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"minimum_altitude": 90.0}, "minimum_altitude"),
        ({"step_minutes": 0.0}, "step_minutes"),
        ({"sample_height_m": -1.0}, "sample_height_m"),
        ({"spacing_m": 0.0}, "spacing_m"),
        ({"buildings": box_city([LOW, (20, 0, 5, 5, 5)]).buildings()}, "not those of this city"),
        ({"points": gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs="EPSG:4326")}, "EPSG:4326"),
        ({"points": gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1, 1)])], crs="EPSG:3879")}, "polygons"),
    ],
)
def test_what_cannot_be_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        sun_hours(box_city([LOW]), [MARCH], **HELSINKI, **arguments)
