"""Irradiation of a city: cast once per geometry, then weather is linear algebra."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from citytwin._threads import map_blocks
from citytwin.model.buildings import Buildings
from citytwin.model.city import CityModel
from citytwin.model.irradiation import Irradiation
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import row_of
from citytwin.model.sample_map import SampleMap
from citytwin.model.sky_dome import Exposure, SkyDome, months_of, sky_view_of
from citytwin.model.trees import Trees
from citytwin.model.triangles import Triangles
from citytwin.model.weather import Weather
from citytwin.solar.crowns import leaf_state
from citytwin.solar.exposure import Exposed, expose
from citytwin.solar.horizon import Horizon
from citytwin.solar.levels import LEVELS
from citytwin.solar.reflections import BOUNCES
from citytwin.solar.samples import SPACING_M
from citytwin.solar.scene import HALO_M, check_buildings, scene_of, turned_findings
from citytwin.solar.sky_dome import SKIES, sky_dome
from citytwin.solar.surroundings import Albedo, surroundings_of
from citytwin.solar.terrain import terrain_findings
from citytwin.solar.true_north import true_north

SURFACES_A_BLOCK = 256


def irradiate(
    city: CityModel,
    weather: Weather,
    context: CityModel | Triangles | None = None,
    level: str = "standard",
    sky: str = "perez",
    buildings: Buildings | None = None,
    trees: Trees | None = None,
    horizon: Horizon | None = None,
    albedo: Albedo = None,
    bounces: int = BOUNCES,
    halo_m: float = HALO_M,
    samples: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Irradiation:
    """Irradiation of the walls and roofs of today's buildings, shaded by each other, by terrain and by trees.

    Samples on a 2 m grid look into the sky; the share of a surface that sees each direction is kept, and gives diffuse
    radiation with any sky, direct radiation with any sun. Ground and facades send back what they get themselves. A
    building's result does not depend on what else is computed with it, as long as everything within `halo_m` of its
    cell of the 1 km grid is in `city` or `context`.

    Parameters
    ----------
    city : CityModel
        Its existing buildings and those of unknown status receive and shade; planned ones, and those under
        construction, do neither.
    weather : Weather
        Snow lies when it says so, else by temperature, see :func:`citytwin.solar.snow.snow_cover`.
    context : CityModel or Triangles, optional
        What shades besides: the standing buildings and the terrain of another model in the same CRS, a mesh.
    level : {"draft", "fast", "standard", "exact"}
        145, 577 or 2305 directions with the sun between the three nearest to it, or 2305 and the sun of every hour.
    sky : {"perez", "isotropic"}
        Distribution of the diffuse radiation over the sky.
    buildings : Buildings, optional
        Of `city`; an alternative may give them another status. Default ``city.buildings()``.
    trees : Trees, optional
        By default those of `city`. They carry leaves by the season at the latitude of the weather. Crowns dim what
        surfaces and ground get from sky and sun, not what these send each other.
    horizon : Horizon, optional
        Skyline of what is farther than the halo.
    albedo : float or mapping, optional
        Reflectance below 1: one for everything and all year, or by ``"ground"``, ``"snow"``, ``"wall"``, ``"roof"``.
        What is not given is that of ``albedo.csv``, with snow on the ground and on flat roofs when it lies;
        :func:`citytwin.solar.albedo.albedo_table` has materials.
    bounces : int
        Reflections that are followed; 0 for none.
    halo_m : float, m
        Distance from a cell up to which geometry shades it.
    samples : bool
        Whether to keep the annual irradiation of every sample as well.
    progress : callable, optional
        Called with surfaces done and surfaces in all.

    Returns
    -------
    Irradiation

    Raises
    ------
    ValueError
        Unknown level or sky, albedo outside 0 to 1, negative bounces or halo, buildings of another city, a context in
        another CRS, or a vertex of city or context that is not finite.
    TypeError
        A context, horizon, trees or weather of another type, bounces or an albedo that are no numbers.

    References
    ----------
    R. Perez, R. Seals, J. Michalsky, Solar Energy 50(3), 1993, doi:10.1016/0038-092X(93)90017-I (sky).
    P. R. Tregenza, I. M. Waters, "Daylight coefficients", Lighting Research & Technology 15(2), 1983, pp. 65-71,
    doi:10.1177/096032718301500201 (geometry apart from sky).

    Examples
    --------
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(2, seed=1)
    >>> weather = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    >>> sun = ct.solar.irradiate(city, weather, level="fast")
    >>> bool(weather.ghi.sum() / 1000 < sun.annual.max() < 1.4 * weather.ghi.sum() / 1000)
    True
    """
    _check(city, context, level, sky)
    if buildings is None:
        buildings = city.buildings()
    else:
        check_buildings(city, buildings)
    around = surroundings_of(city, weather, trees, horizon, albedo, bounces, halo_m)
    trees = around.trees
    dome = sky_dome(
        weather,
        sky,
        LEVELS[level],
        leaf_state(weather.latitude, weather.altitude) if len(trees) else None,
        around.ground_state,
        true_north(city, weather.latitude, weather.longitude),
    )
    scene = scene_of(city, buildings, context)
    exposed = expose(scene, dome, around, samples, progress)
    exposure = exposed.exposure
    monthly, view = monthly_sums(exposure, dome)
    building = np.repeat(exposure.building, np.diff(exposure.offsets))
    turned = exposed.turned
    findings = turned_findings(city, buildings, exposure.surface[turned], building[turned])
    findings += terrain_findings(city, buildings, scene.models[0].receivers, scene.terrain) + around.findings
    return Irradiation(
        surface=exposure.surface,
        building=building,
        area=exposure.area,
        outdoor_share=exposure.share,
        monthly=monthly,
        sky_view=view,
        level=level,
        sky=sky,
        bounces=bounces,
        dome=dome,
        exposure=exposure,
        row=np.arange(len(exposure.surface)),
        samples=_sample_map(city, exposed, monthly.sum(1)) if samples else None,
        findings=findings,
        provenance=(city.provenance + weather.provenance + _context_provenance(context)).with_parameters(
            solar_level=level, solar_sky=sky,
            solar_albedo={**around.albedo, "ground": around.ground_albedo.round(4).tolist()},
            solar_bounces=bounces, solar_halo_m=halo_m, solar_spacing_m=SPACING_M, solar_trees=len(trees),
            solar_horizon=horizon is not None,
        ),
    )  # fmt: skip


def _sample_map(city: CityModel, exposed: Exposed, annual: NDArray[np.float64]) -> SampleMap:
    """Annual irradiation of the samples, with what their surface gets besides sky and sun spread evenly."""
    owner = row_of(exposed.offsets)
    sums = exposed.sums / 1000.0
    mean = np.bincount(owner, sums, minlength=len(annual)) / np.maximum(np.diff(exposed.offsets), 1)
    points = exposed.points + city.origin
    spread = (sums + (annual - mean)[owner]).astype(np.float32)
    return SampleMap(exposed.exposure.surface, exposed.offsets, points, spread, city.crs)


def _check(city: CityModel, context: CityModel | Triangles | None, level: str, sky: str) -> None:
    if context is not None and not isinstance(context, CityModel | Triangles):
        raise TypeError(f"context must be a CityModel or Triangles, not {type(context).__name__}")
    if level not in LEVELS:
        raise ValueError(f"level {level!r} does not exist; there are {', '.join(map(repr, LEVELS))}")
    if sky not in SKIES:
        raise ValueError(f"sky {sky!r} does not exist; there are {', '.join(map(repr, SKIES))}")
    if isinstance(context, CityModel) and context.crs != city.crs:
        raise ValueError(f"the context is in {context.crs}, the city in {city.crs}")
    for name, model in (("city", city), ("context", context)):
        if isinstance(model, CityModel):
            _check_vertices(name, model)


def _check_vertices(name: str, model: CityModel) -> None:
    broken = np.flatnonzero(~np.isfinite(model.vertices).all(1))
    if len(broken):
        ring = np.searchsorted(model.rings.ring_vertices, broken[0], side="right") - 1
        surface = int(np.searchsorted(model.rings.surface_rings, ring, side="right")) - 1
        owner = model.objects.id[int(model.surfaces.object[surface])]
        raise ValueError(
            f"{len(broken)} vertices of the {name} are not finite, the first in polygon {surface} of {owner!r}: "
            f"correct them, or leave the object out with city.select"
        )


def monthly_sums(exposure: Exposure, dome: SkyDome) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Monthly sums in kWh/m2 (n, 12), and sky view factors (n,)."""

    def block(start: int, stop: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        rows = np.arange(start, stop)
        return months_of(exposure, dome, rows) / 1000.0, sky_view_of(exposure, dome, rows)

    blocks = map_blocks(block, len(exposure.surface), SURFACES_A_BLOCK)
    monthly = np.concatenate([np.empty((0, 12)), *(sums for sums, _ in blocks)])
    return monthly, np.concatenate([np.empty(0), *(views for _, views in blocks)])


def _context_provenance(context: CityModel | Triangles | None) -> Provenance:
    return context.provenance if isinstance(context, CityModel) else Provenance()
