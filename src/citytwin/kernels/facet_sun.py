"""Irradiance by the direct sun of plane parts of buildings, each of which counts for several sums."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.sun_irradiance import Sun


class Uses(NamedTuple):
    """What n facets count for, those of one facet side by side.

    Parameters
    ----------
    offsets : int64, (n + 1,)
    target : int64, (u,)
        Row of the sums.
    weight : float32, (u,)
    cover : int64, (u,)
        Row of the covers.
    """

    offsets: NDArray[np.int64]
    target: NDArray[np.int64]
    weight: NDArray[np.float32]
    cover: NDArray[np.int64]


@jit
def weighted_rows(
    values: NDArray[np.generic], rows: NDArray[np.int64], share: NDArray[np.float32], offsets: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Weighted sums of some rows of a table, for each of n groups.

    Parameters
    ----------
    values : (r, d)
        Of any number type.
    rows : int64, (k,)
        Rows of `values`, those of a group side by side.
    share : float32, (k,)
    offsets : int64, (n + 1,)
        Of the groups in `rows`.

    Returns
    -------
    float32, (n, d)
    """
    n, width = len(offsets) - 1, values.shape[1]
    result = np.zeros((n, width), np.float32)
    for i in range(n):
        sums = result[i]
        for k in range(offsets[i], offsets[i + 1]):
            row, factor = values[rows[k]], share[k]
            for d in range(width):
                sums[d] += factor * np.float32(row[d])
    return result


@jit
def add_facet_sun(
    visible: NDArray[np.float32],
    response: NDArray[np.float32],
    normals: NDArray[np.float64],
    uses: Uses,
    transmitted: NDArray[np.float32],
    diffuse: NDArray[np.float32],
    sun: Sun,
    start: int,
    stop: int,
    out: NDArray[np.float32],
) -> None:
    r"""Add the irradiance by the sun in some hours to the sums that facets count for.

    .. math::
        S \mathrel{+}= w \, DNI \left(\max(0, n \cdot s) K(n \cdot s) \sum_k w_k F_k + \bar K \sum_k v_k B_k\right)

    as in :func:`citytwin.kernels.sun_irradiance.add_sun`; what the sun finds at a facet is looked up once for all of
    its uses, and K is interpolated in a table.

    Parameters
    ----------
    visible : float32, (n, d)
        Visible fraction in each direction, 0 to 1.
    response : float32, (n, p)
    normals : float64, (n, 3)
        Unit normals: east, north, up.
    uses : Uses
    transmitted : float32, (c, t + 2)
        Modifier of each cover at the cosines 0, 1/t, ..., 1; the last is repeated.
    diffuse : float32, (c,)
        The same averaged over the hemisphere, for what is reflected.
    sun : Sun
    start, stop : int
        Hours of `sun`.
    out : float32, (m, h), W/m2 times the unit of the weights
        Added to in the columns `start` to `stop`, facet after facet.
    """
    n_hours = stop - start
    steps = np.float32(transmitted.shape[1] - 2)
    cosine, straight, reflected = np.empty((3, n_hours), np.float32)
    east, north, up = sun.direction[0], sun.direction[1], sun.direction[2]
    for i in range(len(normals)):
        x, y, z = np.float32(normals[i, 0]), np.float32(normals[i, 1]), np.float32(normals[i, 2])
        for h in range(n_hours):
            hour = start + h
            cosine[h] = max(np.float32(0.0), x * east[hour] + y * north[hour] + z * up[hour])
        f, b = visible[i], response[i]
        for h in range(n_hours):
            hour = start + h
            lit = (
                sun.share[0, hour] * f[sun.patch[0, hour]]
                + sun.share[1, hour] * f[sun.patch[1, hour]]
                + sun.share[2, hour] * f[sun.patch[2, hour]]
            )
            straight[h] = sun.dni[hour] * cosine[h] * lit
        for h in range(n_hours):
            hour = start + h
            back = (
                sun.coarse_share[0, hour] * b[sun.coarse_patch[0, hour]]
                + sun.coarse_share[1, hour] * b[sun.coarse_patch[1, hour]]
                + sun.coarse_share[2, hour] * b[sun.coarse_patch[2, hour]]
            )
            reflected[h] = sun.dni[hour] * back
        for use in range(uses.offsets[i], uses.offsets[i + 1]):
            sums, weight = out[uses.target[use]], uses.weight[use]
            table, passed = transmitted[uses.cover[use]], diffuse[uses.cover[use]]
            for h in range(n_hours):
                at = min(cosine[h], np.float32(1.0)) * steps
                k = np.int64(at)
                modifier = table[k] + (at - np.float32(k)) * (table[k + 1] - table[k])
                sums[start + h] += weight * (modifier * straight[h] + passed * reflected[h])
