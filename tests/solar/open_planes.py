"""Planes that nothing stands before."""

import math

import numpy as np

from citytwin.model.sky_dome import Exposure, hours_of


def normal_of(tilt, azimuth):
    """Unit vector of a plane, from degrees."""
    b, a = math.radians(tilt), math.radians(azimuth)
    return np.array([math.sin(b) * math.sin(a), math.sin(b) * math.cos(a), math.cos(b)])


def open_exposure(dome, normals):
    """Exposure of planes that see everything before them and get no reflections."""
    n = len(normals)
    return Exposure(
        surface=np.arange(n, dtype=np.int32),
        offsets=np.array([0, n]),
        building=np.zeros(1, np.int32),
        normal=np.array(normals, float),
        visible=np.full((1, n, len(dome.direction)), 255, np.uint8),
        response=np.zeros((1, n, len(dome.coarse.direction)), np.float32),
        share=np.ones(n),
        area=np.ones(n),
    )


def open_hours(dome, tilt, azimuth):
    """Irradiance in the hours of the dome, W/m2."""
    return hours_of(open_exposure(dome, [normal_of(tilt, azimuth)]), dome, np.arange(1))[0]


def open_plane(dome, tilt, azimuth):
    """Annual irradiation without reflections, kWh/m2."""
    return open_hours(dome, tilt, azimuth).sum(dtype=float) / 1000
