"""The CRS guard: which reference system coordinates are in and in which order, decided from the data and not assumed.

Files omit the name of their reference system, write aliases of it, join a vertical one to it, or store east-north where
the registry says north-east. :func:`settle` tries both orders against the area of use, keeps what it decided as
findings, and refuses where the data do not decide. What comes out is always metres east, north and up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CrsError
from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.reference import read_reference

if TYPE_CHECKING:
    from pyproj import CRS

LOCAL = "local"
"""What a caller passes as `crs` for coordinates that belong to no reference system."""

SAMPLE = 4096
"""Vertices the two axis orders are tried on."""

_FITTING_SHARE = 0.95
_MARGIN_DEG = 0.01
_ZONE_MARGIN_DEG = 3.0
"""Half a zone: national practice stretches transverse Mercator zones over their neighbours."""

_WIDEST_DEG = 12.0
"""Width beyond which geographic coordinates are not projected to one UTM zone."""


@dataclass(frozen=True)
class SrsName:
    """What a ``srsName`` says.

    Parameters
    ----------
    text : str
        As written.
    horizontal, vertical : str or None
        ``"EPSG:3879"`` and the like. A compound code stays in `horizontal` until the registry is asked.
    registry_order : bool
        True for URN and URL forms, whose axis order is that of the registry; short forms mean east-north.
    alias : bool
        True where the name is not one of the registry and was looked up.
    """

    text: str
    horizontal: str | None
    vertical: str | None
    registry_order: bool
    alias: bool = False


@dataclass(frozen=True)
class Settled:
    """Coordinates in metres east, north, up, and where they are.

    Parameters
    ----------
    coordinates : float64 array (n, 3)
    crs, vertical_crs : str or None
    findings : Findings
    """

    coordinates: NDArray[np.float64]
    crs: str | None
    vertical_crs: str | None
    findings: Findings


@cache
def _aliases() -> dict[str, tuple[str, str]]:
    rows = read_reference("citytwin.model", "crs_aliases.csv")
    return {row["alias"].upper(): (row["horizontal"], row["vertical"]) for row in rows}


def parse_srs_name(text: str) -> SrsName | None:
    """Codes in a name of a reference system, or None where it holds none that is known.

    Understood are ``EPSG:3879``, ``EPSG:25832+5783``, ``urn:ogc:def:crs:EPSG::3879``,
    ``urn:ogc:def:crs:EPSG:6.12:3068``, ``http://www.opengis.net/def/crs/EPSG/0/6697``, ``...epsg.xml#25832``, compound
    forms of these, and the names of ``crs_aliases.csv``, also joined by ``*`` behind ``urn:adv:crs:``.

    Examples
    --------
    >>> parse_srs_name("urn:ogc:def:crs,crs:EPSG::3879,crs:EPSG::5717")
    SrsName(text='urn:ogc:def:crs,crs:EPSG::3879,crs:EPSG::5717', horizontal='EPSG:3879', vertical='EPSG:5717', ...)
    >>> parse_srs_name("urn:adv:crs:ETRS89_UTM32*DE_DHHN2016_NH*GCG2016").vertical
    'EPSG:7837'
    >>> parse_srs_name("#local-CRS-1")
    """
    name = text.strip()
    codes = _epsg_codes(name)
    if codes:
        formal = name.lower().startswith(("urn:", "http:", "https:"))
        return SrsName(text, f"EPSG:{codes[0]}", f"EPSG:{codes[1]}" if len(codes) > 1 else None, formal)
    words = re.split(r"[:*,/]", name)
    found = [_aliases()[word.strip().upper()] for word in words if word.strip().upper() in _aliases()]
    horizontal = next((h for h, _ in found if h), None)
    if horizontal is None:
        return None
    return SrsName(text, horizontal, next((v for _, v in found if v), None), horizontal == "OGC:CRS84", True)


def _epsg_codes(name: str) -> list[str]:
    codes = re.findall(r"EPSG(?:/|::?)(?:[0-9.]+[:/])?(\d+)|epsg\.xml#(\d+)", name, re.IGNORECASE)
    found = [a or b for a, b in codes]
    short = re.search(r"EPSG:\d+\+(\d+)\s*\Z", name, re.IGNORECASE)
    return [*found, short[1]] if short else found


def settle(
    coordinates: NDArray[np.float64], names: Iterable[str], crs: str | None = None, path: str | None = None
) -> Settled:
    """Decide reference system and axis order of the coordinates of a file, and bring them to metres east, north, up.

    Parameters
    ----------
    coordinates : float64 array (n, 3)
        First, second and third number of each position.
    names : iterable of str
        Every name of a reference system in the file.
    crs : str, optional
        Stated by the caller: overrides `names`. ``"local"`` for coordinates in metres that belong to no system.
    path : str, optional
        Named in errors.

    Returns
    -------
    Settled
        Geographic coordinates, and on request those in feet, are projected to the UTM zone of their datum (WGS 84 where
        it has none) that holds their middle, with a finding.

    Raises
    ------
    CrsError
        No system is known, several are named, its code is unknown, the coordinates lie outside its area of use in
        either order, its unit is not metre or degree, or a projected coordinate is not finite.
    """
    written = sorted({name.strip() for name in names if name.strip()})
    if crs == LOCAL:
        message = f"coordinates are taken as local metres; the file says {written or 'nothing'}"
        return Settled(coordinates, None, None, Findings.of([Finding(1201, "CRS_LOCAL", message=message)]))
    guard = _Guard(path)
    if crs is not None:
        stated = parse_srs_name(crs) or SrsName(crs, crs, None, False)
        if written and written != [crs]:
            guard.note(1202, "CRS_STATED_BY_CALLER", f"{crs} is used as stated; the file says {', '.join(written)}")
        return guard.settle(coordinates, stated, "the CRS that was passed")
    parsed = {(p.horizontal, p.vertical): p for p in map(parse_srs_name, written) if p}
    if not parsed:
        if not len(coordinates):
            return Settled(coordinates, None, None, Findings.of())
        said = f"it names {', '.join(map(repr, written))}, which is not known" if written else "it names none"
        raise guard.error(f"the coordinate reference system cannot be told: {said}")
    horizontals = {horizontal for horizontal, _ in parsed}
    if len(horizontals) > 1:
        raise guard.error(f"several coordinate reference systems are named: {', '.join(written)}")
    name = max(parsed.values(), key=lambda p: (p.vertical is not None, p.registry_order))
    if name.alias:
        joined = " + ".join(filter(None, (name.horizontal, name.vertical)))
        guard.note(1203, "CRS_ALIAS", f"{name.text!r} is read as {joined}")
    return guard.settle(coordinates, name, f"{name.text!r}")


class _Guard:
    """One decision with its findings."""

    def __init__(self, path: str | None) -> None:
        self.path = path
        self.rows: list[Finding] = []

    def note(self, code: int, name: str, message: str, severity: Severity = Severity.INFO) -> None:
        self.rows.append(Finding(code, name, severity=severity, action=Action.KEPT, message=message))

    def error(self, reason: str, advice: str = "") -> CrsError:
        return CrsError(
            reason,
            self.path,
            advice=advice
            or 'Say which it is by crs="EPSG:..." (--crs on the command line), or "local" if it belongs to none',
        )

    def settle(self, coordinates: NDArray[np.float64], name: SrsName, said: str) -> Settled:
        assert name.horizontal is not None
        horizontal, vertical, height_factor = self._resolve(name)
        stated = said == "the CRS that was passed"
        coordinates = self._ordered(coordinates, horizontal, name, said)
        horizontal, coordinates = self._metric(coordinates, horizontal, stated)
        if height_factor != 1.0:
            coordinates = coordinates * np.array([1.0, 1.0, height_factor])
        if vertical is None:
            self.note(1207, "CRS_VERTICAL_UNKNOWN", "the data do not say what heights refer to", Severity.WARNING)
        return Settled(coordinates, _code(horizontal), vertical, Findings.of(self.rows))

    def _resolve(self, name: SrsName) -> tuple[CRS, str | None, float]:
        """Horizontal system, code of the vertical one, and metres per unit of height."""
        horizontal = self._system(name.horizontal)
        vertical = None if name.vertical is None else self._system(name.vertical)
        if horizontal.is_compound:
            parts = horizontal.sub_crs_list
            horizontal, vertical = parts[0], vertical or parts[1]
        if horizontal.is_bound and horizontal.source_crs is not None:
            horizontal = horizontal.source_crs
        if not (horizontal.is_projected or horizontal.is_geographic):
            raise self.error(f"{_code(horizontal)} ({horizontal.name}) is neither projected nor geographic")
        if vertical is not None:
            if not vertical.is_vertical:
                raise self.error(f"{_code(vertical)} ({vertical.name}) is not a vertical reference system")
            return horizontal, _code(vertical), float(vertical.axis_info[0].unit_conversion_factor)
        if len(horizontal.axis_info) == 3:
            factor = float(horizontal.axis_info[2].unit_conversion_factor)
            return horizontal.to_2d(), f"{_code(horizontal)} (ellipsoidal)", factor
        return horizontal, None, 1.0

    def _system(self, text: str | None) -> CRS:
        from pyproj import CRS
        from pyproj.exceptions import CRSError as ProjError

        try:
            return CRS.from_user_input(text)
        except ProjError:
            raise self.error(f"{text!r} is not a known coordinate reference system") from None

    def _ordered(self, coordinates: NDArray[np.float64], system: CRS, name: SrsName, said: str) -> NDArray[np.float64]:
        """Coordinates with east first."""
        directions = [axis.direction.lower() for axis in system.axis_info[:2]]
        if not set(directions) <= {"east", "north"}:
            raise self.error(f"{_code(system)} ({system.name}) has axes {' and '.join(directions)}, not east and north")
        north_first = directions[0] == "north"
        by_form = north_first and name.registry_order
        if not len(coordinates):
            return coordinates
        share = {order: _share_inside(coordinates, system, order) for order in (False, True)}
        fits = {order for order, inside in share.items() if inside >= _FITTING_SHARE}
        words = {False: "east, north", True: "north, east"}
        if not fits:
            low, high = coordinates.min(0), coordinates.max(0)
            raise self.error(
                f"the coordinates ({low[0]:.10g} to {high[0]:.10g}, {low[1]:.10g} to {high[1]:.10g}) lie outside the "
                f"area of use of {said} ({system.name}) in either axis order"
            )
        order = by_form if by_form in fits else next(iter(fits))
        if len(fits) == 2:
            self.note(
                1204, "CRS_AXIS_ORDER_UNDECIDED", f"both axis orders fit; {words[order]} is taken as the name says"
            )
        elif order != by_form or (name.registry_order and order != north_first):
            self.note(
                1205,
                "CRS_AXIS_ORDER",
                f"{said} means {words[by_form]}, the coordinates are {words[order]} and read so",
            )
        if share[order] < 1.0:
            self.note(
                1206,
                "CRS_OUTSIDE_AREA",
                f"{1 - share[order]:.1%} of the vertices lie outside the area of use of {said}",
                Severity.WARNING,
            )
        return coordinates[:, [1, 0, 2]] if order else coordinates

    def _metric(self, coordinates: NDArray[np.float64], system: CRS, stated: bool) -> tuple[CRS, NDArray[np.float64]]:
        """System and coordinates in metres."""
        if system.is_projected and system.axis_info[0].unit_conversion_factor == 1.0:
            return system, coordinates
        if system.is_projected and not stated:
            raise self.error(
                f"{_code(system)} ({system.name}) counts in {system.axis_info[0].unit_name}, not metres",
                f'Pass crs="{_code(system)}" to have the coordinates projected to metres',
            )
        if not len(coordinates):
            return system, coordinates
        from pyproj import Transformer

        assert system.geodetic_crs is not None
        geodetic = system.geodetic_crs
        lon_lat = coordinates[:, :2]
        if system.is_projected:
            to_degrees = Transformer.from_crs(system, geodetic, always_xy=True)
            lon_lat = np.column_stack(to_degrees.transform(coordinates[:, 0], coordinates[:, 1]))
        low, high = lon_lat.min(0), lon_lat.max(0)
        if not high[0] - low[0] < _WIDEST_DEG:
            raise self.error(
                f"the data span {high[0] - low[0]:.1f} degrees of longitude, too wide for one metric projection",
                "Read them in parts",
            )
        target = _utm(geodetic, (low + high) / 2)
        transformer = Transformer.from_crs(system, target, always_xy=True)
        east, north = transformer.transform(coordinates[:, 0], coordinates[:, 1])
        projected = np.column_stack([east, north, coordinates[:, 2]])
        if not np.isfinite(projected).all():
            raise self.error(
                f"{int((~np.isfinite(projected).all(1)).sum())} vertices cannot be projected to {target.name}"
            )
        self.note(
            1208, "CRS_PROJECTED", f"{_code(system)} ({system.name}) is projected to {_code(target)} ({target.name})"
        )
        return target, projected


def _share_inside(coordinates: NDArray[np.float64], system: CRS, north_first: bool) -> float:
    """Share of a sample that lies in the area of use, read in one axis order; 1 where the system has no area."""
    area: Any = system.area_of_use
    rows = np.unique(np.linspace(0, len(coordinates) - 1, SAMPLE).astype(np.int64))
    extremes = np.concatenate([coordinates[:, :2].argmin(0), coordinates[:, :2].argmax(0)])
    sample = coordinates[np.union1d(rows, extremes)]
    east, north = (sample[:, 1], sample[:, 0]) if north_first else (sample[:, 0], sample[:, 1])
    if area is None:
        return 1.0 if not north_first else 0.0
    lon_margin = _MARGIN_DEG
    if system.is_projected:
        from pyproj import Transformer

        operation = system.coordinate_operation
        if operation is not None and operation.method_name == "Transverse Mercator":
            lon_margin = _ZONE_MARGIN_DEG
        transformer = Transformer.from_crs(system, system.geodetic_crs, always_xy=True)
        east, north = transformer.transform(east, north)
    if area.west <= area.east:
        inside_lon = (east >= area.west - lon_margin) & (east <= area.east + lon_margin)
    else:  # the area crosses the antimeridian
        inside_lon = (east >= area.west - lon_margin) | (east <= area.east + lon_margin)
    inside = inside_lon & (north >= area.south - _MARGIN_DEG) & (north <= area.north + _MARGIN_DEG)
    return float(inside.mean())


def _utm(geodetic: CRS, middle: NDArray[np.float64]) -> CRS:
    """UTM zone on the datum of a geographic system, or on WGS 84, at longitude and latitude `middle`."""
    from pyproj import CRS

    lon, lat = float(middle[0]), float(middle[1])
    code = _utm_code(geodetic.name, 6 * math.floor(lon / 6) + 3, math.floor(lat)) if abs(lat) < 90 else None
    if code is None:
        raise CrsError(
            f"there is no UTM zone at {lon:.3f}, {lat:.3f}", advice="Project the data to a metric system first"
        )
    return CRS.from_user_input(code)


@cache
def _utm_code(datum: str, central_meridian: int, parallel: int) -> str | None:
    """Code of the UTM zone at a place, east before north; asking the registry takes a tenth of a second."""
    from pyproj.aoi import AreaOfInterest
    from pyproj.database import query_utm_crs_info

    place = AreaOfInterest(central_meridian, parallel, central_meridian, parallel + 1)
    for name in (datum, "WGS 84"):
        zones = query_utm_crs_info(datum_name=name, area_of_interest=place)
        codes = [(int(zone.code), zone.auth_name) for zone in zones if "(N-E)" not in zone.name]
        if codes:
            code, authority = min(codes)
            return f"{authority}:{code}"
    return None


def _code(system: CRS) -> str:
    authority = system.to_authority(min_confidence=100)
    return ":".join(authority) if authority else system.to_string()
