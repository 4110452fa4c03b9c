import numpy as np
import pytest

from citytwin.model.enums import Highway
from citytwin.model.network import Links, Network, Nodes
from citytwin.model.strings import Strings


def triangle(**changes):
    """Three streets around a triangle, the second one-way and bent."""
    columns = {
        "id": Strings.of("abc"),
        "from_node": np.array([0, 1, 2], np.int32),
        "to_node": np.array([1, 2, 0], np.int32),
        "oneway": np.array([False, True, False]),
        "length_m": np.array([100.0, 160.0, 100.0]),
        "speed_kmh": np.array([30.0, np.nan, 50.0]),
        "lanes": np.array([2.0, 1.0, np.nan]),
        "highway": np.array([Highway.RESIDENTIAL, Highway.SERVICE, Highway.PRIMARY], np.int8),
        "name": Strings.of(["Aleksanterinkatu", "", "Mannerheimintie"]),
        "osm_id": np.array([5, -1, 7]),
        **changes,
    }
    east, north = 25_496_000.0, 6_673_000.0
    xy = np.array([[east, north], [east + 100, north], [east, north + 100]])
    line = np.concatenate([xy[[0, 1]], xy[[1]], [[east + 100, north + 100]], xy[[2]], xy[[2, 0]]])
    return Network(Nodes(Strings.of("xyz"), xy), Links(**columns), np.array([0, 2, 5, 7]), line, "EPSG:3879")


def test_arcs_go_both_ways_but_on_oneway_streets():
    tail, head, link = triangle().arcs()
    arcs = set(zip(tail.tolist(), head.tolist(), link.tolist(), strict=True))
    assert arcs == {(0, 1, 0), (1, 0, 0), (1, 2, 1), (2, 0, 2), (0, 2, 2)}
    assert {a.dtype for a in (tail, head, link)} == {np.dtype(np.int32)}


def test_arrays_are_frozen_and_shapes_checked():
    network = triangle()
    with pytest.raises(ValueError, match="read-only"):
        network.links.length_m[0] = 1.0
    with pytest.raises(ValueError, match=r"link column lanes must have shape \(3,\)"):
        triangle(lanes=np.zeros(2))
    with pytest.raises(ValueError, match="node coordinates must have shape"):
        Nodes(Strings.of("ab"), np.zeros((3, 2)))
    with pytest.raises(ValueError, match="at least two points"):
        Network(network.nodes, network.links, np.array([0, 2, 3, 7]), network.geometry_xy.copy(), None)
    with pytest.raises(ValueError, match="must have 4 entries"):
        Network(network.nodes, network.links, np.array([0, 2, 7]), network.geometry_xy.copy(), None)


def test_to_geopandas_has_lines_words_and_ids():
    frame = triangle().to_geopandas()
    assert list(frame.index) == ["a", "b", "c"]
    assert frame.index.name == "link_id"
    assert list(frame["highway"]) == ["residential", "service", "primary"]
    assert list(frame["from_node"]) == ["x", "y", "z"]
    assert frame.length.tolist() == pytest.approx([100.0, 200.0, 100.0])
    assert frame.crs == "EPSG:3879"


def test_to_crs_keeps_lengths_and_moves_points_there_and_back():
    network = triangle()
    degrees = network.to_crs("EPSG:4326")
    assert degrees.bounds == pytest.approx([24.928, 60.169, 24.930, 60.170], abs=2e-3)
    assert (degrees.links.length_m == network.links.length_m).all()
    assert degrees.to_crs("EPSG:3879").geometry_xy == pytest.approx(network.geometry_xy, abs=1e-3)
    assert network.to_crs("EPSG:3879") is network


def test_to_crs_needs_a_crs_that_covers_it():
    network = triangle()
    local = Network(network.nodes, network.links, network.geometry_offsets, network.geometry_xy, None)
    with pytest.raises(ValueError, match="CRS of this network is not known"):
        local.to_crs("EPSG:3879")
    far = Network(
        Nodes(network.nodes.id, network.nodes.xy * 0 + 1e9), network.links, network.geometry_offsets,
        network.geometry_xy * 0 + 1e9, "EPSG:3879",
    )  # fmt: skip
    with pytest.raises(ValueError, match="no coordinates in EPSG:4326"):
        far.to_crs("EPSG:4326")


def test_within_keeps_whole_links_and_their_nodes():
    network = triangle()
    part = network.within((25_495_990.0, 6_672_990.0, 25_496_110.0, 6_673_010.0))
    assert list(part.links.id) == ["a"]
    assert list(part.nodes.id) == ["x", "y"]
    assert part.geometry_xy.tolist() == network.geometry_xy[:2].tolist()
    assert len(network.within((0.0, 0.0, 1.0, 1.0)).links) == 0


def test_take_renumbers_and_reorders():
    part = triangle().take(np.array([2, 1]))
    assert list(part.links.id) == ["c", "b"]
    assert [part.nodes.id[int(i)] for i in part.links.from_node] == ["z", "y"]
    assert [part.nodes.id[int(i)] for i in part.links.to_node] == ["x", "z"]
    assert np.diff(part.geometry_offsets).tolist() == [2, 3]
    assert part.links.highway.tolist() == [Highway.PRIMARY, Highway.SERVICE]


def test_repr_and_empty_bounds():
    assert repr(triangle()) == "Network(3 nodes, 3 links, 0.4 km, crs=EPSG:3879, 0 findings)"
    assert np.isnan(triangle().take(np.empty(0, int)).bounds).all()
