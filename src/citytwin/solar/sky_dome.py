"""The sky of a weather year over the patches of a sky model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels.patch_overlap import coarse_sums, patch_overlap
from citytwin.kernels.perez_sky import NearestPatches, isotropic_sky, nearest_patches, perez_sky
from citytwin.kernels.reinhart import projected_solid_angles, reinhart
from citytwin.model.sky_dome import SkyDome, sun_over
from citytwin.model.sun import day_of_hour, month_of_hour, sun_of
from citytwin.model.weather import HOURS, Weather
from citytwin.solar.levels import COARSE, Level
from citytwin.solar.true_north import in_grid_axes

SKIES = ("perez", "isotropic")

FAINT_W_M2 = 1.0
"""Direct irradiance up to which the sun of an hour gets no rays of its own."""


def sky_dome(
    weather: Weather,
    sky: str,
    level: Level,
    leaf: NDArray[np.integer] | None = None,
    ground: NDArray[np.integer] | None = None,
    north_deg: float = 0.0,
) -> SkyDome:
    """Radiance of the patches and the sun, in the hours with diffuse or direct radiation.

    Radiances are scaled so that an open horizontal plane, looked at in the directions of the level, gets the diffuse
    irradiance of the weather exactly, every hour.

    Parameters
    ----------
    weather : Weather
    sky : str
        ``"perez"`` for the all-weather model, ``"isotropic"``.
    level : Level
    leaf, ground : int array (8760,), optional
        State of the trees and of the ground in each hour, from 0; by default neither changes.
    north_deg : float
        Azimuth of true north in the axes of the directions, see :func:`citytwin.solar.true_north.true_north`.
    """
    nothing = np.zeros(HOURS, np.int64)
    leaf = nothing if leaf is None else leaf.astype(np.int64)
    ground = nothing if ground is None else ground.astype(np.int64)
    patches, radiating, coarse = reinhart(level.factor), reinhart(level.sky_factor), reinhart(COARSE)
    to_sky = patch_overlap(level.factor, level.sky_factor)
    up = projected_solid_angles(np.array([[0.0, 0.0, 1.0]]), patches.cells, patches.solid_angle, 0.0)
    weight = coarse_sums(up, to_sky, len(radiating.direction))[0]

    hour = np.flatnonzero((weather.dhi > 0.0) | (weather.dni > 0.0))
    pair = leaf[hour] * (1 + ground.max()) + ground[hour]
    hour = hour[np.argsort(pair, kind="stable")]
    pair, starts = np.unique(leaf[hour] * (1 + ground.max()) + ground[hour], return_index=True)
    direction = in_grid_axes(sun_of(weather).direction[hour], north_deg)
    dhi, dni = weather.dhi[hour], weather.dni[hour]
    if sky == "perez":
        radiance = perez_sky(direction, dhi, dni, day_of_hour()[hour], radiating.direction, weight)
    else:
        radiance = isotropic_sky(dhi, weight)
    nearest, around = nearest_patches(direction, patches.direction), nearest_patches(direction, coarse.direction)
    rays = patches.direction
    if level.sun_rays:
        lit = np.flatnonzero((dni > FAINT_W_M2) & (direction[:, 2] > 0.0))
        rays = np.concatenate([rays, direction[lit]])
        nearest = _straight(nearest, lit, len(patches.direction))
    return SkyDome(
        direction=rays,
        patches=patches,
        sky=radiating,
        coarse=coarse,
        to_sky=to_sky,
        to_coarse=patch_overlap(level.sky_factor, COARSE),
        radiance=radiance,
        sun=sun_over(direction, dni, nearest, around),
        hour=hour,
        month=month_of_hour()[hour],
        state=np.append(starts, len(hour)).astype(np.int64),
        leaf=pair // (1 + ground.max()),
        response=pair,
        leaf_of_day=leaf[12::24],
        latitude=weather.latitude,
        longitude=weather.longitude,
        utc_offset_h=weather.utc_offset_h,
    )


def _straight(nearest: NearestPatches, lit: NDArray[np.int64], first: int) -> NearestPatches:
    """The same with a direction of its own, from row `first` on, for each of the hours `lit`."""
    patch, share = nearest.patch.copy(), nearest.share.copy()
    patch[lit] = np.arange(first, first + len(lit))[:, None]
    share[lit] = (1.0, 0.0, 0.0)
    return NearestPatches(patch, share)
