"""Buildings with their results as GeoParquet and GeoPackage."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from citytwin.publish.qgis_style import with_style

if TYPE_CHECKING:
    import geopandas as gpd

LAYER = "buildings"
STYLED_COLUMN = "heating_kwh_m2"


def geoparquet(frame: gpd.GeoDataFrame) -> bytes:
    """GeoParquet file (OGC 1.1) of the frame."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False, compression="zstd", schema_version="1.1.0")
    return buffer.getvalue()


def geopackage(frame: gpd.GeoDataFrame) -> bytes:
    """GeoPackage with one styled layer ``buildings``."""
    import pyogrio

    buffer = io.BytesIO()
    pyogrio.write_dataframe(frame, buffer, driver="GPKG", layer=LAYER, geometry_type="Polygon")
    return with_style(buffer.getvalue(), LAYER, STYLED_COLUMN)
