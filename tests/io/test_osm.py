import numpy as np
import pytest

from citytwin.errors import CityReadError, MissingExtraError
from citytwin.io import osm
from citytwin.io.network import read_network
from citytwin.model.enums import Highway

pytest.importorskip("osmium", reason="osmium is not installed: pip install 'citytwin[transport]'")

NODES = {1: (24.940, 60.170), 2: (24.942, 60.170), 3: (24.944, 60.170), 4: (24.942, 60.172), 5: (24.942, 60.168)}


def osm_file(tmp_path, ways, nodes=NODES):
    text = ["<osm version='0.6'>"]
    text += [f"<node id='{i}' version='1' lat='{lat}' lon='{lon}'/>" for i, (lon, lat) in nodes.items()]
    for number, (refs, tags) in ways.items():
        members = "".join(f"<nd ref='{ref}'/>" for ref in refs)
        words = "".join(f"<tag k='{k}' v='{v}'/>" for k, v in tags.items())
        text.append(f"<way id='{number}' version='1'>{members}{words}</way>")
    path = tmp_path / "streets.osm"
    path.write_text("\n".join([*text, "</osm>"]), encoding="utf-8")
    return path


def test_streets_split_where_they_meet(tmp_path):
    path = osm_file(
        tmp_path,
        {10: ([1, 2, 3], {"highway": "primary", "name": "Kaivokatu"}), 11: ([4, 2, 5], {"highway": "residential"})},
    )
    network = read_network(path)
    assert len(network.links) == 4
    assert list(network.nodes.id) == ["1", "2", "3", "4", "5"]
    assert sorted(network.links.osm_id.tolist()) == [10, 10, 11, 11]
    assert network.crs == "EPSG:4326"
    assert network.nodes.xy.tolist() == [list(xy) for xy in NODES.values()]
    east, north = network.links.length_m[0], network.links.length_m[2]
    assert east == pytest.approx(0.002 * 111_319.49 * np.cos(np.radians(60.17)), rel=3e-3)
    assert north == pytest.approx(222.8, abs=0.2)
    assert list(network.links.name) == ["Kaivokatu", "Kaivokatu", "", ""]


def test_points_between_junctions_stay_in_the_line(tmp_path):
    network = read_network(osm_file(tmp_path, {10: ([1, 4, 3], {"highway": "service"})}))
    assert len(network.links) == 1
    assert network.geometry_xy.tolist() == [list(NODES[i]) for i in (1, 4, 3)]
    assert network.links.highway[0] == Highway.SERVICE


def test_a_ring_is_cut_at_its_ends_only(tmp_path):
    network = read_network(
        osm_file(tmp_path, {10: ([1, 4, 3, 1], {"highway": "residential", "junction": "roundabout"})})
    )
    assert (len(network.links), len(network.nodes)) == (1, 1)
    assert network.links.oneway.tolist() == [True]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, 0), ({"oneway": "yes"}, 1), ({"oneway": "-1"}, -1), ({"oneway": "no"}, 0), ({"junction": "roundabout"}, 1),
        ({"highway": "motorway"}, 1), ({"highway": "motorway", "oneway": "no"}, 0),
    ],
)  # fmt: skip
def test_direction(tags, expected):
    assert osm.direction({"highway": "primary", **tags}) == expected


def test_street_against_its_points_is_turned(tmp_path):
    network = read_network(osm_file(tmp_path, {10: ([1, 4, 3], {"highway": "primary", "oneway": "-1"})}))
    ids = list(network.nodes.id)
    assert (ids[network.links.from_node[0]], ids[network.links.to_node[0]]) == ("3", "1")
    assert network.geometry_xy.tolist() == [list(NODES[i]) for i in (3, 4, 1)]
    assert network.links.oneway[0]


@pytest.mark.parametrize(
    ("text", "speed"),
    [
        ("40", 40.0),
        ("30 mph", 48.28032),
        ("FI:urban", np.nan),
        ("none", np.nan),
        ("", np.nan),
        ("0", np.nan),
        ("4_0", np.nan),
    ],
)
def test_speed(text, speed):
    assert osm.speed_kmh(text) == pytest.approx(speed, nan_ok=True)


@pytest.mark.parametrize(("text", "lanes"), [("2", 2.0), ("0", np.nan), ("1;2", np.nan), ("", np.nan), ("²", np.nan)])
def test_lanes(text, lanes):
    assert osm.lane_count(text) == pytest.approx(lanes, nan_ok=True)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "footway"}, {"highway": "primary", "access": "private"}, {"railway": "rail"},
        {"highway": "service", "service": "driveway"}, {"highway": "residential", "area": "yes"},
        {"highway": "primary", "motor_vehicle": "no"},
    ],
)  # fmt: skip
def test_ways_without_motor_traffic_are_left_out(tmp_path, tags):
    with pytest.raises(CityReadError, match="no street for motor traffic"):
        read_network(osm_file(tmp_path, {10: ([1, 2], tags)}))


def test_motor_vehicles_may_be_allowed_where_others_are_not(tmp_path):
    tags = {"highway": "service", "access": "no", "motor_vehicle": "yes"}
    assert len(read_network(osm_file(tmp_path, {10: ([1, 2], tags)})).links) == 1


def test_points_that_the_file_lacks_are_findings(tmp_path):
    path = osm_file(tmp_path, {10: ([1, 2, 99], {"highway": "primary"}), 11: ([99, 3], {"highway": "primary"})})
    network = read_network(path)
    frame = network.findings.to_pandas().set_index("code").loc[1501]
    assert dict(zip(frame["object_id"], frame["action"], strict=True)) == {"10": "degraded", "11": "refused"}
    assert len(network.links) == 1


def test_missing_values_are_counted(tmp_path):
    path = osm_file(
        tmp_path, {10: ([1, 2], {"highway": "primary", "maxspeed": "40"}), 11: ([2, 3], {"highway": "primary"})}
    )
    messages = list(read_network(path).findings.message)
    assert messages == ["1 of 2 links have no speed limit", "2 of 2 links have no number of lanes"]


def test_file_that_is_none_is_refused(tmp_path):
    for name, content in (("a.osm.pbf", b"no protocol buffer at all"), ("b.osm", b"<osm version='0.6'><way")):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(CityReadError, match="cannot be read as an OpenStreetMap file"):
            read_network(path)


def test_missing_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("citytwin._compat.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"needs osmium.*citytwin\[transport\]"):
        read_network(osm_file(tmp_path, {10: ([1, 2], {"highway": "primary"})}))


def test_central_helsinki(test_data):
    network = read_network(test_data / "data" / "transport" / "osm" / "Helsinki.osm.pbf", crs="EPSG:3879")
    assert (len(network.nodes), len(network.links)) == (899, 987)
    assert network.links.length_m.sum() == pytest.approx(29_300, abs=100)
    frame = network.to_geopandas()
    assert frame.length.to_numpy() == pytest.approx(network.links.length_m, rel=1e-5)
    assert set(np.unique(network.links.speed_kmh[~np.isnan(network.links.speed_kmh)])) <= {
        5.0,
        10.0,
        20.0,
        30.0,
        40.0,
        50.0,
    }
    assert (frame["name"] == "Mannerheimintie").any()
    assert (network.findings.code == 1501).sum() == 50
