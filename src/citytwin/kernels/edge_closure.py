"""Whether the faces of a solid close it: each edge used once in each direction."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit

NO_TWIN = -1
"""In place of a twin: the edge is open."""
MANY_TWINS = -2
"""In place of a twin: more than two faces use the edge."""
NO_EDGE = -3
"""In place of a twin: the edge shrinks to a point."""


class EdgeClosure(NamedTuple):
    """Defective edges of many solids; a solid is closed when `n_open` and `n_nonmanifold` are 0.

    Attributes
    ----------
    n_open : int32, (n_solids,)
        Edges that one face uses, once (val3dity 302).
    n_nonmanifold : int32, (n_solids,)
        Edges used more than twice (val3dity 303).
    n_same_direction : int32, (n_solids,)
        Edges used exactly twice, in the same direction: one of the faces is turned round (val3dity 307).
    corner_offsets : int64, (n_faces + 1,)
        Corners of each face: those of all its rings, in their order. A corner stands for the edge that leaves it, too.
    point : int64, (n_corners,)
        First vertex of the solid that lies within the tolerance of the corner.
    twin : int64, (n_corners,)
        The other corner whose edge is the same, or :data:`NO_TWIN`, :data:`MANY_TWINS` or :data:`NO_EDGE`.
    """

    n_open: NDArray[np.int32]
    n_nonmanifold: NDArray[np.int32]
    n_same_direction: NDArray[np.int32]
    corner_offsets: NDArray[np.int64]
    point: NDArray[np.int64]
    twin: NDArray[np.int64]


@jit
def _table_size(n: int) -> int:
    """Power of two of at least twice `n`: a hash table that is at most half full."""
    size = 4
    while size < 2 * n:
        size *= 2
    return size


@jit
def _slot(a: int, b: int, c: int, mask: int) -> int:
    """Hash of three whole numbers (primes of Teschner et al. 2003)."""
    return ((a * 73856093) ^ (b * 19349663) ^ (c * 83492791)) & mask


@jit
def _snap(
    rows: NDArray[np.int64],
    vertices: NDArray[np.float64],
    tolerance: float,
    head: NDArray[np.int64],
    member: NDArray[np.int64],
    following: NDArray[np.int64],
    point: NDArray[np.int64],
) -> None:
    """Write to `point` (n,) for each of `rows` (n,) the first of them no further away than `tolerance`.

    Cells are two tolerances wide, so that everything within reach of a vertex lies in the 8 cells on its side; its own
    comes first. The other arrays are scratch, `head` as long as a power of two of at least 2 n and full of -1.
    """
    mask = len(head) - 1
    count = 0
    width = 2.0 * tolerance
    for k in range(len(rows)):
        i = rows[k]
        x = vertices[i, 0] / width
        y = vertices[i, 1] / width
        z = vertices[i, 2] / width
        cx = math.floor(x)
        cy = math.floor(y)
        cz = math.floor(z)
        sx = 1 if x - cx >= 0.5 else -1
        sy = 1 if y - cy >= 0.5 else -1
        sz = 1 if z - cz >= 0.5 else -1
        found = -1
        for corner in range(8):
            entry = head[_slot(cx + sx * (corner & 1), cy + sy * (corner >> 1 & 1), cz + sz * (corner >> 2), mask)]
            while entry >= 0 and found < 0:
                other = member[entry]
                dx = vertices[i, 0] - vertices[other, 0]
                dy = vertices[i, 1] - vertices[other, 1]
                dz = vertices[i, 2] - vertices[other, 2]
                if dx * dx + dy * dy + dz * dz <= tolerance * tolerance:
                    found = other
                entry = following[entry]
            if found >= 0:
                break
        if found < 0:
            found = i
            slot = _slot(cx, cy, cz, mask)
            member[count] = i
            following[count] = head[slot]
            head[slot] = count
            count += 1
        point[k] = found


@jit
def _solid_corners(
    faces: NDArray[np.int32],
    surface_rings: NDArray[np.int64],
    ring_vertices: NDArray[np.int64],
    rows: NDArray[np.int64],
    after: NDArray[np.int64],
) -> None:
    """Vertex of each corner of a solid, and the corner that follows it in its ring."""
    n = 0
    for face in faces:
        for ring in range(surface_rings[face], surface_rings[face + 1]):
            start = ring_vertices[ring]
            stop = ring_vertices[ring + 1]
            for i in range(start, stop):
                rows[n] = i
                after[n] = n + 1 if i + 1 < stop else n + 1 - (stop - start)
                n += 1


@jit
def edge_closure(
    solid_offsets: NDArray[np.int64],
    solid_surfaces: NDArray[np.int32],
    solid_reversed: NDArray[np.bool_],
    surface_rings: NDArray[np.int64],
    ring_vertices: NDArray[np.int64],
    vertices: NDArray[np.float64],
    tolerance: float,
) -> EdgeClosure:
    """Count the edges that keep solids from being closed.

    Vertices within `tolerance` of an earlier vertex of the same solid count as that vertex; edges that shrink to a
    point drop out. Then each edge must occur once in each direction. A vertex of one face in the middle of another
    face's edge leaves edges open.

    Parameters
    ----------
    solid_offsets : int64, (n_solids + 1,)
        Offsets into `solid_surfaces`.
    solid_surfaces : int32, (n_faces,)
        Surface of each face.
    solid_reversed : bool, (n_faces,)
        Whether the solid uses the surface turned round.
    surface_rings : int64, (n_surfaces + 1,)
        Offsets into `ring_vertices`.
    ring_vertices : int64, (n_rings + 1,)
        Offsets into `vertices`; rings are not closed.
    vertices : float64, (n_vertices, 3), m
        Finite coordinates relative to an origin nearby.
    tolerance : float, m
        Above 0; 0.001 is val3dity's default.

    Returns
    -------
    EdgeClosure
        Edges used exactly twice have twins, whichever their directions.

    References
    ----------
    H. Ledoux, "val3dity: validation of 3D GIS primitives according to the international standards", Open Geospatial
    Data, Software and Standards 3(1), 2018, doi:10.1186/s40965-018-0043-x.
    M. Teschner et al., "Optimized spatial hashing for collision detection of deformable objects", Vision, Modeling and
    Visualization, 2003.
    """
    n_solids = len(solid_offsets) - 1
    n_faces = len(solid_surfaces)
    n_open = np.zeros(n_solids, np.int32)
    n_nonmanifold = np.zeros(n_solids, np.int32)
    n_same_direction = np.zeros(n_solids, np.int32)
    corner_offsets = np.zeros(n_faces + 1, np.int64)
    for k in range(n_faces):
        face = solid_surfaces[k]
        corners = ring_vertices[surface_rings[face + 1]] - ring_vertices[surface_rings[face]]
        corner_offsets[k + 1] = corner_offsets[k] + corners
    largest = 0
    for solid in range(n_solids):
        largest = max(largest, corner_offsets[solid_offsets[solid + 1]] - corner_offsets[solid_offsets[solid]])
    size = _table_size(largest)
    rows, after, member, following = (
        np.empty(largest, np.int64),
        np.empty(largest, np.int64),
        np.empty(largest, np.int64),
        np.empty(largest, np.int64),
    )
    head = np.empty(size, np.int64)
    low, high, first = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    up, down = np.empty(size, np.int32), np.empty(size, np.int32)
    point = np.empty(corner_offsets[n_faces], np.int64)
    twin = np.full(corner_offsets[n_faces], NO_TWIN, np.int64)
    for solid in range(n_solids):
        start = solid_offsets[solid]
        stop = solid_offsets[solid + 1]
        base = corner_offsets[start]
        n = corner_offsets[stop] - base
        size = _table_size(n)
        mask = size - 1
        head[:size] = -1
        low[:size] = -1
        up[:size] = 0
        down[:size] = 0
        _solid_corners(solid_surfaces[start:stop], surface_rings, ring_vertices, rows, after)
        _snap(rows[:n], vertices, tolerance, head[:size], member, following, point[base : base + n])
        for k in range(start, stop):
            for corner in range(corner_offsets[k], corner_offsets[k + 1]):
                a = point[corner]
                b = point[base + after[corner - base]]
                if a == b:
                    twin[corner] = NO_EDGE
                    continue
                lower = min(a, b)
                upper = max(a, b)
                slot = _slot(lower, upper, 0, mask)
                while low[slot] >= 0 and (low[slot] != lower or high[slot] != upper):
                    slot = (slot + 1) & mask
                low[slot] = lower
                high[slot] = upper
                uses = up[slot] + down[slot]
                if uses == 0:
                    first[slot] = corner
                elif uses == 1:
                    twin[corner] = first[slot]
                    twin[first[slot]] = corner
                else:
                    if uses == 2:
                        twin[twin[first[slot]]] = MANY_TWINS
                        twin[first[slot]] = MANY_TWINS
                    twin[corner] = MANY_TWINS
                if (a < b) != solid_reversed[k]:
                    up[slot] += 1
                else:
                    down[slot] += 1
        for slot in range(size):
            uses = up[slot] + down[slot]
            if uses == 1:
                n_open[solid] += 1
            elif uses > 2:
                n_nonmanifold[solid] += 1
            elif uses == 2 and up[slot] != 1:
                n_same_direction[solid] += 1
    return EdgeClosure(n_open, n_nonmanifold, n_same_direction, corner_offsets, point, twin)
