"""Reference numbers of photovoltaics from the tables beside this file: modules, system, siting, snow, uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.model.reference import CONFIDENCE, read_reference


class PvModule(NamedTuple):
    """A class of modules.

    Parameters
    ----------
    name : str
    efficiency : float
        At 1000 W/m2 and 25 degrees Celsius.
    temperature_coefficient : float, 1/K
        Of power.
    """

    name: str
    efficiency: float
    temperature_coefficient: float


@cache
def pv_parameters() -> Mapping[str, float]:
    """Values of ``pv_parameters.csv`` by name; the table has units and sources."""
    return {row["name"]: float(row["value"]) for row in read_reference(__package__, "pv_parameters.csv")}


@cache
def pv_siting() -> Mapping[str, float]:
    """Values of ``pv_siting.csv`` by name; the table has units and sources."""
    return {row["name"]: float(row["value"]) for row in read_reference(__package__, "pv_siting.csv")}


def pv_module(name: str) -> PvModule:
    """Module of a class in ``pv_modules.csv``: ``standard``, ``premium`` or ``thin_film``.

    Raises
    ------
    ValueError
        Unknown class.

    Examples
    --------
    >>> pv_module("standard")
    PvModule(name='standard', efficiency=0.19, temperature_coefficient=-0.0037)
    """
    rows = {row["module"]: row for row in read_reference(__package__, "pv_modules.csv")}
    if name not in rows:
        raise ValueError(f"module {name!r} is not one of {', '.join(rows)}")
    return PvModule(name, float(rows[name]["efficiency"]), float(rows[name]["temperature_coefficient"]))


def system_losses() -> float:
    """Losses between module and inverter by PVWatts, 0 to 1; shading and snow are computed and left out.

    Examples
    --------
    >>> round(system_losses(), 4)
    0.1142
    """
    from pvlib.pvsystem import pvwatts_losses

    percent = {name[5:]: 100.0 * value for name, value in pv_parameters().items() if name.startswith("loss_")}
    return float(pvwatts_losses(**percent)) / 100.0


def annual_snow_loss(tilt: NDArray[np.floating]) -> NDArray[np.float64]:
    """Share of the annual yield that snow takes from modules of some tilts in degrees, by ``pv_snow.csv``, (n,)."""
    rows = read_reference(__package__, "pv_snow.csv")
    below = np.array([float(row["tilt_below_deg"]) for row in rows])
    loss = np.array([float(row["loss"]) for row in rows])
    return np.asarray(loss[np.searchsorted(below, tilt, side="right")], np.float64)


@cache
def yield_deviation() -> float:
    """Relative standard deviation of the yield of one year: root of the sum of squares of ``pv_uncertainty.csv``.

    Examples
    --------
    >>> round(yield_deviation(), 3)
    0.095
    """
    rows = read_reference(__package__, "pv_uncertainty.csv")
    return float(np.sqrt(sum(float(row["relative_sd"]) ** 2 for row in rows)))


@cache
def table_confidence(name: str) -> int:
    """Least confidence (0-100) of the numbers in one of the tables.

    Parameters
    ----------
    name : str
        File name.

    Examples
    --------
    >>> table_confidence("pv_snow.csv")
    40
    """
    return min(CONFIDENCE[row["confidence"]] for row in read_reference(__package__, name))
