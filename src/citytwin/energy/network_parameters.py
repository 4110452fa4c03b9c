"""From lanes of buildings to thermal networks: elements of the geometry with the layers of the stock."""

from __future__ import annotations

import numpy as np

from citytwin._threads import map_blocks
from citytwin.energy.balanced_truncation import Reduced, balanced_truncation
from citytwin.energy.constructions import Layers, element_layers, on_soil
from citytwin.energy.elements import Air, Element, Windows
from citytwin.energy.envelope import Surfaces, inner_areas, surfaces
from citytwin.energy.glazing import face_to_face, panes_of, split_gains, transmitted_share
from citytwin.energy.lanes import Floats, Lanes
from citytwin.energy.network import network
from citytwin.energy.zone_model import ZoneModel
from citytwin.kernels.thermal_zone import StateSpace

LANES_A_BLOCK = 2048
"""Lanes whose matrices are worked on together, few enough to stay in the cache."""

LARGEST_WINDOW_U = 5.0
"""U-values of windows above it count as this one: nothing would be left between the faces, W/(m2 K)."""

USUAL_WINDOW_U = {2: 2.7, 3: 1.0}
"""U-value by panes for the share of g that is transmitted, which hardly depends on it: an assumption, W/(m2 K)."""


def network_model(lanes: Lanes, air: Floats, sky_view: tuple[Floats, Floats], useful: Floats) -> ZoneModel:
    """The network of each lane, reduced to the states that the kernel steps.

    Parameters
    ----------
    lanes : Lanes
        m lanes.
    air : float64 array (m, 2), W/K
        Ventilation and leakage in each ventilation state.
    sky_view : pair of float64 arrays (n,)
        Mean sky view factor of exposed walls and roofs of the buildings.
    useful : float64 array (m,), kWh a year
        Heat that pipes of hot water give to rooms.
    """
    least = air.min(axis=1)
    elements, windows, inside = zone_parts(lanes, sky_view, least, useful)

    def reduce(start: int, stop: int) -> Reduced:
        part = [element.take(start, stop) for element in elements]
        return balanced_truncation(network(part, windows.take(start, stop), inside.take(start, stop)))

    blocks = map_blocks(reduce, len(lanes), LANES_A_BLOCK)
    space = StateSpace(*(np.concatenate(arrays) for arrays in zip(*(b.space for b in blocks), strict=True)))
    return ZoneModel(space, air - least[:, None], np.concatenate([b.balanced for b in blocks]))


def zone_parts(
    lanes: Lanes, sky_view: tuple[Floats, Floats], conductance: Floats, useful: Floats
) -> tuple[list[Element], Windows, Air]:
    """What the network of each lane is made of, with the air exchange of every hour, W/K (m,).

    Exposed walls, roof, floors on ground and over outdoor air, inner mass, windows; bridges, and what borders on
    unheated space times its b-factor, join the air to the outdoors (ISO 13789:2017). The floor on ground and its soil
    have the steady and the seasonal conductance of ISO 13370:2017.
    """
    stock, s = lanes.stock, surfaces(lanes)
    walls_seen, roofs_seen = (lanes.of(seen) for seen in sky_view)
    nothing = np.zeros(len(lanes))
    dark = stock.constant("absorptance")

    def outdoor(kind: str, element: str, area: Floats, u_value: Floats, seen: Floats, absorptance: float) -> Element:
        layers = element_layers(lanes, element, u_value)
        return Element(kind, "outdoor", area, layers.capacity, layers.resistance, seen, absorptance)

    def inner(kind: str, boundary: str, element: str, area: Floats) -> Element:
        layers = element_layers(lanes, element)
        return Element(kind, boundary, area, layers.capacity, layers.resistance, nothing)

    areas = inner_areas(lanes)
    elements = [
        outdoor("wall", "wall", s.wall, s.u_wall, walls_seen, dark),
        outdoor("roof", "roof", s.roof, s.u_roof, roofs_seen, dark),
        outdoor("floor", "outer_floor", s.outer_floor, s.u_outer_floor, nothing, 0.0),
        _ground_floor(lanes, s),
        inner("floor", "zone", "intermediate_floor", areas["intermediate_floor"]),
        inner("wall", "zone", "partition", areas["partition"]),
        inner("wall", "adiabatic", "party_wall", areas["party_wall"]),
    ]
    return elements, _windows(lanes, s, walls_seen), _air(lanes, s, conductance, useful)


def _ground_floor(lanes: Lanes, s: Surfaces) -> Element:
    """Floor, soil and what else lies between rooms and the ground."""
    stock = lanes.stock
    has_floor = s.ground > 0
    area = np.where(has_floor, s.ground, 1.0)
    steady = np.where(has_floor, s.ground_steady / area, s.u_floor)
    soil = (stock.constant("soil_conductivity"), stock.constant("soil_heat_capacity"))
    floor: Layers = on_soil(element_layers(lanes, "ground_floor", s.u_floor), s.u_floor, steady, soil)
    season = np.where(has_floor, s.ground_season / np.maximum(s.ground_steady, 1e-12), 0.0)
    nothing = np.zeros(len(lanes))
    return Element("floor", "ground", s.ground, floor.capacity, floor.resistance, nothing, season=season)


def _windows(lanes: Lanes, s: Surfaces, seen: Floats) -> Windows:
    """Glass, frame and curtains of the windows."""
    stock = lanes.stock
    u_value = np.minimum(s.u_window, LARGEST_WINDOW_U)
    share = {panes: transmitted_share(panes, u) for panes, u in USUAL_WINDOW_U.items()}
    straight = np.where(panes_of(u_value) == 3, share[3], share[2])
    gains = split_gains(s.glazing, u_value, straight)
    glass = stock.constant("glazed_share") * stock.constant("curtain_factor")
    return Windows(s.window, face_to_face(u_value), gains.transmittance * glass, gains.absorbed * glass, seen)


def _air(lanes: Lanes, s: Surfaces, conductance: Floats, useful: Floats) -> Air:
    """Air, furniture, bridges and what borders on unheated space."""
    stock = lanes.stock
    stored = stock.constant("air_heat_capacity") * lanes.by_use("room_height") + stock.constant("furniture_capacity")
    return Air(
        capacity=stored * lanes.floor_area,
        conductance=conductance + s.unheated + stock.constant("bridge_share") * s.over_air,
        gains=lanes.floor_area * lanes.deviation("gains"),
        constant=useful / 8.76,
    )
