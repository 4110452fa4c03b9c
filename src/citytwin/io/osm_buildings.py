"""Footprints of buildings in OpenStreetMap files (PBF and XML), read by osmium."""

from __future__ import annotations

from collections import Counter
from typing import Any

from citytwin._compat import require
from citytwin.errors import CityReadError
from citytwin.io._columns import AttributeColumns
from citytwin.io._limits import ReadLimits
from citytwin.io._streams import Progress, Source
from citytwin.io.footprints_table import FootprintTable, as_file, objects_of
from citytwin.model.strings import Strings

CRS = "EPSG:4326"
BUILDING, PART = "building", "building:part"
POINTS_MISSING = "the outline is not closed, or points of it are not in the file"


def read_osm_buildings(
    source: Source, limits: ReadLimits, kind: str, progress: Progress | None = None
) -> FootprintTable:
    """Ways and multipolygon relations tagged ``building`` or ``building:part``, with their tags.

    Identifiers are ``way/123`` and ``relation/123``. An outline the file holds in part only, as at the border of an
    extract, has no shape. Points tagged so are left out and counted.

    Parameters
    ----------
    source : Source
    limits : ReadLimits
    kind : {"pbf", "osm"}
        PBF or XML.
    progress : callable, optional

    Raises
    ------
    CityReadError, MissingExtraError

    References
    ----------
    OpenStreetMap wiki, Key:building, Simple 3D Buildings, Relation:multipolygon.
    """
    require("osmium", "reading OpenStreetMap files")
    import shapely

    found: dict[str, dict[str, str]] = {}
    outlines: dict[str, str] = {}
    left_out: Counter[str] = Counter()
    try:
        with as_file(source, limits, progress) as file:
            for item in _tagged(file, kind):
                tags = dict(item.tags)
                if not (_is(tags, BUILDING) or _is(tags, PART)):
                    continue
                if item.is_node():
                    left_out["point"] += 1
                elif item.is_area():
                    _assembled(item, outlines)
                elif item.is_way() or tags.get("type") == "multipolygon":
                    found[f"{'way' if item.is_way() else 'relation'}/{item.id}"] = tags
    except (RuntimeError, OSError, ValueError) as error:
        raise CityReadError(
            f"it cannot be read as an OpenStreetMap file ({error})", source.name, advice="Fetch the file again"
        ) from error
    columns = AttributeColumns()
    for row, tags in enumerate(found.values()):
        for name, value in tags.items():
            columns.add(row, value, name, "string")
    names = list(found)
    return FootprintTable(
        shape=shapely.from_wkb(objects_of([outlines.get(name) for name in names]), on_invalid="ignore"),
        attributes=columns.table(len(names)),
        identifier=Strings.of(names),
        srs_names=frozenset([CRS]),
        unreadable={row: POINTS_MISSING for row, name in enumerate(names) if name not in outlines},
        left_out=left_out,
    )


def _tagged(file: Any, kind: str) -> Any:
    """Objects with a tag of buildings; ways and relations come before the areas that are made of them."""
    import osmium

    opened = osmium.io.FileBuffer(file, kind) if isinstance(file, bytes) else osmium.io.File(str(file), kind)
    keys = osmium.filter.KeyFilter(BUILDING, PART)
    return osmium.FileProcessor(opened).with_areas(keys).with_filter(keys)


def _assembled(area: Any, outlines: dict[str, str]) -> None:
    """Add the outline of an area; one that osmium cannot write stays out."""
    import osmium

    try:
        outline = osmium.geom.WKBFactory().create_multipolygon(area)
    except (RuntimeError, ValueError):
        return
    outlines[f"{'way' if area.from_way() else 'relation'}/{area.orig_id()}"] = outline


def _is(tags: dict[str, str], key: str) -> bool:
    return tags.get(key, "no") != "no"
