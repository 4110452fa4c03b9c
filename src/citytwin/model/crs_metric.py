"""Metres east and north out of any system: which systems count so, and what the others are projected to."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CrsError
from citytwin.model.crs_registry import in_degrees, known_system, named_code, system_named, transform, transformer

if TYPE_CHECKING:
    from pyproj import CRS

STRETCH = 0.01
"""Share by which metres of a map may differ from metres on the ground; national grids stay below a third of it."""

_WIDEST_DEG = 12.0
"""Width beyond which data are not projected to one UTM zone."""


def counts_metres(system: CRS) -> bool:
    """Whether a system is projected and has metres along both axes."""
    return bool(system.is_projected) and all(axis.unit_conversion_factor == 1.0 for axis in system.axis_info[:2])


def faces_east_and_north(system: CRS) -> bool:
    """Whether the axes of a system are east and north, in any order."""
    return {axis.direction.lower() for axis in system.axis_info[:2]} == {"east", "north"}


def ground_scale(system: CRS, coordinates: NDArray[np.float64]) -> float:
    """Metres of the map per metre on the ground at the median position, along the worse of two directions.

    Web Mercator (EPSG:3857) counts 2.01 at Helsinki: areas in it are four times too large.

    Parameters
    ----------
    system : pyproj.CRS
        Projected.
    coordinates : float64 array (n, 2 or more)
        NaN is returned where none lies on the earth.
    """
    from pyproj import Proj

    degrees = in_degrees(system, coordinates)
    on_earth = degrees[np.isfinite(degrees).all(1)]
    if not len(on_earth):
        return math.nan
    longitude, latitude = np.median(on_earth, axis=0)
    geodetic = system.geodetic_crs
    if geodetic is not None and geodetic.prime_meridian is not None:  # PROJ counts from the meridian of the system
        meridian = geodetic.prime_meridian
        longitude -= math.degrees(meridian.longitude * float(meridian.unit_conversion_factor))
    factors = Proj(system).get_factors(longitude, latitude)
    scales = (float(factors.meridional_scale), float(factors.parallel_scale))
    return max(scales, key=lambda scale: abs(scale - 1.0))


def metric_system(system: CRS, blocks: Iterable[NDArray[np.float64]], path: str | None = None) -> CRS:
    """System in true metres east and north for coordinates in another one.

    Parameters
    ----------
    system : pyproj.CRS
    blocks : iterable of float64 array (n, 2 or more)
        Coordinates, at least one, east before north where the system has such axes.
    path : str, optional
        Named in errors.

    Returns
    -------
    pyproj.CRS
        The east-north twin the registry has ("S-JTSK / Krovak East North"), else the UTM zone of the middle, on the
        datum of the system or on WGS 84.

    Raises
    ------
    CrsError
        A position lies nowhere on the earth, the data are too wide for one zone, or there is none.
    """
    if system.is_projected and not faces_east_and_north(system):
        twin = system_named(f"{system.name} East North")
        if twin is not None:
            return twin
    longitude, latitude = _middle(system, blocks, path)
    geodetic = system.geodetic_crs
    code = None
    if geodetic is not None and abs(latitude) < 90:
        code = _utm_code(geodetic.name, 6 * math.floor(longitude / 6) + 3, math.floor(latitude))
    if code is None:
        raise CrsError(
            f"there is no UTM zone at {longitude:.3f}, {latitude:.3f}",
            path,
            advice="Project the data to a metric system first",
        )
    return known_system(code)


def projected(
    coordinates: NDArray[np.float64], source: CRS, target: CRS, path: str | None = None
) -> NDArray[np.float64]:
    """Coordinates (n, 3) in another system on the same datum, heights as they are; CrsError where one has no value."""
    moved = np.column_stack([transform(transformer(source, target), coordinates), coordinates[:, 2]])
    finite = np.isfinite(moved).all(1)
    if not finite.all():
        raise CrsError(
            f"{int((~finite).sum())} of {len(moved)} vertices cannot be projected to {named_code(target)}",
            path,
            advice="Leave out what lies elsewhere",
        )
    return moved


def _middle(system: CRS, blocks: Iterable[NDArray[np.float64]], path: str | None) -> tuple[float, float]:
    """Longitude and latitude of the middle, degrees."""
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    count = lost = 0
    for block in blocks:
        degrees = in_degrees(system, block)
        count += len(degrees)
        lost += int((~np.isfinite(degrees).all(1)).sum())
        for axis in range(2):
            low[axis] = min(low[axis], degrees[:, axis].min())
            high[axis] = max(high[axis], degrees[:, axis].max())
    if lost:
        raise CrsError(
            f"{lost} of {count} vertices lie nowhere on the earth in {named_code(system)}",
            path,
            advice="Leave out what lies elsewhere",
        )
    if high[0] - low[0] >= _WIDEST_DEG:
        raise CrsError(
            f"the data span {high[0] - low[0]:.1f} degrees of longitude, too wide for one metric projection",
            path,
            advice="Read them in parts",
        )
    longitude, latitude = (low + high) / 2
    return float(longitude), float(latitude)


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
