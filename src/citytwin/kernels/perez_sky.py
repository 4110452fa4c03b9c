"""Radiance of the sky patches over time (the all-weather model of Perez, Seals and Michalsky)."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit

SOLAR_CONSTANT = 1367.0
CLEARNESS_BOUNDS = np.array([1.065, 1.23, 1.5, 1.95, 2.8, 4.5, 6.2])
COEFFICIENTS = np.array(
    [
        [[1.3525, -0.2576, -0.2690, -1.4366], [-0.7670, 0.0007, 1.2734, -0.1233], [2.8000, 0.6004, 1.2375, 1.0000],
         [1.8734, 0.6297, 0.9738, 0.2809], [0.0356, -0.1246, -0.5718, 0.9938]],
        [[-1.2219, -0.7730, 1.4148, 1.1016], [-0.2054, 0.0367, -3.9128, 0.9156], [6.9750, 0.1774, 6.4477, -0.1239],
         [-1.5798, -0.5081, -1.7812, 0.1080], [0.2624, 0.0672, -0.2190, -0.4285]],
        [[-1.1000, -0.2515, 0.8952, 0.0156], [0.2782, -0.1812, -4.5000, 1.1766], [24.7219, -13.0812, -37.7000, 34.8438],
         [-5.0000, 1.5218, 3.9229, -2.6204], [-0.0156, 0.1597, 0.4199, -0.5562]],
        [[-0.5484, -0.6654, -0.2672, 0.7117], [0.7234, -0.6219, -5.6812, 2.6297],
         [33.3389, -18.3000, -62.2500, 52.0781],
         [-3.5000, 0.0016, 1.1477, 0.1062], [0.4659, -0.3296, -0.0876, -0.0329]],
        [[-0.6000, -0.3566, -2.5000, 2.3250], [0.2937, 0.0496, -5.6812, 1.8415], [21.0000, -4.7656, -21.5906, 7.2492],
         [-3.5000, -0.1554, 1.4062, 0.3988], [0.0032, 0.0766, -0.0656, -0.1294]],
        [[-1.0156, -0.3670, 1.0078, 1.4051], [0.2875, -0.5328, -3.8500, 3.3750], [14.0000, -0.9999, -7.1406, 7.5469],
         [-3.4000, -0.1078, -1.0750, 1.5702], [-0.0672, 0.4016, 0.3017, -0.4844]],
        [[-1.0000, 0.0211, 0.5025, -0.5119], [-0.3000, 0.1922, 0.7023, -1.6317], [19.0000, -5.0000, 1.2438, -1.9094],
         [-4.0000, 0.0250, 0.3844, 0.2656], [1.0468, -0.3788, -2.4517, 1.4656]],
        [[-1.0500, 0.0289, 0.4260, 0.3590], [-0.3250, 0.1156, 0.7781, 0.0025], [31.0625, -14.5000, -46.1148, 55.3750],
         [-7.2312, 0.4050, 13.3500, 0.6234], [1.5000, -0.6426, 1.8564, 0.5636]],
    ]
)  # fmt: skip
"""Table 1 of the paper: clearness bin, parameter a to e, coefficient 1 to 4."""


class SkyShape(NamedTuple):
    """The five parameters of the relative radiance."""

    a: float
    b: float
    c: float
    d: float
    e: float


@jit
def perez_parameters(zenith: float, dhi: float, dni: float, day_of_year: int) -> SkyShape:
    """Parameters of the sky from the position of the sun and the irradiance.

    Clearness is ``((DHI + DNI) / DHI + 1.041 z**3) / (1 + 1.041 z**3)``, at most 12.01; brightness ``DHI m / I0`` is
    kept within 0.01 and 0.6, and at least 0.2 where clearness is between 1.065 and 2.8, as Radiance does. The air mass
    m is Kasten and Young's, for altitudes of at least 0.5 degrees.

    Parameters
    ----------
    zenith : float, rad
        Below pi / 2.
    dhi, dni : float, W/m2
        `dhi` is positive.
    day_of_year : int
        From 1.

    Returns
    -------
    SkyShape

    References
    ----------
    R. Perez, R. Seals, J. Michalsky, "All-weather model for sky luminance distribution: preliminary configuration and
    validation", Solar Energy 50(3), 1993, pp. 235-245, doi:10.1016/0038-092X(93)90017-I, equations 1-8 and table 1.
    F. Kasten, A. T. Young, Applied Optics 28(22), 1989, pp. 4735-4738, doi:10.1364/AO.28.004735.
    """
    cubed = 1.041 * zenith**3
    clearness = min(12.01, ((dhi + dni) / dhi + cubed) / (1.0 + cubed))
    altitude = max(0.5, 90.0 - math.degrees(zenith))
    air_mass = 1.0 / (math.sin(math.radians(altitude)) + 0.50572 * (altitude + 6.07995) ** -1.6364)
    extraterrestrial = SOLAR_CONSTANT * (1.0 + 0.033 * math.cos(2.0 * math.pi * day_of_year / 365.0))
    brightness = min(0.6, max(0.01, dhi * air_mass / extraterrestrial))
    if 1.065 < clearness < 2.8:
        brightness = max(0.2, brightness)
    sky_bin = 0
    while sky_bin < 7 and clearness >= CLEARNESS_BOUNDS[sky_bin]:
        sky_bin += 1

    values = np.empty(5)
    for k in range(5):
        x = COEFFICIENTS[sky_bin, k]
        values[k] = x[0] + x[1] * zenith + brightness * (x[2] + x[3] * zenith)
    if sky_bin == 0:
        c = COEFFICIENTS[0, 2]
        d = COEFFICIENTS[0, 3]
        values[2] = math.exp((brightness * (c[0] + c[1] * zenith)) ** c[2]) - c[3]
        values[3] = -math.exp(brightness * (d[0] + d[1] * zenith)) + d[2] + d[3] * brightness
    return SkyShape(values[0], values[1], values[2], values[3], values[4])


@jit
def gradation(p: SkyShape, sine_altitude: float) -> float:
    """First factor of the relative radiance, ``1 + a exp(b / cos zeta)`` with zeta from the zenith.

    Parameters
    ----------
    p : SkyShape
    sine_altitude : float
        cos zeta of the point, taken as at least 0.01; the exponent is at most 50.

    Returns
    -------
    float
    """
    return 1.0 + p.a * math.exp(min(50.0, p.b / max(0.01, sine_altitude)))


@jit
def indicatrix(p: SkyShape, cosine_to_sun: float) -> float:
    """Second factor of the relative radiance, ``1 + c exp(d gamma) + e cos(gamma)**2`` with gamma from the sun.

    Parameters
    ----------
    p : SkyShape
    cosine_to_sun : float
        cos gamma of the point; the exponent is at most 50.

    Returns
    -------
    float
    """
    cosine = min(1.0, max(-1.0, cosine_to_sun))
    return 1.0 + p.c * math.exp(min(50.0, p.d * math.acos(cosine))) + p.e * cosine * cosine


@jit
def dot(a: NDArray[np.float64], i: int, b: NDArray[np.float64], k: int) -> float:
    """Scalar product of row `i` of `a` (n, 3) and row `k` of `b` (m, 3)."""
    return a[i, 0] * b[k, 0] + a[i, 1] * b[k, 1] + a[i, 2] * b[k, 2]


@jit
def perez_sky(
    sun: NDArray[np.float64],
    dhi: NDArray[np.float64],
    dni: NDArray[np.float64],
    day_of_year: NDArray[np.int64],
    direction: NDArray[np.float64],
    projected_up: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Radiance of each patch in each hour; over the horizontal it gives DHI again, every hour.

    The relative radiance at the centre of each patch, the product of :func:`gradation` and :func:`indicatrix` and at
    least 0, is scaled by the closure. The sky is isotropic where the sun is below the horizon or the model gives no
    radiance at all.

    Parameters
    ----------
    sun : float64, (h, 3)
        Unit vectors to the sun.
    dhi, dni : float64, (h,), W/m2
    day_of_year : int64, (h,)
    direction : float64, (d, 3)
        Unit vectors to the patch centres.
    projected_up : float32, (d,), sr
        Weights of the patches on the horizontal: their projected solid angles or, where a finer sky is cast, those of
        its patches gathered by :func:`citytwin.kernels.patch_overlap.coarse_sums`.

    Returns
    -------
    float32, (d, h), W/(m2 sr)
    """
    n_patches = len(direction)
    n_hours = len(dhi)
    sky = np.zeros((n_patches, n_hours), np.float32)
    relative = np.empty(n_patches)
    for hour in range(n_hours):
        if dhi[hour] <= 0.0:
            continue
        total = 0.0
        if sun[hour, 2] > 0.0:
            p = perez_parameters(math.acos(min(1.0, sun[hour, 2])), dhi[hour], dni[hour], day_of_year[hour])
            height, along_row = -1.0, 0.0
            for patch in range(n_patches):
                if direction[patch, 2] != height:
                    height = direction[patch, 2]
                    along_row = gradation(p, height)
                cosine = dot(sun, hour, direction, patch)
                relative[patch] = max(0.0, along_row * indicatrix(p, cosine))
                total += relative[patch] * projected_up[patch]
        if total <= 0.0:
            for patch in range(n_patches):
                relative[patch] = 1.0
                total += projected_up[patch]
        for patch in range(n_patches):
            sky[patch, hour] = dhi[hour] * relative[patch] / total
    return sky


@jit
def isotropic_sky(dhi: NDArray[np.float64], projected_up: NDArray[np.float32]) -> NDArray[np.float32]:
    """Radiance DHI / pi from everywhere, scaled so that the horizontal gets DHI exactly.

    Parameters
    ----------
    dhi : float64, (h,), W/m2
    projected_up : float32, (d,), sr

    Returns
    -------
    float32, (d, h), W/(m2 sr)
    """
    n_patches = len(projected_up)
    total = 0.0
    for patch in range(n_patches):
        total += projected_up[patch]
    sky = np.empty((n_patches, len(dhi)), np.float32)
    for patch in range(n_patches):
        for hour in range(len(dhi)):
            sky[patch, hour] = dhi[hour] / total
    return sky


class NearestPatches(NamedTuple):
    """The three patches nearest to the sun in each hour.

    Parameters
    ----------
    patch : int32, (h, 3)
        Nearest first; of patches equally near, the first of the sky.
    share : float32, (h, 3)
        Weights that sum to 1.
    """

    patch: NDArray[np.int32]
    share: NDArray[np.float32]


NEIGHBOURS = 2
"""Patches on each side of the sun's azimuth that can be among the three nearest of a row."""
TURN = 2.0 * math.pi
OVERHEAD = 1e-6
"""Sine of the zenith angle below which a sun has no azimuth to speak of and whole rows are searched."""
SLACK = 1e-12
"""Rounding allowed for when a row is ruled out."""


@jit
def row_offsets(direction: NDArray[np.float64]) -> NDArray[np.int64]:
    """First patch of each row of the sky, and the number of patches, int64 (r + 1,).

    Parameters
    ----------
    direction : float64, (d, 3)
        Unit vectors to the patch centres, row by row: those of a row have the same height.
    """
    n = len(direction)
    offsets = np.empty(n + 1, np.int64)
    rows = 0
    for patch in range(n):
        if patch == 0 or direction[patch, 2] != direction[patch - 1, 2]:
            offsets[rows] = patch
            rows += 1
    offsets[rows] = n
    return offsets[: rows + 1].copy()


@jit
def _offer(patch: int, cosine: float, best: NDArray[np.float64], found: NDArray[np.int32]) -> None:
    """Put a patch in its place among the three nearest so far."""
    rank = 3
    while rank > 0 and (cosine > best[rank - 1] or (cosine == best[rank - 1] and patch < found[rank - 1])):
        rank -= 1
    for k in range(2, rank, -1):
        best[k] = best[k - 1]
        found[k] = found[k - 1]
    if rank < 3:
        best[rank] = cosine
        found[rank] = patch


@jit
def nearest_patches(sun: NDArray[np.float64], direction: NDArray[np.float64]) -> NearestPatches:
    """Three patches nearest to the sun, weighted by ``1 / (1.0002 - cos angle)``.

    Rows are searched from the one at the height of the sun on, upwards and downwards, until no patch of the next row
    can be nearer than the third found so far; of a row only the patches about the azimuth of the sun are looked at.

    Parameters
    ----------
    sun : float64, (h, 3)
        Unit vectors to the sun.
    direction : float64, (d, 3)
        Unit vectors to the patch centres of :func:`citytwin.kernels.reinhart.reinhart`.

    Returns
    -------
    NearestPatches
    """
    n_hours = len(sun)
    patch = np.zeros((n_hours, 3), np.int32)
    share = np.empty((n_hours, 3), np.float32)
    offsets = row_offsets(direction)
    n_rows = len(offsets) - 1
    sine = direction[offsets[:-1], 2]
    cosine = np.sqrt(np.maximum(0.0, 1.0 - sine * sine))
    best = np.empty(3)
    for hour in range(n_hours):
        best[:] = -2.0
        height = sun[hour, 2]
        level = math.hypot(sun[hour, 0], sun[hour, 1])
        turn = math.atan2(sun[hour, 0], sun[hour, 1]) / TURN
        above = np.searchsorted(sine, height)
        below = above - 1
        while True:
            near_above = height * sine[above] + level * cosine[above] if above < n_rows else -2.0
            near_below = height * sine[below] + level * cosine[below] if below >= 0 else -2.0
            if max(near_above, near_below) + SLACK < best[2] or (above >= n_rows and below < 0):
                break
            if near_above >= near_below:
                row = above
                above += 1
            else:
                row = below
                below -= 1
            first, n = offsets[row], offsets[row + 1] - offsets[row]
            if level < OVERHEAD or n <= 2 * NEIGHBOURS:
                for k in range(first, first + n):
                    _offer(k, dot(sun, hour, direction, k), best, patch[hour])
            else:
                middle = np.int64(np.floor(turn * n))
                for step in range(1 - NEIGHBOURS, 1 + NEIGHBOURS):
                    k = first + (middle + step) % n
                    _offer(k, dot(sun, hour, direction, k), best, patch[hour])
        weights = 1.0 / np.maximum(1e-6, 1.0002 - best)
        share[hour] = weights / weights.sum()
    return NearestPatches(patch, share)
