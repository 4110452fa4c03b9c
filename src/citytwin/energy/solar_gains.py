"""Sun on the buildings of a chunk: what the glazing lets in and what the opaque envelope conducts inwards."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.envelope import opaque_u_values, window_areas
from citytwin.energy.stock import Stock
from citytwin.model.buildings import Buildings
from citytwin.model.enums import GroupKind
from citytwin.model.ragged import offsets_of, row_of
from citytwin.model.weather import HOURS

if TYPE_CHECKING:
    from citytwin.model.irradiation import Irradiation


@dataclass(frozen=True, eq=False)
class SolarGains:
    """Weights that turn the irradiance of surfaces into heat flows of buildings.

    Parameters
    ----------
    irradiation : Irradiation
    offsets : int64 array (n + 1,)
        Entries of each building.
    rows : int64 array (m,)
        Rows of the irradiation.
    glazing, opaque : float32 arrays (m,)
        W of gain per W/m2 on the row; glazing without the g-value.
    walls_seen, roofs_seen : float64 arrays (n,)
        Mean sky view factor of exposed walls and of roofs.
    dark : bool array (n,)
        Buildings with exposed walls or roofs but no irradiation on some of them.
    """

    irradiation: Irradiation
    offsets: NDArray[np.int64]
    rows: NDArray[np.int64]
    glazing: NDArray[np.float32]
    opaque: NDArray[np.float32]
    walls_seen: NDArray[np.float64]
    roofs_seen: NDArray[np.float64]
    dark: NDArray[np.bool_]

    def hours(self, start: int, stop: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Gains through glazing and opaque envelope of buildings `start` to `stop`, W, (k, 8760) each."""
        first, last = self.offsets[start], self.offsets[stop]
        irradiance = self.irradiation.hourly(self.rows[first:last])
        glazing = np.zeros((stop - start, HOURS), np.float32)
        opaque = np.zeros((stop - start, HOURS), np.float32)
        bounds = (self.offsets[start : stop + 1] - first).tolist()
        for k, (a, b) in enumerate(pairwise(bounds)):
            np.einsum("s,sh->h", self.glazing[first + a : first + b], irradiance[a:b], out=glazing[k])
            np.einsum("s,sh->h", self.opaque[first + a : first + b], irradiance[a:b], out=opaque[k])
        return glazing, opaque


def solar_gains(buildings: Buildings, irradiation: Irradiation, stock: Stock) -> SolarGains:
    """Weights of every surface with irradiation for the building it belongs to.

    The irradiance of a facade group is the mean over its surfaces by exposed area. Glazing lets in
    ``incidence factor x glazed share x curtain factor x window area`` (ISO 13790:2008, 11.4; times g in the kernel),
    windows being spread over the exposed walls by area; walls and roofs conduct ``absorptance x R_se x U x area``
    inwards (11.3.4).

    Parameters
    ----------
    buildings : Buildings
        Those that are simulated (n); their `surface_group` refers to the surfaces of the city.
    irradiation : Irradiation
        Of that city.
    stock : Stock
    """
    n = len(buildings)
    owner = row_of(buildings.group_offsets)
    group = buildings.surface_group[irradiation.surface]
    rows = np.flatnonzero(group >= 0)
    group = group[rows]
    weight = np.asarray(buildings.surface_exposed_area[irradiation.surface[rows]], np.float64)
    lit = np.bincount(group, weight, minlength=len(owner)).astype(np.float64)
    share = np.divide(weight, lit[group], out=np.zeros_like(weight), where=lit[group] > 0)

    wall = buildings.group_kind == GroupKind.WALL
    roof = buildings.group_kind == GroupKind.ROOF
    wall_total = np.bincount(owner[wall], buildings.group_area[wall], minlength=n)
    windows = window_areas(buildings, stock)
    glazed = np.divide(windows, wall_total, out=np.zeros(n), where=wall_total > 0)
    u_wall, u_roof = opaque_u_values(buildings, stock)
    transmitted = np.prod([stock.constant(name) for name in ("incidence_factor", "glazed_share", "curtain_factor")])
    absorbed = stock.constant("absorptance") * stock.constant("external_resistance")
    group_glazing = np.where(wall, transmitted * glazed[owner] * buildings.group_area, 0.0)
    bare = np.maximum(1.0 - glazed[owner], 0.0) * buildings.group_area
    group_opaque = absorbed * np.select([wall, roof], [u_wall[owner] * bare, u_roof[owner] * buildings.group_area], 0.0)

    order = np.argsort(owner[group], kind="stable")
    counts = np.bincount(owner[group], minlength=n)
    view = np.bincount(group, weight * irradiation.sky_view[rows], minlength=len(owner)).astype(np.float64)
    unlit = (wall | roof) & (buildings.group_area > 0) & (lit <= 0)
    return SolarGains(
        irradiation=irradiation,
        offsets=offsets_of(counts),
        rows=rows[order],
        glazing=(share * group_glazing[group])[order].astype(np.float32),
        opaque=(share * group_opaque[group])[order].astype(np.float32),
        walls_seen=_mean_view(view, lit, owner, wall, n, 0.5),
        roofs_seen=_mean_view(view, lit, owner, roof, n, 1.0),
        dark=np.bincount(owner[unlit], minlength=n) > 0,
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
