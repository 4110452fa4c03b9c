import numpy as np
import pytest

from citytwin.kernels.reinhart import reinhart
from citytwin.model.sun import month_of_hour
from citytwin.model.trees import Trees
from citytwin.solar.crowns import (
    crowns_of,
    default_transmissivity,
    leaf_season,
    leaf_state,
    optical_depth,
    shadow_transmissivity,
    transmission,
)
from tests.model.tree_cities import CORNER, tree_city

NO_SHIFT = np.zeros(3)


def trees_at(*sizes, **more):
    return Trees.of_city(tree_city(sizes, **more))


def shadow(trees, direction):
    """Mean transmission over the shadow of the only tree, by rays on a grid across the direction, (2,)."""
    tree, crowns = crowns_of(trees, trees.origin, NO_SHIFT)
    unit = np.array(direction) / np.linalg.norm(direction)
    across = np.linalg.svd(unit[None, :])[2][1:]
    steps = np.linspace(-1, 1, 501) / crowns.scale.min()
    grid = np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)
    passed = transmission(tree, crowns, crowns.centre[0] - 50 * unit + grid @ across, unit)
    return passed[passed[:, 0] < 1].mean(0, dtype=float)


@pytest.mark.parametrize("share", [0.01, 0.03, 0.46, 0.9, 0.9999, 1.0])
def test_depth_gives_the_transmissivity(share):
    assert shadow_transmissivity(optical_depth(share)) == pytest.approx(share, rel=1e-9)


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1, np.nan])
def test_impossible_transmissivities_are_refused(share):
    with pytest.raises(ValueError, match="above 0 and up to 1"):
        optical_depth(share)


@pytest.mark.parametrize("size", [(0, 0, 0, 3, 3, 6), (0, 0, 0, 14, 14, 20)])
def test_shadow_at_45_degrees_lets_through_what_was_measured(size):
    table = default_transmissivity()
    np.testing.assert_allclose(shadow(trees_at(size), (0, 1, 1)), table["deciduous"], rtol=0.02)
    pine = trees_at(size, attributes=[(0, "species", "Pinus", "")])
    np.testing.assert_allclose(shadow(pine, (1, 0, 1)), table["evergreen"], rtol=0.02)


def test_crown_stands_between_its_base_and_the_top():
    trees = trees_at((100, 200, 2, 6, 6, 12))
    shift = np.array([1000.0, 0, 0])
    _, crowns = crowns_of(trees, trees.origin, shift)
    np.testing.assert_allclose(crowns.centre[0] + shift, trees.position[0] + [0, 0, 7.5], atol=1e-3)
    np.testing.assert_allclose(1 / crowns.scale[0], [3, 4.5], rtol=1e-6)


def test_origin_of_the_city_does_not_matter():
    trees = trees_at((100, 200, 2, 6, 6, 12))
    moved = trees.origin - [1000.0, 2000.0, 0.0]
    a = crowns_of(trees, trees.origin, np.array([0.0, 0, 0]))[1]
    b = crowns_of(trees, moved, np.array([1000.0, 2000.0, 0]))[1]
    assert all((x == y).all() for x, y in zip(a, b, strict=True))


def test_only_trees_within_reach_are_taken():
    trees = trees_at((0, 0, 0, 4, 4, 9), (1500, 0, 0, 4, 4, 9), (-900, 0, 0, 4, 4, 9))
    shift = np.floor((CORNER - trees.origin) / 1000) * 1000 * [1, 1, 0]
    assert len(crowns_of(trees, trees.origin, shift)[1].centre) == 3
    assert len(crowns_of(trees, trees.origin, shift, reach=500.0)[1].centre) == 1
    assert len(crowns_of(trees, trees.origin, shift, reach=720.0)[1].centre) == 3
    tree, none = crowns_of(trees.take(np.arange(0)), trees.origin, shift)
    assert (transmission(tree, none, np.zeros((2, 3)), np.array([0, 0, 1])) == 1).all()


def test_given_transmissivity_replaces_the_table():
    opaque = {"deciduous": (1e-9, 0.2), "evergreen": (1.0, 1.0)}
    trees = trees_at((0, 0, 0, 6, 6, 9))
    tree, crowns = crowns_of(trees, trees.origin, NO_SHIFT, transmissivity=opaque)
    up = transmission(tree, crowns, crowns.centre - [0, 0, 20], reinhart(1).direction[-1])[0]
    assert up[0] < 1e-6
    assert 0.0 < up[1] < 0.2


def test_leaves_in_helsinki_from_the_end_of_april_to_the_start_of_october():
    first, last = leaf_season(60.2)
    assert (first, last) == pytest.approx((120.3, 276.6))
    assert leaf_season(60.2, 300.0) == pytest.approx((123.3, 273.6))
    bare = np.bincount(month_of_hour(), leaf_state(60.2), 12) / np.bincount(month_of_hour())
    assert (bare[4:9] == 0).all()
    assert (bare[[0, 1, 2, 10, 11]] == 1).all()
    assert 0.9 < bare[3] <= 1
    assert 0.8 < bare[9] < 1


def test_south_of_the_equator_leaves_are_on_over_new_year():
    north, south = leaf_state(40.0), leaf_state(-40.0)
    assert (south[:24] == 0).all()
    assert abs(int(north.sum()) - int(south.sum())) <= 48
    assert leaf_state(60.0, season=(130, 270)).sum() == (365 - 141) * 24
