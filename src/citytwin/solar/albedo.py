"""Albedo: what share of the sun surfaces and the ground send back, by material and by snow."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.model.findings import Findings
from citytwin.model.reference import read_reference
from citytwin.model.weather import Weather
from citytwin.solar.snow import snow_cover

DRY, SNOW = 0, 1
STATES = ("dry", "snow")
"""States of the ground, in the order of their numbers."""


class GroundAlbedo(NamedTuple):
    """State and albedo of the ground over a weather year.

    Parameters
    ----------
    state : int8 array (8760,)
        0 dry, 1 snow.
    values : float64 array (2,)
        Albedo in each state.
    findings : Findings
    """

    state: NDArray[np.int8]
    values: NDArray[np.float64]
    findings: Findings


@cache
def albedo_table() -> Mapping[str, float]:
    """Albedo by material or kind of surface; ``albedo.csv`` has ranges and sources.

    Examples
    --------
    >>> albedo_table()["asphalt"]
    0.12
    """
    return {row["kind"]: float(row["albedo"]) for row in read_reference(__package__, "albedo.csv")}


def ground_albedo(weather: Weather) -> GroundAlbedo:
    """Whether the ground is dry or white in each hour, and how much it reflects then.

    Snow is that of :func:`citytwin.solar.snow.snow_cover`. Where the weather knows the albedo in all sunlit hours of a
    state, the value of the state is its mean over them, weighted by global radiation; else it is that of the table.

    Parameters
    ----------
    weather : Weather

    Returns
    -------
    GroundAlbedo

    Examples
    --------
    >>> import citytwin as ct
    >>> ground = ground_albedo(ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals()))
    >>> ground.values
    array([0.2 , 0.65])
    >>> bool(ground.state[24 * 45] == 1), bool(ground.state[24 * 200] == 0)
    (True, True)
    """
    snow = snow_cover(weather)
    state = snow.lies.astype(np.int8)
    values = np.array([albedo_table()["ground"], albedo_table()["snow"]])
    for k in (DRY, SNOW):
        lit = (state == k) & (weather.ghi > 0.0)
        if lit.any() and not np.isnan(weather.albedo[lit]).any():
            values[k] = np.average(weather.albedo[lit], weights=weather.ghi[lit])
    return GroundAlbedo(state, values, snow.findings)
