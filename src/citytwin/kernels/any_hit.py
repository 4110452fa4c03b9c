"""Whether anything stops a ray, one ray at a time."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.bvh import STACK, Bvh
from citytwin.kernels.moller_trumbore import direction_terms, dot, nearer_second, reciprocal, slab, triangle_box

_ZERO = np.float32(0.0)
_ONE = np.float32(1.0)


@jit
def _meets_box(
    x0: float, y0: float, z0: float, x1: float, y1: float, z1: float,
    ox: float, oy: float, oz: float, ix: float, iy: float, iz: float, far: float,
) -> bool:  # fmt: skip
    """Whether a ray meets a box no farther than `far`."""
    near, far = slab(x0, x1, ox, ix, _ZERO, far)
    near, far = slab(y0, y1, oy, iy, near, far)
    near, far = slab(z0, z1, oz, iz, near, far)
    return near <= far


@jit
def _stops(
    triangles: NDArray[np.float32], k: int, ox: float, oy: float, oz: float,
    dx: float, dy: float, dz: float, ix: float, iy: float, iz: float, t_min: float, t_max: float,
) -> bool:  # fmt: skip
    """Whether one triangle stops a ray."""
    crossing, hx, hy, hz, gx, gy, gz, fx, fy, fz = direction_terms(triangles, k, dx, dy, dz)
    if not crossing:
        return False
    sx = ox - triangles[k, 0]
    sy = oy - triangles[k, 1]
    sz = oz - triangles[k, 2]
    u = dot(sx, sy, sz, hx, hy, hz)
    if u < _ZERO or u > _ONE:
        return False
    v = dot(sx, sy, sz, gx, gy, gz)
    if v < _ZERO or u + v > _ONE:
        return False
    t = dot(sx, sy, sz, fx, fy, fz)
    if t <= t_min or t > t_max:
        return False
    x0, y0, z0, x1, y1, z1 = triangle_box(triangles, k)
    return _meets_box(x0, y0, z0, x1, y1, z1, ox, oy, oz, ix, iy, iz, t_max)


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
    low, high, left, leaf_size, triangles, _ = bvh
    t_min = np.float32(t_min)
    t_max = np.float32(t_max)
    n = len(origins)
    result = np.zeros(n, np.bool_)
    if len(left) == 0:
        return result
    stack = np.empty(STACK, np.int32)
    occluder = 0
    for ray in range(n):
        ox, oy, oz = origins[ray, 0], origins[ray, 1], origins[ray, 2]
        dx, dy, dz = directions[ray, 0], directions[ray, 1], directions[ray, 2]
        ix, iy, iz = reciprocal(dx), reciprocal(dy), reciprocal(dz)
        hit = _stops(triangles, occluder, ox, oy, oz, dx, dy, dz, ix, iy, iz, t_min, t_max)
        stack[0] = 0
        depth = 0 if hit else 1
        while depth > 0:
            depth -= 1
            node = stack[depth]
            first = left[node]
            if leaf_size[node] > 0:
                for k in range(first, first + leaf_size[node]):
                    if _stops(triangles, k, ox, oy, oz, dx, dy, dz, ix, iy, iz, t_min, t_max):
                        hit = True
                        occluder = k
                        depth = 0
                        break
                continue
            other = first + 1
            a = _meets_box(
                low[first, 0], low[first, 1], low[first, 2], high[first, 0], high[first, 1], high[first, 2],
                ox, oy, oz, ix, iy, iz, t_max,
            )  # fmt: skip
            b = _meets_box(
                low[other, 0], low[other, 1], low[other, 2], high[other, 0], high[other, 1], high[other, 2],
                ox, oy, oz, ix, iy, iz, t_max,
            )  # fmt: skip
            if a and b:
                if nearer_second(low, high, first, dx, dy, dz):
                    first, other = other, first
                stack[depth] = other
                stack[depth + 1] = first
                depth += 2
            elif a:
                stack[depth] = first
                depth += 1
            elif b:
                stack[depth] = other
                depth += 1
        result[ray] = hit
    return result
