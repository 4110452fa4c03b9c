"""What surfaces see and what shines there, and the irradiance that follows for any hour."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.model.ragged import freeze

if TYPE_CHECKING:
    from citytwin.kernels.patch_overlap import PatchShares
    from citytwin.kernels.perez_sky import NearestPatches
    from citytwin.kernels.reinhart import Patches
    from citytwin.kernels.sun_irradiance import Sun


PATCHES_A_BLOCK = 256
WHOLE = np.float32(255.0)
"""Stands for all of a surface in visible fractions."""


@dataclass(frozen=True, eq=False)
class SkyDome:
    """Sky and sun of a weather year, in the hours with any radiation, and the directions they are seen from.

    Hours with the same state of leaves and ground lie side by side.

    Parameters
    ----------
    direction : float64 array (d, 3)
        Unit vectors that rays are cast to: the patches first.
    patches : Patches
        That visible fractions are known for.
    sky : Patches
        That radiances are known for.
    coarse : Patches
        That reflections are known for.
    to_sky, to_coarse : PatchShares
        Shares of `patches` in `sky`, and of `sky` in `coarse`.
    radiance : float32 array (q, h), W/(m2 sr)
    sun : Sun
        Of the h hours.
    hour, month : int64 array (h,)
        Hour of the year and month, from 0, of each column.
    state : int64 array (k + 1,)
        First hour of each state.
    leaf, response : int64 array (k,)
        Row of each state in :class:`Exposure`'s `visible` and `response`.
    leaf_of_day : int64 array (365,)
        The same for each day of the year.
    latitude, longitude : float, degrees north and east
    utc_offset_h : float
    """

    direction: NDArray[np.float64]
    patches: Patches
    sky: Patches
    coarse: Patches
    to_sky: PatchShares
    to_coarse: PatchShares
    radiance: NDArray[np.float32]
    sun: Sun
    hour: NDArray[np.int64]
    month: NDArray[np.int64]
    state: NDArray[np.int64]
    leaf: NDArray[np.int64]
    response: NDArray[np.int64]
    leaf_of_day: NDArray[np.int64]
    latitude: float
    longitude: float
    utc_offset_h: float

    @cached_property
    def monthly_sky(self) -> NDArray[np.float64]:
        """Radiances summed over the hours of each state and month, float64 (k, q, 12), W h/(m2 sr)."""
        n = len(self.leaf)
        group = 12 * np.repeat(np.arange(n), np.diff(self.state)) + self.month
        return np.ascontiguousarray(sky_sums(self.radiance, group, 12 * n).reshape(-1, n, 12).transpose(1, 0, 2))


@dataclass(frozen=True, eq=False)
class Exposure:
    """What each surface sees of the sky and of what is lit by it; rows of one building lie side by side.

    Parameters
    ----------
    surface : int32 array (n,)
        Row of the surface in the city.
    offsets : int64 array (b + 1,)
        First row of each building.
    building : int32 array (b,)
        Row of the building in the buildings the analysis was made for.
    normal : float64 array (n, 3)
        Unit vector to the outside.
    visible : uint8 array (l, n, d)
        Share of the surface that sees each direction, 255 is all of it: with trees in leaf, and without where there are
        trees.
    response : float32 array (l g, n, p)
        Irradiance that surroundings send back for each unit of normal irradiance that comes from a coarse patch of the
        sky: in each state of the leaves over dry ground, and over snow where there is any.
    share : float64 array (n,)
        Share of the surface that is outdoors: the rest is buried in buildings or walls shared with neighbours.
    area : float64 array (n,), m2
        Of the outdoor part.
    """

    surface: NDArray[np.int32]
    offsets: NDArray[np.int64]
    building: NDArray[np.int32]
    normal: NDArray[np.float64]
    visible: NDArray[np.uint8]
    response: NDArray[np.float32]
    share: NDArray[np.float64]
    area: NDArray[np.float64]

    def __post_init__(self) -> None:
        freeze(
            self.surface, self.offsets, self.building, self.normal, self.visible, self.response, self.share, self.area
        )


def sky_sums(radiance: NDArray[np.float32], group: NDArray[np.integer], n_groups: int) -> NDArray[np.float64]:
    """Radiance of each patch summed over the hours of each group.

    Irradiation is linear in the radiance of the patches: weights of a surface times these sums are the sums of its
    hours, whatever it sees. For the direct sun see :func:`citytwin.kernels.sun_sums.sun_coefficients`.

    Parameters
    ----------
    radiance : float32 array (q, h), W/(m2 sr)
    group : int array (h,)
        Group of each hour, from 0.
    n_groups : int

    Returns
    -------
    float64 array (q, n_groups), W h/(m2 sr)
    """
    result = np.zeros((len(radiance), n_groups))
    order = np.argsort(group, kind="stable")
    present, starts = np.unique(group[order], return_index=True)
    for first in range(0, len(radiance) if len(order) else 0, PATCHES_A_BLOCK):
        rows = slice(first, first + PATCHES_A_BLOCK)
        result[rows, present] = np.add.reduceat(radiance[rows][:, order], starts, axis=1, dtype=np.float64)
    return result


def sun_over(
    direction: NDArray[np.float64], dni: NDArray[np.float64], nearest: NearestPatches, around: NearestPatches
) -> Sun:
    """The sun of some hours.

    Parameters
    ----------
    direction : float64 array (h, 3)
    dni : float64 array (h,), W/m2
    nearest, around : NearestPatches
        Among the directions that rays are cast to, and among those that reflections are known for.
    """
    from citytwin.kernels.sun_irradiance import Sun

    def rows(values: NDArray[np.generic], kind: type[np.generic]) -> NDArray[Any]:
        return np.ascontiguousarray(values.T, kind)

    return Sun(
        rows(direction, np.float32),
        dni.astype(np.float32),
        rows(nearest.patch, np.int32),
        rows(nearest.share, np.float32),
        rows(around.patch, np.int32),
        rows(around.share, np.float32),
    )


def hours_of(
    exposure: Exposure, dome: SkyDome, rows: NDArray[np.integer], angular_loss: float = 0.0
) -> NDArray[np.float32]:
    r"""Irradiance of some surfaces in the hours of a dome.

    .. math:: E(h) = \sum_q G_q L_q(h) + DNI(h) \left(\max(0, n \cdot s) \sum_k w_k F_k + \sum_k v_k B_k\right)

    with what comes back from the surroundings in the gains G as well.

    Parameters
    ----------
    exposure : Exposure
    dome : SkyDome
    rows : int array (k,)
        Of `exposure`.
    angular_loss : float
        Of a glass cover, see :func:`citytwin.kernels.martin_ruiz.incidence_modifier`; 0 for none.

    Returns
    -------
    float32 array (k, h), W/m2
    """
    from citytwin.kernels.martin_ruiz import hemispherical_modifier
    from citytwin.kernels.sky_irradiance import add_sky
    from citytwin.kernels.sun_irradiance import add_sun

    result = np.zeros((len(rows), len(dome.hour)), np.float32)
    normal = exposure.normal[rows]
    passed = hemispherical_modifier(angular_loss)
    for k, (leaf, lit) in enumerate(zip(dome.leaf, dome.response, strict=True)):
        start, stop = int(dome.state[k]), int(dome.state[k + 1])
        visible, response = exposure.visible[leaf][rows], exposure.response[lit][rows]
        add_sky(gains_of(visible / WHOLE, response, normal, dome, angular_loss), dome.radiance, start, stop, result)
        add_sun(visible, response, normal, dome.sun, angular_loss, passed, start, stop, result)
    return result


def months_of(exposure: Exposure, dome: SkyDome, rows: NDArray[np.integer]) -> NDArray[np.float64]:
    """Sums of :func:`hours_of` over months, from skies that are summed beforehand, float64 (k, 12), W h/m2."""
    from citytwin.kernels.sky_irradiance import add_monthly_sky
    from citytwin.kernels.sun_irradiance import add_monthly_sun

    result = np.zeros((len(rows), 12))
    normal = exposure.normal[rows]
    for k, (leaf, lit) in enumerate(zip(dome.leaf, dome.response, strict=True)):
        start, stop = int(dome.state[k]), int(dome.state[k + 1])
        visible, response = exposure.visible[leaf][rows], exposure.response[lit][rows]
        add_monthly_sky(gains_of(visible / WHOLE, response, normal, dome, 0.0), dome.monthly_sky[k], result)
        add_monthly_sun(visible, response, normal, dome.sun, dome.month, start, stop, result)
    return result


def sky_view_of(exposure: Exposure, dome: SkyDome, rows: NDArray[np.integer]) -> NDArray[np.float64]:
    """Sky view factors of some surfaces, with trees in leaf, float64 (k,)."""
    from citytwin.kernels.reinhart import projected_solid_angles, sky_view

    projected = projected_solid_angles(exposure.normal[rows], dome.patches.cells, dome.patches.solid_angle, 0.0)
    return sky_view(exposure.visible[0][rows, : projected.shape[1]], projected)


def gains_of(
    visible: NDArray[np.float32],
    response: NDArray[np.float32],
    normal: NDArray[np.float64],
    dome: SkyDome,
    angular_loss: float,
) -> NDArray[np.float32]:
    """Irradiance for each unit of radiance of each patch of the sky, straight and reflected, float32 (k, q).

    Parameters
    ----------
    visible : float32 array (k, d)
        Visible share of each direction, 0 to 1.
    response : float32 array (k, p)
    normal : float64 array (k, 3)
    dome : SkyDome
    angular_loss : float
    """
    from citytwin.kernels.martin_ruiz import hemispherical_modifier
    from citytwin.kernels.patch_overlap import coarse_sums
    from citytwin.kernels.reinhart import projected_solid_angles
    from citytwin.kernels.sky_irradiance import add_reflected_gains

    projected = projected_solid_angles(normal, dome.patches.cells, dome.patches.solid_angle, angular_loss)
    projected *= visible[:, : projected.shape[1]]
    gains = coarse_sums(projected, dome.to_sky, len(dome.sky.direction))
    passed = hemispherical_modifier(angular_loss)
    add_reflected_gains(response, dome.sky.solid_angle, dome.to_coarse, passed, gains)
    return gains
