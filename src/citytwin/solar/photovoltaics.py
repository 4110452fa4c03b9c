"""Photovoltaics on roofs (the PVWatts chain)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from citytwin.model.buildings import Buildings
from citytwin.model.city import CityModel
from citytwin.model.irradiation import Irradiation
from citytwin.model.pv import PvYield
from citytwin.model.reference import read_reference
from citytwin.model.sun import month_of_hour
from citytwin.model.twin import RoofPv
from citytwin.model.weather import HOURS, Weather
from citytwin.solar.scene import is_roof

BUILDINGS_A_BLOCK = 64


@cache
def pv_parameters() -> Mapping[str, float]:
    """Values of ``pv_parameters.csv`` by name; the table has units and sources."""
    return {row["name"]: float(row["value"]) for row in read_reference(__package__, "pv_parameters.csv")}


def system_losses() -> float:
    """Losses between module and inverter, ``1 - prod(1 - loss)``; shading is computed and snow is left out."""
    kept = [1.0 - value for name, value in pv_parameters().items() if name.startswith("loss_")]
    return float(1.0 - np.prod(kept))


def specific_power(
    irradiance: NDArray[np.floating], temp_air: NDArray[np.float64], wind_speed: NDArray[np.float64]
) -> NDArray[np.float64]:
    r"""Alternating current for each kW of modules.

    .. math:: P = \frac{E}{1000} (1 + \gamma (T_c - 25)) (1 - L) \eta_{inv}, \quad T_c = T_a + \frac{E}{u_0 + u_1 v}

    Parameters
    ----------
    irradiance : float array (n, h), W/m2
        In the plane of the modules, shading included, less what their glass reflects.
    temp_air : float64 array (h,), degrees Celsius
    wind_speed : float64 array (h,), m/s

    Returns
    -------
    float64 array (n, h), kW/kWp

    References
    ----------
    A. P. Dobos, "PVWatts Version 5 Manual", NREL/TP-6A20-62641, 2014, doi:10.2172/1158421.
    D. Faiman, "Assessing the outdoor operating temperature of photovoltaic modules", Progress in Photovoltaics 16(4),
    2008, pp. 307-315, doi:10.1002/pip.813.
    """
    p = pv_parameters()
    cell = temp_air + irradiance / (p["heat_loss_constant"] + p["heat_loss_wind"] * wind_speed)
    warm = 1.0 + p["temperature_coefficient"] * (cell - 25.0)
    return irradiance / 1000.0 * warm * (1.0 - system_losses()) * p["inverter_efficiency"]


def photovoltaics(
    irradiation: Irradiation, city: CityModel, buildings: Buildings, measures: Iterable[RoofPv], weather: Weather
) -> PvYield:
    """Yield of modules that lie on the roof faces which some measures choose.

    A face gets modules where its annual irradiation reaches the threshold of a measure for its building; where several
    measures choose it, the greatest usable share counts. Modules lie in the plane of the face.

    Parameters
    ----------
    irradiation : Irradiation
        Of `city` with `buildings`.
    city : CityModel
    buildings : Buildings
    measures : iterable of RoofPv
    weather : Weather
        The one `irradiation` was computed with.

    Returns
    -------
    PvYield
        One row for each building with modules, in the order of `buildings`.

    Raises
    ------
    ValueError
        A measure names a building that is not there.
    """
    share = _module_share(irradiation, city, buildings, measures)
    chosen = np.flatnonzero(share > 0.0)
    chosen = chosen[np.argsort(irradiation.building[chosen], kind="stable")]
    area = share[chosen] * irradiation.area[chosen]
    kwp = area * pv_parameters()["module_efficiency"]
    present, owner = np.unique(irradiation.building[chosen], return_inverse=True)
    month_starts = np.flatnonzero(np.diff(month_of_hour(), prepend=-1))
    monthly, district = np.zeros((len(present), 12)), np.zeros(HOURS)
    for start in range(0, len(present), BUILDINGS_A_BLOCK):
        part = np.flatnonzero((owner >= start) & (owner < start + BUILDINGS_A_BLOCK))
        power = specific_power(
            irradiation.hourly(chosen[part], pv_parameters()["angular_loss"]), weather.temp_air, weather.wind_speed
        )
        power *= kwp[part, None]
        np.add.at(monthly, owner[part], np.add.reduceat(power, month_starts, axis=1))
        district += power.sum(0)
    return PvYield(
        building=buildings.id[present],
        area_m2=np.bincount(owner, area, len(present)),
        kwp=np.bincount(owner, kwp, len(present)),
        monthly=monthly,
        district_hourly=district,
        provenance=irradiation.provenance.with_parameters(**{f"pv_{k}": v for k, v in pv_parameters().items()}),
    )


def _module_share(
    irradiation: Irradiation, city: CityModel, buildings: Buildings, measures: Iterable[RoofPv]
) -> NDArray[np.float64]:
    """Share of each surface that modules cover, float64 (n,)."""
    roof = is_roof(city, irradiation.surface)
    share = np.zeros(len(irradiation))
    for measure in measures:
        named = np.zeros(len(buildings), bool)
        named[buildings.rows_of(measure.buildings)] = True
        face = roof & named[irradiation.building] & (irradiation.annual >= measure.min_irradiation)
        share[face] = np.maximum(share[face], measure.usable_share)
    return share
