"""Daylight and sunlight on facades: vertical sky component and exposure to sunlight by EN 17037."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citytwin._threads import map_blocks
from citytwin.kernels.patch_visibility import visible_fraction
from citytwin.kernels.reinhart import extend_behind, projected_solid_angles, reinhart
from citytwin.model.buildings import Buildings
from citytwin.model.city import CityModel
from citytwin.model.sun import Day, as_dates
from citytwin.model.sun_hours import SkyComponents, SunHours, check_exposure_day
from citytwin.model.triangles import Triangles
from citytwin.solar.open_ground import relief_of
from citytwin.solar.samples import SPACING_M, T_MIN_M
from citytwin.solar.scene import HALO_M
from citytwin.solar.sun_hours import check_positive, names_of, provenance_of, sun_hours
from citytwin.solar.sun_rays import buildings_of, by_cell, obstacles, outdoors
from citytwin.solar.sun_receivers import STOREY_M, envelope_places

PATCHES_BEHIND = 0.25
"""Sine of the angle behind a facade up to which patches count as its own: more than a patch is wide."""

PLACES_A_BLOCK = 32


def vertical_sky_component(
    city: CityModel,
    *,
    storey_height_m: float = STOREY_M,
    spacing_m: float = SPACING_M,
    context: CityModel | Triangles | None = None,
    terrain: Triangles | CityModel | None = None,
    buildings: Buildings | None = None,
    factor: int = 4,
) -> SkyComponents:
    r"""Vertical sky component of the storeys of facades under the CIE standard overcast sky.

    .. math:: VSC = \frac{9}{7 \pi} \int_{visible} \frac{1 + 2 \sin \gamma}{3} \max(0, n \cdot s) \, d\omega

    the direct illuminance of the facade by the sky over the illuminance of open level ground; nothing is reflected. An
    open wall has 39.6 %, one before an endless row of angle of elevation :math:`\theta`

    .. math:: VSC = \frac{3}{7 \pi} \left(\frac{\pi}{2} (1 - \sin \theta) + \frac{4}{3} \cos^2 \theta\right)

    Parameters
    ----------
    city : CityModel
    storey_height_m, spacing_m, context, terrain, buildings
        As in :func:`sun_hours`.
    factor : int
        Subdivision of the sky: ``144 factor**2 + 1`` rays a point. With 4 the closed form is met within 1 point.

    Returns
    -------
    SkyComponents
        One row a storey of a facade.

    Raises
    ------
    ValueError
        A factor below 1, a spacing or height that is not positive, buildings of another city.
    TypeError
        A factor that is no integer, or a context, terrain or buildings of another type.

    References
    ----------
    P. J. Littlefair, "Site layout planning for daylight and sunlight: a guide to good practice", BRE report BR 209.
    ISO 15469:2004 (CIE S 011), "Spatial distribution of daylight: CIE standard general sky", type 16.

    Examples
    --------
    >>> import citytwin as ct
    >>> sky = ct.solar.vertical_sky_component(ct.synthetic.city(2, seed=1), factor=2)
    >>> bool(sky.vsc.max() < 40.0)
    True
    """
    if isinstance(factor, bool) or not isinstance(factor, int | np.integer):
        raise TypeError(f"factor must be an integer, not {factor!r}")
    if factor < 1:
        raise ValueError(f"factor must be 1 or more, not {factor}")
    check_positive(storey_height_m=storey_height_m, spacing_m=spacing_m)
    buildings, terrain = buildings_of(city, buildings), relief_of(city, terrain)
    places = envelope_places(city, buildings, storey_height_m, spacing_m)
    scene = obstacles(city, buildings, context, terrain)
    places, _, _ = outdoors(city, places.take(np.flatnonzero(places.kind == "facade")), scene)
    patches = reinhart(factor)
    rays = patches.direction.astype(np.float32)
    luminance = (1.0 + 2.0 * patches.direction[:, 2]) / 3.0
    vsc = np.zeros(len(places))
    for rows, bvh, shift in by_cell(city, places, scene):
        part = places.take(rows)
        origins = (part.xyz - shift).astype(np.float32)
        weights = np.ones(len(origins), np.float32)
        facing = part.normal.astype(np.float32)

        def block(
            start: int,
            stop: int,
            bvh: Any = bvh,
            part: Any = part,
            origins: NDArray[np.float32] = origins,
            weights: NDArray[np.float32] = weights,
            facing: NDArray[np.float32] = facing,
        ) -> NDArray[np.float64]:
            seen = visible_fraction(bvh, origins, weights, part.offsets, facing, rays, T_MIN_M, start, stop)
            normal = part.normal[start:stop]
            extend_behind(seen, normal, patches.direction, PATCHES_BEHIND)
            projected = projected_solid_angles(normal, patches.cells, patches.solid_angle, 0.0)
            return (seen / 255.0 * projected) @ luminance

        vsc[rows] = np.concatenate([np.empty(0), *map_blocks(block, len(rows), PLACES_A_BLOCK)])
    conventions = {
        "sky": "CIE standard overcast, direct light of the sky only, nothing reflected",
        "facade_sample_height": f"middle of storeys of {storey_height_m:g} m from the ground of the building",
        "spacing_m": spacing_m,
        "directions": len(rays),
        "trees": "off",
        "halo_m": HALO_M,
    }
    return SkyComponents(
        receivers=places,
        building_id=names_of(buildings, places),
        origin=city.origin,
        crs=city.crs,
        conventions=conventions,
        provenance=provenance_of(city, None, context).with_parameters(
            **{f"vsc_{name}": value for name, value in conventions.items()}
        ),
        vsc=900.0 / (7.0 * np.pi) * vsc,
    )


def sunlight_exposure(city: CityModel, day: Day, *, minimum_altitude: float, **arguments: Any) -> SunHours:
    """Sun hours of the storeys of facades on one day, for their class of exposure to sunlight by EN 17037:2018.

    The standard asks for 1.5 h (minimum), 3 h (medium) or 4 h (high) of possible sunlight on a day between 1 February
    and 21 March that the planner or the country chooses, with the sun above an altitude that depends on the place; see
    ``result.exposure_class``.

    Parameters
    ----------
    city : CityModel
    day : date or ISO text
    minimum_altitude : float, degrees
        By the rule of the country: annex D of the standard has a value for each capital, for example 13 for Prague.
        There is no default.
    **arguments
        Of :func:`sun_hours`.

    Returns
    -------
    SunHours
        Facades only.

    Raises
    ------
    ValueError
        The day is not between 1 February and 21 March.

    References
    ----------
    EN 17037:2018, "Daylight in buildings", clause 5.3 and annexes A and D.

    Examples
    --------
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(2, seed=1)
    >>> sun = ct.solar.sunlight_exposure(city, "2026-03-21", minimum_altitude=10, timezone="Europe/Helsinki")
    >>> set(sun.exposure_class.ravel()) <= {"none", "minimum", "medium", "high"}
    True
    """
    [wanted] = as_dates([day], "day")
    check_exposure_day(wanted)
    sun = sun_hours(city, wanted, minimum_altitude=minimum_altitude, **arguments)
    rows = np.flatnonzero(sun.kind == "facade")
    points = np.flatnonzero(np.repeat(sun.kind == "facade", np.diff(sun.receivers.offsets)))
    return replace(
        sun,
        receivers=sun.receivers.take(rows),
        building_id=sun.building_id[rows],
        sample_hours=sun.sample_hours[points],
    )
