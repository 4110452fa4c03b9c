"""Irradiance by the sky: gains of each surface from each patch times radiances of many hours."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.patch_overlap import PatchShares

HOURS_A_BLOCK = 1024
"""Hours whose radiances stay in the cache while one surface after the other passes over them."""


@jit
def add_reflected_gains(
    response: NDArray[np.float32],
    solid_angle: NDArray[np.float64],
    shares: PatchShares,
    factor: float,
    gains: NDArray[np.float32],
) -> None:
    r"""Add what comes back from the surroundings, :math:`G_q \mathrel{+}= f \Omega_q \sum_p A_{qp} B_p`.

    Parameters
    ----------
    response : float32, (n, p)
        Irradiance B for each unit of normal irradiance from a coarse patch.
    solid_angle : float64, (q,), sr
        Of the patches of the sky.
    shares : PatchShares
        Of the patches of the sky in the coarse ones.
    factor : float
        What a glass cover lets through; 1 for none.
    gains : float32, (n, q), sr
        Added to.
    """
    for i in range(len(response)):
        for q in range(len(solid_angle)):
            mean = 0.0
            for k in range(shares.offsets[q], shares.offsets[q + 1]):
                mean += shares.share[k] * response[i, shares.column[k]]
            gains[i, q] += factor * solid_angle[q] * mean


@jit
def add_weighted_gains(
    gains: NDArray[np.float32],
    weight: NDArray[np.float32],
    source: NDArray[np.int64],
    target: NDArray[np.int64],
    out: NDArray[np.float32],
) -> None:
    """Add gains of surfaces to those of sums they count for: what they receive is linear in radiance.

    Parameters
    ----------
    gains : float32, (k, q), sr
    weight : float32, (u,)
    source, target : int64, (u,)
        Row of `gains` and of `out` of each use.
    out : float32, (n, q)
        Added to, use after use.
    """
    for i in range(len(weight)):
        one, row = gains[source[i]], out[target[i]]
        factor = weight[i]
        for q in range(gains.shape[1]):
            row[q] += factor * one[q]


@jit
def _add_eight(
    gains: NDArray[np.float32], radiance: NDArray[np.float32], first: int, start: int, stop: int,
    i: int, out: NDArray[np.float32],
) -> None:  # fmt: skip
    """Add what eight patches from `first` on give to four surfaces from `i` on, patch after patch.

    Radiances are loaded once for the four, sums once for the eight: written out, as no compiler finds this by itself.
    """
    r0, r1 = radiance[first, start:stop], radiance[first + 1, start:stop]
    r2, r3 = radiance[first + 2, start:stop], radiance[first + 3, start:stop]
    r4, r5 = radiance[first + 4, start:stop], radiance[first + 5, start:stop]
    r6, r7 = radiance[first + 6, start:stop], radiance[first + 7, start:stop]
    a, b = out[i, start:stop], out[i + 1, start:stop]
    c, d = out[i + 2, start:stop], out[i + 3, start:stop]
    p, q, r, s = gains[i], gains[i + 1], gains[i + 2], gains[i + 3]
    k = first
    a0, a1, a2, a3, a4, a5, a6, a7 = p[k], p[k + 1], p[k + 2], p[k + 3], p[k + 4], p[k + 5], p[k + 6], p[k + 7]
    b0, b1, b2, b3, b4, b5, b6, b7 = q[k], q[k + 1], q[k + 2], q[k + 3], q[k + 4], q[k + 5], q[k + 6], q[k + 7]
    c0, c1, c2, c3, c4, c5, c6, c7 = r[k], r[k + 1], r[k + 2], r[k + 3], r[k + 4], r[k + 5], r[k + 6], r[k + 7]
    d0, d1, d2, d3, d4, d5, d6, d7 = s[k], s[k + 1], s[k + 2], s[k + 3], s[k + 4], s[k + 5], s[k + 6], s[k + 7]
    for h in range(stop - start):
        s0, s1, s2, s3, s4, s5, s6, s7 = r0[h], r1[h], r2[h], r3[h], r4[h], r5[h], r6[h], r7[h]
        a[h] = a[h] + a0 * s0 + a1 * s1 + a2 * s2 + a3 * s3 + a4 * s4 + a5 * s5 + a6 * s6 + a7 * s7
        b[h] = b[h] + b0 * s0 + b1 * s1 + b2 * s2 + b3 * s3 + b4 * s4 + b5 * s5 + b6 * s6 + b7 * s7
        c[h] = c[h] + c0 * s0 + c1 * s1 + c2 * s2 + c3 * s3 + c4 * s4 + c5 * s5 + c6 * s6 + c7 * s7
        d[h] = d[h] + d0 * s0 + d1 * s1 + d2 * s2 + d3 * s3 + d4 * s4 + d5 * s5 + d6 * s6 + d7 * s7


@jit
def add_sky(
    gains: NDArray[np.float32], radiance: NDArray[np.float32], start: int, stop: int, out: NDArray[np.float32]
) -> None:
    """Add the irradiance by the sky in some hours, ``E(h) = sum_q G_q L_q(h)``.

    The sum of each surface and hour goes from patch to patch, so that it does not depend on what else is in the arrays.

    Parameters
    ----------
    gains : float32, (n, q), sr
    radiance : float32, (q, h), W/(m2 sr)
    start, stop : int
        Columns of `radiance`.
    out : float32, (n, h), W/m2
        Added to in the columns `start` to `stop`.
    """
    n, n_patches = gains.shape
    eights = n_patches - n_patches % 8
    fours = n - n % 4
    rest = np.zeros((4, n_patches), np.float32)
    rest[: n - fours] = gains[fours:]
    scratch = np.zeros((4, out.shape[1]), np.float32)
    scratch[: n - fours, start:stop] = out[fours:, start:stop]
    for first in range(start, stop, HOURS_A_BLOCK):
        last = min(first + HOURS_A_BLOCK, stop)
        for q in range(0, eights, 8):
            for i in range(0, fours, 4):
                _add_eight(gains, radiance, q, first, last, i, out)
            if n > fours:
                _add_eight(rest, radiance, q, first, last, 0, scratch)
    out[fours:, start:stop] = scratch[: n - fours, start:stop]
    for q in range(eights, n_patches):
        for i in range(n):
            for h in range(start, stop):
                out[i, h] += gains[i, q] * radiance[q, h]


@jit
def add_monthly_sky(gains: NDArray[np.float32], monthly_sky: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """Add the irradiation by skies that are summed over months.

    Parameters
    ----------
    gains : float32, (n, q), sr
    monthly_sky : float64, (q, 12), W h/(m2 sr)
    out : float64, (n, 12), W h/m2
        Added to.
    """
    n, n_patches = gains.shape
    for i in range(n):
        for q in range(n_patches):
            gain = np.float64(gains[i, q])
            if gain > 0.0:
                for month in range(monthly_sky.shape[1]):
                    out[i, month] += gain * monthly_sky[q, month]
