"""From buildings to the parameters of the zone model: envelope from geometry, the rest from the stock tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.air_exchange import air_exchange, airing_conductance
from citytwin.energy.envelope import Envelope, envelope
from citytwin.energy.lanes import Floats, Lanes
from citytwin.energy.schedules import Schedules
from citytwin.energy.stock import Stock
from citytwin.energy.uncertainty import Deviations
from citytwin.kernels.thermal_zone import Zones
from citytwin.model.buildings import Buildings

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
        False where the opaque loss was limited to :data:`~citytwin.energy.envelope.MAX_COUPLING`.
    """

    zones: Zones
    transmission: NDArray[np.float64]
    recovered: NDArray[np.float64]
    recovery: NDArray[np.float64]
    hot_water: NDArray[np.float64]
    appliances: NDArray[np.float64]
    fans: NDArray[np.float64]
    coupled: NDArray[np.bool_]


def zone_parameters(
    buildings: Buildings,
    schedules: Schedules,
    sky_view: tuple[Floats, Floats],
    stock: Stock,
    mode: str,
    deviations: Deviations | None = None,
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
    """
    lanes = Lanes(buildings, stock, mode, deviations)
    shell, air = envelope(lanes), air_exchange(lanes, schedules)
    floor_area = lanes.floor_area
    gains = floor_area * lanes.deviation("gains")
    internal = stock.constant("internal_area_factor") * floor_area
    circulation = lanes.aged("circulation_loss") * floor_area * lanes.deviation("hot_water")
    cooled = lanes.aged("cooled") >= 0.5
    warmest = schedules.profiles.heating_setpoint.max(axis=1)[schedules.profile[lanes.building]]
    setpoint = warmest + lanes.deviation("heating_setpoint")
    return ZoneParameters(
        zones=Zones(
            row=lanes.building.astype(np.int64),
            profile=schedules.profile[lanes.building],
            h_ve=air.conductance,
            h_w=np.maximum(shell.window, 1e-6),
            h_em=shell.h_em,
            h_ms=shell.h_ms,
            h_is=stock.constant("surface_to_air") * internal,
            capacity=lanes.by_use("heat_capacity") * floor_area / 3600.0,
            mass_share=lanes.by_use("mass_area_factor") * floor_area / internal,
            gain_scale=gains,
            glazing_scale=shell.glazing * lanes.deviation("window_area"),
            opaque_scale=shell.at_mass * shell.opaque_scale,
            drives=_drives(lanes, shell, sky_view, circulation),
            heating_offset=lanes.deviation("heating_setpoint"),
            cooling_offset=np.zeros(len(lanes)),
            heating_limit=np.full(len(lanes), np.inf),
            cooling_limit=np.where(cooled, np.inf, 0.0),
            airing=air.recovered + np.where(cooled, 0.0, airing_conductance(lanes))[:, None],
            airing_above=np.maximum(stock.constant("airing_temperature"), setpoint),
            weight=np.full(len(lanes), 1.0 if deviations is None else 0.0),
        ),
        transmission=shell.limited + shell.window,
        recovered=air.recovered,
        recovery=air.recovery,
        hot_water=lanes.by_use("hot_water") * floor_area * lanes.deviation("hot_water") + circulation,
        appliances=gains,
        fans=air.fans,
        coupled=shell.coupled,
    )


def _drives(lanes: Lanes, shell: Envelope, sky_view: tuple[Floats, Floats], circulation: Floats) -> Floats:
    """Heat into the mass node per unit of each of :data:`DRIVES` (m, 4).

    Walls, roofs and windows radiate to the part of the sky they see (ISO 13790:2008, 11.3.2). A share of what hot-water
    circulation loses, kWh a year, is useful.
    """
    stock = lanes.stock
    walls_seen, roofs_seen = sky_view
    outside = stock.constant("external_resistance") * stock.constant("sky_coefficient")
    facing = shell.facing_wall * lanes.of(walls_seen) + shell.facing_roof * lanes.of(roofs_seen)
    return np.stack(
        [
            outside * shell.at_mass * facing,
            shell.at_mass * shell.ground_steady,
            shell.at_mass * shell.ground_season,
            stock.constant("circulation_useful_share") * circulation / 8.76,
        ],
        axis=1,
    )
