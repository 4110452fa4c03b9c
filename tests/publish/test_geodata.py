import io
import sqlite3

import geopandas as gpd
import numpy as np
import pyogrio

from citytwin.publish.geodata import LAYER, STYLED_COLUMN, buildings_frame, geopackage, geoparquet
from citytwin.publish.heat_classes import UPPER_KWH_M2
from citytwin.run.building_table import ordered_names
from tests.publish.district import assessment


def test_frame_is_sorted_and_complete():
    frame = buildings_frame(assessment())
    assert list(frame["building_id"]) == sorted(frame["building_id"])
    assert list(frame.columns) == [*ordered_names((2025, 2030, 2040)), "geometry"]
    np.testing.assert_allclose(frame.geometry.area, frame["footprint_area_m2"], rtol=1e-6)


def test_geoparquet_reads_back():
    frame = buildings_frame(assessment())
    again = gpd.read_parquet(io.BytesIO(geoparquet(frame)))
    assert again.crs == "EPSG:3879"
    assert list(again.columns) == list(frame.columns)
    assert again["building_id"].is_monotonic_increasing
    assert set(again.geom_type) == {"Polygon"}
    np.testing.assert_array_equal(again["heating_kwh"], frame["heating_kwh"])


def test_geopackage_opens_styled_and_equal_content_has_equal_bytes(tmp_path):
    frame = buildings_frame(assessment())
    content = geopackage(frame)
    (tmp_path / "buildings.gpkg").write_bytes(content)
    again = pyogrio.read_dataframe(tmp_path / "buildings.gpkg", layer=LAYER)
    np.testing.assert_allclose(again[STYLED_COLUMN], frame[STYLED_COLUMN])
    assert content == geopackage(frame)
    connection = sqlite3.connect(":memory:")
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
    values = np.array([0.0, 25, 25.5, 160, 161, 900])
    connection = sqlite3.connect(":memory:")
    connection.deserialize(geopackage(buildings_frame(assessment())))
    (qml,) = connection.execute("SELECT styleQML FROM layer_styles").fetchone()
    import re
    from html import unescape

    filters = [unescape(text) for text in re.findall(r'filter="([^"]+)"', qml)]
    for value in [*values.tolist(), None]:
        query = " + ".join(f"({text})" for text in filters)
        (hits,) = connection.execute(f'SELECT {query} FROM (SELECT ? AS "{STYLED_COLUMN}")', (value,)).fetchone()
        assert hits == 1 or (value is None and hits is None)
