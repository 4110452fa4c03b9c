"""Coordinates as whole multiples of a scale, as CityJSON has them, fine enough to leave polygons sound."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from citytwin.model.city import CityModel
from citytwin.model.ragged import row_of
from citytwin.model.validity import VAL3DITY

FINER = 4
"""Powers of ten that a scale is made finer by at most."""
BLOCK = 1 << 20
"""Vertices that are looked at together."""


def fine_scale(city: CityModel, scale: float) -> float:
    """The scale, or a finer one where it would merge points of a ring or bend a plane polygon.

    Parameters
    ----------
    city : CityModel
    scale : float
        Resolution, m.

    Returns
    -------
    float
        `scale` over a power of ten. A polygon counts as plane within the tolerance of val3dity.
    """
    for _ in range(FINER):
        if not any(_harms(city, scale, first, last) for first, last in _blocks(city)):
            break
        scale /= 10
    return scale


def quantised(vertices: NDArray[np.float64], scale: float) -> NDArray[np.int64]:
    """Vertices as multiples of the scale (n, 3)."""
    return np.round(vertices / scale).astype(np.int64)


def merged(whole: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Distinct rows in the order they first come, and the number of each row among them."""
    order, new = _sorted_rows(list(whole.T))
    group = np.cumsum(new) - 1
    first = order[new]
    place = np.empty(len(first), np.int64)
    appearance = np.argsort(first)
    place[appearance] = np.arange(len(first))
    number = np.empty(len(whole), np.int64)
    number[order] = place[group]
    return whole[first[appearance]], number


def _sorted_rows(columns: list[NDArray[np.generic]]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Stable order of the rows of some columns, and where in it another row begins."""
    order = np.lexsort(columns[::-1])
    new = np.ones(len(order), bool)
    new[1:] = np.any([column[order[1:]] != column[order[:-1]] for column in columns], axis=0)
    return order, new


def _blocks(city: CityModel) -> list[tuple[int, int]]:
    """First surface and the one behind the last of pieces with some :data:`BLOCK` vertices."""
    starts = city.rings.ring_vertices[city.rings.surface_rings]
    cuts = np.searchsorted(starts, np.arange(0, starts[-1] + BLOCK, BLOCK))
    bounds = np.unique(np.append(np.minimum(cuts, len(starts) - 1), len(starts) - 1)).tolist()
    return list(pairwise(bounds))


def _harms(city: CityModel, scale: float, first: int, last: int) -> bool:
    """Whether the scale would make some of the surfaces from `first` on less sound than they are."""
    from citytwin.kernels.newell import normals
    from citytwin.kernels.plane_distance import plane_distances

    rings = city.rings
    surface_rings = rings.surface_rings[first : last + 1]
    ring_vertices = rings.ring_vertices[surface_rings[0] : surface_rings[-1] + 1]
    exact = np.ascontiguousarray(city.vertices[ring_vertices[0] : ring_vertices[-1]])
    surface_rings, ring_vertices = surface_rings - surface_rings[0], ring_vertices - ring_vertices[0]
    ring = row_of(ring_vertices)
    whole = quantised(exact, scale)
    before, after = _sorted_rows([ring, *exact.T])[1].sum(), _sorted_rows([ring, *whole.T])[1].sum()
    if after < before:
        return True
    bent: list[NDArray[np.bool_]] = []
    rounded: NDArray[np.float64] = whole * np.float64(scale)
    for points in (exact, rounded):
        vectors = normals(surface_rings, ring_vertices, points)
        bent.append(plane_distances(surface_rings, ring_vertices, points, vectors) > VAL3DITY.planarity)
    return bool((bent[1] & ~bent[0]).any())
