"""The pieces of a solid whose faces hang together by edges."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.disjoint_sets import find_root, unite


@jit
def shell_components(
    solid_offsets: NDArray[np.int64], corner_offsets: NDArray[np.int64], twin: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Number the connected sets of faces of each solid; two faces are connected where they share an edge.

    Parameters
    ----------
    solid_offsets : int64, (n_solids + 1,)
        Offsets of the faces of each solid.
    corner_offsets : int64, (n_faces + 1,)
        Offsets of the corners of each face.
    twin : int64, (n_corners,)
        As :func:`citytwin.kernels.edge_closure.edge_closure` gives it.

    Returns
    -------
    component : int32, (n_faces,)
        Number of the set within its solid, in the order of the first faces.
    count : int32, (n_solids,)

    References
    ----------
    R. E. Tarjan, "Efficiency of a good but not linear set union algorithm", Journal of the ACM 22(2), 1975,
    doi:10.1145/321879.321884.
    """
    n_faces = len(corner_offsets) - 1
    owner = np.empty(len(twin), np.int64)
    for face in range(n_faces):
        owner[corner_offsets[face] : corner_offsets[face + 1]] = face
    parent = np.arange(n_faces)
    for corner in range(len(twin)):
        if twin[corner] > corner:
            unite(parent, owner[corner], owner[twin[corner]])
    component = np.empty(n_faces, np.int32)
    count = np.zeros(len(solid_offsets) - 1, np.int32)
    for solid in range(len(solid_offsets) - 1):
        for face in range(solid_offsets[solid], solid_offsets[solid + 1]):
            root = find_root(parent, face)
            if root == face:
                component[face] = count[solid]
                count[solid] += 1
            else:
                component[face] = component[root]
    return component, count
