"""What new buildings take from their neighbours: sun hours on given dates, and irradiation of the year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.buildings import Buildings
from citytwin.model.city import CityModel
from citytwin.model.irradiation import Irradiation
from citytwin.model.ragged import row_of, take_ragged
from citytwin.model.shadow_impact import VISIBLE_LOSS_H, VISIBLE_LOSS_KWH_M2, ShadowImpact, SurfaceLosses
from citytwin.model.sun import Day, as_dates
from citytwin.model.sun_hours import SunReceivers
from citytwin.model.trees import Trees
from citytwin.model.triangles import Triangles
from citytwin.model.weather import Weather
from citytwin.solar.edits import as_built, block_of, check_stands, shaded_by, surroundings
from citytwin.solar.ground_irradiation import annual_of_places, seen_sky
from citytwin.solar.horizon import Horizon
from citytwin.solar.irradiate import irradiate
from citytwin.solar.open_ground import far_findings, relief_of, standing_footprints, within
from citytwin.solar.samples import LIFT_M, SPACING_M
from citytwin.solar.scene import HALO_M, is_roof
from citytwin.solar.sun_hours import (
    STEP_MINUTES,
    afar,
    check_numbers,
    gather_places,
    hours_seen,
    is_bare,
    names_of,
    provenance_of,
    tree_words,
)
from citytwin.solar.sun_path import SunSteps, local_clock
from citytwin.solar.sun_rays import (
    TILE_M,
    Obstacles,
    buildings_of,
    by_cell,
    obstacles,
    outdoors,
    seen_directions,
    seen_rays,
    turned_round,
)
from citytwin.solar.sun_receivers import STOREY_M
from citytwin.solar.surroundings import Albedo, Surroundings
from citytwin.solar.touched import NEARLY_BEHIND, aimed_at

if TYPE_CHECKING:
    import geopandas as gpd

NEIGHBOURS_M = 120.0
"""Side of the tiles whose points cast the same rays at new buildings."""

DATES = ("2026-03-21", "2026-06-22")
LEVEL = "fast"


def shadow_impact(
    city: CityModel,
    new_buildings: CityModel,
    weather: Weather,
    dates: Day | Iterable[Day] = DATES,
    points: gpd.GeoDataFrame | Sequence[gpd.GeoDataFrame] | None = None,
    *,
    irradiation: Irradiation | None = None,
    level: str | None = None,
    timezone: str | None = None,
    time: str = "legal",
    minimum_altitude: float = 0.0,
    step_minutes: float = STEP_MINUTES,
    sample_height_m: float = 0.0,
    storey_height_m: float = STOREY_M,
    spacing_m: float = SPACING_M,
    context: CityModel | Triangles | None = None,
    terrain: Triangles | CityModel | None = None,
    buildings: Buildings | None = None,
    trees: Trees | None = None,
    horizon: Horizon | None = None,
    albedo: Albedo = None,
    halo_m: float = HALO_M,
) -> ShadowImpact:
    """Facades by storey, roofs, yards and points of a city that lose sun to new buildings, and how much.

    Rays are cast at a tree of the new buildings first; only places one of whose rays it stops are looked at before and
    after. Direct and diffuse irradiation of the surfaces after are those of a full run; what surroundings reflect is
    left as it was, see :func:`with_added` for a run that follows it. Points of yards and grids that new buildings stand
    on are left out, and counted: they lose the ground, not the sun.

    Parameters
    ----------
    city : CityModel
    new_buildings : CityModel
        In the same CRS. All its buildings stand afterwards, whatever status they have in it: planned ones are what a
        plan holds.
    weather : Weather
        Gives the irradiation of the year, the clock where `timezone` does not, and the place of a city without a CRS.
    dates : date, ISO text, or an iterable of them
        For sun hours; default 21 March and 22 June.
    points : GeoDataFrame or a sequence of them, optional
        More places, as in :func:`sun_hours`: points of a grid, yards as polygons.
    irradiation : Irradiation, optional
        Of all of `city` under this weather, where it is known already: the usual way, so that many alternatives cost
        little each. Else it is computed.
    level : str, optional
        As in :func:`irradiate`; default that of `irradiation`, else "fast".
    trees, horizon, albedo, halo_m
        As in :func:`irradiate`, which `irradiation` was computed with. Trees shade in the irradiation and in the hours.
    timezone, time, minimum_altitude, step_minutes, sample_height_m, storey_height_m, spacing_m, context, terrain, \
buildings
        As in :func:`sun_hours`.

    Returns
    -------
    ShadowImpact

    Raises
    ------
    ValueError
        Models in different CRS, no new buildings, buildings of another city, an irradiation of something else than the
        whole city as it stands or computed with other arguments, or a number out of range.
    TypeError
        Dates, trees, context, terrain or buildings of another type.

    Examples
    --------
    >>> import citytwin as ct
    >>> stock = ct.synthetic.city(8, seed=1)
    >>> city, tower = stock.select(rows=[0, 1, 2, 3, 4, 5, 6]), stock.select(rows=[7])
    >>> weather = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    >>> impact = ct.solar.shadow_impact(city, tower, weather, timezone="Europe/Helsinki")
    >>> bool((impact.hours_lost >= 0).all())
    True
    """
    days = as_dates(dates)
    check_numbers(minimum_altitude, step_minutes, storey_height_m, spacing_m, sample_height_m)
    clock = local_clock(city, weather, None, None, timezone, time)
    buildings, terrain = buildings_of(city, buildings), relief_of(city, terrain)
    new_buildings = as_built(city, new_buildings)
    places = gather_places(
        city, buildings, points, True, storey_height_m, spacing_m, sample_height_m, terrain
    )  # fmt: skip
    trees = Trees.of_city(city) if trees is None else trees
    if irradiation is None:
        irradiation = irradiate(
            city, weather, context, level or LEVEL, buildings=buildings, trees=trees, horizon=horizon, albedo=albedo,
            halo_m=halo_m,
        )  # fmt: skip
    elif level not in (None, irradiation.level):
        raise ValueError(f"the irradiation is of level {irradiation.level!r}, not {level!r}: leave one of them out")
    check_stands(irradiation, city, buildings)
    around = surroundings(irradiation, city, weather, trees, horizon, albedo, halo_m)
    block = block_of(city, new_buildings)
    before = obstacles(city, buildings, context, terrain, halo_m)
    after = Obstacles(np.concatenate([before.triangles, block]), halo_m)
    rows, annual_after = shaded_by(irradiation, city, buildings, block, after, around)
    bare = [is_bare(day, clock.latitude) for day in days]
    steps = [clock.steps(day, minimum_altitude, step_minutes) for day in days]
    footprints = standing_footprints(new_buildings.buildings())
    findings = far_findings(city, buildings, places, halo_m) + afar(city, weather)
    places, covered, n_covered = _not_built_over(city, places, footprints)
    annual = _Annual(irradiation, rows, annual_after)
    places = _outside(places, irradiation, city)
    new = Obstacles(block, halo_m)
    stopped = _stopped(city, places, new, steps, irradiation.dome.direction)
    listed = np.unique(row_of(places.offsets)[stopped])
    found, _, kept = outdoors(city, places.take(listed), before)
    stopped = stopped[take_ragged(places.offsets, listed)[1]][kept]
    if not len(trees):
        lost = _hours_lost(city, found, stopped, new, before, steps)
        owner = row_of(found.offsets)
        losing = (found.building < 0) | (np.bincount(owner, lost.any(1), minlength=len(found)) > 0)
        points = losing[owner]
        found, stopped, lost = found.take(np.flatnonzero(losing)), stopped[points], lost[points]
    hours = hours_seen(city, found, before, steps, trees, bare)
    later = hours.copy()
    if len(trees):
        later[stopped] = hours_seen(city, found.keep(stopped), after, steps, trees, bare)
    else:
        later -= lost
    built_over = np.zeros(len(found), np.int64)
    built_over[found.building < 0] = covered[listed][places.building[listed] < 0]
    energy = annual.of(city, found, before, new, around)
    conventions = {
        "sky": "sun hours: clear sky, geometry only, no refraction; irradiation: weather year, reflections as before",
        "time": clock.words,
        "minimum_sun_altitude_deg": minimum_altitude,
        "step_minutes": step_minutes,
        "ground_sample_height_m": sample_height_m + LIFT_M,
        "facade_sample_height": f"middle of storeys of {storey_height_m:g} m from the ground of the building",
        "spacing_m": spacing_m,
        "trees": tree_words(trees),
        "halo_m": halo_m,
    }
    impact = ShadowImpact(
        receivers=found,
        building_id=names_of(buildings, found),
        origin=city.origin,
        crs=city.crs,
        conventions=conventions,
        findings=findings,
        provenance=provenance_of(city, weather, new_buildings).with_parameters(
            **{f"impact_{name}": value for name, value in conventions.items()},
            impact_dates=[str(day) for day in days],
            impact_solar_level=irradiation.level,
        ),
        dates=days,
        sample_before=hours,
        sample_after=later,
        annual_before=energy[0],
        annual_after=energy[1],
        built_over=built_over,
        points_built_over=n_covered,
        surfaces=annual.losers(city, buildings),
        looked_at=len(places),
        level=irradiation.level,
        footprints_today=standing_footprints(buildings),
        footprints_new=footprints,
        synthetic=city.provenance.synthetic,
        weather=f"{weather.place}{' (synthetic)' if weather.synthetic else ''}",
    )
    return _sorted(impact)


class _Annual:
    """Irradiation of the year before and after, by surface of the city."""

    def __init__(self, irradiation: Irradiation, rows: NDArray[np.int64], after: NDArray[np.float64]) -> None:
        n = int(irradiation.surface.max()) + 2 if len(irradiation) else 1
        self.irradiation = irradiation
        self.before, self.after = np.full(n, np.nan), np.full(n, np.nan)
        self.before[irradiation.surface] = self.after[irradiation.surface] = irradiation.annual
        self.after[irradiation.surface[rows]] = after

    def losers(self, city: CityModel, buildings: Buildings) -> SurfaceLosses:
        """Surfaces that lose, the greatest loss in kWh first."""
        sun = self.irradiation
        lost = (self.before - self.after)[sun.surface]
        kept = np.flatnonzero(lost > VISIBLE_LOSS_KWH_M2)
        kept = kept[np.argsort(-(lost * sun.area)[kept], kind="stable")]
        rows = sun.surface[kept]
        return SurfaceLosses(
            surface=rows.astype(np.int64),
            building_id=buildings.id[sun.building[kept]],
            kind=np.where(is_roof(city, rows), "roof", "facade").astype(object),
            azimuth=city.surfaces.azimuth[rows],
            area=sun.area[kept],
            before=self.before[rows],
            after=self.after[rows],
        )

    def of(
        self, city: CityModel, places: SunReceivers, before: Obstacles, new: Obstacles, around: Surroundings
    ) -> list[NDArray[np.float64]]:
        """Before and after in kWh/m2, each (n,)."""
        result = [column[places.surface] for column in (self.before, self.after)]
        ground = np.flatnonzero(places.building < 0)
        part = places.take(ground)
        for column, seen in zip(result, seen_sky(city, part, before, new, self.irradiation, around), strict=True):
            column[ground] = annual_of_places(self.irradiation, seen, part.normal)
        return result


def _not_built_over(
    city: CityModel, places: SunReceivers, footprints: NDArray[np.object_]
) -> tuple[SunReceivers, NDArray[np.int64], int]:
    """Places without the points of yards and grids inside new buildings; how many each has lost, and in all."""
    row = row_of(places.offsets)
    covered = (places.building < 0)[row]
    covered[covered] = within(places.xyz[covered, :2] + city.origin[:2], footprints)
    lost, left = (np.bincount(row[points], minlength=len(places)) for points in (covered, ~covered))
    return places.keep(~covered), lost[left > 0], int(covered.sum())


def _outside(places: SunReceivers, irradiation: Irradiation, city: CityModel) -> SunReceivers:
    """Places on the side of their surfaces that the irradiation found to be outside."""
    n = len(city.surfaces) + 1
    normal = np.zeros((n, 3))
    normal[irradiation.exposure.surface] = irradiation.exposure.normal
    return turned_round(places, np.flatnonzero((normal[places.surface] * places.normal).sum(1) < 0.0))


def _stopped(
    city: CityModel,
    places: SunReceivers,
    new: Obstacles,
    steps: Sequence[SunSteps],
    patches: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Points whose ray to the sun on one of the days new buildings stop (s,).

    Of yards and points also those from which they hide a patch of the sky.
    """
    sun = np.concatenate([day.direction for day in steps])
    row = row_of(places.offsets)
    first = places.xyz[places.offsets[:-1]]
    ground = places.building < 0
    group = places.building.copy()
    tiles = np.unique(np.floor(first[ground, :2] / TILE_M), axis=0, return_inverse=True)[1].ravel()
    group[ground] = tiles + places.building.max(initial=-1) + 1
    stopped = np.zeros(len(row), bool)
    for of_ground, directions in ((False, sun), (True, np.concatenate([sun, patches]))):
        chosen = np.flatnonzero(ground == of_ground)
        if not len(chosen) or not len(new.triangles) or not len(directions):
            continue
        part = places.take(chosen)
        present, number = np.unique(group[chosen], return_inverse=True)
        aimed = aimed_at(new.triangles, part.xyz, number[row_of(part.offsets)], len(present), directions)
        some = np.flatnonzero(aimed.any(1)[number])
        wanted = directions[aimed.any(0)]
        for rows, bvh, shift in by_cell(city, part.take(some), new):
            one = part.take(some[rows])
            before = (one.normal.astype(np.float32) @ wanted.astype(np.float32).T > NEARLY_BEHIND).sum(1)
            seen = seen_directions(bvh, one, shift, [wanted])[:, 0]
            points = take_ragged(places.offsets, chosen[some[rows]])[1]
            stopped[points] = seen < before[row_of(one.offsets)]
    return stopped


def _hours_lost(
    city: CityModel,
    places: SunReceivers,
    stopped: NDArray[np.bool_],
    new: Obstacles,
    before: Obstacles,
    steps: Sequence[SunSteps],
) -> NDArray[np.float32]:
    """Hours that points lose on each day, float32 (s, k): rays that are free now and that new buildings stop."""
    lost = np.zeros((len(stopped), len(steps)), np.float32)
    part = places.keep(stopped)
    losing, row = np.flatnonzero(stopped), row_of(part.offsets)
    _, tile = np.unique(np.floor(part.xyz[part.offsets[:-1], :2] / NEIGHBOURS_M), axis=0, return_inverse=True)
    tile = tile.ravel()
    sun = np.concatenate([day.direction for day in steps])
    day_of = np.repeat(np.arange(len(steps)), [len(day.hours) for day in steps])
    length = np.concatenate([day.hours for day in steps])
    aimed = aimed_at(new.triangles, part.xyz, tile[row], int(tile.max(initial=-1)) + 1, sun)
    for k in range(len(aimed)):
        rows = np.flatnonzero(tile == k)
        points, some = losing[np.isin(row, rows)], part.take(rows)
        wanted = np.flatnonzero(aimed[k])
        for inner, bvh, shift in by_cell(city, some, before):
            own, one = points[take_ragged(some.offsets, inner)[1]], some.take(inner)
            taken = seen_rays(bvh, one, shift, sun[wanted]) & ~seen_rays(new.tree(shift), one, shift, sun[wanted])
            for day in range(len(steps)):
                lost[own, day] = taken[:, day_of[wanted] == day] @ length[wanted[day_of[wanted] == day]]
    return lost


def _sorted(impact: ShadowImpact) -> ShadowImpact:
    """Places that lose anything, by the greatest loss of hours, then of energy."""
    worst = impact.hours_lost.max(1, initial=0.0)
    loss = np.nan_to_num(impact.annual_lost)
    on_ground = impact.receivers.building < 0
    kept = np.flatnonzero((worst > VISIBLE_LOSS_H) | (on_ground & (loss > VISIBLE_LOSS_KWH_M2)))
    order = kept[np.lexsort((-loss[kept], -worst[kept]))]
    places = impact.receivers.take(order)
    points = take_ragged(impact.receivers.offsets, order)[1]
    return replace(
        impact,
        receivers=places,
        building_id=impact.building_id[order],
        sample_before=impact.sample_before[points],
        sample_after=impact.sample_after[points],
        annual_before=impact.annual_before[order],
        annual_after=impact.annual_after[order],
        built_over=impact.built_over[order],
    )
