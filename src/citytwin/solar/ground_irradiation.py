"""Irradiation of the year at yards and points on the ground, before and after new buildings stand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels.bvh import Bvh, build_bvh
from citytwin.model.city import CityModel
from citytwin.model.irradiation import Irradiation
from citytwin.model.sky_dome import Exposure
from citytwin.model.sun_hours import SunReceivers
from citytwin.solar.exposure import above_horizon, through_crowns
from citytwin.solar.irradiate import monthly_sums
from citytwin.solar.samples import SurfaceSky, visible_shares
from citytwin.solar.sun_rays import Obstacles, by_cell, seen_rays
from citytwin.solar.surroundings import Surroundings


def annual_of_places(
    irradiation: Irradiation, visible: NDArray[np.uint8], normal: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Annual sums (n,), kWh/m2, at places that see shares of the directions (l, n, d); without what is reflected."""
    n, dome = visible.shape[1], irradiation.dome
    places = Exposure(
        surface=np.full(n, -1, np.int32),
        offsets=np.arange(n + 1),
        building=np.full(n, -1, np.int32),
        normal=normal,
        visible=visible,
        response=np.zeros((len(irradiation.exposure.response), n, len(dome.coarse.direction)), np.float32),
        share=np.ones(n),
        area=np.ones(n),
    )
    return monthly_sums(places, dome)[0].sum(1)


def seen_sky(
    city: CityModel,
    places: SunReceivers,
    before: Obstacles,
    new: Obstacles,
    irradiation: Irradiation,
    around: Surroundings,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Share of the points of each place that sees each direction, before and after, each (l, n, d).

    What new buildings leave is the AND of what is seen past either. Crowns and horizon as in :func:`irradiate`.
    """
    dome, leaves = irradiation.dome, len(irradiation.exposure.visible)
    result = tuple(np.zeros((leaves, len(places), len(dome.direction)), np.uint8) for _ in range(2))
    for rows, bvh, shift in by_cell(city, places, before):
        part = places.take(rows)
        if len(around.trees):
            both = build_bvh(np.concatenate([before.around(shift), new.around(shift)]))
            for shares, tree in zip(result, (bvh, both), strict=True):
                seen = _surface_sky(tree, part, shift, dome.direction)
                shares[:, rows] = through_crowns(tree, seen, dome, around.trees, city.origin, shift, around.halo_m)
        else:
            free = seen_rays(bvh, part, shift, dome.direction)
            result[0][0, rows] = _shares(free, part.offsets)
            free &= seen_rays(new.tree(shift), part, shift, dome.direction)
            result[1][0, rows] = _shares(free, part.offsets)
    if around.horizon is not None:
        return above_horizon(result[0], dome, around.horizon), above_horizon(result[1], dome, around.horizon)
    return result[0], result[1]


def _surface_sky(
    tree: Bvh, part: SunReceivers, shift: NDArray[np.float64], directions: NDArray[np.float64]
) -> SurfaceSky:
    """What places see, as if each were a surface of 1 m2."""
    n, points, offsets = len(part), part.xyz - shift, part.offsets.copy()
    visible = visible_shares(tree, points, offsets, part.normal, directions.astype(np.float32))
    return SurfaceSky(part.normal, visible, np.ones(n), np.ones(n), np.zeros(n, bool), points, offsets)


def _shares(seen: NDArray[np.bool_], offsets: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Share of the points of each place that see each direction, 255 is all, uint8 (n, d)."""
    counts = np.add.reduceat(seen, offsets[:-1], axis=0, dtype=np.int64) if len(offsets) > 1 else seen[:0]
    return (255.0 * counts / np.diff(offsets)[:, None] + 0.5).astype(np.uint8)
