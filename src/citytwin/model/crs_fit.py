"""How well coordinates fit a reference system: the area of use, the axis order, zone numbers before eastings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.model.crs_registry import in_degrees, known_system
from citytwin.model.reference import read_reference

if TYPE_CHECKING:
    from pyproj import CRS

SAMPLE = 4096
"""Vertices the two axis orders are tried on."""

SUGGESTIONS = 3
"""Systems named at most where the stated one does not fit."""

_MARGIN_DEG = 0.01
_ZONE_MARGIN_DEG = 3.0
"""Half a zone: national practice stretches transverse Mercator zones over their neighbours."""

_ZONE = 1_000_000.0
"""A zone number before the easting counts millions of metres."""


def sample_of(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows of coordinates (k, 3) that stand for all: evenly spaced ones and the extremes of both axes."""
    rows = np.unique(np.linspace(0, len(coordinates) - 1, SAMPLE).astype(np.int64))
    extremes = np.concatenate([coordinates[:, :2].argmin(0), coordinates[:, :2].argmax(0)])
    return coordinates[np.union1d(rows, extremes)]


def share_inside(sample: NDArray[np.float64], system: CRS, swapped: bool) -> float:
    """Share of positions that lie in the area of use of a system; 1 as they are, 0 swapped, where it has none.

    Parameters
    ----------
    sample : float64 array (k, 2 or more)
    system : pyproj.CRS
        Of the registry: only there it has an area.
    swapped : bool
        Whether the second number is taken for the first one.
    """
    area: Any = system.area_of_use
    if area is None:
        return 0.0 if swapped else 1.0
    degrees = in_degrees(system, sample[:, [1, 0]] if swapped else sample)
    east, north = degrees[:, 0], degrees[:, 1]
    margin = _ZONE_MARGIN_DEG if _is_transverse_mercator(system) else _MARGIN_DEG
    if area.west <= area.east:
        inside = (east >= area.west - margin) & (east <= area.east + margin)
    else:  # the area crosses the antimeridian
        inside = (east >= area.west - margin) | (east <= area.east + margin)
    inside &= (north >= area.south - _MARGIN_DEG) & (north <= area.north + _MARGIN_DEG)
    return float(inside.mean())


def zone_shift(sample: NDArray[np.float64], system: CRS) -> tuple[bool, float] | None:
    """What to add to eastings that bear a zone number their system does not have, or lack one it has.

    Parameters
    ----------
    sample : float64 array (k, 2 or more)
    system : pyproj.CRS

    Returns
    -------
    tuple of bool and float, or None
        Whether northings come first, and metres to add; None where no such shift brings every position into the area
        of use.

    Examples
    --------
    >>> zone_shift(np.array([[33_390_000.0, 5_820_000.0]]), known_system("EPSG:25833"))
    (False, -33000000.0)
    """
    if not (_is_transverse_mercator(system) and system.area_of_use is not None):
        return None
    operation: Any = system.coordinate_operation
    values = {parameter.name: parameter.value for parameter in operation.params}
    meridian, false_easting = values["Longitude of natural origin"], values["False easting"]
    for swapped in (False, True):
        easting = float(np.median(sample[:, int(swapped)]))
        written, own = easting // _ZONE, false_easting // _ZONE
        if written == own or not (written in _zone_numbers(meridian) if own == 0 else written == 0):
            continue
        shift = (own - written) * _ZONE
        moved = sample.copy()
        moved[:, int(swapped)] += shift
        if share_inside(moved, system, swapped) == 1.0:
            return swapped, shift
    return None


def fitting_systems(sample: NDArray[np.float64], instead_of: CRS) -> list[str]:
    """Systems of the table of aliases that the positions would fit, where the stated one lies, with their names."""
    area: Any = instead_of.area_of_use
    if area is None:
        return []
    few = sample[:: max(1, len(sample) // 16)]
    found: list[str] = []
    for code in {row["horizontal"]: None for row in read_reference("citytwin.model", "crs_aliases.csv")}:
        if not code.startswith("EPSG:") or len(found) == SUGGESTIONS:
            continue
        system = known_system(code)
        other: Any = system.area_of_use
        apart = other.west > area.east or other.east < area.west or other.south > area.north or other.north < area.south
        if not apart and max(share_inside(few, system, order) for order in (False, True)) == 1.0:
            found.append(f"{code} ({system.name})")
    return found


def _zone_numbers(meridian: float) -> set[float]:
    """Numbers a zone goes by: of UTM, of the 3 degree Gauss-Kruger zones, and its meridian (Finland)."""
    return {(meridian + 183) / 6, meridian / 3, meridian}


def _is_transverse_mercator(system: CRS) -> bool:
    operation = system.coordinate_operation
    return operation is not None and operation.method_name.startswith("Transverse Mercator")
