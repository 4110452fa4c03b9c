"""Cases of ANSI/ASHRAE Standard 140-2020 as lanes of the thermal network: the building as the standard defines it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np

from citytwin.energy.balanced_truncation import balanced_truncation
from citytwin.energy.elements import Air, Chain, Element, Layer, Windows, chain
from citytwin.energy.glazing import Gains, face_to_face, optics, split_gains, transmitted_share
from citytwin.energy.network import Coefficients, Network, network
from citytwin.kernels.thermal_zone import StateSpace
from citytwin.model import Weather
from tests.energy.bestest_boxes import Sunlight, sunlight
from tests.energy.hourly_loop import Use, Year, run

FLOOR, WALLS, WINDOW, HEIGHT = 48.0, 63.6, 12.0, 2.7
AIR_DENSITY_RATIO = 0.828
"""Of air at 1,650 m to air at sea level."""
AIR_J_M3K = 1200.0 * AIR_DENSITY_RATIO
INFILTRATION_1_H, FAN_M3_H = 0.5, 1703.16
GAINS_W, GROUND_C, ABSORPTANCE = 200.0, 10.0, 0.6
WINDOW_U = 2.7
"""Of two panes with 12 mm of air between, centre of glass."""
NEVER = 1e6

WOOD, FLEECE, PLASTER = (0.14, 530.0, 900.0), (0.04, 12.0, 840.0), (0.16, 950.0, 840.0)
LIGHT = {
    "wall": chain([Layer(0.009, *WOOD), Layer(0.066, *FLEECE), Layer(0.012, *PLASTER)]),
    "roof": chain([Layer(0.019, *WOOD), Layer(0.1118, *FLEECE), Layer(0.010, *PLASTER)]),
    "floor": chain([Layer(25.075, 1.0), Layer(0.025, 0.14, 650.0, 1200.0)]),
}
HEAVY = {
    "wall": chain([Layer(0.009, *WOOD), Layer(0.0615, 0.04, 10.0, 1400.0), Layer(0.1, 0.51, 1400.0, 1000.0)]),
    "roof": LIGHT["roof"],
    "floor": chain([Layer(25.175, 1.0), Layer(0.08, 1.13, 1400.0, 1000.0)]),
}


class Case(NamedTuple):
    """What differs: constructions, where windows are, what shades them, and how the zone is run."""

    heavy: bool
    windows: str = "south"
    shaded: bool = False
    use: str = "constant"


EAST_WEST = "east and west"
CASES = {
    "600": Case(False), "610": Case(False, shaded=True), "620": Case(False, EAST_WEST),
    "630": Case(False, EAST_WEST, True), "640": Case(False, use="setback"), "650": Case(False, use="night air"),
    "900": Case(True), "910": Case(True, shaded=True), "920": Case(True, EAST_WEST),
    "930": Case(True, EAST_WEST, True), "940": Case(True, use="setback"), "950": Case(True, use="night air"),
    "600FF": Case(False, use="free"), "650FF": Case(False, use="free, night air"), "900FF": Case(True, use="free"),
    "950FF": Case(True, use="free, night air"),
}  # fmt: skip
CONDITIONED = tuple(name for name in CASES if not name.endswith("FF"))
FREE = tuple(name for name in CASES if name.endswith("FF"))


def networks(names: tuple[str, ...], constants: Coefficients | None = None) -> Network:
    """Full networks of some cases, one lane each."""
    n = len(names)
    one = np.ones(n)

    def element(kind: str, boundary: str, area: float, sky_view: float) -> Element:
        chains: list[Chain] = [(HEAVY if CASES[name].heavy else LIGHT)[kind] for name in names]
        return Element(
            kind, boundary, area * one, np.array([part.capacity for part in chains]),
            np.array([part.resistance for part in chains]), sky_view * one, ABSORPTANCE,
        )  # fmt: skip

    gains = glass_gains()
    windows = Windows(
        WINDOW * one, face_to_face(WINDOW_U * one), gains.transmittance * one, gains.absorbed * one, 0.5 * one
    )
    volume = FLOOR * HEIGHT
    air = Air(AIR_J_M3K * volume * one, AIR_J_M3K * volume * INFILTRATION_1_H / 3600.0 * one, GAINS_W * one, 0.0 * one)
    elements = [
        element("wall", "outdoor", WALLS, 0.5), element("roof", "outdoor", FLOOR, 1.0),
        element("floor", "ground", FLOOR, 0.0),
    ]  # fmt: skip
    return network(elements, windows, air, constants)


def glass_gains() -> Gains:
    """Transmitted and absorbed share of two panes of clear glass."""
    share = transmitted_share(2, WINDOW_U)
    return split_gains(optics(np.ones(1), 2).transmittance / share, WINDOW_U * np.ones(1), share)


def use_of(names: tuple[str, ...]) -> Use:
    """Gains of 200 W; 20 and 27 degrees; 10 at night; a fan at night without heating; nothing at all."""
    hour = np.arange(8760) % 24
    night_air = (hour < 7) | (hour >= 18)
    columns = []
    for name in names:
        use = CASES[name].use
        heat, cool, extra = np.full(8760, 20.0), np.full(8760, 27.0), np.zeros(8760)
        if use == "setback":
            heat[(hour < 7) | (hour >= 23)] = 10.0
        if "night air" in use:
            extra[night_air] = AIR_J_M3K * FAN_M3_H / 3600.0
            heat[:] = -NEVER
            cool[night_air] = NEVER
        if "free" in use:
            heat[:], cool[:] = -NEVER, NEVER
        columns.append((np.ones(8760), heat, cool, extra))
    return Use(*(np.stack(values, axis=1) for values in zip(*columns, strict=True)))


def drives_of(weather: Weather) -> np.ndarray:
    """Drives of the network (8760, K) with the ground of the standard."""
    one = np.ones(8760)
    return np.stack([weather.temp_air, weather.sky_temperature - weather.temp_air, GROUND_C * one, 0.0 * one, one], 1)


def suns_of(names: tuple[str, ...], lit: dict[tuple[str, bool], Sunlight]) -> np.ndarray:
    """Sun of the network (8760, n, 3)."""
    return np.stack([np.stack(lit[CASES[name].windows, CASES[name].shaded], axis=1) for name in names], axis=1)


def all_sunlight(weather: Weather, level: str = "exact") -> dict[tuple[str, bool], Sunlight]:
    """Sun for every position of windows, open and shaded."""
    return {(w, s): sunlight(weather, w, s, level) for w in ("south", EAST_WEST) for s in (False, True)}


def year_of(
    names: tuple[str, ...], weather: Weather, lit: dict[tuple[str, bool], Sunlight], space: StateSpace | None = None
) -> Year:
    """A year of some cases, with their networks of four states unless others are given."""
    space = balanced_truncation(networks(names)).space if space is None else space
    return run(space, drives_of(weather), suns_of(names, lit), use_of(names))


def figures(names: tuple[str, ...], year: Year) -> dict[tuple[str, str], float]:
    """Figures as the tables name them: MWh, kW, degrees Celsius (means over an hour taken as those at its end)."""
    result = {}
    for k, name in enumerate(names):
        if name in FREE:
            result[name, "ff_max_temp"], result[name, "ff_min_temp"] = year.air[:, k].max(), year.air[:, k].min()
            continue
        for quantity, peak, power in (
            ("annual_heating", "peak_heating", year.heating[:, k]),
            ("annual_sensible_cooling", "peak_sensible_cooling", year.cooling[:, k]),
        ):
            result[name, quantity], result[name, peak] = power.sum() / 1e6, power.max() / 1e3
    return result


def ranges(tables: Path) -> dict[tuple[str, str], tuple[float, float]]:
    """Range of the example results of the 2020 edition."""
    with (tables / "bestest_reference.csv").open(newline="") as file:
        return {
            (row["case"], row["quantity"]): (float(row["min"]), float(row["max"]))
            for row in csv.DictReader(file)
            if row["edition"].startswith("ASHRAE 140-2020") and row["min"]
        }


def limits(tables: Path) -> dict[tuple[str, str], tuple[float, float]]:
    """Acceptance limits of the 2020 edition, where there are any."""
    names = {"annual_heating_MWh": "annual_heating", "annual_cooling_MWh": "annual_sensible_cooling"}
    with (tables / "bestest_acceptance_and_modelica_5r1c.csv").open(newline="") as file:
        return {
            (row["case"], names[row["quantity"]]): (float(row["limit_low_140_2020"]), float(row["limit_high_140_2020"]))
            for row in csv.DictReader(file)
            if row["limit_low_140_2020"] and row["quantity"] in names
        }
