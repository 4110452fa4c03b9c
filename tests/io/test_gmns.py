import numpy as np
import pytest

from citytwin.errors import CityReadError, CrsError, OutputError
from citytwin.io.gmns import write_gmns
from citytwin.io.network import read_network
from citytwin.model.enums import Highway

NODES = "node_id,x_coord,y_coord\n1,0,0\n2,3,4\n3,10,0\n"
LINKS = (
    "link_id,from_node_id,to_node_id,directed,length,free_speed,lanes,facility_type,name,geometry,dir_flag\n"
    'a,1,2,true,0.5,30,1,primary,Main Street,"LINESTRING (3 4, 1 2, 0 0)",-1\n'
    "b,2,3,0,,,,residential_link,,,\n"
    'c,3,1,1,2,60,2,unheard of,Back Lane,"LINESTRING Z (10 0 1, 0 0 2)",1\n'
)


def folder_of(tmp_path, nodes=NODES, links=LINKS, config=None):
    for name, text in (("node.csv", nodes), ("link.csv", links), ("config.csv", config)):
        if text is not None:
            (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_units_come_from_the_configuration(tmp_path):
    config = "short_length,long_length,speed,crs\nfeet,miles,mph,EPSG:3879\n"
    network = read_network(folder_of(tmp_path, config=config))
    assert network.crs == "EPSG:3879"
    assert network.links.length_m[[0, 2]] == pytest.approx([0.5 * 1609.344, 2 * 1609.344])
    assert network.links.speed_kmh[[0, 2]] == pytest.approx([30 * 1.609344, 60 * 1.609344])


def test_defaults_gaps_and_directions(tmp_path):
    network = read_network(folder_of(tmp_path), crs="EPSG:3879")
    links = network.links
    assert links.length_m.tolist() == [0.5, pytest.approx(np.hypot(7, 4)), 2.0]
    assert network.findings.name.tolist() == ["NETWORK_LENGTH_FROM_LINE"]
    assert np.isnan(links.speed_kmh).tolist() == [False, True, False]
    assert np.isnan(links.lanes).tolist() == [False, True, False]
    assert links.oneway.tolist() == [True, False, True]
    assert links.highway.tolist() == [Highway.PRIMARY, Highway.RESIDENTIAL, Highway.OTHER]
    assert links.osm_id.tolist() == [-1, -1, -1]
    assert network.geometry_xy[:3].tolist() == [[0, 0], [1, 2], [3, 4]]
    assert network.geometry_xy[3:5].tolist() == [[3, 4], [10, 0]]
    assert list(links.name) == ["Main Street", "", "Back Lane"]
    assert [len(item.sha256) for item in network.provenance.inputs] == [64, 64]


def test_written_network_reads_back(tmp_path):
    network = read_network(folder_of(tmp_path), crs="EPSG:3879")
    again = read_network(write_gmns(network, tmp_path / "out"))
    assert again.crs == "EPSG:3879"
    assert list(again.nodes.id) == list(network.nodes.id)
    assert again.geometry_xy.tolist() == network.geometry_xy.tolist()
    assert again.geometry_offsets.tolist() == network.geometry_offsets.tolist()
    for name in ("id", "name"):
        assert list(getattr(again.links, name)) == list(getattr(network.links, name))
    for name in ("from_node", "to_node", "oneway", "length_m", "speed_kmh", "lanes", "highway", "osm_id"):
        assert getattr(again.links, name) == pytest.approx(getattr(network.links, name), abs=1e-3, nan_ok=True)


@pytest.mark.parametrize(
    ("changes", "line", "reason"),
    [
        ({"nodes": None}, None, "there is no such file"),
        ({"links": None}, None, "there is no such file"),
        ({"links": LINKS.splitlines()[0]}, None, "there is no link"),
        ({"nodes": "node_id,x_coord\n1,0\n"}, 1, "column y_coord is missing"),
        ({"nodes": NODES.replace("3,10", "1,10")}, 4, "node_id '1' occurs twice, first in line 2"),
        ({"nodes": NODES.replace("2,3,4", "2,nan,4")}, 3, "x_coord is 'nan', which is no number"),
        ({"nodes": NODES.replace("2,3,4", "2,1_0,4")}, 3, "x_coord is '1_0', which is no number"),
        ({"nodes": NODES.replace("2,3,4", ",3,4")}, 3, "there is no node_id"),
        ({"links": LINKS.replace("b,2,3", "b,2,9")}, 3, "to_node_id '9' is not in node.csv"),
        ({"links": LINKS.replace("a,1,2,true", "a,1,2,maybe")}, 2, "directed is 'maybe'"),
        ({"links": LINKS.replace("0.5,30", "-0.5,30")}, 2, "length is -0.5"),
        ({"links": LINKS.replace("LINESTRING (3", "POINT (3")}, 2, "is no LINESTRING"),
        ({"config": "long_length,speed\nfurlong,mph\n"}, 2, "long_length is in 'furlong', which is not known"),
    ],
)
def test_bad_tables_say_what_and_where(tmp_path, changes, line, reason):
    with pytest.raises(CityReadError, match=reason) as caught:
        read_network(folder_of(tmp_path, **changes))
    assert caught.value.line == line
    assert caught.value.advice


def test_not_utf8_and_unknown_crs(tmp_path):
    (folder_of(tmp_path) / "node.csv").write_bytes(b"node_id,x_coord,y_coord\n\xff,0,0\n")
    with pytest.raises(CityReadError, match="cannot be read as UTF-8"):
        read_network(tmp_path)
    with pytest.raises(CrsError, match="cannot be brought into EPSG:999999"):
        read_network(folder_of(tmp_path, config="crs\nEPSG:3879\n"), crs="EPSG:999999")


def test_unwritable_target(tmp_path):
    network = read_network(folder_of(tmp_path))
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write_gmns(network, tmp_path / "file" / "below")
