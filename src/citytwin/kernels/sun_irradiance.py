"""Irradiance by the direct sun, straight and by way of other surfaces."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.martin_ruiz import incidence_modifier


class Sun(NamedTuple):
    """The sun of some hours.

    Parameters
    ----------
    direction : float32, (3, h)
        Unit vectors to the sun: east, north, up.
    dni : float32, (h,), W/m2
        Direct normal irradiance.
    patch : int32, (3, h)
        Directions nearest to the sun among those that rays were cast to, see
        :func:`citytwin.kernels.perez_sky.nearest_patches`.
    share : float32, (3, h)
        Their weights.
    coarse_patch : int32, (3, h)
        The same among the patches that reflections are known for.
    coarse_share : float32, (3, h)
    """

    direction: NDArray[np.float32]
    dni: NDArray[np.float32]
    patch: NDArray[np.int32]
    share: NDArray[np.float32]
    coarse_patch: NDArray[np.int32]
    coarse_share: NDArray[np.float32]


class NearSun(NamedTuple):
    """What a surface has around the sun in some hours; room that is used again for the next surface.

    Parameters
    ----------
    visible : float32, (d,)
        Visible fractions.
    cosine : float32, (h,)
        Of the angle of incidence, 0 behind the surface.
    lit : float32, (h,)
        Share of the surface that sees the sun.
    """

    visible: NDArray[np.float32]
    cosine: NDArray[np.float32]
    lit: NDArray[np.float32]


@jit
def _look_at_sun(
    visible: NDArray[np.uint8], normal: NDArray[np.float64], sun: Sun, start: int, stop: int, near: NearSun
) -> None:
    """Fill the cosine of incidence and the lit share, ``sum_k w_k F_k``, of the hours from `start` to `stop`."""
    for d in range(len(visible)):
        near.visible[d] = np.float32(visible[d]) / np.float32(255.0)
    x, y, z = np.float32(normal[0]), np.float32(normal[1]), np.float32(normal[2])
    east, north, up = sun.direction[0], sun.direction[1], sun.direction[2]
    first, second, third = sun.patch[0], sun.patch[1], sun.patch[2]
    a, b, c = sun.share[0], sun.share[1], sun.share[2]
    f = near.visible
    for hour in range(start, stop):
        near.cosine[hour - start] = max(np.float32(0.0), x * east[hour] + y * north[hour] + z * up[hour])
    for hour in range(start, stop):
        near.lit[hour - start] = a[hour] * f[first[hour]] + b[hour] * f[second[hour]] + c[hour] * f[third[hour]]


@jit
def _irradiance(
    response: NDArray[np.float32],
    sun: Sun,
    angular_loss: float,
    diffuse_modifier: float,
    start: int,
    stop: int,
    near: NearSun,
    result: NDArray[np.float32],
) -> None:
    r"""Irradiance of one surface by the sun.

    .. math:: E = DNI \left(\max(0, n \cdot s) K(\theta) \sum_k w_k F_k + \bar K \sum_k v_k B_k\right)
    """
    if angular_loss > 0.0:
        for h in range(stop - start):
            near.cosine[h] *= np.float32(incidence_modifier(near.cosine[h], angular_loss))
    first, second, third = sun.coarse_patch[0], sun.coarse_patch[1], sun.coarse_patch[2]
    a, b, c = sun.coarse_share[0], sun.coarse_share[1], sun.coarse_share[2]
    passed = np.float32(diffuse_modifier)
    for hour in range(start, stop):
        reflected = a[hour] * response[first[hour]] + b[hour] * response[second[hour]] + c[hour] * response[third[hour]]
        result[hour - start] = sun.dni[hour] * (near.cosine[hour - start] * near.lit[hour - start] + passed * reflected)


@jit
def add_sun(
    visible: NDArray[np.uint8],
    response: NDArray[np.float32],
    normals: NDArray[np.float64],
    sun: Sun,
    angular_loss: float,
    diffuse_modifier: float,
    start: int,
    stop: int,
    out: NDArray[np.float32],
) -> None:
    r"""Add the irradiance by the sun in some hours, straight and by way of the surroundings.

    .. math:: E = DNI \left(\max(0, n \cdot s) K(\theta) \sum_k w_k F_k + \bar K \sum_k v_k B_k\right)

    with visible fractions F in the directions nearest to the sun and responses B to a sun in the patches nearest to it.

    Parameters
    ----------
    visible : uint8, (n, d)
        Visible fraction in each direction, 255 is all.
    response : float32, (n, p)
        What comes back from the surroundings for each unit of normal irradiance from a coarse patch.
    normals : float64, (n, 3)
        Unit normals: east, north, up.
    sun : Sun
    angular_loss : float
        Of a glass cover, for K: see :func:`citytwin.kernels.martin_ruiz.incidence_modifier`; 0 for none.
    diffuse_modifier : float
        The same averaged over the hemisphere, for what is reflected; 1 for none.
    start, stop : int
        Hours of `sun`.
    out : float32, (n, h), W/m2
        Added to in the columns `start` to `stop`.
    """
    n_hours = stop - start
    near = NearSun(np.empty(visible.shape[1], np.float32), np.empty(n_hours, np.float32), np.empty(n_hours, np.float32))
    result = np.empty(n_hours, np.float32)
    for i in range(len(visible)):
        _look_at_sun(visible[i], normals[i], sun, start, stop, near)
        _irradiance(response[i], sun, angular_loss, diffuse_modifier, start, stop, near, result)
        for h in range(n_hours):
            out[i, start + h] += result[h]


@jit
def add_monthly_sun(
    visible: NDArray[np.uint8],
    response: NDArray[np.float32],
    normals: NDArray[np.float64],
    sun: Sun,
    month: NDArray[np.int64],
    start: int,
    stop: int,
    out: NDArray[np.float64],
) -> None:
    """Add the sums over months of what :func:`add_sun` adds, without a glass cover.

    Parameters
    ----------
    visible : uint8, (n, d)
    response : float32, (n, p)
    normals : float64, (n, 3)
    sun : Sun
    month : int64, (h,)
        Month of each hour of `sun`, from 0.
    start, stop : int
        Hours of `sun`.
    out : float64, (n, 12), W h/m2
        Added to.
    """
    n_hours = stop - start
    near = NearSun(np.empty(visible.shape[1], np.float32), np.empty(n_hours, np.float32), np.empty(n_hours, np.float32))
    result = np.empty(n_hours, np.float32)
    for i in range(len(visible)):
        _look_at_sun(visible[i], normals[i], sun, start, stop, near)
        _irradiance(response[i], sun, 0.0, 1.0, start, stop, near, result)
        for h in range(n_hours):
            out[i, month[start + h]] += result[h]


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
    n, n_moments = len(visible), len(sun.dni)
    near = NearSun(
        np.empty(visible.shape[1], np.float32), np.empty(n_moments, np.float32), np.empty(n_moments, np.float32)
    )
    result = np.zeros(n)
    for i in range(n):
        _look_at_sun(visible[i], normals[i], sun, 0, n_moments, near)
        for moment in range(n_moments):
            if near.cosine[moment] > np.float32(0.0):
                result[i] += near.lit[moment]
    return result
