"""Hours of possible sunshine on given dates: facades by storey, roofs, yards and points."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.model.buildings import Buildings
from citytwin.model.city import CityModel
from citytwin.model.findings import Findings
from citytwin.model.place import weather_findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import row_of
from citytwin.model.sun import Day, as_dates
from citytwin.model.sun_hours import SunHours, SunReceivers
from citytwin.model.trees import Trees
from citytwin.model.triangles import Triangles
from citytwin.model.weather import Weather
from citytwin.solar.crowns import leaf_season
from citytwin.solar.open_ground import far_findings, ground_places, relief_of
from citytwin.solar.samples import LIFT_M, SPACING_M
from citytwin.solar.scene import HALO_M, turned_findings
from citytwin.solar.sun_path import SunSteps, local_clock
from citytwin.solar.sun_rays import (
    Obstacles,
    buildings_of,
    by_cell,
    kept_by_crowns,
    obstacles,
    outdoors,
    seen_directions,
    sunlight_past_own_building,
)
from citytwin.solar.sun_receivers import STOREY_M, envelope_places

if TYPE_CHECKING:
    import geopandas as gpd

STEP_MINUTES = 5.0


def sun_hours(
    city: CityModel,
    dates: Day | Iterable[Day],
    points: gpd.GeoDataFrame | Sequence[gpd.GeoDataFrame] | None = None,
    *,
    weather: Weather | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    timezone: str | None = None,
    time: str = "legal",
    minimum_altitude: float = 0.0,
    step_minutes: float = STEP_MINUTES,
    sample_height_m: float = 0.0,
    storey_height_m: float = STOREY_M,
    spacing_m: float = SPACING_M,
    surfaces: bool = True,
    own_building: bool = True,
    trees: Trees | bool = True,
    context: CityModel | Triangles | None = None,
    terrain: Triangles | CityModel | None = None,
    buildings: Buildings | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SunHours:
    """Hours the sun can shine on places on given dates, by exact rays: clear-sky geometry, no weather.

    From rise to set the sun is followed in even steps; a step counts at each point that sees the middle of the sun
    then. Refraction and the width of the sun are left out, and so is grazing light from behind a surface's own plane.
    Everything within 500 m of the 1 km cell of a place shades it. Every convention is an entry of
    ``result.conventions`` and of the provenance.

    Parameters
    ----------
    city : CityModel
        Its existing buildings and those of unknown status receive and shade.
    dates : date, ISO text, or an iterable of them
        Local days of 2000 to 2050; of a datetime or Timestamp its date.
    points : GeoDataFrame or a sequence of them, optional
        More places: points, see :func:`ground_grid`, and yards as polygons, see :func:`courtyards`; yards get points
        every `spacing_m` outside buildings. Heights are those of the geometry, else of terrain or nearest building. A
        table without a CRS is taken as in that of the city.
    weather : Weather, optional
        Gives the clock where `timezone` does not, and the place of a city without a CRS. Weather from afar is a
        finding.
    latitude, longitude : float, degrees north and east, optional
        Default those of the middle of the city where its CRS says where that is, else of the weather.
    timezone : str, optional
        Name such as ``"Europe/Helsinki"``, for legal time with daylight saving. Without one the clock is the weather's.
    time : {"legal", "standard", "solar"}
        Clock that days begin and end by.
    minimum_altitude : float, degrees
        Of the sun, for the time to count; 0 is the level horizon.
    step_minutes : float
        Longest step.
    sample_height_m : float
        Height of points and yards above the ground; 2 cm more keep rays off it.
    storey_height_m : float
        Facades are looked at in the middle of bands of this height from the ground of their building.
    spacing_m : float
        Distance of points along a storey and in yards; roofs have a 2 m grid.
    surfaces : bool
        Whether facades and roofs are looked at, or `points` only.
    own_building : bool
        Whether a building shades itself; without, a facade still gets no sun from behind.
    trees : Trees or bool
        Whether trees shade, those of the city or the given ones; a step then counts with the share of the light that
        passes their crowns, bare or in leaf by the season at the latitude.
    context : CityModel or Triangles, optional
        What shades besides.
    terrain : Triangles or CityModel, optional
        Shades, and gives heights to points without one; of a model its relief.
    buildings : Buildings, optional
        All of `city`; an alternative may give them another status.
    progress : callable, optional
        Called with points done and points in all.

    Returns
    -------
    SunHours
        Facades by surface and storey, roofs, then `points` in their order. Points that nothing of the city shades,
        since they are farther from it than 500 m, are a finding.

    Raises
    ------
    ValueError
        A date, clock, place or number that is out of range, buildings of another city, tables in another CRS or with
        broken geometry.
    TypeError
        Dates, trees, context, terrain or buildings of another type.

    Examples
    --------
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(2, seed=1)
    >>> sun = ct.solar.sun_hours(city, ["2026-03-21"], timezone="Europe/Helsinki")
    >>> bool(12.0 < sun.possible[0] < 12.2 and sun.hours.max() <= sun.possible[0] + 1e-6)
    True
    """
    days = as_dates(dates)
    check_numbers(minimum_altitude, step_minutes, storey_height_m, spacing_m, sample_height_m)
    clock = local_clock(city, weather, latitude, longitude, timezone, time)
    crowns = trees_of(city, trees)
    buildings, terrain = buildings_of(city, buildings), relief_of(city, terrain)
    receivers = gather_places(city, buildings, points, surfaces, storey_height_m, spacing_m, sample_height_m, terrain)
    scene = obstacles(city, buildings, context, terrain)
    receivers, turned, _ = outdoors(city, receivers, scene)
    steps = [clock.steps(day, minimum_altitude, step_minutes) for day in days]
    bare = [is_bare(day, clock.latitude) for day in days]
    if own_building:
        hours = hours_seen(city, receivers, scene, steps, crowns, bare, progress)
    else:
        sets, leafless = _sets(steps, bare)
        light = sunlight_past_own_building(city, buildings, receivers, context, terrain, crowns, sets, leafless)
        hours = _as_hours(light, steps)
    conventions = {
        "sky": "clear sky, geometry only, no refraction, centre of the sun",
        "time": clock.words,
        "latitude": clock.latitude,
        "longitude": clock.longitude,
        "grid_azimuth_of_true_north_deg": clock.north_deg,
        "minimum_sun_altitude_deg": minimum_altitude,
        "step_minutes": step_minutes,
        "ground_sample_height_m": sample_height_m + LIFT_M,
        "facade_sample_height": f"middle of storeys of {storey_height_m:g} m from the ground of the building",
        "spacing_m": spacing_m,
        "own_building_shades": own_building,
        "trees": tree_words(crowns),
        "halo_m": HALO_M,
        "synthetic_city": city.provenance.synthetic,
    }
    _, first = np.unique(receivers.surface[turned], return_index=True)
    rows = np.flatnonzero(turned)[first]
    return SunHours(
        receivers=receivers,
        building_id=names_of(buildings, receivers),
        origin=city.origin,
        crs=city.crs,
        conventions=conventions,
        findings=turned_findings(city, buildings, receivers.surface[rows], receivers.building[rows])
        + far_findings(city, buildings, receivers, HALO_M)
        + afar(city, weather),
        provenance=provenance_of(city, weather, context).with_parameters(
            **{f"sun_hours_{name}": value for name, value in conventions.items()},
            sun_hours_dates=[str(day) for day in days],
        ),
        dates=days,
        sample_hours=hours,
        possible=np.array([day.hours.sum() for day in steps]),
    )


def gather_places(
    city: CityModel,
    buildings: Buildings,
    points: gpd.GeoDataFrame | Sequence[gpd.GeoDataFrame] | None,
    surfaces: bool,
    storey_height_m: float,
    spacing_m: float,
    sample_height_m: float,
    terrain: Triangles | None,
) -> SunReceivers:
    """Facades by storey and roofs of the city, then the places of the tables; points buried in buildings included."""
    frames = [] if points is None else [points] if hasattr(points, "geometry") else list(points)
    places = envelope_places(city, buildings, storey_height_m, spacing_m)
    parts = [places if surfaces else places.take(np.empty(0, np.int64))]
    parts += [ground_places(city, buildings, frame, sample_height_m, spacing_m, terrain) for frame in frames]
    return SunReceivers.concat(parts)


def hours_seen(
    city: CityModel,
    receivers: SunReceivers,
    scene: Obstacles,
    steps: Sequence[SunSteps],
    trees: Trees,
    bare: Sequence[bool],
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.float32]:
    """Hours each point sees the sun on each day, less what crowns keep from it, float32 (s, k)."""
    sets, leafless = _sets(steps, bare)
    seen = np.zeros((len(receivers.xyz), len(sets)), np.int32)
    row = row_of(receivers.offsets)
    done = 0
    for rows, bvh, shift in by_cell(city, receivers, scene):
        points = np.flatnonzero(np.isin(row, rows))
        seen[points] = seen_directions(bvh, receivers.take(rows), shift, sets)
        done += len(points)
        if progress is not None:
            progress(done, len(row))
    return _as_hours(seen - kept_by_crowns(city, receivers, scene, trees, sets, leafless), steps)


def trees_of(city: CityModel, trees: Trees | bool) -> Trees:
    """The trees that shade: given ones, those of the city, or none."""
    if isinstance(trees, Trees):
        return trees
    if not isinstance(trees, bool | np.bool_):
        raise TypeError(f"trees must be Trees, True or False, not {type(trees).__name__}")
    own = Trees.of_city(city)
    return own if trees else own.take(np.empty(0, np.int64))


def tree_words(trees: Trees) -> str:
    """What conventions say about trees."""
    return f"{len(trees)}, crowns let light through, leaves by season" if len(trees) else "off"


def is_bare(day: date, latitude: float) -> bool:
    """Whether deciduous trees are without leaves."""
    first, last = leaf_season(latitude)
    number = day.timetuple().tm_yday
    return not (first <= number <= last if first <= last else number >= first or number <= last)


def names_of(buildings: Buildings, receivers: SunReceivers) -> NDArray[np.object_]:
    """Ids of the buildings of places, "" where there is none, object (n,)."""
    return np.append(buildings.id, "")[receivers.building]


def _even_parts(day: SunSteps) -> list[tuple[NDArray[np.float64], float]]:
    """Directions of one day by the length in hours they stand for: one part, or two around midnight sun."""
    return [(day.direction[day.hours == length], float(length)) for length in np.unique(day.hours)]


def _sets(steps: Sequence[SunSteps], bare: Sequence[bool]) -> tuple[list[NDArray[np.float64]], list[bool]]:
    """Directions of all parts of all days, and whether trees are bare then."""
    pairs = [(directions, state) for day, state in zip(steps, bare, strict=True) for directions, _ in _even_parts(day)]
    return [directions for directions, _ in pairs], [state for _, state in pairs]


def _as_hours(seen: NDArray[np.number], steps: Sequence[SunSteps]) -> NDArray[np.float32]:
    """Hours on each day from the number of directions seen of each part of each day."""
    hours = np.zeros((len(seen), len(steps)))
    part = 0
    for k, day in enumerate(steps):
        for _, length in _even_parts(day):
            hours[:, k] += seen[:, part] * length
            part += 1
    return hours.astype(np.float32)


def check_numbers(
    minimum_altitude: float, step_minutes: float, storey_height_m: float, spacing_m: float, sample_height_m: float
) -> None:
    """Raise ValueError where one of the numbers that :func:`sun_hours` takes is out of range."""
    if not 0.0 <= minimum_altitude < 90.0:
        raise ValueError(f"minimum_altitude must be from 0 to below 90 degrees, not {minimum_altitude}")
    check_positive(step_minutes=step_minutes, storey_height_m=storey_height_m, spacing_m=spacing_m)
    if not 0.0 <= sample_height_m < np.inf:
        raise ValueError(f"sample_height_m must not be negative, but is {sample_height_m}")


def check_positive(**numbers: float) -> None:
    """Raise ValueError where a number is not positive and finite, by its name."""
    for name, value in numbers.items():
        if not 0.0 < value < np.inf:
            raise ValueError(f"{name} must be positive, not {value}")


def afar(city: CityModel, weather: Weather | None) -> Findings:
    """Finding about weather from afar, where there is weather."""
    return Findings.of() if weather is None else weather_findings(city, weather)


def provenance_of(city: CityModel, weather: Weather | None, context: Any) -> Provenance:
    """Of everything a table of places was made from."""
    parts = [city.provenance] + [item.provenance for item in (weather, context) if hasattr(item, "provenance")]
    return sum(parts[1:], parts[0])
