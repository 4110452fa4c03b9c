import json

import numpy as np
import pytest
import shapely

from citytwin.errors import CityReadError, CrsError
from citytwin.io.footprints import read_footprints
from tests.io.plans import EAST, NORTH, box, feature, geojson

SQUARE = shapely.box(24.95, 60.17, 24.9502, 60.1701)
"""About 11.1 m by 11.1 m in Helsinki."""


def test_longitude_and_latitude_are_projected(tmp_path):
    city = read_footprints(geojson(tmp_path, [feature(SQUARE, properties={"height": 3})]))
    assert city.crs == "EPSG:32635"
    assert 1208 in city.recorded.code
    east, north = 0.0002 * 111_320 * np.cos(np.radians(60.17)), 0.0001 * 111_412
    assert city.buildings().footprint_area[0] == pytest.approx(east * north, rel=5e-3)


@pytest.mark.parametrize(
    "name", ["urn:ogc:def:crs:EPSG::3879", "EPSG:3879", "urn:ogc:def:crs,crs:EPSG::3879,crs:EPSG::3900"]
)
def test_a_reference_system_in_the_manner_of_2008(tmp_path, name):
    member = {"type": "name", "properties": {"name": name}}
    city = read_footprints(geojson(tmp_path, [feature(box(0, 0, 10, 10), properties={"height": 3})], crs=member))
    assert city.crs == "EPSG:3879"
    assert city.bounds.tolist() == [EAST, NORTH, 0, EAST + 10, NORTH + 10, 3]
    assert city.vertical_crs == ("EPSG:3900" if "3900" in name else None)
    assert not {1204, 1205} & set(city.recorded.code.tolist())


def test_crs84_is_longitude_and_latitude(tmp_path):
    member = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert read_footprints(geojson(tmp_path, [feature(SQUARE)], crs=member)).crs == "EPSG:32635"


@pytest.mark.parametrize("member", [None, 5, {"type": "link", "properties": {"href": "http://example.com/crs"}}])
def test_a_reference_system_that_says_nothing(tmp_path, member):
    with pytest.raises(CrsError, match="cannot be told"):
        read_footprints(geojson(tmp_path, [feature(box(0, 0, 10, 10))], crs=member))


def test_metres_without_a_reference_system_are_not_taken_for_degrees(tmp_path):
    path = geojson(tmp_path, [feature(box(0, 0, 10, 10))])
    with pytest.raises(CrsError, match="outside"):
        read_footprints(path)
    assert read_footprints(path, crs="EPSG:3879").crs == "EPSG:3879"


def test_properties_keep_their_types(tmp_path):
    properties = {
        "name": "Töölö",
        "storeys": 4,
        "height": 12.5,
        "listed": True,
        "none": None,
        "tags": ["a", "b"],
        "deep": [[1], {"a": 2}],
        "id": "plot-7",
    }
    city = read_footprints(geojson(tmp_path, [feature(SQUARE, properties=properties, id=9)]))
    attributes = city.objects.attributes
    assert attributes["name"].values.tolist() == ["Töölö"]
    assert (attributes["storeys"].values.dtype, attributes["storeys"].values[0]) == (np.int64, 4)
    assert (attributes["height"].values.dtype, attributes["height"].values[0]) == (np.float64, 12.5)
    assert (attributes["listed"].values.dtype, attributes["listed"].values[0]) == (bool, True)
    assert (attributes["tags"].values.tolist(), attributes["tags"].repeats) == (["a"], 1)
    assert attributes["deep"].values.tolist() == ['[[1], {"a": 2}]']
    assert attributes["none"].mask.all()
    assert list(city.objects.id) == ["plot-7"]


def test_the_member_id_names_features_without_a_known_property(tmp_path):
    features = [feature(SQUARE, id="way/1"), feature(SQUARE, id=2), feature(SQUARE, id=None, properties=None)]
    assert list(read_footprints(geojson(tmp_path, features)).objects.id) == ["way/1", "2", "object-3"]


def test_heights_in_coordinates_are_the_ground(tmp_path):
    city = read_footprints(geojson(tmp_path, [feature(shapely.force_3d(SQUARE, 17.0), properties={"height": 3})]))
    assert city.buildings().ground_z[0] == pytest.approx(17.0)


def test_one_feature_and_a_byte_order_mark(tmp_path):
    path = tmp_path / "one.geojson"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(feature(SQUARE, id="a")).encode())
    assert list(read_footprints(path).objects.id) == ["a"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"type": "FeatureCollection", "features": [', "not well-formed"),
        ('{"type": "FeatureCollection", "features": [{"properties": {"x": NaN}}]}', "not well-formed"),
        ('{"type": "FeatureCollection", "features": [], "features": []}', "'features' stands twice"),
        ('{"type": "FeatureCollection", "features": [{"properties": {"x": 1, "x": 2}}]}', "'x' stands twice"),
        ('{"type": "FeatureCollection", "features": [{"geometry": [1e999]}]}', "beyond all"),
        ('{"type": "FeatureCollection", "features": 5}', "no list of objects"),
        ('{"type": "FeatureCollection", "features": [[1]]}', "no list of objects"),
        ('{"type": "FeatureCollection", "features": [null]}', "no list of objects"),
        ('{"type": "FeatureCollection", "features": [{"type": "Feature"}, 5]}', "no list of objects"),
        ('{"type": "FeatureCollection"}{"features": []}', "FeatureCollection"),
        ('{"type": "Topology", "features": []}', "not a FeatureCollection"),
        ('{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": %s}]}', "nested"),
    ],
)
def test_damaged_files(tmp_path, content, message):
    path = tmp_path / "bad.geojson"
    path.write_text(content.replace("%s", "[" * 100_000 + "]" * 100_000))
    with pytest.raises(CityReadError, match=message):
        read_footprints(path)
