"""Sun that a 5R1C zone gains: what the glazing lets in and what the opaque envelope conducts inwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from citytwin.energy.envelope import opaque_u_values, window_areas
from citytwin.energy.stock import Stock
from citytwin.energy.sun_streams import Part, SunStreams, streams_of
from citytwin.model.buildings import Buildings
from citytwin.model.enums import GroupKind
from citytwin.model.ragged import row_of

if TYPE_CHECKING:
    from citytwin.model.irradiation import Irradiation

GLAZING, OPAQUE = 0, 1


def solar_gains(buildings: Buildings, irradiation: Irradiation, stock: Stock) -> SunStreams:
    """Gains through glazing and through the opaque envelope of each building, W.

    Glazing lets in ``incidence factor x glazed share x curtain factor x window area`` (ISO 13790:2008, 11.4; times g in
    the zone's parameters), windows being spread over the exposed walls by area; walls and roofs conduct ``absorptance x
    R_se x U x area`` inwards (11.3.4).

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
    wall = buildings.group_kind == GroupKind.WALL
    wall_total = np.bincount(owner[wall], buildings.group_area[wall], minlength=n)
    windows = window_areas(buildings, stock)
    glazed = np.divide(windows, wall_total, out=np.zeros(n), where=wall_total > 0)
    u_wall, u_roof = opaque_u_values(buildings, stock)
    transmitted = np.prod([stock.constant(name) for name in ("incidence_factor", "glazed_share", "curtain_factor")])
    absorbed = stock.constant("absorptance") * stock.constant("external_resistance")
    none = np.zeros(n, np.int64)
    parts = [
        Part(GroupKind.WALL, GLAZING, transmitted * glazed, none),
        Part(GroupKind.WALL, OPAQUE, absorbed * u_wall * np.maximum(1.0 - glazed, 0.0), none),
        Part(GroupKind.ROOF, OPAQUE, absorbed * u_roof, none),
    ]
    return streams_of(buildings, irradiation, parts, np.zeros((1, 2)), 2)
