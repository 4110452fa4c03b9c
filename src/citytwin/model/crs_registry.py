"""The registry of reference systems behind a gate: systems by name, codes of systems, transformation of whole arrays.

PROJ is asked offline, whatever its environment says, so that a result does not depend on a download.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CrsError
from citytwin.model.crs_names import is_definition, plain

if TYPE_CHECKING:
    from pyproj import CRS, Transformer

DEGREES = "OGC:CRS84"
"""WGS 84 longitude and latitude in degrees: what areas of use are given in."""


@contextmanager
def offline() -> Iterator[None]:
    """PROJ without network, as it was afterwards."""
    import pyproj.network

    network: Any = pyproj.network
    enabled = network.is_network_enabled()
    if enabled:
        network.set_network_enabled(False)
    try:
        yield
    finally:
        if enabled:
            network.set_network_enabled(True)


def known_system(system: str | CRS, path: str | None = None) -> CRS:
    """System of a code, definition or name, or of any object pyproj takes for one.

    Parameters
    ----------
    system : str or pyproj.CRS
        ``"EPSG:3879"``, well-known text, a PROJ string, ...
    path : str, optional
        Named in errors.

    Raises
    ------
    CrsError
        It is none.
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError as ProjError

    try:
        return CRS.from_user_input(system)
    except (ProjError, TypeError, ValueError):
        text = system if isinstance(system, str) else type(system).__name__
        shown = text if len(text) <= 80 else f"{text[:77]}..."
        raise CrsError(
            f"{shown!r} is not a known coordinate reference system",
            path,
            advice='Say which it is by crs="EPSG:..." (--crs on the command line), or "local" if it belongs to none',
        ) from None


@lru_cache(maxsize=256)
def system_named(text: str) -> CRS | None:
    """System that bears this name in the registry, None where none does.

    Examples
    --------
    >>> system_named("Amersfoort / RD New + NAP height").to_authority()
    ('EPSG', '7415')
    >>> system_named("RD somewhere")
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError as ProjError

    try:
        system = CRS.from_user_input(text)
    except ProjError:
        return None
    return system if plain(system.name) == plain(text) else None


def code_of(system: CRS) -> str:
    """``"EPSG:3879"`` and the like, the definition where the system has no code.

    Well-known text that states a code, or whose system is certainly one of the registry, counts as that code.
    """
    authority = system.to_authority(min_confidence=100)
    if authority is None:
        stated = system.to_json_dict().get("id")
        authority = (stated["authority"], str(stated["code"])) if stated else None
    return ":".join(authority) if authority else system.to_string()


def named_code(system: CRS) -> str:
    """Code and name of a system, for messages; a definition is not spelled out.

    Examples
    --------
    >>> named_code(known_system("EPSG:4326"))
    'EPSG:4326 (WGS 84)'
    """
    code = code_of(system)
    return f"a system of its own ({system.name})" if is_definition(code) else f"{code} ({system.name})"


def registered(system: CRS) -> CRS:
    """The system as the registry has it, with axes and area of use; itself where it has no code."""
    return known_system(code_of(system))


def in_degrees(system: CRS, coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longitude and latitude, degrees from Greenwich, (n, 2); not finite where a point has none.

    Parameters
    ----------
    system : pyproj.CRS
    coordinates : float64 array (n, 2 or more)
        In the order :func:`transformer` takes.
    """
    geodetic = system.geodetic_crs
    if geodetic is None or geodetic.prime_meridian is None:
        return np.full((len(coordinates), 2), np.nan)
    usual = geodetic.prime_meridian.longitude == 0 and geodetic.axis_info[0].unit_name == "degree"
    if usual and system.is_geographic:
        return transform(transformer(system, geodetic), coordinates)
    return transform(transformer(system, geodetic if usual else known_system(DEGREES)), coordinates)


@lru_cache(maxsize=64)
def transformer(source: CRS, target: CRS) -> Transformer:
    """Transformation between two systems with east before north on both sides, where they have such axes.

    Raises
    ------
    CrsError
        There is none: they are of different celestial bodies, for example.
    """
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    try:
        with offline():
            return Transformer.from_crs(source, target, always_xy=True)
    except ProjError as error:
        raise CrsError(
            f"nothing leads from {named_code(source)} to {named_code(target)}", advice="Check the reference system"
        ) from error


def transform(operation: Transformer, coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
    """First two columns of coordinates, transformed at once; infinite where the operation has no value.

    Parameters
    ----------
    operation : pyproj.Transformer
    coordinates : float64 array (n, 2 or more)
    """
    if not len(coordinates):
        return np.empty((0, 2))
    with offline():
        columns: Any = operation.transform(coordinates[:, 0], coordinates[:, 1])
    return np.column_stack(columns)
