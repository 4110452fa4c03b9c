"""The sun from its orbit: mean anomaly, equation of the centre, rotation of the earth; no fitted series."""

import math

import numpy as np


def solar_position(days, latitude, longitude):
    """Zenith and azimuth in degrees by Meeus, Astronomical Algorithms, 1998, chapters 12, 22 and 25 (low accuracy)."""
    phi = math.radians(latitude)
    zenith, azimuth = [], []
    for day in days:
        t = (day + 70.0 / 86400.0) / 36525.0
        mean_longitude = 280.46646 + 36000.76983 * t
        m = math.radians(357.52911 + 35999.05029 * t)
        centre = 1.914602 * math.sin(m) + 0.019993 * math.sin(2 * m) + 0.000289 * math.sin(3 * m)
        node = math.radians(125.04 - 1934.136 * t)
        ecliptic = math.radians(mean_longitude + centre - 0.00569 - 0.00478 * math.sin(node))
        obliquity = math.radians(23.439291 - 0.0130042 * t + 0.00256 * math.cos(node))
        sun = np.array(
            [math.cos(ecliptic), math.cos(obliquity) * math.sin(ecliptic), math.sin(obliquity) * math.sin(ecliptic)]
        )
        sidereal = math.radians(280.46061837 + 360.98564736629 * day + longitude)
        outwards = np.array([math.cos(phi) * math.cos(sidereal), math.cos(phi) * math.sin(sidereal), math.sin(phi)])
        east = np.array([-math.sin(sidereal), math.cos(sidereal), 0.0])
        north = np.cross(outwards, east)
        topocentric = sun - 4.2635e-5 * outwards
        topocentric /= np.linalg.norm(topocentric)
        zenith.append(math.degrees(math.acos(topocentric @ outwards)))
        azimuth.append(math.degrees(math.atan2(topocentric @ east, topocentric @ north)) % 360.0)
    return zenith, azimuth
