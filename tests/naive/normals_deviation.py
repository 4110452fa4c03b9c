"""Angles between normals by the cosine, triangle by triangle."""

import itertools
import math

import numpy as np


def normals_deviations(triangle_offsets, triangles, vertices, planes, least_height):
    result = []
    for surface, (first, last) in enumerate(itertools.pairwise(triangle_offsets)):
        largest = 0.0
        for a, b, c in vertices[triangles[first:last]]:
            normal = np.cross(b - a, c - a)
            longest = max(math.dist(a, b), math.dist(b, c), math.dist(c, a))
            if np.linalg.norm(normal) / longest > least_height:
                plane = planes[surface]
                cosine = normal @ plane / np.linalg.norm(normal) / np.linalg.norm(plane)
                largest = max(largest, math.acos(np.clip(cosine, -1, 1)))
        result.append(largest)
    return result
