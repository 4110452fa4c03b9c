r"""Thermal network of a zone, element by element: nodes of air, of cells that store heat and of faces that do not.

Faces exchange heat with the air by convection and with one star node by radiation. What does not store heat is
eliminated; the rest obeys :math:`C \dot T = -L T + B u` with a diagonal C and a symmetric L.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.elements import (
    LEAST_AREA_M2,
    LEAST_CAPACITY_J_M2K,
    Air,
    Element,
    Windows,
)
from citytwin.model.reference import read_reference

Floats = NDArray[np.float64]

DRIVES = ("outdoor", "sky", "ground", "season", "constant")
"""Outdoor air and ground in degrees Celsius, sky minus outdoor air and seasonal wave in K, and 1."""

SUNS = ("windows", "walls", "roofs")
"""Irradiance by what it falls on, W/m2; on windows after :func:`citytwin.energy.glazing.angular_loss`."""

INPUTS = (*DRIVES, *SUNS, "gains", "port")
"""Columns of the input matrix: drives, suns, the gain profile, and heat into the air, W."""

GROUND_W_M2K = 1000.0
"""Between the outer face of an element on ground and the ground, whose resistance is part of the element."""

GLASS_CONVECTION = 0.8
"""Convection at the outer face of a window over that at a wall, which is rougher."""

GLASS_RADIATION = 0.93
"""Radiation at the inner face of a window over that at a wall: emissivity 0.84 and 0.9."""

INNER_ABSORPTANCE = 0.6
"""Of inner faces for sun (ANSI/ASHRAE Standard 140-2020, all cases)."""


class Coefficients(NamedTuple):
    """A set of heat transfer coefficients, W/(m2 K), and shares.

    Parameters
    ----------
    h_ci_wall, h_ci_roof, h_ci_floor, h_ci_window : float
        Convection at inner faces of elements with something else behind them; a ceiling is a roof.
    h_ri : float
        Radiation at inner faces.
    h_ce, h_re : float
        Convection and radiation at outer faces.
    convective_gains, convective_sun : float
        Shares of internal gains and of transmitted sun that heat the air at once.
    sun_on_floor : float
        Share of transmitted sun that meets the floor first; the rest meets all faces by area.
    h_ci_inside : float, optional
        Convection at slabs, partitions and party walls, which hardly differ from the air; by default as at others.
    """

    h_ci_wall: float
    h_ci_roof: float
    h_ci_floor: float
    h_ci_window: float
    h_ri: float
    h_ce: float
    h_re: float
    convective_gains: float
    convective_sun: float
    sun_on_floor: float
    h_ci_inside: float | None = None

    def convection(self, kind: str, boundary: str) -> float:
        """At inner faces of one kind, with one boundary behind them."""
        if boundary in ("zone", "adiabatic") and self.h_ci_inside is not None:
            return self.h_ci_inside
        return {"wall": self.h_ci_wall, "roof": self.h_ci_roof, "floor": self.h_ci_floor}[kind]


@cache
def coefficients(name: str = "fitted") -> Coefficients:
    """One of the sets of ``network_coefficients.csv``.

    Parameters
    ----------
    name : {"fitted", "iso52016"}

    Raises
    ------
    ValueError
        There is no such set.

    Examples
    --------
    >>> coefficients("iso52016").h_ci_wall
    2.5
    """
    sets: dict[str, dict[str, float]] = {}
    for row in read_reference(__package__, "network_coefficients.csv"):
        sets.setdefault(row["set"], {})[row["name"]] = float(row["value"])
    if name not in sets:
        raise ValueError(f"coefficients {name!r} do not exist; there are {', '.join(map(repr, sets))}")
    return Coefficients(**sets[name])


class Network(NamedTuple):
    r"""Nodes that store heat of n lanes, :math:`C \dot T = -L T + B u`; node 0 is the air.

    Parameters
    ----------
    capacity : float64 array (n, m), J/K
    conductance : float64 array (n, m, m), W/K
        L, symmetric: the negative of what joins two nodes off the diagonal.
    inputs : float64 array (n, m, u)
        B, of :data:`INPUTS`.
    """

    capacity: Floats
    conductance: Floats
    inputs: Floats


def network(elements: Sequence[Element], windows: Windows, air: Air, constants: Coefficients | None = None) -> Network:
    r"""Network of n lanes with the nodes that store no heat eliminated (static condensation).

    With d the nodes that store heat and m those that do not, :math:`L = L_{dd} - L_{dm} L_{mm}^{-1} L_{md}` and
    :math:`B = B_d - L_{dm} L_{mm}^{-1} B_m`.

    * Outer faces give :math:`h_{ce} + h_{re}(1 - f)` to outdoor air and :math:`h_{re} f` to the sky, with
      :math:`f = F^{3/2}` of their sky view factor F (1 for an open roof, 0.354 for an open wall), and take the sun.
    * Inner faces give :math:`h_{ci}` to the air and :math:`h_{ri}` to the star node; radiant gains fall on all of them
      by area. Of the transmitted sun a share meets the floors first and the rest everything by area; what they reflect
      is spread over all faces and partly lost through the windows.

    A lane's numbers do not depend on the lanes beside it.

    Parameters
    ----------
    elements : sequence of Element
        Of n lanes each.
    windows : Windows
    air : Air
    constants : Coefficients, optional
        By default :func:`coefficients`.

    Raises
    ------
    ValueError
        No element, or parts of different numbers of lanes.

    References
    ----------
    ISO 52016-1:2017, 6.5 (the balance of surfaces and air); R. J. Guyan, "Reduction of stiffness and mass matrices",
    AIAA Journal 3(2), 1965, p. 380, doi:10.2514/3.2874 (condensation); G. N. Walton, "Thermal Analysis Research Program
    Reference Manual", NBSIR 83-2655, 1983 (share of the sky that faces exchange radiation with).

    Examples
    --------
    >>> import numpy as np
    >>> from citytwin.energy.elements import Air, Element, Layer, Windows, chain
    >>> one, brick = np.ones(1), chain([Layer(0.24, 0.7, 1700.0, 1000.0)])
    >>> wall = Element("wall", "outdoor", 80.0 * one, brick.capacity[None], brick.resistance[None], 0.5 * one, 0.6)
    >>> glass = Windows(10.0 * one, 0.8 * one, 0.5 * one, 0.05 * one, 0.5 * one)
    >>> net = network([wall], glass, Air(1e6 * one, 50.0 * one, one, 0.0 * one))
    >>> net.conductance.shape, net.inputs.shape
    ((1, 3, 3), (1, 3, 10))
    """
    constants = coefficients() if constants is None else constants
    lanes = {len(windows.area), len(air.capacity), *(len(element.area) for element in elements)}
    if not elements or len(lanes) != 1:
        raise ValueError(f"a network needs elements, and all parts of the same lanes, not of {sorted(lanes)}")
    nodes = _Nodes(elements, len(air.capacity))
    nodes.capacity[:, 0] = air.capacity
    nodes.link_to(0, "outdoor", air.conductance)
    for k, element in enumerate(elements):
        _add_element(nodes, k, element, constants)
    _add_windows(nodes, windows, constants)
    _add_gains(nodes, elements, windows, air, constants)
    return _condensed(nodes)


@dataclass
class _Nodes:
    """A network under construction: air, cells, then star, faces of windows and of elements."""

    elements: Sequence[Element]
    n: int
    stored: int = field(init=False)
    capacity: Floats = field(init=False)
    conductance: Floats = field(init=False)
    inputs: Floats = field(init=False)

    def __post_init__(self) -> None:
        cells = [element.cells for element in self.elements]
        self.stored = 1 + sum(cells)
        size = self.stored + 3 + 2 * len(cells)
        self.capacity = np.zeros((self.n, self.stored))
        self.conductance = np.zeros((self.n, size, size))
        self.inputs = np.zeros((self.n, size, len(INPUTS)))

    @property
    def star(self) -> int:
        return self.stored

    @property
    def pane(self) -> tuple[int, int]:
        """Outer and inner face of the windows."""
        return self.stored + 1, self.stored + 2

    def face(self, element: int) -> tuple[int, int]:
        """Outer and inner face of an element."""
        return self.stored + 3 + 2 * element, self.stored + 4 + 2 * element

    def cell(self, element: int) -> int:
        """First cell of an element."""
        return 1 + sum(part.cells for part in self.elements[:element])

    def link(self, a: int, b: int, conductance: Floats) -> None:
        """Join two nodes."""
        self.conductance[:, a, a] += conductance
        self.conductance[:, b, b] += conductance
        self.conductance[:, a, b] -= conductance
        self.conductance[:, b, a] -= conductance

    def link_to(self, a: int, drive: str, conductance: Floats) -> None:
        """Join a node to a temperature that is given."""
        self.conductance[:, a, a] += conductance
        self.heat(a, drive, conductance)

    def heat(self, a: int, name: str, share: Floats) -> None:
        """Let an input heat a node."""
        self.inputs[:, a, INPUTS.index(name)] += share

    def zone_face(self, a: int, area: Floats, convection: float, radiation: float) -> None:
        """Let a face look into the zone."""
        self.link(a, 0, area * convection)
        self.link(a, self.star, area * radiation)

    def outer_face(self, a: int, area: Floats, sky_view: Floats, convection: float, radiation: float) -> None:
        """Let a face look outdoors."""
        sky = area * radiation * sky_view * np.sqrt(sky_view)
        self.link_to(a, "outdoor", area * (convection + radiation))
        self.heat(a, "sky", sky)


def _add_element(nodes: _Nodes, k: int, element: Element, constants: Coefficients) -> None:
    """Cells and faces of an element and what is behind it."""
    area = np.maximum(element.area, LEAST_AREA_M2)
    outer, inner = nodes.face(k)
    first = nodes.cell(k)
    last = first + element.cells - 1
    nodes.capacity[:, first : last + 1] = area[:, None] * np.maximum(element.capacity, LEAST_CAPACITY_J_M2K)
    between = area[:, None] / np.where(element.resistance > 0.0, element.resistance, np.inf)
    for i in range(1, element.cells):
        nodes.link(first + i - 1, first + i, between[:, i])
    nodes.link(last, inner, between[:, -1])
    nodes.zone_face(inner, area, constants.convection(element.kind, element.boundary), constants.h_ri)
    if element.boundary == "adiabatic":
        nodes.link(outer, first, area)  # a face that loses nothing, at the temperature of the first cell
        return
    nodes.link(outer, first, between[:, 0])
    if element.boundary == "zone":
        nodes.zone_face(outer, area, constants.convection(_behind(element.kind), element.boundary), constants.h_ri)
    elif element.boundary == "ground":
        nodes.link_to(outer, "ground", area * GROUND_W_M2K)
        if element.season is not None:
            nodes.heat(outer, "season", area * GROUND_W_M2K * element.season)
    else:
        nodes.outer_face(outer, area, element.sky_view, constants.h_ce, constants.h_re)
        if element.kind != "floor":
            nodes.heat(outer, f"{element.kind}s", area * element.absorptance)


def _behind(kind: str) -> str:
    """Kind of the outer face of an element whose both faces are in the zone."""
    return {"wall": "wall", "floor": "roof", "roof": "floor"}[kind]


def _add_windows(nodes: _Nodes, windows: Windows, constants: Coefficients) -> None:
    """Faces of the windows and what is behind them."""
    area = np.maximum(windows.area, LEAST_AREA_M2)
    outer, inner = nodes.pane
    nodes.outer_face(outer, area, windows.sky_view, GLASS_CONVECTION * constants.h_ce, constants.h_re)
    nodes.link(outer, inner, area / windows.resistance)
    nodes.zone_face(inner, area, constants.h_ci_window, GLASS_RADIATION * constants.h_ri)
    nodes.heat(inner, "windows", area * windows.absorbed)


def _add_gains(nodes: _Nodes, elements: Sequence[Element], windows: Windows, air: Air, constants: Coefficients) -> None:
    """Internal gains, constant heat and transmitted sun on air and inner faces, and the port."""
    one = np.ones(nodes.n)
    nodes.heat(0, "port", one)
    nodes.heat(0, "constant", air.constant)
    nodes.heat(0, "gains", constants.convective_gains * air.gains)
    faces = []
    for k, element in enumerate(elements):
        outer, inner = nodes.face(k)
        area = np.maximum(element.area, LEAST_AREA_M2)
        faces.append((inner, element.kind, area))
        if element.boundary == "zone":
            faces.append((outer, _behind(element.kind), area))
    total, floors = np.zeros(nodes.n), np.zeros(nodes.n)
    for _, kind, area in faces:
        total += area
        floors += area if kind == "floor" else 0.0
    glass = np.maximum(windows.area, LEAST_AREA_M2)

    # light that inner faces reflect is spread over all of them; they absorb it, or it is lost through the windows
    absorbing = INNER_ABSORPTANCE * total
    spread = (1.0 - INNER_ABSORPTANCE) * absorbing / (absorbing + windows.transmittance * glass)
    on_floor = np.where(floors > 0.0, constants.sun_on_floor, 0.0)
    radiant = (1.0 - constants.convective_sun) * glass * windows.transmittance
    nodes.heat(0, "windows", constants.convective_sun * glass * windows.transmittance)
    for node, kind, area in faces:
        nodes.heat(node, "gains", (1.0 - constants.convective_gains) * air.gains * area / total)
        share = (1.0 - on_floor) * area / total
        if kind == "floor":
            share += on_floor * area / floors
        nodes.heat(node, "windows", radiant * (INNER_ABSORPTANCE * share + spread * area / total))


def _condensed(nodes: _Nodes) -> Network:
    """The network without the nodes that store no heat."""
    d = nodes.stored
    cross = nodes.conductance[:, :d, d:]
    right = np.concatenate([nodes.conductance[:, d:, :d], nodes.inputs[:, d:]], axis=2)
    solved = cross @ np.linalg.solve(nodes.conductance[:, d:, d:], right)
    conductance = nodes.conductance[:, :d, :d] - solved[:, :, :d]
    return Network(
        nodes.capacity,
        0.5 * (conductance + conductance.transpose(0, 2, 1)),
        nodes.inputs[:, :d] - solved[:, :, d:],
    )
