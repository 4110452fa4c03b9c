"""Heat through the envelope: ISO 13789 transmission, ISO 13370 ground, and what sun and sky do to its outer face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.lanes import Floats, Lanes, central_permit
from citytwin.energy.period_table import weighted
from citytwin.energy.stock import Stock
from citytwin.model.buildings import Buildings
from citytwin.model.enums import GroupKind
from citytwin.model.ragged import row_of

MAX_COUPLING = 0.9
"""Largest loss of the opaque envelope as a share of the mass-to-surface conductance; beyond it C.5 has no solution."""


@dataclass(frozen=True, eq=False)
class Surfaces:
    """Areas and U-values of the envelope of each lane, float64 arrays (m,), m2 and W/(m2 K).

    Areas of what borders on unheated space are times its b-factor (ISO 13789:2017): what they lose they lose to outdoor
    air; a roof over an unheated attic counts with its plan (:func:`roof_factor`).

    Parameters
    ----------
    wall, roof, outer_floor, ground, window : to outdoor air and ground; walls without windows
    unheated_wall, unheated_floor : to unheated neighbours
    u_wall, u_roof, u_floor, u_outer_floor, u_window : U-values; those of `u_outer_floor` also over unheated neighbours
    glazing : total solar transmittance of the glass at normal incidence (-)
    ground_steady, ground_season : conductance to the ground, W/K, in the mean and with the seasons
    """

    wall: Floats
    roof: Floats
    outer_floor: Floats
    ground: Floats
    window: Floats
    unheated_wall: Floats
    unheated_floor: Floats
    u_wall: Floats
    u_roof: Floats
    u_floor: Floats
    u_outer_floor: Floats
    u_window: Floats
    glazing: Floats
    ground_steady: Floats
    ground_season: Floats

    @property
    def over_air(self) -> Floats:
        """Loss of opaque elements to outdoor air and unheated space, without bridges, W/K."""
        above = self.u_wall * (self.wall + self.unheated_wall) + self.u_roof * self.roof
        return above + self.u_outer_floor * (self.outer_floor + self.unheated_floor)

    @property
    def unheated(self) -> Floats:
        """The part of it to unheated space, W/K."""
        return self.u_wall * self.unheated_wall + self.u_outer_floor * self.unheated_floor


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


def roof_factor(buildings: Buildings, stock: Stock) -> Floats:
    r"""What a square metre of roof loses over what its U-value says (n,), because pitched roofs cover unheated attics.

    The tables say by use which share p of pitched roofs does. There the attic floor, with the plan area, has the
    U-value and a b-factor of the attic: :math:`\sum A (1 - p + p b \cos\theta) / \sum A` over the roof groups of area A
    and tilt :math:`\theta`; flat roofs count as they are.

    Examples
    --------
    >>> import citytwin as ct
    >>> from citytwin.energy.stock import load_stock
    >>> roof_factor(ct.synthetic.apartment_blocks(1970, 2).buildings(), load_stock()).tolist()
    [1.0, 1.0]
    """
    n = len(buildings)
    owner = row_of(buildings.group_offsets)
    roof = buildings.group_kind == GroupKind.ROOF
    share = weighted(stock.shares(buildings.use_shares), stock.by_use("attic_share", "standard"))[owner[roof]]
    tilt = buildings.group_tilt[roof]
    under_attic = np.where(tilt > 0, stock.constant("attic_factor") * np.cos(np.radians(tilt)), 1.0)
    area = buildings.group_area[roof]
    total = np.bincount(owner[roof], area, minlength=n)
    lost = np.bincount(owner[roof], area * (1.0 - share + share * under_attic), minlength=n)
    return np.divide(lost, total, out=np.ones(n), where=total > 0)


def opaque_u_values(buildings: Buildings, stock: Stock) -> tuple[Floats, Floats]:
    """Central U-values (n,) of walls and roofs as built, W/(m2 K): overrides, else the tables; attics are in it."""
    shares = stock.shares(buildings.use_shares)
    permit = central_permit(buildings, stock)
    found = []
    for name in ("u_wall", "u_roof"):
        given = buildings.override(name)
        found.append(np.where(np.isnan(given), stock.by_period(name, shares, permit), given))
    return found[0], found[1] * roof_factor(buildings, stock)


def surfaces(lanes: Lanes) -> Surfaces:
    """Areas and U-values of each lane.

    Areas are those of the geometry: party walls are no part of the envelope, walls and floors to unheated neighbours
    are by a b-factor; none of the registered floor areas enters (ISO 13789:2017). Better windows come with glass of
    today, better floors include those over outdoor air and unheated space.

    Examples
    --------
    >>> import citytwin as ct
    >>> from citytwin.energy.lanes import Lanes
    >>> from citytwin.energy.stock import load_stock
    >>> flats = Lanes(ct.synthetic.apartment_blocks(1970, 2).buildings(), load_stock(), "standard")
    >>> surfaces(flats).u_wall.tolist()
    [0.81, 0.81]
    """
    stock, buildings = lanes.stock, lanes.buildings
    window = np.minimum(
        lanes.of(window_areas(buildings, stock)) * lanes.deviation("window_area"), lanes.of(buildings.exposed_wall_area)
    )
    opaque = lanes.deviation("u_opaque")
    u_wall, u_roof, u_floor = (lanes.chosen(name) * opaque for name in ("u_wall", "u_roof", "u_floor"))
    ground = lanes.of(buildings.ground_area)
    steady, season = ground_conductance(ground, lanes.of(buildings.exposed_perimeter), u_floor, stock)
    # windows that are known are as built, or were put in with glass of today
    given = lanes.override("u_window")
    known, built = ~np.isnan(given), lanes.as_built("g_perpendicular")
    put_in = np.where(given < lanes.as_built("u_window"), np.minimum(built, lanes.newest("g_perpendicular")), built)
    glass = np.where(known, put_in, lanes.aged("g_perpendicular"))
    return Surfaces(
        wall=lanes.of(buildings.exposed_wall_area) - window,
        roof=lanes.of(buildings.roof_area * roof_factor(buildings, stock)),
        outer_floor=lanes.of(buildings.outer_floor_area),
        ground=ground,
        window=window,
        unheated_wall=stock.constant("unheated_factor") * lanes.of(buildings.unheated_wall_area),
        unheated_floor=stock.constant("unheated_floor_factor") * lanes.of(buildings.unheated_floor_area),
        u_wall=u_wall,
        u_roof=u_roof,
        u_floor=u_floor,
        # a floor over outdoor air is improved with the others; one that is better already keeps its value
        u_outer_floor=np.fmin(lanes.aged("u_outer_floor"), lanes.override("u_floor")) * opaque,
        u_window=lanes.chosen("u_window") * lanes.deviation("u_window"),
        glazing=lanes.chosen("g_window", lambda _: glass),
        ground_steady=steady,
        ground_season=season,
    )


def inner_areas(lanes: Lanes) -> dict[str, Floats]:
    """Areas of the mass inside each lane (m,), m2, by element of :mod:`citytwin.energy.constructions`.

    ``intermediate_floor``: floor area that is neither on the ground nor over outdoor air or unheated space;
    ``partition``: one face, by floor area as the tables say; ``party_wall``: shared with heated neighbours, own half.

    Examples
    --------
    >>> import citytwin as ct
    >>> from citytwin.energy.lanes import Lanes
    >>> from citytwin.energy.stock import load_stock
    >>> flats = Lanes(ct.synthetic.apartment_blocks(1970, 2).buildings(), load_stock(), "standard")
    >>> sorted(inner_areas(flats))
    ['intermediate_floor', 'partition', 'party_wall']
    """
    buildings = lanes.buildings
    lowest = lanes.of(buildings.ground_area + buildings.outer_floor_area + buildings.unheated_floor_area)
    return {
        "intermediate_floor": np.maximum(lanes.floor_area - lowest, 0.0),
        "partition": lanes.by_use("partition_share") * lanes.floor_area,
        "party_wall": lanes.of(buildings.party_wall_area),
    }


def envelope(lanes: Lanes) -> Envelope:
    """Envelope of each lane; see :func:`surfaces` for its areas and U-values."""
    stock, s = lanes.stock, surfaces(lanes)
    loss = s.over_air * (1.0 + stock.constant("bridge_share")) + s.ground_steady

    h_ms = stock.constant("mass_to_surface") * (lanes.by_use("mass_area_factor") * lanes.floor_area)
    coupled = loss <= MAX_COUPLING * h_ms
    limited = np.where(coupled, loss, MAX_COUPLING * h_ms)
    h_em = 1.0 / (1.0 / np.maximum(limited, 1e-6) - 1.0 / h_ms)
    return Envelope(
        window=s.u_window * s.window,
        loss=loss,
        limited=limited,
        h_ms=h_ms,
        h_em=h_em,
        # heat at the outer face reaches the mass node through h_em, the loss goes through h_em and h_ms in series
        at_mass=h_em / np.maximum(loss, 1e-6),
        ground_steady=s.ground_steady,
        ground_season=s.ground_season,
        facing_wall=s.u_wall * s.wall + s.u_window * s.window,
        facing_roof=s.u_roof * s.roof,
        opaque_scale=_opaque_scale(lanes, s),
        glazing=s.glazing,
        coupled=coupled,
    )


def _opaque_scale(lanes: Lanes, s: Surfaces) -> Floats:
    """Loss of walls and roof of each lane over that of the building's central values, the base of its solar row."""
    central_wall, central_roof = opaque_u_values(lanes.buildings, lanes.stock)
    wall = lanes.of(lanes.buildings.exposed_wall_area)
    reference = lanes.of(central_wall) * wall + lanes.of(central_roof * lanes.buildings.roof_area)
    own = s.u_wall * wall + s.u_roof * s.roof
    return np.where(reference > 0, own / np.where(reference > 0, reference, 1.0), 0.0)
