"""Footprints of GeoJSON."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from citytwin.errors import CityReadError
from citytwin.io._json import JsonTape, Rows
from citytwin.io._limits import ReadLimits
from citytwin.io._streams import Progress, Source
from citytwin.io.cityjson_attributes import OddAttributes, attribute_table
from citytwin.io.footprints_heights import read_identifiers
from citytwin.io.footprints_table import FootprintTable, objects_of, read_whole
from citytwin.kernels.json_tape import ARRAY, DECIMAL, ESCAPED, INTEGER, NULL, OBJECT, STRING
from citytwin.model.attributes import AttributeTable
from citytwin.model.crs_names import parse_srs_name
from citytwin.model.strings import Strings

WGS84 = "EPSG:4326"
"""Reference system of GeoJSON, longitude first (RFC 7946, section 4)."""


def read_geojson(source: Source, limits: ReadLimits, progress: Progress | None = None) -> FootprintTable:
    """Features of a GeoJSON file: a FeatureCollection, or one Feature.

    Coordinates are longitude and latitude on WGS 84, unless the file has the member ``crs`` of GeoJSON 2008. Properties
    that are lists are read as repeated values, objects as sets, anything deeper as JSON text. Identifiers are those of
    a property that is known to hold them, else the member ``id``.

    Parameters
    ----------
    source : Source
    limits : ReadLimits
    progress : callable, optional

    Raises
    ------
    CityReadError
        Not well-formed, not GeoJSON, or a member that stands twice.

    References
    ----------
    RFC 7946, The GeoJSON Format, 2016. GeoJSON Format Specification, 2008, section 3 (``crs``).
    """
    text = read_whole(source, limits, limits.json_bytes, progress).removeprefix(b"\xef\xbb\xbf")
    try:
        text.decode()
    except UnicodeDecodeError as error:
        raise CityReadError(
            f"not well-formed UTF-8 ({error.reason})",
            source.name,
            line=text.count(b"\n", 0, error.start) + 1,
            advice="GeoJSON is UTF-8: convert the file or export it again",
        ) from None
    tape = JsonTape(text, source.name)
    _check_names(tape)
    features = _features(tape)
    attributes = _attributes(tape, features)
    shape, unreadable = _shapes(tape, tape.members(features, "geometry"))
    own = read_identifiers(attributes)
    return FootprintTable(
        shape=shape,
        attributes=attributes,
        identifier=_member_ids(tape, features) if own is None else own,
        srs_names=_srs_names(tape),
        unreadable=unreadable,
    )


def _check_names(tape: JsonTape) -> None:
    """Raise CityReadError where an object has two members of one name."""
    rows = np.flatnonzero(tape.key >= 0)
    pairs = tape.parent[rows].astype(np.int64) * len(tape.names) + tape.key[rows]
    order = np.argsort(pairs, kind="stable")
    twice = np.flatnonzero(np.diff(pairs[order]) == 0)
    if len(twice):
        row = int(rows[order[twice + 1]].min())
        _fail(
            tape, f"the member {tape.names[tape.key[row]]!r} stands twice, of which JSON would keep the last only", row
        )


def _features(tape: JsonTape) -> Rows:
    """Rows of the features."""
    root = tape.roots
    kind = tape.members(root, "type") if len(root) == 1 else np.full(1, -1)
    word = tape.value(int(kind[0])) if kind[0] >= 0 else None
    if word == "Feature":
        return root
    listed = tape.members(root, "features")
    if word != "FeatureCollection" or listed[0] < 0:
        raise CityReadError(
            f"the type is {word!r}, not a FeatureCollection with features",
            tape.name,
            advice="Choose a GeoJSON file of features",
        )
    rows, _ = tape.children(listed)
    if tape.kind[listed[0]] != ARRAY or (tape.kind[rows] != OBJECT).any():
        _fail(tape, "features is no list of objects", int(listed[0]))
    return rows


def _attributes(tape: JsonTape, features: Rows) -> AttributeTable:
    """Properties of the features."""
    holders = tape.members(features, "properties")
    given = np.flatnonzero(holders >= 0)
    given = given[tape.kind[holders[given]] == OBJECT]
    rows, holder = tape.children(holders[given])
    odd = OddAttributes()

    def keep(row: int, owner: int) -> None:
        odd.add(row, owner, tape.raw(row).decode(), tape.names[tape.key[row]], "string", "generic")

    return attribute_table(tape, rows, given[holder], len(features), odd, keep)


def _member_ids(tape: JsonTape, features: Rows) -> Strings:
    """Values of the member ``id``, "" where it is no string or number."""
    rows = tape.members(features, "id")
    return tape.texts(np.where(np.isin(tape.kind[rows], (STRING, ESCAPED, INTEGER, DECIMAL)), rows, -1))


def _shapes(tape: JsonTape, rows: Rows) -> tuple[Any, dict[int, str]]:
    """Geometries, None where there is none; why those that cannot be read cannot."""
    import shapely

    given = (rows >= 0) & (tape.kind[rows] != NULL)
    texts = [tape.raw(row).decode() if there else None for row, there in zip(rows.tolist(), given, strict=True)]
    with np.errstate(all="ignore"):
        shape = shapely.from_geojson(objects_of(texts), on_invalid="ignore")
    broken = np.flatnonzero(given & shapely.is_missing(shape)).tolist()
    return shape, dict.fromkeys(broken, "the geometry is not built as GeoJSON asks")


def _srs_names(tape: JsonTape) -> frozenset[str]:
    """Name of the reference system in short form, so that it means east, north as GeoJSON does."""
    row = int(tape.members(tape.roots, "crs")[0])
    if row < 0:
        return frozenset([WGS84])
    content = tape.value(row)
    properties = content.get("properties") if isinstance(content, dict) else None
    written = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    known = parse_srs_name(written)
    if known is None or known.horizontal is None:
        return frozenset([written] if written else [])
    if known.horizontal == "OGC:CRS84":
        return frozenset([WGS84])
    vertical = f"+{known.vertical.removeprefix('EPSG:')}" if known.vertical else ""
    return frozenset([known.horizontal + vertical])


def _fail(tape: JsonTape, reason: str, row: int) -> NoReturn:
    raise CityReadError(reason, tape.name, line=tape.line(row), advice="Correct the file or export it again")
