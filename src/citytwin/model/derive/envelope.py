"""Envelope areas of buildings, and facade groups: the parts of an envelope with one kind and orientation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.model.derive.contacts import BASE_M, SharedAreas
from citytwin.model.derive.footprint import Footprints
from citytwin.model.derive.grouping import sum_by
from citytwin.model.derive.shells import NO_GROUP, Shells
from citytwin.model.enums import GroupKind
from citytwin.model.ragged import offsets_of

SECTORS = 8
"""Compass sectors of walls and sloped roofs; the first is centred on north."""
FLAT_DEG = 5.0
STEEP_DEG = 35.0
"""Roofs are flat below the first tilt, steep above the second."""
LEAST_AREA_M2 = 1e-6


@dataclass(frozen=True, eq=False)
class Envelope:
    """Areas of each building in m2 and its facade groups; see :class:`~citytwin.model.buildings.Buildings`."""

    wall_area: NDArray[np.float64]
    roof_area: NDArray[np.float64]
    ground_area: NDArray[np.float64]
    outer_floor_area: NDArray[np.float64]
    unheated_floor_area: NDArray[np.float64]
    party_wall_area: NDArray[np.float64]
    unheated_wall_area: NDArray[np.float64]
    exposed_wall_area: NDArray[np.float64]
    exposed_perimeter: NDArray[np.float64]
    group_offsets: NDArray[np.int64]
    group_kind: NDArray[np.int8]
    group_azimuth: NDArray[np.float64]
    group_tilt: NDArray[np.float64]
    group_area: NDArray[np.float64]
    surface_group: NDArray[np.int32]
    surface_exposed_area: NDArray[np.float64]


def derive_envelope(
    shells: Shells,
    shared: SharedAreas,
    holes: NDArray[np.float64],
    footprints: Footprints,
    height: NDArray[np.float64],
    extruded: NDArray[np.bool_],
    n: int,
) -> Envelope:
    """Areas and groups of `n` buildings.

    Contacts between parts of one building are no envelope. `wall_area` is exposed + party + unheated; roofs are without
    what they share with heated neighbours, ground and outer floors without what they share with any. A building that is
    a footprint with a height gets the envelope of a prism, whose groups have no surfaces.

    Parameters
    ----------
    shells, shared, footprints : tables
    holes : float64 array (m,), m2
        Of openings that fill holes of each shell surface; they are part of the envelope where the surface is.
    height : float64 array (n,), m
    extruded : bool array (n,)
        Buildings without an envelope of their own that have a footprint and a height.
    n : int
    """
    exposed = (shells.area + holes) * exposed_share(shells, shared)
    building, kind, normal, area, surface = _with_prisms(shells, exposed, footprints, height, extruded)
    key = building * 1000 + _group_code(kind, normal)
    key[(kind == NO_GROUP) | (area < LEAST_AREA_M2)] = -1
    keys, group = np.unique(key[key >= 0], return_inverse=True)
    grouped = np.flatnonzero(key >= 0)
    weight = area[grouped]
    unit = normal[grouped] / np.linalg.norm(normal[grouped], axis=1)[:, None]
    mean = np.stack([sum_by(group, weight * unit[:, k], len(keys)) for k in range(3)], axis=1)
    group_kind = (keys % 1000 // 100).astype(np.int8)
    surface_group = np.full(len(shells), -1, np.int32)
    of_surface = surface[grouped] >= 0
    surface_group[surface[grouped][of_surface]] = group[of_surface]

    def total(of_kind: GroupKind, values: NDArray[np.float64]) -> NDArray[np.float64]:
        chosen = shells.kind == of_kind
        return sum_by(shells.building[chosen], values[chosen], n)

    group_area = sum_by(group, weight, len(keys))
    owner = keys // 1000

    def grouped_total(of_kind: GroupKind) -> NDArray[np.float64]:
        chosen = group_kind == of_kind
        return sum_by(owner[chosen], group_area[chosen], n)

    exposed_wall = grouped_total(GroupKind.WALL)
    party, unheated = total(GroupKind.WALL, shared.party), total(GroupKind.WALL, shared.unheated)
    return Envelope(
        wall_area=exposed_wall + party + unheated,
        roof_area=grouped_total(GroupKind.ROOF),
        ground_area=grouped_total(GroupKind.GROUND),
        outer_floor_area=grouped_total(GroupKind.OUTER_FLOOR),
        unheated_floor_area=sum(
            (total(kind, shared.unheated) for kind in (GroupKind.GROUND, GroupKind.OUTER_FLOOR)), np.zeros(n)
        ),
        party_wall_area=party,
        unheated_wall_area=unheated,
        exposed_wall_area=exposed_wall,
        exposed_perimeter=_exposed_perimeter(shells, shared, footprints, n),
        group_offsets=offsets_of(np.bincount(owner, minlength=n)),
        group_kind=group_kind,
        **_orientation(mean, group_kind),
        group_area=group_area,
        surface_group=surface_group,
        surface_exposed_area=exposed,
    )


def exposed_share(shells: Shells, shared: SharedAreas) -> NDArray[np.float64]:
    """Share of each surface that borders on outdoor air or ground (m,)."""
    free = shells.area - shared.interior - shared.party - shared.unheated
    counted = (shells.kind != NO_GROUP) & (shells.area > 0)
    return np.divide(np.maximum(free, 0.0), shells.area, out=np.zeros(len(shells)), where=counted)


def _with_prisms(
    shells: Shells,
    exposed: NDArray[np.float64],
    footprints: Footprints,
    height: NDArray[np.float64],
    extruded: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Building, kind, normal, exposed area and shell row (-1 for prisms) of all faces."""
    lengths = np.diff(footprints.offsets)
    owner = np.repeat(np.arange(len(lengths)), lengths)
    start = np.flatnonzero((owner[:-1] == owner[1:]) & extruded[owner[:-1]])
    edge = footprints.xy[start + 1] - footprints.xy[start]
    whole = np.flatnonzero(extruded)
    normal = [
        shells.normal,
        np.stack([edge[:, 1], -edge[:, 0], np.zeros(len(edge))], axis=1),
        np.tile([0.0, 0.0, 1.0], (len(whole), 1)),
        np.tile([0.0, 0.0, -1.0], (len(whole), 1)),
    ]
    area = [exposed, np.hypot(*edge.T) * height[owner[start]], footprints.area[whole], footprints.area[whole]]
    kind = [
        shells.kind,
        np.full(len(start), GroupKind.WALL),
        np.full(len(whole), GroupKind.ROOF),
        np.full(len(whole), GroupKind.GROUND),
    ]
    row = np.arange(len(shells))
    none = np.full(len(start) + 2 * len(whole), -1)
    return (
        np.concatenate([shells.building, owner[start], whole, whole]),
        np.concatenate(kind).astype(np.int8),
        np.concatenate(normal),
        np.concatenate(area),
        np.concatenate([row, none]),
    )


def _group_code(kind: NDArray[np.int8], normal: NDArray[np.float64]) -> NDArray[np.int64]:
    """Kind * 100 + slope * 10 + compass sector; slope and sector are 0 where they do not matter."""
    from citytwin.kernels.newell import azimuths, tilts

    tilt = tilts(normal)
    azimuth = np.nan_to_num(azimuths(normal))
    sector = np.floor((azimuth + 180 / SECTORS) / (360 / SECTORS)).astype(np.int64) % SECTORS
    is_roof = kind == GroupKind.ROOF
    slope = np.where(is_roof, (tilt >= FLAT_DEG).astype(np.int64) + (tilt >= STEEP_DEG), 0)
    oriented = (kind == GroupKind.WALL) | (is_roof & (slope > 0))
    return kind.astype(np.int64) * 100 + slope * 10 + np.where(oriented, sector, 0)


def _orientation(mean: NDArray[np.float64], kind: NDArray[np.int8]) -> dict[str, NDArray[np.float64]]:
    """Azimuth and tilt of groups from their mean normals; level ones are exactly level."""
    from citytwin.kernels.newell import azimuths, tilts

    azimuth, tilt = azimuths(mean), tilts(mean)
    level = (kind == GroupKind.ROOF) & (tilt < FLAT_DEG)
    down = (kind == GroupKind.GROUND) | (kind == GroupKind.OUTER_FLOOR)
    azimuth[level | down] = np.nan
    tilt[level], tilt[down] = 0.0, 180.0
    return {"group_azimuth": azimuth, "group_tilt": tilt}


def _exposed_perimeter(shells: Shells, shared: SharedAreas, footprints: Footprints, n: int) -> NDArray[np.float64]:
    """Footprint perimeter times the share of wall feet that nothing covers, m."""
    low = np.full(n, np.inf)
    np.minimum.at(low, shells.building, shells.z_low)
    foot = np.flatnonzero((shells.kind == GroupKind.WALL) & (shells.z_low <= low[shells.building] + BASE_M))
    building, length = shells.building[foot], shells.plan_length(foot)
    total = sum_by(building, length, n)
    free = sum_by(building, length - np.minimum(shared.base_length[foot], length), n)
    share = np.divide(free, total, out=np.ones(n), where=total > 0)
    return footprints.perimeter * share
