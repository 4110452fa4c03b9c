"""Shadows in plan, hour by hour: today's city and an alternative."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from citytwin._threads import map_blocks
from citytwin.kernels.any_hit import any_hit
from citytwin.kernels.bvh import Bvh
from citytwin.kernels.ear_clipping import triangulate
from citytwin.model.buildings import Buildings
from citytwin.model.city import CityModel
from citytwin.model.ragged import take_rings
from citytwin.model.shadows import STATES, ShadowSeries
from citytwin.model.sun import Day, as_dates
from citytwin.model.triangles import GRID_M, Triangles
from citytwin.model.weather import Weather
from citytwin.solar.edits import as_built
from citytwin.solar.open_ground import Box, check_size, checked_box, ground_height, relief_of
from citytwin.solar.samples import LIFT_M, T_MIN_M
from citytwin.solar.scene import HALO_M, building_of_surface
from citytwin.solar.sun_hours import afar, check_positive, provenance_of
from citytwin.solar.sun_path import local_clock
from citytwin.solar.sun_rays import buildings_of, obstacles

HOURS = tuple(range(6, 21))
"""Hours of the clock that are drawn where none are asked for."""

LOWEST_SUN_DEG = 3.0
"""Altitude below which no shadow is drawn: on level ground it is 19 times as long as what casts it is high."""

CLOSED = 1e-3
"""Area vectors of a closed shell sum to less than this share of its area."""

SLIVER_M2 = 1e-4
MARGIN_M = 50.0


@dataclass(frozen=True, eq=False)
class _Casters:
    """What casts shadows on level ground: triangles of buildings, above the ground of each.

    Parameters
    ----------
    xyz : float64 array (m, 3, 3), m
        Plan in the CRS, height above the ground of the building.
    building : int64 array (m,)
    upright : bool array (m,)
        Triangles of closed shells that are oriented outwards: those towards the sun cast the whole shadow.
    n : int
        Buildings.
    """

    xyz: NDArray[np.float64]
    building: NDArray[np.int64]
    upright: NDArray[np.bool_]
    n: int


def shadow_series(
    city: CityModel,
    dates: Day | Iterable[Day],
    hours: float | Iterable[float] = HOURS,
    *,
    alternative: Buildings | CityModel | None = None,
    weather: Weather | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    timezone: str | None = None,
    time: str = "legal",
    minimum_altitude: float = LOWEST_SUN_DEG,
    buildings: Buildings | None = None,
    terrain: Triangles | CityModel | None = None,
    spacing_m: float = 2.0,
    bbox: Box | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ShadowSeries:
    """Shadows of buildings on the ground in plan, as polygons, at some hours of some dates.

    Each building's surfaces are projected along the sun's rays onto level ground at the height of the building's own
    ground, and joined. With `terrain`, rays are cast to the sun from points of a grid on it instead, and the squares
    around points in shadow are joined. Shapes and their ``area_m2`` include the footprints of the buildings that cast
    them; ``open_ground_m2`` is what lies outside all footprints.

    Parameters
    ----------
    city : CityModel
        Its existing buildings and those of unknown status are today's.
    dates : date, ISO text, or an iterable of them
    hours : float or an iterable of them
        Readings of the clock from 0 to 24, default 6 to 20.
    alternative : Buildings or CityModel, optional
        What today is compared with: the same city with other status, or a model of new buildings added to today's, all
        of which stand, whatever status they have in it.
    weather, latitude, longitude, timezone, time
        Place and clock, as in :func:`sun_hours`.
    minimum_altitude : float, degrees
        Of the sun; lower, a moment has no shadow but an empty shape.
    buildings : Buildings, optional
        Today's, where not ``city.buildings()``.
    terrain : Triangles or CityModel, optional
        Ground that shadows fall on, and that casts some itself; of a model its relief.
    spacing_m : float
        Of the grid on `terrain`.
    bbox : (min_x, min_y, max_x, max_y), optional
        Where shadows are looked for, at most 500 m from the city; default everywhere, and on `terrain` the extent of
        the city and 50 m around it.
    progress : callable, optional
        Called with moments done and moments in all.

    Returns
    -------
    ShadowSeries
        By date, hour and state: today, and where there is an alternative also alternative, new and removed.

    Raises
    ------
    ValueError
        No dates or hours, an hour outside 0 to 24, a place or clock that is not known, a box with corners in another
        order or far from the city, buildings of another city, an alternative in another CRS or without buildings.
    TypeError
        Dates, hours, terrain, buildings or alternative of another type.

    Examples
    --------
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(2, seed=1)
    >>> series = ct.solar.shadow_series(city, ["2026-03-21"], [9, 12], timezone="Europe/Helsinki")
    >>> bool(series.area_m2[0] > series.area_m2[1] > 0)
    True
    """
    days, clock_hours = as_dates(dates), _readings(hours)
    check_positive(spacing_m=spacing_m)
    if not 0.0 < minimum_altitude < 90.0:
        raise ValueError(f"minimum_altitude must be above 0 and below 90 degrees, not {minimum_altitude}")
    today, terrain = buildings_of(city, buildings), relief_of(city, terrain)
    if isinstance(alternative, Buildings):
        alternative = buildings_of(city, alternative)
    elif alternative is not None:
        alternative = as_built(city, alternative)
    bbox = None if bbox is None else _near(city, alternative, checked_box(bbox))
    clock = local_clock(city, weather, latitude, longitude, timezone, time)
    moments = [(day, hour) for day in days for hour in clock_hours]
    direction, altitude = np.zeros((len(moments), 3)), np.zeros(len(moments))
    for k, (day, hour) in enumerate(moments):
        direction[k], altitude[k] = (value[0] for value in clock.sun_at(day, [hour]))
    up = altitude >= minimum_altitude
    if terrain is None:
        shadows = _on_level_ground(city, today, alternative, direction, up, progress)
    else:
        shadows = _on_terrain(city, today, alternative, terrain, spacing_m, bbox, direction, up, progress)
    return _series(
        city, today, alternative, moments, direction, altitude, shadows, bbox,
        {
            "sky": "clear sky, geometry only, no refraction",
            "time": clock.words,
            "latitude": clock.latitude,
            "longitude": clock.longitude,
            "minimum_sun_altitude_deg": minimum_altitude,
            "ground": "level, at the ground of each building" if terrain is None else f"terrain, {spacing_m:g} m grid",
            "trees": "off",
        },
        weather,
    )  # fmt: skip


def _readings(hours: float | Iterable[float]) -> list[float]:
    """Readings of the clock, each once."""
    given = [hours] if isinstance(hours, Real | str) else list(hours)
    for hour in given:
        if isinstance(hour, bool) or not isinstance(hour, Real):
            raise TypeError(f"hours must be numbers from 0 to 24, not {hour!r}")
    readings = list(dict.fromkeys(float(hour) for hour in given))
    if not readings or not all(0.0 <= hour <= 24.0 for hour in readings):
        raise ValueError(f"hours must be readings of the clock from 0 to 24, not {readings}")
    return readings


def _near(city: CityModel, alternative: Buildings | CityModel | None, box: Box) -> Box:
    """A box; ValueError where it has no width, or lies far from the city and from what is added."""
    models = [city, alternative] if isinstance(alternative, CityModel) else [city]
    bounds = np.array([model.bounds for model in models])
    low, high = np.fmin.reduce(bounds[:, :2]) - HALO_M, np.fmax.reduce(bounds[:, 3:5]) + HALO_M
    if not (box[0] < box[2] and box[1] < box[3]):
        raise ValueError(f"bbox must have a width and a depth, unlike {box}")
    if (high < box[:2]).any() or (low > box[2:]).any():
        raise ValueError(f"bbox {box} is farther than {HALO_M:g} m from the city, in {city.crs or 'its system'}")
    return box


def _series(
    city: CityModel,
    today: Buildings,
    alternative: Buildings | CityModel | None,
    moments: Sequence[tuple[date, float]],
    direction: NDArray[np.float64],
    altitude: NDArray[np.float64],
    shadows: list[list[object]],
    bbox: Box | None,
    conventions: dict[str, object],
    weather: Weather | None,
) -> ShadowSeries:
    import shapely

    n = 1 if alternative is None else len(STATES)
    shapes = np.array([[*states] for states in shadows], object).reshape(len(moments), n)
    if bbox is not None:
        shapes = shapely.intersection(shapes, shapely.box(*bbox))
    later = np.empty(0, object) if alternative is None else _standing_footprints(city, today, alternative)
    return ShadowSeries(
        day=np.repeat(np.array([day for day, _ in moments], object), n),
        hour=np.repeat(np.array([hour for _, hour in moments]), n),
        altitude=np.repeat(altitude, n),
        azimuth=np.repeat(np.degrees(np.arctan2(direction[:, 0], direction[:, 1])) % 360.0, n),
        state=np.tile(np.array(STATES[:n], object), len(moments)),
        shape=shapes.ravel(),
        footprints_today=_standing_footprints(city, today, None),
        footprints_alternative=later,
        crs=city.crs,
        conventions=conventions,
        synthetic=city.provenance.synthetic,
        findings=afar(city, weather),
        provenance=provenance_of(city, weather, alternative).with_parameters(
            **{f"shadow_{name}": value for name, value in conventions.items()}
        ),
    )


def _standing_footprints(
    city: CityModel, today: Buildings, alternative: Buildings | CityModel | None
) -> NDArray[np.object_]:
    """Footprints of the buildings that stand, of today or in an alternative."""
    tables = [today]
    if isinstance(alternative, Buildings):
        tables = [alternative]
    elif alternative is not None:
        tables.append(alternative.buildings())
    shapes = np.concatenate([table.footprints()[table.today] for table in tables])
    return shapes[[shape is not None for shape in shapes]]


def _on_level_ground(
    city: CityModel,
    today: Buildings,
    alternative: Buildings | CityModel | None,
    direction: NDArray[np.float64],
    up: NDArray[np.bool_],
    progress: Callable[[int, int], None] | None,
) -> list[list[object]]:
    """Shadows of each state at each moment; what is new or removed is cast by buildings of one state only."""
    import shapely

    standing = [today.today]
    casters = _casters(city, today, today.today)
    if isinstance(alternative, Buildings):
        standing.append(alternative.today)
        casters = _casters(city, today, today.today | alternative.today)
    elif alternative is not None:
        new = alternative.buildings()
        added = _casters(alternative, new, new.today)
        standing = [np.append(today.today, np.zeros(len(new), bool)), np.append(today.today, new.today)]
        casters = _joined(casters, added)

    def shadows(start: int, stop: int) -> list[list[object]]:
        result = []
        for k in range(start, stop):
            each = _each_shadow(casters, direction[k]) if up[k] else np.full(casters.n, shapely.Polygon(), object)
            states = [shapely.union_all(each[stands]) for stands in standing]
            if len(states) == 2:
                (before, after), (stood, stands) = states, standing
                states.append(shapely.difference(shapely.union_all(each[stands & ~stood]), before))
                states.append(shapely.difference(shapely.union_all(each[stood & ~stands]), after))
            result.append(states)
        return result

    return [pair for block in map_blocks(shadows, len(direction), 1, progress) for pair in block]


def _casters(city: CityModel, buildings: Buildings, wanted: NDArray[np.bool_]) -> _Casters:
    rows = city.active[building_of_surface(city, buildings)[city.active] >= 0]
    rows = rows[wanted[building_of_surface(city, buildings)[rows]]]
    owner = building_of_surface(city, buildings)[rows]
    surface_rings, ring_vertices, vertices = take_rings(city.rings.surface_rings, city.rings.ring_vertices, rows)
    corners = city.vertices[vertices] + city.origin
    clipped = triangulate(surface_rings, ring_vertices, corners)
    xyz, building = corners[clipped.triangles], owner[clipped.surface]
    lowest = np.full(len(buildings), np.inf)
    np.minimum.at(lowest, building, xyz[:, :, 2].min(1) if len(xyz) else np.empty(0))
    ground = np.where(np.isfinite(buildings.ground_z), buildings.ground_z, lowest)
    xyz[:, :, 2] = np.maximum(xyz[:, :, 2] - ground[building][:, None], 0.0)
    area = np.cross(xyz[:, 1] - xyz[:, 0], xyz[:, 2] - xyz[:, 0])
    middle = xyz.mean(1)
    sums = np.zeros((len(buildings), 5))
    local = middle - (middle.mean(0) if len(middle) else 0.0)
    columns = np.column_stack([area, np.linalg.norm(area, axis=1), (area * local).sum(1)])
    np.add.at(sums, building, columns)
    closed = (np.linalg.norm(sums[:, :3], axis=1) < CLOSED * sums[:, 3]) & (sums[:, 4] > 0.0)
    return _Casters(xyz, building, closed[building], len(buildings))


def _joined(a: _Casters, b: _Casters) -> _Casters:
    return _Casters(
        np.concatenate([a.xyz, b.xyz]),
        np.concatenate([a.building, b.building + a.n]),
        np.concatenate([a.upright, b.upright]),
        a.n + b.n,
    )


def _each_shadow(casters: _Casters, sun: NDArray[np.float64]) -> NDArray[np.object_]:
    """Shadow of each building on level ground, object array (n,) of shapely shapes."""
    import shapely

    xyz = casters.xyz
    plan = xyz[:, :, :2] - xyz[:, :, 2:] * (sun[:2] / sun[2])
    lit = np.cross(xyz[:, 1] - xyz[:, 0], xyz[:, 2] - xyz[:, 0]) @ sun > 0.0
    edge, other = plan[:, 1] - plan[:, 0], plan[:, 2] - plan[:, 0]
    area = 0.5 * np.abs(edge[:, 0] * other[:, 1] - edge[:, 1] * other[:, 0])
    kept = np.flatnonzero((lit | ~casters.upright) & (area > SLIVER_M2))
    order = kept[np.argsort(casters.building[kept], kind="stable")]
    polygons = shapely.polygons(plan[order])
    present, starts = np.unique(casters.building[order], return_index=True)
    shadows = np.full(casters.n, shapely.Polygon(), object)
    for building, (start, stop) in zip(present, pairwise(np.append(starts, len(order))), strict=True):
        shadows[building] = shapely.union_all(polygons[start:stop])
    return shadows


def _on_terrain(
    city: CityModel,
    today: Buildings,
    alternative: Buildings | CityModel | None,
    terrain: Triangles,
    spacing: float,
    bbox: Box | None,
    direction: NDArray[np.float64],
    up: NDArray[np.bool_],
    progress: Callable[[int, int], None] | None,
) -> list[list[object]]:
    """Squares in shadow around points of a grid on the terrain."""
    if bbox is None and np.isnan(city.bounds).any():
        raise ValueError("the city is empty: say by bbox where shadows are looked for")
    around = MARGIN_M * np.array([-1.0, -1.0, 1.0, 1.0])
    low_x, low_y, high_x, high_y = checked_box(city.bounds[[0, 1, 3, 4]] + around) if bbox is None else bbox
    check_size((low_x, low_y, high_x, high_y), spacing, "spacing_m")
    x = spacing * (np.arange(np.floor(low_x / spacing), np.ceil(high_x / spacing)) + 0.5)
    y = spacing * (np.arange(np.floor(low_y / spacing), np.ceil(high_y / spacing)) + 0.5)
    plan = np.column_stack([k.ravel() for k in np.meshgrid(x, y)])
    xyz = np.column_stack([plan, ground_height(city, plan, today, terrain) + LIFT_M])
    cell = np.floor(plan / GRID_M).astype(np.int64)
    scenes = [obstacles(city, today, None, terrain)]
    if isinstance(alternative, Buildings):
        scenes.append(obstacles(city, alternative, None, terrain))
    elif alternative is not None:
        scenes.append(obstacles(city, today, alternative, terrain))
    dark = np.zeros((len(direction), len(scenes), len(plan)), bool)
    shining = np.flatnonzero(up)
    sun = direction[shining].astype(np.float32)
    for corner in np.unique(cell, axis=0):
        points = np.flatnonzero((cell == corner).all(1))
        shift = np.array([*(GRID_M * corner), 0.0])
        origins = (xyz[points] - shift).astype(np.float32)
        trees = [scene.tree(shift - city.origin) for scene in scenes]

        def cast(
            start: int, stop: int, trees: list[Bvh] = trees, origins: NDArray[np.float32] = origins
        ) -> list[NDArray[np.bool_]]:
            rays = np.repeat(sun[start:stop], len(origins), axis=0)
            return [any_hit(tree, origins, rays, T_MIN_M, np.float32(np.inf)) for tree in trees]

        for k, pair in zip(shining, map_blocks(cast, len(shining), 1), strict=True):
            dark[k][:, points] = pair
    result = []
    for k in range(len(direction)):
        masks = [*dark[k]]
        if len(masks) == 2:
            masks += [masks[1] & ~masks[0], masks[0] & ~masks[1]]
        result.append([_squares(mask.reshape(len(y), len(x)), x, y, spacing) for mask in masks])
        if progress is not None:
            progress(k + 1, len(direction))
    return result


def _squares(mask: NDArray[np.bool_], x: NDArray[np.float64], y: NDArray[np.float64], spacing: float) -> object:
    """Union of the squares of a grid where a mask (rows, columns) is True, by runs along the rows."""
    import shapely

    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, first = np.nonzero(edges == 1)
    last = np.nonzero(edges == -1)[1] - 1
    half = spacing / 2.0
    return shapely.union_all(shapely.box(x[first] - half, y[row] - half, x[last] + half, y[row] + half))
