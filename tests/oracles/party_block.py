"""The block between party walls as the thermal network sees it, in three construction periods."""

from __future__ import annotations

import numpy as np

from citytwin.energy.balanced_truncation import balanced_truncation
from citytwin.energy.elements import Air, Element, Layer, Windows, chain
from citytwin.energy.glazing import angular_loss, face_to_face, optics, split_gains, transmitted_share
from citytwin.energy.network import Coefficients, network
from citytwin.model import Weather
from citytwin.model.sky_dome import hours_of
from citytwin.solar.levels import LEVELS
from citytwin.solar.sky_dome import sky_dome
from tests.energy.hourly_loop import Use, Year, run
from tests.oracles.energyplus import AIR_DENSITY, GROUND_C, Block, pressure_ratio
from tests.solar.open_planes import normal_of, open_exposure

CONCRETE, WOOL, GYPSUM = (1.7, 2300.0, 1000.0), (0.045, 30.0, 1030.0), (0.2, 800.0, 1000.0)
GROUND_REFLECTANCE = 0.2
AIR_J_KGK = 1006.0
WINDOW_U = {2: 2.7, 3: 1.8}
"""Of panes with 12 mm of air between."""


def block(insulation: float, panes: int, air_change: float) -> Block:
    """A block of four storeys, 15 m along the street and 12 m across, with as much insulation as its period had."""
    return Block(
        width=15.0, depth=12.0, storeys=4, height=3.0, glazed_share=0.25,
        wall=(Layer(0.07, *CONCRETE), Layer(insulation, *WOOL), Layer(0.15, *CONCRETE)),
        roof=(Layer(1.5 * insulation, *WOOL), Layer(0.2, *CONCRETE)),
        floor=(Layer(0.7 * insulation, *WOOL), Layer(0.1, *CONCRETE)),
        party_wall=(Layer(0.18, *CONCRETE),), slab=(Layer(0.2, *CONCRETE),),
        partition=(Layer(0.013, *GYPSUM), Layer(0.05, *WOOL), Layer(0.013, *GYPSUM)),
        panes=panes, air_change_1_h=air_change, gains_w_m2=4.0, heat_above=21.0, cool_below=25.0,
    )  # fmt: skip


PERIODS = {"1965": block(0.08, 2, 0.6), "1990": block(0.15, 3, 0.5), "2015": block(0.25, 3, 0.3)}


WOOD = (0.12, 500.0, 1600.0)
LIGHT_BOARD = (Layer(0.013, *GYPSUM), Layer(0.15, *WOOL), Layer(0.013, *GYPSUM))
OTHERS = {
    "timber house": PERIODS["2015"]._replace(
        width=10.0, depth=9.0, storeys=2, height=2.8, glazed_share=0.3, party_wall=LIGHT_BOARD,
        wall=(Layer(0.022, *WOOD), Layer(0.2, *WOOL), Layer(0.013, *GYPSUM)),
        roof=(Layer(0.3, *WOOL), Layer(0.013, *GYPSUM)),
        slab=(Layer(0.022, *WOOD), Layer(0.2, *WOOL), Layer(0.013, *GYPSUM)),
    ),
    "small windows": PERIODS["1965"]._replace(glazed_share=0.12, storeys=3),
    "half of glass": PERIODS["1990"]._replace(width=25.0, depth=15.0, storeys=6, glazed_share=0.5, gains_w_m2=8.0),
}  # fmt: skip


def year_of(
    part: Block, weather: Weather, constants: Coefficients | None = None, suns: np.ndarray | None = None
) -> Year:
    """A year of the block as one zone with four states."""
    one = np.ones(1)
    window = part.facade * part.glazed_share

    def element(kind: str, boundary: str, area: float, layers: tuple[Layer, ...], sky_view: float) -> Element:
        cells = chain(layers)
        return Element(kind, boundary, area * one, cells.capacity[None], cells.resistance[None], sky_view * one, 0.6)

    elements = [
        element("wall", "outdoor", part.facade - window, part.wall, 0.5),
        element("roof", "outdoor", part.plan, part.roof, 1.0),
        element("floor", "ground", part.plan, part.floor, 0.0),
        element("wall", "adiabatic", 2.0 * part.depth * part.height * part.storeys, part.party_wall, 0.0),
        element("floor", "zone", part.plan * (part.storeys - 1), part.slab, 0.0),
        element("wall", "zone", part.plan * part.storeys, part.partition, 0.0),
    ]
    u = WINDOW_U[part.panes]
    share = transmitted_share(part.panes, u)
    gains = split_gains(optics(one, part.panes).transmittance / share, u * one, share)
    volume = part.plan * part.storeys * part.height
    heat = AIR_DENSITY * pressure_ratio(weather.altitude) * AIR_J_KGK * volume
    air = Air(
        heat * one, heat * part.air_change_1_h / 3600.0 * one,
        part.gains_w_m2 * part.plan * part.storeys * one, 0.0 * one,
    )  # fmt: skip
    windows = Windows(window * one, face_to_face(u * one), gains.transmittance, gains.absorbed, 0.5 * one)
    reduced = balanced_truncation(network(elements, windows, air, constants))
    ones = np.ones(8760)
    ground = np.repeat(GROUND_C, 24 * np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]))
    drives = np.stack([weather.temp_air, weather.sky_temperature - weather.temp_air, ground, 0.0 * ones, ones], 1)
    use = Use(*(np.full((8760, 1), value) for value in (1.0, part.heat_above, part.cool_below, 0.0)))
    return run(reduced.space, drives, (suns_of(weather, part.panes) if suns is None else suns)[:, None, :], use)


def suns_of(weather: Weather, panes: int) -> np.ndarray:
    """Sun on windows, walls and roof, street to the south and yard to the north, (8760, 3)."""
    dome = sky_dome(weather, "perez", LEVELS["fast"])
    normals = [normal_of(90.0, 180.0), normal_of(90.0, 0.0), normal_of(0.0, 0.0)]
    exposure, loss = open_exposure(dome, normals), angular_loss(panes)
    plain = hours_of(exposure, dome, np.arange(3)).astype(float)
    covered = hours_of(exposure, dome, np.arange(2), loss.coefficient).astype(float)
    even = (np.arange(500) + 0.5) / 500
    diffuse = float(
        2.0
        * even
        @ (1.0 - loss.weight * (1.0 - np.expm1(-even / loss.coefficient) / np.expm1(-1.0 / loss.coefficient)))
        / 500
    )
    ground = 0.5 * GROUND_REFLECTANCE * weather.ghi
    suns = np.zeros((8760, 3))
    suns[dome.hour, 0] = (plain[:2] + loss.weight * (covered - plain[:2])).mean(0)
    suns[dome.hour, 1], suns[dome.hour, 2] = plain[:2].mean(0), plain[2]
    return suns + np.stack([diffuse * ground, ground, 0.0 * ground], axis=1)
