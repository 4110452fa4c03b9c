"""Sums over the sky for each sample point, in the pass that finds which share of its surface sees each direction."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.bvh import STACK, Bvh
from citytwin.kernels.packet_cut import LANES
from citytwin.kernels.patch_visibility import cast_packet, load_packet, weigh_packet, write_fraction


@jit(borrows=True)
def _add_packet(
    masks: NDArray[np.int32], coefficients: NDArray[np.float32], lit: NDArray[np.float32], sums: NDArray[np.float32]
) -> None:
    """Add the coefficients, (n_directions, k), of the directions that each point sees to `sums`, (k, 16)."""
    for d in range(len(masks)):
        if masks[d] == 0:
            continue
        for lane in range(LANES):
            lit[lane] = (masks[d] >> lane) & 1
        for j in range(coefficients.shape[1]):
            for lane in range(LANES):
                sums[j, lane] += coefficients[d, j] * lit[lane]


@jit
def visible_sums(
    bvh: Bvh,
    origins: NDArray[np.float32],
    weights: NDArray[np.float32],
    sample_offsets: NDArray[np.int64],
    normals: NDArray[np.float32],
    directions: NDArray[np.float32],
    t_min: float,
    coefficients: NDArray[np.float32],
    start: int,
    stop: int,
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    r"""Visible share of each surface and :math:`S_{pj} = \sum_d b_{pd} c_{sdj}` of each sample point `p` on it.

    With :math:`c = \cos\theta\,\Omega\,L`, radiance `L` summed over a year or over each month, `S` is the diffuse
    irradiation of the point.

    Parameters
    ----------
    bvh, origins, weights, sample_offsets, normals, directions, t_min
        As for :func:`citytwin.kernels.patch_visibility.visible_fraction`.
    coefficients : float32, (n_surfaces, n_directions, k), any unit
        Those of directions behind a surface do not count. Where they are too many for the memory, hand over slices of
        `sample_offsets`, `normals` and `coefficients` for some surfaces at a time.
    start, stop : int
        Range of surfaces to work on.

    Returns
    -------
    visible : uint8, (stop - start, n_directions)
        As from :func:`citytwin.kernels.patch_visibility.visible_fraction`.
    sums : float32, (sample_offsets[stop] - sample_offsets[start], k), unit of `coefficients`
        Summed in the order of the directions, in single precision.
    """
    t_min = np.float32(t_min)
    n_directions = len(directions)
    k = coefficients.shape[2]
    begin = sample_offsets[start]
    visible = np.zeros((stop - start, n_directions), np.uint8)
    sums = np.zeros((sample_offsets[stop] - begin, k), np.float32)
    points = np.empty((3, LANES), np.float32)
    stack = np.empty(STACK, np.int32)
    masks = np.empty(n_directions, np.int32)
    seen = np.empty(n_directions)
    lit = np.empty(LANES, np.float32)
    packet_sums = np.empty((k, LANES), np.float32)
    for surface in range(start, stop):
        seen[:] = 0.0
        total = 0.0
        for first in range(sample_offsets[surface], sample_offsets[surface + 1], LANES):
            n = min(LANES, sample_offsets[surface + 1] - first)
            load_packet(origins, first, n, points)
            cast_packet(bvh, points, normals[surface], directions, t_min, stack, masks)
            total += weigh_packet(masks, weights[first : first + n], seen)
            packet_sums[:] = 0.0
            _add_packet(masks, coefficients[surface], lit, packet_sums)
            for lane in range(n):
                for j in range(k):
                    sums[first - begin + lane, j] = packet_sums[j, lane]
        write_fraction(seen, total, visible[surface - start])
    return visible, sums
