"""Rings as files have them made into rings as the model has them: open, no point twice in a row, three at least."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.model.ragged import offsets_of, row_of, take_rings


class CleanRings(NamedTuple):
    """Cleaned rings and what was done, per polygon as it was passed in.

    Attributes
    ----------
    kept : int64 array (k,)
        Polygons that are left, ascending.
    surface_rings, ring_vertices : int64 offset arrays over the polygons and rings that are left
    coordinates : float64 array (n, 3)
    unclosed : bool array (n_polygons,)
        A ring did not end where it begins.
    repeated : bool array (n_polygons,)
        A point stood twice in a row.
    hole_dropped : bool array (n_polygons,)
        An interior ring had fewer than three points.
    """

    kept: NDArray[np.int64]
    surface_rings: NDArray[np.int64]
    ring_vertices: NDArray[np.int64]
    coordinates: NDArray[np.float64]
    unclosed: NDArray[np.bool_]
    repeated: NDArray[np.bool_]
    hole_dropped: NDArray[np.bool_]


def clean_rings(
    surface_rings: NDArray[np.int64],
    ring_vertices: NDArray[np.int64],
    coordinates: NDArray[np.float64],
    closed: bool,
) -> CleanRings:
    """Drop closing and repeated points, rings with fewer than three, and polygons without an exterior.

    Parameters
    ----------
    surface_rings, ring_vertices : int64 offset arrays
    coordinates : float64 array (n, 3)
    closed : bool
        Whether rings should end with their first point, as in GML, or not, as in CityJSON.
    """
    n_polygons, n_rings = len(surface_rings) - 1, len(ring_vertices) - 1
    polygon_of_ring = row_of(surface_rings)
    ring = row_of(ring_vertices)
    starts, stops = ring_vertices[:-1], ring_vertices[1:]
    filled = stops > starts

    def polygons_with(rings: NDArray[np.integer]) -> NDArray[np.bool_]:
        mask = np.zeros(n_polygons, bool)
        mask[polygon_of_ring[rings]] = True
        return mask

    same = np.zeros(len(coordinates), bool)
    same[1:] = (coordinates[1:] == coordinates[:-1]).all(1)
    same[starts[filled]] = False
    repeated = polygons_with(ring[same])
    kept = np.flatnonzero(~same)
    last = kept[np.searchsorted(kept, stops[filled]) - 1]
    first = starts[filled]
    ends_at_start = (coordinates[last] == coordinates[first]).all(1) & (last > first)
    with_points = np.flatnonzero(filled)
    keep = ~same
    keep[last[ends_at_start]] = False
    unclosed = np.zeros(n_polygons, bool)
    if closed:
        unclosed = polygons_with(with_points[~ends_at_start & (last > first)])
    else:
        repeated |= polygons_with(with_points[ends_at_start])

    counts = np.bincount(ring[keep], minlength=n_rings)
    sound = counts >= 3
    exterior = np.zeros(n_polygons, bool)
    has_ring = np.diff(surface_rings) > 0
    exterior[has_ring] = sound[surface_rings[:-1][has_ring]]
    is_hole = np.ones(n_rings, bool)
    is_hole[surface_rings[:-1][has_ring]] = False
    kept_rings = sound & exterior[polygon_of_ring]
    dropped_hole = polygons_with(np.flatnonzero(is_hole & ~sound & exterior[polygon_of_ring]))
    rings_left = np.bincount(polygon_of_ring[kept_rings], minlength=n_polygons)
    polygons = np.flatnonzero(exterior)
    points = np.flatnonzero(keep & kept_rings[ring])
    return CleanRings(
        polygons,
        offsets_of(rings_left[polygons]),
        offsets_of(counts[kept_rings]),
        coordinates[points],
        unclosed & exterior,
        repeated & exterior,
        dropped_hole,
    )


def copy_polygons(
    surface_rings: NDArray[np.int64],
    ring_vertices: NDArray[np.int64],
    coordinates: NDArray[np.float64],
    rows: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Offsets and coordinates with copies of the polygons `rows` behind them."""
    rings, points, point_rows = take_rings(surface_rings, ring_vertices, rows)
    return (
        np.concatenate([surface_rings, surface_rings[-1] + rings[1:]]),
        np.concatenate([ring_vertices, ring_vertices[-1] + points[1:]]),
        np.concatenate([coordinates, coordinates[point_rows]]),
    )


def reverse_rings(
    surface_rings: NDArray[np.int64],
    ring_vertices: NDArray[np.int64],
    coordinates: NDArray[np.float64],
    polygons: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Coordinates with the rings of some polygons turned round, each from its own first point."""
    ring = row_of(ring_vertices)
    turned = polygons[row_of(surface_rings)][ring]
    place = np.arange(len(coordinates)) - ring_vertices[ring]
    length = np.diff(ring_vertices)[ring]
    mirrored = ring_vertices[ring] + (length - place) % length
    return coordinates[np.where(turned, mirrored, np.arange(len(coordinates)))]
