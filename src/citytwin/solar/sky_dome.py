"""The sky of a weather year over the patches of a sky model."""

from __future__ import annotations

import numpy as np

from citytwin.kernels.hourly_irradiance import Sun
from citytwin.kernels.perez_sky import isotropic_sky, nearest_patches, perez_sky
from citytwin.kernels.reinhart import projected_solid_angles, reinhart
from citytwin.model.irradiation import SkyDome
from citytwin.model.sun import day_of_hour, sun_of
from citytwin.model.weather import Weather

SKIES = ("perez", "isotropic")


def sky_dome(weather: Weather, sky: str, factor: int) -> SkyDome:
    """Radiance of the patches and the sun, in the hours with diffuse or direct radiation.

    Parameters
    ----------
    weather : Weather
    sky : str
        ``"perez"`` for the all-weather model, ``"isotropic"``.
    factor : int
        Subdivision of the sky, see :func:`citytwin.kernels.reinhart.reinhart`.
    """
    patches = reinhart(factor)
    up = projected_solid_angles(np.array([[0.0, 0.0, 1.0]]), patches.cells, patches.solid_angle, 0.0)[0]
    hour = np.flatnonzero((weather.dhi > 0.0) | (weather.dni > 0.0))
    direction = sun_of(weather).direction[hour]
    dhi, dni = weather.dhi[hour], weather.dni[hour]
    if sky == "perez":
        radiance = perez_sky(direction, dhi, dni, day_of_hour()[hour], patches.direction, up)
    else:
        radiance = isotropic_sky(dhi, up)
    nearest = nearest_patches(direction, patches.direction)
    sun = Sun(direction, dni, nearest.patch, nearest.share)
    return SkyDome(patches, radiance, sun, hour, weather.latitude, weather.longitude, weather.utc_offset_h)
