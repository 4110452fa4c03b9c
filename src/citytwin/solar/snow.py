"""When snow lies on the ground: by the weather file, else by a degree-day balance."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.reference import read_reference
from citytwin.model.weather import Weather

HOURS_A_DAY = 24


SNOW_STAYS_TILT, SNOW_SLIDES_TILT = 30.0, 60.0
"""Tilt in degrees up to which a roof keeps all its snow, and from which on it keeps none."""


class SnowCover(NamedTuple):
    """Snow on the ground over a weather year.

    Parameters
    ----------
    lies : bool array (8760,)
    findings : Findings
        Says where snow was inferred from temperature.
    """

    lies: NDArray[np.bool_]
    findings: Findings


@cache
def snow_parameters() -> Mapping[str, float]:
    """Values of ``snow_parameters.csv`` by name; the table has units and sources."""
    return {row["name"]: float(row["value"]) for row in read_reference(__package__, "snow_parameters.csv")}


def snow_cover(weather: Weather) -> SnowCover:
    """Hours with at least 1 cm of snow on the ground.

    Where the weather says nothing of the depth of snow, :func:`snow_water` decides by day, which is a finding if any
    day comes out white.

    Parameters
    ----------
    weather : Weather

    Returns
    -------
    SnowCover
    """
    p = snow_parameters()
    known = ~np.isnan(weather.snow_depth)
    lies = weather.snow_depth >= p["snow_depth"]
    if known.all():
        return SnowCover(lies, Findings.of())
    daily = weather.temp_air.reshape(-1, HOURS_A_DAY).mean(1)
    white = np.repeat(snow_water(daily) >= p["snow_depth"] * p["fresh_snow_density"], HOURS_A_DAY)
    lies = np.where(known, lies, white)
    days = int(white[~known].sum()) // HOURS_A_DAY
    if days == 0:
        return SnowCover(lies, Findings.of())
    message = f"the weather has no depth of snow: by a degree-day balance it lies on {days} days, give or take weeks"
    finding = Finding(1810, "SNOW_FROM_TEMPERATURE", severity=Severity.INFO, message=message)
    return SnowCover(lies, Findings.of([finding]))


def snow_water(daily_temperature: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Water held in the snow at the end of each day.

    .. math:: S_d = \max(0, S_{d-1} + P\,[T_d < T_{snow}] - M \max(0, T_d - T_{melt}))

    The daily precipitation P is the same all year, since weather files for energy calculations rarely have one; the
    year is run twice, so that it begins with the snow it ends with.

    Parameters
    ----------
    daily_temperature : float64 array (n,), degrees Celsius
        Daily means of one year.

    Returns
    -------
    float64 array (n,), mm = kg/m2

    References
    ----------
    USDA Natural Resources Conservation Service, National Engineering Handbook, Part 630 Hydrology, Chapter 11 Snowmelt,
    2004 (degree-day method). Parameters with their sources are in ``snow_parameters.csv``.

    Examples
    --------
    >>> import numpy as np
    >>> snow_water(np.array([-5.0, -5.0, 1.0, 5.0])).round(2)
    array([1.8 , 3.6 , 0.86, 0.  ])
    """
    p = snow_parameters()
    change = p["precipitation"] * (daily_temperature < p["snow_below"])
    change = change - p["melt_rate"] * np.maximum(0.0, daily_temperature - p["melt_above"])
    water = np.empty(len(change))
    now = 0.0
    for day in [*range(len(change)), *range(len(change))]:
        now = max(0.0, now + change[day])
        water[day] = now
    return water


def snow_on_roofs(albedo: NDArray[np.float64], tilt: NDArray[np.float64], snow: float) -> NDArray[np.float64]:
    """Albedo of surfaces while snow lies: roofs up to 30 degrees are white, from 60 degrees on they are bare.

    The share that is covered is the shape coefficient of the snow load on roofs over its value for flat ones.

    Parameters
    ----------
    albedo : float64 array (n,)
        Without snow.
    tilt : float64 array (n,), degrees
        0 faces up, 90 is a wall.
    snow : float
        Albedo of snow.

    Returns
    -------
    float64 array (n,)

    References
    ----------
    EN 1991-1-3:2003, Eurocode 1, Part 1-3: Snow loads, 5.3.2, table 5.2.

    Examples
    --------
    >>> import numpy as np
    >>> snow_on_roofs(np.full(3, 0.2), np.array([0.0, 45.0, 90.0]), 0.6)
    array([0.6, 0.4, 0.2])
    """
    covered = np.clip((SNOW_SLIDES_TILT - tilt) / (SNOW_SLIDES_TILT - SNOW_STAYS_TILT), 0.0, 1.0)
    return albedo + covered * (snow - albedo)
