"""How much of a face modules can use: polygons in its plane, without edges and places too narrow."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.model.city import CityModel
from citytwin.model.ragged import row_of, take_rings

GAP_M = 0.005
"""Half the width of a gap between two faces that still count as one."""

TURN = 0.02
"""Faces whose unit normals differ by less can lie in one plane."""

STEP_M = 0.1
"""Faces whose planes are less apart can lie in one plane."""


class Faces(NamedTuple):
    """Faces as polygons in their planes.

    Parameters
    ----------
    polygon : object array (n,) of shapely polygons, m
    plane : int64 array (n,)
        Number of the plane; faces of one building in one plane share a number and a pair of axes.
    healed : bool array (n,)
        Polygons that crossed themselves and were made valid.
    """

    polygon: NDArray[np.object_]
    plane: NDArray[np.int64]
    healed: NDArray[np.bool_]


def faces_in_plane(
    city: CityModel, rows: NDArray[np.integer], building: NDArray[np.integer], normal: NDArray[np.float64]
) -> Faces:
    """Lay faces into their planes.

    Faces of one building whose normals and distances round to the same step share a plane: a roof that is cut into
    several polygons keeps its inner seams free of edges. Two that lie within a step but round apart do not.

    Parameters
    ----------
    city : CityModel
    rows : int array (n,)
        Of ``city.surfaces``.
    building : int array (n,)
    normal : float64 array (n, 3)
        Unit vectors.
    """
    import shapely

    surface_rings, ring_vertices, vertices = take_rings(city.rings.surface_rings, city.rings.ring_vertices, rows)
    face = row_of(surface_rings)[row_of(ring_vertices)]
    corners = city.vertices[vertices]
    _, first, group = np.unique(building, return_index=True, return_inverse=True)
    origin = corners[ring_vertices[surface_rings[first[group]]]]
    distance = (normal * (corners[ring_vertices[surface_rings[:-1]]] - origin)).sum(1)
    key = np.column_stack([group, np.rint(normal / TURN), np.rint(distance / STEP_M)]).astype(np.int64)
    _, example, plane = np.unique(key, axis=0, return_index=True, return_inverse=True)
    plane = plane.reshape(-1).astype(np.int64)
    along, up = _axes(normal[example[plane]])
    local = corners - origin[face]
    flat = np.column_stack([(local * along[face]).sum(1), (local * up[face]).sum(1)])
    closed, closed_offsets = _closed(flat, ring_vertices)
    polygon = shapely.from_ragged_array(shapely.GeometryType.POLYGON, closed, (closed_offsets, surface_rings))
    healed = ~shapely.is_valid(polygon)
    polygon[healed] = shapely.make_valid(polygon[healed])
    return Faces(polygon, plane, healed)


def usable_areas(faces: Faces, setback_m: float, min_width_m: float) -> NDArray[np.float64]:
    """Area of each face that is left without a strip along the edges of its plane and without narrow places.

    The plane shrinks by setback and half the width and grows by half the width again: a morphological opening by which
    tongues that are narrower disappear.

    Parameters
    ----------
    faces : Faces
    setback_m : float, m
        Width of the strip.
    min_width_m : float, m

    Returns
    -------
    float64 array (n,), m2

    References
    ----------
    J. Serra, Image Analysis and Mathematical Morphology, Academic Press, 1982 (opening).
    """
    import shapely

    count = np.bincount(faces.plane)
    single = count[faces.plane] == 1
    whole = np.full(len(count), None, object)
    whole[faces.plane[single]] = faces.polygon[single]
    wider = shapely.buffer(faces.polygon, GAP_M, join_style="mitre")
    for number in np.flatnonzero(count > 1):
        joined = shapely.union_all(wider[faces.plane == number])
        whole[number] = shapely.buffer(joined, -GAP_M, join_style="mitre")
    half = min_width_m / 2.0
    inner = shapely.buffer(whole, -(setback_m + half), join_style="mitre")
    opened = shapely.buffer(inner, half, join_style="mitre")[faces.plane]
    area = shapely.area(opened)
    shared = ~single
    area[shared] = shapely.area(shapely.intersection(faces.polygon[shared], opened[shared]))
    return np.asarray(area, np.float64)


def _axes(normal: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit vectors along the contour and up the slope of planes (n, 3); east and north where a plane is level."""
    along = np.column_stack([-normal[:, 1], normal[:, 0], np.zeros(len(normal))])
    length = np.linalg.norm(along, axis=1)
    level = length < 1e-9
    along[level] = (1.0, 0.0, 0.0)
    along /= np.where(level, 1.0, length)[:, None]
    return along, np.cross(normal, along)


def _closed(points: NDArray[np.float64], offsets: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Rings with their first point repeated at the end, and their offsets."""
    lengths = np.diff(offsets)
    new = offsets + np.arange(len(offsets))
    result = np.empty((new[-1], 2))
    result[np.arange(len(points)) + np.repeat(np.arange(len(lengths)), lengths)] = points
    result[new[1:] - 1] = points[offsets[:-1]]
    return result, new
