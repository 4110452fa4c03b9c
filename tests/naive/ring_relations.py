"""Rings as polygons of shapely, seen along the axis nearest to the normal; exact for whole coordinates."""

import itertools

import numpy as np
import shapely


def of_pair(r, s, s_is_hole_of_r):
    a, b = shapely.Polygon(r), shapely.Polygon(s)
    if a.equals(b):
        return 2
    if a.overlaps(b) or a.boundary.intersection(b.boundary).length > 0:
        return 1
    if s_is_hole_of_r:
        return 0 if a.contains(b) else 8
    return 16 if a.contains(b) or b.contains(a) else 0


def of_polygon(rings):
    flags = 0
    for i, j in itertools.combinations(range(len(rings)), 2):
        flags |= of_pair(rings[i], rings[j], i == 0)
    if flags == 0:
        left = shapely.Polygon(rings[0]).difference(shapely.union_all([shapely.Polygon(ring) for ring in rings[1:]]))
        flags |= 4 * (len(shapely.get_parts(left)) > 1)
    turns = [shapely.LinearRing(ring).is_ccw for ring in rings]
    return flags | 32 * any(turn == turns[0] for turn in turns[1:])


def ring_relations(surface_rings, ring_vertices, vertices, planes):
    flags = []
    for surface in range(len(surface_rings) - 1):
        axis = int(np.argmax(np.abs(planes[surface])))
        view = np.delete(vertices, axis, axis=1)
        rings = [
            view[ring_vertices[ring] : ring_vertices[ring + 1]]
            for ring in range(surface_rings[surface], surface_rings[surface + 1])
        ]
        flags.append(of_polygon(rings) if len(rings) > 1 else 0)
    return flags
