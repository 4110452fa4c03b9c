"""How often a closed surface of triangles winds round a point: 1 inside, 0 outside, -1 inside one turned round."""

import math

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit


@jit
def winding_numbers(
    points: NDArray[np.float64],
    triangle_offsets: NDArray[np.int64],
    triangles: NDArray[np.int32],
    vertices: NDArray[np.float64],
) -> NDArray[np.float64]:
    r"""Winding number of a set of triangles round each point: the sum of their solid angles over :math:`4 \pi`.

    With corners `a`, `b`, `c` relative to the point, :math:`\tan(\omega / 2) = a \cdot (b \times c) / (abc +
    (a \cdot b) c + (b \cdot c) a + (c \cdot a) b)`.

    Parameters
    ----------
    points : float64, (n, 3), m
        Not on a triangle.
    triangle_offsets : int64, (n + 1,)
        Triangles that each point is looked at with.
    triangles : int32, (m, 3)
        Rows of `vertices`, counter-clockwise seen from outside.
    vertices : float64, (n_vertices, 3), m
        Finite coordinates relative to an origin nearby.

    Returns
    -------
    float64, (n,)
        Whole up to rounding where the triangles close.

    References
    ----------
    A. Van Oosterom, J. Strackee, "The solid angle of a plane triangle", IEEE Transactions on Biomedical Engineering
    BME-30(2), 1983, doi:10.1109/TBME.1983.325207.
    """
    result = np.zeros(len(points))
    d = np.empty((3, 3))
    length = np.empty(3)
    for i in range(len(points)):
        total = 0.0
        for t in range(triangle_offsets[i], triangle_offsets[i + 1]):
            for a in range(3):
                for k in range(3):
                    d[a, k] = vertices[triangles[t, a], k] - points[i, k]
                length[a] = math.sqrt(d[a, 0] * d[a, 0] + d[a, 1] * d[a, 1] + d[a, 2] * d[a, 2])
            triple = (
                d[0, 0] * (d[1, 1] * d[2, 2] - d[1, 2] * d[2, 1])
                + d[0, 1] * (d[1, 2] * d[2, 0] - d[1, 0] * d[2, 2])
                + d[0, 2] * (d[1, 0] * d[2, 1] - d[1, 1] * d[2, 0])
            )
            below = length[0] * length[1] * length[2]
            for a in range(3):
                b = (a + 1) % 3
                scalar = d[a, 0] * d[b, 0] + d[a, 1] * d[b, 1] + d[a, 2] * d[b, 2]
                below += scalar * length[3 - a - b]
            total += 2.0 * math.atan2(triple, below)
        result[i] = total / (4.0 * math.pi)
    return result
