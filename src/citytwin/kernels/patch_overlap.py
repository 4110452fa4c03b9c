"""Which share of each patch of a fine sky lies in each patch of a coarse one."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.reinhart import TREGENZA_ROWS


class PatchShares(NamedTuple):
    """Sparse matrix of shares, one row a patch of the fine sky; each row sums to 1.

    Parameters
    ----------
    offsets : int64, (d + 1,)
        First entry of each row.
    column : int32, (k,)
        Patch of the coarse sky, ascending within a row but for a patch across the north, where they turn clockwise.
    share : float64, (k,)
        Part of the solid angle of the fine patch that lies in the coarse one, above 0.
    """

    offsets: NDArray[np.int64]
    column: NDArray[np.int32]
    share: NDArray[np.float64]


@jit
def _edge(row: int, factor: int) -> int:
    """Lower edge of a row in half rows; that of row ``7 factor + 1`` is the zenith."""
    return min(2 * row, 14 * factor + 1)


@jit
def _patches_in(row: int, factor: int) -> int:
    return 1 if row == 7 * factor else factor * TREGENZA_ROWS[row // factor]


@jit
def patch_overlap(fine: int, coarse: int) -> PatchShares:
    r"""Area shares of one subdivision of the sky in another, :math:`A_{dq} = |d \cap q| / |d|`.

    Patches are rectangles in azimuth and in the sine of the altitude, in which solid angles are areas, so that the
    share is the product of two overlaps of intervals. Edges are compared as whole numbers: azimuths in units of one
    turn over twice the product of the patches in both rows, altitudes in quarter turns over the product of ``14 fine +
    1`` and ``14 coarse + 1``. Patches that only touch have no entry.

    A radiance L of the coarse sky is ``A L`` on the fine one; weights W of fine patches are ``W A`` for coarse ones,
    see :func:`coarse_sums`.

    Parameters
    ----------
    fine, coarse : int
        Factors of :func:`citytwin.kernels.reinhart.reinhart`, in any order of size.

    Returns
    -------
    PatchShares

    References
    ----------
    Geometry of :func:`citytwin.kernels.reinhart.reinhart`. Valid for any factors from 1.
    """
    n_fine = 144 * fine * fine + 1
    offsets = np.zeros(n_fine + 1, np.int64)
    fine_scale, coarse_scale = 14 * coarse + 1, 14 * fine + 1
    # A row of n patches meets one of m in at most n + m places.
    room = 0
    for row in range(7 * fine + 1):
        for other in range(7 * coarse + 1):
            low = max(_edge(row, fine) * fine_scale, _edge(other, coarse) * coarse_scale)
            high = min(_edge(row + 1, fine) * fine_scale, _edge(other + 1, coarse) * coarse_scale)
            if low < high:
                room += _patches_in(row, fine) + _patches_in(other, coarse)
    column = np.empty(room, np.int32)
    share = np.empty(room)

    unit = 0.5 * math.pi / (fine_scale * coarse_scale)
    patch, used = 0, 0
    for row in range(7 * fine + 1):
        n = _patches_in(row, fine)
        bottom, top = _edge(row, fine) * fine_scale, _edge(row + 1, fine) * fine_scale
        height = math.sin(top * unit) - math.sin(bottom * unit)
        for k in range(n):
            first_of_row = 0
            for other in range(7 * coarse + 1):
                m = _patches_in(other, coarse)
                low = max(bottom, _edge(other, coarse) * coarse_scale)
                high = min(top, _edge(other + 1, coarse) * coarse_scale)
                if low < high:
                    part = (math.sin(high * unit) - math.sin(low * unit)) / height
                    west = (2 * k - 1) * m if n > 1 and m > 1 else -n  # a cap has no sides
                    east = west + 2 * m
                    for j in range((west + n) // (2 * n), (east + n - 1) // (2 * n) + 1):
                        width = min(east, (2 * j + 1) * n) - max(west, (2 * j - 1) * n)
                        column[used] = first_of_row + j % m
                        share[used] = part * width / (2 * m)
                        used += 1
                first_of_row += m
            patch += 1
            offsets[patch] = used
    return PatchShares(offsets, column[:used].copy(), share[:used].copy())


@jit
def coarse_sums(values: NDArray[np.float32], shares: PatchShares, n_coarse: int) -> NDArray[np.float32]:
    r"""Weights of fine patches gathered on the coarse sky, :math:`G_q = \sum_d V_d A_{dq}`.

    Parameters
    ----------
    values : float32, (n, d)
        Of each surface and fine patch, for instance visible fraction times projected solid angle.
    shares : PatchShares
        From :func:`patch_overlap`.
    n_coarse : int
        Patches q of the coarse sky.

    Returns
    -------
    float32, (n, q)
        Summed in float64; the sum over q is that of `values` over d.
    """
    n, n_fine = values.shape
    result = np.empty((n, n_coarse), np.float32)
    sums = np.empty(n_coarse)
    for i in range(n):
        sums[:] = 0.0
        for d in range(n_fine):
            value = np.float64(values[i, d])
            if value != 0.0:
                for k in range(shares.offsets[d], shares.offsets[d + 1]):
                    sums[shares.column[k]] += value * shares.share[k]
        for q in range(n_coarse):
            result[i, q] = sums[q]
    return result
