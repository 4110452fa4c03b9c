"""Photovoltaics on the roof faces that the measures of an alternative choose."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from citytwin.model.buildings import Buildings
from citytwin.model.city import CityModel
from citytwin.model.irradiation import Irradiation
from citytwin.model.pv import PvYield
from citytwin.model.pv_sites import PvSites
from citytwin.model.twin import RoofPv
from citytwin.model.weather import Weather
from citytwin.solar.pv_parameters import pv_module
from citytwin.solar.pv_sites import check_belongs, kind_of, orientation
from citytwin.solar.pv_yield import pv_yield
from citytwin.solar.scene import is_roof

MODULE = "premium"
"""Class of the modules of measures."""

CONFIDENCE = 95
"""The user says what is usable."""


def photovoltaics(
    irradiation: Irradiation, city: CityModel, buildings: Buildings, measures: Iterable[RoofPv], weather: Weather
) -> PvYield:
    """Yield of modules that lie on the roof faces which some measures choose.

    A face gets modules where its annual irradiation reaches the threshold of a measure for its building; where several
    measures choose it, the greatest usable share counts. Modules lie in the plane of the face. To look for sites by
    size, edges and windows, on facades and with racks as well, see :func:`citytwin.solar.pv_sites`.

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
        A measure names a building that is not there; city, buildings or weather are not those of `irradiation`.
    WeatherError
        Air temperature or wind is missing in some hours.

    References
    ----------
    A. P. Dobos, "PVWatts Version 5 Manual", NREL/TP-6A20-62641, 2014, doi:10.2172/1158421; see
    :func:`citytwin.solar.pv_yield` for the equations.

    Examples
    --------
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(4, seed=1)
    >>> weather = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    >>> sun = ct.solar.irradiate(city, weather, level="draft")
    >>> measure = RoofPv(tuple(city.buildings().id), 500.0, 0.6, "all roofs")
    >>> len(ct.solar.photovoltaics(sun, city, city.buildings(), [measure], weather))
    4
    """
    return pv_yield(measured_sites(irradiation, city, buildings, measures), irradiation, weather)


def measured_sites(
    irradiation: Irradiation, city: CityModel, buildings: Buildings, measures: Iterable[RoofPv]
) -> PvSites:
    """Sites that some measures choose; parameters as in :func:`photovoltaics`."""
    check_belongs(irradiation, city, buildings)
    module = pv_module(MODULE)
    share = _module_share(irradiation, city, buildings, measures)
    rows = np.flatnonzero((share > 0.0) & (irradiation.area > 0.0))
    rows = rows[np.argsort(irradiation.building[rows], kind="stable")]
    tilt, azimuth = orientation(irradiation.exposure.normal[irradiation.row[rows]])
    area = share[rows] * irradiation.area[rows]
    return PvSites(
        row=rows,
        surface=irradiation.surface[rows],
        building=irradiation.building[rows],
        building_id=buildings.id[irradiation.building[rows]],
        kind=kind_of(np.ones(len(rows), bool), tilt),
        face_area=irradiation.area[rows],
        usable_area=area,
        area=area,
        kwp=area * module.efficiency,
        tilt=tilt,
        azimuth=azimuth,
        rack_cover=np.full(len(rows), np.nan),
        irradiation=irradiation.annual[rows],
        module=MODULE,
        confidence=CONFIDENCE,
        provenance=irradiation.provenance.with_parameters(pv_module=MODULE, pv_efficiency=module.efficiency),
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
