"""Whether faces of a solid pass through each other or lie on each other, told by their triangles."""

import math

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.heapsort import sorted_order
from citytwin.kernels.ring_simplicity import main_axes
from citytwin.kernels.triangle_normal import triangle_normal

_SWEEP = 64
"""Triangles from which boxes are sorted before they are compared."""


@jit
def _set_plane(k: int, corners: NDArray[np.float64], planes: NDArray[np.float64], least_height: float) -> bool:
    """Unit normal and offset of a triangle's plane into `planes` (n, 4); False where it is too slim to have one."""
    ux = corners[k, 3] - corners[k, 0]
    uy = corners[k, 4] - corners[k, 1]
    uz = corners[k, 5] - corners[k, 2]
    wx = corners[k, 6] - corners[k, 0]
    wy = corners[k, 7] - corners[k, 1]
    wz = corners[k, 8] - corners[k, 2]
    x, y, z, area = triangle_normal(ux, uy, uz, wx, wy, wz, least_height)
    if area == 0.0:
        return False
    planes[k, 0] = x / area
    planes[k, 1] = y / area
    planes[k, 2] = z / area
    planes[k, 3] = (x * corners[k, 0] + y * corners[k, 1] + z * corners[k, 2]) / area
    return True


@jit
def _heights(i: int, j: int, corners: NDArray[np.float64], planes: NDArray[np.float64]) -> tuple[float, float, float]:
    """Heights of the corners of triangle `j` over the plane of triangle `i`."""
    x, y, z, d = planes[i, 0], planes[i, 1], planes[i, 2], planes[i, 3]
    return (
        x * corners[j, 0] + y * corners[j, 1] + z * corners[j, 2] - d,
        x * corners[j, 3] + y * corners[j, 4] + z * corners[j, 5] - d,
        x * corners[j, 6] + y * corners[j, 7] + z * corners[j, 8] - d,
    )


@jit
def _stretch(
    j: int, h: tuple[float, float, float], corners: NDArray[np.float64], dx: float, dy: float, dz: float
) -> tuple[float, float]:
    """Where triangle `j`, with corners at heights `h` over a plane, meets it: the two ends along a direction."""
    low = math.inf
    high = -math.inf
    for a in range(3):
        b = (a + 1) % 3
        if (h[a] > 0.0) == (h[b] > 0.0):
            continue
        s = h[a] / (h[a] - h[b])
        t = 0.0
        for k in range(3):
            d = dx if k == 0 else dy if k == 1 else dz
            t += d * (corners[j, 3 * a + k] + s * (corners[j, 3 * b + k] - corners[j, 3 * a + k]))
        low = min(low, t)
        high = max(high, t)
    return low, high


@jit
def _lie_on_each_other(
    i: int, j: int, corners: NDArray[np.float64], planes: NDArray[np.float64], tolerance: float
) -> bool:
    """Whether two triangles in one plane share an area wider than the tolerance: one is clipped by the other."""
    u, v = main_axes(planes[i, 0], planes[i, 1], planes[i, 2])
    x = np.empty(16)
    y = np.empty(16)
    nx = np.empty(16)
    ny = np.empty(16)
    n = 3
    for a in range(3):
        x[a] = corners[j, 3 * a + u]
        y[a] = corners[j, 3 * a + v]
    for a in range(3):
        b = (a + 1) % 3
        ax = corners[i, 3 * a + u]
        ay = corners[i, 3 * a + v]
        ex = corners[i, 3 * b + u] - ax
        ey = corners[i, 3 * b + v] - ay
        m = 0
        for p in range(n):
            q = (p + 1) % n
            sp = ex * (y[p] - ay) - ey * (x[p] - ax)
            sq = ex * (y[q] - ay) - ey * (x[q] - ax)
            if sp >= 0.0:
                nx[m] = x[p]
                ny[m] = y[p]
                m += 1
            if (sp > 0.0 and sq < 0.0) or (sp < 0.0 and sq > 0.0):
                s = sp / (sp - sq)
                nx[m] = x[p] + s * (x[q] - x[p])
                ny[m] = y[p] + s * (y[q] - y[p])
                m += 1
        n = m
        x, nx = nx, x
        y, ny = ny, y
    area = 0.0
    length = 0.0
    for p in range(n):
        q = (p + 1) % n
        area += (x[p] - x[0]) * (y[q] - y[0]) - (y[p] - y[0]) * (x[q] - x[0])
        length += math.hypot(x[q] - x[p], y[q] - y[p])
    return abs(area) > tolerance * length


@jit
def _meet(i: int, j: int, corners: NDArray[np.float64], planes: NDArray[np.float64], tolerance: float) -> bool:
    """Whether two triangles pass through or lie on each other by more than the tolerance."""
    h = _heights(i, j, corners, planes)
    low = min(h[0], h[1], h[2])
    high = max(h[0], h[1], h[2])
    if low >= -tolerance and high <= tolerance:
        return _lie_on_each_other(i, j, corners, planes, tolerance)
    if low >= -tolerance or high <= tolerance:
        return False
    g = _heights(j, i, corners, planes)
    low = min(g[0], g[1], g[2])
    high = max(g[0], g[1], g[2])
    if low >= -tolerance and high <= tolerance:
        return _lie_on_each_other(j, i, corners, planes, tolerance)
    if low >= -tolerance or high <= tolerance:
        return False
    dx = planes[i, 1] * planes[j, 2] - planes[i, 2] * planes[j, 1]
    dy = planes[i, 2] * planes[j, 0] - planes[i, 0] * planes[j, 2]
    dz = planes[i, 0] * planes[j, 1] - planes[i, 1] * planes[j, 0]
    length = math.sqrt(dx * dx + dy * dy + dz * dz)
    if length == 0.0:
        return False
    low_j, high_j = _stretch(j, h, corners, dx / length, dy / length, dz / length)
    low_i, high_i = _stretch(i, g, corners, dx / length, dy / length, dz / length)
    return min(high_i, high_j) - max(low_i, low_j) > tolerance


@jit
def _first_pair(
    n: int,
    corners: NDArray[np.float64],
    planes: NDArray[np.float64],
    boxes: NDArray[np.float64],
    face: NDArray[np.int64],
    tolerance: float,
) -> tuple[int, int]:
    """First two triangles of different faces that meet, (-1, -1) where none do."""
    axis = 0
    extent = -1.0
    order = np.arange(n)
    if n > _SWEEP:
        for k in range(3):
            low = math.inf
            high = -math.inf
            for i in range(n):
                low = min(low, boxes[i, k])
                high = max(high, boxes[i, 3 + k])
            if high - low > extent:
                extent = high - low
                axis = k
        order = sorted_order(boxes[:n, axis].copy())
    for a in range(n):
        i = order[a]
        for b in range(a + 1, n):
            j = order[b]
            if n > _SWEEP and boxes[j, axis] > boxes[i, 3 + axis]:
                break
            if (
                boxes[i, 0] <= boxes[j, 3]
                and boxes[j, 0] <= boxes[i, 3]
                and boxes[i, 1] <= boxes[j, 4]
                and boxes[j, 1] <= boxes[i, 4]
                and boxes[i, 2] <= boxes[j, 5]
                and boxes[j, 2] <= boxes[i, 5]
                and face[i] != face[j]
                and _meet(i, j, corners, planes, tolerance)
            ):
                return min(i, j), max(i, j)
    return -1, -1


@jit
def triangle_intersections(
    solid_offsets: NDArray[np.int64],
    solid_surfaces: NDArray[np.int32],
    surface_rings: NDArray[np.int64],
    ring_vertices: NDArray[np.int64],
    vertices: NDArray[np.float64],
    corner_offsets: NDArray[np.int64],
    point: NDArray[np.int64],
    triangle_offsets: NDArray[np.int64],
    triangles: NDArray[np.int32],
    checked: NDArray[np.bool_],
    tolerance: float,
) -> NDArray[np.int64]:
    """Find two faces of each solid that pass through or lie on each other.

    Triangles of different faces meet where each has corners on both sides of the other's plane and their stretches of
    the common line overlap, or where they lie in one plane and share an area, always by more than the tolerance: faces
    that share an edge or a corner, or only touch, do not. Triangles no higher than twice the tolerance are passed over.
    Candidates come from a sweep along the longest axis.

    Parameters
    ----------
    solid_offsets : int64, (n_solids + 1,)
        Offsets into `solid_surfaces`.
    solid_surfaces : int32, (n_faces,)
        Surface of each face.
    surface_rings : int64, (n_surfaces + 1,)
        Offsets into `ring_vertices`.
    ring_vertices : int64, (n_rings + 1,)
        Offsets into `vertices`; rings are not closed.
    vertices : float64, (n_vertices, 3), m
        Finite coordinates relative to an origin nearby.
    corner_offsets, point : int64 arrays
        As :func:`citytwin.kernels.edge_closure.edge_closure` gives them: corners of one point are put in one place.
    triangle_offsets : int64, (n_surfaces + 1,)
        Offsets into `triangles`.
    triangles : int32, (m, 3)
        Rows of `vertices` (:func:`citytwin.kernels.ear_clipping.triangulate`).
    checked : bool, (n_solids,)
        Solids to look at.
    tolerance : float, m
        Above 0.

    Returns
    -------
    int64, (n_solids, 2)
        Two rows of `solid_surfaces`, the lower first, or -1, -1 where no faces meet.

    References
    ----------
    T. Moller, "A fast triangle-triangle intersection test", Journal of Graphics Tools 2(2), 1997,
    doi:10.1080/10867651.1997.10487472.
    I. E. Sutherland, G. W. Hodgman, "Reentrant polygon clipping", Communications of the ACM 17(1), 1974,
    doi:10.1145/360767.360802.
    """
    n_solids = len(solid_offsets) - 1
    result = np.full((n_solids, 2), -1, np.int64)
    largest = 0
    for solid in range(n_solids):
        n = 0
        for surface in solid_surfaces[solid_offsets[solid] : solid_offsets[solid + 1]]:
            n += triangle_offsets[surface + 1] - triangle_offsets[surface]
        largest = max(largest, n)
    corners = np.empty((largest, 9))
    planes = np.empty((largest, 4))
    boxes = np.empty((largest, 6))
    face = np.empty(largest, np.int64)
    place = np.empty(len(vertices), np.int64)
    for solid in range(n_solids):
        if not checked[solid]:
            continue
        n = 0
        for k in range(solid_offsets[solid], solid_offsets[solid + 1]):
            surface = solid_surfaces[k]
            first = ring_vertices[surface_rings[surface]]
            for i in range(corner_offsets[k + 1] - corner_offsets[k]):
                place[first + i] = point[corner_offsets[k] + i]
            for t in range(triangle_offsets[surface], triangle_offsets[surface + 1]):
                for a in range(3):
                    row = place[triangles[t, a]]
                    for axis in range(3):
                        corners[n, 3 * a + axis] = vertices[row, axis]
                for axis in range(3):
                    boxes[n, axis] = min(corners[n, axis], corners[n, 3 + axis], corners[n, 6 + axis])
                    boxes[n, 3 + axis] = max(corners[n, axis], corners[n, 3 + axis], corners[n, 6 + axis])
                face[n] = k
                n += _set_plane(n, corners, planes, 2.0 * tolerance)
        i, j = _first_pair(n, corners, planes, boxes, face, tolerance)
        if i >= 0:
            result[solid, 0] = min(face[i], face[j])
            result[solid, 1] = max(face[i], face[j])
    return result
