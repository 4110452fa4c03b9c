"""The nested arrays of CityJSON as flat ones: boundaries, values of semantics, and vertices."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit

FINE, MALFORMED, BEYOND = range(3)
"""What became of an array: MALFORMED is nested or filled otherwise, BEYOND points to what is not there."""

_LARGEST = 10**15
"""Whole numbers below are exact as doubles, and so are sums of them with single digits."""


class Boundaries(NamedTuple):
    """Boundaries of geometries, each as solids of shells of surfaces of rings of vertices.

    What is no solid is one solid of one shell.

    Attributes
    ----------
    solids : int32, (n_geometries,)
        Solids of each geometry.
    solid_shells, shell_surfaces, surface_rings, ring_points : int32 arrays
        Number of parts of each solid, shell, surface and ring.
    index : int64, (n,)
        Vertices.
    geometry : int
        The first geometry that is wrong, or the number of geometries.
    status : int
    """

    solids: NDArray[np.int32]
    solid_shells: NDArray[np.int32]
    shell_surfaces: NDArray[np.int32]
    surface_rings: NDArray[np.int32]
    ring_points: NDArray[np.int32]
    index: NDArray[np.int64]
    geometry: int
    status: int


@jit
def _with_room(column: NDArray[np.int32], n: int, more: int) -> NDArray[np.int32]:
    """A column that has room for `more` rows behind the first `n`: itself, or a longer copy."""
    if n + more <= len(column):
        return column
    longer = np.empty(max(2 * len(column), n + more), np.int32)
    for row in range(n):
        longer[row] = column[row]
    return longer


@jit
def flatten_boundaries(
    buffer: NDArray[np.uint8],
    start: NDArray[np.int64],
    stop: NDArray[np.int64],
    depth: NDArray[np.int8],
    first: NDArray[np.int64],
    limit: NDArray[np.int64],
) -> Boundaries:
    """Flatten boundaries, which are well-formed JSON.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
        With a byte behind the last array that is no blank.
    start, stop : int64, (n,)
        Place of each array, brackets included.
    depth : int8, (n,)
        Levels above a list of surfaces: 0 for MultiSurface and CompositeSurface, 1 for Solid, 2 for MultiSolid and
        CompositeSolid.
    first : int64, (n,)
        Added to the vertices of each geometry.
    limit : int64, (n,)
        Vertices there are for each geometry.

    References
    ----------
    CityJSON 2.0.1, OGC 20-072r5, clause 3, geometry objects.
    """
    n = len(start)
    total = 0
    for geometry in range(n):
        total += stop[geometry] - start[geometry]
    solids = np.zeros(n, np.int32)
    solid_shells = np.empty(n, np.int32)
    shell_surfaces = np.empty(n, np.int32)
    surface_rings = np.empty(total // 16, np.int32)
    ring_points = np.empty(total // 16, np.int32)
    index = np.empty(total // 2 + 1, np.int64)
    n_solids = n_shells = n_surfaces = n_rings = n_points = 0
    parts = np.zeros(6, np.int64)  # children so far of the ring, surface, shell, solid and geometry that are open
    status = FINE
    geometry = 0
    while geometry < n and status == FINE:
        top = np.int64(depth[geometry]) + 2
        level = top + 1
        least, most = first[geometry], limit[geometry]
        end = stop[geometry]
        i = start[geometry]
        most_arrays = (end - i) // 2 + 1
        solid_shells = _with_room(solid_shells, n_solids, most_arrays)
        shell_surfaces = _with_room(shell_surfaces, n_shells, most_arrays)
        surface_rings = _with_room(surface_rings, n_surfaces, most_arrays)
        ring_points = _with_room(ring_points, n_rings, most_arrays)
        while i < end:
            byte = np.int64(buffer[i])
            i += 1
            if byte == 32 or byte == 44 or byte == 10 or byte == 13 or byte == 9:
                while buffer[i] == 32:
                    i += 1
            elif 48 <= byte <= 57:
                value = byte - 48
                while i < end and 48 <= buffer[i] <= 57:
                    value = min(10 * value + np.int64(buffer[i]) - 48, _LARGEST)
                    i += 1
                if level != 0:
                    status = MALFORMED
                    break
                if value >= most:
                    status = BEYOND
                    break
                index[n_points] = least + value
                n_points += 1
                parts[0] += 1
            elif byte == 91:
                level -= 1
                if level < 0:
                    status = MALFORMED
                    break
                parts[level] = 0
            elif byte == 93:
                if level == 0:
                    ring_points[n_rings] = parts[0]
                    n_rings += 1
                elif level == 1:
                    surface_rings[n_surfaces] = parts[1]
                    n_surfaces += 1
                elif level == 2:
                    shell_surfaces[n_shells] = parts[2]
                    n_shells += 1
                elif level == 3:
                    solid_shells[n_solids] = parts[3]
                    n_solids += 1
                level += 1
                parts[level] += 1
            else:
                status = MALFORMED
                break
        if status == FINE and level != top + 1:
            status = MALFORMED
        if top == 2:
            solid_shells[n_solids] = 1
            n_solids += 1
        solids[geometry] = parts[4] if top == 4 else 1
        if status == FINE:
            geometry += 1
    return Boundaries(
        solids,
        solid_shells[:n_solids],
        shell_surfaces[:n_shells],
        surface_rings[:n_surfaces],
        ring_points[:n_rings],
        index[:n_points],
        geometry,
        status,
    )


@jit
def _leave_out(out: NDArray[np.int32], surface: int, count: int) -> int:
    """Give the next surfaces no semantic surface, and return the one behind them."""
    out[surface : surface + count] = -1
    return surface + count


@jit
def flatten_values(
    buffer: NDArray[np.uint8],
    start: NDArray[np.int64],
    stop: NDArray[np.int64],
    depth: NDArray[np.int8],
    limit: NDArray[np.int64],
    shape: Boundaries,
    out: NDArray[np.int32],
) -> tuple[int, int]:
    """Semantic surface of each surface of geometries; the arrays are well-formed JSON.

    Null stands for none, and in the place of an array for as many of them as it would hold.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
        With a byte behind the last array that is no blank.
    start, stop : int64, (n,)
        Place of each ``values``, brackets included; both the same where a geometry has none.
    depth : int8, (n,)
        As in :func:`flatten_boundaries`.
    limit : int64, (n,)
        Semantic surfaces of each geometry.
    shape : Boundaries
        Of the same geometries.
    out : int32, (n_surfaces,)
        Receives the numbers, -1 for none.

    Returns
    -------
    geometry, status : int
        The first geometry that is wrong, or the number of geometries, and what is wrong.

    References
    ----------
    CityJSON 2.0.1, OGC 20-072r5, clause 3.3, semantics of geometric primitives.
    """
    solid = shell = surface = 0
    for geometry in range(len(start)):
        top = np.int64(depth[geometry])
        last_solid = solid + shape.solids[geometry]
        last_shell = shell + 1
        last_surface = surface
        level = top + 1
        i = start[geometry]
        if i == stop[geometry]:
            for _ in range(shape.solids[geometry]):
                for _ in range(shape.solid_shells[solid]):
                    surface = _leave_out(out, surface, shape.shell_surfaces[shell])
                    shell += 1
                solid += 1
            continue
        while i < stop[geometry]:
            byte = np.int64(buffer[i])
            i += 1
            if 48 <= byte <= 57:
                value = byte - 48
                while i < stop[geometry] and 48 <= buffer[i] <= 57:
                    value = min(10 * value + np.int64(buffer[i]) - 48, _LARGEST)
                    i += 1
                if level != 0 or surface == last_surface:
                    return geometry, MALFORMED
                if value >= limit[geometry]:
                    return geometry, BEYOND
                out[surface] = value
                surface += 1
            elif byte == 110:
                i += 3
                if level == 0 and surface < last_surface:
                    surface = _leave_out(out, surface, 1)
                elif level == 1 and shell < last_shell:
                    surface = _leave_out(out, surface, shape.shell_surfaces[shell])
                    shell += 1
                elif level == 2 and solid < last_solid:
                    for _ in range(shape.solid_shells[solid]):
                        surface = _leave_out(out, surface, shape.shell_surfaces[shell])
                        shell += 1
                    solid += 1
                else:
                    return geometry, MALFORMED
            elif byte == 91:
                level -= 1
                if level == 1 and solid < last_solid:
                    last_shell = shell + shape.solid_shells[solid]
                elif level == 0 and shell < last_shell:
                    last_surface = surface + shape.shell_surfaces[shell]
                elif level != 2:
                    return geometry, MALFORMED
            elif byte == 93:
                if level == 0 and surface == last_surface:
                    shell += 1
                elif level == 1 and shell == last_shell:
                    solid += 1
                elif level != 2 or solid != last_solid:
                    return geometry, MALFORMED
                level += 1
            elif byte != 44 and byte != 32 and byte != 10 and byte != 13 and byte != 9:
                return geometry, MALFORMED
        if top == 0:
            solid += 1
        if level != top + 1 or solid != last_solid:
            return geometry, MALFORMED
    return len(start), FINE


class Vertices(NamedTuple):
    """Vertices of lists of them.

    Attributes
    ----------
    xyz : float64, (n, 3)
    counts : int64, (n_lists,)
    whole : bool, (n_lists,)
        Whether all numbers of a list are whole and short; the vertices of one where they are not are undefined.
    n_sound : int
        Lists before the first that is not of lists of three numbers.
    """

    xyz: NDArray[np.float64]
    counts: NDArray[np.int64]
    whole: NDArray[np.bool_]
    n_sound: int


@jit
def read_vertices(buffer: NDArray[np.uint8], start: NDArray[np.int64], stop: NDArray[np.int64]) -> Vertices:
    """Read lists of vertices as they stand, before any transform; the lists are well-formed JSON.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
        With a byte behind the last array that is no blank.
    start, stop : int64, (n,)
        Place of each list, brackets included.

    References
    ----------
    CityJSON 2.0.1, OGC 20-072r5, clause 2, vertices and transform.
    """
    n = len(start)
    count = np.zeros(n, np.int64)
    whole = np.ones(n, np.bool_)
    total = 0
    for row in range(n):
        total += stop[row] - start[row]
    xyz = np.empty((total // 7 + 1, 3), np.float64)
    vertex = 0
    for row in range(n):
        level = axis = 0
        i = start[row]
        first = vertex
        while i < stop[row]:
            byte = np.int64(buffer[i])
            if byte == 32 or byte == 44 or byte == 10 or byte == 13 or byte == 9:
                i += 1
                while buffer[i] == 32:
                    i += 1
            elif byte == 91 and level < 2:
                level += 1
                axis = 0
                i += 1
            elif byte == 93:
                i += 1
                level -= 1
                if level == 1:
                    if axis != 3:
                        return Vertices(xyz[:vertex], count, whole, row)
                    vertex += 1
            elif level == 2 and axis < 3 and (byte == 45 or 48 <= byte <= 57):
                begin = i
                i += 1
                value = 0 if byte == 45 else byte - 48
                while 48 <= buffer[i] <= 57:
                    value = min(10 * value + np.int64(buffer[i]) - 48, _LARGEST)
                    i += 1
                if value == _LARGEST or buffer[i] == 46 or buffer[i] == 101 or buffer[i] == 69:
                    whole[row] = False
                    while 48 <= buffer[i] <= 57 or (43 <= buffer[i] <= 46 and buffer[i] != 44) or buffer[i] | 32 == 101:
                        i += 1
                xyz[vertex, axis] = -np.float64(value) if buffer[begin] == 45 else np.float64(value)
                axis += 1
            else:
                return Vertices(xyz[:vertex], count, whole, row)
        if level != 0:
            return Vertices(xyz[:vertex], count, whole, row)
        count[row] = vertex - first
    return Vertices(xyz[:vertex], count, whole, n)
