"""Distance from the mean plane, vertex by vertex."""

import math


def plane_distances(surface_rings, ring_vertices, vertices, vectors):
    result = []
    for surface, vector in enumerate(vectors):
        points = vertices[ring_vertices[surface_rings[surface]] : ring_vertices[surface_rings[surface + 1]]]
        length = math.sqrt(sum(c * c for c in vector))
        if length == 0 or len(points) == 0:
            result.append(math.nan)
            continue
        unit = [c / length for c in vector]
        centre = [sum(p[i] for p in points) / len(points) for i in range(3)]
        result.append(max(abs(sum((p[i] - centre[i]) * unit[i] for i in range(3))) for p in points))
    return result
