"""Reference systems of heights: which one a system holds, its unit, its form in metres."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from citytwin.errors import CrsError
from citytwin.model.crs_registry import code_of, known_system, named_code, system_named

if TYPE_CHECKING:
    from pyproj import CRS


class HeightSystem(NamedTuple):
    """What heights refer to, and what they are counted in.

    Parameters
    ----------
    code : str
        Of the system in metres: ``"EPSG:3900"`` for N2000. Ellipsoidal heights bear the code of a geographic system
        with three axes, ``"EPSG:4937"`` for ETRS89.
    metres : float
        Metres a unit.
    unit : str
        Name of the unit in the registry.
    """

    code: str
    metres: float
    unit: str


def split_system(system: CRS, path: str | None = None) -> tuple[CRS, HeightSystem | None]:
    """Horizontal system with two axes, and the system of heights where one is part of it.

    Parameters
    ----------
    system : pyproj.CRS
        Projected, geographic or a compound; anything else raises CrsError.
    path : str, optional
        Named in errors.
    """
    heights = None
    if system.is_compound:
        system, vertical = system.sub_crs_list[:2]
        heights = height_system(vertical, path)
    if system.is_bound and system.source_crs is not None:
        system = system.source_crs
    if system.is_geocentric:
        raise CrsError(
            f"{named_code(system)} counts x, y and z from the centre of the earth",
            path,
            advice="Convert the data to a projected system first",
        )
    if not (system.is_projected or system.is_geographic):
        raise CrsError(
            f"{named_code(system)} is neither projected nor geographic",
            path,
            advice='Say which horizontal system it is by crs="EPSG:..." (--crs on the command line), '
            'or "local" if it belongs to none',
        )
    if len(system.axis_info) == 3:
        return system.to_2d(), heights or _ellipsoidal(system)
    return system, heights


def height_system(vertical: CRS, path: str | None = None) -> HeightSystem:
    """System of heights of a vertical system, or of a geographic one with three axes.

    Raises
    ------
    CrsError
        It is something else, or counts depths downwards.
    """
    if vertical.is_geographic and len(vertical.axis_info) == 3:
        return _ellipsoidal(vertical)
    if not vertical.is_vertical:
        raise CrsError(
            f"{named_code(vertical)} is not a vertical reference system",
            path,
            advice='State both by crs="EPSG:...+..." (--crs on the command line), horizontal before vertical',
        )
    axis = vertical.axis_info[0]
    if axis.direction.lower() != "up":
        raise CrsError(f"{named_code(vertical)} counts downwards", path, advice="Convert depths to heights first")
    metres = float(axis.unit_conversion_factor)
    return HeightSystem(code_of(vertical if metres == 1.0 else _in_metres(vertical)), metres, axis.unit_name)


def is_ellipsoidal(code: str) -> bool:
    """Whether heights of a system are above an ellipsoid, not above a geoid or a levelled datum.

    Examples
    --------
    >>> is_ellipsoidal("EPSG:4937"), is_ellipsoidal("EPSG:3900")
    (True, False)
    """
    return bool(known_system(code).is_geographic)


def height_name(code: str) -> str:
    """Code with the name people know.

    Examples
    --------
    >>> height_name("EPSG:3900")
    'EPSG:3900 (N2000 height)'
    >>> height_name("EPSG:4937")
    'EPSG:4937 (ETRS89 ellipsoidal height)'
    """
    name = known_system(code).name
    return f"{code} ({name} ellipsoidal height)" if is_ellipsoidal(code) else f"{code} ({name})"


def _ellipsoidal(system: CRS) -> HeightSystem:
    axis = system.axis_info[2]
    geodetic = system if system.is_geographic else system.geodetic_crs
    assert geodetic is not None
    return HeightSystem(code_of(geodetic), float(axis.unit_conversion_factor), axis.unit_name)


def _in_metres(vertical: CRS) -> CRS:
    """The same heights in metres: of the registry where it has them ("NAVD88 height (ftUS)" to "NAVD88 height")."""
    stem = vertical.name.split(" (")[0]
    for name in (stem, f"{stem} (m)"):
        sibling = system_named(name)
        if sibling is not None and sibling.is_vertical and sibling.axis_info[0].unit_conversion_factor == 1.0:
            return sibling
    definition = vertical.to_json_dict()
    definition.pop("id", None)
    definition["name"] = f"{stem} (m)"
    definition["coordinate_system"]["axis"][0]["unit"] = "metre"
    return type(vertical).from_json_dict(definition)
