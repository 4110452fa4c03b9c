"""Parts of a building that its thermal network is made of: opaque elements, windows and air."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Lanes = TypeVar("Lanes", "Element", "Windows", "Air")

KINDS = ("wall", "roof", "floor")
"""What an inner face is; a ceiling counts as roof. It decides how the face gives its heat to the air."""

BOUNDARIES = ("outdoor", "ground", "adiabatic", "zone")
"""What is behind an element: outdoor air, ground, nothing that heat flows to, or the same zone (slab, partition)."""

THICK_J_M2K = 5000.0
"""Heat capacity beyond which a layer is cut into two cells."""

LEAST_CAPACITY_J_M2K = 10.0
"""Of a cell; what has less is given this much, which is stored and released within seconds."""

LEAST_AREA_M2 = 1e-6
"""Of an element or window; what has none is given this much, so that all lanes have the same nodes."""


@dataclass(frozen=True, eq=False)
class Element:
    """Opaque elements of one construction, summed over orientations, of n lanes.

    Heat goes through cells that store it, from the outer face to the inner one.

    Parameters
    ----------
    kind : {"wall", "roof", "floor"}
        Of the inner face.
    boundary : {"outdoor", "ground", "adiabatic", "zone"}
        With ``"zone"`` both faces are in the zone and `area` is that of one of them; the outer face of a slab with
        kind ``"floor"`` is a ceiling.
    area : float64 array (n,), m2
    capacity : float64 array (n, c), J/(m2 K)
        Of the cells.
    resistance : float64 array (n, c + 1), m2 K/W
        From the outer face to the first cell, between cells, from the last cell to the inner face; without those of the
        faces themselves. For an adiabatic element the first is not used.
    sky_view : float64 array (n,)
        Sky view factor of the outer face, used with ``"outdoor"``.
    absorptance : float
        Of the outer face for sun, used with ``"outdoor"``.
    season : float64 array (n,), optional
        Used with ``"ground"``: how much of the seasonal wave of the air the ground follows; none by default.

    Raises
    ------
    ValueError
        Unknown kind or boundary, arrays of shapes that do not belong together, a value that is negative or not finite,
        a chain of cells without any resistance.

    Examples
    --------
    >>> import numpy as np
    >>> brick = chain([Layer(0.24, 0.7, 1700.0, 1000.0)])
    >>> wall = Element("wall", "outdoor", np.full(2, 80.0), np.tile(brick.capacity, (2, 1)),
    ...                np.tile(brick.resistance, (2, 1)), np.full(2, 0.5), 0.6)
    >>> wall.cells
    2
    """

    kind: str
    boundary: str
    area: Floats
    capacity: Floats
    resistance: Floats
    sky_view: Floats
    absorptance: float = 0.0
    season: Floats | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind {self.kind!r} does not exist; there are {', '.join(map(repr, KINDS))}")
        if self.boundary not in BOUNDARIES:
            raise ValueError(f"boundary {self.boundary!r} does not exist; there are {', '.join(map(repr, BOUNDARIES))}")
        n = len(self.area)
        if self.capacity.ndim != 2 or self.capacity.shape[1] == 0:
            raise ValueError(f"capacity must be (n, c) with at least one cell, but is {self.capacity.shape}")
        shapes = {
            "capacity": (n, self.cells), "resistance": (n, self.cells + 1), "sky_view": (n,), "season": (n,)
        }  # fmt: skip
        for name, shape in shapes.items():
            values = getattr(self, name)
            if values is not None and values.shape != shape:
                raise ValueError(f"{name} must have the shape {shape}, but has {values.shape}")
        for name in ("area", "capacity", "resistance", "sky_view"):
            _check(f"{name} of a {self.kind}", getattr(self, name))
        inner = self.resistance[:, 1:] if self.boundary == "adiabatic" else self.resistance
        empty = np.flatnonzero((inner <= 0.0).any(axis=1))
        if len(empty):
            raise ValueError(f"lane {empty[0]} has a {self.kind} with a step between cells that resists no heat")

    def take(self, start: int, stop: int) -> Element:
        """Lanes `start` to `stop`."""
        return _part(self, start, stop)

    @property
    def cells(self) -> int:
        """Number of cells."""
        return int(self.capacity.shape[1])


@dataclass(frozen=True, eq=False)
class Windows:
    """All windows of n lanes.

    Parameters
    ----------
    area : float64 array (n,), m2
    resistance : float64 array (n,), m2 K/W
        From the outer to the inner face, see :func:`citytwin.energy.glazing.face_to_face`.
    transmittance : float64 array (n,)
        Share of the sun at normal incidence that gets into the room as radiation: of the glass, times the shares of
        glass in the window and what blinds and a glazed balcony let through.
    absorbed : float64 array (n,)
        Share of the sun at normal incidence that heats the inner face of the glass.
    sky_view : float64 array (n,)
    """

    area: Floats
    resistance: Floats
    transmittance: Floats
    absorbed: Floats
    sky_view: Floats

    def __post_init__(self) -> None:
        for name in ("area", "resistance", "transmittance", "absorbed", "sky_view"):
            values = getattr(self, name)
            if values.shape != self.area.shape:
                raise ValueError(f"{name} must have the shape {self.area.shape}, but has {values.shape}")
            _check(f"{name} of windows", values)
        if (self.resistance <= 0.0).any():
            raise ValueError(f"lane {int(np.argmin(self.resistance))} has windows that resist no heat")

    def take(self, start: int, stop: int) -> Windows:
        """Lanes `start` to `stop`."""
        return _part(self, start, stop)


@dataclass(frozen=True, eq=False)
class Air:
    """Air of n lanes and what stands in it.

    Parameters
    ----------
    capacity : float64 array (n,), J/K
        Of air and furniture.
    conductance : float64 array (n,), W/K
        To outdoor air, of ventilation in its base state, of leaks and of thermal bridges.
    gains : float64 array (n,)
        Watts of gains for each unit of the profile.
    constant : float64 array (n,), W
        Heat that is given off all year round, as from pipes.
    """

    capacity: Floats
    conductance: Floats
    gains: Floats
    constant: Floats

    def __post_init__(self) -> None:
        for name in ("capacity", "conductance", "gains", "constant"):
            values = getattr(self, name)
            if values.shape != self.capacity.shape:
                raise ValueError(f"{name} must have the shape {self.capacity.shape}, but has {values.shape}")
            _check(f"{name} of air", values)
        if (self.capacity <= 0.0).any():
            raise ValueError(f"lane {int(np.argmin(self.capacity))} has air without heat capacity")

    def take(self, start: int, stop: int) -> Air:
        """Lanes `start` to `stop`."""
        return _part(self, start, stop)


class Layer(NamedTuple):
    """A layer of a construction; without density it is a pure resistance.

    Parameters
    ----------
    thickness : float, m
    conductivity : float, W/(m K)
    density : float, kg/m3
    specific_heat : float, J/(kg K)
    """

    thickness: float
    conductivity: float
    density: float = 0.0
    specific_heat: float = 0.0


class Chain(NamedTuple):
    """Cells of a construction from outside to inside: `capacity` (c,) in J/(m2 K), `resistance` (c + 1,) in m2 K/W."""

    capacity: Floats
    resistance: Floats


def chain(layers: Sequence[Layer]) -> Chain:
    """Cells of a construction: two of a layer that stores more than :data:`THICK_J_M2K`, else one, each in its middle.

    Parameters
    ----------
    layers : sequence of Layer
        From outside to inside.

    Raises
    ------
    ValueError
        No layer that stores heat, or a layer without thickness or conductivity.

    Examples
    --------
    >>> chain([Layer(0.1, 0.04, 10.0, 1400.0), Layer(0.1, 0.5, 1400.0, 1000.0)]).resistance.round(3).tolist()
    [1.25, 1.3, 0.1, 0.05]
    """
    capacity: list[float] = []
    resistance = [0.0]
    for layer in layers:
        if not (layer.thickness > 0.0 and layer.conductivity > 0.0):
            raise ValueError(f"a layer needs thickness and conductivity: {layer}")
        stored = layer.thickness * layer.density * layer.specific_heat
        resists = layer.thickness / layer.conductivity
        if stored <= 0.0:
            resistance[-1] += resists
            continue
        cells = 2 if stored > THICK_J_M2K else 1
        for _ in range(cells):
            resistance[-1] += 0.5 * resists / cells
            resistance.append(0.5 * resists / cells)
            capacity.append(stored / cells)
    if not capacity:
        raise ValueError("a construction needs a layer with density and specific heat")
    return Chain(np.array(capacity), np.array(resistance))


def _part(lanes: Lanes, start: int, stop: int) -> Lanes:
    """The same with some of the lanes."""
    columns = {field.name: getattr(lanes, field.name) for field in fields(lanes)}
    return replace(lanes, **{name: v[start:stop] for name, v in columns.items() if isinstance(v, np.ndarray)})


def _check(name: str, values: Floats) -> None:
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0.0)).reshape(len(values), -1).all(axis=1))
    if len(bad):
        raise ValueError(f"{name} must be finite and not negative, but is {values[bad[0]]} in lane {bad[0]}")
