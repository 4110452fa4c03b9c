"""Air in and out: ventilation with heat recovery, leakage, airing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from citytwin.energy.lanes import Floats, Lanes
from citytwin.energy.period_table import BASE_USES, Permit
from citytwin.energy.schedules import Schedules

SYSTEMS = ("natural", "exhaust", "balanced")
"""Codes of ``ventilation_system`` in the stock tables."""
BALANCED = (0.0, 0.0, 1.0)


@dataclass(frozen=True, eq=False)
class AirExchange:
    """What air carries in each of the two ventilation states, float64 arrays (m, 2).

    Parameters
    ----------
    conductance : W/K, ventilation and leakage less what is recovered
    recovered : W/K, what heat recovery saves
    recovery : efficiency of heat recovery over a year (-), mean by flow
    fans : W of electricity
    system : share of the flow by natural, exhaust and balanced ventilation (m, 3)
    """

    conductance: Floats
    recovered: Floats
    recovery: Floats
    fans: Floats
    system: Floats


def air_exchange(lanes: Lanes, schedules: Schedules) -> AirExchange:
    """Air exchange of each lane.

    Fans and heat recovery belong to the system that the tables give by use and time of permit: natural ventilation has
    neither, exhaust no recovery. Heat recovery of a register or scenario wins over the tables; recovery that is put in
    needs balanced ventilation, with fans as new as itself.
    """
    stock = lanes.stock
    flow, mechanical, recovery, system = _flows(lanes, schedules)
    flow *= lanes.deviation("ventilation")[:, None]
    mechanical *= lanes.deviation("ventilation")[:, None]
    given = lanes.override("heat_recovery")
    recovery = np.where(np.isnan(given)[:, None], recovery, given[:, None])
    system = np.where(given[:, None] > 0, BALANCED, system)
    added = given > lanes.aged("heat_recovery")
    fan_power = np.where(added, lanes.newest("fan_power"), lanes.aged("fan_power"))
    mechanical = np.where(added[:, None], flow, mechanical)
    per_litre = stock.constant("air_heat_capacity") / 1000.0
    recovered = per_litre * flow * recovery
    leakage = _leakage(lanes) * lanes.deviation("infiltration")
    return AirExchange(
        conductance=np.maximum(per_litre * (flow + leakage[:, None]) - recovered, 1e-3 * lanes.floor_area[:, None]),
        recovered=recovered,
        recovery=recovery,
        fans=fan_power[:, None] * mechanical,
        system=system,
    )


def airing_conductance(lanes: Lanes) -> Floats:
    """Conductance of opened windows (m,), W/K, from the air change that the tables give by use."""
    volume = lanes.by_use("room_height") * lanes.floor_area
    return lanes.by_use("airing") * volume * lanes.stock.constant("air_heat_capacity") / 3600.0


def frost_limited(recovery: Floats, room: Floats, outdoor: Floats, limit: float) -> Floats:
    """Efficiency of heat recovery in one hour: at most what cools exhaust air down to a limit.

    ``min(recovery, (room - limit) / (room - outdoor))``; the efficiency over a year is for energy, this one for power.

    Parameters
    ----------
    recovery : float64 array (m,)
        Over a year.
    room, outdoor : float64 arrays (m,), degrees Celsius
    limit : float, degrees Celsius

    Examples
    --------
    >>> import numpy as np
    >>> frost_limited(np.array([0.8, 0.8]), np.array([21.0, 21.0]), np.array([-21.0, 5.0]), 0.0)
    array([0.5, 0.8])
    """
    return np.minimum(recovery, np.maximum(room - limit, 0.0) / np.maximum(room - outdoor, 1e-6))


def _flows(lanes: Lanes, schedules: Schedules) -> tuple[Floats, Floats, Floats, Floats]:
    """Ventilation flow and its mechanical part (m, 2) in l/s, flow-weighted heat recovery (m, 2), systems (m, 3).

    The standard demands the flows of the decree of every building. In operation dwellings, and whatever is older than
    mechanical ventilation, have a constant air change all day.
    """
    stock = lanes.stock
    likely = Permit(lanes.permit.year, np.zeros_like(lanes.permit.year))
    by_state = schedules.air_in_state[schedules.profile[lanes.building]]
    flow, mechanical, recovered = np.zeros((3, len(lanes), 2))
    systems = np.zeros((len(lanes), len(SYSTEMS)))
    height = stock.by_use("room_height", lanes.mode)
    for use in BASE_USES:
        constant = stock.of_use("constant_air_change", use, likely)[:, None] * height[use] / 3.6
        scheduled = by_state[:, :, use]
        litres = np.where((lanes.mode == "operated") & (constant > 0), constant, scheduled)
        litres = litres * (lanes.shares[:, use] * lanes.floor_area)[:, None]
        system = stock.of_use("ventilation_system", use, likely)
        flow += litres
        mechanical += litres * (system > 0)[:, None]
        recovered += litres * stock.of_use("heat_recovery", use, lanes.permit)[:, None]
        systems += litres.mean(axis=1)[:, None] * (system[:, None] == np.arange(len(SYSTEMS)))
    return flow, mechanical, recovered / flow, systems / flow.mean(axis=1)[:, None]


def _leakage(lanes: Lanes) -> Floats:
    """Infiltration (m,) in l/s: q50 A / x with the divisor x by storeys (National Building Code of Finland D5-2012).

    q50 A is n50 V with the air volume V, floor area times room height. In standard use new envelopes that are not
    measured have the q50 of the decree over the area of the envelope, its floor included.
    """
    storeys = np.nan_to_num(lanes.of(lanes.buildings.storeys), nan=1.0)
    divisor = np.select(
        [storeys < 1.5, storeys < 2.5, storeys < 4.5],
        [lanes.stock.constant(f"leakage_divisor_{k}") for k in (1, 2, 3)],
        lanes.stock.constant("leakage_divisor_5"),
    )
    leak = lanes.chosen("n50") * lanes.floor_area * lanes.by_use("room_height")
    q50 = lanes.aged("standard_q50")
    if lanes.mode == "standard":
        leak = np.where((q50 > 0) & np.isnan(lanes.override("n50")), q50 * envelope_area(lanes), leak)
    return leak / divisor / 3.6


def envelope_area(lanes: Lanes) -> Floats:
    """Area between heated rooms and everything else (m,), m2, party walls left out."""
    buildings = lanes.buildings
    total = buildings.exposed_wall_area + buildings.unheated_wall_area + buildings.roof_area
    return lanes.of(total + buildings.ground_area + buildings.outer_floor_area + buildings.unheated_floor_area)
