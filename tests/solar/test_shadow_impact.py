import importlib
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

import citytwin as ct
from citytwin.model.enums import Status
from citytwin.solar.edits import with_added, with_buildings
from citytwin.solar.irradiate import irradiate
from citytwin.solar.shadow_impact import shadow_impact
from citytwin.solar.sun_hours import sun_hours
from tests.solar.boxes import CORNER, SOUTH, box_city

pytestmark = pytest.mark.compiled
HELSINKI = {"timezone": "Europe/Helsinki"}
MARCH = "2026-03-21"
DATES = [MARCH, "2026-06-22"]


@pytest.fixture(scope="module")
def weather():
    return ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())


@pytest.fixture(scope="module")
def plan(weather):
    """A district, a block to be built in it, its irradiation without reflections, yards and a grid."""
    everything = ct.synthetic.city(40, seed=2)
    rows = [12, 13, 14]
    city = everything.select(rows=[k for k in range(40) if k not in rows])
    sun = irradiate(city, weather, level="draft", bounces=0)
    places = [ct.solar.courtyards(city), ct.solar.ground_grid(city, 12.0)]
    return city, everything.select(rows=rows), sun, places


@pytest.fixture(scope="module")
def impact(plan, weather):
    city, new, sun, places = plan
    return shadow_impact(city, new, weather, DATES, places, irradiation=sun, step_minutes=10.0, **HELSINKI)


def keys(table):
    r = table.receivers
    return list(zip(r.kind, r.label, r.surface, r.storey, strict=True))


def test_losses_of_hours_are_those_of_two_full_runs(plan, weather, impact):
    city, new, _, places = plan
    built = shapely.union_all([shape for shape in new.buildings().footprints()])
    arguments = {"weather": weather, "step_minutes": 10.0, **HELSINKI}
    before = sun_hours(city, DATES, places, **arguments)
    after = sun_hours(city, DATES, places, context=new, **arguments)
    hidden = set(keys(before)) - set(keys(after))
    later = dict(zip(keys(after), zip(after.hours, np.diff(after.receivers.offsets), strict=True), strict=True))
    found = dict(zip(keys(impact), impact.hours_lost, strict=True))
    compared = 0
    ground = before.receivers.building < 0
    first = (before.receivers.xyz + before.origin)[before.receivers.offsets[:-1], :2]
    covered = ground & shapely.contains_xy(built, first)
    assert covered.sum() > 5
    assert not {key for key, c in zip(keys(before), covered, strict=True) if c and key[0] == "point"} & set(found)
    for key, hours, n, c in zip(keys(before), before.hours, np.diff(before.receivers.offsets), covered, strict=True):
        if key in hidden or later[key][1] != n or c:
            continue
        lost = hours - later[key][0]
        np.testing.assert_allclose(found.get(key, 0.0 * lost), lost, atol=2e-5, err_msg=str(key))
        compared += int(lost.max() > 0.01)
    assert compared > 50


def test_losses_of_irradiation_are_those_of_a_full_run_without_reflections(plan, weather, impact):
    city, new, sun, _ = plan
    _, after = with_added(sun, city, new, weather)
    lost = sun.annual - after.annual[: len(sun)] * after.area[: len(sun)] / np.maximum(sun.area, 1e-9)
    wanted = sun.surface[lost > 0.05]
    assert set(impact.surfaces.surface) == set(wanted)
    rows = sun.rows_of(impact.surfaces.surface)
    np.testing.assert_allclose(impact.surfaces.before - impact.surfaces.after, lost[rows], atol=1e-9)
    kwh = lost[rows] * sun.area[rows]
    assert (np.diff(kwh) <= 1e-6).all()


def test_tables(impact):
    frame = impact.to_pandas()
    assert {"facade", "point"} <= set(frame.kind)
    worst = frame[[f"sun_hours_lost_{day}" for day in DATES]].max(axis=1).to_numpy()
    assert (np.diff(worst) <= 1e-6).all()
    assert (frame.annual_lost_kwh_m2.dropna() > -1e-9).all()
    surfaces, buildings = impact.by_surface(), impact.by_building()
    assert surfaces.lost_kwh.sum() == pytest.approx(buildings.lost_kwh.sum())
    assert set(buildings.index) == set(impact.surfaces.building_id)
    assert len(impact.to_geopandas()) == len(impact) < impact.looked_at
    assert "places lose sun" in repr(impact)


def test_points_that_are_built_over_are_counted_not_listed(clear_year):
    city, new = box_city([(0, 0, 10, 10, 8)]), box_city([(0, -20, 10, 10, 30)])
    yard = gpd.GeoDataFrame(
        geometry=[shapely.box(*(CORNER[:2] - [0, 20]), *(np.add(CORNER[:2], [10, 0])))],
        index=["yard"],
        crs="EPSG:3879",
    )
    spots = [shapely.Point(CORNER[:2] + xy) for xy in ([5.0, -15.0], [5.0, -5.0])]
    grid = gpd.GeoDataFrame(geometry=spots, index=["under", "beside"], crs="EPSG:3879")
    impact = shadow_impact(city, new, clear_year, DATES, [yard, grid], level="draft", step_minutes=15.0)
    frame = impact.to_pandas().set_index("label")
    assert "under" not in frame.index
    assert frame.built_over[["yard", "beside"]].tolist() == [25, 0]
    assert frame.samples["yard"] == 25, "half of the yard is left"
    assert (frame.built_over[frame.kind.isin(["facade", "roof"])] == 0).all()
    assert impact.points_built_over == 26
    assert "26 points built over" in repr(impact)
    alone = shadow_impact(city, new, clear_year, DATES, grid[1:], level="draft", step_minutes=15.0)
    assert alone.points_built_over == 0
    assert "built over" not in repr(alone)


def test_planned_buildings_of_a_plan_stand_and_a_plan_is_not_empty(clear_year):
    city, new = box_city([(0, 0, 10, 10, 8)]), box_city([(0, -20, 10, 10, 30)])
    planned = with_buildings(new, replace(new.buildings(), status=np.array([Status.PLANNED], np.int8)))
    sun = irradiate(city, clear_year, level="draft", bounces=0)
    a, b = (shadow_impact(city, n, clear_year, MARCH, irradiation=sun, step_minutes=15.0) for n in (new, planned))
    np.testing.assert_array_equal(a.hours_lost, b.hours_lost)
    assert len(b) > 0
    assert len(b.footprints_new) == 1
    with pytest.raises(ValueError, match="nothing to add"):
        shadow_impact(city, new.select(rows=[]), clear_year, MARCH, irradiation=sun)


def test_a_city_in_which_nothing_stands_loses_nothing(clear_year):
    city, new = box_city([(0, 0, 10, 10, 8)]), box_city([(0, -20, 10, 10, 30)])
    bare = with_buildings(city, replace(city.buildings(), status=np.array([Status.PLANNED], np.int8)))
    impact = shadow_impact(bare, new, clear_year, MARCH, level="draft", step_minutes=15.0)
    assert len(impact) == 0
    assert impact.by_surface().empty


def test_place_is_that_of_the_city_and_findings_travel(clear_year):
    city, new = box_city([(0, 0, 10, 10, 8)]), box_city([(0, -20, 10, 10, 30)])
    rome = replace(clear_year, latitude=41.9, longitude=12.5)
    place = gpd.GeoDataFrame(geometry=[shapely.Point(CORNER[:2] + 3000.0)], crs="EPSG:3879")
    impact = shadow_impact(city, new, rome, MARCH, place, level="draft", step_minutes=60.0)
    assert sorted(impact.findings.code) == [1405, 1840]


def test_tower_to_the_south_takes_sun_and_one_far_to_the_north_takes_none(clear_year):
    city = box_city([(0, 0, 10, 10, 8)])
    place = gpd.GeoDataFrame(geometry=[shapely.Point(np.add(CORNER[:2], [5.0, -3.0]))], crs="EPSG:3879")
    sun = irradiate(city, clear_year, level="draft")
    near = shadow_impact(city, box_city([(0, -20, 10, 10, 30)]), clear_year, DATES, place, irradiation=sun)
    r = near.receivers
    south = np.flatnonzero((r.kind == "facade") & (r.surface == SOUTH))
    assert set(r.storey[south]) == {0, 1, 2}
    assert (near.hours_lost[south, 0] > 2.0).all()
    point = np.flatnonzero(r.kind == "point")
    assert 0.0 < near.annual_after[point[0]] < near.annual_before[point[0]]
    far = shadow_impact(city, box_city([(0, 400, 10, 10, 30)]), clear_year, ["2026-03-21"], place, irradiation=sun)
    assert len(far) == 0
    assert far.by_building().empty
    assert far.to_geopandas().empty


def test_wrong_input_is_refused(plan, weather):
    city, new, sun, _ = plan
    with pytest.raises(ValueError, match="step_minutes"):
        shadow_impact(city, new, weather, irradiation=sun, step_minutes=-1.0)
    with pytest.raises(ValueError, match="whole city"):
        shadow_impact(city, new, weather, irradiation=sun.take(np.arange(5)))
    with pytest.raises(ValueError, match="level 'draft', not 'exact'"):
        shadow_impact(city, new, weather, irradiation=sun, level="exact")
    with pytest.raises(ValueError, match="halo_m"):
        shadow_impact(city, new, weather, irradiation=sun, halo_m=100.0)
    elsewhere = ct.synthetic.weather(60.2, 21.9, ct.synthetic.helsinki_normals())
    with pytest.raises(ValueError, match="other weather"):
        shadow_impact(city, new, elsewhere, irradiation=sun)
    with pytest.raises(ValueError, match="not those of this city"):
        shadow_impact(city, new, weather, irradiation=sun, buildings=box_city([(0, 0, 5, 5, 5)] * 37).buildings())


def test_points_in_another_crs_are_refused_before_anything_is_computed(plan, weather, monkeypatch):
    module = importlib.import_module("citytwin.solar.shadow_impact")
    monkeypatch.setattr(module, "irradiate", lambda *a, **k: pytest.fail("computed"))
    degrees = gpd.GeoDataFrame(geometry=[shapely.Point(24.9, 60.2)], crs="EPSG:4326")
    with pytest.raises(ValueError, match="EPSG:4326"):
        shadow_impact(plan[0], plan[1], weather, points=degrees)


def test_trees_weaken_what_is_lost(clear_year):
    import pandas as pd

    from citytwin.model.trees import Trees

    city, new = box_city([(0, 0, 10, 10, 8)]), box_city([(0, -20, 10, 10, 30)])
    place = gpd.GeoDataFrame(geometry=[shapely.Point(np.add(CORNER[:2], [5.0, -3.0]))], crs="EPSG:3879")
    x, y = np.add(CORNER[:2], [5.0, -7.0])
    table = pd.DataFrame({"x": [x], "y": [y], "z": [CORNER[2]], "height_m": [12.0], "crown_diameter_m": [6.0]})
    trees = Trees.of_table(table, city)
    bare, shaded = (
        shadow_impact(city, new, clear_year, DATES, place, level="draft", trees=t, step_minutes=15.0)
        for t in (None, trees)
    )
    both = [
        sun_hours(city, DATES, place, weather=clear_year, trees=trees, step_minutes=15.0, context=c)
        for c in (None, new)
    ]
    lost = dict(zip(keys(both[0]), both[0].hours - both[1].hours, strict=True))
    for key, value in zip(keys(shaded), shaded.hours_lost, strict=True):
        np.testing.assert_allclose(value, lost[key], atol=2e-5)
    point = [np.flatnonzero(i.kind == "point")[0] for i in (bare, shaded)]
    assert shaded.hours_lost[point[1], 1] < bare.hours_lost[point[0], 1]
    assert shaded.annual_before[point[1]] < bare.annual_before[point[0]]
    assert "1, crowns" in shaded.conventions["trees"]
