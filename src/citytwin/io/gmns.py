"""Street networks as CSV: node.csv, link.csv and config.csv of the General Modeling Network Specification (GMNS)."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CityReadError
from citytwin.io._atomic import write
from citytwin.io._network_crs import transformed
from citytwin.io._streams import input_file
from citytwin.model.attributes import NUMBER
from citytwin.model.enums import Highway, Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.network import Links, Network, Nodes
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import offsets_of, row_of
from citytwin.model.strings import Strings

MILE_M = 1609.344
LENGTH_UNITS_M = {
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), 1.0),
    **dict.fromkeys(("km", "kilometer", "kilometers", "kilometre", "kilometres"), 1000.0),
    **dict.fromkeys(("mi", "mile", "miles"), MILE_M),
    **dict.fromkeys(("ft", "foot", "feet"), 0.3048),
}
SPEED_UNITS_KMH = {
    **dict.fromkeys(("kph", "km/h", "kmh", "kmph", "kilometers per hour"), 1.0),
    **dict.fromkeys(("mph", "miles per hour"), MILE_M / 1000.0),
}
TRUE, FALSE = frozenset({"true", "1", "t", "yes"}), frozenset({"false", "0", "f", "no"})
_LINESTRING = re.compile(r"\s*LINESTRING\s*Z?\s*\((.*)\)\s*\Z", re.IGNORECASE | re.DOTALL)


class Row(NamedTuple):
    """A row of a table with its line in the file."""

    line: int
    fields: Mapping[str, str]


def read_gmns(folder: Path, crs: str | None = None) -> Network:
    """Network of a GMNS folder.

    ``config.csv`` says what units lengths and speeds are in (``long_length``, ``speed``; without it metres and km/h)
    and which CRS coordinates are in. Of ``link.csv`` the fields ``link_id``, ``from_node_id``, ``to_node_id`` and
    ``directed`` are needed; ``length``, ``free_speed``, ``lanes``, ``facility_type``, ``name`` and ``geometry`` (WKT)
    are used, and ``osm_way_id``, a field of our own. A link without geometry is a straight line, one without length as
    long as its line.

    Parameters
    ----------
    folder : Path
    crs : str, optional
        CRS wanted; where ``config.csv`` names none, the CRS of the coordinates.

    Raises
    ------
    CityReadError, CrsError

    References
    ----------
    Zephyr Foundation, General Modeling Network Specification 0.97, https://github.com/zephyr-data-specs/GMNS.
    """
    node_path, link_path = folder / "node.csv", folder / "link.csv"
    config = _config(folder / "config.csv")
    node_rows = _table(node_path, ("node_id", "x_coord", "y_coord"))
    link_rows = _table(link_path, ("link_id", "from_node_id", "to_node_id", "directed"))
    if not link_rows:
        raise CityReadError("there is no link", link_path, advice="A network needs at least one row")
    node_id = _identifiers(node_path, node_rows, "node_id")
    xy = np.array([[_number(node_path, row, axis) for axis in ("x_coord", "y_coord")] for row in node_rows])
    row_of_node = {name: i for i, name in enumerate(node_id)}
    from_node, to_node = (_ends(link_path, link_rows, field, row_of_node) for field in ("from_node_id", "to_node_id"))
    lines = [_line(link_path, row, xy[a], xy[b]) for row, a, b in zip(link_rows, from_node, to_node, strict=True)]
    findings: list[Finding] = []
    offsets = offsets_of(np.array([len(line) for line in lines]))
    geometry = np.concatenate(lines)
    length = _optional(link_path, link_rows, "length") * config.metres
    length = _with_line_lengths(length, geometry, offsets, config.crs or crs, findings)
    network = Network(
        nodes=Nodes(Strings.of(node_id), xy.reshape(-1, 2)),
        links=Links(
            id=Strings.of(_identifiers(link_path, link_rows, "link_id")),
            from_node=from_node,
            to_node=to_node,
            oneway=np.array([_boolean(link_path, row, "directed") for row in link_rows]),
            length_m=length,
            speed_kmh=_optional(link_path, link_rows, "free_speed") * config.kmh,
            lanes=_optional(link_path, link_rows, "lanes"),
            highway=np.array([_highway(row.fields.get("facility_type", "")) for row in link_rows], np.int8),
            name=Strings.of(row.fields.get("name", "") for row in link_rows),
            osm_id=_osm_ids(link_path, link_rows),
        ),
        geometry_offsets=offsets,
        geometry_xy=geometry,
        crs=config.crs or crs,
        findings=Findings.of(findings),
        provenance=Provenance(inputs=(input_file(node_path), input_file(link_path))),
    )
    return transformed(network, crs, folder)


def write_gmns(network: Network, folder: str | Path, decimals: int = 3) -> Path:
    """Write a network as ``node.csv``, ``link.csv`` and ``config.csv``; :func:`citytwin.read_network` reads it back.

    Parameters
    ----------
    network : Network
    folder : path-like
        Made where it does not exist; other files in it stay.
    decimals : int
        Of coordinates and lengths; use 8 for degrees.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        The folder cannot be written.
    """
    folder = Path(folder)
    nodes, links = network.nodes, network.links
    node_id = list(nodes.id)

    def number(value: float) -> str:
        return "" if math.isnan(value) else f"{value:.{decimals}f}"

    def whole(value: float) -> str:
        return "" if math.isnan(value) else f"{value:g}"

    def wkt(row: int) -> str:
        points = network.geometry_xy[network.geometry_offsets[row] : network.geometry_offsets[row + 1]]
        return f"LINESTRING ({', '.join(f'{number(x)} {number(y)}' for x, y in points.tolist())})"

    columns = zip(
        links.id, links.name, links.from_node, links.to_node, links.oneway, links.length_m, links.highway,
        links.speed_kmh, links.lanes, links.osm_id, strict=True,
    )  # fmt: skip
    link_rows = (
        (
            link, name, node_id[a], node_id[b], str(bool(oneway)).lower(), wkt(row), f"{length:.{decimals}f}",
            Highway(highway).word, whole(speed), whole(lanes), "" if way < 0 else way,
        )
        for row, (link, name, a, b, oneway, length, highway, speed, lanes, way) in enumerate(columns)
    )  # fmt: skip
    header = (
        "link_id", "name", "from_node_id", "to_node_id", "directed", "geometry", "length", "facility_type",
        "free_speed", "lanes", "osm_way_id",
    )  # fmt: skip
    node_rows = ((name, number(x), number(y)) for name, (x, y) in zip(node_id, nodes.xy.tolist(), strict=True))
    config = [("m", "m", "km/h", network.crs or "", "WKT")]
    _write(folder / "node.csv", ("node_id", "x_coord", "y_coord"), node_rows)
    _write(folder / "link.csv", header, link_rows)
    _write(folder / "config.csv", ("short_length", "long_length", "speed", "crs", "geometry_field_format"), config)
    return folder


class _Config(NamedTuple):
    metres: float
    kmh: float
    crs: str | None


def _config(path: Path) -> _Config:
    if not path.exists():
        return _Config(1.0, 1.0, None)
    rows = _table(path, ())
    fields = rows[0].fields if rows else {}
    factors = []
    for name, units in (("long_length", LENGTH_UNITS_M), ("speed", SPEED_UNITS_KMH)):
        unit = fields.get(name, "").lower()
        if unit and unit not in units:
            raise CityReadError(
                f"{name} is in {unit!r}, which is not known", path, rows[0].line, advice=f"Use {', '.join(units)}"
            )
        factors.append(units.get(unit, 1.0))
    return _Config(factors[0], factors[1], fields.get("crs") or None)


def _table(path: Path, needed: Iterable[str]) -> list[Row]:
    """Rows of a CSV file whose header holds the `needed` columns."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CityReadError(
            "there is no such file", path, advice="A GMNS network is a folder with node.csv and link.csv"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CityReadError(
            f"it cannot be read as UTF-8 text ({error})", path, advice="Write it again as UTF-8"
        ) from error
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", restval="")
    absent = [name for name in needed if name not in (reader.fieldnames or ())]
    if absent:
        raise CityReadError(f"column {', '.join(absent)} is missing", path, 1, advice="The first row names the columns")
    try:
        return [Row(reader.line_num, {k: v.strip() for k, v in row.items() if k}) for row in reader]
    except csv.Error as error:
        raise CityReadError(f"it is no CSV table ({error})", path, reader.line_num) from error


def _identifiers(path: Path, rows: list[Row], field: str) -> list[str]:
    seen: dict[str, int] = {}
    for row in rows:
        name = row.fields[field]
        if not name or name in seen:
            what = f"{field} {name!r} occurs twice, first in line {seen[name]}" if name else f"there is no {field}"
            raise CityReadError(what, path, row.line, advice="Each row needs an identifier of its own")
        seen[name] = row.line
    return list(seen)


def _ends(path: Path, rows: list[Row], field: str, row_of_node: Mapping[str, int]) -> NDArray[np.int32]:
    for row in rows:
        if row.fields[field] not in row_of_node:
            raise CityReadError(
                f"{field} {row.fields[field]!r} is not in node.csv",
                path,
                row.line,
                advice="Add the node or remove the link",
            )
    return np.array([row_of_node[row.fields[field]] for row in rows], np.int32)


def _number(path: Path, row: Row, field: str) -> float:
    text = row.fields[field]
    if not NUMBER.match(text):
        raise CityReadError(
            f"{field} is {text!r}, which is no number", path, row.line, advice="Write decimal numbers with a point"
        )
    return float(text)


def _optional(path: Path, rows: list[Row], field: str) -> NDArray[np.float64]:
    """Column of numbers not below zero, NaN where there is none."""
    values = np.full(len(rows), np.nan)
    for i, row in enumerate(rows):
        if row.fields.get(field, "").lower() not in ("", "nan"):
            values[i] = _number(path, row, field)
            if values[i] < 0.0:
                raise CityReadError(f"{field} is {values[i]:g}", path, row.line, advice="It must not be below zero")
    return values


def _boolean(path: Path, row: Row, field: str) -> bool:
    text = row.fields[field].lower()
    if text not in TRUE | FALSE:
        raise CityReadError(f"{field} is {text!r}", path, row.line, advice="Write true or false")
    return text in TRUE


def _osm_ids(path: Path, rows: list[Row]) -> NDArray[np.int64]:
    ids = _optional(path, rows, "osm_way_id")
    return np.where(np.isnan(ids), -1, ids).astype(np.int64)


def _highway(facility: str) -> Highway:
    word = facility.lower().removesuffix("_link").replace(" ", "_").upper()
    return Highway[word] if word in Highway.__members__ else Highway.OTHER


def _line(path: Path, row: Row, first: NDArray[np.float64], last: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points (n, 2) of a link from its first to its second node."""
    text = row.fields.get("geometry", "")
    if not text:
        return np.stack([first, last])
    match = _LINESTRING.match(text)
    points = [point.split()[:2] for point in match[1].split(",")] if match else []
    if len(points) < 2 or not all(len(p) == 2 and NUMBER.match(p[0]) and NUMBER.match(p[1]) for p in points):
        raise CityReadError(
            f"geometry {text[:40]!r} is no LINESTRING",
            path,
            row.line,
            advice="Write well-known text, LINESTRING (x y, x y)",
        )
    line = np.array(points, np.float64)
    against = row.fields.get("dir_flag", "") == "-1"
    return line[::-1] if against else line


def _with_line_lengths(
    length: NDArray[np.float64],
    xy: NDArray[np.float64],
    offsets: NDArray[np.int64],
    crs: str | None,
    findings: list[Finding],
) -> NDArray[np.float64]:
    """Lengths (n,) in metres, those that are missing taken from the lines, which must then be in metres."""
    missing = np.isnan(length)
    if not missing.any():
        return length
    message = f"{missing.sum()} of {len(length)} links have no length: it is that of their line in {crs or 'metres'}"
    findings.append(Finding(1503, "NETWORK_LENGTH_FROM_LINE", severity=Severity.INFO, message=message))
    steps = np.zeros(len(xy))
    steps[1:] = np.hypot(*np.diff(xy, axis=0).T)
    steps[offsets[:-1]] = 0.0
    return np.where(missing, np.bincount(row_of(offsets), steps, len(length)), length)


def _write(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)

    def fill(file: BinaryIO) -> None:
        file.write(text.getvalue().encode())

    write(path, fill)
