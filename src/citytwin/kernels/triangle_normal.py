"""Normal of a triangle, unless it is too slim for one."""

import math

from citytwin.kernels._jit import jit


@jit
def triangle_normal(
    ux: float, uy: float, uz: float, wx: float, wy: float, wz: float, least_height: float
) -> tuple[float, float, float, float]:
    r"""Cross product of two sides, :math:`n = u \times w`, and its length.

    Parameters
    ----------
    ux, uy, uz : float, m
        Second corner from the first one.
    wx, wy, wz : float, m
        Third corner from the first one.
    least_height : float, m
        Height over the longest side from which the rounding of coordinates does not turn a triangle.

    Returns
    -------
    x, y, z, length : float, m2
        Length is twice the area; 0 where the triangle is no higher than `least_height`.
    """
    x = uy * wz - uz * wy
    y = uz * wx - ux * wz
    z = ux * wy - uy * wx
    length = math.sqrt(x * x + y * y + z * z)
    sx = wx - ux
    sy = wy - uy
    sz = wz - uz
    longest = max(ux * ux + uy * uy + uz * uz, wx * wx + wy * wy + wz * wz, sx * sx + sy * sy + sz * sz)
    if length <= least_height * math.sqrt(longest):
        length = 0.0
    return x, y, z, length
