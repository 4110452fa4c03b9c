"""What is wrong with single polygons: their rings, their plane, their holes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.ragged import row_of, take_rings
from citytwin.model.validity import Defects, Tolerances

if TYPE_CHECKING:
    from citytwin.kernels.ear_clipping import Triangulation
    from citytwin.model.city import CityModel


def polygon_defects(city: CityModel, clipped: Triangulation, tolerances: Tolerances) -> Defects:
    """Codes 101 to 208 of each polygon, by the first level that fails: points, plane, ring, rings, triangles.

    Parameters
    ----------
    city : CityModel
    clipped : Triangulation
        Of all its surfaces.
    tolerances : Tolerances
    """
    from citytwin.kernels import ring_relations as relations
    from citytwin.kernels import ring_simplicity as simplicity
    from citytwin.kernels.normals_deviation import normals_deviations

    rings, vertices = city.rings, city.vertices
    n = len(city.surfaces)
    planes, distance = fitted_planes(city, tolerances.planarity)
    ring_code = simplicity.ring_simplicity(
        rings.surface_rings, rings.ring_vertices, vertices, planes, tolerances.reach, tolerances.touch
    )
    faulty = np.flatnonzero(ring_code)
    polygon_of_ring = np.searchsorted(rings.surface_rings, faulty, side="right") - 1

    def with_ring(code: int) -> NDArray[np.bool_]:
        mask = np.zeros(n, bool)
        mask[polygon_of_ring[ring_code[faulty] == code]] = True
        return mask

    few = with_ring(simplicity.TOO_FEW_POINTS) | (np.diff(rings.surface_rings) == 0)
    short = with_ring(simplicity.CONSECUTIVE_POINTS_SAME)
    bent = (distance > tolerances.planarity) & ~few & ~short
    crossing = with_ring(simplicity.RING_SELF_INTERSECTION) & ~few & ~short & ~bent
    sound = ~(few | short | bent | crossing)
    flags, _ = relations.ring_relations(
        rings.surface_rings, rings.ring_vertices, vertices, planes, sound, tolerances.touch
    )
    deviation = np.degrees(
        normals_deviations(clipped.offsets, clipped.triangles, vertices, planes, tolerances.planarity)
    )
    none = np.zeros(n)
    return Defects.of(
        [
            (101, few, none),
            (102, short, _short_edges(city, np.flatnonzero(short), tolerances.reach)),
            (104, crossing, none),
            (201, (flags & relations.INTERSECTION_RINGS) > 0, none),
            (202, (flags & relations.DUPLICATED_RINGS) > 0, none),
            (203, bent, distance),
            (204, sound & (flags == 0) & (deviation > tolerances.normals), deviation),
            (205, (flags & relations.INTERIOR_DISCONNECTED) > 0, none),
            (206, (flags & relations.INNER_RING_OUTSIDE) > 0, none),
            (207, (flags & relations.INNER_RINGS_NESTED) > 0, none),
            (208, (flags & relations.ORIENTATION_SAME) > 0, none),
        ]
    )


def fitted_planes(city: CityModel, planarity: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Normal of the plane of each polygon and the largest distance of its points from it.

    The plane has the Newell normal of the polygon; where that is zero, as of a symmetric bow-tie, or leaves points
    further away than `planarity`, it is the least-squares plane, if that is nearer.

    Returns
    -------
    planes : float64 array (n, 3)
        Any length but 0.
    distance : float64 array (n,), m
    """
    from citytwin.kernels.plane_distance import plane_distances

    rings, vectors = city.rings, city.surfaces.normal
    distance = plane_distances(rings.surface_rings, rings.ring_vertices, city.vertices, vectors)
    doubtful = np.flatnonzero(~(distance <= planarity) & (np.diff(rings.surface_rings) > 0))
    has_area = np.any(vectors != 0, axis=1)
    planes = vectors
    if len(doubtful) or not has_area.all():
        planes = np.where(has_area[:, None], vectors, np.array([0.0, 0.0, 1.0]))
        distance = np.nan_to_num(distance)
    if len(doubtful):
        normal, largest = _least_squares(city, doubtful)
        nearer = ~has_area[doubtful] | (largest < distance[doubtful])
        planes[doubtful[nearer]] = normal[nearer]
        distance[doubtful[nearer]] = largest[nearer]
    return planes, distance


def _least_squares(city: CityModel, rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit normal of the least-squares plane of some polygons, facing as they do, and their largest distance from it.

    The normal is the eigenvector of the least eigenvalue of the covariance of the points.
    """
    surface_rings, ring_vertices, kept = take_rings(city.rings.surface_rings, city.rings.ring_vertices, rows)
    offsets = ring_vertices[surface_rings]
    points, polygon = city.vertices[kept], row_of(offsets)
    size = np.diff(offsets)
    filled = np.flatnonzero(size > 0)
    starts = offsets[:-1][filled]
    normal, largest = np.tile([0.0, 0.0, 1.0], (len(rows), 1)), np.zeros(len(rows))
    if not len(filled):
        return normal, largest
    centre = np.zeros((len(rows), 3))
    first = np.zeros((len(rows), 3))
    first[filled] = points[starts]
    local = points - first[polygon]
    centre[filled] = np.add.reduceat(local, starts) / size[filled, None]
    local -= centre[polygon]
    covariance = np.add.reduceat(local[:, :, None] * local[:, None, :], starts)
    normal[filled] = np.linalg.eigh(covariance)[1][:, :, 0]
    normal[(normal * city.surfaces.normal[rows]).sum(1) < 0] *= -1
    largest[filled] = np.maximum.reduceat(np.abs((local * normal[polygon]).sum(1)), starts)
    return normal, largest


def _short_edges(city: CityModel, rows: NDArray[np.int64], reach: float) -> NDArray[np.float64]:
    """Edges no longer than `reach` of some polygons, of all (n,); 0 for the others."""
    count = np.zeros(len(city.surfaces))
    surface_rings, ring_vertices, kept = take_rings(city.rings.surface_rings, city.rings.ring_vertices, rows)
    filled = np.diff(ring_vertices) > 0
    following = np.arange(1, len(kept) + 1)
    following[ring_vertices[1:][filled] - 1] = ring_vertices[:-1][filled]
    points = city.vertices[kept]
    short = (points[following] - points) ** 2
    polygon = row_of(surface_rings)[row_of(ring_vertices)]
    count[rows] = np.bincount(polygon[short.sum(1) <= reach * reach], minlength=len(rows))
    return count
