"""Annual sums of sky and sun for each sample, from cumulative skies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin._threads import map_blocks
from citytwin.kernels.bvh import Bvh
from citytwin.kernels.reinhart import projected_solid_angles
from citytwin.kernels.sample_sums import visible_sums
from citytwin.kernels.sun_sums import sun_coefficients
from citytwin.model.ragged import row_of
from citytwin.model.sky_dome import SkyDome
from citytwin.solar.samples import T_MIN_M, SurfaceSky

SURFACES_A_BLOCK = 32


def annual_sums(bvh: Bvh, seen: SurfaceSky, visible: NDArray[np.uint8], dome: SkyDome) -> NDArray[np.float32]:
    r"""Irradiation of each sample by sky and sun, :math:`\sum_d b_{kd} \sum_l t_{ld} C_{ld}`.

    The coefficients C hold, for each state l of the leaves, the sky and the sun of all its hours that come from around
    a direction. Crowns and the horizon dim the samples of a surface alike, by the share t of the surface that they
    leave.

    Parameters
    ----------
    bvh : Bvh
    seen : SurfaceSky
        With the samples and what the surfaces see but for trees and horizon.
    visible : uint8 array (l, n, d)
        What the surfaces see, trees and horizon included.
    dome : SkyDome

    Returns
    -------
    float32 array (k,), W h/m2
    """
    n_leaf, n_directions = len(visible), len(dome.direction)
    n_patches = len(dome.patches.direction)
    leaf = np.repeat(dome.leaf, np.diff(dome.state)).astype(np.int64)
    sums = np.zeros((n_leaf, len(dome.sky.direction)))
    np.add.at(sums, dome.leaf, dome.monthly_sky.sum(2))
    shares = dome.to_sky
    entries = shares.share * sums[:, shares.column]
    sky = np.stack([np.bincount(row_of(shares.offsets), entry, minlength=n_patches) for entry in entries])
    origins, facing = seen.points.astype(np.float32), seen.normal.astype(np.float32)
    rays, weights = dome.direction.astype(np.float32), np.ones(len(seen.points), np.float32)

    def block(start: int, stop: int) -> NDArray[np.float32]:
        part = slice(start, stop)
        normal = seen.normal[part]
        projected = projected_solid_angles(normal, dome.patches.cells, dome.patches.solid_angle, 0.0)
        left = visible[:, part] / np.maximum(seen.visible[part], 1).astype(np.float32)
        gains = sun_coefficients(normal, dome.sun, leaf, n_leaf, n_directions)
        gains[:, :n_patches] += projected[:, :, None] * sky.T.astype(np.float32)
        coefficients = np.einsum("ndl,lnd->nd", gains, left).astype(np.float32)[:, :, None]
        offsets = seen.offsets[start : stop + 1]
        return visible_sums(bvh, origins, weights, offsets, facing[part], rays, T_MIN_M, coefficients, 0, len(normal))[
            1
        ][:, 0]

    blocks = map_blocks(block, len(facing), SURFACES_A_BLOCK)
    return np.concatenate([np.empty(0, np.float32), *blocks])
