"""How far the triangles of a polygon face away from the polygon (the figure behind val3dity's code 204)."""

import math

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.triangle_normal import triangle_normal


@jit
def normals_deviations(
    triangle_offsets: NDArray[np.int64],
    triangles: NDArray[np.int32],
    vertices: NDArray[np.float64],
    planes: NDArray[np.float64],
    least_height: float,
) -> NDArray[np.float64]:
    r"""Largest angle between the normal of a polygon and those of its triangles: :math:`\max_i \arccos (n \cdot n_i)`.

    Triangles lower than `least_height` over their longest side are passed over: the rounding of coordinates alone can
    turn them.

    Parameters
    ----------
    triangle_offsets : int64, (n_surfaces + 1,)
        Offsets into `triangles`.
    triangles : int32, (m, 3)
        Rows of `vertices`, turning the way of their polygon.
    vertices : float64, (n_vertices, 3), m
        Finite coordinates.
    planes : float64, (n_surfaces, 3), any unit
        Normal of each polygon.
    least_height : float, m
        Above 0.

    Returns
    -------
    float64, (n_surfaces,), radians
        From 0 to pi; 0 without triangles.

    References
    ----------
    H. Ledoux, "val3dity: validation of 3D GIS primitives according to the international standards", Open Geospatial
    Data, Software and Standards 3(1), 2018, doi:10.1186/s40965-018-0043-x.
    """
    n = len(triangle_offsets) - 1
    result = np.zeros(n)
    for surface in range(n):
        nx = planes[surface, 0]
        ny = planes[surface, 1]
        nz = planes[surface, 2]
        length = math.sqrt(nx * nx + ny * ny + nz * nz)
        least = 1.0
        for t in range(triangle_offsets[surface], triangle_offsets[surface + 1]):
            a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            ux = vertices[b, 0] - vertices[a, 0]
            uy = vertices[b, 1] - vertices[a, 1]
            uz = vertices[b, 2] - vertices[a, 2]
            wx = vertices[c, 0] - vertices[a, 0]
            wy = vertices[c, 1] - vertices[a, 1]
            wz = vertices[c, 2] - vertices[a, 2]
            x, y, z, area = triangle_normal(ux, uy, uz, wx, wy, wz, least_height)
            if area > 0.0:
                least = min(least, (x * nx + y * ny + z * nz) / (area * length))
        result[surface] = math.acos(max(-1.0, least))
    return result
