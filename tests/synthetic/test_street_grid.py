import numpy as np
import pytest
import shapely

import citytwin as ct
from citytwin.model.enums import Highway
from citytwin.synthetic.blocks import BLOCK_M, PITCH_M, layout


@pytest.fixture(scope="module")
def network():
    return ct.synthetic.network(2000, seed=3)


def test_streets_run_along_the_blocks_and_through_none(network):
    blocks = layout(2000, seed=3)
    corner = blocks.corner(np.arange(len(blocks.kind)))
    squares = shapely.union_all(shapely.box(*corner.T, *(corner + BLOCK_M).T))
    lines = network.to_geopandas().geometry.values
    assert shapely.distance(lines, squares).min() == pytest.approx((PITCH_M - BLOCK_M) / 2.0)
    assert network.links.length_m == pytest.approx(shapely.length(lines))
    sides = shapely.union_all(lines)
    for x, y in corner[:5]:
        ring = shapely.box(x, y, x + BLOCK_M, y + BLOCK_M).buffer((PITCH_M - BLOCK_M) / 2, join_style="mitre").exterior
        assert sides.covers(ring)


def test_links_are_unique_and_connected(network):
    links = network.links
    pairs = {frozenset(pair) for pair in zip(links.from_node.tolist(), links.to_node.tolist(), strict=True)}
    assert len(pairs) == len(links) == len(set(links.id))
    group = np.arange(len(network.nodes))
    for _ in range(len(group)):
        low = np.minimum(group[links.from_node], group[links.to_node])
        new = group.copy()
        np.minimum.at(new, links.from_node, low)
        np.minimum.at(new, links.to_node, low)
        if (new == group).all():
            break
        group = new
    assert (group == 0).all()


def test_classes_speeds_and_lanes_go_together(network):
    links = network.links
    assert set(links.highway.tolist()) == {Highway.SECONDARY, Highway.TERTIARY, Highway.RESIDENTIAL}
    assert set(links.speed_kmh[links.highway == Highway.SECONDARY]) == {50.0}
    assert set(links.lanes[links.highway == Highway.RESIDENTIAL]) == {2.0}
    assert not links.oneway.any()


def test_no_building_no_street():
    assert len(ct.synthetic.network(0).links) == 0
