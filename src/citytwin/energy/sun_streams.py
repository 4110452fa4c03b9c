"""Sun on buildings: which surfaces drive the thermal model of each, and with what weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.model.buildings import Buildings
from citytwin.model.enums import GroupKind
from citytwin.model.facets import Facets
from citytwin.model.ragged import offsets_of, row_of
from citytwin.model.weather import HOURS

if TYPE_CHECKING:
    from citytwin.model.irradiation import Irradiation

OTHER_WAY = 0.75
"""Difference of the upward part of a normal from that of its facade group that no surface of the group has."""
SAME_NORMAL = 1e-3
"""Step of a component of normals within which surfaces are taken to be parallel."""


class SunOnGroups(NamedTuple):
    """Surfaces with irradiation (m) and what each means to the facade group and the building it belongs to.

    Parameters
    ----------
    row : int64 array (m,)
        Row of the irradiation.
    group, owner : int64 arrays (m,)
        Facade group and building.
    share : float64 array (m,)
        Of the lit area of the group, by exposed area.
    walls_seen, roofs_seen : float64 arrays (n,)
        Mean sky view factor of exposed walls and of roofs of each building.
    dark : bool array (n,)
        Buildings with exposed walls or roofs but no irradiation on some of them.
    """

    row: NDArray[np.int64]
    group: NDArray[np.int64]
    owner: NDArray[np.int64]
    share: NDArray[np.float64]
    walls_seen: NDArray[np.float64]
    roofs_seen: NDArray[np.float64]
    dark: NDArray[np.bool_]


def sun_on_groups(buildings: Buildings, irradiation: Irradiation) -> SunOnGroups:
    """Every surface with irradiation; the irradiance of a facade group is the mean over its surfaces by exposed area.

    Parameters
    ----------
    buildings : Buildings
        Those that are simulated (n); their `surface_group` refers to the surfaces of the city.
    irradiation : Irradiation
        Of that city.

    Raises
    ------
    ValueError
        The irradiation is that of another city: it has surfaces that these buildings do not have, or some that face
        elsewhere.
    """
    n = len(buildings)
    owner = row_of(buildings.group_offsets)
    advice = "the irradiation is that of another city: pass ct.solar.irradiate(city, weather) of the same one"
    surfaces = len(buildings.surface_group)
    last = int(irradiation.surface.max(initial=-1))
    if last >= surfaces:
        raise ValueError(f"surface {last} is none of the {surfaces} of the buildings; {advice}")
    group = buildings.surface_group[irradiation.surface]
    row = np.flatnonzero(group >= 0)
    group = group[row].astype(np.int64)
    turned = np.abs(irradiation.normal[row, 2] - np.cos(np.radians(buildings.group_tilt[group]))) > OTHER_WAY
    if turned.any():
        raise ValueError(f"{int(turned.sum())} surfaces face another way than those of the buildings; {advice}")
    weight = np.asarray(buildings.surface_exposed_area[irradiation.surface[row]], np.float64)
    lit = np.bincount(group, weight, minlength=len(owner)).astype(np.float64)
    wall = buildings.group_kind == GroupKind.WALL
    roof = buildings.group_kind == GroupKind.ROOF
    view = np.bincount(group, weight * irradiation.sky_view[row], minlength=len(owner)).astype(np.float64)
    unlit = (wall | roof) & (buildings.group_area > 0) & (lit <= 0)
    return SunOnGroups(
        row=row,
        group=group,
        owner=owner[group],
        share=np.divide(weight, lit[group], out=np.zeros_like(weight), where=lit[group] > 0),
        walls_seen=_mean_view(view, lit, owner, wall, n, 0.5),
        roofs_seen=_mean_view(view, lit, owner, roof, n, 1.0),
        dark=np.bincount(owner[unlit], minlength=n) > 0,
    )


class Part(NamedTuple):
    """What the walls or roofs of each building count for.

    Parameters
    ----------
    kind : GroupKind
    stream : int
    weight : float64 array (n,)
        Of each square metre.
    cover : int64 array (n,)
        Row of the covers.
    """

    kind: GroupKind
    stream: int
    weight: NDArray[np.float64]
    cover: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SunStreams:
    """Facets of buildings, and what drives the thermal model of each.

    Parameters
    ----------
    irradiation : Irradiation
    facets : Facets
    groups : SunOnGroups
    """

    irradiation: Irradiation
    facets: Facets
    groups: SunOnGroups

    def hours(self, start: int, stop: int) -> NDArray[np.float32]:
        """Streams of buildings `start` to `stop`, W/m2 times the unit of the weights, (8760, streams, k)."""
        sums = self.irradiation.facet_hourly(self.facets, start, stop)
        return np.ascontiguousarray(sums.reshape(stop - start, self.facets.streams, HOURS).transpose(2, 1, 0))


def streams_of(
    buildings: Buildings, irradiation: Irradiation, parts: Sequence[Part], covers: NDArray[np.float64], streams: int
) -> SunStreams:
    """Facets of walls and roofs with what they count for.

    Surfaces of a building of one kind and one normal are a facet; each stands for a part of the area of its group.

    Parameters
    ----------
    buildings : Buildings
        Those that are simulated (n).
    irradiation : Irradiation
    parts : sequence of Part
    covers : float64 array (c, 2)
        See :class:`citytwin.model.facets.Facets`.
    streams : int
    """
    on = sun_on_groups(buildings, irradiation)
    kind = buildings.group_kind[on.group].astype(np.int64)
    lit = np.flatnonzero((np.isin(kind, [part.kind for part in parts])) & (on.share > 0))
    normal = irradiation.normal[on.row[lit]]
    key = np.column_stack([on.owner[lit], kind[lit], np.rint(normal / SAME_NORMAL).astype(np.int64)])
    order = np.lexsort(key.T[::-1])
    first = np.ones(len(order), np.bool_)
    first[1:] = (key[order][1:] != key[order][:-1]).any(axis=1)
    facet = np.cumsum(first) - 1
    lit = lit[order]
    area = on.share[lit] * buildings.group_area[on.group[lit]]
    n_facets = int(first.sum())
    whole = np.bincount(facet, area, minlength=n_facets)
    owner, of_kind = on.owner[lit][first], kind[lit][first]
    uses = [np.flatnonzero(of_kind == part.kind) for part in parts]
    used = np.concatenate(uses)
    by_facet = np.argsort(used, kind="stable")
    stream = np.repeat([part.stream for part in parts], [len(use) for use in uses])
    weight = np.concatenate([part.weight[owner[use]] * whole[use] for part, use in zip(parts, uses, strict=True)])
    cover = np.concatenate([part.cover[owner[use]] for part, use in zip(parts, uses, strict=True)])
    return SunStreams(
        irradiation,
        Facets(
            streams=streams,
            offsets=offsets_of(np.bincount(owner, minlength=len(buildings))),
            normal=normal[order][first],
            row_offsets=np.append(np.flatnonzero(first), len(order)),
            row=on.row[lit],
            share=(area / whole[facet]).astype(np.float32),
            use_offsets=offsets_of(np.bincount(used, minlength=n_facets)),
            stream=stream[by_facet],
            weight=weight[by_facet].astype(np.float32),
            cover=cover[by_facet],
            covers=covers,
        ),
        on,
    )


def _mean_view(
    view: NDArray[np.float64],
    lit: NDArray[np.float64],
    owner: NDArray[np.int64],
    kind: NDArray[np.bool_],
    n: int,
    open_view: float,
) -> NDArray[np.float64]:
    """Mean sky view factor (n,) of the groups of one kind; that of an open surface where none is known."""
    seen = np.bincount(owner[kind], view[kind], minlength=n)
    area = np.bincount(owner[kind], lit[kind], minlength=n)
    return np.divide(seen, area, out=np.full(n, open_view), where=area > 0)
