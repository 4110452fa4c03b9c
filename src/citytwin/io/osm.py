"""Streets of OpenStreetMap files (PBF and XML), read by osmium."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin._compat import require
from citytwin.errors import CityReadError
from citytwin.io._network_crs import transformed
from citytwin.io._streams import input_file
from citytwin.model.enums import Action, Highway, Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.network import Links, Network, Nodes
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import offsets_of
from citytwin.model.strings import Strings

SUFFIXES = (".pbf", ".osm", ".osm.gz", ".osm.bz2")
CRS = "EPSG:4326"
CLASSES = {
    **{member.word: member for member in Highway if member is not Highway.OTHER},
    **{f"{word}_link": Highway[word.upper()] for word in ("motorway", "trunk", "primary", "secondary", "tertiary")},
    "road": Highway.OTHER,
}
"""Values of ``highway`` that are streets for motor traffic (https://wiki.openstreetmap.org/wiki/Key:highway)."""
CLOSED_ACCESS = frozenset({"no", "private"})
CLOSED_SERVICE = frozenset({"parking_aisle", "driveway", "private", "emergency_access", "drive-through"})
MPH_KMH = 1.609344
_SPEED = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*(mph)?\Z", re.ASCII)
_COUNT = re.compile(r"\d{1,2}\Z", re.ASCII)


class Way(NamedTuple):
    """A street as OpenStreetMap has it."""

    id: int
    tags: dict[str, str]
    nodes: list[int]
    lonlat: list[tuple[float, float]]


def is_osm(path: Path) -> bool:
    """Whether the name of a file is that of an OpenStreetMap file."""
    return path.name.lower().endswith(SUFFIXES)


def read_osm(path: Path, crs: str | None = None) -> Network:
    """Network of an OpenStreetMap file.

    Streets for motor traffic are kept, without private ones, driveways and parking aisles, and split where they meet.
    Where a street is one-way against the order of its points, the link is turned round. Lengths are those of geodesics
    on WGS 84. Speeds and lanes that are not tagged, or not as a plain number, are missing.

    Parameters
    ----------
    path : Path
    crs : str, optional
        CRS wanted; default EPSG:4326, longitude first.

    Raises
    ------
    CityReadError, CrsError, MissingExtraError
    """
    require("osmium", "reading OpenStreetMap files")
    findings: list[Finding] = []
    ways = list(_streets(path, findings))
    if not ways:
        raise CityReadError(
            "there is no street for motor traffic",
            path,
            advice="Use an extract that holds the ways and nodes of a place",
        )
    way, start, stop = _segments(ways)
    lonlat = np.array([point for i, a, b in zip(way, start, stop, strict=True) for point in ways[i].lonlat[a : b + 1]])
    counts = np.array(stop) - np.array(start) + 1
    offsets = offsets_of(counts)
    first = np.array([ways[i].nodes[a] for i, a in zip(way, start, strict=True)])
    last = np.array([ways[i].nodes[b] for i, b in zip(way, stop, strict=True)])
    node_ids, ends = np.unique(np.concatenate([first, last]), return_inverse=True)
    place = np.concatenate([offsets[:-1], offsets[1:] - 1])
    node_xy = np.empty((len(node_ids), 2))
    node_xy[ends] = lonlat[place]
    from_node, to_node = ends.astype(np.int32).reshape(2, -1)
    tags = [ways[i].tags for i in way]
    speed = np.array([speed_kmh(t.get("maxspeed", "")) for t in tags])
    lanes = np.array([lane_count(t.get("lanes", "")) for t in tags])
    for name, values in (("speed limit", speed), ("number of lanes", lanes)):
        if np.isnan(values).any():
            message = f"{np.isnan(values).sum()} of {len(values)} links have no {name}"
            findings.append(Finding(1502, "NETWORK_VALUE_MISSING", severity=Severity.INFO, message=message))
    network = Network(
        nodes=Nodes(Strings.of(str(i) for i in node_ids.tolist()), node_xy),
        links=Links(
            id=Strings.of(f"{ways[i].id}_{a}" for i, a in zip(way, start, strict=True)),
            from_node=from_node.copy(),
            to_node=to_node.copy(),
            oneway=np.array([direction(t) != 0 for t in tags]),
            length_m=_geodesic_lengths(lonlat, offsets),
            speed_kmh=speed,
            lanes=lanes,
            highway=np.array([CLASSES[t["highway"]] for t in tags], np.int8),
            name=Strings.of(t.get("name", "") for t in tags),
            osm_id=np.array([ways[i].id for i in way]),
        ),
        geometry_offsets=offsets,
        geometry_xy=lonlat,
        crs=CRS,
        findings=Findings.of(findings),
        provenance=Provenance(inputs=(input_file(path),)),
    )
    return transformed(network, crs, path)


def speed_kmh(text: str) -> float:
    """Speed limit of a ``maxspeed`` tag in km/h, NaN where it is no number.

    Examples
    --------
    >>> speed_kmh("40"), round(speed_kmh("30 mph"), 1), speed_kmh("signals")
    (40.0, 48.3, nan)
    """
    match = _SPEED.match(text.strip())
    if match is None or float(match[1]) == 0.0:
        return np.nan
    return float(match[1]) * (MPH_KMH if match[2] else 1.0)


def lane_count(text: str) -> float:
    """Lanes of a ``lanes`` tag, NaN where it is no whole number above 0."""
    return float(text) if _COUNT.match(text.strip()) and int(text) > 0 else np.nan


def direction(tags: Mapping[str, str]) -> int:
    """1 where a street is one-way along its points, -1 where against them, 0 where traffic goes both ways.

    Motorways and roundabouts are one-way unless tagged otherwise.
    """
    oneway = tags.get("oneway", "")
    if oneway in ("-1", "reverse"):
        return -1
    if oneway in ("yes", "true", "1"):
        return 1
    implied = tags.get("junction") in ("roundabout", "circular") or tags["highway"] in ("motorway", "motorway_link")
    return int(implied and oneway not in ("no", "false", "0"))


def _is_street(tags: Mapping[str, str]) -> bool:
    allowed = tags.get("motor_vehicle", tags.get("vehicle", tags.get("access", "")))
    return (
        tags.get("highway") in CLASSES
        and allowed not in CLOSED_ACCESS
        and tags.get("area") != "yes"
        and tags.get("service") not in CLOSED_SERVICE
    )


def _streets(path: Path, findings: list[Finding]) -> Iterator[Way]:
    """Streets of the file with at least two points; points that the file lacks are findings."""
    import osmium

    try:
        ways = osmium.FileProcessor(str(path), osmium.osm.WAY | osmium.osm.NODE).with_locations()
        for item in ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)):
            if not isinstance(item, osmium.osm.Way):
                continue
            tags = dict(item.tags)
            if not _is_street(tags):
                continue
            known = [(n.ref, (n.location.lon, n.location.lat)) for n in item.nodes if n.location.valid()]
            if len(known) < len(item.nodes):
                missing = len(item.nodes) - len(known)
                findings.append(
                    Finding(
                        1501,
                        "NETWORK_POINTS_MISSING",
                        str(item.id),
                        severity=Severity.WARNING,
                        action=Action.DEGRADED if len(known) > 1 else Action.REFUSED,
                        message=f"{missing} of {len(item.nodes)} points of the way are not in the file",
                    )
                )
            if len(known) > 1:
                order = -1 if direction(tags) < 0 else 1
                yield Way(item.id, tags, [ref for ref, _ in known][::order], [xy for _, xy in known][::order])
    except (RuntimeError, OSError) as error:
        raise CityReadError(
            f"it cannot be read as an OpenStreetMap file ({error})", path, advice="Fetch the file again"
        ) from error


def _segments(ways: list[Way]) -> tuple[list[int], list[int], list[int]]:
    """Way, first and last point of each stretch between junctions: points that streets share, and ends."""
    uses: dict[int, int] = {}
    for way in ways:
        for position, node in enumerate(way.nodes):
            end = position in (0, len(way.nodes) - 1)
            uses[node] = uses.get(node, 0) + (2 if end else 1)
    segments = []
    for row, way in enumerate(ways):
        cuts = [position for position, node in enumerate(way.nodes) if uses[node] > 1]
        segments += [(row, a, b) for a, b in pairwise(cuts)]
    return [row for row, _, _ in segments], [a for _, a, _ in segments], [b for _, _, b in segments]


def _geodesic_lengths(lonlat: NDArray[np.float64], offsets: NDArray[np.int64]) -> NDArray[np.float64]:
    """Lengths (n,) in metres of lines of longitude and latitude."""
    from pyproj import Geod

    steps = np.zeros(len(lonlat))
    steps[1:] = Geod(ellps="WGS84").inv(*lonlat[:-1].T, *lonlat[1:].T)[2]
    steps[offsets[:-1]] = 0.0
    return np.add.reduceat(steps, offsets[:-1])
