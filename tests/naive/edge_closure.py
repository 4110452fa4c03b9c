"""Edges counted in a dictionary, points snapped by comparing with all earlier ones."""

import itertools
import math


def edge_closure(solid_offsets, solid_surfaces, solid_reversed, surface_rings, ring_vertices, vertices, tolerance):
    """Open, non-manifold and one-way edges of each solid, and the twin of each corner (-1 open, -2 many, -3 none)."""
    counts, twins = [], []
    for first, last in itertools.pairwise(solid_offsets):
        known = []

        def snapped(point, known=known):
            for number, other in enumerate(known):
                if math.dist(point, other) <= tolerance:
                    return number
            known.append(point)
            return len(known) - 1

        users = {}
        for face in range(first, last):
            surface = solid_surfaces[face]
            for ring in range(surface_rings[surface], surface_rings[surface + 1]):
                points = [snapped(tuple(p)) for p in vertices[ring_vertices[ring] : ring_vertices[ring + 1]]]
                for a, b in zip(points, points[1:] + points[:1], strict=True):
                    if a != b:
                        users.setdefault((min(a, b), max(a, b)), []).append(
                            (len(twins), (a < b) != solid_reversed[face])
                        )
                    twins.append(-3)
        n_open = n_nonmanifold = n_same_direction = 0
        for edge in users.values():
            n_open += len(edge) == 1
            n_nonmanifold += len(edge) > 2
            n_same_direction += len(edge) == 2 and edge[0][1] == edge[1][1]
            for corner, _ in edge:
                others = [other for other, _ in edge if other != corner]
                twins[corner] = others[0] if len(others) == 1 else -2 if others else -1
        counts.append((n_open, n_nonmanifold, n_same_direction))
    return counts, twins
