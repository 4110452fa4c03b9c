"""Normal of a triangle by the cross product of numpy, its height by area over side."""

import numpy as np


def triangle_normal(u, w, least_height):
    normal = np.cross(u, w)
    length = np.linalg.norm(normal)
    longest = max(np.linalg.norm(u), np.linalg.norm(w), np.linalg.norm(w - u))
    return normal, length if longest > 0 and length / longest > least_height else 0.0
