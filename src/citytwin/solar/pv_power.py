"""Power of modules and inverter from irradiance, by the models of PVWatts in pvlib."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import WeatherError
from citytwin.model.weather import Weather
from citytwin.solar.pv_parameters import PvModule, pv_parameters, system_losses

TEMPERATURES = ("faiman", "pvsyst")
"""Models of the cell temperature."""


def cell_temperature(
    irradiance: NDArray[np.floating], weather: Weather, model: str = "faiman", mounting: str = "semi_integrated"
) -> NDArray[np.float64]:
    """Temperature of the cells of modules.

    Parameters
    ----------
    irradiance : float array (n, 8760), W/m2
        That arrives at the cover.
    weather : Weather
    model : {"faiman", "pvsyst"}
        :func:`pvlib.temperature.faiman`, or :func:`pvlib.temperature.pvsyst_cell`, which leaves out the wind and tells
        mountings apart.
    mounting : {"freestanding", "semi_integrated", "insulated"}
        For PVsyst.

    Returns
    -------
    float64 array (n, 8760), degrees Celsius

    Raises
    ------
    ValueError
        Unknown model or mounting.
    WeatherError
        Air temperature or wind is missing in some hours.

    References
    ----------
    D. Faiman, "Assessing the outdoor operating temperature of photovoltaic modules", Progress in Photovoltaics 16(4),
    2008, pp. 307-315, doi:10.1002/pip.813.
    """
    from pvlib import temperature

    columns = {"temp_air": weather.temp_air, "wind_speed": weather.wind_speed}
    for name, column in columns.items():
        if np.isnan(column).any():
            raise WeatherError(
                f"{name} is missing in {int(np.isnan(column).sum())} hours; modules need it in every one"
            )
    p = pv_parameters()
    if model == "faiman":
        constants = {"u0": p["heat_loss_constant"], "u1": p["heat_loss_wind"]}
        return np.asarray(temperature.faiman(irradiance, **columns, **constants), np.float64)
    if model != "pvsyst":
        raise ValueError(f"temperature must be one of {', '.join(TEMPERATURES)}, not {model!r}")
    mountings = temperature.TEMPERATURE_MODEL_PARAMETERS["pvsyst"]
    if mounting not in mountings:
        raise ValueError(f"mounting must be one of {', '.join(mountings)}, not {mounting!r}")
    return np.asarray(temperature.pvsyst_cell(irradiance, **columns, **mountings[mounting]), np.float64)


def direct_current(effective: NDArray[np.floating], cell: NDArray[np.float64], module: PvModule) -> NDArray[np.float64]:
    r"""Power of modules after system losses, for each kW of them; snow is left out.

    .. math:: P = \frac{E}{1000} (1 + \gamma (T_c - 25)) (1 - L)

    Parameters
    ----------
    effective : float array (n, h), W/m2
        Irradiance behind the cover.
    cell : float64 array (n, h), degrees Celsius
    module : PvModule

    Returns
    -------
    float64 array (n, h), kW/kWp

    References
    ----------
    A. P. Dobos, "PVWatts Version 5 Manual", NREL/TP-6A20-62641, 2014, doi:10.2172/1158421:
    :func:`pvlib.pvsystem.pvwatts_dc` and :func:`pvlib.pvsystem.pvwatts_losses`.
    """
    from pvlib.pvsystem import pvwatts_dc

    power = pvwatts_dc(np.asarray(effective, np.float64), cell, 1.0, module.temperature_coefficient)
    return np.asarray(power * (1.0 - system_losses()), np.float64)


def alternating_current(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Power behind the inverter, for each kW of modules: :func:`pvlib.inverter.pvwatts`.

    Parameters
    ----------
    power : float64 array (n, h), kW/kWp
        From :func:`direct_current`, less what snow takes.

    Returns
    -------
    float64 array (n, h), kW/kWp
    """
    from pvlib.inverter import pvwatts

    p = pv_parameters()
    limit = 1.0 / (p["dc_to_ac_ratio"] * p["inverter_efficiency"])
    return np.asarray(pvwatts(power, limit, p["inverter_efficiency"], p["inverter_reference"]), np.float64)
