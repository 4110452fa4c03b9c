"""Where modules fit: roofs and facades by size, tilt, azimuth and sun."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from citytwin.model._cast import as_floats
from citytwin.model.buildings import Buildings
from citytwin.model.city import CityModel
from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.irradiation import Irradiation
from citytwin.model.pv_sites import PvSites, SiteKind
from citytwin.solar.pv_faces import faces_in_plane, usable_areas
from citytwin.solar.pv_parameters import pv_module, pv_siting, table_confidence
from citytwin.solar.scene import building_of_surface, is_roof

SITING = "pv_siting.csv"

GREATEST = {
    "flat_below_deg": 180.0, "max_roof_tilt_deg": 180.0, "max_turn_deg": 180.0, "rack_tilt_deg": 90.0,
    "facing_deg": 360.0, "roof_share": 1.0, "facade_share": 1.0, "cover": 1.0, "rack_cover": 1.0,
}  # fmt: skip
"""Upper ends of the numbers of :class:`PvRules`; lengths, areas and irradiation have none."""


def _by_table(name: str) -> float:
    return pv_siting()[name]


def _default(name: str) -> float:
    value: float = field(default_factory=partial(_by_table, name))
    return value


@dataclass(frozen=True)
class PvRules:
    """What a face must be like to carry modules, and how much of it they cover; defaults are in ``pv_siting.csv``.

    Parameters
    ----------
    roofs, flat_roofs, facades : bool
        Which faces come into question.
    racks : bool
        Whether modules on flat roofs stand on racks; else they lie flat.
    setback_m : float, m
        Strip along the edges that stays free.
    min_width_m : float, m
        Narrower places stay free.
    min_area_m2 : float, m2
        Least area of a face without edges and narrow places.
    min_irradiation_kwh_m2 : float
        Least annual irradiation of the face.
    flat_below_deg : float, degrees
        Roofs of less tilt are flat.
    max_roof_tilt_deg : float, degrees
    max_turn_deg : float, degrees
        Largest angle between the azimuth of a tilted face and `facing_deg`; 180 for all.
    roof_share, facade_share : float
        Part of the area without edges, and of a facade without windows, that nothing stands in the way of.
    cover : float
        Modules over usable area in the plane of the face.
    rack_cover : float
        The same for racks: length of modules over distance of rows.
    rack_tilt_deg : float, degrees
    facing_deg : float, degrees
        Azimuth that racks face, from north clockwise.

    Raises
    ------
    TypeError
        A value is no number.
    ValueError
        A length, area or angle is negative or not finite, a share above 1, a tilt of racks above 90, another tilt or a
        turn above 180, or an azimuth above 360.

    Examples
    --------
    >>> PvRules(facades=False, rack_tilt_deg=10.0).setback_m
    0.46
    """

    roofs: bool = True
    flat_roofs: bool = True
    facades: bool = True
    racks: bool = True
    setback_m: float = _default("setback_m")
    min_width_m: float = _default("min_width_m")
    min_area_m2: float = _default("min_area_m2")
    min_irradiation_kwh_m2: float = _default("min_irradiation_kwh_m2")
    flat_below_deg: float = _default("flat_below_deg")
    max_roof_tilt_deg: float = _default("max_roof_tilt_deg")
    max_turn_deg: float = _default("max_turn_deg")
    roof_share: float = _default("roof_share")
    facade_share: float = _default("facade_share")
    cover: float = _default("cover")
    rack_cover: float = _default("rack_cover")
    rack_tilt_deg: float = _default("rack_tilt_deg")
    facing_deg: float = _default("facing_deg")

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not isinstance(value, bool):
                as_floats(value, name, (), 0.0, GREATEST.get(name, np.inf))


def pv_sites(
    irradiation: Irradiation,
    city: CityModel,
    buildings: Buildings,
    rules: PvRules | None = None,
    module: str = "premium",
) -> PvSites:
    r"""Faces of today's buildings that modules fit on.

    Each face is laid into its plane; edges and places narrower than a module stay free; of what is left, shares for
    windows (those of the building), obstructions, heritage and the spacing of modules are taken off:

    .. math:: A = A_{inner} \, o \, s (1 - w) c, \qquad P = A \eta

    with the outdoor share o of the face, which leaves out party walls and buried parts, `roof_share` or `facade_share`
    s, windows w of a facade, `cover` or `rack_cover` c and the efficiency of the module.

    Parameters
    ----------
    irradiation : Irradiation
        Of `city` with `buildings`.
    city : CityModel
    buildings : Buildings
    rules : PvRules, optional
    module : {"premium", "standard", "thin_film"}
        Class in ``pv_modules.csv``.

    Returns
    -------
    PvSites
        Findings say how many faces each rule leaves out.

    Raises
    ------
    ValueError
        Unknown module; buildings of another city, or an irradiation of another city or of other buildings.

    References
    ----------
    P. Gagnon et al., "Rooftop Solar Photovoltaic Technical Potential in the United States", NREL/TP-6A20-65298, 2016,
    doi:10.2172/1236153: rules for roofs; ``pv_siting.csv`` has the source of each number.

    Examples
    --------
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(4, seed=1)
    >>> weather = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    >>> sun = ct.solar.irradiate(city, weather, level="draft")
    >>> sites = ct.solar.pv_sites(sun, city, city.buildings())
    >>> bool((sites.area < sites.usable_area).all() and (sites.usable_area < sites.face_area).all())
    True
    """
    rules = PvRules() if rules is None else rules
    efficiency = pv_module(module).efficiency
    check_belongs(irradiation, city, buildings)
    tilt, azimuth = orientation(irradiation.exposure.normal[irradiation.row])
    kind = kind_of(is_roof(city, irradiation.surface), tilt, rules.flat_below_deg)
    window = _window_share(buildings)[irradiation.building]
    kept, reasons = _chosen(irradiation, kind, tilt, azimuth, window, rules)
    rows = np.flatnonzero(kept)
    rows = rows[np.argsort(irradiation.building[rows], kind="stable")]
    normal = irradiation.exposure.normal[irradiation.row[rows]]
    faces = faces_in_plane(city, irradiation.surface[rows], irradiation.building[rows], normal)
    inner = usable_areas(faces, rules.setback_m, rules.min_width_m) * irradiation.outdoor_share[rows]
    large = inner >= max(rules.min_area_m2, 1e-9)
    reasons["size"] = int((~large).sum())
    findings = _left_out(len(irradiation), len(rows) - reasons["size"], reasons)
    findings += _healed(city, irradiation.surface[rows[faces.healed & large]])
    rows, inner = rows[large], inner[large]

    kind, wall, racked = kind[rows], kind[rows] == SiteKind.FACADE, (kind[rows] == SiteKind.FLAT_ROOF) & rules.racks
    usable = inner * np.where(wall, rules.facade_share * (1.0 - window[rows]), rules.roof_share)
    area = usable * np.where(racked, rules.rack_cover, rules.cover)
    return PvSites(
        row=rows,
        surface=irradiation.surface[rows],
        building=irradiation.building[rows],
        building_id=buildings.id[irradiation.building[rows]],
        kind=kind,
        face_area=irradiation.area[rows],
        usable_area=usable,
        area=area,
        kwp=area * efficiency,
        tilt=np.where(racked, rules.rack_tilt_deg, tilt[rows]),
        azimuth=np.where(racked, rules.facing_deg, azimuth[rows]),
        rack_cover=np.where(racked, rules.rack_cover, np.nan),
        irradiation=irradiation.annual[rows],
        module=module,
        confidence=table_confidence(SITING),
        findings=findings,
        provenance=irradiation.provenance.with_parameters(
            pv_module=module, pv_efficiency=efficiency, **{f"pv_{k}": v for k, v in asdict(rules).items()}
        ),
    )


def check_belongs(irradiation: Irradiation, city: CityModel, buildings: Buildings) -> None:
    """Make sure that an irradiation is of a city with some buildings.

    Told by the ids of the buildings, and by building and area of each surface.

    Raises
    ------
    ValueError
        The buildings are not of the city, or the irradiation is of another city or of other buildings.
    """
    known = buildings.object < len(city.objects)
    if not known.all() or (city.objects.id[buildings.object].to_numpy() != buildings.id).any():
        raise ValueError("the buildings are not of this city: give those of city.buildings()")
    surface, outdoors = irradiation.surface, irradiation.outdoor_share > 0.0
    fits = not len(surface) or int(surface.max()) < len(city.surfaces)
    if fits:
        area = irradiation.area[outdoors] / irradiation.outdoor_share[outdoors]
        fits = np.allclose(area, city.surfaces.area[surface[outdoors]], rtol=0.01, atol=0.1)
    if not fits:
        raise ValueError("the irradiation is of another city: its surfaces are not those of this one")
    if (building_of_surface(city, buildings)[surface] != irradiation.building).any():
        raise ValueError("the irradiation is of other buildings of this city: give those that irradiate was given")


def orientation(normal: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Tilt and azimuth in degrees of outward normals (n, 3); the azimuth of a level face is NaN."""
    tilt = np.degrees(np.arccos(np.clip(normal[:, 2], -1.0, 1.0)))
    azimuth = np.degrees(np.arctan2(normal[:, 0], normal[:, 1])) % 360.0
    level = np.hypot(normal[:, 0], normal[:, 1]) < 1e-6
    return tilt, np.where(level, np.nan, azimuth)


def kind_of(
    roof: NDArray[np.bool_], tilt: NDArray[np.float64], flat_below_deg: float | None = None
) -> NDArray[np.int8]:
    """What faces are as sites, int8 (n,) of :class:`SiteKind`, by whether they are roofs and their tilt in degrees."""
    flat_below = pv_siting()["flat_below_deg"] if flat_below_deg is None else flat_below_deg
    on_roof = np.where(tilt < flat_below, SiteKind.FLAT_ROOF, SiteKind.ROOF)
    return np.where(roof, on_roof, SiteKind.FACADE).astype(np.int8)


def _window_share(buildings: Buildings) -> NDArray[np.float64]:
    """Windows over exposed walls of each building (n,), NaN where it is not known."""
    walls = buildings.exposed_wall_area
    share = np.divide(buildings.window_area, walls, out=np.full(len(walls), np.nan), where=walls > 0.0)
    return np.minimum(share, 1.0)


def _chosen(
    irradiation: Irradiation,
    kind: NDArray[np.int8],
    tilt: NDArray[np.float64],
    azimuth: NDArray[np.float64],
    window: NDArray[np.float64],
    rules: PvRules,
) -> tuple[NDArray[np.bool_], dict[str, int]]:
    """Faces that pass every rule but that of size, and how many each rule leaves out that those before it do not."""
    flat, wall = kind == SiteKind.FLAT_ROOF, kind == SiteKind.FACADE
    turn = np.abs((azimuth - rules.facing_deg + 180.0) % 360.0 - 180.0)
    wanted = np.select([wall, flat], [rules.facades, rules.flat_roofs], rules.roofs)
    checks = {
        "kind": wanted.astype(bool),
        "tilt": np.where(wall, tilt <= 120.0, tilt <= rules.max_roof_tilt_deg),
        "azimuth": flat | (turn <= rules.max_turn_deg),
        "irradiation": (irradiation.annual >= rules.min_irradiation_kwh_m2) & (irradiation.area > 0.0),
        "windows not known": ~wall | ~np.isnan(window),
    }
    kept = np.ones(len(irradiation), bool)
    reasons = {}
    for name, passes in checks.items():
        reasons[name] = int((kept & ~passes).sum())
        kept &= passes
    return kept, reasons


def _left_out(n: int, n_kept: int, reasons: dict[str, int]) -> Findings:
    """One row that says how many faces are left out, and why."""
    told = ", ".join(f"{count} by {name}" for name, count in reasons.items() if count)
    if not told:
        return Findings.of()
    message = f"{n_kept} of {n} roofs and walls can carry modules; left out are {told}"
    return Findings.of([Finding(1851, "PV_FACES_LEFT_OUT", severity=Severity.INFO, message=message)])


def _healed(city: CityModel, surfaces: NDArray[np.integer]) -> Findings:
    """Faces whose polygons cross themselves."""
    message = "the polygon crosses itself in its plane; what modules can use is taken from its valid parts"
    return Findings.of(
        Finding(
            1852, "PV_FACE_HEALED", city.objects.id[int(city.surfaces.object[row])],
            city.surfaces.polygon_id[int(row)], Severity.INFO, Action.HEALED, message,
        )
        for row in surfaces
    )  # fmt: skip
