"""Polygons in plan, or in the plane of a wall, for shapely."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from citytwin.model.ragged import offsets_of, row_of, take_ragged

Polygons = NDArray[Any]


def polygons(surface_rings: NDArray[np.int64], ring_vertices: NDArray[np.int64], xy: NDArray[np.float64]) -> Polygons:
    """Valid shapely polygons of surfaces given by rings, object array (n,).

    Parameters
    ----------
    surface_rings, ring_vertices : int64 arrays
        Offsets; the first ring of a surface is its exterior and has three vertices or more.
    xy : float64 array (k, 2), m
    """
    import shapely

    sizes = np.diff(ring_vertices)
    kept = np.flatnonzero(sizes >= 3)
    offsets, rows = take_ragged(ring_vertices, kept)
    rings = shapely.linearrings(xy[rows], indices=row_of(offsets))
    shapes = shapely.polygons(rings, indices=row_of(surface_rings)[kept])
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        shapes[broken] = shapely.make_valid(shapes[broken])
    return shapes


def rings_of(
    shapes: Polygons,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Shape, ring and vertex offsets and points of every polygon in some shapes; lines and points are passed over.

    Returns
    -------
    shape : int64 array (k,)
        Shape that each polygon is part of.
    surface_rings, ring_vertices : int64 arrays
    xy : float64 array (n, 2), m
        Rings without a repeated last point.
    """
    import shapely

    parts, owner = shapely.get_parts(shapes, return_index=True)
    kept = shapely.get_type_id(parts) == 3
    rings, polygon = shapely.get_rings(parts[kept], return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    sizes = np.bincount(ring, minlength=len(rings))
    last = np.cumsum(sizes) - 1
    n_rings = np.bincount(polygon, minlength=int(kept.sum()))
    return owner[kept], offsets_of(n_rings), offsets_of(sizes - 1), np.delete(xy, last, axis=0)


def union_by(shapes: Polygons, group: NDArray[np.integer], n: int) -> Polygons:
    """Union of the shapes of each group, object array (n,); None for a group without shapes.

    Parameters
    ----------
    shapes : object array (k,)
    group : int array (k,)
        From 0 to n - 1, in any order.
    n : int
    """
    import shapely

    result: Polygons = np.full(n, None, object)
    order = np.argsort(group, kind="stable")
    counts = np.bincount(group, minlength=n)
    starts = np.cumsum(counts) - counts
    single = counts == 1
    result[single] = shapes[order[starts[single]]]
    many = np.flatnonzero(counts > 1)
    if len(many):
        members = order[np.isin(group[order], many)]
        collections = shapely.geometrycollections(shapes[members], indices=np.searchsorted(many, group[members]))
        result[many] = shapely.union_all(collections[:, None], axis=1)
    return result
