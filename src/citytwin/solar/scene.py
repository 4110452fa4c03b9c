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
from citytwin.model.enums import Action, Severity, SurfaceKind
from citytwin.model.findings import Finding, Findings
from citytwin.model.ragged import row_of, take_rings
from citytwin.model.terrain import terrain_surfaces
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


def check_buildings(city: CityModel, buildings: Buildings) -> None:
    """Make sure that buildings are those of a city.

    Raises
    ------
    ValueError
        A building is not where the table says it is.
    """
    inside = bool(len(buildings)) and int(buildings.object.max(initial=-1)) < len(city.objects)
    if len(buildings) and not (inside and (city.objects.id[buildings.object].to_numpy() == buildings.id).all()):
        raise ValueError(f"the {len(buildings)} buildings are not those of this city of {city.n_buildings}")


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
    cell = np.floor((rounded(corner[present]) + city.origin[:2]) / GRID_M).astype(np.int64)
    return Receivers(rows[order], present, np.append(starts, len(order)).astype(np.int64), cell)


def _south_west(city: CityModel, rows: NDArray[np.int64], building: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """Least x and y of the surfaces of each building relative to the origin of the city, float64 (n, 2)."""
    surface_rings, ring_vertices, vertices = take_rings(city.rings.surface_rings, city.rings.ring_vertices, rows)
    owner = building[row_of(surface_rings)[row_of(ring_vertices)]]
    corner = np.full((n, 2), np.inf)
    np.minimum.at(corner, owner, city.vertices[vertices, :2])
    return corner


@dataclass(frozen=True, eq=False)
class Standing:
    """Walls and roofs of one model that receive, reflect and shade.

    Parameters
    ----------
    city : CityModel
    receivers : Receivers
    shift : float64 array (3,), m
        Origin of the model relative to the origin of the scene.
    low, high : float64 array (b, 2), m
        Bounds of each building in plan, relative to the origin of the scene.
    first : int
        Rows of the scene before those of this model.
    """

    city: CityModel
    receivers: Receivers
    shift: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    first: int

    @classmethod
    def of(cls, city: CityModel, buildings: Buildings, origin: NDArray[np.float64], first: int = 0) -> Standing:
        """Standing buildings of a model, in a scene about `origin`, behind `first` surfaces of other models."""
        receivers = receivers_of(city, buildings)
        shift = city.origin - origin
        surface_rings, ring_vertices, vertices = take_rings(
            city.rings.surface_rings, city.rings.ring_vertices, receivers.surface
        )
        owner = row_of(receivers.offsets)[row_of(surface_rings)[row_of(ring_vertices)]]
        low, high = np.full((len(receivers.building), 2), np.inf), np.full((len(receivers.building), 2), -np.inf)
        plan = rounded(city.vertices[vertices, :2]) + shift[:2]
        np.minimum.at(low, owner, plan)
        np.maximum.at(high, owner, plan)
        return cls(city, receivers, shift, low, high, first)


@dataclass(frozen=True, eq=False)
class Scene:
    """What stands in a city and around it, in metres relative to the origin of the city.

    Parameters
    ----------
    models : tuple of Standing
        The city, and another model that is its context.
    triangles : float64 array (m, 3, 3)
        Of buildings and whatever else shades.
    owner : int64 array (m,)
        Wall or roof each triangle belongs to, counted through the models; -1 for none.
    terrain : float64 array (t, 3, 3)
    """

    models: tuple[Standing, ...]
    triangles: NDArray[np.float64]
    owner: NDArray[np.int64]
    terrain: NDArray[np.float64]


def scene_of(city: CityModel, buildings: Buildings, context: CityModel | Triangles | None) -> Scene:
    """Everything of a city and its context that is there today.

    Raises
    ------
    ValueError
        A corner of the context is not finite.
    """
    models = [Standing.of(city, buildings, city.origin)]
    parts = [_owned(models[0], buildings)]
    terrain = [terrain_triangles(city)]
    if isinstance(context, CityModel):
        around = context.buildings()
        models.append(Standing.of(context, around, city.origin, len(models[0].receivers.surface)))
        parts.append(_owned(models[1], around))
        terrain.append(terrain_triangles(context) + models[1].shift)
    elif context is not None:
        triangles = rounded(_finite(context) + (context.origin - city.origin))
        parts.append((triangles, np.full(len(triangles), -1)))
    return Scene(
        tuple(models),
        np.concatenate([triangles for triangles, _ in parts]),
        np.concatenate([owner for _, owner in parts]),
        np.concatenate(terrain),
    )


def _owned(model: Standing, buildings: Buildings) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Triangles of all standing buildings of a model, and the wall or roof each belongs to."""
    rows = standing_surfaces(model.city, buildings)
    place = np.full(len(model.city.surfaces), -1)
    place[model.receivers.surface] = np.arange(len(model.receivers.surface)) + model.first
    triangles, surface = _triangulated(model.city, rows)
    return triangles + model.shift, place[rows][surface]


def terrain_triangles(city: CityModel) -> NDArray[np.float64]:
    """Triangles of the relief of a city, metres relative to its origin, float64 array (m, 3, 3)."""
    return _triangulated(city, terrain_surfaces(city))[0]


def _finite(context: Triangles) -> NDArray[np.float64]:
    """Corners of a context (m, 3, 3), all of which must be finite."""
    broken = ~np.isfinite(context.xyz).all((1, 2))
    if broken.any():
        raise ValueError(
            f"{int(broken.sum())} of {len(context)} triangles of the context have a corner that is not finite, the "
            f"first is row {int(np.argmax(broken))}: drop them from the context"
        )
    return context.xyz.astype(np.float64)


def _triangulated(city: CityModel, rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Triangles (m, 3, 3) of some surfaces in double precision, and which of the surfaces each belongs to."""
    surface_rings, ring_vertices, vertices = take_rings(city.rings.surface_rings, city.rings.ring_vertices, rows)
    corners = rounded(city.vertices[vertices])
    made = triangulate(surface_rings, ring_vertices, corners)
    return corners[made.triangles], made.surface


def near_cell(triangles: NDArray[np.float64], shift: NDArray[np.float64], reach: float) -> NDArray[np.int64]:
    """Rows of the triangles within some distance of a cell, int64 (k,).

    Parameters
    ----------
    triangles : float64 array (m, 3, 3)
        Relative to the origin of the city.
    shift : float64 array (3,)
        Corner of the cell relative to it.
    reach : float, m
    """
    low = triangles[:, :, :2].min(1) - shift[:2]
    high = triangles[:, :, :2].max(1) - shift[:2]
    return np.flatnonzero(((high >= -reach) & (low <= GRID_M + reach)).all(1))


def cell_rings(
    city: CityModel, rows: NDArray[np.int64], shift: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Rings of some surfaces as offsets, offsets and vertices (m, 3) relative to the corner of a cell."""
    surface_rings, ring_vertices, vertices = take_rings(city.rings.surface_rings, city.rings.ring_vertices, rows)
    return surface_rings, ring_vertices, rounded(city.vertices[vertices]) - shift


def rounded(metres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coordinates rounded to a step that is far finer than float32 and the same for every origin."""
    return np.round(metres / _STEP) * _STEP


def turned_findings(
    city: CityModel, buildings: Buildings, surface: NDArray[np.integer], building: NDArray[np.integer]
) -> Findings:
    """Finding 1801 for each of some surfaces whose outside is behind the polygon.

    Parameters
    ----------
    city : CityModel
    buildings : Buildings
    surface, building : int array (n,)
        Row of each surface and of its building.
    """
    return Findings.of(
        Finding(
            1801, "SURFACE_FACES_INSIDE", str(buildings.id[owner]), city.surfaces.polygon_id[row],
            Severity.WARNING, Action.HEALED, "the outside is behind the polygon: sun is computed for its other side",
        )
        for row, owner in zip(surface, building, strict=True)
    )  # fmt: skip
