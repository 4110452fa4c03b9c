"""Places on open ground that are looked at: grids of points, yards, and how high the ground is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.buildings import Buildings
from citytwin.model.city import CityModel
from citytwin.model.enums import Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.ragged import offsets_of, row_of
from citytwin.model.sun_hours import SunReceivers
from citytwin.model.terrain import terrain_height, terrain_surfaces
from citytwin.model.triangles import GRID_M, Triangles
from citytwin.solar.samples import LIFT_M

if TYPE_CHECKING:
    import geopandas as gpd

SEAM_M = 0.3
"""Gaps between footprints up to twice this width close when courtyards are looked for."""

MARGIN_M = 50.0
MOST_POINTS = 10_000_000

Box = tuple[float, float, float, float]


def ground_grid(
    city: CityModel,
    spacing: float,
    bbox: Box | None = None,
    terrain: Triangles | CityModel | None = None,
    margin_m: float = MARGIN_M,
) -> gpd.GeoDataFrame:
    """Points of a regular grid on open ground, for maps of sun hours.

    Points within footprints of today are left out. Their heights are those of `terrain`, else of the relief of the
    city, else of the ground of the nearest building.

    Parameters
    ----------
    city : CityModel
    spacing : float, m
        Points lie at whole multiples of it in the CRS, so that the same place gives the same points in any box.
    bbox : (min_x, min_y, max_x, max_y), optional
        In the CRS; default the box around the buildings, whatever their status, and a margin.
    terrain : Triangles or CityModel, optional
        In the CRS of the city; of a model its relief.
    margin_m : float, m
        Around the buildings where there is no `bbox`.

    Returns
    -------
    GeoDataFrame
        Points with z, index from 0; none where there is no building and no `bbox`.

    Raises
    ------
    ValueError
        A spacing that is not positive or gives more than 10 million points, a negative margin, corners in another
        order.

    Examples
    --------
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(2, seed=1)
    >>> len(ct.solar.ground_grid(city, 50.0)) > 0
    True
    """
    import geopandas as gpd
    import shapely

    if not 0.0 <= margin_m < np.inf:
        raise ValueError(f"margin_m must not be negative, but is {margin_m}")
    buildings, relief = city.buildings(), relief_of(city, terrain)
    box = _box_of(city, buildings, margin_m) if bbox is None else checked_box(bbox)
    plan = np.empty((0, 2)) if box is None else _lattice(box, spacing, "spacing")
    plan = plan[~within(plan, standing_footprints(buildings))]
    points = np.column_stack([plan, ground_height(city, plan, buildings, relief)])
    return gpd.GeoDataFrame(geometry=shapely.points(points), crs=city.crs)


def checked_box(bbox: Sequence[float]) -> Box:
    """A box as given.

    Raises
    ------
    ValueError
        It is not four finite numbers in order.
    """
    corners = np.asarray(bbox, np.float64)
    if corners.shape != (4,) or not np.isfinite(corners).all() or not (corners[:2] <= corners[2:]).all():
        raise ValueError(f"bbox must be (min_x, min_y, max_x, max_y), not {corners.tolist()}")
    low_x, low_y, high_x, high_y = corners.tolist()
    return low_x, low_y, high_x, high_y


def check_size(box: Box, spacing: float, name: str) -> None:
    """Raise ValueError where a spacing is not positive, or so small that a grid in a box has too many points."""
    if not 0.0 < spacing < np.inf:
        raise ValueError(f"{name} must be positive, not {spacing}")
    n = ((box[2] - box[0]) / spacing + 1.0) * ((box[3] - box[1]) / spacing + 1.0)
    if n > MOST_POINTS:
        raise ValueError(f"{name} of {spacing:g} m gives {n:.2g} points, more than {MOST_POINTS:,}: take a wider one")


def _box_of(city: CityModel, buildings: Buildings, margin_m: float) -> Box | None:
    """Box around all buildings of a city, else around whatever it has; None where it has nothing."""
    import shapely

    shapes = buildings.footprints()
    box = shapely.total_bounds(shapes[[shape is not None for shape in shapes]]) if len(shapes) else np.full(4, np.nan)
    box = np.where(np.isnan(box), city.bounds[[0, 1, 3, 4]], box)
    if np.isnan(box).any():
        return None
    low_x, low_y, high_x, high_y = (box + margin_m * np.array([-1.0, -1.0, 1.0, 1.0])).tolist()
    return low_x, low_y, high_x, high_y


def _lattice(box: Box, spacing: float, name: str) -> NDArray[np.float64]:
    """Points (k, 2) in a box at whole multiples of a spacing."""
    check_size(box, spacing, name)
    x = spacing * np.arange(np.ceil(box[0] / spacing), np.floor(box[2] / spacing) + 1)
    y = spacing * np.arange(np.ceil(box[1] / spacing), np.floor(box[3] / spacing) + 1)
    return np.column_stack([k.ravel() for k in np.meshgrid(x, y)])


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

    joined = shapely.union_all(shapely.buffer(standing_footprints(city.buildings()), SEAM_M, join_style="mitre"))
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
    known = np.flatnonzero(np.array([s is not None for s in shapes], bool) & np.isfinite(buildings.ground_z))
    if len(rest) and len(known):
        nearest = shapely.STRtree(shapes[known]).nearest(shapely.points(plan[rest]))
        height[rest] = buildings.ground_z[known[nearest]]
    return np.where(np.isnan(height), 0.0, height)


def relief_of(city: CityModel, terrain: Triangles | CityModel | None) -> Triangles | None:
    """Triangles of a terrain that is given as such or as a model with relief.

    Raises
    ------
    ValueError
        The model has no relief, or another CRS than the city.
    TypeError
        Neither of the two.
    """
    if terrain is None or isinstance(terrain, Triangles):
        return terrain
    if not isinstance(terrain, CityModel):
        raise TypeError(f"terrain must be Triangles or a CityModel with relief, not {type(terrain).__name__}")
    if terrain.crs != city.crs:
        raise ValueError(f"the terrain is in {terrain.crs}, the city in {city.crs}")
    rows = terrain_surfaces(terrain)
    if not len(rows):
        raise ValueError("the model that is given as terrain has no relief")
    return terrain.triangles(rows)


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
        The table is in another CRS, holds something else than points and polygons or one that is empty, or needs too
        many points.
    """
    import shapely

    if frame.crs is not None and city.crs is not None and frame.crs != city.crs:
        raise ValueError(f"the points are in {frame.crs.to_string()}, the city in {city.crs}")
    shapes = frame.geometry.to_numpy()
    broken = np.flatnonzero(~np.isfinite(shapely.bounds(shapes)).all(1)) if len(shapes) else np.empty(0, int)
    if len(broken):
        raise ValueError(
            f"{len(broken)} of {len(shapes)} rows of the points have no geometry or a coordinate that is not finite, "
            f"the first is row {frame.index[broken[0]]!r}: drop them"
        )
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
    kept = ~yard[owner] | ~within(plan, standing_footprints(buildings))
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


def far_findings(city: CityModel, buildings: Buildings, receivers: SunReceivers, reach_m: float) -> Findings:
    """Finding 1840 for yards and points that are farther from every building of today than these shade.

    Parameters
    ----------
    city : CityModel
    buildings : Buildings
    receivers : SunReceivers
    reach_m : float
    """
    import shapely

    ground = np.flatnonzero(receivers.building < 0)
    first = receivers.xyz[receivers.offsets[ground], :2] + city.origin[:2]
    far = np.ones(len(ground), bool)
    shapes = standing_footprints(buildings)
    if len(shapes) and len(ground):
        far[shapely.STRtree(shapes).query_nearest(shapely.points(first), reach_m, all_matches=False)[0]] = False
    if not far.any():
        return Findings.of()
    name = receivers.label[ground[np.argmax(far)]]
    message = (
        f"{int(far.sum())} of {len(ground)} yards and points are farther than {reach_m:g} m from every building, the "
        f"first is {name!r}: nothing of the city shades them. Are their coordinates in {city.crs or 'its system'}?"
    )
    return Findings.of([Finding(1840, "POINTS_FAR_FROM_CITY", severity=Severity.WARNING, message=message)])


def _grid_in(shape: object, spacing: float) -> NDArray[np.float64]:
    """Grid points inside a polygon (k, 2); a point of it where it is too small for any."""
    import shapely

    low_x, low_y, high_x, high_y = shapely.bounds(shape)
    check_size((low_x, low_y, high_x, high_y), spacing, "spacing_m")
    x = spacing * (np.arange(np.floor(low_x / spacing), np.ceil(high_x / spacing)) + 0.5)
    y = spacing * (np.arange(np.floor(low_y / spacing), np.ceil(high_y / spacing)) + 0.5)
    plan = np.column_stack([k.ravel() for k in np.meshgrid(x, y)])
    shapely.prepare(shape)
    inside = plan[shapely.contains_xy(shape, plan)]
    return inside if len(inside) else shapely.get_coordinates(shapely.point_on_surface(shape))


def standing_footprints(buildings: Buildings) -> NDArray[np.object_]:
    """Footprints of today's buildings."""
    shapes = buildings.footprints()
    return shapes[buildings.today & np.array([shape is not None for shape in shapes], bool)]


def within(plan: NDArray[np.float64], shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Whether points (k, 2) lie inside any of some polygons."""
    import shapely

    inside = np.zeros(len(plan), bool)
    if len(shapes) and len(plan):
        inside[shapely.STRtree(shapes).query(shapely.points(plan), predicate="within")[0]] = True
    return inside
