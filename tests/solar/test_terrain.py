import numpy as np
import pytest

from citytwin.model.triangles import Triangles
from citytwin.solar.irradiate import irradiate
from citytwin.solar.scene import receivers_of, scene_of, terrain_triangles
from citytwin.solar.terrain import below_terrain, terrain_findings
from tests.model.tree_cities import CORNER, square, tree_city

HOUSE = (0, 0, 0, 10, 10, 6)


def test_terrain_shades_like_a_building():
    flat, hill = square(-300, -300, 600, 0.0), [[(-60, -20, 0), (60, -20, 0), (0, -20, 80)]]
    city = tree_city(boxes=[HOUSE], terrain=flat + hill)
    scene = scene_of(city, city.buildings(), None)
    assert (len(scene.triangles), len(scene.terrain)) == (12, 3)
    np.testing.assert_array_equal(scene.terrain, terrain_triangles(city))


def test_context_with_terrain_counts_too(clear_year):
    city, hill = tree_city(boxes=[HOUSE]), tree_city(terrain=[[(-60, -20, 0), (60, -20, 0), (0, -20, 80)]])
    alone, shaded = irradiate(city, clear_year), irradiate(city, clear_year, context=hill)
    south = int(np.argmin(np.abs(city.surfaces.azimuth[alone.surface] - 180)))
    assert shaded.annual[south] < 0.7 * alone.annual[south]


def test_flat_ground_changes_nothing(clear_year):
    bare = irradiate(tree_city(boxes=[HOUSE]), clear_year)
    ground = irradiate(tree_city(boxes=[HOUSE], terrain=square(-300, -300, 600, 0.0)), clear_year)
    np.testing.assert_allclose(ground.annual, bare.annual, rtol=0.02)


def test_building_below_the_terrain_is_dark_and_a_finding(clear_year):
    city = tree_city(boxes=[HOUSE, (30, 0, -9, 10, 10, 6), (60, 0, -3, 10, 10, 6)], terrain=square(-300, -300, 600, 0))
    receivers = receivers_of(city, city.buildings())
    below = below_terrain(city, receivers.surface, terrain_triangles(city))
    assert below.tolist() == [False] * 5 + [True] * 5 + [False] * 5
    findings = terrain_findings(city, city.buildings(), receivers, terrain_triangles(city))
    assert (findings.code.tolist(), findings.object_id.tolist()) == ([1831], ["b1"])
    assert findings.message[0] == "5 of 5 walls and roofs lie below the terrain and get no sun"
    sun = irradiate(city, clear_year)
    assert (sun.outdoor_share[5:10] == 0).all()
    assert (sun.annual[5:10] == 0).all()
    assert (sun.outdoor_share[10:14] > 0.3).all()
    assert (sun.outdoor_share[10:14] < 0.7).all()
    assert sun.annual[14] == pytest.approx(sun.annual[4], rel=0.05)


def test_no_terrain_no_finding():
    city = tree_city(boxes=[HOUSE])
    receivers = receivers_of(city, city.buildings())
    assert len(terrain_findings(city, city.buildings(), receivers, terrain_triangles(city))) == 0
    assert len(below_terrain(city, np.arange(0), np.zeros((1, 3, 3)))) == 0


def test_context_that_is_not_finite_is_refused():
    city = tree_city(boxes=[HOUSE])
    xyz = np.zeros((4, 3, 3), np.float32)
    xyz[2, 1, 0] = np.nan
    context = Triangles(CORNER * 1.0, xyz, np.zeros(4, np.int32))
    with pytest.raises(ValueError, match=r"1 of 4 triangles of the context .* first is row 2"):
        scene_of(city, city.buildings(), context)
