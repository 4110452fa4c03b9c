"""Where sun and sky are looked at: storeys of facades, roofs, yards, grids of points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels.grid_samples import grid_samples
from citytwin.kernels.newell import normals as area_vectors
from citytwin.model.buildings import Buildings
from citytwin.model.city import CityModel
from citytwin.model.ragged import offsets_of, row_of
from citytwin.model.sun_hours import SunReceivers
from citytwin.model.terrain import terrain_height
from citytwin.model.triangles import GRID_M, Triangles
from citytwin.solar.samples import LIFT_M, SPACING_M
from citytwin.solar.scene import Receivers, cell_rings, is_roof, receivers_of

if TYPE_CHECKING:
    import geopandas as gpd

STOREY_M = 3.0
"""Height of a storey where none is given: facades are cut into bands of this height from the ground of a building."""

SEAM_M = 0.3
"""Gaps between footprints up to twice this width close when courtyards are looked for."""

_NO_SHIFT = np.zeros(3)


def ground_grid(
    city: CityModel,
    spacing: float,
    bbox: tuple[float, float, float, float] | None = None,
    terrain: Triangles | None = None,
) -> gpd.GeoDataFrame:
    """Points of a regular grid on open ground, for maps of sun hours.

    Points within footprints are left out. Their heights are those of `terrain`, else of the relief of the city, else of
    the ground of the nearest building.

    Parameters
    ----------
    city : CityModel
    spacing : float, m
        Points lie at whole multiples of it in the CRS, so that the same place gives the same points in any box.
    bbox : (min_x, min_y, max_x, max_y), optional
        In the CRS; default the extent of the city.
    terrain : Triangles, optional
        In the CRS of the city.

    Returns
    -------
    GeoDataFrame
        Points with z, index from 0.

    Raises
    ------
    ValueError
        A spacing that is not positive, or corners in another order.

    Examples
    --------
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(2, seed=1)
    >>> len(ct.solar.ground_grid(city, 50.0)) > 0
    True
    """
    import geopandas as gpd
    import shapely

    if not spacing > 0.0:
        raise ValueError(f"spacing must be positive, not {spacing}")
    box = tuple(city.bounds[[0, 1, 3, 4]]) if bbox is None else bbox
    if not (box[0] <= box[2] and box[1] <= box[3]):
        raise ValueError(f"bbox must be (min_x, min_y, max_x, max_y), not {tuple(map(float, box))}")
    x = spacing * np.arange(np.ceil(box[0] / spacing), np.floor(box[2] / spacing) + 1)
    y = spacing * np.arange(np.ceil(box[1] / spacing), np.floor(box[3] / spacing) + 1)
    plan = np.column_stack([k.ravel() for k in np.meshgrid(x, y)])
    buildings = city.buildings()
    plan = plan[~_within(plan, _footprints(buildings))]
    points = np.column_stack([plan, ground_height(city, plan, buildings, terrain)])
    return gpd.GeoDataFrame(geometry=shapely.points(points), crs=city.crs)


def courtyards(city: CityModel, minimum_area: float = 50.0) -> gpd.GeoDataFrame:
    """Open ground that buildings of today enclose on all sides.

    Footprints are joined, gaps up to 0.6 m closed, and the holes that remain are taken.

    Parameters
    ----------
    city : CityModel
    minimum_area : float, m2

    Returns
    -------
    GeoDataFrame
        Polygons, column ``area_m2``, index ``yard_0``, ``yard_1`` ... from the south-west.

    Examples
    --------
    >>> import citytwin as ct
    >>> yards = ct.solar.courtyards(ct.synthetic.city(12, seed=1))
    >>> bool((yards.area_m2 >= 50).all())
    True
    """
    import geopandas as gpd
    import pandas as pd
    import shapely

    joined = shapely.union_all(shapely.buffer(_footprints(city.buildings()), SEAM_M, join_style="mitre"))
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(joined) for ring in part.interiors]
    open_ground = [hole.buffer(SEAM_M, join_style="mitre") for hole in holes]
    kept = sorted((p for p in open_ground if p.area >= minimum_area), key=lambda p: (p.bounds[1], p.bounds[0]))
    index = pd.Index([f"yard_{k}" for k in range(len(kept))], name="yard")
    return gpd.GeoDataFrame({"area_m2": [p.area for p in kept]}, index=index, geometry=kept, crs=city.crs)


def ground_height(
    city: CityModel, plan: NDArray[np.float64], buildings: Buildings, terrain: Triangles | None = None
) -> NDArray[np.float64]:
    """Height of the ground at points (k, 2) of the CRS, float64 (k,).

    Of `terrain`, else of the relief of the city, else of the ground of the nearest building.
    """
    import shapely

    height = terrain_height(city, plan - city.origin[:2]) + city.origin[2]
    if terrain is not None and len(terrain):
        corners = terrain.xyz.astype(np.float64) + terrain.origin
        tree = shapely.STRtree(shapely.polygons(corners[:, :, :2]))
        point, triangle = tree.query(shapely.points(plan), predicate="intersects")
        a, b, c = (corners[triangle, k] for k in range(3))
        normal = np.cross(b - a, c - a)
        steep = np.abs(normal[:, 2]) < 1e-9
        slope = normal[:, :2] / np.where(steep, 1.0, normal[:, 2])[:, None]
        z = a[:, 2] - ((plan[point] - a[:, :2]) * slope).sum(1)
        given = np.full(len(plan), np.nan)
        np.fmax.at(given, point[~steep], z[~steep])
        height = np.where(np.isnan(given), height, given)
    rest = np.flatnonzero(np.isnan(height))
    shapes = buildings.footprints()
    known = np.flatnonzero([s is not None for s in shapes] & np.isfinite(buildings.ground_z))
    if len(rest) and len(known):
        nearest = shapely.STRtree(shapes[known]).nearest(shapely.points(plan[rest]))
        height[rest] = buildings.ground_z[known[nearest]]
    return np.where(np.isnan(height), 0.0, height)


def facade_storeys(
    city: CityModel, buildings: Buildings, receivers: Receivers, storey_m: float, spacing: float
) -> SunReceivers:
    """Storeys of facades: points every `spacing` along a level line in the middle of each storey, inside the wall.

    Storeys are bands of equal height from the ground of each building; a band counts where its middle lies within the
    wall.
    """
    owner = np.repeat(receivers.building, np.diff(receivers.offsets))
    wall = np.flatnonzero(~is_roof(city, receivers.surface))
    rings = cell_rings(city, receivers.surface[wall], _NO_SHIFT)
    vertices, normal = rings[2], _unit(area_vectors(*rings))
    starts = rings[1][rings[0][:-1]]
    ground = buildings.ground_z[owner[wall]] - city.origin[2]
    filled = np.flatnonzero(np.diff(rings[1][rings[0]]) > 0)
    low, high = np.full(len(wall), np.inf), np.full(len(wall), -np.inf)
    low[filled] = np.minimum.reduceat(vertices[:, 2], starts[filled])
    high[filled] = np.maximum.reduceat(vertices[:, 2], starts[filled])
    level = np.hypot(normal[:, 0], normal[:, 1]) > 1e-3
    ground = np.where(np.isfinite(ground), ground, low)
    first = np.ceil((low - ground) / storey_m - 0.5)
    count = np.where(level & (high > low), np.ceil((high - ground) / storey_m - 0.5) - first, 0).astype(np.int64)
    band = row_of(offsets_of(count))
    storey = (np.arange(len(band)) - offsets_of(count)[band] + first[band]).astype(np.int64)
    along = np.column_stack([-normal[:, 1], normal[:, 0]]) / np.maximum(
        np.hypot(normal[:, 0], normal[:, 1]), 1e-12
    ).reshape(-1, 1)
    z = ground[band] + (storey + 0.5) * storey_m
    part, start, stop = _level_cuts(rings, band, z, along)
    n_points = np.maximum(1, np.round((stop - start) / spacing)).astype(np.int64)
    cut = row_of(offsets_of(n_points))
    step = (np.arange(len(cut)) - offsets_of(n_points)[cut] + 0.5) / n_points[cut]
    u = start[cut] + step * (stop - start)[cut]
    row = part[cut]
    surface = band[row]
    # Distance of the wall's plane from the origin along its level normal, at the height of the points.
    face = normal[surface]
    foot = vertices[starts[surface]]
    flat = np.hypot(face[:, 0], face[:, 1])
    away = (face * foot).sum(1) - face[:, 2] * z[row]
    across = face[:, :2] / (flat**2)[:, None]
    xyz = np.column_stack([u[:, None] * along[surface] + away[:, None] * across, z[row]]) + LIFT_M * face
    counts = np.bincount(row, minlength=len(band))
    used = np.flatnonzero(counts)
    wall_of = wall[band[used]]
    return SunReceivers(
        kind=np.full(len(used), "facade", object),
        label=np.full(len(used), "", object),
        building=owner[wall_of],
        surface=receivers.surface[wall_of],
        storey=storey[used],
        normal=normal[band[used]],
        cell=np.repeat(receivers.cell, np.diff(receivers.offsets), axis=0)[wall_of],
        offsets=offsets_of(counts[used]),
        xyz=xyz,
    )


def _level_cuts(
    rings: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
    band: NDArray[np.int64],
    z: NDArray[np.float64],
    along: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Stretches of level lines inside polygons.

    Returns
    -------
    part : int64 array (k,)
        Row of `band` each stretch belongs to, ascending.
    start, stop : float64 arrays (k,), m
        Along the polygon's level direction.
    """
    surface_rings, ring_vertices, vertices = rings
    follower = np.arange(len(vertices)) + 1
    follower[ring_vertices[1:] - 1] = ring_vertices[:-1]
    first, last = ring_vertices[surface_rings[:-1]], ring_vertices[surface_rings[1:]]
    n_edges = (last - first)[band]
    line = row_of(offsets_of(n_edges))
    edge = np.arange(len(line)) - offsets_of(n_edges)[line] + first[band][line]
    p, q = vertices[edge], vertices[follower[edge]]
    crossing = np.flatnonzero((p[:, 2] > z[line]) != (q[:, 2] > z[line]))
    p, q, line = p[crossing], q[crossing], line[crossing]
    share = (z[line] - p[:, 2]) / (q[:, 2] - p[:, 2])
    u = ((p + share[:, None] * (q - p))[:, :2] * along[band[line]]).sum(1)
    order = np.lexsort((u, line))
    u, line = u[order], line[order]
    return line[::2], u[::2], u[1::2]


def roofs(city: CityModel, receivers: Receivers) -> SunReceivers:
    """Roofs with points on a 2 m grid."""
    owner = np.repeat(receivers.building, np.diff(receivers.offsets))
    roof = np.flatnonzero(is_roof(city, receivers.surface))
    rings = cell_rings(city, receivers.surface[roof], _NO_SHIFT)
    normal = _unit(area_vectors(*rings))
    samples = grid_samples(*rings, normal, SPACING_M, LIFT_M)
    filled = np.flatnonzero(np.diff(samples.offsets))
    roof, normal = roof[filled], normal[filled]
    return SunReceivers(
        kind=np.full(len(roof), "roof", object),
        label=np.full(len(roof), "", object),
        building=owner[roof],
        surface=receivers.surface[roof],
        storey=np.full(len(roof), -1),
        normal=normal,
        cell=np.repeat(receivers.cell, np.diff(receivers.offsets), axis=0)[roof],
        offsets=offsets_of(np.diff(samples.offsets)[filled]),
        xyz=samples.points,
    )


def ground_places(
    city: CityModel,
    buildings: Buildings,
    frame: gpd.GeoDataFrame,
    sample_height_m: float,
    spacing: float,
    terrain: Triangles | None,
) -> SunReceivers:
    """Yards (polygons) and points of a table; yards get points on a grid, without those inside buildings.

    Raises
    ------
    ValueError
        The table is in another CRS, or holds neither points nor polygons.
    """
    import shapely

    if frame.crs is not None and city.crs is not None and frame.crs != city.crs:
        raise ValueError(f"the points are in {frame.crs.to_string()}, the city in {city.crs}")
    shapes = frame.geometry.to_numpy()
    types = shapely.get_type_id(shapes)
    point, yard = types == 0, np.isin(types, (3, 6))
    if not (point | yard).all():
        raise ValueError("points must be a table of points (places) or polygons (yards)")
    parts: list[NDArray[np.float64]] = []
    for shape, is_yard in zip(shapes, yard, strict=True):
        parts.append(_grid_in(shape, spacing) if is_yard else shapely.get_coordinates(shape))
    counts = np.array([len(part) for part in parts], np.int64)
    plan = np.concatenate([np.empty((0, 2)), *parts])
    owner = row_of(offsets_of(counts))
    given = shapely.get_z(shapes[owner]) if len(owner) else np.empty(0)
    z = np.where(np.isfinite(given), given, ground_height(city, plan, buildings, terrain))
    kept = ~yard[owner] | ~_within(plan, _footprints(buildings))
    counts = np.bincount(owner[kept], minlength=len(shapes))
    used = np.flatnonzero(counts)
    xyz = np.column_stack([plan, z + sample_height_m + LIFT_M])[kept]
    first = xyz[offsets_of(counts[used])[:-1], :2] if len(used) else np.empty((0, 2))
    return SunReceivers(
        kind=np.where(yard, "yard", "point").astype(object)[used],
        label=np.array([str(name) for name in frame.index], object)[used],
        building=np.full(len(used), -1),
        surface=np.full(len(used), -1),
        storey=np.full(len(used), -1),
        normal=np.tile([0.0, 0.0, 1.0], (len(used), 1)),
        cell=np.floor(first / GRID_M).astype(np.int64),
        offsets=offsets_of(counts[used]),
        xyz=xyz - city.origin,
    )


def envelope_places(city: CityModel, buildings: Buildings, storey_m: float, spacing: float) -> SunReceivers:
    """Storeys of facades, then roofs, of all buildings of today."""
    receivers = receivers_of(city, buildings)
    return SunReceivers.concat([facade_storeys(city, buildings, receivers, storey_m, spacing), roofs(city, receivers)])


def _grid_in(shape: object, spacing: float) -> NDArray[np.float64]:
    """Grid points inside a polygon (k, 2); a point of it where it is too small for any."""
    import shapely

    low_x, low_y, high_x, high_y = shapely.bounds(shape)
    x = spacing * (np.arange(np.floor(low_x / spacing), np.ceil(high_x / spacing)) + 0.5)
    y = spacing * (np.arange(np.floor(low_y / spacing), np.ceil(high_y / spacing)) + 0.5)
    plan = np.column_stack([k.ravel() for k in np.meshgrid(x, y)])
    shapely.prepare(shape)
    inside = plan[shapely.contains_xy(shape, plan)]
    return inside if len(inside) else shapely.get_coordinates(shapely.point_on_surface(shape))


def _footprints(buildings: Buildings) -> NDArray[np.object_]:
    """Footprints of today's buildings."""
    shapes = buildings.footprints()
    return shapes[buildings.today & np.array([shape is not None for shape in shapes], bool)]


def _within(plan: NDArray[np.float64], shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Whether points (k, 2) lie inside any of some polygons."""
    import shapely

    inside = np.zeros(len(plan), bool)
    if len(shapes) and len(plan):
        inside[shapely.STRtree(shapes).query(shapely.points(plan), predicate="within")[0]] = True
    return inside


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(length > 0.0, length, 1.0)
