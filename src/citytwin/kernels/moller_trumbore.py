"""Ray against triangle and ray against box, the only two places that decide what a ray hits.

A triangle is hit when the Moller-Trumbore test says so **and** the ray meets the triangle's own padded box. Boxes of
tree nodes are exact unions of these boxes and the slab test is monotonic in the box, rounding included: whoever meets
the box of a triangle meets the box of every node above it. So the answer for a ray depends on the ray and the
triangles only, not on the tree, the order of the triangles or the company of other rays.

Everything is float32 and free of fastmath, for the same bits from every caller.
"""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit

PAD = np.float32(1e-3)
"""Margin of boxes in m: twice the spacing of float32 at 4 to 8 km, and more than the slab test loses over 2 km."""

_ZERO = np.float32(0.0)
_ONE = np.float32(1.0)
_PARALLEL = np.float32(1e-9)
_HUGE = np.float32(1e30)
_SINGULAR = np.float32(1e-12)


@jit(borrows=True)
def reciprocal(component: float) -> float:
    """1 / component of a direction (float32), or 1e30 where it is as good as 0."""
    if abs(component) < _PARALLEL:
        return _HUGE
    return _ONE / component


@jit(borrows=True)
def slab(low: float, high: float, origin: float, inverse: float, near: float, far: float) -> tuple[float, float]:
    """Narrow the stretch [near, far] of a ray to what lies between two planes across one axis (all float32)."""
    a = (low - origin) * inverse
    b = (high - origin) * inverse
    entry = a if a < b else b
    leave = b if a < b else a
    return (entry if entry > near else near), (leave if leave < far else far)


@jit(borrows=True)
def nearer_second(low: NDArray[np.float32], high: NDArray[np.float32], k: int, dx: float, dy: float, dz: float) -> bool:
    """Whether a ray in a direction (float32) meets box `k` + 1 before box `k`, judged by their centres.

    `low` and `high` are the corners of boxes, float32, (n, 3), m. Decides the order of a walk, never its result.
    """
    return (
        dot(
            low[k, 0] + high[k, 0] - low[k + 1, 0] - high[k + 1, 0],
            low[k, 1] + high[k, 1] - low[k + 1, 1] - high[k + 1, 1],
            low[k, 2] + high[k, 2] - low[k + 1, 2] - high[k + 1, 2],
            dx,
            dy,
            dz,
        )
        > _ZERO
    )


@jit(borrows=True)
def triangle_box(triangles: NDArray[np.float32], k: int) -> tuple[float, float, float, float, float, float]:
    """Padded box of one triangle.

    Parameters
    ----------
    triangles : float32, (n, 9), m
        First corner and the edges from it to the second and third, as in :class:`citytwin.kernels.bvh.Bvh`.
    k : int
        Row.

    Returns
    -------
    x0, y0, z0, x1, y1, z1 : float32, m
    """
    ax = triangles[k, 0]
    ay = triangles[k, 1]
    az = triangles[k, 2]
    bx = ax + triangles[k, 3]
    by = ay + triangles[k, 4]
    bz = az + triangles[k, 5]
    cx = ax + triangles[k, 6]
    cy = ay + triangles[k, 7]
    cz = az + triangles[k, 8]
    return (
        min(ax, bx, cx) - PAD,
        min(ay, by, cy) - PAD,
        min(az, bz, cz) - PAD,
        max(ax, bx, cx) + PAD,
        max(ay, by, cy) + PAD,
        max(az, bz, cz) + PAD,
    )


@jit(borrows=True)
def direction_terms(
    triangles: NDArray[np.float32], k: int, dx: float, dy: float, dz: float
) -> tuple[bool, float, float, float, float, float, float, float, float, float]:
    r"""What the test of one triangle needs to know about the direction, shared by all rays of that direction.

    With :math:`p = d \times e_2` and :math:`\det = e_1 \cdot p`: :math:`h = p / \det`, :math:`g = (e_1 \times d) /
    \det`, :math:`f = (e_1 \times e_2) / \det`. A ray from `o` with :math:`s = o - v_0` then has :math:`u = s \cdot
    h`, :math:`v = s \cdot g`, :math:`t = s \cdot f`, and hits when `u`, `v` and `1 - u - v` are not negative.

    Parameters
    ----------
    triangles : float32, (n, 9), m
        First corner and the edges from it to the second and third.
    k : int
        Row.
    dx, dy, dz : float32
        Direction.

    Returns
    -------
    crossing : bool
        False where the ray runs along the triangle or the triangle has no area; the rest is then 0.
    hx, hy, hz, gx, gy, gz, fx, fy, fz : float32

    References
    ----------
    T. Moller, B. Trumbore, "Fast, minimum storage ray-triangle intersection", Journal of Graphics Tools 2(1), 1997,
    doi:10.1080/10867651.1997.10487468.
    """
    ax = triangles[k, 3]
    ay = triangles[k, 4]
    az = triangles[k, 5]
    bx = triangles[k, 6]
    by = triangles[k, 7]
    bz = triangles[k, 8]
    px = dy * bz - dz * by
    py = dz * bx - dx * bz
    pz = dx * by - dy * bx
    det = ax * px + ay * py + az * pz
    if abs(det) < _SINGULAR:
        return False, _ZERO, _ZERO, _ZERO, _ZERO, _ZERO, _ZERO, _ZERO, _ZERO, _ZERO
    inverse = _ONE / det
    return (
        True,
        px * inverse,
        py * inverse,
        pz * inverse,
        (ay * dz - az * dy) * inverse,
        (az * dx - ax * dz) * inverse,
        (ax * dy - ay * dx) * inverse,
        (ay * bz - az * by) * inverse,
        (az * bx - ax * bz) * inverse,
        (ax * by - ay * bx) * inverse,
    )


@jit(borrows=True)
def dot(ax: float, ay: float, az: float, bx: float, by: float, bz: float) -> float:
    """Scalar product, summed from left to right."""
    return ax * bx + ay * by + az * bz
