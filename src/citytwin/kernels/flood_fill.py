"""Which faces of a shell have to be turned round so that all of them face the same side."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit


@jit
def faces_to_turn(
    solid_offsets: NDArray[np.int64],
    solid_reversed: NDArray[np.bool_],
    corner_offsets: NDArray[np.int64],
    point: NDArray[np.int64],
    twin: NDArray[np.int64],
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Spread the orientation of one face to its neighbours, from those to theirs, and so on.

    Two faces that use a common edge in the same direction face different sides. Of each connected set of faces the
    smaller part is to be turned, the part without the first face where both have the same number of faces.

    Parameters
    ----------
    solid_offsets : int64, (n_solids + 1,)
        Offsets of the faces of each solid.
    solid_reversed : bool, (n_faces,)
        Whether the solid uses the surface turned round.
    corner_offsets, point, twin : int64 arrays
        As :func:`citytwin.kernels.edge_closure.edge_closure` gives them.

    Returns
    -------
    turn : bool, (n_faces,)
        Faces to turn; False in solids that are one-sided.
    one_sided : bool, (n_solids,)
        Solids that cannot be oriented, as a Moebius strip.

    References
    ----------
    M. Attene, "A lightweight approach to repairing digitized polygon meshes", The Visual Computer 26, 2010,
    doi:10.1007/s00371-010-0416-3.
    """
    n_faces = len(corner_offsets) - 1
    owner = np.empty(len(twin), np.int64)
    for face in range(n_faces):
        for corner in range(corner_offsets[face], corner_offsets[face + 1]):
            owner[corner] = face
    turn = np.zeros(n_faces, np.bool_)
    reached = np.zeros(n_faces, np.bool_)
    queue = np.empty(n_faces, np.int64)
    one_sided = np.zeros(len(solid_offsets) - 1, np.bool_)
    for solid in range(len(solid_offsets) - 1):
        for seed in range(solid_offsets[solid], solid_offsets[solid + 1]):
            if reached[seed]:
                continue
            reached[seed] = True
            queue[0] = seed
            n = 1
            n_turned = 0
            done = 0
            while done < n:
                face = queue[done]
                done += 1
                n_turned += turn[face]
                for corner in range(corner_offsets[face], corner_offsets[face + 1]):
                    if twin[corner] < 0:
                        continue
                    other = owner[twin[corner]]
                    along = (point[corner] == point[twin[corner]]) == (solid_reversed[face] == solid_reversed[other])
                    if not reached[other]:
                        reached[other] = True
                        turn[other] = turn[face] != along
                        queue[n] = other
                        n += 1
                    elif turn[other] != (turn[face] != along):
                        one_sided[solid] = True
            if 2 * n_turned > n:
                for k in range(n):
                    turn[queue[k]] = not turn[queue[k]]
        if one_sided[solid]:
            turn[solid_offsets[solid] : solid_offsets[solid + 1]] = False
    return turn, one_sided
