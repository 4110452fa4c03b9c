"""Distances between all edges of a ring, laid flat by turning its plane into the xy plane."""

import itertools
import math

import numpy as np
import shapely


def flat(points, normal):
    """Points seen along a normal, (n, 2)."""
    n = np.array(normal) / np.linalg.norm(normal)
    u = np.cross(n, np.eye(3)[np.argmin(abs(n))])
    u /= np.linalg.norm(u)
    return np.array(points) @ np.stack([u, np.cross(n, u)], axis=1)


def code(points, normal, snap, touch):
    n = len(points)
    if n < 3:
        return 101
    if any(math.dist(points[i - 1], points[i]) <= snap for i in range(n)):
        return 102
    xy = flat(points, normal)
    edges = [shapely.LineString([xy[i], xy[(i + 1) % n]]) for i in range(n)]
    for i, j in itertools.combinations(range(n), 2):
        if j == i + 1:
            near = edges[j].distance(shapely.Point(xy[i])) <= touch
            near |= edges[i].distance(shapely.Point(xy[(j + 1) % n])) <= touch
        elif i == 0 and j == n - 1:
            near = edges[i].distance(shapely.Point(xy[j])) <= touch
            near |= edges[j].distance(shapely.Point(xy[i + 1])) <= touch
        else:
            near = edges[i].distance(edges[j]) <= touch
        if near:
            return 104
    return 0


def ring_simplicity(surface_rings, ring_vertices, vertices, planes, snap, touch):
    return [
        code(vertices[ring_vertices[ring] : ring_vertices[ring + 1]], planes[surface], snap, touch)
        for surface in range(len(surface_rings) - 1)
        for ring in range(surface_rings[surface], surface_rings[surface + 1])
    ]
