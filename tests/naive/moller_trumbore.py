"""The intersection test as published, in double precision, and the pieces of the single-precision one."""

import numpy as np


def dot(ax, ay, az, bx, by, bz):
    return float(np.dot([ax, ay, az], [bx, by, bz]))


def reciprocal(component):
    return 1e30 if abs(component) < 1e-9 else 1 / component


def slab(low, high, origin, inverse, near, far):
    entry, leave = sorted(((low - origin) * inverse, (high - origin) * inverse))
    return max(near, entry), min(far, leave)


def nearer_second(low, high, k, dx, dy, dz):
    centres = (np.asarray(low, np.float64) + high) / 2
    return bool((centres[k + 1] - centres[k]) @ [dx, dy, dz] < 0)


def triangle_box(triangles, k):
    corner, edge_1, edge_2 = np.asarray(triangles[k], np.float64).reshape(3, 3)
    corners = np.stack([corner, corner + edge_1, corner + edge_2])
    return (*(corners.min(axis=0) - 1e-3), *(corners.max(axis=0) + 1e-3))


def direction_terms(triangles, k, dx, dy, dz):
    _, e1, e2 = np.asarray(triangles[k], np.float64).reshape(3, 3)
    d = np.array([dx, dy, dz], np.float64)
    p = np.cross(d, e2)
    det = e1 @ p
    if abs(det) < 1e-12:
        return (False, *np.zeros(9))
    return (True, *p / det, *np.cross(e1, d) / det, *np.cross(e1, e2) / det)


def intersect(corners, origin, direction):
    """Barycentric u and v and distance t of the ray and the plane of the triangle; None where they are parallel."""
    v0, v1, v2 = np.asarray(corners, np.float64)
    direction = np.asarray(direction, np.float64)
    p = np.cross(direction, v2 - v0)
    det = (v1 - v0) @ p
    if abs(det) < 1e-12:
        return None
    s = np.asarray(origin, np.float64) - v0
    q = np.cross(s, v1 - v0)
    return s @ p / det, direction @ q / det, (v2 - v0) @ q / det
