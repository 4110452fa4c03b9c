from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import citytwin as ct
from citytwin.model.enums import Status
from citytwin.model.trees import Trees
from citytwin.solar.edits import with_added, with_buildings, with_removed
from citytwin.solar.irradiate import irradiate
from tests.solar.boxes import CORNER, box_city

pytestmark = pytest.mark.compiled
COLUMNS = ("surface", "building", "area", "outdoor_share", "monthly", "sky_view")
STREET = [(0, 0, 10, 10, 8), (14, 0, 10, 10, 20), (0, 16, 24, 8, 14), (40, 5, 9, 9, 6), (60, -10, 30, 40, 25)]
BLOCK = [(0, -22, 10, 10, 30), (24, 0, 10, 10, 12)]
"""A tower to the south, and a house that shares a wall with the second of the street."""


def named(city, letter):
    ids = [f"{letter}{k}" for k in range(len(city.objects))]
    return replace(city, objects=replace(city.objects, id=type(city.objects.id).of(ids)))


def same(a, b):
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)
    np.testing.assert_array_equal(a.exposure.visible, b.exposure.visible)
    np.testing.assert_array_equal(a.exposure.response, b.exposure.response)
    np.testing.assert_array_equal(a.exposure.normal, b.exposure.normal)
    rows = np.arange(0, len(a), 5)
    np.testing.assert_array_equal(a.hourly(rows), b.hourly(rows))
    key = ["code", "object_id", "surface_id"]
    frames = [t.findings.to_pandas()[key].sort_values(key).reset_index(drop=True) for t in (a, b)]
    pd.testing.assert_frame_equal(*frames)


@pytest.fixture(scope="module")
def weather():
    return ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())


@pytest.mark.parametrize("inside_out", [(), (0, 1)])
def test_adding_boxes_equals_a_full_run(weather, inside_out):
    city, new = box_city(STREET, inside_out=inside_out), box_city(BLOCK)
    new = named(new, "n")
    before = irradiate(city, weather, level="draft")
    both, after = with_added(before, city, new, weather)
    full = irradiate(both, weather, level="draft")
    same(after, full)
    assert (after.monthly[: len(before)] != before.monthly).any()


def test_removing_boxes_equals_a_full_run(weather):
    city = box_city(STREET + BLOCK)
    before = irradiate(city, weather, level="draft")
    left, after = with_removed(before, city, ["b5", "b6"], weather)
    assert list(left.buildings().today) == [True] * 5 + [False] * 2
    same(after, irradiate(left, weather, level="draft"))
    same(after, irradiate(city, weather, level="draft", buildings=replace(
        city.buildings(), status=np.array([1, 1, 1, 1, 1, 4, 4], np.int8)
    )))  # fmt: skip


def test_edits_follow_each_other_with_the_city_that_is_returned(weather):
    city, new = box_city(STREET), named(box_city(BLOCK), "n")
    sun = irradiate(city, weather, level="draft")
    one, first = with_removed(sun, city, "b1", weather)
    two, second = with_removed(first, one, ["b3"], weather)
    three, third = with_added(second, two, new, weather)
    assert list(three.buildings().today) == [True, False, True, False, True, True, True]
    same(third, irradiate(three, weather, level="draft"))
    four, fourth = with_removed(third, three, ["n0"], weather)
    same(fourth, irradiate(four, weather, level="draft"))
    for stale, latest in ((city, first), (one, second), (two, third), (city, fourth)):
        with pytest.raises(ValueError, match="go on with the city they return"):
            with_removed(latest, stale, ["b0"], weather)
    with pytest.raises(ValueError, match="go on with the city they return"):
        with_added(first, city, new, weather)
    with pytest.raises(ValueError, match="'b1' does not stand"):
        with_removed(first, one, ["b1"], weather)


@pytest.mark.parametrize("status", [Status.PLANNED, Status.UNDER_CONSTRUCTION])
def test_planned_buildings_that_are_added_stand(weather, status):
    city, new = box_city(STREET[:2]), named(box_city(BLOCK), "n")
    planned = with_buildings(new, replace(new.buildings(), status=np.full(2, status, np.int8)))
    sun = irradiate(city, weather, level="draft")
    (_, a), (both, b) = (with_added(sun, city, model, weather) for model in (new, planned))
    same(a, b)
    assert both.buildings().today.all()
    assert len(b) > len(sun)


@pytest.mark.parametrize("level", ["draft", "fast"])
def test_synthetic_district_both_ways(weather, level):
    everything = ct.synthetic.city(36, seed=2)
    rows = [7, 8, 9, 10]
    new, city = everything.select(rows=rows), everything.select(rows=[k for k in range(36) if k not in rows])
    before = irradiate(city, weather, level=level)
    both, after = with_added(before, city, new, weather)
    same(after, irradiate(both, weather, level=level))
    _, back = with_removed(after, both, new.objects.id.to_numpy(), weather)
    same(back, before)


def test_with_trees_and_a_context(weather):
    city, new, around = box_city(STREET[:3]), box_city(BLOCK[:1]), box_city([(-40, -10, 12, 30, 22)])
    new = named(new, "n")
    x, y = np.add(CORNER[:2], [5.0, -6.0])
    table = pd.DataFrame({"x": [x], "y": [y], "z": [CORNER[2]], "height_m": [9.0], "crown_diameter_m": [5.0]})
    trees = Trees.of_table(table, city)
    before = irradiate(city, weather, around, level="draft", trees=trees)
    both, after = with_added(before, city, new, weather, context=around, trees=trees)
    same(after, irradiate(both, weather, around, level="draft", trees=trees))
    with pytest.raises(ValueError, match="trees 1, here it is 0"):
        with_added(before, city, new, weather, context=around)


def test_what_lies_out_of_reach_is_not_looked_at_again(weather, monkeypatch):
    from citytwin.solar import touched

    city, new = box_city([STREET[0], (500, 500, 10, 10, 8)]), box_city([(0, -14, 10, 10, 6)])
    new = named(new, "n")
    before = irradiate(city, weather, level="draft", bounces=0)
    seen = []
    look = touched.look_again
    monkeypatch.setattr("citytwin.solar.edits.look_again", lambda *a, **k: seen.append(look(*a, **k)) or seen[-1])
    with_added(before, city, new, weather)
    old = seen[0].rows[seen[0].rows < len(before)]
    assert 0 < len(old) < 5
    assert set(before.building[old]) == {0}


def test_what_does_not_fit_is_refused(weather):
    city, new = box_city(STREET[:2]), named(box_city(BLOCK[:1]), "n")
    sun = irradiate(city, weather, level="draft")
    elsewhere = ct.synthetic.weather(60.2, 21.9, ct.synthetic.helsinki_normals())
    for edit, what in ((with_added, new), (with_removed, ["b0"])):
        with pytest.raises(ValueError, match="computed with other weather"):
            edit(sun, city, what, elsewhere)
        with pytest.raises(ValueError, match=r"halo_m 500\.0, here it is 300\.0"):
            edit(sun, city, what, weather, halo_m=300.0)
        with pytest.raises(ValueError, match="not those of this city"):
            edit(sun, city, what, weather, buildings=box_city(STREET).buildings())
    with pytest.raises(ValueError, match="2 of the new buildings are in the city already, by id 'b0', 'b1'"):
        with_added(sun, city, box_city(BLOCK), weather)
    with pytest.raises(ValueError, match="nothing to add"):
        with_added(sun, city, new.select(rows=[]), weather)
    with pytest.raises(ValueError, match="EPSG:25832"):
        with_added(sun, city, replace(new, crs="EPSG:25832"), weather)
    with pytest.raises(ValueError, match="whole city"):
        with_added(sun.take(np.arange(3)), city, new, weather)
    with pytest.raises(ValueError, match="another city"):
        with_added(sun, new, city, weather)
    with pytest.raises(ValueError, match="no building has the id"):
        with_removed(sun, city, ["nobody"], weather)
