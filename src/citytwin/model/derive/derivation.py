"""The whole derivation: one row a building, from a city model and the buildings around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citytwin.model.buildings import OVERRIDES, Buildings
from citytwin.model.city import CityModel
from citytwin.model.derive import contradictions
from citytwin.model.derive.attribute_map import Column, Meaning, fold, load_meanings, read_columns
from citytwin.model.derive.contacts import find_contacts, share_areas, two_sided_surfaces
from citytwin.model.derive.envelope import Envelope, derive_envelope, exposed_share
from citytwin.model.derive.floors import (
    DERIVED,
    MEASURED,
    REGISTER,
    Sourced,
    by_use,
    derive_gross_area,
    derive_heated_area,
    derive_storeys,
    derive_windows,
    register_column,
)
from citytwin.model.derive.footprint import Footprints, derive_footprints
from citytwin.model.derive.grouping import sum_by
from citytwin.model.derive.heat_source import derive_heat_sources, derive_places
from citytwin.model.derive.notes import Notes
from citytwin.model.derive.openings import find_openings
from citytwin.model.derive.overlaps import Limits, find_bodies, find_overlaps, note_overlaps
from citytwin.model.derive.quality import derive_grades, note_loose_shells
from citytwin.model.derive.shells import Shells, build_shells
from citytwin.model.derive.status import derive_status
from citytwin.model.derive.uses import Uses, derive_heated, derive_uses
from citytwin.model.derive.years import derive_years
from citytwin.model.enums import GroupKind, ObjectKind, Source, is_today

SAME_LEVEL_M = 0.01
EXTRUDED = 50
"""Confidence of a volume from footprint and height."""
IMPUTED = 40
"""Confidence of geometry whose height the data call imputed."""


def derive_buildings(
    city: CityModel,
    context: CityModel | None = None,
    status: NDArray[np.int8] | None = None,
    mapping: Mapping[str, Any] | None = None,
    overlap: float | None = None,
) -> Buildings:
    """Buildings of a city: every column from geometry where geometry says it, else from a register, else imputed.

    A building gets the same row alone with the others as context, among them, and in any order. Envelope areas come
    from geometry only. Every imputable column has its source and confidence; what contradicts is a finding.

    Parameters
    ----------
    city : CityModel
    context : CityModel, optional
        Neighbours that share walls, and date undated buildings, without being rows. Those with an id of the city are
        left out. Must have the CRS of the city, else ValueError.
    status : int8 array (n_buildings,), optional
        :class:`~citytwin.model.enums.Status` that replaces the derived one; -1 keeps it.
    mapping : mapping, optional
        More attribute names and words, in the form of ``attributes_fi.toml``; default that of the city.
    overlap : float, optional
        How wide buildings, and parts of a building, may overlap without a finding, m; default that of party walls, for
        overlaps above 1 m2 and 0.5 m of height.

    Raises
    ------
    ValueError
        `status` has another length, `context` another CRS, or `mapping` an unknown field.

    Examples
    --------
    >>> import citytwin as ct
    >>> buildings = derive_buildings(ct.synthetic.city(20, seed=1))
    >>> len(buildings), bool((buildings.party_wall_area <= buildings.wall_area).all())
    (20, True)
    """
    n = city.n_buildings
    if status is not None and len(status) != n:
        raise ValueError(f"status has {len(status)} values for {n} buildings")
    whole = city if context is None else _with_context(city, context)
    limits = Limits() if overlap is None else Limits.within(overlap)
    buildings = _derive(whole, n, status, load_meanings(city.mapping if mapping is None else mapping), limits)
    if whole is city:
        return buildings
    return replace(
        buildings.take(np.arange(n)),
        surface_group=np.where(buildings.surface_group < buildings.group_offsets[n], buildings.surface_group, -1)[
            : len(city.surfaces)
        ].astype(np.int32),
        surface_exposed_area=buildings.surface_exposed_area[: len(city.surfaces)].copy(),
        provenance=city.provenance,
    )


def _with_context(city: CityModel, context: CityModel) -> CityModel:
    """The city with the buildings of the context behind its own."""
    own = set(city.objects.id)
    tops = np.flatnonzero(context.objects.parent < 0)
    others = np.array([row for row in tops if context.objects.id[int(row)] not in own], np.int64)
    if not len(others):
        return city
    return CityModel.concat([city, context.select(rows=others)])


@dataclass(frozen=True, eq=False)
class _Shape:
    """Extent of each building: lowest ground, mean height of the highest roof, height and volume with their sources."""

    ground_z: NDArray[np.float64]
    roof_height: NDArray[np.float64]
    height: Sourced
    volume: Sourced
    extruded: NDArray[np.bool_]
    prism: NDArray[np.bool_]


def _derive(
    city: CityModel,
    n_rows: int,
    given_status: NDArray[np.int8] | None,
    meanings: dict[str, Meaning],
    overlap_limits: Limits,
) -> Buildings:
    objects = city.objects
    tops = np.flatnonzero((objects.kind == ObjectKind.BUILDING) & (objects.parent < 0))
    n = len(tops)
    number = np.full(len(objects), -1, np.int64)
    number[tops] = np.arange(n)
    building_of_object = np.where(city.of_building, number[objects.root], -1)
    ids = objects.id[tops].to_numpy()
    notes = Notes(ids.tolist())
    columns = read_columns(city, building_of_object, n, meanings, notes)

    given = np.full(n, -1, np.int8)
    if given_status is not None:
        given[:n_rows] = given_status
    status, status_source, status_confidence = derive_status(columns["status"], meanings["status"], given, notes)
    standing = is_today(status)

    shells = build_shells(city, building_of_object, n)
    footprints = derive_footprints(shells, n)
    note_loose_shells(shells, notes)
    for row in np.flatnonzero(footprints.in_pieces):
        notes.add(row, 1709, "FOOTPRINT_IN_PIECES", "the outline holds the largest piece, the area all of them")
    register_storeys = columns["storeys"].number
    roof_height = _roof_height(shells, n)
    rough_storeys = derive_storeys(register_storeys, roof_height, _unknown_use(n)).value
    uses = derive_uses(columns["use"], meanings["use"], rough_storeys, notes)
    origin = _height_origin(columns["height_origin"], meanings["height_origin"])
    shape = _derive_shape(shells, footprints, columns, uses, origin)
    heated = derive_heated(uses, columns["heating_method"], meanings["heating_method"], footprints.area, notes)

    shared = share_areas(find_contacts(shells), shells, standing, heated, two_sided_surfaces(city, shells))
    openings = find_openings(city, shells)
    envelope = derive_envelope(shells, shared, openings.hole, footprints, shape.height.value, shape.prism, n)
    windows = sum_by(shells.building, openings.window * exposed_share(shells, shared), n)
    floors = _derive_floors(columns, shape, footprints, uses, envelope, windows, heated, notes)
    xy = _centres(footprints) + city.origin[:2]
    years = derive_years(columns["year_built"].number, status, xy)
    gross = floors["gross_floor_area"].value
    heat = derive_heat_sources(
        columns,
        meanings,
        derive_places(columns["municipality"], meanings["municipality"], xy, city.crs),
        uses.use,
        np.nan_to_num(gross),
        years.value,
        heated,
        notes,
    )
    bodies = find_bodies(shells, footprints.shape, shape.ground_z, shape.height.value, tops)
    overlaps = find_overlaps(bodies, shells, overlap_limits)
    note_overlaps(bodies, overlaps, status, objects.id[bodies.object].to_numpy(), notes)
    unclosed = shells.n_open + shells.n_turned > 0
    quality = derive_grades(city, building_of_object, shape.volume.value > 0, shape.extruded, unclosed, notes)

    sourced = {"height": shape.height, "volume": shape.volume, "year_built": years, **floors}
    coded = {
        "status": (status_source, status_confidence),
        "use": (uses.source, uses.confidence),
        "carrier": (heat.source, heat.confidence),
    }
    values: dict[str, Any] = {name: column.value for name, column in sourced.items()}
    overrides, override_source = _overrides(columns)
    return Buildings(
        id=ids,
        object=tops.astype(np.int32),
        status=status,
        heated=heated,
        ground_z=shape.ground_z,
        **values,
        footprint_area=footprints.area,
        use=uses.use,
        use_shares=uses.shares,
        carrier=heat.carrier,
        carrier_shares=heat.shares,
        quality=quality,
        source={**{k: v.source for k, v in sourced.items()}, **{k: v[0] for k, v in coded.items()}, **override_source},
        confidence={
            **{k: v.confidence for k, v in sourced.items()},
            **{k: v[1] for k, v in coded.items()},
            **{k: np.where(v == Source.REGISTER, REGISTER, 0).astype(np.int8) for k, v in override_source.items()},
        },
        **_envelope_columns(envelope, shells, len(city.surfaces)),
        footprint_offsets=footprints.offsets,
        footprint_xy=footprints.xy + city.origin[:2],
        overrides=overrides,
        crs=city.crs,
        findings=notes.of_first(n_rows),
        provenance=city.provenance,
    )


def _unknown_use(n: int) -> NDArray[np.float32]:
    shares = np.zeros((n, 10), np.float32)
    shares[:, 0] = 1.0
    return shares


def _centres(footprints: Footprints) -> NDArray[np.float64]:
    import shapely

    centre = shapely.centroid(footprints.shape)
    return np.stack([shapely.get_x(centre), shapely.get_y(centre)], axis=1)


def _geometric_height(shells: Shells, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest ground surface, else lowest point, and the height of the highest point above it; NaN without geometry."""
    ground, lowest, highest = np.full(n, np.inf), np.full(n, np.inf), np.full(n, -np.inf)
    is_ground = shells.kind == GroupKind.GROUND
    np.minimum.at(ground, shells.building[is_ground], shells.z_low[is_ground])
    np.minimum.at(lowest, shells.building, shells.z_low)
    np.maximum.at(highest, shells.building, shells.z_high)
    bottom = np.where(np.isfinite(ground), ground, lowest)
    known = np.isfinite(bottom)
    bottom = np.where(known, bottom, np.nan)
    return bottom, np.where(known, highest, np.nan) - bottom


def _roof_height(shells: Shells, n: int) -> NDArray[np.float64]:
    """Height of the middle of the highest roof surface above the ground: between eaves and ridge, a tower's top.

    Without a roof it is the height of the building.
    """
    bottom, height = _geometric_height(shells, n)
    highest = shells.z_high >= (bottom + height)[shells.building] - SAME_LEVEL_M
    chosen = highest & (shells.kind == GroupKind.ROOF)
    middle = np.full(n, -np.inf)
    np.maximum.at(middle, shells.building[chosen], ((shells.z_low + shells.z_high) / 2)[chosen])
    return np.where(np.isfinite(middle), middle - bottom, height)


def _height_origin(column: Column, meaning: Meaning) -> NDArray[np.int8]:
    """Source of each geometric height (n,): MEASURED unless an attribute says otherwise."""
    words = meaning.words or {}
    return np.array([Source.from_word(words.get(fold(text), "measured")) for text in column.text], np.int8)


def _derive_shape(
    shells: Shells, footprints: Footprints, columns: Mapping[str, Column], uses: Uses, origin: NDArray[np.int8]
) -> _Shape:
    """Height and volume: of the shells; of footprint and height where they enclose nothing."""
    n = len(origin)
    bottom, height = _geometric_height(shells, n)
    trust = np.select([origin == Source.MEASURED, origin == Source.DERIVED], [MEASURED, DERIVED], IMPUTED)
    measured, storeys = columns["measured_height"].number, columns["storeys"].number
    storey, storey_confidence = by_use("storey_height", uses.shares)
    solid = height > 0
    cases = [solid, ~np.isnan(measured), ~np.isnan(storeys)]
    tall = Sourced(
        np.select(cases, [height, measured, storeys * storey], np.nan),
        np.select(cases, [origin, Source.REGISTER, Source.IMPUTED], Source.MISSING).astype(np.int8),
        np.select(cases, [trust, REGISTER, storey_confidence], 0).astype(np.int8),
    )
    prism_volume = footprints.area * tall.value
    closed = (shells.volume > 0) & (shells.n_open == 0) & (shells.n_turned == 0)
    enclosed = closed | ((shells.volume > 0) & ~(shells.volume > 1.1 * prism_volume))
    extruded = ~enclosed & (prism_volume > 0)
    cases = [closed, enclosed, extruded]
    volume = Sourced(
        np.select(cases, [shells.volume, shells.volume, prism_volume], np.nan),
        np.select(
            cases, [origin, origin.clip(max=Source.DERIVED), tall.source.clip(max=Source.DERIVED)], Source.MISSING
        ).astype(np.int8),
        np.select(cases, [trust, np.minimum(trust, DERIVED), np.minimum(tall.confidence, EXTRUDED)], 0).astype(np.int8),
    )
    has_envelope = np.zeros(n, bool)
    has_envelope[shells.building[np.isin(shells.kind, (GroupKind.WALL, GroupKind.ROOF))]] = True
    roof_height = np.where(solid, _roof_height(shells, n), tall.value)
    return _Shape(bottom, roof_height, tall, volume, extruded, extruded & ~has_envelope)


def _derive_floors(
    columns: Mapping[str, Column],
    shape: _Shape,
    footprints: Footprints,
    uses: Uses,
    envelope: Envelope,
    windows: NDArray[np.float64],
    heated: NDArray[np.bool_],
    notes: Notes,
) -> dict[str, Sourced]:
    """Storeys, the four floor areas and windows, with registers checked against geometry."""
    height, volume = shape.height.value, shape.volume.value
    contradictions.check_height(columns["measured_height"].number, _where_measured(shape.height), notes)
    wrong = contradictions.check_storeys(columns["storeys"].number, height, notes)
    storeys = derive_storeys(np.where(wrong, np.nan, columns["storeys"].number), shape.roof_height, uses.shares)
    gross = derive_gross_area(storeys, volume, footprints.area, uses.shares)
    contradictions.check_ratio(
        columns["register_volume"].number, volume, (1702, "REGISTER_VOLUME_CONTRADICTS", "volume", "m3"), notes
    )
    registers = {}
    for name, quantity in (("total_floor_area", "total floor area"), ("permitted_floor_area", "permitted floor area")):
        value = columns[name].number
        against = (1701, "REGISTER_AREA_CONTRADICTS", quantity, "m2")
        registers[name] = register_column(value, contradictions.check_ratio(value, gross.value, against, notes))
    return {
        "storeys": storeys,
        **registers,
        "gross_floor_area": gross,
        "heated_floor_area": derive_heated_area(
            registers["total_floor_area"], registers["permitted_floor_area"], gross, heated
        ),
        "window_area": derive_windows(gross, envelope.exposed_wall_area, uses.shares, windows),
    }


def _where_measured(column: Sourced) -> NDArray[np.float64]:
    return np.where(column.source == Source.MEASURED, column.value, np.nan)


def _overrides(columns: Mapping[str, Column]) -> tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[np.int8]]]:
    """Register values that replace the stock tables, and their sources; only columns that some building has."""
    given = {name: columns[name].number for name in OVERRIDES if columns[name].given.any()}
    return given, {
        name: np.where(np.isnan(value), Source.MISSING, Source.REGISTER).astype(np.int8)
        for name, value in given.items()
    }


def _envelope_columns(envelope: Envelope, shells: Shells, n_surfaces: int) -> dict[str, Any]:
    """Columns of the envelope, those of shells spread over all surfaces of the city."""
    surface_group, exposed = np.full(n_surfaces, -1, np.int32), np.zeros(n_surfaces)
    surface_group[shells.row], exposed[shells.row] = envelope.surface_group, envelope.surface_exposed_area
    return {**vars(envelope), "surface_group": surface_group, "surface_exposed_area": exposed}
