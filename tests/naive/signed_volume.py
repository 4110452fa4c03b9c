"""Volume as a sum of tetrahedra over a corner of each solid, by determinants."""

import numpy as np


def signed_volumes(vertices, triangles, owner, sign, n_solids):
    result = []
    for solid in range(n_solids):
        rows = [t for t in range(len(triangles)) if owner[t] == solid]
        volume = 0.0
        for t in rows:
            corners = vertices[triangles[t]] - vertices[triangles[rows[0], 0]]
            volume += int(sign[t]) * np.linalg.det(corners) / 6
        result.append(volume)
    return result
