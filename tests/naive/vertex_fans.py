"""Fans grown around each point: corners that an edge ending there connects are put in one set."""

import itertools

from tests.naive.disjoint_sets import sets_of


def vertex_fans(solid_offsets, solid_surfaces, surface_rings, ring_vertices, corner_offsets, point, twin):
    ends = {}
    for face, surface in enumerate(solid_surfaces):
        corner = corner_offsets[face]
        for ring in range(surface_rings[surface], surface_rings[surface + 1]):
            size = ring_vertices[ring + 1] - ring_vertices[ring]
            for i in range(size):
                ends[corner + i] = (corner + i, corner + (i + 1) % size)
            corner += size
    pairs = [(a, b) for a, b in ends.values() if point[a] == point[b]]
    for edge, (a, b) in ends.items():
        if twin[edge] >= 0:
            pairs += [(i, j) for i in (a, b) for j in ends[twin[edge]] if point[i] == point[j]]
    fans = sets_of(len(point), pairs)
    pinched = []
    for first, last in itertools.pairwise(solid_offsets):
        at = {}
        for corner in range(corner_offsets[first], corner_offsets[last]):
            at.setdefault(point[corner], set()).add(min(fans[corner]))
        pinched.append(sum(len(roots) > 1 for roots in at.values()))
    return pinched
