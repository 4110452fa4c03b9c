"""Which surfaces receive sun and which stand in its way, cell by cell of the fixed 1 km grid.

Each building belongs to the cell that holds its south-west corner. All its geometry and everything within
:data:`HALO_M` of the cell is taken relative to the corner of the cell and rounded to float32, so that a building sees
the same bits alone with its surroundings as context, in a tile or in the whole city.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels.ear_clipping import triangulate
from citytwin.model.buildings import Buildings
from citytwin.model.city import CityModel
from citytwin.model.enums import SurfaceKind
from citytwin.model.ragged import row_of, take_rings
from citytwin.model.triangles import GRID_M, Triangles

HALO_M = 500.0
"""Distance from a cell up to which geometry can shade it."""

STEEPEST_UNKNOWN = 120.0
"""Tilt in degrees up to which a surface of unknown kind is a wall or roof; beyond it faces the ground."""

_STEP = 2.0**-20
"""Coordinates are rounded to this many metres, so that they do not depend on the origin they are stored relative to."""


@dataclass(frozen=True, eq=False)
class Receivers:
    """Surfaces that receive sun, those of one building side by side.

    Parameters
    ----------
    surface : int64 array (n,)
        Row in the city.
    building : int64 array (b,)
        Row of each building.
    offsets : int64 array (b + 1,)
        First surface of each building.
    cell : int64 array (b, 2)
        South-west corner of the cell of each building in kilometres.
    """

    surface: NDArray[np.int64]
    building: NDArray[np.int64]
    offsets: NDArray[np.int64]
    cell: NDArray[np.int64]


def building_of_surface(city: CityModel, buildings: Buildings) -> NDArray[np.int64]:
    """Row of the building each surface belongs to, -1 where it belongs to none, int64 (n_surfaces,)."""
    building = np.full(len(city.objects) + 1, -1, np.int64)
    building[buildings.object] = np.arange(len(buildings))
    return building[city.objects.root[city.surfaces.object]]


def standing_surfaces(city: CityModel, buildings: Buildings) -> NDArray[np.int64]:
    """Active surfaces of today's buildings, int64 rows ascending."""
    building = building_of_surface(city, buildings)[city.active]
    return city.active[(building >= 0) & buildings.today[building]]


def is_roof(city: CityModel, rows: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Whether surfaces are roofs: by kind, else by a tilt below 60 degrees."""
    kind, tilt = city.surfaces.kind[rows], city.surfaces.tilt[rows]
    return (kind == SurfaceKind.ROOF) | ((kind == SurfaceKind.UNKNOWN) & (tilt < 60.0))


def receivers_of(city: CityModel, buildings: Buildings) -> Receivers:
    """Walls and roofs of today's buildings."""
    rows = standing_surfaces(city, buildings)
    building = building_of_surface(city, buildings)[rows]
    kind, tilt = city.surfaces.kind[rows], city.surfaces.tilt[rows]
    wanted = np.isin(kind, (SurfaceKind.WALL, SurfaceKind.ROOF))
    wanted |= (kind == SurfaceKind.UNKNOWN) & (tilt <= STEEPEST_UNKNOWN)
    corner = _south_west(city, rows, building, len(buildings))
    rows, building = rows[wanted], building[wanted]
    order = np.argsort(building, kind="stable")
    present, starts = np.unique(building[order], return_index=True)
    cell = np.floor((_rounded(corner[present]) + city.origin[:2]) / GRID_M).astype(np.int64)
    return Receivers(rows[order], present, np.append(starts, len(order)).astype(np.int64), cell)


def _south_west(city: CityModel, rows: NDArray[np.int64], building: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """Least x and y of the surfaces of each building relative to the origin of the city, float64 (n, 2)."""
    surface_rings, ring_vertices, vertices = take_rings(city.rings.surface_rings, city.rings.ring_vertices, rows)
    owner = building[row_of(surface_rings)[row_of(ring_vertices)]]
    corner = np.full((n, 2), np.inf)
    np.minimum.at(corner, owner, city.vertices[vertices, :2])
    return corner


def occluders(city: CityModel, buildings: Buildings, context: CityModel | Triangles | None) -> NDArray[np.float64]:
    """Triangles of all standing buildings of city and context, metres relative to the origin of the city.

    Returns
    -------
    float64 array (m, 3, 3)
    """
    parts = [_triangles(city, standing_surfaces(city, buildings))]
    if isinstance(context, CityModel):
        rows = standing_surfaces(context, context.buildings())
        parts.append(_triangles(context, rows) + (context.origin - city.origin))
    elif context is not None:
        parts.append(_rounded(context.xyz + (context.origin - city.origin)))
    return np.concatenate(parts)


def _triangles(city: CityModel, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Triangles (m, 3, 3) of some surfaces in double precision."""
    surface_rings, ring_vertices, vertices = take_rings(city.rings.surface_rings, city.rings.ring_vertices, rows)
    corners = _rounded(city.vertices[vertices])
    return corners[triangulate(surface_rings, ring_vertices, corners).triangles]


def around_cell(triangles: NDArray[np.float64], shift: NDArray[np.float64]) -> NDArray[np.float32]:
    """Triangles within :data:`HALO_M` of a cell, relative to its corner.

    Parameters
    ----------
    triangles : float64 array (m, 3, 3)
        From :func:`occluders`.
    shift : float64 array (3,)
        Corner of the cell relative to the origin of the city.

    Returns
    -------
    float32 array (k, 3, 3)
    """
    low = triangles[:, :, :2].min(1) - shift[:2]
    high = triangles[:, :, :2].max(1) - shift[:2]
    near = ((high >= -HALO_M) & (low <= GRID_M + HALO_M)).all(1)
    return (triangles[near] - shift).astype(np.float32)


def cell_rings(
    city: CityModel, rows: NDArray[np.int64], shift: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Rings of some surfaces as offsets, offsets and vertices (m, 3) relative to the corner of a cell."""
    surface_rings, ring_vertices, vertices = take_rings(city.rings.surface_rings, city.rings.ring_vertices, rows)
    return surface_rings, ring_vertices, _rounded(city.vertices[vertices]) - shift


def _rounded(metres: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.round(metres / _STEP) * _STEP
