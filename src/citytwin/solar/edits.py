"""Buildings added to or taken from an irradiated city, without casting everything again."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels.newell import normals as area_vectors
from citytwin.model.buildings import Buildings
from citytwin.model.city import CityModel
from citytwin.model.derive import derive_buildings
from citytwin.model.enums import Status
from citytwin.model.findings import Findings
from citytwin.model.irradiation import Irradiation
from citytwin.model.ragged import row_of
from citytwin.model.sky_dome import Exposure
from citytwin.model.terrain import terrain_surfaces
from citytwin.model.trees import Trees
from citytwin.model.triangles import GRID_M, Triangles
from citytwin.model.weather import Weather
from citytwin.solar.exposure import reflected_onto
from citytwin.solar.horizon import Horizon
from citytwin.solar.irradiate import monthly_sums
from citytwin.solar.samples import SurfaceSky
from citytwin.solar.scene import (
    HALO_M,
    Receivers,
    Scene,
    cell_rings,
    near_cell,
    receivers_of,
    scene_of,
    turned_findings,
)
from citytwin.solar.sun_rays import Obstacles, buildings_of, standing
from citytwin.solar.surroundings import Albedo, Surroundings, check_weather, surroundings_of
from citytwin.solar.touched import Change, look_again


def with_added(
    irradiation: Irradiation,
    city: CityModel,
    added: CityModel,
    weather: Weather,
    *,
    context: CityModel | Triangles | None = None,
    buildings: Buildings | None = None,
    trees: Trees | None = None,
    horizon: Horizon | None = None,
    albedo: Albedo = None,
    halo_m: float = HALO_M,
) -> tuple[CityModel, Irradiation]:
    """Irradiation of a city and new buildings: rays that these leave alone are not cast again.

    Reflections are followed anew, since every lit surface may lie in a new shadow.

    Parameters
    ----------
    irradiation : Irradiation
        Of all of `city`.
    city, added : CityModel
        Both in one CRS, without ids in common. All buildings of `added` stand, whatever status they have in it: planned
        ones are what a plan holds.
    weather, context, buildings, trees, horizon, albedo, halo_m
        What `irradiation` was computed with.

    Returns
    -------
    city : CityModel
        Both models in one, to be passed on with the irradiation. Its buildings have the status of `buildings`, and the
        new ones exist.
    irradiation : Irradiation
        As :func:`irradiate` computes it for that city, bit for bit; without a map of samples.

    Raises
    ------
    ValueError
        The models differ in CRS or share ids; `added` has no buildings, or terrain or trees; `irradiation` is not of
        the whole of `city` as it stands, or was computed with other arguments.

    Examples
    --------
    >>> import citytwin as ct
    >>> city, weather = ct.synthetic.city(3), ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    >>> tower = ct.synthetic.city(4).select(rows=[3])
    >>> both, sun = ct.solar.with_added(ct.solar.irradiate(city, weather, level="draft"), city, tower, weather)
    >>> both.n_buildings
    4
    """
    old, added = buildings_of(city, buildings), as_built(city, added)
    shared = [name for name in added.buildings().id if name in city.objects.id.lookup]
    if shared:
        raise ValueError(
            f"{len(shared)} of the new buildings are in the city already, by id {', '.join(map(repr, shared[:3]))}: "
            "leave them out of one of the two, see CityModel.select"
        )
    both = CityModel.concat([city, added])
    together = derive_buildings(both, status=np.append(old.status, added.buildings().status))
    both = with_buildings(both, together)
    check_stands(irradiation, city, old)
    around = surroundings(irradiation, city, weather, trees, horizon, albedo, halo_m)
    scene = scene_of(both, together, context)
    receivers = scene.models[0].receivers
    new = np.repeat(receivers.building, np.diff(receivers.offsets)) >= len(old)
    exposure = _laid_out(irradiation.exposure, receivers, new)
    block = block_of(city, added) + (city.origin - both.origin)
    change = look_again(
        exposure, both, receivers, block, _everything(scene, around), irradiation.dome, around, True,
        np.flatnonzero(new),
    )  # fmt: skip
    findings = _findings(irradiation.findings, both, together, exposure, change)
    return both, _assembled(irradiation, scene, around, _replaced(exposure, change), findings)


def with_removed(
    irradiation: Irradiation,
    city: CityModel,
    ids: str | Iterable[str],
    weather: Weather,
    *,
    context: CityModel | Triangles | None = None,
    buildings: Buildings | None = None,
    trees: Trees | None = None,
    horizon: Horizon | None = None,
    albedo: Albedo = None,
    halo_m: float = HALO_M,
) -> tuple[CityModel, Irradiation]:
    """Irradiation of a city without some of its buildings: only rays that they stopped are cast again.

    Parameters
    ----------
    irradiation : Irradiation
        Of all of `city`.
    city : CityModel
    ids : str or iterable of str
        Of buildings.
    weather, context, buildings, trees, horizon, albedo, halo_m
        What `irradiation` was computed with.

    Returns
    -------
    city : CityModel
        The same model, to be passed on with the irradiation: its buildings have the status of `buildings`, and those
        taken are demolished. Rows of its tables are those of `city`.
    irradiation : Irradiation
        As :func:`irradiate` computes it for that city, bit for bit; without a map of samples.

    Raises
    ------
    ValueError
        No building, or none that stands, has one of the ids; `irradiation` is not of the whole of `city` as it stands,
        or was computed with other arguments.

    Examples
    --------
    >>> import citytwin as ct
    >>> city, weather = ct.synthetic.city(3), ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    >>> sun = ct.solar.irradiate(city, weather, level="draft")
    >>> left, less = ct.solar.with_removed(sun, city, city.objects.id[0], weather)
    >>> len(less) < len(sun)
    True
    """
    buildings = buildings_of(city, buildings)
    check_stands(irradiation, city, buildings)
    gone = np.zeros(len(buildings), bool)
    gone[buildings.rows_of([ids] if isinstance(ids, str) else ids)] = True
    absent = buildings.id[gone & ~buildings.today]
    if len(absent):
        raise ValueError(f"building {absent[0]!r} does not stand: it cannot be taken away")
    left = standing(buildings, ~gone)
    around = surroundings(irradiation, city, weather, trees, horizon, albedo, halo_m)
    scene = scene_of(city, left, context)
    stays = ~gone[np.repeat(irradiation.exposure.building, np.diff(irradiation.exposure.offsets))]
    exposure = taken(irradiation.exposure, np.flatnonzero(stays))
    block = scene_of(city, standing(buildings, gone), None).triangles
    change = look_again(
        exposure, city, scene.models[0].receivers, block, _everything(scene, around), irradiation.dome, around, False
    )
    old = irradiation.findings.where(~np.isin(irradiation.findings.object_id, buildings.id[gone]))
    findings = _findings(old, city, buildings, exposure, change)
    return with_buildings(city, left), _assembled(irradiation, scene, around, _replaced(exposure, change), findings)


def shaded_by(
    irradiation: Irradiation,
    city: CityModel,
    buildings: Buildings,
    block: NDArray[np.float64],
    scene: Obstacles,
    around: Surroundings,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows of the surfaces of a city that a block of new triangles reaches, and their new annual sums (k,), kWh/m2.

    For each square metre that was outdoors before: what the block covers gets nothing. What surroundings reflect stays
    as it was.
    """
    exposure = irradiation.exposure
    receivers = receivers_of(city, buildings)
    change = look_again(exposure, city, receivers, block, scene, irradiation.dome, around, True)
    part = taken(_replaced(exposure, change), change.rows)
    before = exposure.area[change.rows]
    left = np.where(before > 0.0, part.area / np.where(before > 0.0, before, 1.0), 1.0)
    return change.rows, monthly_sums(part, irradiation.dome)[0].sum(1) * left


def with_buildings(city: CityModel, buildings: Buildings) -> CityModel:
    """The same model, whose buildings are known to be the given ones: they have another status."""
    other = copy.copy(city)
    vars(other)["_buildings"] = buildings
    return other


def as_built(city: CityModel, added: CityModel) -> CityModel:
    """New buildings as they stand once they are built.

    Raises
    ------
    ValueError
        They are in another CRS than the city, there are none, or the model brings more than buildings.
    TypeError
        Something else than a model.
    """
    if not isinstance(added, CityModel):
        raise TypeError(f"new buildings must be a CityModel, not {type(added).__name__}")
    if added.crs != city.crs:
        raise ValueError(f"the new buildings are in {added.crs}, the city in {city.crs}")
    if len(terrain_surfaces(added)) or len(Trees.of_city(added)):
        raise ValueError(
            "the model of new buildings holds terrain or trees: select its buildings, see CityModel.select"
        )
    if not len(added.active):
        raise ValueError("the model of new buildings has no building with a surface: there is nothing to add")
    status = np.full(len(added.buildings()), Status.EXISTING, np.int8)
    return with_buildings(added, replace(added.buildings(), status=status))


def check_stands(irradiation: Irradiation, city: CityModel, buildings: Buildings) -> None:
    """Raise ValueError unless an irradiation is of all walls and roofs that stand in a city."""
    surface, wanted = irradiation.exposure.surface, receivers_of(city, buildings).surface
    if len(irradiation) != len(surface) or (irradiation.surface != surface).any():
        raise ValueError("the irradiation must be of the whole city, as irradiate gave it, not a selection of rows")
    if len(wanted) != len(surface) or (wanted != surface).any():
        raise ValueError(
            f"the irradiation is of another city, or of other buildings than stand in this one: it has "
            f"{len(irradiation)} walls and roofs, this city {len(wanted)}. After with_added and with_removed go on "
            "with the city they return"
        )


def block_of(city: CityModel, added: CityModel) -> NDArray[np.float64]:
    """Triangles (m, 3, 3) of new buildings relative to the origin of the city."""
    return scene_of(added, added.buildings(), None).triangles + (added.origin - city.origin)


def taken(exposure: Exposure, rows: NDArray[np.int64]) -> Exposure:
    """The exposure of some of its surfaces, by ascending row."""
    group = row_of(exposure.offsets)[rows]
    present, starts = np.unique(group, return_index=True)
    return Exposure(
        surface=exposure.surface[rows],
        offsets=np.append(starts, len(group)).astype(np.int64),
        building=exposure.building[present],
        normal=exposure.normal[rows],
        visible=exposure.visible[:, rows],
        response=exposure.response[:, rows],
        share=exposure.share[rows],
        area=exposure.area[rows],
    )


def surroundings(
    irradiation: Irradiation,
    city: CityModel,
    weather: Weather,
    trees: Trees | None,
    horizon: Horizon | None,
    albedo: Albedo,
    halo_m: float,
) -> Surroundings:
    """What :func:`irradiate` was told of the surroundings."""
    around = surroundings_of(city, weather, trees, horizon, albedo, irradiation.bounces, halo_m)
    check_weather(irradiation.dome, weather)
    known = irradiation.provenance.parameters
    for name, value in (("halo_m", halo_m), ("trees", len(around.trees)), ("horizon", horizon is not None)):
        if known.get(f"solar_{name}", value) != value:
            raise ValueError(f"the irradiation was computed with {name} {known[f'solar_{name}']}, here it is {value}")
    states, leaves = len(irradiation.exposure.response), len(irradiation.exposure.visible)
    if states != leaves * len(around.ground_albedo) or (leaves == 2) != (len(around.trees) > 0):
        raise ValueError("the irradiation was computed with other weather, albedo or trees than are given here")
    return around


def _everything(scene: Scene, around: Surroundings) -> Obstacles:
    return Obstacles(np.concatenate([scene.triangles, scene.terrain]), around.halo_m)


def _laid_out(exposure: Exposure, receivers: Receivers, new: NDArray[np.bool_]) -> Exposure:
    """The exposure with empty rows for new surfaces, which come after those it has."""
    more = int(new.sum())

    def longer(values: NDArray[np.generic], axis: int = 0) -> NDArray[np.generic]:
        width = [(0, more if k == axis else 0) for k in range(values.ndim)]
        return np.pad(values, width)

    return Exposure(
        surface=receivers.surface.astype(np.int32),
        offsets=receivers.offsets,
        building=receivers.building.astype(np.int32),
        normal=longer(exposure.normal),
        visible=longer(exposure.visible, 1),
        response=longer(exposure.response, 1),
        share=longer(exposure.share),
        area=longer(exposure.area),
    )


def _replaced(exposure: Exposure, change: Change) -> Exposure:
    """The exposure after a change of what surfaces see."""
    normal, visible = exposure.normal.copy(), exposure.visible.copy()
    share, area = exposure.share.copy(), exposure.area.copy()
    normal[change.rows], visible[:, change.rows] = change.normal, change.visible
    share[change.rows], area[change.rows] = change.share, change.area
    return replace(exposure, normal=normal, visible=visible, share=share, area=area)


def _assembled(
    irradiation: Irradiation, scene: Scene, around: Surroundings, exposure: Exposure, findings: Findings
) -> Irradiation:
    """The irradiation that follows from what surfaces see, once reflections in a new scene are known."""
    exposure = replace(exposure, response=_response(scene, around, exposure))
    monthly, view = monthly_sums(exposure, irradiation.dome)
    return replace(
        irradiation,
        surface=exposure.surface,
        building=np.repeat(exposure.building, np.diff(exposure.offsets)),
        area=exposure.area,
        outdoor_share=exposure.share,
        monthly=monthly,
        sky_view=view,
        exposure=exposure,
        row=np.arange(len(exposure.surface)),
        samples=None,
        findings=findings,
    )


def _response(scene: Scene, around: Surroundings, exposure: Exposure) -> NDArray[np.float32]:
    """What surroundings send back, cell by cell as in :func:`citytwin.solar.exposure.expose`."""
    model = scene.models[0]
    response = np.zeros_like(exposure.response)
    cells, cell_of = np.unique(model.receivers.cell, axis=0, return_inverse=True)
    for k, cell in enumerate(cells if around.bounces else []):
        rows = np.flatnonzero(np.repeat(cell_of == k, np.diff(model.receivers.offsets)))
        shift = np.array([*(GRID_M * cell), 0.0]) - model.city.origin
        near = near_cell(scene.triangles, shift, around.halo_m)
        triangles = (scene.triangles[near] - shift).astype(np.float32)
        terrain = scene.terrain[near_cell(scene.terrain, shift, around.halo_m)] - shift
        seen = _outside(exposure, rows, cell_rings(model.city, exposure.surface[rows], shift))
        response[:, rows] = reflected_onto(scene, around, rows, seen, triangles, scene.owner[near], terrain, shift)
    return response


def _outside(
    exposure: Exposure,
    rows: NDArray[np.int64],
    rings: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
) -> SurfaceSky:
    """What reflections need to know of surfaces: their normals and which are outdoors."""
    nothing = np.empty((0, 3))
    turned = (area_vectors(*rings) * exposure.normal[rows]).sum(1) < 0.0
    return SurfaceSky(
        exposure.normal[rows], exposure.visible[0, rows], exposure.share[rows], exposure.area[rows], turned, nothing,
        np.zeros(len(rows) + 1, np.int64),
    )  # fmt: skip


def _findings(old: Findings, city: CityModel, buildings: Buildings, exposure: Exposure, change: Change) -> Findings:
    """Findings about surfaces that were looked at again are those of the second look."""
    part = taken(_replaced(exposure, change), change.rows)
    building = np.repeat(part.building, np.diff(part.offsets))
    owner = buildings.id[building]
    again = {(name, city.surfaces.polygon_id[row]) for name, row in zip(owner, part.surface, strict=True)}
    known = np.array([pair in again for pair in zip(old.object_id, old.surface_id, strict=True)], bool)
    kept = old.where(~((old.code == 1801) & known))
    return kept + turned_findings(city, buildings, part.surface[change.turned], building[change.turned])
