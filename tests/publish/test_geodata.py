import io
import re
import sqlite3
from contextlib import closing
from html import unescape

import geopandas as gpd
import numpy as np
import pyogrio

from citytwin.publish.geodata import LAYER, STYLED_COLUMN, geopackage, geoparquet
from citytwin.publish.heat_classes import UPPER_KWH_M2
from citytwin.run.building_table import ordered_names
from tests.publish.district import assessment


def test_frame_is_sorted_and_complete():
    frame = assessment().to_geopandas()
    assert list(frame["building_id"]) == sorted(frame["building_id"])
    assert list(frame.columns) == [*ordered_names((2025, 2030, 2040)), "geometry"]
    np.testing.assert_allclose(frame.geometry.area, frame["footprint_area_m2"], rtol=1e-6)


def test_geoparquet_reads_back():
    frame = assessment().to_geopandas()
    again = gpd.read_parquet(io.BytesIO(geoparquet(frame)))
    assert again.crs == "EPSG:3879"
    assert list(again.columns) == list(frame.columns)
    assert again["building_id"].is_monotonic_increasing
    assert set(again.geom_type) == {"Polygon"}
    np.testing.assert_array_equal(again["heating_kwh"], frame["heating_kwh"])


def test_geopackage_opens_styled_and_equal_content_has_equal_bytes(tmp_path):
    frame = assessment().to_geopandas()
    content = geopackage(frame)
    (tmp_path / "buildings.gpkg").write_bytes(content)
    again = pyogrio.read_dataframe(tmp_path / "buildings.gpkg", layer=LAYER)
    np.testing.assert_allclose(again[STYLED_COLUMN], frame[STYLED_COLUMN])
    assert content == geopackage(frame)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(content)
        table, column, qml, default = connection.execute(
            "SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles"
        ).fetchone()
        (geometry,) = connection.execute("SELECT column_name FROM gpkg_geometry_columns").fetchone()
    assert (table, column, default) == (LAYER, geometry, 1)
    assert qml.count("<rule ") == len(UPPER_KWH_M2) + 1
    assert qml.count("<symbol ") == len(UPPER_KWH_M2) + 1
    assert STYLED_COLUMN in qml


def test_the_style_classes_cover_every_value_once():
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(geopackage(assessment().to_geopandas()))
        (qml,) = connection.execute("SELECT styleQML FROM layer_styles").fetchone()
        filters = [unescape(text) for text in re.findall(r'filter="([^"]+)"', qml)]
        query = " + ".join(f"({text})" for text in filters)
        for value in (0.0, 25.0, 25.5, 160.0, 161.0, 900.0, None):
            (hits,) = connection.execute(f'SELECT {query} FROM (SELECT ? AS "{STYLED_COLUMN}")', (value,)).fetchone()
            assert hits == 1 or (value is None and hits is None)
