"""True north in the axes of a city: maps have a north of their own, up to some degrees off at the edge of a zone."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from citytwin.model.city import CityModel

NORTH_STEP_DEG = 1e-4

REACH_DEG = 6.0
"""Degrees beyond the area of a reference system where its grid still has a meaning: a zone is that wide."""


def true_north(city: CityModel, latitude: float, longitude: float) -> float:
    """Grid azimuth of true north at a place, in degrees clockwise: the convergence of meridians, with its sign turned.

    0 for a city without a reference system, and for a place far outside the area that the system is made for, such
    as that of a weather file from elsewhere.

    Examples
    --------
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(2)  # EPSG:3879, whose meridian is 25 degrees east
    >>> round(true_north(city, 60.2, 25.0), 3), round(true_north(city, 60.2, 24.5), 2)
    (0.0, 0.43)
    """
    if city.crs is None:
        return 0.0
    from pyproj import CRS, Transformer

    system = CRS(city.crs)
    area = system.area_of_use
    if system.geodetic_crs is None:
        return 0.0
    if area is not None and not (
        area.west - REACH_DEG <= longitude <= area.east + REACH_DEG
        and area.south - REACH_DEG <= latitude <= area.north + REACH_DEG
    ):
        return 0.0
    to_grid = Transformer.from_crs("EPSG:4326", city.crs, always_xy=True)
    x, y = to_grid.transform([longitude, longitude], [latitude, latitude + NORTH_STEP_DEG])
    angle = math.degrees(math.atan2(x[1] - x[0], y[1] - y[0]))
    return angle if math.isfinite(angle) else 0.0


def in_grid_axes(direction: NDArray[np.float64], north_deg: float) -> NDArray[np.float64]:
    """Directions east, north, up turned to the axes of the grid, float64 array (n, 3).

    Parameters
    ----------
    direction : float64 array (n, 3)
    north_deg : float
        From :func:`true_north`.
    """
    turn = math.radians(north_deg)
    east, north, up = direction.T
    cosine, sine = math.cos(turn), math.sin(turn)
    return np.column_stack([east * cosine + north * sine, north * cosine - east * sine, up])
