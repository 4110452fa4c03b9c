"""From lanes of buildings to the five conductances of ISO 13790."""

from __future__ import annotations

import numpy as np

from citytwin.energy.envelope import Envelope, envelope
from citytwin.energy.lanes import Floats, Lanes
from citytwin.energy.network import DRIVES
from citytwin.energy.rc_5r1c import FiveConductances, state_space_of_5r1c
from citytwin.energy.zone_model import ZoneModel


def five_conductances_model(lanes: Lanes, air: Floats, sky_view: tuple[Floats, Floats], useful: Floats) -> ZoneModel:
    """State spaces of the lanes; see :func:`five_conductances` for the parameters."""
    shell = envelope(lanes)
    space, ventilation = state_space_of_5r1c(five_conductances(lanes, shell, air, sky_view, useful))
    # the mass node hangs on the outdoor air: what it gives to the ground instead is the difference of both
    for drive in (space.drive, space.direct_drive):
        drive[..., DRIVES.index("outdoor")] -= drive[..., DRIVES.index("ground")]
    return ZoneModel(space, ventilation, shell.coupled)


def five_conductances(
    lanes: Lanes, shell: Envelope, air: Floats, sky_view: tuple[Floats, Floats], useful: Floats
) -> FiveConductances:
    """Five conductances of each lane.

    Parameters
    ----------
    lanes : Lanes
        m lanes.
    shell : Envelope
    air : float64 array (m, 2), W/K
        Ventilation and leakage in each ventilation state.
    sky_view : pair of float64 arrays (n,)
        Mean sky view factor of exposed walls and roofs of the buildings.
    useful : float64 array (m,), kWh a year
        Heat that pipes of hot water give to rooms.
    """
    stock, floor_area = lanes.stock, lanes.floor_area
    internal = stock.constant("internal_area_factor") * floor_area
    return FiveConductances(
        h_ve=air,
        h_w=np.maximum(shell.window, 1e-6),
        h_em=shell.h_em,
        h_ms=shell.h_ms,
        h_is=stock.constant("surface_to_air") * internal,
        capacity=lanes.by_use("heat_capacity") * floor_area / 3600.0,
        mass_share=lanes.by_use("mass_area_factor") * floor_area / internal,
        gain_scale=floor_area * lanes.deviation("gains"),
        glazing_scale=shell.glazing * lanes.deviation("window_area"),
        opaque_scale=shell.at_mass * shell.opaque_scale,
        drives=_drives(lanes, shell, sky_view, useful),
    )


def _drives(lanes: Lanes, shell: Envelope, sky_view: tuple[Floats, Floats], useful: Floats) -> Floats:
    """Heat into the mass node per unit of each drive after the first (m, 4).

    Walls, roofs and windows radiate to the part of the sky they see (ISO 13790:2008, 11.3.2). `useful` is what
    hot-water pipes give to rooms, kWh a year.
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
            useful / 8.76,
        ],
        axis=1,
    )
