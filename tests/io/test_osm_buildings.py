import numpy as np
import pytest

from citytwin.errors import CityReadError, MissingExtraError
from citytwin.io import osm_buildings
from citytwin.io.footprints import read_footprints
from citytwin.model.enums import ObjectKind
from citytwin.model.validity import check_geometry

pytest.importorskip("osmium", reason="osmium is not installed: pip install 'citytwin[transport]'")

LON, LAT = 24.95, 60.17
"""A step of the grid below is about 5.6 m."""


def osm_file(tmp_path, ways, relations="", tagged_nodes=""):
    """Ways over a grid of nodes: node 100 * y + x + 1 lies at column x, row y."""
    lines = ["<osm version='0.6'>"]
    for y in range(8):
        for x in range(8):
            position = f"lon='{LON + 1e-4 * x:.7f}' lat='{LAT + 5e-5 * y:.7f}'"
            lines.append(f"<node id='{100 * y + x + 1}' version='1' {position}/>")
    lines.append(tagged_nodes)
    for number, (refs, tags) in ways.items():
        members = "".join(f"<nd ref='{ref}'/>" for ref in refs)
        words = "".join(f"<tag k='{k}' v='{v}'/>" for k, v in tags.items())
        lines.append(f"<way id='{number}' version='1'>{members}{words}</way>")
    path = tmp_path / "buildings.osm"
    path.write_text("\n".join([*lines, relations, "</osm>"]), encoding="utf-8")
    return path


def ring(x, y, width, depth):
    corners = [(x, y), (x + width, y), (x + width, y + depth), (x, y + depth), (x, y)]
    return [100 * v + u + 1 for u, v in corners]


def test_ways_and_relations_become_buildings(tmp_path):
    multipolygon = (
        "<relation id='7' version='1'>"
        "<member type='way' ref='3' role='outer'/><member type='way' ref='4' role='inner'/>"
        "<tag k='type' v='multipolygon'/><tag k='building' v='school'/><tag k='height' v='12 m'/></relation>"
    )
    ways = {
        1: (ring(0, 0, 2, 2), {"building": "apartments", "building:levels": "4", "start_date": "1938"}),
        2: (ring(0, 3, 2, 2), {"building": "no", "height": "3"}),
        3: (ring(4, 0, 3, 3), {}),
        4: (ring(5, 1, 1, 1), {}),
        5: (ring(0, 6, 1, 1), {"highway": "service"}),
    }
    city = read_footprints(osm_file(tmp_path, ways, multipolygon))
    assert list(city.objects.id) == ["way/1", "relation/7"]
    assert city.counts == {"read": 2, "degraded": 0, "refused": 0, "total": 2}
    assert len(check_geometry(city)) == 0
    buildings = city.buildings()
    assert buildings.height.tolist() == pytest.approx([12.0, 12.0])
    assert buildings.footprint_area[1] / buildings.footprint_area[0] == pytest.approx(8 / 4, rel=1e-3)
    assert buildings.year_built[0] == 1938
    assert city.objects.attributes["building"].as_text().tolist() == ["apartments", "school"]
    assert city.crs == "EPSG:32635"


def test_parts_belong_to_the_building_they_lie_in(tmp_path):
    ways = {
        1: (ring(0, 0, 4, 2), {"building": "yes", "height": "6"}),
        2: (ring(2, 0, 2, 2), {"building:part": "yes", "height": "30"}),
        3: (ring(6, 6, 1, 1), {"building:part": "roof"}),
    }
    city = read_footprints(osm_file(tmp_path, ways))
    assert city.objects.parent.tolist() == [-1, 0, -1]
    assert city.objects.kind[1] == ObjectKind.BUILDING_PART
    buildings = city.buildings()
    assert buildings.volume[0] == pytest.approx(buildings.footprint_area[0] * 18.0, rel=1e-6)


def test_outlines_that_the_file_cuts_have_no_shape(tmp_path):
    ways = {
        1: ([*ring(0, 0, 2, 2)[:2], 99_999, 1], {"building": "yes", "height": "6"}),
        2: (ring(4, 4, 2, 2)[:4], {"building": "yes", "height": "6"}),
    }
    nodes = f"<node id='5000' version='1' lon='{LON}' lat='{LAT}'><tag k='building' v='entrance'/></node>"
    city = read_footprints(
        osm_file(tmp_path, ways | {3: (ring(0, 4, 2, 2), {"building": "yes", "height": "6"})}, "", nodes)
    )
    assert list(city.objects.id) == ["way/1", "way/2", "way/3"]
    assert city.counts == {"read": 1, "degraded": 2, "refused": 1, "total": 4}
    assert city.recorded.object_id[city.recorded.code == 1008].tolist() == ["way/1", "way/2", ""]


def test_helsinki(test_data):
    """500 closed ways and multipolygons are tagged as buildings, of which 446 are in the extract as a whole."""
    city = read_footprints(test_data / "data" / "transport" / "osm" / "Helsinki.osm.pbf")
    tagged = city.objects.attributes["building"]
    buildings = ~tagged.mask & (tagged.as_text() != "no")
    assert buildings.sum() == 500
    drawn = np.zeros(len(city.objects), bool)
    drawn[city.surfaces.object] = True
    assert (buildings & drawn).sum() == 446
    assert city.counts["read"] + city.counts["degraded"] + city.counts["refused"] == city.counts["total"]
    west, south, _, east, north, _ = city.bounds
    assert 900 < east - west < 1200
    assert 1500 < north - south < 1900
    assert len(check_geometry(city).where(check_geometry(city).code < 600)) == 0


def test_without_osmium(tmp_path, monkeypatch):
    def missing(package, purpose):
        raise MissingExtraError(f"{purpose} needs {package}: pip install 'citytwin[transport]'")

    monkeypatch.setattr(osm_buildings, "require", missing)
    with pytest.raises(MissingExtraError, match="transport"):
        read_footprints(osm_file(tmp_path, {1: (ring(0, 0, 1, 1), {"building": "yes"})}))


def test_a_damaged_file_is_an_error(tmp_path):
    path = tmp_path / "bad.osm.pbf"
    path.write_bytes(b"\x00\x00\x00\x0d\x0a\x09OSMHeader" + b"x" * 100)
    with pytest.raises(CityReadError, match="OpenStreetMap"):
        read_footprints(path)
    path = osm_file(tmp_path, {1: (ring(0, 0, 1, 1), {"building": "yes"})})
    path.write_text("<!DOCTYPE osm [<!ENTITY a 'b'>]>" + path.read_text())
    with pytest.raises(CityReadError, match="OpenStreetMap"):
        read_footprints(path)
