"""Exchange of diffusely reflected radiation between surfaces, from the first hits of rays (radiosity)."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.first_hit import BEHIND, FREE


class Exchange(NamedTuple):
    """What each of some elements sees, as rows of a sparse matrix.

    Attributes
    ----------
    offsets : int64, (k + 1,)
        First entry of each row.
    column : int32, (entries,)
        Element seen, in the order in which the rays of the row first met them.
    value : float32, (entries,)
        Its view factor. They sum, with the sky, to 1.
    visible : float32, (k, n_sky)
        Share of the samples that see each patch of the sky.
    sky : float64, (k,)
        View factor of the sky.
    closure : float64, (k,)
        Sum of all view factors before they were scaled to 1: the error of the quadrature.
    outdoors : float64, (k,)
        Share of the samples that are outdoors; the other members leave out the rest, and are 0 where there is none.
    """

    offsets: NDArray[np.int64]
    column: NDArray[np.int32]
    value: NDArray[np.float32]
    visible: NDArray[np.float32]
    sky: NDArray[np.float64]
    closure: NDArray[np.float64]
    outdoors: NDArray[np.float64]


@jit
def exchange_rows(
    hits: NDArray[np.int32],
    sample_offsets: NDArray[np.int64],
    normals: NDArray[np.float64],
    directions: NDArray[np.float64],
    solid_angle: NDArray[np.float64],
    n_sky: int,
    element: NDArray[np.int32],
    unknown: NDArray[np.int32],
    beyond: int,
    n_columns: int,
    buried: int,
    start: int,
    stop: int,
) -> Exchange:
    r"""View factors of some elements, :math:`R_{ij} = \frac{1}{\pi} \sum_{d: i \to j} \max(0, n_i s_d) \Omega_d`.

    The mean over the samples of the element, scaled so that all that it sees, sky included, sums to 1. A direction
    above the horizon that meets nothing is sky, one below it the ground beyond what is known.

    Parameters
    ----------
    hits : int32, (samples from start to stop, m)
        Row of the triangle that each ray meets first, from
        :func:`citytwin.kernels.first_hit.first_hits_of_surface`.
    sample_offsets : int64, (n + 1,)
        First sample of each element.
    normals : float64, (n, 3)
        Outward unit normals of the elements.
    directions : float64, (m, 3)
        Unit vectors, the `n_sky` patches of the sky first.
    solid_angle : float64, (m,), sr
    n_sky : int
    element : int32, (n_triangles,)
        Element that each triangle belongs to, -1 for none that is known.
    unknown : int32, (n,)
        Column that stands for what an element sees and is not known: such triangles, and the backs of elements.
    beyond : int
        Column that stands for ground without triangles.
    n_columns : int
        Width of the matrix.
    buried : int
        A sample that sees so many patches of the sky or fewer is not outdoors and is left out. So an element that sees
        none, like the underside of a slab close to the ground, counts as indoors unless this is negative.
    start, stop : int
        Range of elements to work on.

    Returns
    -------
    Exchange
        Of the range. A row depends on its own rays only.

    References
    ----------
    D. Robinson, A. Stone, "A simplified radiosity algorithm for general urban radiation exchange", Building Services
    Engineering Research & Technology 26(4), 2005, pp. 271-284, doi:10.1191/0143624405bt133oa; here without its
    grouping of what a patch sees under its dominant obstruction.
    """
    n_rows = stop - start
    m = len(directions)
    begin = sample_offsets[start]
    offsets = np.zeros(n_rows + 1, np.int64)
    column = np.empty(hits.size, np.int32)
    value = np.empty(hits.size, np.float32)
    visible = np.zeros((n_rows, n_sky), np.float32)
    sky = np.zeros(n_rows)
    closure = np.zeros(n_rows)
    outdoors = np.zeros(n_rows)
    place = np.full(n_columns, -1, np.int64)
    seen = np.empty(n_columns)
    weight = np.empty(m)
    entry = 0
    for i in range(start, stop):
        row = i - start
        whole = 0.0
        for d in range(m):
            cosine = (
                normals[i, 0] * directions[d, 0] + normals[i, 1] * directions[d, 1] + normals[i, 2] * directions[d, 2]
            )
            weight[d] = max(0.0, cosine) * solid_angle[d]
        first = entry
        n_outdoors = 0
        for sample in range(sample_offsets[i] - begin, sample_offsets[i + 1] - begin):
            n_free = 0
            for d in range(n_sky):
                n_free += hits[sample, d] == FREE
            if n_free <= buried:
                continue
            n_outdoors += 1
            for d in range(m):
                hit = hits[sample, d]
                if hit == BEHIND or weight[d] <= 0.0:
                    continue
                whole += weight[d]
                if hit == FREE and d < n_sky:
                    visible[row, d] += 1.0
                    sky[row] += weight[d]
                    continue
                if hit == FREE:
                    seen_element = beyond
                else:
                    seen_element = element[hit]
                    if seen_element < 0 or _from_behind(normals, seen_element, directions, d):
                        seen_element = unknown[i]
                if place[seen_element] < 0:
                    place[seen_element] = entry
                    column[entry] = seen_element
                    seen[entry - first] = 0.0
                    entry += 1
                seen[place[seen_element] - first] += weight[d]
        for k in range(first, entry):
            value[k] = seen[k - first] / whole
            place[column[k]] = -1
        if n_outdoors > 0:
            visible[row] /= np.float32(n_outdoors)
            closure[row] = whole / (n_outdoors * math.pi)
            outdoors[row] = n_outdoors / (sample_offsets[i + 1] - sample_offsets[i])
        if whole > 0.0:
            sky[row] /= whole
        offsets[row + 1] = entry
    return Exchange(offsets, column[:entry].copy(), value[:entry].copy(), visible, sky, closure, outdoors)


@jit
def _from_behind(normals: NDArray[np.float64], k: int, directions: NDArray[np.float64], d: int) -> bool:
    """Whether a ray meets the back of an element."""
    return (
        normals[k, 0] * directions[d, 0] + normals[k, 1] * directions[d, 1] + normals[k, 2] * directions[d, 2]
    ) > 0.0


@jit
def received(
    offsets: NDArray[np.int64],
    column: NDArray[np.int32],
    value: NDArray[np.float32],
    radiosity: NDArray[np.float32],
    rows: NDArray[np.int64],
) -> NDArray[np.float32]:
    r"""Irradiance that elements receive from one another, :math:`E_i = \sum_j R_{ij} J_j`.

    Parameters
    ----------
    offsets, column, value
        Of an :class:`Exchange`.
    radiosity : float32, (n_columns, q), W/m2
        What each element sends out under each of `q` conditions.
    rows : int64, (k,)
        Elements wanted.

    Returns
    -------
    float32, (k, q), W/m2
    """
    n = len(rows)
    width = radiosity.shape[1]
    result = np.zeros((n, width), np.float32)
    for i in range(n):
        total = result[i]
        for entry in range(offsets[rows[i]], offsets[rows[i] + 1]):
            share = value[entry]
            sent = radiosity[column[entry]]
            for q in range(width):
                total[q] += share * sent[q]
    return result
