"""What snow on modules takes: by the depth of snow in the weather, else by a table of annual losses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.weather import Weather
from citytwin.solar.pv_parameters import annual_snow_loss, pv_parameters
from citytwin.solar.snow import snow_cover


def knows_snow(weather: Weather) -> bool:
    """Whether the weather has a depth of snow in every hour."""
    return not bool(np.isnan(weather.snow_depth).any())


def snow_findings(weather: Weather, tilt: NDArray[np.float64]) -> Findings:
    """Says where a table stands in for the depth of snow; empty where no module can carry snow."""
    if knows_snow(weather) or not (annual_snow_loss(tilt) > 0.0).any():
        return Findings.of()
    hours = int(snow_cover(weather).lies.sum())
    message = "the weather has no depth of snow and is too warm for it to stay: modules lose nothing to snow"
    if hours:
        message = (
            "the weather has no depth of snow: modules lose a share of their annual yield by a table of tilts, in the "
            f"{hours} hours in which snow lies by temperature"
        )
    return Findings.of([Finding(1850, "PV_SNOW_FROM_TABLE", severity=Severity.INFO, message=message)])


def snow_loss(
    power: NDArray[np.float64], irradiance: NDArray[np.floating], weather: Weather, tilt: NDArray[np.float64]
) -> NDArray[np.float64]:
    r"""Share of the power that snow takes in each hour.

    Where the depth of snow is known, modules are covered when more than 1 cm falls within an hour, which shows as
    growing depth, and snow slides off with sun, warmth and tilt (Marion et al. 2013). Else the annual loss L of
    ``pv_snow.csv`` is taken in equal shares from the hours with snow on the ground:

    .. math:: s = \min\left(1, L \frac{\sum_h P_h}{\sum_{h \in snow} P_h}\right)

    Modules steeper than any loss in the table lose nothing in either case.

    Parameters
    ----------
    power : float64 array (n, 8760)
        Of the modules without snow.
    irradiance : float array (n, 8760), W/m2
        In their plane.
    weather : Weather
    tilt : float64 array (n,), degrees

    Returns
    -------
    float64 array (n, 8760)
        0 to 1.

    References
    ----------
    B. Marion et al., "Measured and modeled photovoltaic system energy losses from snow for Colorado and Wisconsin
    locations", Solar Energy 97, 2013, pp. 112-121, doi:10.1016/j.solener.2013.07.029: :func:`pvlib.snow.coverage_nrel`
    and :func:`pvlib.snow.dc_loss_nrel`.
    """
    annual = annual_snow_loss(tilt)
    result = np.zeros(power.shape)
    can_carry = np.flatnonzero(annual > 0.0)
    if knows_snow(weather):
        result[can_carry] = _covered(irradiance[can_carry], weather, tilt[can_carry])
        return result
    lies = snow_cover(weather).lies
    in_snow = power[:, lies].sum(1)
    share = np.divide(annual * power.sum(1), in_snow, out=np.zeros(len(power)), where=in_snow > 0.0)
    result[:, lies] = np.minimum(share, 1.0)[:, None]
    return result


def _covered(irradiance: NDArray[np.floating], weather: Weather, tilt: NDArray[np.float64]) -> NDArray[np.float64]:
    """Loss by the cover of snow that pvlib follows from hour to hour, (n, 8760)."""
    import pandas as pd
    from pvlib.snow import coverage_nrel, dc_loss_nrel

    depth_cm = 100.0 * weather.snow_depth
    fallen = pd.Series(np.maximum(np.diff(depth_cm, prepend=depth_cm[0]), 0.0), index=weather.index)
    depth, air = pd.Series(depth_cm, index=weather.index), pd.Series(weather.temp_air, index=weather.index)
    strings = int(pv_parameters()["snow_strings"])
    result = np.zeros(irradiance.shape)
    with pd.option_context("future.infer_freq_returns_offset", True):
        for k, (row, angle) in enumerate(zip(irradiance, tilt, strict=True)):
            sun = pd.Series(row.astype(np.float64), index=weather.index)
            result[k] = dc_loss_nrel(coverage_nrel(fallen, sun, air, angle, snow_depth=depth), strings)
    return result
