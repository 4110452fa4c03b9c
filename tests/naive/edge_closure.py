"""Edges counted in a dictionary, points snapped by comparing with all earlier ones."""

import itertools
import math
from collections import Counter


def edge_closure(solid_offsets, solid_surfaces, solid_reversed, surface_rings, ring_vertices, vertices, tolerance):
    counts = []
    for first, last in itertools.pairwise(solid_offsets):
        known = []

        def snapped(point, known=known):
            for number, other in enumerate(known):
                if math.dist(point, other) <= tolerance:
                    return number
            known.append(point)
            return len(known) - 1

        directed = Counter()
        for face in range(first, last):
            surface = solid_surfaces[face]
            for ring in range(surface_rings[surface], surface_rings[surface + 1]):
                points = [snapped(tuple(p)) for p in vertices[ring_vertices[ring] : ring_vertices[ring + 1]]]
                for a, b in zip(points, points[1:] + points[:1], strict=True):
                    if a != b:
                        directed[(b, a) if solid_reversed[face] else (a, b)] += 1
        n_open = n_nonmanifold = n_same_direction = 0
        for a, b in {tuple(sorted(edge)) for edge in directed}:
            there, back = directed[a, b], directed[b, a]
            n_open += there + back == 1
            n_nonmanifold += there + back > 2
            n_same_direction += there + back == 2 and there != back
        counts.append((n_open, n_nonmanifold, n_same_direction))
    return counts
