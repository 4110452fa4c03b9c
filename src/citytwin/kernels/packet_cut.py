"""A cut through the tree around a packet of points, so that each direction tests many boxes at once.

The points of a packet look in hundreds of directions, and near the root the walk down the tree is the same for all of
them: it leads past the boxes that the points lie in. So the tree is opened once for the packet, down to the boxes that
are small as seen from it; large triangles nearby stand for themselves. What lies behind the plane of the packet, and
under it where no direction points down, is left out. A direction then tests all boxes of this cut in a row, in vector
registers, and walks down from those that it meets.

A box is tested for the whole packet by interval arithmetic: no point enters it before the interval's entry and none
leaves it after the interval's exit, rounding included, because all steps are monotonic. A test thus never loses a ray;
which triangles stop a ray is decided by :mod:`citytwin.kernels.moller_trumbore` alone.

References
----------
A. Reshetov, A. Soupikov, J. Hurley, "Multi-level ray tracing algorithm", ACM Transactions on Graphics 24(3), 2005,
doi:10.1145/1073204.1073329.
S. Boulos, I. Wald, P. Shirley, "Geometric and arithmetic culling methods for entire ray packets", Technical Report
UUCS-06-010, University of Utah, 2006.
"""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.bvh import LEAF, Bvh
from citytwin.kernels.moller_trumbore import dot, triangle_box

LANES = 16
"""Sample points a packet."""
WORD = 32
"""Boxes of a cut that are tested together."""
CUT = 256
"""Most boxes of a cut, a multiple of :data:`WORD`."""
OPENED = np.float32(1.5)
"""A box is opened where half its surface exceeds this many times its squared distance."""
MARGIN = np.float32(0.01)
"""Depth in m behind a packet's plane from which on nothing stops its rays. Within 5 km of the origin, rounding moves
the plane against a corner by less than 2.2 mm, and a ray against a box by less than 1.8 mm."""

_ZERO = np.float32(0.0)
_ONE = np.float32(1.0)
_FAR = np.float32(np.inf)
_LEAST_TURN = np.float32(9e-5)
_ROUNDING = np.float32(6e-7)
_LEAST_DEPTH = np.float32(0.75) * MARGIN


@jit(borrows=True)
def _gap(low: float, high: float) -> float:
    """Distance between two intervals by the differences of their ends, 0 where they overlap."""
    if low > _ZERO:
        return low
    return -high if high < _ZERO else _ZERO


@jit(borrows=True)
def _place(
    nodes: NDArray[np.int32], boxes: NDArray[np.float32], n: int, node: int,
    x0: float, y0: float, z0: float, x1: float, y1: float, z1: float, bounds: NDArray[np.float32],
) -> int:  # fmt: skip
    """Add a box to the cut, relative to the packet; the new number of boxes."""
    nodes[n] = node
    word = n // WORD
    bit = n % WORD
    boxes[word, 0, bit] = x0 - bounds[1, 0]
    boxes[word, 1, bit] = y0 - bounds[1, 1]
    boxes[word, 2, bit] = z0 - bounds[1, 2]
    boxes[word, 3, bit] = x1 - bounds[0, 0]
    boxes[word, 4, bit] = y1 - bounds[0, 1]
    boxes[word, 5, bit] = z1 - bounds[0, 2]
    return n + 1


@jit(borrows=True)
def _behind(
    x0: float, y0: float, z0: float, x1: float, y1: float, z1: float,
    normal: NDArray[np.float32], plane: float, floor: float,
) -> bool:  # fmt: skip
    """Whether a box lies behind the plane of the packet or under its floor."""
    nx, ny, nz = normal[0], normal[1], normal[2]
    x = x1 if nx > _ZERO else x0
    y = y1 if ny > _ZERO else y0
    z = z1 if nz > _ZERO else z0
    return z1 < floor or dot(nx, ny, nz, x, y, z) < plane


@jit(borrows=True)
def _parallel_behind(
    triangles: NDArray[np.float32], k: int, normal: NDArray[np.float32], plane: float, reach: float
) -> bool:
    r"""Whether a triangle lies behind the plane of the packet and so parallel to it that its test shows that.

    The test takes the sign of :math:`t` from a determinant and from :math:`s \cdot N`, where :math:`N = e_1 \times e_2`
    comes out here and there with the same bits. Neither sign is in doubt, and :math:`t` is negative, for rays of
    :math:`n \cdot d > 10^{-4}` from origins within `reach`, where with :math:`N = |N| (n + \delta)` and the slimness
    :math:`\sigma = |e_1| |e_2| / |N| \geq 1`

    * :math:`|\delta| + 4.9 \cdot 10^{-7} \sigma < 9.9 \cdot 10^{-5}`: the determinant, :math:`-d \cdot N`, is off by
      five roundings of its own and two of :math:`N`, each up to :math:`2^{-24} \cdot 2 / \sqrt 3 \cdot |e_1| |e_2|`;
    * :math:`(|\delta| + 3.7 \cdot 10^{-7}) |s| < n \cdot s`: the product is off by five roundings of :math:`2^{-24}
      |s| |N|` and :math:`\delta` by one, and :math:`n \cdot s` is at least :data:`MARGIN` less the 2.2 mm of the plane.

    Both hold for every slimness where `turn`, :math:`|\delta| + 6 \cdot 10^{-7} \sigma`, is below :math:`9 \cdot
    10^{-5}`, so that none above 150 is admitted, and `turn` times `reach` below 7.5 mm. That leaves out the surface
    itself and its neighbours in the same plane.
    """
    nx, ny, nz = normal[0], normal[1], normal[2]
    ax, ay, az = triangles[k, 3], triangles[k, 4], triangles[k, 5]
    bx, by, bz = triangles[k, 6], triangles[k, 7], triangles[k, 8]
    rise = max(_ZERO, dot(nx, ny, nz, ax, ay, az), dot(nx, ny, nz, bx, by, bz))
    if dot(nx, ny, nz, triangles[k, 0], triangles[k, 1], triangles[k, 2]) + rise >= plane:
        return False
    x = ay * bz - az * by
    y = az * bx - ax * bz
    z = ax * by - ay * bx
    length = np.sqrt(dot(x, y, z, x, y, z))
    if length <= _ZERO:
        return False
    inverse = _ONE / length if dot(x, y, z, nx, ny, nz) > _ZERO else -_ONE / length
    x = x * inverse - nx
    y = y * inverse - ny
    z = z * inverse - nz
    slimness = np.sqrt(dot(ax, ay, az, ax, ay, az) * dot(bx, by, bz, bx, by, bz)) / length
    turn = np.sqrt(dot(x, y, z, x, y, z)) + _ROUNDING * slimness
    return turn < _LEAST_TURN and turn * reach < _LEAST_DEPTH


@jit
def cut_tree(
    bvh: Bvh,
    points: NDArray[np.float32],
    normal: NDArray[np.float32],
    directions: NDArray[np.float32],
    stack: NDArray[np.int32],
    nodes: NDArray[np.int32],
    boxes: NDArray[np.float32],
) -> int:
    """Open the tree around a packet.

    Parameters
    ----------
    bvh : Bvh
    points : float32, (3, 16), m
        The packet.
    normal : float32, (3,)
        Its rays have a cosine above 1e-4 with this unit vector; zeros where it says nothing.
    directions : float32, (n_directions, 3)
        Of the rays; where none points down, what is under the packet is left out.
    stack : int32, (STACK,)
        Working memory.
    nodes : int32, (CUT,)
        Written: nodes of the cut, nearer ones first by and large; ``-1 - k`` for triangle `k` of the leaves.
    boxes : float32, (CUT / WORD, 6, WORD), m
        Written: of each box the low corner less the highest point of the packet, the high corner less the lowest;
        filled up to whole words with boxes that no ray meets.

    Returns
    -------
    int
        Words of 32 boxes in the cut.
    """
    low, high, left, leaf_size, triangles, _ = bvh
    bounds = np.empty((2, 3), np.float32)
    for axis in range(3):
        bounds[0, axis] = points[axis, 0]
        bounds[1, axis] = points[axis, 0]
    plane = _FAR
    for lane in range(LANES):
        for axis in range(3):
            bounds[0, axis] = min(bounds[0, axis], points[axis, lane])
            bounds[1, axis] = max(bounds[1, axis], points[axis, lane])
        plane = min(plane, dot(normal[0], normal[1], normal[2], points[0, lane], points[1, lane], points[2, lane]))
    plane -= MARGIN
    floor = bounds[0, 2] - MARGIN
    for d in range(len(directions)):
        if directions[d, 2] < _ZERO:
            floor = -_FAR
    cx, cy, cz = bounds[0, 0] + bounds[1, 0], bounds[0, 1] + bounds[1, 1], bounds[0, 2] + bounds[1, 2]
    n = 0
    depth = 0
    if len(left) > 0:
        stack[0] = 0
        depth = 1
    while depth > 0:
        depth -= 1
        node = stack[depth]
        x0, y0, z0 = low[node, 0], low[node, 1], low[node, 2]
        x1, y1, z1 = high[node, 0], high[node, 1], high[node, 2]
        if _behind(x0, y0, z0, x1, y1, z1, normal, plane, floor):
            continue
        gx = _gap(x0 - bounds[1, 0], x1 - bounds[0, 0])
        gy = _gap(y0 - bounds[1, 1], y1 - bounds[0, 1])
        gz = _gap(z0 - bounds[1, 2], z1 - bounds[0, 2])
        ex, ey, ez = x1 - x0, y1 - y0, z1 - z0
        if ex * ey + ey * ez + ez * ex <= OPENED * dot(gx, gy, gz, gx, gy, gz) or n + depth + LEAF > CUT:
            n = _place(nodes, boxes, n, node, x0, y0, z0, x1, y1, z1, bounds)
            continue
        first = left[node]
        if leaf_size[node] == 0:
            second = _nearer(low, high, first + 1, first, cx, cy, cz)
            stack[depth] = first if second else first + 1
            stack[depth + 1] = first + 1 if second else first
            depth += 2
            continue
        for k in range(first, first + leaf_size[node]):
            x0, y0, z0, x1, y1, z1 = triangle_box(triangles, k)
            reach = max(abs(x0 - bounds[1, 0]), abs(x1 - bounds[0, 0]))
            reach += max(abs(y0 - bounds[1, 1]), abs(y1 - bounds[0, 1]))
            reach += max(abs(z0 - bounds[1, 2]), abs(z1 - bounds[0, 2]))
            if _behind(x0, y0, z0, x1, y1, z1, normal, plane, floor):
                continue
            if _parallel_behind(triangles, k, normal, plane, reach):
                continue
            n = _place(nodes, boxes, n, -1 - k, x0, y0, z0, x1, y1, z1, bounds)
    words = (n + WORD - 1) // WORD
    for j in range(n, words * WORD):
        for axis in range(3):
            boxes[j // WORD, axis, j % WORD] = _FAR
            boxes[j // WORD, 3 + axis, j % WORD] = -_FAR
    return words


@jit(borrows=True)
def _nearer(
    low: NDArray[np.float32], high: NDArray[np.float32], a: int, b: int, cx: float, cy: float, cz: float
) -> bool:
    """Whether the middle of box `a` is nearer to a point than that of box `b`; all middles are doubled."""
    ax, ay, az = low[a, 0] + high[a, 0] - cx, low[a, 1] + high[a, 1] - cy, low[a, 2] + high[a, 2] - cz
    bx, by, bz = low[b, 0] + high[b, 0] - cx, low[b, 1] + high[b, 1] - cy, low[b, 2] + high[b, 2] - cz
    return dot(ax, ay, az, ax, ay, az) < dot(bx, by, bz, bx, by, bz)


@jit(borrows=True)
def boxes_met(boxes: NDArray[np.float32], word: int, ix: float, iy: float, iz: float) -> np.uint32:
    """Bits of the boxes of one word that a ray of the packet may meet, by the reciprocals of its direction."""
    ex = 0 if ix > _ZERO else 3
    ey = 1 if iy > _ZERO else 4
    ez = 2 if iz > _ZERO else 5
    met = np.uint32(0)
    for bit in range(WORD):
        near = boxes[word, ex, bit] * ix
        far = boxes[word, 3 - ex, bit] * ix
        y = boxes[word, ey, bit] * iy
        near = y if y > near else near
        y = boxes[word, 5 - ey, bit] * iy
        far = y if y < far else far
        z = boxes[word, ez, bit] * iz
        near = z if z > near else near
        z = boxes[word, 7 - ez, bit] * iz
        far = z if z < far else far
        near = _ZERO if _ZERO > near else near
        met |= np.uint32(near <= far) << np.uint32(bit)
    return met


@jit(borrows=True)
def lowest_bit(bits: np.uint32) -> int:
    """Position of the lowest bit of `bits`, which is not zero; compilers make one instruction of this loop."""
    n = 0
    while bits & np.uint32(1) == np.uint32(0):
        bits >>= np.uint32(1)
        n += 1
    return n
