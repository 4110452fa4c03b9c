"""From buildings to the parameters of zones: envelope from geometry, the rest from the stock tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.air_exchange import air_exchange, airing_conductance
from citytwin.energy.hot_water import hot_water
from citytwin.energy.lanes import Floats, Lanes
from citytwin.energy.network_parameters import network_model
from citytwin.energy.rc_5r1c_parameters import five_conductances_model
from citytwin.energy.schedules import Schedules
from citytwin.energy.stock import Stock
from citytwin.energy.uncertainty import Deviations
from citytwin.kernels.thermal_zone import Zones
from citytwin.model.buildings import Buildings


@dataclass(frozen=True, eq=False)
class ZoneParameters:
    """What the kernel and the accounts need of each lane; a lane is a building, or a building in one draw.

    Parameters
    ----------
    zones : Zones
    recovered : float64 array (n, 2)
        Conductance that heat recovery saves in each ventilation state, W/K.
    recovery : float64 array (n, 2)
        Annual efficiency of heat recovery in each ventilation state, mean by flow.
    hot_water : float64 array (n,)
        Net need and losses of pipes, kWh a year.
    drawn : float64 array (n,)
        Part of it that follows the draw-off; the rest is lost evenly.
    appliances : float64 array (n,)
        Factor on the electricity profile, m2.
    fans : float64 array (n, 2)
        Electric power of fans in each ventilation state, W.
    exact : bool array (n,)
        See :class:`~citytwin.energy.zone_model.ZoneModel`.
    """

    zones: Zones
    recovered: NDArray[np.float64]
    recovery: NDArray[np.float64]
    hot_water: NDArray[np.float64]
    drawn: NDArray[np.float64]
    appliances: NDArray[np.float64]
    fans: NDArray[np.float64]
    exact: NDArray[np.bool_]


def zone_parameters(
    buildings: Buildings,
    schedules: Schedules,
    sky_view: tuple[Floats, Floats],
    stock: Stock,
    mode: str,
    deviations: Deviations | None = None,
    model: str = "network",
) -> ZoneParameters:
    """Parameters of one lane a building, or with `deviations` of one lane a building and draw.

    Values of ``buildings.overrides`` win over the tables. Above the airing temperature heat recovery is passed by and,
    where there is no cooling, windows are opened.

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
    model : {"network", "5r1c"}
    """
    lanes = Lanes(buildings, stock, mode, deviations)
    air = air_exchange(lanes, schedules)
    floor_area = lanes.floor_area
    gains = floor_area * lanes.deviation("gains")
    water = hot_water(lanes)
    cooled = lanes.aged("cooled") >= 0.5
    warmest = schedules.profiles.heating_setpoint.max(axis=1)[schedules.profile[lanes.building]]
    offset = lanes.deviation("heating_setpoint") + np.nan_to_num(lanes.override("heating_setpoint_change"))
    setpoint = warmest + offset
    model_of = five_conductances_model if model == "5r1c" else network_model
    zone = model_of(lanes, air.conductance, sky_view, water.useful)
    return ZoneParameters(
        zones=Zones(
            row=lanes.building.astype(np.int64),
            profile=schedules.profile[lanes.building],
            space=zone.space,
            ventilation=zone.ventilation,
            heating_offset=offset,
            cooling_offset=np.zeros(len(lanes)),
            heating_limit=np.full(len(lanes), np.inf),
            cooling_limit=np.where(cooled, np.inf, 0.0),
            airing=air.recovered + np.where(cooled, 0.0, airing_conductance(lanes))[:, None],
            airing_above=np.maximum(stock.constant("airing_temperature"), setpoint),
            weight=np.full(len(lanes), 1.0 if deviations is None else 0.0),
        ),
        recovered=air.recovered,
        recovery=air.recovery,
        hot_water=water.total,
        drawn=water.need + water.distribution,
        appliances=gains,
        fans=air.fans,
        exact=zone.exact,
    )
