"""Largest distance of a polygon's vertices from its own plane (the figure behind val3dity's code 203)."""

import math

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit


@jit
def plane_distances(
    surface_rings: NDArray[np.int64],
    ring_vertices: NDArray[np.int64],
    vertices: NDArray[np.float64],
    vectors: NDArray[np.float64],
) -> NDArray[np.float64]:
    r"""Largest :math:`|(p - c) \cdot n|` over the vertices `p` of each polygon.

    The plane passes through `c`, the mean of all vertices of all rings, with the Newell normal `n`: for a polygon that
    is nearly plane this is the least-squares plane to first order.

    Parameters
    ----------
    surface_rings : int64, (n_surfaces + 1,)
        Offsets into `ring_vertices`.
    ring_vertices : int64, (n_rings + 1,)
        Offsets into `vertices`; rings are not closed.
    vertices : float64, (n_vertices, 3), m
        Finite coordinates.
    vectors : float64, (n_surfaces, 3), any unit
        Normals as :func:`citytwin.kernels.newell.normals` gives them.

    Returns
    -------
    float64, (n_surfaces,), m
        0 for triangles up to rounding; NaN for a surface without vertices or without area, which has no plane.

    References
    ----------
    H. Ledoux, "val3dity: validation of 3D GIS primitives according to the international standards", Open Geospatial
    Data, Software and Standards 3(1), 2018, doi:10.1186/s40965-018-0043-x.
    """
    n = len(surface_rings) - 1
    result = np.empty(n)
    for surface in range(n):
        first = surface_rings[surface]
        last = surface_rings[surface + 1]
        nx = vectors[surface, 0]
        ny = vectors[surface, 1]
        nz = vectors[surface, 2]
        length = math.sqrt(nx * nx + ny * ny + nz * nz)
        start = ring_vertices[first]
        stop = ring_vertices[last]
        if length == 0.0 or start == stop:
            result[surface] = math.nan
            continue
        mean = 0.0
        for i in range(start, stop):
            mean += (
                (vertices[i, 0] - vertices[start, 0]) * nx
                + (vertices[i, 1] - vertices[start, 1]) * ny
                + (vertices[i, 2] - vertices[start, 2]) * nz
            )
        mean /= stop - start
        largest = 0.0
        for i in range(start, stop):
            offset = (
                (vertices[i, 0] - vertices[start, 0]) * nx
                + (vertices[i, 1] - vertices[start, 1]) * ny
                + (vertices[i, 2] - vertices[start, 2]) * nz
            )
            largest = max(largest, abs(offset - mean))
        result[surface] = largest / length
    return result
