import sqlite3
import warnings

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from citytwin.errors import CityReadError, CrsError
from citytwin.io.footprints import read_footprints
from citytwin.publish.geodata import geopackage as publish
from tests.io.plans import EAST, NORTH, box, geopackage, outline

HEIGHT = {"height": [3.0]}


def change(path, *statements):
    with sqlite3.connect(path) as database:
        for statement, values in statements:
            database.execute(statement, values)
    database.close()


def test_columns_become_attributes_of_their_type(tmp_path):
    columns = {
        "building_id": ["a", "b"],
        "height": [12.5, np.nan],
        "storeys": pd.array([4, None], dtype="Int64"),
        "listed": pd.array([True, None], dtype="boolean"),
        "name": ["Töölö", ""],
        "nothing": [None, None],
        "built": pd.to_datetime(["1952-07-19", None]),
    }
    attributes = read_footprints(geopackage(tmp_path, [box(0, 0, 9, 9), box(20, 0, 9, 9)], columns)).objects.attributes
    assert list(attributes) == ["building_id", "height", "storeys", "listed", "name", "built"]
    assert (attributes["storeys"].values.dtype, attributes["storeys"].mask.tolist()) == (np.int64, [False, True])
    assert (attributes["listed"].values.dtype, attributes["listed"].values[0]) == (bool, True)
    assert attributes["height"].values.tolist() == pytest.approx([12.5, np.nan], nan_ok=True)
    assert attributes["name"].as_text().tolist() == ["Töölö", ""]
    assert attributes["built"].as_text()[0].startswith("1952-07-19")
    assert set(attributes) & {"fid", "geom"} == set()


def test_the_primary_key_names_rows_without_a_known_column(tmp_path):
    path = geopackage(tmp_path, [box(0, 0, 9, 9), box(20, 0, 9, 9)], {"height": [3.0, 3.0]})
    assert list(read_footprints(path).objects.id) == ["1", "2"]


def test_published_buildings_read_back(tmp_path):
    """Columns as `citytwin assess` publishes them, with the style of the layer in a table of its own."""
    columns = {"building_id": ["a", "b"], "height_m": [6.0, 9.0], "storeys": [2.0, 3.0], "volume_m3": [486.0, 900.0]}
    frame = read_footprints(geopackage(tmp_path, [box(0, 0, 9, 9), box(20, 0, 10, 10)], columns)).to_geopandas()
    path = tmp_path / "buildings.gpkg"
    path.write_bytes(publish(frame[["geometry"]].assign(**columns)))
    city = read_footprints(path)
    assert list(city.objects.id) == ["a", "b"]
    assert city.buildings().volume.tolist() == pytest.approx(columns["volume_m3"])


def test_layers(tmp_path):
    geopackage(tmp_path, [box(0, 0, 9, 9)], {"id": ["plot"], **HEIGHT}, layer="plots")
    geopackage(tmp_path, [shapely.Point(EAST, NORTH)], {"id": ["tree"]}, layer="trees")
    path = geopackage(tmp_path, [box(50, 0, 9, 9)], {"id": ["house"], **HEIGHT}, layer="zones")
    with pytest.raises(CityReadError, match=r"2 layers with polygons.*plots, zones"):
        read_footprints(path)
    with pytest.raises(CityReadError, match=r"'roads': not there.*plots, zones"):
        read_footprints(path, layer="roads")
    with pytest.raises(CityReadError, match="'trees': no polygons"):
        read_footprints(path, layer="trees")
    assert list(read_footprints(path, layer="zones").objects.id) == ["house"]
    geopackage(tmp_path, [box(90, 0, 9, 9)], {"id": ["named"], **HEIGHT}, layer="Buildings")
    assert list(read_footprints(path).objects.id) == ["named"]


@pytest.mark.parametrize("code", [-1, 0, 99_999])
def test_undefined_reference_systems(tmp_path, code):
    path = geopackage(tmp_path, [box(0, 0, 9, 9)], HEIGHT)
    change(
        path,
        ("UPDATE gpkg_geometry_columns SET srs_id = ?", (code,)),
        ("UPDATE gpkg_contents SET srs_id = ?", (code,)),
    )
    with pytest.raises(CrsError, match="cannot be told"):
        read_footprints(path)
    assert read_footprints(path, crs="EPSG:3879").n_buildings == 1


def test_a_reference_system_without_a_code(tmp_path):
    system = "+proj=tmerc +lat_0=0 +lon_0=25.1 +k=1 +x_0=25500000 +y_0=0 +ellps=GRS80 +units=m"
    city = read_footprints(geopackage(tmp_path, [box(0, 0, 9, 9)], HEIGHT, crs=system))
    assert city.buildings().volume[0] == pytest.approx(243.0)
    assert city.bounds[:2].tolist() == [EAST, NORTH]
    assert "tmerc" in city.crs or "Transverse" in city.crs


def test_degrees_are_projected(tmp_path):
    square = shapely.box(24.95, 60.17, 24.9502, 60.1701)
    assert read_footprints(geopackage(tmp_path, [square], HEIGHT, crs="EPSG:4326")).crs == "EPSG:32635"


def test_only_the_box_is_read(tmp_path, monkeypatch):
    path = geopackage(tmp_path, [box(20 * i, 0, 9, 9) for i in range(5)], {"id": list("abcde"), "height": [3.0] * 5})
    window = (EAST + 25, NORTH - 5, EAST + 45, NORTH + 5)
    whole = read_footprints(path).select(bbox=window)
    rows = []

    def spy(*arguments, **options):
        meta, table = read_arrow(*arguments, **options)
        rows.append(table.num_rows)
        return meta, table

    read_arrow = pyogrio.raw.read_arrow
    monkeypatch.setattr("pyogrio.raw.read_arrow", spy)
    near = read_footprints(path, bbox=window)
    assert (list(near.objects.id), near.counts["total"]) == (["b", "c"], 2)
    np.testing.assert_array_equal(near.vertices + near.origin, whole.vertices + whole.origin)
    assert list(read_footprints(path, bbox=window, crs="local").objects.id) == ["b", "c"]
    with pytest.raises(CityReadError, match="no footprint lies in bbox"):
        read_footprints(path, bbox=(EAST - 50, NORTH, EAST - 40, NORTH + 5))
    assert rows == [2, 2, 0]


def test_a_box_in_metres_does_not_cut_degrees(tmp_path):
    squares = [shapely.box(24.95 + x, 60.17, 24.9502 + x, 60.1701) for x in (0, 0.01)]
    path = geopackage(tmp_path, squares, {"id": ["a", "b"], "height": [3.0, 3.0]}, crs="EPSG:4326")
    west, south, _, east, north, _ = read_footprints(path).select(ids=["b"]).bounds
    near = read_footprints(path, bbox=(west - 1, south - 1, east + 1, north + 1))
    assert list(near.objects.id) == ["b"]
    with pytest.raises(CityReadError, match="no footprint lies in bbox"):
        read_footprints(path, bbox=(0, 0, 1, 1))


def test_curves_are_told_from_polygons(tmp_path):
    path = geopackage(
        tmp_path, [box(0, 0, 9, 9), box(20, 0, 9, 9)], {"id": ["curved", "straight"], "height": [3.0, 3.0]}
    )
    ring = np.array(outline((0, 0), (2, 2), (4, 0), (2, -2)).exterior.coords)
    wkb = b"\x01" + np.array([10, 1], "<u4").tobytes() + b"\x01" + np.array([8, 5], "<u4").tobytes() + ring.tobytes()
    header = b"GP\x00\x01" + np.array([3879], "<i4").tobytes()
    change(
        path,
        ("DROP TRIGGER IF EXISTS rtree_buildings_geom_update1", ()),
        *((f"DROP TRIGGER IF EXISTS rtree_buildings_geom_update{i}", ()) for i in range(2, 8)),
        ("UPDATE buildings SET geom = ? WHERE id = 'curved'", (header + wkb,)),
    )
    city = read_footprints(path)
    assert city.counts == {"read": 1, "degraded": 1, "refused": 0, "total": 2}
    row = city.recorded.to_pandas().set_index("object_id").loc["curved"]
    assert (row.code, "curved" in row.message) == (1008, True)


def test_a_damaged_file_is_an_error(tmp_path):
    path = geopackage(tmp_path, [box(0, 0, 9, 9)], HEIGHT)
    data = path.read_bytes()
    for content in (data[:5000], b"SQLite format 3\x00" + b"x" * 5000):
        path.write_bytes(content)
        with pytest.raises(CityReadError, match="cannot be read as a GeoPackage"), warnings.catch_warnings():
            read_footprints(path)


def test_reading_leaves_nothing_behind(tmp_path):
    path = geopackage(tmp_path, [box(0, 0, 9, 9)], HEIGHT)
    change(path, ("PRAGMA journal_mode = wal", ()))
    before = path.read_bytes()
    read_footprints(path)
    assert [item.name for item in tmp_path.iterdir()] == ["plan.gpkg"]
    assert path.read_bytes() == before


def test_coordinates_that_are_no_numbers(tmp_path):
    points = shapely.get_coordinates(box(0, 0, 9, 9))
    points[2] = np.nan
    wild = shapely.set_coordinates(box(0, 0, 9, 9), points)
    city = read_footprints(geopackage(tmp_path, [wild, box(20, 0, 9, 9)], {"id": ["a", "b"], "height": [3.0, 3.0]}))
    assert city.counts == {"read": 1, "degraded": 1, "refused": 0, "total": 2}
    assert (1008, "a") in set(zip(city.recorded.code.tolist(), city.recorded.object_id.tolist(), strict=True))
