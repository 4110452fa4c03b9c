"""Heat through the envelope: ISO 13789 transmission, ISO 13370 ground, and what sun and sky do to its outer face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.lanes import Floats, Lanes, central_permit
from citytwin.energy.stock import Stock, weighted
from citytwin.model.buildings import Buildings

MAX_COUPLING = 0.9
"""Largest loss of the opaque envelope as a share of the mass-to-surface conductance; beyond it C.5 has no solution."""


@dataclass(frozen=True, eq=False)
class Envelope:
    """Conductances of each lane, float64 arrays (m,), W/K unless stated.

    Parameters
    ----------
    window : of windows
    loss : of everything opaque, bridges and ground included
    limited : `loss`, at most what the zone model can couple
    h_ms, h_em : mass to surface, and mass to outdoor air
    at_mass : share of the heat at the outer face that reaches the mass node, over the loss in W/K
    ground_steady, ground_season : of the floor on ground, in the mean and with the seasons
    facing_wall, facing_roof : U times area of walls with windows, and of roofs
    opaque_scale : loss of walls and roof over that of the building's central values
    glazing : total solar transmittance of the glass (-)
    coupled : bool, False where the loss was limited
    """

    window: Floats
    loss: Floats
    limited: Floats
    h_ms: Floats
    h_em: Floats
    at_mass: Floats
    ground_steady: Floats
    ground_season: Floats
    facing_wall: Floats
    facing_roof: Floats
    opaque_scale: Floats
    glazing: Floats
    coupled: NDArray[np.bool_]


def window_areas(buildings: Buildings, stock: Stock) -> Floats:
    """Window area (n,), m2: that of the buildings, else the tables' share of floor area; at most the exposed wall."""
    share = weighted(stock.shares(buildings.use_shares), stock.by_use("window_share", "standard"))
    known = np.isfinite(buildings.window_area) & (buildings.window_area >= 0)
    area = np.where(known, buildings.window_area, share * buildings.heated_floor_area)
    return np.minimum(area, buildings.exposed_wall_area)


def ground_conductance(area: Floats, perimeter: Floats, u_floor: Floats, stock: Stock) -> tuple[Floats, Floats]:
    r"""Steady and seasonal conductance of a floor on ground, W/K (ISO 13370:2017, 7.2 and Annex H).

    With :math:`B' = 2A/P`, :math:`d = w + \lambda (R_{si} + R_f + R_{se})`: :math:`U = 2\lambda/(\pi B' + d)
    \ln(\pi B'/d + 1)` where :math:`d < B'`, else :math:`\lambda/(0.457 B' + d)`; the part that follows the seasons is
    :math:`0.37 P \lambda \ln(\delta/d + 1)`.

    Parameters
    ----------
    area, perimeter : float64 arrays (n,), m2 and m
    u_floor : float64 array (n,), W/(m2 K)
        Of the floor construction alone, surface resistances included.
    """
    soil = stock.constant("soil_conductivity")
    d = stock.constant("floor_wall_thickness") + soil / u_floor
    b = 2.0 * area / np.maximum(perimeter, 1e-6 + 0.02 * np.sqrt(area))
    u = np.where(d < b, 2.0 * soil / (np.pi * b + d) * np.log(np.pi * b / d + 1.0), soil / (0.457 * b + d))
    season = 0.37 * perimeter * soil * np.log(stock.constant("soil_depth") / d + 1.0)
    steady = u * area
    return steady, np.minimum(season, steady)


def opaque_u_values(buildings: Buildings, stock: Stock) -> tuple[Floats, Floats]:
    """Central U-values (n,) of walls and roofs, W/(m2 K): overrides, else the tables."""
    shares = stock.shares(buildings.use_shares)
    permit = central_permit(buildings, stock)
    found = []
    for name in ("u_wall", "u_roof"):
        given = buildings.override(name)
        found.append(np.where(np.isnan(given), stock.by_period(name, shares, permit), given))
    return found[0], found[1]


def envelope(lanes: Lanes) -> Envelope:
    """Envelope of each lane.

    Areas are those of the geometry: party walls lose nothing, walls to unheated neighbours by a b-factor; none of the
    registered floor areas enters (ISO 13789:2017). Better windows come with glass of today, better floors include those
    over outdoor air.
    """
    stock, buildings = lanes.stock, lanes.buildings
    window_area = np.minimum(
        lanes.of(window_areas(buildings, stock)) * lanes.deviation("window_area"), lanes.of(buildings.exposed_wall_area)
    )
    wall = lanes.of(buildings.exposed_wall_area) - window_area
    roof, outer_floor = lanes.of(buildings.roof_area), lanes.of(buildings.outer_floor_area)

    opaque = lanes.deviation("u_opaque")
    u_wall, u_roof, u_floor = (lanes.chosen(name) * opaque for name in ("u_wall", "u_roof", "u_floor"))
    u_window = lanes.chosen("u_window") * lanes.deviation("u_window")
    ground_steady, ground_season = ground_conductance(
        lanes.of(buildings.ground_area), lanes.of(buildings.exposed_perimeter), u_floor, stock
    )
    # a floor over outdoor air is improved with the others; one that is better already keeps its value
    u_outer_floor = np.fmin(lanes.aged("u_outer_floor"), lanes.override("u_floor")) * opaque
    air_side = u_wall * wall + u_roof * roof + u_outer_floor * outer_floor
    unheated = stock.constant("unheated_factor") * u_wall * lanes.of(buildings.unheated_wall_area)
    loss = (air_side + unheated) * (1.0 + stock.constant("bridge_share")) + ground_steady

    h_ms = stock.constant("mass_to_surface") * (lanes.by_use("mass_area_factor") * lanes.floor_area)
    coupled = loss <= MAX_COUPLING * h_ms
    limited = np.where(coupled, loss, MAX_COUPLING * h_ms)
    h_em = 1.0 / (1.0 / np.maximum(limited, 1e-6) - 1.0 / h_ms)
    # windows that are put in have glass as new as themselves
    renewed = lanes.override("u_window") < lanes.aged("u_window")
    glass = lanes.aged("g_perpendicular")
    glass = np.where(renewed, np.minimum(glass, lanes.newest("g_perpendicular")), glass)
    return Envelope(
        window=u_window * window_area,
        loss=loss,
        limited=limited,
        h_ms=h_ms,
        h_em=h_em,
        # heat at the outer face reaches the mass node through h_em, the loss goes through h_em and h_ms in series
        at_mass=h_em / np.maximum(loss, 1e-6),
        ground_steady=ground_steady,
        ground_season=ground_season,
        facing_wall=u_wall * wall + u_window * window_area,
        facing_roof=u_roof * roof,
        opaque_scale=_opaque_scale(lanes, u_wall, u_roof),
        glazing=lanes.chosen("g_window", lambda _: glass),
        coupled=coupled,
    )


def _opaque_scale(lanes: Lanes, u_wall: Floats, u_roof: Floats) -> Floats:
    """Loss of walls and roof of each lane over that of the building's central values, the base of its solar row."""
    central_wall, central_roof = opaque_u_values(lanes.buildings, lanes.stock)
    wall, roof = lanes.of(lanes.buildings.exposed_wall_area), lanes.of(lanes.buildings.roof_area)
    reference = lanes.of(central_wall) * wall + lanes.of(central_roof) * roof
    return np.where(reference > 0, (u_wall * wall + u_roof * roof) / np.where(reference > 0, reference, 1.0), 0.0)
