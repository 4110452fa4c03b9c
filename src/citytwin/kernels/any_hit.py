"""Whether anything stops a ray, one ray at a time."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.bvh import STACK, Bvh
from citytwin.kernels.moller_trumbore import direction_terms, dot, reciprocal, slab, triangle_box

_ZERO = np.float32(0.0)
_ONE = np.float32(1.0)


@jit
def _meets_box(
    x0: float, y0: float, z0: float, x1: float, y1: float, z1: float,
    ox: float, oy: float, oz: float, ix: float, iy: float, iz: float, near: float, far: float,
) -> bool:  # fmt: skip
    """Whether a ray meets a box between `near` and `far`."""
    near, far = slab(x0, x1, ox, ix, near, far)
    near, far = slab(y0, y1, oy, iy, near, far)
    near, far = slab(z0, z1, oz, iz, near, far)
    return near <= far


@jit
def any_hit(
    bvh: Bvh,
    origins: NDArray[np.float32],
    directions: NDArray[np.float32],
    t_min: float,
    t_max: float,
) -> NDArray[np.bool_]:
    """Whether each ray hits a triangle, from either side, at a distance above `t_min` and up to `t_max`.

    Parameters
    ----------
    bvh : Bvh
        The triangles.
    origins : float32, (n, 3), m
        Finite, in the coordinates of the triangles.
    directions : float32, (n, 3)
        Unit vectors; distances count in their length.
    t_min : float32, m
        Leaves out the surface that the ray starts on; 1e-4 for origins lifted off it by a centimetre.
    t_max : float32, m
        Infinity for the sky.

    Returns
    -------
    bool, (n,)
        Depends on the ray and the triangles only (:mod:`citytwin.kernels.moller_trumbore`).
    """
    low, high, left, count, triangles, _ = bvh
    t_min = np.float32(t_min)
    t_max = np.float32(t_max)
    n = len(origins)
    result = np.zeros(n, np.bool_)
    if len(left) == 0:
        return result
    stack = np.empty(STACK, np.int32)
    for ray in range(n):
        ox, oy, oz = origins[ray, 0], origins[ray, 1], origins[ray, 2]
        dx, dy, dz = directions[ray, 0], directions[ray, 1], directions[ray, 2]
        ix, iy, iz = reciprocal(dx), reciprocal(dy), reciprocal(dz)
        stack[0] = 0
        depth = 1
        hit = False
        while depth > 0 and not hit:
            depth -= 1
            node = stack[depth]
            if not _meets_box(
                low[node, 0], low[node, 1], low[node, 2], high[node, 0], high[node, 1], high[node, 2],
                ox, oy, oz, ix, iy, iz, _ZERO, t_max,
            ):  # fmt: skip
                continue
            first = left[node]
            if count[node] == 0:
                towards = (
                    (low[first + 1, 0] + high[first + 1, 0] - low[first, 0] - high[first, 0]) * dx
                    + (low[first + 1, 1] + high[first + 1, 1] - low[first, 1] - high[first, 1]) * dy
                    + (low[first + 1, 2] + high[first + 1, 2] - low[first, 2] - high[first, 2]) * dz
                )
                stack[depth] = first + 1 if towards > _ZERO else first
                stack[depth + 1] = first if towards > _ZERO else first + 1
                depth += 2
                continue
            for k in range(first, first + count[node]):
                crossing, hx, hy, hz, gx, gy, gz, fx, fy, fz = direction_terms(triangles, k, dx, dy, dz)
                if not crossing:
                    continue
                sx = ox - triangles[k, 0]
                sy = oy - triangles[k, 1]
                sz = oz - triangles[k, 2]
                u = dot(sx, sy, sz, hx, hy, hz)
                v = dot(sx, sy, sz, gx, gy, gz)
                t = dot(sx, sy, sz, fx, fy, fz)
                if u >= _ZERO and v >= _ZERO and u + v <= _ONE and t > t_min and t <= t_max:
                    x0, y0, z0, x1, y1, z1 = triangle_box(triangles, k)
                    if _meets_box(x0, y0, z0, x1, y1, z1, ox, oy, oz, ix, iy, iz, _ZERO, t_max):
                        hit = True
                        break
        result[ray] = hit
    return result
