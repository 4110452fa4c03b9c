"""Whether the faces of a solid close it: each edge used once in each direction."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit


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
    """

    n_open: NDArray[np.int32]
    n_nonmanifold: NDArray[np.int32]
    n_same_direction: NDArray[np.int32]


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
    faces: NDArray[np.int32],
    surface_rings: NDArray[np.int64],
    ring_vertices: NDArray[np.int64],
    vertices: NDArray[np.float64],
    tolerance: float,
    point: NDArray[np.int64],
) -> None:
    """Give vertices of `faces` no further apart than `tolerance` the same number in `point` (the first such row).

    Cells are two tolerances wide, so that everything within reach of a vertex lies in the 8 cells on its side.
    """
    n = 0
    for face in faces:
        n += ring_vertices[surface_rings[face + 1]] - ring_vertices[surface_rings[face]]
    mask = _table_size(n) - 1
    head = np.full(mask + 1, -1, np.int64)
    member = np.empty(n, np.int64)
    following = np.empty(n, np.int64)
    count = 0
    width = 2.0 * tolerance
    for face in faces:
        for i in range(ring_vertices[surface_rings[face]], ring_vertices[surface_rings[face + 1]]):
            x = vertices[i, 0] / width
            y = vertices[i, 1] / width
            z = vertices[i, 2] / width
            cx = math.floor(x - 0.5)
            cy = math.floor(y - 0.5)
            cz = math.floor(z - 0.5)
            found = -1
            for corner in range(8):
                entry = head[_slot(cx + (corner & 1), cy + (corner >> 1 & 1), cz + (corner >> 2), mask)]
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
                slot = _slot(math.floor(x), math.floor(y), math.floor(z), mask)
                member[count] = i
                following[count] = head[slot]
                head[slot] = count
                count += 1
            point[i] = found


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

    References
    ----------
    H. Ledoux, "val3dity: validation of 3D GIS primitives according to the international standards", Open Geospatial
    Data, Software and Standards 3(1), 2018, doi:10.1186/s40965-018-0043-x.
    M. Teschner et al., "Optimized spatial hashing for collision detection of deformable objects", Vision, Modeling and
    Visualization, 2003.
    """
    n_solids = len(solid_offsets) - 1
    n_open = np.zeros(n_solids, np.int32)
    n_nonmanifold = np.zeros(n_solids, np.int32)
    n_same_direction = np.zeros(n_solids, np.int32)
    point = np.empty(len(vertices), np.int64)
    for solid in range(n_solids):
        first = solid_offsets[solid]
        last = solid_offsets[solid + 1]
        _snap(solid_surfaces[first:last], surface_rings, ring_vertices, vertices, tolerance, point)
        n = 0
        for face in solid_surfaces[first:last]:
            n += ring_vertices[surface_rings[face + 1]] - ring_vertices[surface_rings[face]]
        mask = _table_size(n) - 1
        low = np.full(mask + 1, -1, np.int64)
        high = np.empty(mask + 1, np.int64)
        up = np.zeros(mask + 1, np.int32)
        down = np.zeros(mask + 1, np.int32)
        for k in range(first, last):
            face = solid_surfaces[k]
            for ring in range(surface_rings[face], surface_rings[face + 1]):
                start = ring_vertices[ring]
                stop = ring_vertices[ring + 1]
                for i in range(start, stop):
                    a = point[i]
                    b = point[i + 1 if i + 1 < stop else start]
                    if a == b:
                        continue
                    lower = min(a, b)
                    upper = max(a, b)
                    slot = _slot(lower, upper, 0, mask)
                    while low[slot] >= 0 and (low[slot] != lower or high[slot] != upper):
                        slot = (slot + 1) & mask
                    low[slot] = lower
                    high[slot] = upper
                    if (a < b) != solid_reversed[k]:
                        up[slot] += 1
                    else:
                        down[slot] += 1
        for slot in range(mask + 1):
            uses = up[slot] + down[slot]
            if uses == 1:
                n_open[solid] += 1
            elif uses > 2:
                n_nonmanifold[solid] += 1
            elif uses == 2 and up[slot] != 1:
                n_same_direction[solid] += 1
    return EdgeClosure(n_open, n_nonmanifold, n_same_direction)
