"""Polygons in plan raised to closed solids with flat bottom and top."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import SurfaceKind
from citytwin.model.ragged import offsets_of, row_of


class Prisms(NamedTuple):
    """Faces of upright prisms, one solid a polygon: bottom, one wall an edge, top; normals outwards.

    Attributes
    ----------
    solid_surfaces : int64 array (n + 1,)
        First face of each prism.
    kind : int8 array (n_faces,), :class:`~citytwin.model.enums.SurfaceKind`
    surface_rings : int64 array (n_faces + 1,)
    ring_vertices : int64 array (n_rings + 1,)
    coordinates : float64 array (k, 3)
    """

    solid_surfaces: NDArray[np.int64]
    kind: NDArray[np.int8]
    surface_rings: NDArray[np.int64]
    ring_vertices: NDArray[np.int64]
    coordinates: NDArray[np.float64]


def extrude(
    polygon_rings: NDArray[np.int64],
    ring_vertices: NDArray[np.int64],
    xy: NDArray[np.float64],
    bottom: NDArray[np.float64],
    top: NDArray[np.float64],
    raised: NDArray[np.bool_],
) -> Prisms:
    """Prism over each polygon, of volume ``area * (top - bottom)``.

    Parameters
    ----------
    polygon_rings : int64 array (n + 1,)
        First ring of each polygon. Exteriors run counter-clockwise, holes clockwise, so that the inside is on the left.
    ring_vertices : int64 array (n_rings + 1,)
        First vertex of each ring; rings do not repeat their first point.
    xy : float64 array (k, 2), m
    bottom, top : float64 array (n,), m
        Heights, top above bottom.
    raised : bool array (n,)
        Prisms that stand over outdoor air: their bottom is an outer floor, not ground.

    Examples
    --------
    >>> import numpy as np
    >>> square = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]])
    >>> prism = extrude(np.array([0, 1]), np.array([0, 4]), square, np.zeros(1), np.full(1, 3.0), np.zeros(1, bool))
    >>> [SurfaceKind(kind).word for kind in prism.kind]
    ['ground', 'wall', 'wall', 'wall', 'wall', 'roof']
    >>> prism.coordinates[:4, :2].tolist()
    [[0.0, 2.0], [2.0, 2.0], [2.0, 0.0], [0.0, 0.0]]
    """
    n = len(bottom)
    ring = row_of(ring_vertices)
    polygon_of_ring = row_of(polygon_rings)
    polygon = polygon_of_ring[ring]
    edges = np.bincount(polygon, minlength=n)
    rings = np.diff(polygon_rings)
    ring_size = np.diff(ring_vertices)

    solid_surfaces = offsets_of(edges + 2)
    kind = np.full(solid_surfaces[-1], SurfaceKind.WALL, np.int8)
    kind[solid_surfaces[:-1]] = np.where(raised, SurfaceKind.OUTER_FLOOR, SurfaceKind.GROUND)
    kind[solid_surfaces[1:] - 1] = SurfaceKind.ROOF
    rings_of_face = np.ones(len(kind), np.int64)
    rings_of_face[solid_surfaces[:-1]] = rings
    rings_of_face[solid_surfaces[1:] - 1] = rings

    first_ring = offsets_of(edges + 2 * rings)
    sizes = np.full(first_ring[-1], 4, np.int64)
    place_of_ring = np.arange(len(ring_size)) - polygon_rings[polygon_of_ring]
    sizes[first_ring[polygon_of_ring] + place_of_ring] = ring_size
    sizes[first_ring[polygon_of_ring + 1] - rings[polygon_of_ring] + place_of_ring] = ring_size

    points = np.arange(len(xy))
    following = points + 1
    following[ring_vertices[1:] - 1] = ring_vertices[:-1]
    first_point = ring_vertices[polygon_rings][polygon]
    start = 6 * first_point
    low, high = np.empty((len(xy), 3)), np.empty((len(xy), 3))
    low[:, :2] = high[:, :2] = xy
    low[:, 2], high[:, 2] = bottom[polygon], top[polygon]

    coordinates = np.empty((6 * len(xy), 3))
    coordinates[start + ring_vertices[ring] + ring_vertices[ring + 1] - 1 - points - first_point] = low
    wall = start + edges[polygon] + 4 * (points - first_point)
    coordinates[wall] = low
    coordinates[wall + 1] = low[following]
    coordinates[wall + 2] = high[following]
    coordinates[wall + 3] = high
    coordinates[start + 5 * edges[polygon] + points - first_point] = high
    return Prisms(solid_surfaces, kind, offsets_of(rings_of_face), offsets_of(sizes), coordinates)
