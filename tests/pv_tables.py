"""Tables of photovoltaics made by hand: buildings with some sites each and given hours."""

import numpy as np

from citytwin.model.pv import PvYield
from citytwin.model.pv_sites import PvSites, SiteKind

HOURS = 8760


def sites_of(per_building=(1, 2), kwp=None, kinds=None) -> PvSites:
    """Sites of buildings ``b0``, ``b1`` ... with 1, 2, 3 ... kWp."""
    building = np.repeat(np.arange(len(per_building)), per_building).astype(np.int32)
    n = len(building)
    kwp = np.arange(1.0, n + 1.0) if kwp is None else np.asarray(kwp, float)
    return PvSites(
        row=np.arange(n),
        surface=np.arange(10, n + 10, dtype=np.int32),
        building=building,
        building_id=np.array([f"b{b}" for b in building], object),
        kind=np.full(n, SiteKind.ROOF, np.int8) if kinds is None else np.asarray(kinds, np.int8),
        face_area=20.0 * kwp,
        usable_area=10.0 * kwp,
        area=5.0 * kwp,
        kwp=kwp,
        tilt=np.full(n, 30.0),
        azimuth=np.full(n, 180.0),
        rack_cover=np.full(n, np.nan),
        irradiation=np.full(n, 1000.0),
        module="premium",
        confidence=40,
    )


def yield_of(hours, per_building=None, kwp=None, kinds=None, relative_sd=0.1) -> PvYield:
    """Yield of buildings with given hours (n, 8760), shared by their sites by power."""
    hours = np.asarray(hours, np.float32)
    sites = sites_of((1,) * len(hours) if per_building is None else per_building, kwp, kinds)
    total = np.bincount(sites.building, sites.kwp)
    annual = hours.sum(1, dtype=float)
    return PvYield(
        building=np.array([f"b{b}" for b in range(len(hours))], object),
        area_m2=5.0 * total,
        kwp=total,
        monthly=np.repeat(annual[:, None] / 12, 12, axis=1),
        district_hourly=hours.sum(0, dtype=float),
        sites=sites,
        site_kwh=sites.kwp / total[sites.building] * annual[sites.building],
        relative_sd=relative_sd,
        confidence=40,
        compute_hours=lambda rows: hours[rows],
    )
