"""Irradiance of modules on racks: rows that tilt on a flat roof and shade each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from citytwin.model.irradiation import Irradiation
from citytwin.model.sky_dome import hours_of
from citytwin.model.weather import HOURS


def rack_hours(
    irradiation: Irradiation,
    rows: NDArray[np.integer],
    tilt: float,
    azimuth: float,
    cover: float,
    angular_loss: float = 0.0,
) -> NDArray[np.float32]:
    """Irradiance in the plane of racks on some flat surfaces in each hour of the year.

    A rack sees a direction with the share of its roof that does, times the share of the rack that the row before it
    leaves free (:func:`row_light`). What surroundings reflect is that of the roof; what the roof itself reflects onto
    the racks is left out: at 15 degrees they see it with less than 2 % of their view.

    Parameters
    ----------
    irradiation : Irradiation
    rows : int array (k,)
        Of `irradiation`: flat surfaces.
    tilt, azimuth : float, degrees
        Of the modules; azimuth from north clockwise.
    cover : float
        Length of the modules over the distance of rows, 0 to 1.
    angular_loss : float
        As in :meth:`Irradiation.hourly`.

    Returns
    -------
    float32 array (k, 8760), W/m2
    """
    exposure, dome = irradiation.exposure, irradiation.dome
    part = irradiation.row[rows]
    light = row_light(dome.direction, tilt, azimuth, cover)
    visible = np.rint(exposure.visible[:, part] * light).astype(np.uint8)
    on_racks = replace(
        exposure,
        surface=exposure.surface[part],
        offsets=np.arange(len(part) + 1),
        building=np.zeros(len(part), np.int32),
        normal=np.tile(plane_normal(tilt, azimuth), (len(part), 1)),
        visible=visible,
        response=exposure.response[:, part],
        share=exposure.share[part],
        area=exposure.area[part],
    )
    result = np.zeros((len(part), HOURS), np.float32)
    result[:, dome.hour] = hours_of(on_racks, dome, np.arange(len(part)), angular_loss)
    return result


def row_light(direction: NDArray[np.float64], tilt: float, azimuth: float, cover: float) -> NDArray[np.float64]:
    """Share of a rack that the row before it leaves free in some directions.

    Parameters
    ----------
    direction : float64 array (d, 3)
        Unit vectors.
    tilt, azimuth : float, degrees
    cover : float
        Length of the modules over the distance of rows.

    Returns
    -------
    float64 array (d,)
        0 behind the rack.

    References
    ----------
    K. S. Anderson, A. R. Jensen, "Shaded fraction and backtracking in single-axis trackers on rolling terrain",
    Journal of Renewable and Sustainable Energy 16(2) 023504, 2024, doi:10.1063/5.0202220:
    :func:`pvlib.shading.shaded_fraction1d` for long rows.

    Examples
    --------
    >>> import numpy as np
    >>> south = np.array([[0.0, -np.cos(0.1), np.sin(0.1)], [0.0, 0.0, 1.0]])
    >>> row_light(south, 30.0, 180.0, 0.5).round(2)
    array([0.34, 1.  ])
    """
    from pvlib.shading import shaded_fraction1d

    zenith = np.degrees(np.arccos(np.clip(direction[:, 2], -1.0, 1.0)))
    around = np.degrees(np.arctan2(direction[:, 0], direction[:, 1]))
    shaded = np.zeros(len(direction))
    before = direction @ plane_normal(tilt, azimuth) > 1e-9
    shaded[~before] = 1.0
    if before.any():
        shaded[before] = shaded_fraction1d(
            zenith[before], around[before], azimuth - 90.0, tilt, collector_width=cover, pitch=1.0
        )
    return 1.0 - shaded


def plane_normal(tilt: float, azimuth: float) -> NDArray[np.float64]:
    """Unit vector (3,) of a plane from its tilt and azimuth in degrees."""
    b, a = np.radians(tilt), np.radians(azimuth)
    return np.array([np.sin(b) * np.sin(a), np.sin(b) * np.cos(a), np.cos(b)])
