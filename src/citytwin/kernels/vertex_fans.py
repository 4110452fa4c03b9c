"""Points where a closed shell is pinched: its faces form several fans around them instead of one."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.disjoint_sets import unite


@jit
def vertex_fans(
    solid_offsets: NDArray[np.int64],
    solid_surfaces: NDArray[np.int32],
    surface_rings: NDArray[np.int64],
    ring_vertices: NDArray[np.int64],
    corner_offsets: NDArray[np.int64],
    point: NDArray[np.int64],
    twin: NDArray[np.int64],
) -> NDArray[np.int32]:
    """Count the points of each solid around which the faces form more than one fan.

    Two corners at a point belong to one fan when their faces share an edge that ends there; fans are the connected
    sets. Around a point of a 2-manifold there is exactly one.

    Parameters
    ----------
    solid_offsets : int64, (n_solids + 1,)
        Offsets into `solid_surfaces`.
    solid_surfaces : int32, (n_faces,)
        Surface of each face.
    surface_rings : int64, (n_surfaces + 1,)
        Offsets into `ring_vertices`.
    ring_vertices : int64, (n_rings + 1,)
        Offsets of the vertices of each ring.
    corner_offsets, point, twin : int64 arrays
        As :func:`citytwin.kernels.edge_closure.edge_closure` gives them.

    Returns
    -------
    int32, (n_solids,)
        0 where every point has one fan. Means something only where the solid is closed.

    References
    ----------
    H. Ledoux, "val3dity: validation of 3D GIS primitives according to the international standards", Open Geospatial
    Data, Software and Standards 3(1), 2018, doi:10.1186/s40965-018-0043-x (error 303).
    """
    n_corners = len(point)
    after = np.empty(n_corners, np.int64)
    for k in range(len(solid_surfaces)):
        corner = corner_offsets[k]
        face = solid_surfaces[k]
        for ring in range(surface_rings[face], surface_rings[face + 1]):
            size = ring_vertices[ring + 1] - ring_vertices[ring]
            for i in range(size):
                after[corner + i] = corner + (i + 1) % size
            corner += size
    fan = np.arange(n_corners)
    for corner in range(n_corners):
        other = twin[corner]
        if other < 0:
            if point[corner] == point[after[corner]]:
                unite(fan, corner, after[corner])
        elif other > corner:
            if point[corner] == point[other]:
                unite(fan, corner, other)
                unite(fan, after[corner], after[other])
            else:
                unite(fan, corner, after[other])
                unite(fan, after[corner], other)
    pinched = np.zeros(len(solid_offsets) - 1, np.int32)
    last = 0
    for corner in range(n_corners):
        last = max(last, point[corner] + 1)
    fans = np.zeros(last, np.int32)
    for solid in range(len(solid_offsets) - 1):
        start = corner_offsets[solid_offsets[solid]]
        stop = corner_offsets[solid_offsets[solid + 1]]
        for corner in range(start, stop):
            fans[point[corner]] = 0
        for corner in range(start, stop):
            if fan[corner] == corner:
                fans[point[corner]] += 1
                pinched[solid] += fans[point[corner]] == 2
    return pinched
