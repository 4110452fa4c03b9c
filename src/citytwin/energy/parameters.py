"""From buildings to the parameters of the zone model: envelope from geometry, the rest from the stock tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.schedules import Schedules
from citytwin.energy.stock import BASE_USES, Permit, Stock, weighted
from citytwin.energy.uncertainty import Deviations, is_imputed
from citytwin.kernels.rc_5r1c import Zones
from citytwin.model.buildings import Buildings

MAX_COUPLING = 0.9
"""Largest loss of the opaque envelope as a share of the mass-to-surface conductance; beyond it C.5 has no solution."""
DRIVES = ("sky", "ground_mean", "ground_season", "constant")


@dataclass(frozen=True, eq=False)
class ZoneParameters:
    """What the kernel and the accounts need of each lane; a lane is a building, or a building in one draw.

    Parameters
    ----------
    zones : Zones
    transmission : float64 array (n,)
        Loss through envelope and bridges, W/K.
    recovered : float64 array (n, 2)
        Conductance that heat recovery saves in each ventilation state, W/K.
    recovery : float64 array (n, 2)
        Annual efficiency of heat recovery in each ventilation state, mean by flow.
    hot_water : float64 array (n,)
        Net need and circulation, kWh a year.
    appliances : float64 array (n,)
        Factor on the electricity profile, m2.
    fans : float64 array (n, 2)
        Electric power of fans in each ventilation state, W.
    coupled : bool array (n,)
        False where the opaque loss was limited to :data:`MAX_COUPLING`.
    """

    zones: Zones
    transmission: NDArray[np.float64]
    recovered: NDArray[np.float64]
    recovery: NDArray[np.float64]
    hot_water: NDArray[np.float64]
    appliances: NDArray[np.float64]
    fans: NDArray[np.float64]
    coupled: NDArray[np.bool_]


def window_areas(buildings: Buildings, stock: Stock) -> NDArray[np.float64]:
    """Window area (n,), m2: that of the buildings, else the tables' share of floor area; at most the exposed wall."""
    share = weighted(stock.shares(buildings.use_shares), stock.by_use("window_share", "standard"))
    known = np.isfinite(buildings.window_area) & (buildings.window_area >= 0)
    area = np.where(known, buildings.window_area, share * buildings.heated_floor_area)
    return np.minimum(area, buildings.exposed_wall_area)


def ground_conductance(
    area: NDArray[np.float64], perimeter: NDArray[np.float64], u_floor: NDArray[np.float64], stock: Stock
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
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


def zone_parameters(
    buildings: Buildings,
    schedules: Schedules,
    sky_view: tuple[NDArray[np.float64], NDArray[np.float64]],
    stock: Stock,
    mode: str,
    deviations: Deviations | None = None,
) -> ZoneParameters:
    """Parameters of one lane a building, or with `deviations` of one lane a building and draw.

    Transmission follows ISO 13789:2017 with areas of the geometry: party walls lose nothing, walls to unheated
    neighbours by a b-factor, floors on ground by ISO 13370; none of the registered floor areas enters. Walls, roofs and
    windows radiate to the part of the sky they see (ISO 13790:2008, 11.3.2). Above the airing temperature heat recovery
    is passed by and, where there is no cooling, windows are opened. Values of ``buildings.overrides`` win over the
    tables; better windows come with glass of today, better floors include those over outdoor air.

    Parameters
    ----------
    buildings : Buildings
        Those that are simulated (n).
    schedules : Schedules
        Of the same buildings.
    sky_view : pair of float64 arrays (n,)
        Mean sky view factor of exposed walls and roofs.
    stock : Stock
    mode : {"standard", "operated"}
    deviations : mapping of parameter to float64 array (n, draws), optional
        As :func:`~citytwin.energy.uncertainty.draw_deviations` gives them; lanes go through the draws of the first
        building, then the second.
    """
    n = len(buildings)
    draws = 1 if deviations is None else deviations["gains"].shape[1]
    lane = np.repeat(np.arange(n), draws)
    absolute = {name for name, spread in stock.spreads.items() if not spread.relative}

    def deviation(name: str) -> NDArray[np.float64]:
        if deviations is None:
            return np.full(n, 0.0 if name in absolute else 1.0)
        return deviations[name].reshape(-1)

    shares = stock.shares(buildings.use_shares)[lane]
    permit = central_permit(buildings, stock)
    permit = Permit(permit.year[lane] + deviation("year_built"), np.zeros(n * draws) if deviations else permit.spread)

    def aged(name: str) -> NDArray[np.float64]:
        return stock.by_period(name, shares, permit)

    def newest(name: str) -> NDArray[np.float64]:
        return stock.by_period(name, shares, Permit(np.full(len(lane), np.inf), np.zeros(len(lane))))

    def by_use(name: str) -> NDArray[np.float64]:
        return weighted(shares, stock.by_use(name, mode))

    def chosen(name: str, table: NDArray[np.float64]) -> NDArray[np.float64]:
        given = buildings.override(name)[lane]
        return np.where(np.isnan(given), table, given)

    floor_area = buildings.heated_floor_area[lane] * deviation("floor_area")
    window = np.minimum(
        window_areas(buildings, stock)[lane] * deviation("window_area"), buildings.exposed_wall_area[lane]
    )
    wall = buildings.exposed_wall_area[lane] - window
    unheated = buildings.unheated_wall_area[lane]
    roof = buildings.roof_area[lane]
    ground = buildings.ground_area[lane]
    outer_floor = buildings.outer_floor_area[lane]

    opaque = deviation("u_opaque")
    u_wall = chosen("u_wall", aged("u_wall")) * opaque
    u_roof = chosen("u_roof", aged("u_roof")) * opaque
    u_floor = chosen("u_floor", aged("u_floor")) * opaque
    u_window = chosen("u_window", aged("u_window")) * deviation("u_window")
    ground_steady, ground_season = ground_conductance(ground, buildings.exposed_perimeter[lane], u_floor, stock)
    # a floor over outdoor air is improved with the others; one that is better already keeps its value
    u_outer_floor = np.fmin(aged("u_outer_floor"), chosen("u_floor", np.full(len(lane), np.nan))) * opaque
    air_side = u_wall * wall + u_roof * roof + u_outer_floor * outer_floor
    bridges = 1.0 + stock.constant("bridge_share")
    loss = (air_side + stock.constant("unheated_factor") * u_wall * unheated) * bridges + ground_steady

    internal = stock.constant("internal_area_factor") * floor_area
    mass_area = by_use("mass_area_factor") * floor_area
    h_ms = stock.constant("mass_to_surface") * mass_area
    coupled = loss <= MAX_COUPLING * h_ms
    limited = np.where(coupled, loss, MAX_COUPLING * h_ms)
    h_em = 1.0 / (1.0 / np.maximum(limited, 1e-6) - 1.0 / h_ms)
    # heat at the outer face reaches the mass node through h_em, the loss of U A goes through h_em and h_ms in series
    at_mass = h_em / np.maximum(loss, 1e-6)

    flow, mechanical, recovery = _air_flows(schedules, stock, mode, lane, shares, permit, floor_area)
    flow *= deviation("ventilation")[:, None]
    mechanical *= deviation("ventilation")[:, None]
    fan_power = aged("fan_power")
    given = buildings.override("heat_recovery")[lane]
    recovery = np.where(np.isnan(given)[:, None], recovery, given[:, None])
    # recovery that is put in needs balanced ventilation, with fans as new as itself
    added = given > aged("heat_recovery")
    fan_power = np.where(added, newest("fan_power"), fan_power)
    mechanical = np.where(added[:, None], flow, mechanical)
    per_litre = stock.constant("air_heat_capacity") / 1000.0
    recovered = per_litre * flow * recovery
    leakage = _leakage(buildings, stock, mode, lane, shares, permit, floor_area) * deviation("infiltration")
    h_ve = np.maximum(per_litre * (flow + leakage[:, None]) - recovered, 1e-3 * floor_area[:, None])

    circulation = aged("circulation_loss") * floor_area * deviation("hot_water")
    outside = stock.constant("external_resistance") * stock.constant("sky_coefficient")
    walls_seen, roofs_seen = sky_view
    drives = np.zeros((len(lane), len(DRIVES)))
    facing_walls = (u_wall * wall + u_window * window) * walls_seen[lane]
    drives[:, 0] = outside * at_mass * (facing_walls + u_roof * roof * roofs_seen[lane])
    drives[:, 1] = at_mass * ground_steady
    drives[:, 2] = at_mass * ground_season
    drives[:, 3] = stock.constant("circulation_useful_share") * circulation / 8.76
    cooled = aged("cooled") >= 0.5
    opened = by_use("airing") * by_use("room_height") * floor_area * stock.constant("air_heat_capacity") / 3600.0
    setpoint = schedules.profiles.heating_setpoint.max(axis=1)[schedules.profile[lane]] + deviation("heating_setpoint")
    # windows that are put in have glass as new as themselves
    glass = aged("g_perpendicular")
    renewed = buildings.override("u_window")[lane] < aged("u_window")
    glazing = chosen("g_window", np.where(renewed, np.minimum(glass, newest("g_perpendicular")), glass))
    return ZoneParameters(
        zones=Zones(
            row=lane.astype(np.int64),
            profile=schedules.profile[lane],
            h_ve=h_ve,
            h_w=np.maximum(u_window * window, 1e-6),
            h_em=h_em,
            h_ms=h_ms,
            h_is=stock.constant("surface_to_air") * internal,
            capacity=by_use("heat_capacity") * floor_area / 3600.0,
            mass_share=mass_area / internal,
            gain_scale=floor_area * deviation("gains"),
            glazing_scale=glazing * deviation("window_area"),
            opaque_scale=at_mass * _opaque_scale(buildings, stock, u_wall, u_roof, lane),
            drives=drives,
            heating_offset=deviation("heating_setpoint"),
            cooling_offset=np.zeros(len(lane)),
            heating_limit=np.full(len(lane), np.inf),
            cooling_limit=np.where(cooled, np.inf, 0.0),
            airing=recovered + np.where(cooled, 0.0, opened)[:, None],
            airing_above=np.maximum(stock.constant("airing_temperature"), setpoint),
            weight=np.full(len(lane), 1.0 if deviations is None else 0.0),
        ),
        transmission=limited + u_window * window,
        recovered=recovered,
        recovery=recovery,
        hot_water=by_use("hot_water") * floor_area * deviation("hot_water") + circulation,
        appliances=floor_area * deviation("gains"),
        fans=fan_power[:, None] * mechanical,
        coupled=coupled,
    )


def _air_flows(
    schedules: Schedules,
    stock: Stock,
    mode: str,
    lane: NDArray[np.int64],
    shares: NDArray[np.float64],
    permit: Permit,
    floor_area: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Ventilation flow and its mechanical part (n, 2) in l/s, and the flow-weighted heat recovery (n, 2).

    The standard demands the flows of the decree of every building. In operation dwellings, and whatever is older than
    mechanical ventilation, have a constant air change all day.
    """
    likely = Permit(permit.year, np.zeros_like(permit.year))
    by_state = schedules.air_in_state[schedules.profile[lane]]
    flow = np.zeros((len(lane), 2))
    mechanical = np.zeros((len(lane), 2))
    recovered = np.zeros((len(lane), 2))
    height = stock.by_use("room_height", mode)
    for use in BASE_USES:
        constant = stock.of_use("constant_air_change", use, likely)[:, None] * height[use] / 3.6
        scheduled = by_state[:, :, use]
        litres = np.where((mode == "operated") & (constant > 0), constant, scheduled)
        litres = litres * (shares[:, use] * floor_area)[:, None]
        flow += litres
        mechanical += litres * (stock.of_use("fan_power", use, likely) > 0)[:, None]
        recovered += litres * stock.of_use("heat_recovery", use, permit)[:, None]
    return flow, mechanical, recovered / flow


def _leakage(
    buildings: Buildings,
    stock: Stock,
    mode: str,
    lane: NDArray[np.int64],
    shares: NDArray[np.float64],
    permit: Permit,
    floor_area: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Infiltration (n,) in l/s: q50 A / x with the divisor x by storeys, where q50 A = n50 V.

    V is the air volume, floor area times room height.
    """
    height = weighted(shares, stock.by_use("room_height", mode))
    n50 = stock.by_period("n50", shares, permit)
    given = buildings.override("n50")[lane]
    n50 = np.where(np.isnan(given), n50, given)
    storeys = np.nan_to_num(buildings.storeys[lane], nan=1.0)
    divisor = np.select(
        [storeys < 1.5, storeys < 2.5, storeys < 4.5],
        [stock.constant(f"leakage_divisor_{k}") for k in (1, 2, 3)],
        stock.constant("leakage_divisor_5"),
    )
    return n50 * floor_area * height / divisor / 3.6


def _opaque_scale(
    buildings: Buildings,
    stock: Stock,
    u_wall: NDArray[np.float64],
    u_roof: NDArray[np.float64],
    lane: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Loss of walls and roof of each lane over that of the building's central values, the base of its solar row."""
    central = opaque_u_values(buildings, stock)
    wall, roof = buildings.exposed_wall_area[lane], buildings.roof_area[lane]
    reference = central[0][lane] * wall + central[1][lane] * roof
    return np.where(reference > 0, (u_wall * wall + u_roof * roof) / np.where(reference > 0, reference, 1.0), 0.0)


def central_permit(buildings: Buildings, stock: Stock) -> Permit:
    """Time of permit of each building, with the spread of the year of completion where that is imputed or missing."""
    spread = np.where(is_imputed(buildings, "year_built"), stock.spreads["year_built"].sd_imputed, 0.0)
    return stock.permit(stock.shares(buildings.use_shares), buildings.year_built, spread)


def opaque_u_values(buildings: Buildings, stock: Stock) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Central U-values (n,) of walls and roofs, W/(m2 K): overrides, else the tables."""
    shares = stock.shares(buildings.use_shares)
    permit = central_permit(buildings, stock)
    found = []
    for name in ("u_wall", "u_roof"):
        given = buildings.override(name)
        found.append(np.where(np.isnan(given), stock.by_period(name, shares, permit), given))
    return found[0], found[1]
