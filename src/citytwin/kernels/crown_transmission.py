"""How much of the light passes the crowns of trees: Beer-Lambert's law along straight paths through ellipsoids.

Crowns stand in a tree of boxes of their own. A walk down it only leaves out crowns that a ray passes by; those met are
taken in the order of their rows, so that results depend on rays and crowns, not on the tree or on neighbouring rays.
Scattering within crowns and trunks are left out.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.bvh import STACK, Bvh
from citytwin.kernels.moller_trumbore import dot, reciprocal, slab, triangle_box
from citytwin.kernels.patch_visibility import LANES, cast_packet, load_packet

LEAF_STATES = 2
"""Leaf-on and leaf-off, in this order wherever an axis goes by state."""

_ZERO = np.float32(0.0)
_HALF = np.float32(0.5)
_ONE = np.float32(1.0)
_FAR = np.float32(np.inf)


class Crowns(NamedTuple):
    """Ellipsoids with a vertical axis of symmetry.

    Parameters
    ----------
    centre : float32, (c, 3), m
    scale : float32, (c, 2), 1/m
        One over the horizontal and one over the vertical semi-axis.
    extinction : float32, (c, 2), 1/m
        Extinction coefficient of Beer-Lambert's law, leaf-on and leaf-off.
    """

    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    extinction: NDArray[np.float32]


@jit
def _box_met(
    x0: float, y0: float, z0: float, x1: float, y1: float, z1: float,
    middle: NDArray[np.float32], half: NDArray[np.float32], ix: float, iy: float, iz: float,
) -> bool:  # fmt: skip
    """Whether the ray of any point of a box, given by its middle and half extents, meets another box."""
    near, far = slab(x0 - half[0], x1 + half[0], middle[0], ix, _ZERO, _FAR)
    near, far = slab(y0 - half[1], y1 + half[1], middle[1], iy, near, far)
    near, far = slab(z0 - half[2], z1 + half[2], middle[2], iz, near, far)
    return near <= far


@jit
def _node_met(
    bvh: Bvh, node: int, middle: NDArray[np.float32], half: NDArray[np.float32], ix: float, iy: float, iz: float
) -> bool:
    """The same for the box of a node."""
    x0, y0, z0 = bvh.low[node, 0], bvh.low[node, 1], bvh.low[node, 2]
    x1, y1, z1 = bvh.high[node, 0], bvh.high[node, 1], bvh.high[node, 2]
    return _box_met(x0, y0, z0, x1, y1, z1, middle, half, ix, iy, iz)


@jit
def _crowns_met(
    bvh: Bvh,
    middle: NDArray[np.float32],
    half: NDArray[np.float32],
    direction: NDArray[np.float32],
    stack: NDArray[np.int32],
    met: NDArray[np.int32],
) -> int:
    """Write the rows of the crowns whose boxes rays from a box of points may meet, ascending; how many there are."""
    if len(bvh.left) == 0:
        return 0
    ix, iy, iz = reciprocal(direction[0]), reciprocal(direction[1]), reciprocal(direction[2])
    if not _node_met(bvh, 0, middle, half, ix, iy, iz):
        return 0
    n = 0
    stack[0] = 0
    depth = 1
    while depth > 0:
        depth -= 1
        node = stack[depth]
        first = bvh.left[node]
        if bvh.leaf_size[node] > 0:
            for k in range(first, first + bvh.leaf_size[node]):
                x0, y0, z0, x1, y1, z1 = triangle_box(bvh.triangles, k)
                if not _box_met(x0, y0, z0, x1, y1, z1, middle, half, ix, iy, iz):
                    continue
                row = bvh.order[k]
                place = n
                while place > 0 and met[place - 1] > row:
                    met[place] = met[place - 1]
                    place -= 1
                met[place] = row
                n += 1
            continue
        for child in range(first, first + 2):
            if _node_met(bvh, child, middle, half, ix, iy, iz):
                stack[depth] = child
                depth += 1
    return n


@jit
def _add_depth(
    crowns: Crowns,
    k: int,
    points: NDArray[np.float32],
    direction: NDArray[np.float32],
    depth: NDArray[np.float32],
) -> bool:
    """Add what one crown puts in the way of each point to the optical depth, (2, n); whether it is in any way."""
    across, along = crowns.scale[k, 0], crowns.scale[k, 1]
    x, y, z = crowns.centre[k, 0], crowns.centre[k, 1], crowns.centre[k, 2]
    full, bare = crowns.extinction[k, 0], crowns.extinction[k, 1]
    ux, uy, uz = direction[0] * across, direction[1] * across, direction[2] * along
    inverse = _ONE / dot(ux, uy, uz, ux, uy, uz)
    radius = np.sqrt(inverse)
    longest = _ZERO
    for lane in range(points.shape[1]):
        qx = (points[0, lane] - x) * across
        qy = (points[1, lane] - y) * across
        qz = (points[2, lane] - z) * along
        closest = -dot(qx, qy, qz, ux, uy, uz) * inverse
        wx, wy, wz = qx + closest * ux, qy + closest * uy, qz + closest * uz
        reach = radius * np.sqrt(max(_ONE - dot(wx, wy, wz, wx, wy, wz), _ZERO))
        chord = max(closest + reach - max(closest - reach, _ZERO), _ZERO)
        depth[0, lane] += full * chord
        depth[1, lane] += bare * chord
        longest = max(longest, chord)
    return longest > _ZERO


@jit
def crown_transmission(
    crown_bvh: Bvh, crowns: Crowns, origins: NDArray[np.float32], directions: NDArray[np.float32]
) -> NDArray[np.float32]:
    r"""Share of the light of each ray that gets through all crowns, :math:`\exp(-\sum_c k_c \ell_c)`.

    :math:`\ell_c` is the length of the ray inside crown `c`, from its origin where that is inside.

    Parameters
    ----------
    crown_bvh : Bvh
        Over the boxes of the crowns, see :func:`crown_corners`.
    crowns : Crowns
        In the order of rows the tree was built over.
    origins : float32, (n, 3), m
    directions : float32, (n, 3), unit length

    Returns
    -------
    float32, (n, 2)
        Leaf-on and leaf-off; exactly 1 where no crown is in the way.
    """
    result = np.ones((len(origins), LEAF_STATES), np.float32)
    half = np.zeros(3, np.float32)
    point = np.empty((3, 1), np.float32)
    depth = np.empty((LEAF_STATES, 1), np.float32)
    met = np.empty(len(crowns.centre), np.int32)
    stack = np.empty(STACK, np.int32)
    for ray in range(len(origins)):
        n_met = _crowns_met(crown_bvh, origins[ray], half, directions[ray], stack, met)
        point[:, 0] = origins[ray]
        depth[:] = _ZERO
        for i in range(n_met):
            _add_depth(crowns, met[i], point, directions[ray], depth)
        for state in range(LEAF_STATES):
            result[ray, state] = np.exp(-depth[state, 0])
    return result


@jit
def visible_through_crowns(
    bvh: Bvh,
    crown_bvh: Bvh,
    crowns: Crowns,
    origins: NDArray[np.float32],
    weights: NDArray[np.float32],
    sample_offsets: NDArray[np.int64],
    normals: NDArray[np.float32],
    directions: NDArray[np.float32],
    t_min: float,
    start: int,
    stop: int,
) -> NDArray[np.uint8]:
    r"""Share of each surface that sees each direction, weakened by crowns, as 0 to 255.

    .. math:: F_{sd} = \sum_k w_k b_{kd} \exp(-\tau_{skd}) / \sum_k w_k

    with what :func:`citytwin.kernels.patch_visibility.visible_fraction` calls `b` and the optical depth :math:`\tau`
    of the crowns in state `s` along the ray.

    Parameters
    ----------
    bvh : Bvh
        What stops light, the surfaces themselves included.
    crown_bvh : Bvh
        Over the boxes of the crowns, see :func:`crown_corners`.
    crowns : Crowns
    origins : float32, (n_samples, 3), m
    weights : float32, (n_samples,), any unit
    sample_offsets : int64, (n_surfaces + 1,)
    normals : float32, (n_surfaces, 3), unit length
    directions : float32, (n_directions, 3), unit length
    t_min : float32, m
    start, stop : int
        Range of surfaces to work on. These and the five before as for
        :func:`~citytwin.kernels.patch_visibility.visible_fraction`.

    Returns
    -------
    uint8, (2, stop - start, n_directions)
        ``round(255 F)``, leaf-on and leaf-off. Where no crown is in the way the same as without crowns, bit by bit.

    References
    ----------
    M. Monsi, T. Saeki, "On the factor light in plant communities and its importance for matter production", Annals of
    Botany 95(3), 2005, pp. 549-567 (translation of the paper of 1953), doi:10.1093/aob/mci052.
    """
    t_min = np.float32(t_min)
    n_directions = len(directions)
    result = np.zeros((LEAF_STATES, stop - start, n_directions), np.uint8)
    points = np.empty((3, LANES), np.float32)
    middle = np.empty(3, np.float32)
    half = np.empty(3, np.float32)
    depth = np.empty((LEAF_STATES, LANES), np.float32)
    met = np.empty(len(crowns.centre), np.int32)
    stack = np.empty(STACK, np.int32)
    masks = np.empty(n_directions, np.int32)
    free = np.empty(n_directions)
    dimmed = np.empty((LEAF_STATES, n_directions))
    for surface in range(start, stop):
        free[:] = 0.0
        dimmed[:] = 0.0
        total = 0.0
        for first in range(sample_offsets[surface], sample_offsets[surface + 1], LANES):
            n = min(LANES, sample_offsets[surface + 1] - first)
            load_packet(origins, first, n, points)
            cast_packet(bvh, points, normals[surface], directions, t_min, stack, masks)
            for axis in range(3):
                low, high = points[axis].min(), points[axis].max()
                middle[axis] = _HALF * (low + high)
                half[axis] = _HALF * (high - low)
            for d in range(n_directions):
                if masks[d] == 0:
                    continue
                n_met = _crowns_met(crown_bvh, middle, half, directions[d], stack, met)
                if n_met == 0:
                    continue
                depth[:] = _ZERO
                is_dimmed = False
                for i in range(n_met):
                    is_dimmed |= _add_depth(crowns, met[i], points, directions[d], depth)
                if is_dimmed:
                    for state in range(LEAF_STATES):
                        for lane in range(n):
                            if (masks[d] >> lane) & 1:
                                share = np.float64(np.exp(-depth[state, lane]))
                                dimmed[state, d] += np.float64(weights[first + lane]) * share
                    masks[d] = 0
            for lane in range(n):
                weight = np.float64(weights[first + lane])
                total += weight
                for d in range(n_directions):
                    free[d] += weight * ((masks[d] >> lane) & 1)
        if total > 0.0:
            for state in range(LEAF_STATES):
                for d in range(n_directions):
                    result[state, surface - start, d] = int(255.0 * ((free[d] + dimmed[state, d]) / total) + 0.5)
    return result


@jit
def crown_corners(crowns: Crowns) -> NDArray[np.float32]:
    """Flat triangles with the boxes of the crowns, for :func:`citytwin.kernels.bvh.build_bvh`: low, high, low corner.

    Parameters
    ----------
    crowns : Crowns

    Returns
    -------
    float32, (c, 3, 3), m
    """
    n = len(crowns.centre)
    corners = np.empty((n, 3, 3), np.float32)
    for k in range(n):
        for axis in range(3):
            reach = _ONE / crowns.scale[k, axis // 2]
            for corner in range(3):
                sign = _ONE if corner == 1 else -_ONE
                corners[k, corner, axis] = crowns.centre[k, axis] + sign * reach
    return corners
