"""The cases of ANSI/ASHRAE Standard 140-2020 by the five conductances of ISO 13790: mass and areas from the layers."""

from __future__ import annotations

import numpy as np

from citytwin.energy.rc_5r1c import FiveConductances, state_space_of_5r1c
from citytwin.model import Weather
from tests.energy.bestest import (
    ABSORPTANCE,
    AIR_J_M3K,
    CASES,
    FLOOR,
    GAINS_W,
    GROUND_C,
    HEAVY,
    HEIGHT,
    INFILTRATION_1_H,
    LIGHT,
    WALLS,
    WINDOW,
    WINDOW_U,
    Year,
    glass_gains,
    suns_of,
    use_of,
)  # fmt: skip
from tests.energy.bestest_boxes import Sunlight
from tests.energy.hourly_loop import run

INTERNAL = 171.6
R_SE, RADIATIVE = 0.04, 4.5
R_SI = {"wall": 0.13, "roof": 0.10, "floor": 0.17}
BEHIND = {
    False: {"wall": 0.012 * 950 * 840, "roof": 0.010 * 950 * 840, "floor": 0.025 * 650 * 1200},
    True: {"wall": 0.1 * 1400 * 1000, "roof": 0.010 * 950 * 840, "floor": 0.08 * 1400 * 1000},
}
"""Heat stored behind the inner faces, J/(m2 K)."""


def year_of(names: tuple[str, ...], weather: Weather, lit: dict[tuple[str, bool], Sunlight]) -> Year:
    """A year of some cases."""
    rows = [_conductances(CASES[name].heavy) for name in names]
    zones = FiveConductances(*(np.array(column) for column in zip(*rows, strict=True)))
    space, _ = state_space_of_5r1c(zones)
    air = weather.temp_air
    drives = np.stack([air, weather.sky_temperature - air, GROUND_C - air], axis=1)
    suns = suns_of(names, lit)
    opaque = np.zeros(suns.shape[:2])
    for k, name in enumerate(names):
        u = _u_values(CASES[name].heavy)
        opaque[:, k] = ABSORPTANCE * R_SE * (u["wall"] * WALLS * suns[:, k, 1] + u["roof"] * FLOOR * suns[:, k, 2])
    return run(space, drives, np.stack([suns[:, :, 0], opaque], axis=2), use_of(names))


def _u_values(heavy: bool) -> dict[str, float]:
    parts = HEAVY if heavy else LIGHT
    return {kind: float(1.0 / (R_SI[kind] + parts[kind].resistance.sum() + R_SE)) for kind in parts}


def _conductances(heavy: bool) -> FiveConductances:
    """Of one case; glazing and opaque sun in W, the floor on ground instead of outdoor air."""
    u, kappa = _u_values(heavy), BEHIND[heavy]
    area = {"wall": WALLS, "roof": FLOOR, "floor": FLOOR}
    capacity = sum(kappa[k] * area[k] for k in area)
    mass_area = capacity**2 / sum(kappa[k] ** 2 * area[k] for k in area)
    h_ms = 9.1 * mass_area
    h_op = sum(u[k] * area[k] for k in area)
    h_em = 1.0 / (1.0 / h_op - 1.0 / h_ms)
    sky = R_SE * RADIATIVE * (0.5 * (u["wall"] * WALLS + WINDOW_U * WINDOW) + u["roof"] * FLOOR)
    h_ve = AIR_J_M3K * INFILTRATION_1_H * FLOOR * HEIGHT / 3600.0
    gains = glass_gains()
    g_value = gains.transmittance[0] + gains.absorbed[0] * (1.0 - 0.13 * WINDOW_U)
    return FiveConductances(
        h_ve=np.full(2, h_ve), h_w=WINDOW_U * WINDOW, h_em=h_em, h_ms=h_ms, h_is=3.45 * INTERNAL,
        capacity=capacity / 3600.0, mass_share=mass_area / INTERNAL, gain_scale=GAINS_W, glazing_scale=g_value * WINDOW,
        opaque_scale=h_em / h_op, drives=h_em / h_op * np.array([sky, u["floor"] * FLOOR]),
    )  # fmt: skip
