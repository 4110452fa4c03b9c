import numpy as np
import pandas as pd
import pytest

from citytwin.model.enums import Source
from citytwin.model.trees import Trees
from tests.model.tree_cities import CORNER, square, tree_city

HOUSE = [(40, 0, 0, 10, 10, 6)]


def codes(trees):
    return trees.findings.code.tolist()


def table(**columns):
    frame = {"x": [CORNER[0] + 3.0], "y": [CORNER[1] + 4.0], "z": [6.0], "height_m": [10.0]}
    return pd.DataFrame({**frame, **columns})


def test_objects_of_a_city_with_attributes():
    city = tree_city(
        [(0, 10, 1, 4, 6, 9)],
        attributes=[
            (0, "height", 1150, "cm"),
            (0, "crownDiameter", 6.5, "m"),
            (0, "trunkDiameter", 30, "#cm"),
            (0, "species", "Pinus sylvestris", ""),
        ],
    )
    trees = Trees.of_city(city)
    np.testing.assert_allclose(trees.position + trees.origin - CORNER, [[2, 13, 1]], atol=1e-6)
    assert (trees.height[0], trees.crown_radius[0]) == (11.5, 3.25)
    assert trees.evergreen.tolist() == [True]
    assert trees.source["height"].tolist() == [Source.MEASURED]
    assert codes(trees) == []


def test_geometry_tells_size_and_place():
    trees = Trees.of_city(tree_city([(0, 0, 2, 4, 6, 9)]))
    assert (trees.height[0], trees.crown_radius[0]) == pytest.approx((9, 2.5))
    assert trees.source["crown_radius"].tolist() == [Source.DERIVED]
    assert trees.crown_base[0] == pytest.approx(9 / 4)


def test_odd_objects_are_findings():
    city = tree_city(
        [None, (0, 0, 0, 0, 0, 0), (5, 5, 0, 0, 0, 0), (9, 9, 0, 4, 4, 9)],
        attributes=[(2, "height", -9999, "m"), (2, "trunkDiameter", 0.3, "m"), (3, "height", 12, "furlong")],
        covers=2,
    )
    trees = Trees.of_city(city)
    assert trees.id.tolist() == ["t2", "t3"]
    assert sorted(codes(trees)) == [1710, 1830, 1830, 1832, 1833, 1834]
    assert trees.height[1] == pytest.approx(9)
    assert "2 plant covers" in trees.findings.message[trees.findings.code == 1832][0]
    assert "furlong" in trees.findings.message[trees.findings.code == 1710][0]


def test_class_tells_conifers():
    city = tree_city([(0, 0, 0, 4, 4, 9)] * 2, attributes=[(0, "class", "1060", ""), (1, "class", "1070", "")])
    assert Trees.of_city(city).evergreen.tolist() == [True, False]


@pytest.mark.parametrize(("species", "evergreen", "confidence"), [
    ("Picea abies", True, 70), ("Larix sibirica (lehtikuusi)", False, 70), ("mänty", True, 70),
    ("Tilia x vulgaris", False, 50), ("", False, 30),
])  # fmt: skip
def test_species_tell_the_habit(species, evergreen, confidence):
    trees = Trees.of_table(table(species=[species]), tree_city(boxes=HOUSE))
    assert (trees.evergreen[0], trees.confidence["evergreen"][0]) == (evergreen, confidence)


def test_table_places_sizes_and_names():
    city = tree_city(boxes=HOUSE)
    frame = table(tree_id=["a7"], crown=[5.0], evergreen=[True]).rename(columns={"height_m": "korkeus"})
    trees = Trees.of_table(frame, city, {"height": "korkeus", "crown_diameter": "crown"})
    np.testing.assert_allclose(trees.position + trees.origin, [[CORNER[0] + 3, CORNER[1] + 4, 6]], atol=1e-6)
    assert (trees.id[0], trees.height[0], trees.crown_radius[0], trees.evergreen[0]) == ("a7", 10, 2.5, True)
    assert trees.source["evergreen"][0] == Source.REGISTER


def test_points_in_another_crs():
    geopandas = pytest.importorskip("geopandas")
    city = tree_city(boxes=HOUSE)
    points = geopandas.points_from_xy([CORNER[0] + 3], [CORNER[1] + 4], crs="EPSG:3879")
    frame = geopandas.GeoDataFrame({"height_m": [10.0], "z": [6.0]}, geometry=points).to_crs("EPSG:4326")
    trees = Trees.of_table(frame, city)
    np.testing.assert_allclose((trees.position + trees.origin)[0, :2], CORNER[:2] + np.array([3, 4]), atol=1e-3)


def test_ground_of_terrain_then_of_the_nearest_building_then_none():
    city = tree_city(boxes=HOUSE, terrain=square(0, 0, 20, 2.5))
    frame = pd.DataFrame(
        {"x": CORNER[0] + np.array([5.0, 60.0, 900.0]), "y": CORNER[1] + np.array([5.0, 5.0, 5.0]), "height_m": 8.0}
    )
    trees = Trees.of_table(frame, city)
    np.testing.assert_allclose(trees.position[:, 2] + trees.origin[2] - CORNER[2], [2.5, 0], atol=1e-3)
    assert sorted(codes(trees)) == [1830, 1834, 1835, 1835]


@pytest.mark.parametrize("z", [np.nan, 6.0])
def test_degrees_for_metres_are_told(z):
    frame = pd.DataFrame({"x": [24.9, CORNER[0]], "y": [60.2, CORNER[1]], "z": [z, 6.0], "height_m": 10.0})
    trees = Trees.of_table(frame, tree_city(boxes=HOUSE))
    assert trees.id.tolist() == ["1"]
    message = trees.findings.message[trees.findings.code == 1830][0]
    assert "1 of 2 trees lie more than 10 km outside the city" in message
    assert "the CRS of the city, EPSG:3879" in message
    assert "GeoDataFrame" in message


def test_there_and_back_through_a_table():
    city = tree_city([(0, 0, 2, 4, 6, 9), (9, 0, 0, 3, 3, 5)])
    trees = Trees.of_city(city)
    again = Trees.of_table(trees.to_pandas().reset_index(), city)
    for name in ("id", "position", "height", "crown_radius", "crown_base", "evergreen"):
        np.testing.assert_array_equal(getattr(again, name), getattr(trees, name))
    assert trees.to_geopandas().geometry.has_z.all()


def test_take_and_concat():
    one, two = Trees.of_city(tree_city([(0, 0, 2, 4, 6, 9)])), Trees.of_city(tree_city([(-2400, 0, 0, 3, 3, 5)]))
    both = Trees.concat([one, two])
    assert (one.origin != two.origin).any()
    np.testing.assert_allclose(both.position[1] + both.origin, two.position[0] + two.origin)
    back = both.take(np.array([1]))
    assert (back.height[0], len(back), len(back.source["height"])) == (two.height[0], 1, 1)


def test_what_cannot_be_read_says_so():
    city = tree_city(boxes=HOUSE)
    with pytest.raises(ValueError, match="no column 'kruunu' to take crown_diameter from"):
        Trees.of_table(table(), city, {"crown_diameter": "kruunu"})
    with pytest.raises(ValueError, match="trees have no column 'leaves'"):
        Trees.of_table(table(), city, {"leaves": "x"})
    with pytest.raises(ValueError, match="neither geometry nor columns 'x' and 'y'"):
        Trees.of_table(pd.DataFrame({"height_m": [9.0]}), city)
    with pytest.raises(ValueError, match=r"column 'height_m' .* row 0 has 'tall'"):
        Trees.of_table(table(height_m=["tall"]), city)
    frame = pd.concat([table(dbh=["0.4"]), table(dbh=["0,4"])], ignore_index=True)
    with pytest.raises(ValueError, match=r"column 'dbh' .* row 1 has '0,4'"):
        Trees.of_table(frame, city, {"trunk_diameter": "dbh"})
    with pytest.raises(ValueError, match="no trees"):
        Trees.concat([])
