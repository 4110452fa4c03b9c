"""Air in and out: ventilation with heat recovery, leakage, airing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from citytwin.energy.lanes import Floats, Lanes
from citytwin.energy.schedules import Schedules
from citytwin.energy.stock import BASE_USES, Permit


@dataclass(frozen=True, eq=False)
class AirExchange:
    """What air carries in each of the two ventilation states, float64 arrays (m, 2).

    Parameters
    ----------
    conductance : W/K, ventilation and leakage less what is recovered
    recovered : W/K, what heat recovery saves
    recovery : efficiency of heat recovery over a year (-), mean by flow
    fans : W of electricity
    """

    conductance: Floats
    recovered: Floats
    recovery: Floats
    fans: Floats


def air_exchange(lanes: Lanes, schedules: Schedules) -> AirExchange:
    """Air exchange of each lane.

    Heat recovery of a register or scenario wins over the tables; recovery that is put in needs balanced ventilation,
    with fans as new as itself.
    """
    stock = lanes.stock
    flow, mechanical, recovery = _flows(lanes, schedules)
    flow *= lanes.deviation("ventilation")[:, None]
    mechanical *= lanes.deviation("ventilation")[:, None]
    given = lanes.override("heat_recovery")
    recovery = np.where(np.isnan(given)[:, None], recovery, given[:, None])
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
    )


def airing_conductance(lanes: Lanes) -> Floats:
    """Conductance of opened windows (m,), W/K, from the air change that the tables give by use."""
    volume = lanes.by_use("room_height") * lanes.floor_area
    return lanes.by_use("airing") * volume * lanes.stock.constant("air_heat_capacity") / 3600.0


def _flows(lanes: Lanes, schedules: Schedules) -> tuple[Floats, Floats, Floats]:
    """Ventilation flow and its mechanical part (m, 2) in l/s, and the flow-weighted heat recovery (m, 2).

    The standard demands the flows of the decree of every building. In operation dwellings, and whatever is older than
    mechanical ventilation, have a constant air change all day.
    """
    stock = lanes.stock
    likely = Permit(lanes.permit.year, np.zeros_like(lanes.permit.year))
    by_state = schedules.air_in_state[schedules.profile[lanes.building]]
    flow, mechanical, recovered = np.zeros((3, len(lanes), 2))
    height = stock.by_use("room_height", lanes.mode)
    for use in BASE_USES:
        constant = stock.of_use("constant_air_change", use, likely)[:, None] * height[use] / 3.6
        scheduled = by_state[:, :, use]
        litres = np.where((lanes.mode == "operated") & (constant > 0), constant, scheduled)
        litres = litres * (lanes.shares[:, use] * lanes.floor_area)[:, None]
        flow += litres
        mechanical += litres * (stock.of_use("fan_power", use, likely) > 0)[:, None]
        recovered += litres * stock.of_use("heat_recovery", use, lanes.permit)[:, None]
    return flow, mechanical, recovered / flow


def _leakage(lanes: Lanes) -> Floats:
    """Infiltration (m,) in l/s: q50 A / x with the divisor x by storeys, where q50 A = n50 V.

    V is the air volume, floor area times room height.
    """
    storeys = np.nan_to_num(lanes.of(lanes.buildings.storeys), nan=1.0)
    divisor = np.select(
        [storeys < 1.5, storeys < 2.5, storeys < 4.5],
        [lanes.stock.constant(f"leakage_divisor_{k}") for k in (1, 2, 3)],
        lanes.stock.constant("leakage_divisor_5"),
    )
    return lanes.chosen("n50") * lanes.floor_area * lanes.by_use("room_height") / divisor / 3.6
