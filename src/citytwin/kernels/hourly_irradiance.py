"""Irradiance of surfaces from visible fractions, sky radiance and the direct sun."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.martin_ruiz import incidence_modifier


class Sun(NamedTuple):
    """The sun of some hours.

    Parameters
    ----------
    direction : float64, (h, 3)
        Unit vectors to the sun.
    dni : float64, (h,), W/m2
        Direct normal irradiance.
    patch : int16, (h, 3)
        Patches nearest to the sun, see :func:`citytwin.kernels.perez_sky.nearest_patches`.
    share : float32, (h, 3)
        Their weights.
    """

    direction: NDArray[np.float64]
    dni: NDArray[np.float64]
    patch: NDArray[np.int16]
    share: NDArray[np.float32]


@jit
def lit_share(visible: NDArray[np.uint8], sun: Sun, hour: int) -> float:
    """Share of a surface that sees the sun, ``sum_k w_k F_k`` over the patches nearest to it.

    Parameters
    ----------
    visible : uint8, (d,)
        Visible fraction of each patch, 255 is all.
    sun : Sun
    hour : int
        Row of `sun`.

    Returns
    -------
    float
    """
    share = 0.0
    for k in range(3):
        share += sun.share[hour, k] * visible[sun.patch[hour, k]]
    return share / 255.0


@jit
def cosine_of_incidence(normal: NDArray[np.float64], sun: Sun, hour: int) -> float:
    """Cosine of the angle between a unit normal (3,) and the sun of one hour; negative behind the surface."""
    s = sun.direction[hour]
    return normal[0] * s[0] + normal[1] * s[1] + normal[2] * s[2]


@jit
def direct_irradiance(
    visible: NDArray[np.uint8], normal: NDArray[np.float64], sun: Sun, hour: int, angular_loss: float
) -> float:
    """Direct irradiance of one surface: DNI, cosine of incidence and :func:`lit_share`, less what glass reflects.

    Parameters
    ----------
    visible : uint8, (d,)
    normal : float64, (3,)
        Unit normal.
    sun : Sun
    hour : int
        Row of `sun`.
    angular_loss : float
        Of a glass cover, see :func:`citytwin.kernels.martin_ruiz.incidence_modifier`; 0 for none.

    Returns
    -------
    float, W/m2
    """
    cosine = cosine_of_incidence(normal, sun, hour)
    if cosine <= 0.0:
        return 0.0
    return sun.dni[hour] * cosine * incidence_modifier(cosine, angular_loss) * lit_share(visible, sun, hour)


@jit
def sun_time(visible: NDArray[np.uint8], normals: NDArray[np.float64], sun: Sun) -> NDArray[np.float64]:
    """Number of moments the sun shines on each surface, each counted with the share of the surface that it reaches.

    Parameters
    ----------
    visible : uint8, (n, d)
    normals : float64, (n, 3)
        Unit normals.
    sun : Sun
        Moments with the sun above the horizon; `dni` is not used.

    Returns
    -------
    float64, (n,)
    """
    n = len(visible)
    result = np.zeros(n)
    for i in range(n):
        for moment in range(len(sun.direction)):
            if cosine_of_incidence(normals[i], sun, moment) > 0.0:
                result[i] += lit_share(visible[i], sun, moment)
    return result


@jit
def hourly_irradiance(
    visible: NDArray[np.uint8],
    normals: NDArray[np.float64],
    projected: NDArray[np.float32],
    sky: NDArray[np.float32],
    sun: Sun,
    angular_loss: float,
) -> NDArray[np.float32]:
    """Irradiance from sky and sun, hour by hour; the order of summation does not depend on what else is in the arrays.

    ``E(h) = sum_d F_d W_d L_d(h) + DNI(h) max(0, n s(h)) sum_k w_k(h) F_k(h)`` with projected solid angles W and sky
    radiances L.

    Parameters
    ----------
    visible : uint8, (n, d)
        Visible fraction of each patch, 255 is all.
    normals : float64, (n, 3)
        Unit normals: east, north, up.
    projected : float32, (n, d), sr
        See :func:`citytwin.kernels.reinhart.projected_solid_angles`.
    sky : float32, (d, h), W/(m2 sr)
    sun : Sun
    angular_loss : float
        Of a glass cover, the same as in `projected`; 0 for none.

    Returns
    -------
    float32, (n, h), W/m2
    """
    n, n_patches = visible.shape
    n_hours = sky.shape[1]
    result = np.empty((n, n_hours), np.float32)
    for i in range(n):
        row = result[i]
        for hour in range(n_hours):
            row[hour] = direct_irradiance(visible[i], normals[i], sun, hour, angular_loss)
        for patch in range(n_patches):
            gain = np.float32(visible[i, patch] * projected[i, patch] / 255.0)
            if gain > 0.0:
                radiance = sky[patch]
                for hour in range(n_hours):
                    row[hour] += gain * radiance[hour]
    return result


@jit
def monthly_irradiation(
    visible: NDArray[np.uint8],
    normals: NDArray[np.float64],
    projected: NDArray[np.float32],
    monthly_sky: NDArray[np.float64],
    sun: Sun,
    month: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Sums of :func:`hourly_irradiance` over months, from skies summed beforehand.

    Parameters
    ----------
    visible, normals, projected, sun
        As in :func:`hourly_irradiance`.
    monthly_sky : float64, (d, 12), W h/(m2 sr)
        Radiances summed over the hours of each month.
    month : int64, (h,)
        Month of each row of `sun`, from 0.

    Returns
    -------
    float64, (n, 12), W h/m2
    """
    n, n_patches = visible.shape
    result = np.zeros((n, 12))
    for i in range(n):
        for hour in range(len(month)):
            if sun.dni[hour] > 0.0:
                result[i, month[hour]] += direct_irradiance(visible[i], normals[i], sun, hour, 0.0)
        for patch in range(n_patches):
            gain = visible[i, patch] * projected[i, patch] / 255.0
            for k in range(12):
                result[i, k] += gain * monthly_sky[patch, k]
    return result


@jit
def group_means(
    values: NDArray[np.floating], weights: NDArray[np.float64], offsets: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Weighted mean of the rows of each group; zeros where the weights of a group sum to zero.

    Parameters
    ----------
    values : float32 or float64, (n, k)
    weights : float64, (n,)
        Not negative.
    offsets : int64, (g + 1,)
        First row of each group.

    Returns
    -------
    float64, (g, k)
    """
    n_groups = len(offsets) - 1
    width = values.shape[1]
    result = np.zeros((n_groups, width))
    for group in range(n_groups):
        total = 0.0
        for i in range(offsets[group], offsets[group + 1]):
            total += weights[i]
            for k in range(width):
                result[group, k] += weights[i] * values[i, k]
        if total > 0.0:
            for k in range(width):
                result[group, k] /= total
    return result
