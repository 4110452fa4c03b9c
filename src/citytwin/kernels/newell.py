"""Area vector, area, tilt and azimuth of planar polygons with holes in space (Newell's method)."""

import math

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit

FLAT = 1e-6
"""A polygon whose horizontal normal component is below this share of the normal's length has no azimuth."""


@jit
def ring_normal(start: int, stop: int, vertices: NDArray[np.float64]) -> tuple[float, float, float]:
    r"""Area vector of one ring: :math:`\frac{1}{2} \sum_i (p_i - p_0) \times (p_{i+1} - p_0)`.

    Its length is the enclosed area of a plane ring, its direction the side from which the ring runs counter-clockwise.
    Taking the first vertex off first keeps the digits that raw city coordinates would cost.

    Parameters
    ----------
    start, stop : int
        Rows of `vertices` that form the ring, not closed; fewer than 3 give zeros.
    vertices : float64, (n, 3), m
        Finite coordinates.

    Returns
    -------
    x, y, z : float, m2
        East, north and up component.

    References
    ----------
    F. Tampieri, "Newell's method for computing the plane equation of a polygon", Graphics Gems III, 1992, pp. 231-232.
    """
    nx = 0.0
    ny = 0.0
    nz = 0.0
    for i in range(start + 1, stop - 1):
        ax = vertices[i, 0] - vertices[start, 0]
        ay = vertices[i, 1] - vertices[start, 1]
        az = vertices[i, 2] - vertices[start, 2]
        bx = vertices[i + 1, 0] - vertices[start, 0]
        by = vertices[i + 1, 1] - vertices[start, 1]
        bz = vertices[i + 1, 2] - vertices[start, 2]
        nx += ay * bz - az * by
        ny += az * bx - ax * bz
        nz += ax * by - ay * bx
    return 0.5 * nx, 0.5 * ny, 0.5 * nz


@jit
def normals(
    surface_rings: NDArray[np.int64], ring_vertices: NDArray[np.int64], vertices: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Area vector of each polygon: its exterior ring less its interior rings.

    Interior rings should turn the other way and then subtract by themselves; one that turns the same way as the
    exterior is a defect of the data and is subtracted all the same.

    Parameters
    ----------
    surface_rings : int64, (n_surfaces + 1,)
        Offsets into `ring_vertices`; the first ring of a surface is its exterior.
    ring_vertices : int64, (n_rings + 1,)
        Offsets into `vertices`; rings are not closed.
    vertices : float64, (n_vertices, 3), m
        Finite coordinates.

    Returns
    -------
    float64, (n_surfaces, 3), m2
        Zeros for a surface without rings or without area.
    """
    n = len(surface_rings) - 1
    vectors = np.zeros((n, 3))
    for surface in range(n):
        first = surface_rings[surface]
        ex = 0.0
        ey = 0.0
        ez = 0.0
        for ring in range(first, surface_rings[surface + 1]):
            x, y, z = ring_normal(ring_vertices[ring], ring_vertices[ring + 1], vertices)
            sign = 1.0
            if ring == first:
                ex, ey, ez = x, y, z
            elif x * ex + y * ey + z * ez > 0.0:
                sign = -1.0
            vectors[surface, 0] += sign * x
            vectors[surface, 1] += sign * y
            vectors[surface, 2] += sign * z
    return vectors


@jit
def areas(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Length of each area vector.

    Parameters
    ----------
    vectors : float64, (n, 3), m2
        Area vectors as :func:`normals` gives them.

    Returns
    -------
    float64, (n,), m2
    """
    n = len(vectors)
    result = np.empty(n)
    for i in range(n):
        result[i] = math.sqrt(vectors[i, 0] ** 2 + vectors[i, 1] ** 2 + vectors[i, 2] ** 2)
    return result


@jit
def tilts(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Angle between normal and zenith, :math:`\mathrm{atan2}(\sqrt{n_x^2 + n_y^2}, n_z)`.

    Parameters
    ----------
    vectors : float64, (n, 3), any unit
        Normals of any length.

    Returns
    -------
    float64, (n,), degrees
        0 faces up, 90 is a wall, 180 faces down; NaN where the vector is zero.
    """
    n = len(vectors)
    result = np.empty(n)
    for i in range(n):
        horizontal = math.hypot(vectors[i, 0], vectors[i, 1])
        if horizontal == 0.0 and vectors[i, 2] == 0.0:
            result[i] = math.nan
        else:
            result[i] = math.degrees(math.atan2(horizontal, vectors[i, 2]))
    return result


@jit
def azimuths(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Compass direction of the outward normal, :math:`\mathrm{atan2}(n_x, n_y)`, clockwise from north.

    Parameters
    ----------
    vectors : float64, (n, 3), any unit
        Normals of any length; x east, y north.

    Returns
    -------
    float64, (n,), degrees
        From 0 to below 360; NaN where the horizontal component is shorter than :data:`FLAT` of the vector (a slope
        below 0.00006 degrees, under what coordinates rounded to a millimetre can tell) or the vector is zero.
    """
    n = len(vectors)
    result = np.empty(n)
    for i in range(n):
        horizontal = math.hypot(vectors[i, 0], vectors[i, 1])
        if horizontal == 0.0 or horizontal < FLAT * abs(vectors[i, 2]):
            result[i] = math.nan
            continue
        angle = math.degrees(math.atan2(vectors[i, 0], vectors[i, 1]))
        if angle < 0.0:
            angle += 360.0
        result[i] = 0.0 if angle >= 360.0 else angle
    return result
