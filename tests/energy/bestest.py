"""ASHRAE 140 cases 600 and 900 as one zone of the 5R1C kernel; the building as the standard defines it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from citytwin.energy.climate import MONTH_OF_DAY
from citytwin.kernels.rc_5r1c import Climate, Loads, Profiles, Zones, simulate_zones
from citytwin.model import Weather

FLOOR, WALLS, WINDOW, INTERNAL = 48.0, 63.6, 12.0, 171.6
OPAQUE_FACADES = {0.0: 21.6, 90.0: 16.2, 180.0: 9.6, 270.0: 16.2}
AIR_CHANGE = 0.414
"""0.5 1/h at 1,650 m, as a flow of air of sea-level density."""
ANGLES = (0.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0)
ANGULAR = (1.0, 0.96, 0.92, 0.83, 0.66, 0.36, 0.0)
"""Total transmittance of clear double glazing over that at normal incidence."""
G_NORMAL, G_DIFFUSE = 0.769, 0.86
R_SE, R_SI, ABSORBED, RADIATIVE = 0.04, 0.13, 0.6, 4.5


class Case(NamedTuple):
    """Layers that differ: resistance of wall and heat stored by wall and floor behind their inner faces."""

    wall_r: float
    wall_kappa: float
    floor_kappa: float


LIGHT = Case(0.009 / 0.14 + 0.066 / 0.04 + 0.012 / 0.16, 0.012 * 950 * 840, 0.025 * 650 * 1200)
HEAVY = Case(0.009 / 0.14 + 0.0615 / 0.04 + 0.1 / 0.51, 0.1 * 1400 * 1000, 0.08 * 1400 * 1000)
ROOF_R, ROOF_KAPPA = 0.019 / 0.14 + 0.1118 / 0.04 + 0.01 / 0.16, 0.01 * 950 * 840
FLOOR_U, WINDOW_U = 0.039, 2.10


def irradiance(weather: Weather, tilt: float, azimuth: float, clear: bool = False) -> np.ndarray:
    """Perez irradiance on a plane; with `clear`, as transmitted relative to normal incidence."""
    import pvlib

    times = weather.index + np.timedelta64(30, "m")
    sun = pvlib.solarposition.get_solarposition(times, weather.latitude, weather.longitude, weather.altitude)
    extra = pvlib.irradiance.get_extra_radiation(times)
    parts = pvlib.irradiance.get_total_irradiance(
        tilt, azimuth, sun["apparent_zenith"], sun["azimuth"], weather.dni, weather.ghi, weather.dhi, extra,
        albedo=0.2, model="perez", airmass=pvlib.atmosphere.get_relative_airmass(sun["apparent_zenith"]),
    )  # fmt: skip
    if not clear:
        return np.nan_to_num(parts["poa_global"].to_numpy())
    angle = pvlib.irradiance.aoi(tilt, azimuth, sun["apparent_zenith"], sun["azimuth"]).to_numpy()
    beam = parts["poa_direct"].to_numpy() * np.interp(angle, ANGLES, ANGULAR)
    return np.nan_to_num(beam + G_DIFFUSE * parts["poa_diffuse"].to_numpy())


def run(case: Case, weather: Weather) -> Loads:
    """Loads of a case: 200 W of gains, 20 and 27 degrees Celsius, mass from the layers, internal area as built."""
    u_wall = 1.0 / (R_SI + case.wall_r + R_SE)
    u_roof = 1.0 / (0.10 + ROOF_R + R_SE)
    areas = np.array([WALLS, FLOOR, FLOOR])
    kappa = np.array([case.wall_kappa, ROOF_KAPPA, case.floor_kappa])
    capacity = kappa @ areas
    mass_area = capacity**2 / (areas @ kappa**2)
    h_ms = 9.1 * mass_area
    h_op = u_wall * WALLS + u_roof * FLOOR + FLOOR_U * FLOOR
    h_em = 1.0 / (1.0 / h_op - 1.0 / h_ms)
    at_mass = h_em / h_op
    sun_on_walls = sum(area * irradiance(weather, 90.0, azimuth) for azimuth, area in OPAQUE_FACADES.items())
    opaque = ABSORBED * R_SE * (u_wall * sun_on_walls + u_roof * FLOOR * weather.ghi)
    sky = R_SE * RADIATIVE * (0.5 * (u_wall * WALLS + WINDOW_U * WINDOW) + u_roof * FLOOR)
    # the floor rests on ground at 10 degrees Celsius instead of outdoor air
    drives = np.stack([weather.sky_temperature - weather.temp_air, 10.0 - weather.temp_air])
    one = np.ones(1)
    zones = Zones(
        row=np.zeros(1, np.int64), profile=np.zeros(1, np.int64),
        h_ve=np.full((1, 2), 1200.0 / 3600.0 * AIR_CHANGE * FLOOR * 2.7), h_w=WINDOW_U * WINDOW * one,
        h_em=h_em * one, h_ms=h_ms * one, h_is=3.45 * INTERNAL * one,
        capacity=capacity / 3600.0 * one,
        mass_share=mass_area / INTERNAL * one, gain_scale=one, glazing_scale=G_NORMAL * WINDOW * one,
        opaque_scale=at_mass * one,
        drives=at_mass * np.array([[sky, FLOOR_U * FLOOR]]), heating_offset=0 * one, cooling_offset=0 * one,
        airing=np.zeros((1, 2)), airing_above=99.0 * one, heating_limit=np.inf * one, cooling_limit=np.inf * one,
        weight=one,
    )  # fmt: skip
    profiles = Profiles(
        np.full((1, 24), 200.0), np.full((1, 24), 20.0), np.full((1, 24), 27.0), np.zeros((1, 24), np.int8)
    )
    climate = Climate(weather.temp_air.copy(), drives, MONTH_OF_DAY, 0, 0)
    glazing = irradiance(weather, 90.0, 180.0, clear=True)[None]
    return simulate_zones(zones, profiles, climate, glazing, opaque[None], 27.0, 31, False, False)
