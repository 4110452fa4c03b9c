"""Footprints with heights (GeoPackage, GeoJSON, OpenStreetMap) as LoD1 models."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from citytwin.errors import CityReadError
from citytwin.io._limits import ReadLimits
from citytwin.io._lods import Lod, lod_filter
from citytwin.io._streams import Progress, Source, head_of, input_file
from citytwin.io.footprints_city import city_of
from citytwin.io.footprints_geojson import read_geojson
from citytwin.io.footprints_geopackage import Box, read_geopackage
from citytwin.io.footprints_heights import read_identifiers
from citytwin.io.footprints_table import FootprintTable
from citytwin.io.osm_buildings import read_osm_buildings
from citytwin.model.city import CityModel
from citytwin.model.derive.tables import assumption
from citytwin.model.provenance import Provenance


def footprint_format(head: bytes) -> str | None:
    """Format of a file with footprints by its first bytes: ``gpkg``, ``geojson``, ``pbf`` or ``osm``; None for others.

    Examples
    --------
    >>> footprint_format(b'{"type": "FeatureCollection", "features": []}')
    'geojson'
    >>> footprint_format(b'{"type": "CityJSON"}')
    """
    if head.startswith(b"SQLite format 3\x00"):
        return "gpkg"
    if b"OSMHeader" in head[:32]:
        return "pbf"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        city = any(mark in text for mark in (b'"CityJSON"', b'"CityJSONFeature"', b'"CityObjects"'))
        marked = any(mark in text for mark in (b'"FeatureCollection"', b'"features"', b'"Feature"'))
        return "geojson" if marked and not city else None
    return "osm" if text.startswith(b"<") and b"<osm" in text else None


def read_footprints(
    source: Source | str | Path,
    *,
    height: str | None = None,
    ground: str | None = None,
    storeys: str | None = None,
    id: str | None = None,
    storey_height: float | None = None,
    layer: str | None = None,
    crs: str | None = None,
    lod: Lod | Iterable[Lod] | None = None,
    bbox: Box | None = None,
    limits: ReadLimits | None = None,
    progress: Progress | None = None,
    provenance: Provenance | None = None,
) -> CityModel:
    """Read footprints with heights as an LoD1 model: one building a feature, one closed solid a polygon.

    Each polygon becomes a prism with flat ground and roof, holes become walls of a courtyard, all other columns
    attributes. The roof is at the height above ground; else at the elevation of the roof; else at storeys times a
    storey height, marked as derived. The ground is at the elevation of the polygon's points, the least where they
    differ, unless all are 0; else at that of a column; else at 0, with a finding. ``footprints_columns.csv`` lists the
    columns that are known and their units. A building without height keeps its outline as LoD0 and counts as degraded.
    A ``building:part`` is a part of the building it lies in, which keeps what its parts leave of its outline.

    Parameters
    ----------
    source : path-like or Source
        GeoPackage; GeoJSON; OpenStreetMap PBF or XML, which needs the extra ``transport``.
    height, ground, storeys, id : str, optional
        Columns to use instead of known ones: height above ground in metres, elevation of the ground in metres, number
        of storeys, identifier.
    storey_height : float, optional
        Metres a storey; default that of blocks of flats in ``assumptions.csv``, 3.0 m.
    layer : str, optional
        Layer of a GeoPackage; default the only one with polygons, or the one named like buildings.
    crs, lod, limits, progress : see :func:`citytwin.read_city`
        LoD0 alone (``lod=0``) gives outlines.
    bbox : (min_x, min_y, max_x, max_y), optional
        Keep objects with a vertex inside, in metres of the CRS of the model. From a GeoPackage in a projected CRS no
        others are read.
    provenance : Provenance, optional

    Returns
    -------
    CityModel

    Raises
    ------
    CityReadError
        The file is damaged, of another format, beyond a limit, without polygons, or lacks a column.
    CrsError
        The coordinate reference system cannot be told.
    MissingExtraError
        OpenStreetMap without osmium.

    Examples
    --------
    >>> city = read_footprints("plan.gpkg", height="eaves_m", id="plot")  # doctest: +SKIP
    """
    if not isinstance(source, Source):
        source = Source(str(source), Path(source))
    limits = limits or ReadLimits()
    table = _table(source, limits, layer, crs, bbox, progress)
    chosen = {"height": height, "ground_z": ground, "storeys": storeys}
    columns = {meaning: name for meaning, name in chosen.items() if name is not None}
    for name in [*columns.values(), *([id] if id else [])]:
        if name not in table.attributes:
            listed = ", ".join(sorted(table.attributes)) or "none"
            raise CityReadError(f"there is no column {name!r}", source.name, advice=f"Columns are {listed}")
    own = read_identifiers(table.attributes, id) if id else None
    if own is not None:
        table = replace(table, identifier=own)
    if storey_height is None:
        storey_height = assumption("storey_height", "apartment")[0]
    elif not storey_height > 0:
        raise ValueError(f"storey_height must be above 0, not {storey_height}")
    nowhere = CityReadError("no footprint lies in bbox", source.name, advice="bbox is in metres of the model's CRS")
    if bbox is not None and not len(table):
        raise nowhere
    city = city_of(
        table, source.name, crs=crs, wanted=lod_filter(lod), limits=limits, columns=columns, storey_height=storey_height
    )
    city = replace(city, provenance=provenance or Provenance((input_file(source.path),)))
    if bbox is None:
        return city
    inside = city.select(bbox=bbox)
    if not inside.n_buildings:
        raise nowhere
    return inside


def _table(
    source: Source,
    limits: ReadLimits,
    layer: str | None,
    crs: str | None,
    bbox: Box | None,
    progress: Progress | None,
) -> FootprintTable:
    kind = footprint_format(head_of(source, limits))
    if kind == "gpkg":
        return read_geopackage(source, limits, layer=layer, crs=crs, bbox=bbox, progress=progress)
    if kind == "geojson":
        return read_geojson(source, limits, progress)
    if kind is not None:
        return read_osm_buildings(source, limits, kind, progress)
    raise CityReadError(
        "this is no file of footprints", source.name, advice="Choose GeoPackage, GeoJSON or OpenStreetMap PBF"
    )
