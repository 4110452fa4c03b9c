from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from citytwin.model.city import CityModel
from citytwin.model.enums import Status
from citytwin.model.trees import Trees
from citytwin.solar.horizon import Horizon
from citytwin.solar.irradiate import irradiate
from citytwin.solar.scene import receivers_of
from tests.solar.boxes import EAST, NORTH, ROOF, SOUTH, WEST, box_city, face
from tests.solar.test_polar import clear_weather

TWO = [(0, 0, 10, 10, 8), (0, -20, 10, 10, 30)]
"""A low box with a tower to its south."""


@pytest.fixture(scope="module")
def town():
    """Boxes of odd sizes in four cells of the grid, some touching, some overlapping."""
    rng = np.random.default_rng(8)
    x, y = (k.ravel() * 24.0 for k in np.meshgrid(np.arange(8), np.arange(6)))
    sizes = rng.uniform([8.0, 8.0, 3.0], [26.0, 26.0, 40.0], (48, 3))
    return box_city(np.column_stack([x + 700.0 + rng.uniform(0, 3, 48), y + 620.0, sizes]).tolist())


def same(a, rows_a, b, rows_b):
    """Whether rows of two irradiations are bitwise equal, hours included."""
    columns = ("monthly", "sky_view", "area", "outdoor_share")
    assert all((getattr(a, c)[rows_a] == getattr(b, c)[rows_b]).all() for c in columns)
    assert (a.hourly(rows_a) == b.hourly(rows_b)).all()


def test_lonely_box_meets_the_closed_form(clear_year):
    sun = irradiate(box_city(TWO[:1]), clear_year, sky="isotropic", albedo=0.2)
    ghi, dhi = clear_year.ghi.sum() / 1000, clear_year.dhi.sum() / 1000
    roof, north = face(sun, 0, ROOF), face(sun, 0, NORTH)
    assert sun.sky_view[roof] == pytest.approx(1.0, abs=2e-3)
    assert sun.annual[roof] == pytest.approx(ghi, rel=2e-3)
    assert sun.sky_view[[face(sun, 0, f) for f in (SOUTH, EAST, NORTH, WEST)]] == pytest.approx(0.5, abs=2e-3)
    primary = irradiate(box_city(TWO[:1]), clear_year, sky="isotropic", bounces=0)
    assert primary.annual[north] > dhi / 2
    reflected = sun.annual - primary.annual
    assert 0.7 * 0.1 * ghi < reflected[north] < 0.1 * ghi  # half of what the ground has, and some of it lies in shade
    assert reflected[face(sun, 0, SOUTH)] == pytest.approx(0.1 * ghi, rel=0.05)
    assert reflected[roof] == 0.0
    assert primary.annual[face(sun, 0, SOUTH)] > primary.annual[face(sun, 0, EAST)] > primary.annual[north]


def test_diffuse_of_a_wall_under_an_isotropic_sky_is_half(clear_year):
    overcast = replace(clear_year, dni=np.zeros(8760), ghi=clear_year.dhi)
    sun = irradiate(box_city(TWO[:1]), overcast, sky="isotropic", bounces=0)
    assert sun.annual[face(sun, 0, EAST)] == pytest.approx(overcast.dhi.sum() / 2000, rel=2e-3)


def test_neighbour_shades_when_it_stands(clear_year):
    city = box_city(TWO)
    alone, shaded = irradiate(box_city(TWO[:1]), clear_year), irradiate(city, clear_year)
    south = face(shaded, 0, SOUTH)
    assert shaded.annual[south] < 0.7 * alone.annual[face(alone, 0, SOUTH)]
    assert shaded.sky_view[south] < 0.4
    planned = replace(city.buildings(), status=np.array([Status.EXISTING, Status.PLANNED], np.int8))
    without = irradiate(city, clear_year, buildings=planned)
    assert len(without) == 5
    same(without, np.arange(5), alone, np.arange(5))


@pytest.mark.parametrize("as_triangles", [False, True])
def test_context_shades_without_receiving(clear_year, as_triangles):
    city, tower = box_city(TWO), box_city(TWO[1:])
    together = irradiate(city, clear_year)
    lone = irradiate(box_city(TWO[:1]), clear_year, context=tower.triangles() if as_triangles else tower)
    assert len(lone) == 5
    if as_triangles:  # of a mesh it is not known how bright it is
        np.testing.assert_array_equal(lone.sky_view, together.sky_view[:5])
        np.testing.assert_allclose(lone.annual, together.annual[:5], rtol=0.05)
    else:
        same(together, np.arange(5), lone, np.arange(5))


def test_touching_boxes_hide_their_common_wall(clear_year):
    sun = irradiate(box_city([(0, 0, 10, 10, 8), (10, 0, 10, 10, 16)]), clear_year)
    hidden, half = face(sun, 0, EAST), face(sun, 1, WEST)
    assert sun.outdoor_share[hidden] == sun.annual[hidden] == sun.area[hidden] == 0.0
    assert (sun.hourly([hidden]) == 0).all()
    assert sun.outdoor_share[half] == pytest.approx(0.5)
    assert sun.area[half] == pytest.approx(80.0)
    assert sun.sky_view[half] == pytest.approx(0.5, abs=2e-3)


def test_inside_out_polygons_are_turned_and_reported(clear_year):
    right, wrong = (irradiate(box_city(TWO, inside_out=k), clear_year) for k in ((), (0,)))
    assert len(right.findings) == 0
    assert set(wrong.findings.name) == {"SURFACE_FACES_INSIDE"}
    assert set(wrong.findings.object_id) == {"b0"}
    walls = [face(wrong, 0, f) for f in (SOUTH, EAST, NORTH, WEST)]
    np.testing.assert_allclose(wrong.annual[walls], right.annual[walls], rtol=0.03)


@pytest.mark.compiled
def test_one_building_alone_with_context_equals_the_town(town, clear_year):
    together = irradiate(town, clear_year)
    assert len(np.unique(receivers_of(town, town.buildings()).cell, axis=0)) == 4
    for name in (town.objects.id[0], town.objects.id[31]):
        lone = irradiate(town.select(ids=[name]), clear_year, context=town)
        rows = np.flatnonzero(together.building == town.objects.id.lookup[name])
        same(together, rows, lone, np.arange(len(lone)))


@pytest.mark.compiled
def test_order_of_buildings_does_not_matter(town, clear_year):
    names = town.objects.id.to_numpy()
    order = np.random.default_rng(1).permutation(len(names))
    shuffled = CityModel.concat([town.select(ids=[name]) for name in names[order]])
    a, b = irradiate(town, clear_year), irradiate(shuffled, clear_year)
    rows = np.concatenate([np.flatnonzero(a.building == k) for k in order])
    same(a, rows, b, np.arange(len(b)))


@pytest.mark.compiled
def test_threads_do_not_matter(town, clear_year, monkeypatch):
    results = []
    for n in ("1", "2"):
        monkeypatch.setenv("CITYTWIN_NUM_THREADS", n)
        results.append(irradiate(town, clear_year))
    same(results[0], np.arange(len(results[0])), results[1], np.arange(len(results[1])))


def test_place_on_the_grid_does_not_matter(clear_year):
    here = irradiate(box_city(TWO), clear_year)
    with_far = irradiate(box_city([*TWO, (-2500, 3500, 10, 10, 10)]), clear_year)
    same(here, np.arange(10), with_far, np.arange(10))


@pytest.mark.compiled
def test_origin_that_coordinates_are_stored_relative_to_does_not_matter(town, clear_year):
    """Vertices that no longer are differences of city coordinates, moved to the origin of another model."""
    here = replace(town, vertices=town.vertices * 1.0000001)
    moved = CityModel.concat([here, box_city([(-7700, -9300, 10, 10, 10)])])
    assert (moved.origin != here.origin).any()
    a, b = irradiate(here, clear_year), irradiate(moved, clear_year)
    same(a, np.arange(len(a)), b, np.arange(len(a)))


def test_perez_and_isotropic_differ_where_they_should(clear_year):
    city = box_city(TWO[:1])
    perez, isotropic = irradiate(city, clear_year), irradiate(city, clear_year, sky="isotropic")
    assert perez.annual[face(perez, 0, SOUTH)] > 1.05 * isotropic.annual[face(perez, 0, SOUTH)]
    assert perez.annual[face(perez, 0, ROOF)] == pytest.approx(isotropic.annual[face(perez, 0, ROOF)], rel=2e-3)


def test_progress_and_provenance(clear_year):
    seen = []
    sun = irradiate(box_city(TWO), clear_year, progress=lambda done, n: seen.append((done, n)))
    assert seen[-1] == (10, 10)
    assert sun.provenance.parameters["solar_level"] == "standard"
    assert "standard" in repr(sun)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"level": "best"}, "draft"), ({"sky": "cie"}, "perez"), ({"albedo": 1.0}, "albedo")],
)
def test_what_does_not_exist_is_refused(clear_year, arguments, message):
    with pytest.raises(ValueError, match=message):
        irradiate(box_city(TWO), clear_year, **arguments)


def test_context_in_another_crs_is_refused(clear_year):
    with pytest.raises(ValueError, match="EPSG:25832"):
        irradiate(box_city(TWO), clear_year, context=replace(box_city(TWO), crs="EPSG:25832"))


def test_city_without_standing_buildings_gives_an_empty_table(clear_year):
    city = box_city(TWO)
    planned = replace(city.buildings(), status=np.full(2, Status.PLANNED, np.int8))
    sun = irradiate(city, clear_year, buildings=planned)
    assert len(sun) == 0
    assert sun.hourly([]).shape == (0, 8760)
    assert sun.to_pandas().empty


def test_samples_have_the_mean_of_their_surface(clear_year):
    city = box_city(TWO)
    sun = irradiate(city, clear_year, level="fast", samples=True)
    samples = sun.samples
    owner = np.repeat(np.arange(10), np.diff(samples.offsets))
    means = np.bincount(owner, samples.annual) / np.diff(samples.offsets)
    np.testing.assert_allclose(means, sun.annual, rtol=1e-5)
    south = owner == face(sun, 0, SOUTH)
    middle = np.abs(samples.points[south, 0] - samples.points[south, 0].mean())
    assert samples.annual[south][middle > 3].mean() > samples.annual[south][middle < 2].mean()
    assert len(samples.to_geopandas()) == len(samples.to_pandas()) == len(owner)
    assert irradiate(city, clear_year, level="draft").samples is None


def test_samples_equal_a_surface_of_their_own(clear_year):
    """What a sample gets is what a surface gets that has this sample only; the sums are those of the hours."""
    city = box_city(TWO)
    sun = irradiate(city, clear_year, level="fast", bounces=0, samples=True)
    low, high = sun.samples.offsets[[0, 1]]
    assert high - low == 20
    assert sun.samples.annual[low:high].min() < 0.9 * sun.samples.annual[low:high].max()
    np.testing.assert_allclose(sun.samples.annual[low:high].mean(), sun.hourly([0]).sum() / 1000, rtol=1e-4)


def test_horizon_takes_the_low_sun(clear_year):
    city = box_city(TWO[:1])
    free = irradiate(city, clear_year, level="fast", bounces=0)
    ring = irradiate(city, clear_year, level="fast", bounces=0, horizon=Horizon.of([20.0] * 12))
    assert ring.sky_view[face(ring, 0, ROOF)] == pytest.approx(np.cos(np.radians(20)) ** 2, abs=5e-3)
    assert (ring.annual < free.annual).all()
    exact = irradiate(city, clear_year, level="exact", bounces=0, horizon=Horizon.of([20.0] * 12))
    np.testing.assert_allclose(ring.annual, exact.annual, rtol=0.02)


def test_vertices_that_are_no_numbers_are_refused(clear_year):
    city = box_city(TWO)
    vertices = city.vertices.copy()
    vertices[25, 2] = np.nan
    with pytest.raises(ValueError, match=r"1 vertices of the city are not finite, the first in polygon 6 of 'b1'"):
        irradiate(replace(city, vertices=vertices), clear_year)
    with pytest.raises(ValueError, match="of the context"):
        irradiate(city, clear_year, context=replace(city, vertices=vertices))


def test_surface_without_area_gets_nothing_and_leaves_the_others_as_they_are(clear_year):
    city = box_city(TWO)
    vertices = city.vertices.copy()
    north = np.flatnonzero(city.surfaces.object == 0)[NORTH]
    first = city.rings.ring_vertices[city.rings.surface_rings[north]]
    vertices[first : first + 4] = vertices[first]
    whole, thin = (irradiate(c, clear_year, level="draft") for c in (city, replace(city, vertices=vertices)))
    row = face(thin, 0, NORTH)
    assert thin.area[row] == thin.annual[row] == 0.0
    roof = face(thin, 0, ROOF)
    assert thin.annual[roof] == pytest.approx(whole.annual[roof], rel=1e-6)
    assert np.isfinite(thin.annual).all()


@pytest.mark.parametrize(("latitude", "longitude", "dark"), [(67.4, 26.6, []), (78.2, 15.6, [0, 10, 11])])
def test_polar_night_and_day(latitude, longitude, dark):
    weather = clear_weather(latitude, longitude, round(longitude / 15.0))
    sun = irradiate(box_city(TWO[:1]), weather, level="fast")
    roof, north = face(sun, 0, ROOF), face(sun, 0, NORTH)
    assert sun.annual[roof] == pytest.approx(weather.ghi.sum() / 1000, rel=2e-3)
    assert (sun.monthly[:, dark] == 0.0).all()
    assert sun.monthly[north, 5] > 40.0


def test_behind_a_skyline_nothing_is_left_to_reflect(clear_year):
    city = box_city(TWO[:1])
    free, high, dark = (
        irradiate(city, clear_year, level="draft", horizon=Horizon.of([altitude] * 4)) for altitude in (0, 20, 90)
    )
    north = face(free, 0, NORTH)
    assert free.exposure.response[0, north].sum() > 1.1 * high.exposure.response[0, north].sum()
    assert (dark.annual == 0.0).all()
    assert (dark.exposure.response == 0.0).all()


def test_trees_dim_what_is_reflected_and_more_so_with_leaves(clear_year):
    city = box_city(TWO[:1])
    x, y = city.bounds[:2] + 5.0
    around = np.linspace(0.0, 2.0 * np.pi, 25)[:-1]
    table = pd.DataFrame({"x": x + 12 * np.cos(around), "y": y + 12 * np.sin(around), "z": city.bounds[2]})
    table = table.assign(height_m=16.0, crown_diameter_m=7.0, crown_base_m=2.0, species="Betula pendula")
    bare = irradiate(city, clear_year, level="draft")
    ringed = irradiate(city, clear_year, level="draft", trees=Trees.of_table(table, city))
    north = face(bare, 0, NORTH)
    leafy, leafless = ringed.exposure.response[:, north].sum(1)
    assert leafy < 0.9 * leafless < 0.9 * bare.exposure.response[0, north].sum()
    assert ringed.monthly[north, 5] < bare.monthly[north, 5] - 1.0


def test_buildings_of_another_city_are_refused(clear_year):
    with pytest.raises(ValueError, match="the 3 buildings are not those of this city of 2"):
        irradiate(box_city(TWO), clear_year, buildings=box_city([*TWO, (40, 0, 10, 10, 8)]).buildings())


def test_weather_from_afar_is_a_finding(clear_year):
    far = replace(clear_year, latitude=67.4, longitude=26.6)
    assert "WEATHER_FROM_AFAR" in set(irradiate(box_city(TWO), far, level="draft", bounces=0).findings.name)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"context": "x"}, "context must be"), ({"horizon": [0, 1]}, "horizon must be Horizon or None"),
     ({"bounces": 1.5}, "bounces"), ({"albedo": "snow"}, "albedo must be a number"),
     ({"albedo": {"wall": "x"}}, "albedo must be a number")],
)  # fmt: skip
def test_arguments_of_another_type_are_refused(clear_year, arguments, message):
    with pytest.raises(TypeError, match=message):
        irradiate(box_city(TWO), clear_year, **arguments)
