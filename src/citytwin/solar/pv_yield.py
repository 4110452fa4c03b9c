"""Yield of photovoltaics hour by hour: irradiance, cells, snow, inverter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.model.findings import Findings
from citytwin.model.irradiation import Irradiation
from citytwin.model.pv import PvYield
from citytwin.model.pv_sites import PvSites, SiteKind
from citytwin.model.sun import month_of_hour
from citytwin.model.weather import HOURS, Weather
from citytwin.solar.pv_parameters import pv_module, pv_parameters, table_confidence, yield_deviation
from citytwin.solar.pv_power import alternating_current, cell_temperature, direct_current
from citytwin.solar.pv_racks import rack_hours
from citytwin.solar.pv_snow import knows_snow, snow_findings, snow_loss
from citytwin.solar.surroundings import check_weather

SITES_A_BLOCK = 64

MOUNTING = {SiteKind.ROOF: "semi_integrated", SiteKind.FLAT_ROOF: "freestanding", SiteKind.FACADE: "semi_integrated"}
"""What PVsyst calls the way modules are mounted; flat roofs carry racks."""


@dataclass(frozen=True, eq=False)
class Plant:
    """Modules and all that their power follows from.

    Parameters
    ----------
    sites : PvSites
        Those of one building side by side.
    irradiation : Irradiation
    weather : Weather
    temperature : {"faiman", "pvsyst"}
    snow : bool
    first : int64 array (b + 1,)
        First site of each building.
    """

    sites: PvSites
    irradiation: Irradiation
    weather: Weather
    temperature: str
    snow: bool
    first: NDArray[np.int64]

    def site_hours(self, start: int, stop: int) -> NDArray[np.float64]:
        """Alternating current of some sites, float64 (stop - start, 8760), kW."""
        sites = self.sites.take(np.arange(start, stop))
        module = pv_module(sites.module)
        loss = pv_parameters()["angular_loss"]
        power = np.zeros((len(sites), HOURS))
        for mask, mounting in self._mounted(sites):
            arriving = self._irradiance(sites, mask, 0.0)
            cell = cell_temperature(arriving, self.weather, self.temperature, mounting)
            direct = direct_current(self._irradiance(sites, mask, loss), cell, module)
            if self.snow:
                direct *= 1.0 - snow_loss(direct, arriving, self.weather, sites.tilt[mask])
            power[mask] = alternating_current(direct)
        return power * sites.kwp[:, None]

    def building_hours(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Alternating current of some buildings, float32 (k, 8760), kW."""
        result = np.zeros((len(rows), HOURS), np.float32)
        for k, row in enumerate(rows):
            for start, stop in _blocks(int(self.first[row]), int(self.first[row + 1])):
                result[k] += self.site_hours(start, stop).sum(0)
        return result

    def _mounted(self, sites: PvSites) -> Iterator[tuple[NDArray[np.int64], str]]:
        """Rows of the sites that are mounted in one way, and the way."""
        for kind, mounting in MOUNTING.items():
            for racked in (False, True):
                rows = np.flatnonzero((sites.kind == kind) & (~np.isnan(sites.rack_cover) == racked))
                if len(rows):
                    yield rows, mounting

    def _irradiance(self, sites: PvSites, rows: NDArray[np.int64], angular_loss: float) -> NDArray[np.float32]:
        """Irradiance in the plane of the modules of some sites, racked or not all alike, float32 (k, 8760)."""
        if np.isnan(sites.rack_cover[rows[0]]):
            return self.irradiation.hourly(sites.row[rows], angular_loss)
        result = np.zeros((len(rows), HOURS), np.float32)
        rack = np.column_stack([sites.tilt, sites.azimuth, sites.rack_cover])[rows]
        for tilt, azimuth, cover in np.unique(rack, axis=0):
            same = (rack == (tilt, azimuth, cover)).all(1)
            result[same] = rack_hours(self.irradiation, sites.row[rows[same]], tilt, azimuth, cover, angular_loss)
        return result


def pv_yield(
    sites: PvSites, irradiation: Irradiation, weather: Weather, temperature: str = "faiman", snow: bool = True
) -> PvYield:
    r"""What modules on some sites generate in each hour of a year, by the models of PVWatts.

    .. math:: P_{DC} = P_{STC} \frac{E}{1000} (1 + \gamma (T_c - 25)) (1 - L) (1 - s)

    with the irradiance E behind the cover in W/m2, cells at :math:`T_c`, system losses L and what snow takes, s; then
    the inverter. Shading is that of the irradiation, so that PVWatts' loss for it is 0 and its system losses come to
    11.4 %. Light that the cover reflects is taken off by Martin and Ruiz, snow as in
    :func:`citytwin.solar.pv_snow.snow_loss`.

    Parameters
    ----------
    sites : PvSites
        Those of one building side by side, as from :func:`pv_sites`.
    irradiation : Irradiation
        The one the sites were chosen by, or another of the same surfaces, such as one with new neighbours.
    weather : Weather
        The one `irradiation` was computed with.
    temperature : {"faiman", "pvsyst"}
        Model of the cell temperature, see :func:`citytwin.solar.pv_power.cell_temperature`.
    snow : bool
        Whether snow on the modules is counted.

    Returns
    -------
    PvYield
        One row for each building with sites, in their order.

    Raises
    ------
    ValueError
        Unknown temperature model, the sites of a building do not lie side by side, or sites or weather are not those of
        `irradiation`.
    WeatherError
        Air temperature or wind is missing in some hours.

    References
    ----------
    A. P. Dobos, "PVWatts Version 5 Manual", NREL/TP-6A20-62641, 2014, doi:10.2172/1158421.
    K. S. Anderson et al., "pvlib python: 2023 project update", Journal of Open Source Software 8(92) 5994, 2023,
    doi:10.21105/joss.05994.

    Examples
    --------
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(4, seed=1)
    >>> weather = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    >>> sun = ct.solar.irradiate(city, weather, level="draft")
    >>> pv = ct.solar.pv_yield(ct.solar.pv_sites(sun, city, city.buildings()), sun, weather)
    >>> bool((pv.specific_yield > 500.0).all() and (pv.specific_yield < 1100.0).all())
    True
    """
    check_weather(irradiation.dome, weather)
    _check_sites(sites, irradiation)
    starts = np.flatnonzero(np.diff(sites.building, prepend=-1))
    if len(np.unique(sites.building)) != len(starts):
        raise ValueError("the sites of a building must lie side by side")
    first = np.append(starts, len(sites)).astype(np.int64)
    plant = Plant(sites, irradiation, weather, temperature, snow, first)
    owner = np.repeat(np.arange(len(starts)), np.diff(first))
    month_starts = np.flatnonzero(np.diff(month_of_hour(), prepend=-1))
    monthly, district = np.zeros((len(sites), 12)), np.zeros(HOURS)
    for start, stop in _blocks(0, len(sites)):
        power = plant.site_hours(start, stop)
        monthly[start:stop] = np.add.reduceat(power, month_starts, axis=1)
        district += power.sum(0)
    by_building = np.zeros((len(starts), 12))
    np.add.at(by_building, owner, monthly)
    confidence = [table_confidence("pv_parameters.csv"), sites.confidence]
    if snow and not knows_snow(weather):
        confidence.append(table_confidence("pv_snow.csv"))
    return PvYield(
        building=sites.building_id[starts],
        area_m2=np.bincount(owner, sites.area, len(starts)),
        kwp=np.bincount(owner, sites.kwp, len(starts)),
        monthly=by_building,
        district_hourly=district,
        sites=sites,
        site_kwh=monthly.sum(1),
        relative_sd=yield_deviation(),
        confidence=min(confidence),
        compute_hours=plant.building_hours,
        findings=snow_findings(weather, sites.tilt) if snow else Findings.of(),
        provenance=sites.provenance.with_parameters(
            pv_temperature=temperature, pv_snow=snow, **{f"pv_{k}": v for k, v in pv_parameters().items()}
        ),
    )


def _check_sites(sites: PvSites, irradiation: Irradiation) -> None:
    """Raise ValueError unless sites are faces of an irradiation."""
    fits = not len(sites) or int(sites.row.max()) < len(irradiation)
    if not fits or any(
        (getattr(irradiation, name)[sites.row] != getattr(sites, name)).any() for name in ("surface", "building")
    ):
        raise ValueError("the irradiation is of other surfaces than the sites: give the one that pv_sites was given")


def _blocks(start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Ranges of sites that are computed at a time."""
    for first in range(start, stop, SITES_A_BLOCK):
        yield first, min(first + SITES_A_BLOCK, stop)
