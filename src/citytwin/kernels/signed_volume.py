"""Volume of closed triangulated shells (divergence theorem)."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit


@jit
def signed_volumes(
    vertices: NDArray[np.float64],
    triangles: NDArray[np.int32],
    owner: NDArray[np.int32],
    sign: NDArray[np.int8],
    n_solids: int,
) -> NDArray[np.float64]:
    r"""Volume of each solid, :math:`V = \frac{1}{6} \sum \pm\, a \cdot (b \times c)` over its triangles.

    Coordinates count from the first vertex of the first triangle of each solid, so that the result of a shell that is
    not quite closed depends on its shape and not on its place.

    Parameters
    ----------
    vertices : float64, (n_vertices, 3), m
        Finite coordinates.
    triangles : int32, (m, 3)
        Rows of `vertices`, counter-clockwise seen from the side of the normal.
    owner : int32, (m,)
        Solid of each triangle, from 0 to `n_solids` - 1, in any order.
    sign : int8, (m,)
        1, or -1 where the solid uses the surface turned round.
    n_solids : int
        Number of solids.

    Returns
    -------
    float64, (n_solids,), m3
        Positive where normals point outwards, negative where the shell is inside out, 0 without triangles. A volume
        only where the shell is closed (:mod:`citytwin.kernels.edge_closure`).

    References
    ----------
    C. Zhang, T. Chen, "Efficient feature extraction for 2D/3D objects in mesh representation", Proceedings of the
    International Conference on Image Processing, 2001, doi:10.1109/ICIP.2001.958278.
    """
    volumes = np.zeros(n_solids)
    reference = np.full(n_solids, -1, np.int64)
    for i in range(len(triangles)):
        solid = owner[i]
        if reference[solid] < 0:
            reference[solid] = triangles[i, 0]
        o = reference[solid]
        a = triangles[i, 0]
        b = triangles[i, 1]
        c = triangles[i, 2]
        ax = vertices[a, 0] - vertices[o, 0]
        ay = vertices[a, 1] - vertices[o, 1]
        az = vertices[a, 2] - vertices[o, 2]
        bx = vertices[b, 0] - vertices[o, 0]
        by = vertices[b, 1] - vertices[o, 1]
        bz = vertices[b, 2] - vertices[o, 2]
        cx = vertices[c, 0] - vertices[o, 0]
        cy = vertices[c, 1] - vertices[o, 1]
        cz = vertices[c, 2] - vertices[o, 2]
        triple = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
        volumes[solid] += sign[i] * triple
    return volumes / 6.0
