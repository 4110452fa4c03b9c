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
        Overwritten.
    closed : bool
        Whether rings should end with their first point, as in GML, or not, as in CityJSON.
    """
    from citytwin.kernels.ring_cleaning import open_rings

    n_polygons = len(surface_rings) - 1
    polygon_of_ring = row_of(surface_rings)
    rings = open_rings(ring_vertices, coordinates)

    def polygons_with(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        found = np.zeros(n_polygons, bool)
        found[polygon_of_ring[mask]] = True
        return found

    if closed:
        unclosed, repeated = polygons_with(rings.unclosed), polygons_with(rings.repeated)
    else:
        unclosed = np.zeros(n_polygons, bool)
        repeated = polygons_with(rings.repeated | ~rings.unclosed & (np.diff(ring_vertices) > 1))
    sound = rings.n_points >= 3
    if sound.all() and (np.diff(surface_rings) > 0).all():
        return CleanRings(
            np.arange(n_polygons),
            surface_rings,
            offsets_of(rings.n_points),
            rings.coordinates,
            unclosed,
            repeated,
            np.zeros(n_polygons, bool),
        )
    has_ring = np.diff(surface_rings) > 0
    exterior = np.zeros(n_polygons, bool)
    exterior[has_ring] = sound[surface_rings[:-1][has_ring]]
    kept_rings = sound & exterior[polygon_of_ring]
    rings_left = np.bincount(polygon_of_ring[kept_rings], minlength=n_polygons)
    ring_of_point = row_of(offsets_of(rings.n_points))
    polygons = np.flatnonzero(exterior)
    return CleanRings(
        polygons,
        offsets_of(rings_left[polygons]),
        offsets_of(rings.n_points[kept_rings]),
        rings.coordinates[kept_rings[ring_of_point]],
        unclosed & exterior,
        repeated & exterior,
        polygons_with(~sound & exterior[polygon_of_ring]),
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
