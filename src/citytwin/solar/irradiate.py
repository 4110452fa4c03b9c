"""Irradiation of a city: cast once per geometry, then weather is linear algebra."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from citytwin._threads import map_blocks
from citytwin.kernels.bvh import build_bvh
from citytwin.kernels.hourly_irradiance import group_means, monthly_irradiation
from citytwin.kernels.reinhart import extend_behind, projected_solid_angles, sky_view
from citytwin.model.buildings import Buildings
from citytwin.model.city import CityModel
from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.irradiation import Exposure, Irradiation, SkyDome, reflected_gain
from citytwin.model.provenance import Provenance
from citytwin.model.sun import month_of_hour
from citytwin.model.triangles import GRID_M, Triangles
from citytwin.model.weather import Weather
from citytwin.solar.samples import SPACING_M, look_at_sky
from citytwin.solar.scene import HALO_M, Receivers, around_cell, cell_rings, occluders, receivers_of
from citytwin.solar.sky_dome import SKIES, sky_dome

FACTORS = {"draft": 1}
"""Subdivision of the sky at each level."""

PATCH_REACH = 0.25
"""Sine of the angle behind a surface up to which patches count as its own: more than a patch is wide."""

SURFACES_A_BLOCK = 256


def irradiate(
    city: CityModel,
    weather: Weather,
    context: CityModel | Triangles | None = None,
    level: str = "draft",
    sky: str = "perez",
    buildings: Buildings | None = None,
    albedo: float = 0.2,
    progress: Callable[[int, int], None] | None = None,
) -> Irradiation:
    """Irradiation of the walls and roofs of today's buildings, shaded by each other and by themselves.

    Samples on a 2 m grid look at 145 patches of the sky; the share of a surface that sees each patch is kept, and gives
    diffuse radiation with any sky, direct radiation with any sun. A building's result does not depend on what else is
    computed with it, as long as everything within 500 m of its cell of the 1 km grid is in `city` or `context`.

    Parameters
    ----------
    city : CityModel
        Its existing buildings and those of unknown status receive and shade; planned ones, and those under
        construction, do neither.
    weather : Weather
    context : CityModel or Triangles, optional
        What shades besides: the standing buildings of another model in the same CRS, a mesh.
    level : {"draft"}
        145 patches.
    sky : {"perez", "isotropic"}
        Distribution of the diffuse radiation over the sky.
    buildings : Buildings, optional
        Of `city`; an alternative may give them another status. Default ``city.buildings()``.
    albedo : float, default 0.2
        Reflectance of ground and facades, below 1.
    progress : callable, optional
        Called with surfaces done and surfaces in all.

    Returns
    -------
    Irradiation

    Raises
    ------
    ValueError
        Unknown level or sky, albedo outside 0 to 1, or a context in another CRS.

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
    >>> sun = ct.solar.irradiate(city, weather)
    >>> bool(weather.ghi.sum() / 1000 < sun.annual.max() < 1.4 * weather.ghi.sum() / 1000)
    True
    """
    if level not in FACTORS:
        raise ValueError(f"level {level!r} does not exist; there is {', '.join(map(repr, FACTORS))}")
    if sky not in SKIES:
        raise ValueError(f"sky {sky!r} does not exist; there are {', '.join(map(repr, SKIES))}")
    if not 0.0 <= albedo < 1.0:
        raise ValueError(f"albedo must be from 0 to below 1, not {albedo}")
    if isinstance(context, CityModel) and context.crs != city.crs:
        raise ValueError(f"the context is in {context.crs}, the city in {city.crs}")
    if buildings is None:
        buildings = city.buildings()
    receivers = receivers_of(city, buildings)
    dome = sky_dome(weather, sky, FACTORS[level])
    exposure, turned = _exposure(city, receivers, occluders(city, buildings, context), dome, progress)
    monthly, view = _monthly(exposure, dome, albedo)
    n = len(exposure.surface)
    return Irradiation(
        surface=exposure.surface,
        building=np.repeat(exposure.building, np.diff(exposure.offsets)),
        area=exposure.area,
        outdoor_share=exposure.share,
        monthly=monthly,
        sky_view=view,
        level=level,
        sky=sky,
        albedo=albedo,
        dome=dome,
        exposure=exposure,
        row=np.arange(n),
        findings=_turned_findings(city, buildings, exposure, turned),
        provenance=(city.provenance + weather.provenance + _context_provenance(context)).with_parameters(
            solar_level=level, solar_sky=sky, solar_albedo=albedo, solar_halo_m=HALO_M, solar_spacing_m=SPACING_M
        ),
    )


def _exposure(
    city: CityModel,
    receivers: Receivers,
    triangles: NDArray[np.float64],
    dome: SkyDome,
    progress: Callable[[int, int], None] | None,
) -> tuple[Exposure, NDArray[np.bool_]]:
    """What every receiver sees, cell by cell, and which were turned round."""
    directions = dome.patches.direction
    n = len(receivers.surface)
    normal, share, area = np.zeros((n, 3)), np.zeros(n), np.zeros(n)
    visible, turned = np.zeros((n, len(directions)), np.uint8), np.zeros(n, bool)
    sizes = np.diff(receivers.offsets)
    cells, cell_of = np.unique(receivers.cell, axis=0, return_inverse=True)
    done = 0
    for k, cell in enumerate(cells):
        rows = np.flatnonzero(np.repeat(cell_of == k, sizes))
        shift = np.array([*(GRID_M * cell), 0.0]) - city.origin
        bvh = build_bvh(around_cell(triangles, shift))
        seen = look_at_sky(bvh, cell_rings(city, receivers.surface[rows], shift), directions)
        extend_behind(seen.visible, seen.normal, directions, PATCH_REACH)
        normal[rows], visible[rows], share[rows], area[rows], turned[rows] = seen
        done += len(rows)
        if progress is not None:
            progress(done, n)
    exposure = Exposure(
        surface=receivers.surface.astype(np.int32),
        offsets=receivers.offsets,
        building=receivers.building.astype(np.int32),
        normal=normal,
        visible=visible,
        share=share,
        area=area,
    )
    return exposure, turned


def _monthly(exposure: Exposure, dome: SkyDome, albedo: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Monthly sums in kWh/m2 with reflections (n, 12), and sky view factors (n,)."""
    month = month_of_hour()[dome.hour]
    monthly_sky = np.zeros((len(dome.patches.direction), 12))
    for k in range(12):
        monthly_sky[:, k] = dome.radiance[:, month == k].sum(1, dtype=np.float64)

    def block(start: int, stop: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        visible, normal = exposure.visible[start:stop], exposure.normal[start:stop]
        projected = projected_solid_angles(normal, dome.patches.cells, dome.patches.solid_angle, 0.0)
        sums = monthly_irradiation(visible, normal, projected, monthly_sky, dome.sun, month)
        return sums, sky_view(visible, projected)

    blocks = map_blocks(block, len(exposure.surface), SURFACES_A_BLOCK)
    primary = np.concatenate([np.empty((0, 12)), *(sums for sums, _ in blocks)])
    view = np.concatenate([np.empty(0), *(views for _, views in blocks)])
    mean = group_means(primary, exposure.area, exposure.offsets)
    gain = reflected_gain(albedo, view, exposure.share)
    return (primary + gain[:, None] * np.repeat(mean, np.diff(exposure.offsets), axis=0)) / 1000.0, view


def _turned_findings(city: CityModel, buildings: Buildings, exposure: Exposure, turned: NDArray[np.bool_]) -> Findings:
    building = np.repeat(exposure.building, np.diff(exposure.offsets))
    return Findings.of(
        Finding(
            1801, "SURFACE_FACES_INSIDE", str(buildings.id[building[i]]), city.surfaces.polygon_id[exposure.surface[i]],
            Severity.WARNING, Action.HEALED, "the outside is behind the polygon: sun is computed for its other side",
        )
        for i in np.flatnonzero(turned)
    )  # fmt: skip


def _context_provenance(context: CityModel | Triangles | None) -> Provenance:
    return context.provenance if isinstance(context, CityModel) else Provenance()
