"""Small files of footprints, for the tests of their readers."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

EAST, NORTH = 25_497_000.0, 6_673_000.0
"""A place in EPSG:3879 with exact binary coordinates."""


def box(x: float, y: float, width: float, depth: float, hole: tuple[float, float, float, float] | None = None) -> Any:
    """Rectangle with its corner at x, y from the place, with a rectangular hole given in the same way."""
    outer = shapely.box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + depth)
    return outer if hole is None else outer.difference(box(*hole))


def outline(*corners: tuple[float, float]) -> Any:
    """Polygon with its corners relative to the place."""
    return shapely.Polygon([(EAST + x, NORTH + y) for x, y in corners])


def geopackage(
    folder: Path,
    shapes: list[Any],
    columns: dict[str, Any],
    crs: Any = "EPSG:3879",
    layer: str = "buildings",
    **more: Any,
) -> Path:
    path = folder / "plan.gpkg"
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        frame.to_file(path, layer=layer, engine="pyogrio", **more)
    return path


def geojson(folder: Path, features: list[Any], **members: Any) -> Path:
    path = folder / "plan.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **members}), encoding="utf-8")
    return path


def feature(geometry: Any, **members: Any) -> dict[str, Any]:
    shape = geometry if geometry is None or isinstance(geometry, dict) else json.loads(shapely.to_geojson(geometry))
    return {"type": "Feature", "geometry": shape, "properties": {}, **members}
