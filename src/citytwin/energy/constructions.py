"""Layers of elements by use and year of permit: the insulation follows from the U-value an element shall have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.period_table import BASE_USES, PeriodTable, period_table

if TYPE_CHECKING:
    from citytwin.energy.lanes import Lanes

Floats = NDArray[np.float64]

CELLS = {
    "wall": 4, "roof": 3, "ground_floor": 4, "outer_floor": 3, "intermediate_floor": 3, "partition": 2, "party_wall": 2,
}  # fmt: skip
"""Cells of each element; that of a floor on ground has one of soil more."""
SURFACE_RESISTANCE = {
    "wall": (0.04, 0.13), "roof": (0.04, 0.10), "ground_floor": (0.04, 0.17), "outer_floor": (0.04, 0.17),
}  # fmt: skip
"""Outside and inside, m2 K/W, part of a U-value: ISO 6946:2017, Table 7."""
LEAST_THICKNESS_M = 0.001
"""Of insulation, so that its cell stores something."""
LEAST_LAYERS = 0.02
"""Resistance that layers keep where a U-value asks for less, m2 K/W."""
FULL_EFFECT = 0.3
"""Resistance of a layer beyond which it stores no more of what changes within a day, m2 K/W."""


class Layers(NamedTuple):
    """Cells of one element of m lanes, from outside to inside; without surface resistances.

    Parameters
    ----------
    capacity : float64 array (m, c), J/(m2 K)
    resistance : float64 array (m, c + 1), m2 K/W
        From the outer face to the middle of the first cell, between cells, from the last to the inner face.
    thickness : float64 array (m,), m
        Of the insulation; 0 where an element has none that is solved.
    beyond : bool array (m,)
        True where the bare layers insulate better than the U-value says: their resistance is lowered in proportion.
    """

    capacity: Floats
    resistance: Floats
    thickness: Floats
    beyond: NDArray[np.bool_]


class Construction(NamedTuple):
    """Cells of a construction as functions of the thickness d of its insulation: ``fixed + d * per_metre``.

    Parameters
    ----------
    capacity, capacity_per_metre : float64 arrays (c,)
    resistance, resistance_per_metre : float64 arrays (c + 1,)
    bare : float
        Resistance of all layers but the insulation, m2 K/W.
    conductivity : float
        Of the insulation, W/(m K); NaN where none is solved.
    """

    capacity: Floats
    capacity_per_metre: Floats
    resistance: Floats
    resistance_per_metre: Floats
    bare: float
    conductivity: float


class _Layer(NamedTuple):
    """One layer; resistance and capacity are pairs of a fixed part and one per metre of solved thickness."""

    resistance: Floats
    capacity: Floats
    nominal: float

    def weight(self) -> float:
        """Heat it stores times the resistance it stores it behind, at the nominal thickness."""
        scale = np.array([1.0, self.nominal])
        return float(self.capacity @ scale * min(self.resistance @ scale, FULL_EFFECT))


@dataclass(frozen=True, eq=False)
class Constructions:
    """Constructions of every element. Made by :func:`build_constructions`.

    Parameters
    ----------
    number : mapping of element to PeriodTable
        Number of the construction by use and year of permit.
    by_element : mapping of element to tuple of Construction
    """

    number: Mapping[str, PeriodTable]
    by_element: Mapping[str, tuple[Construction, ...]]

    def layers(self, element: str, use: NDArray[np.integer], permit: Floats, u_value: Floats | None = None) -> Layers:
        r"""Cells of an element of m lanes.

        The thickness of the insulation is :math:`d = \lambda (1/U - R_{si} - R_{se} - R_{layers})`, with the surface
        resistances of ISO 6946:2017. Where the bare layers insulate better than U, d is 0 and the resistance of the
        layers is multiplied by :math:`(1/U - R_{si} - R_{se}) / R_{layers}`, so that U is met all the same.

        Parameters
        ----------
        element : str
            One of :data:`CELLS`.
        use : int array (m,)
            Use class, not OTHER or UNKNOWN.
        permit : float64 array (m,)
            Year of permit.
        u_value : float64 array (m,), optional
            W/(m2 K), with surface resistances; not needed for elements without solved insulation.

        Raises
        ------
        ValueError
            Unknown element, a use without constructions, or a U-value that is not positive and finite.

        Examples
        --------
        >>> import numpy as np
        >>> from citytwin.energy.stock import load_stock
        >>> from citytwin.model import Use
        >>> found = load_stock().constructions.layers(
        ...     "wall", np.array([Use.APARTMENT]), np.array([1970.0]), np.array([0.81]))
        >>> float((1 / (found.resistance.sum(axis=1) + 0.17)).round(6)[0]), found.capacity.shape
        (0.81, (1, 4))
        """
        if element not in CELLS:
            raise ValueError(f"no element {element!r}; there are {', '.join(CELLS)}")
        known = np.isin(use, BASE_USES)
        if not known.all():
            raise ValueError(f"no constructions of use {int(np.asarray(use)[~known][0])}: let another class stand in")
        table, family = self.number[element], self.by_element[element]
        chosen = table.values[use, np.searchsorted(table.edges, permit, side="right")].astype(np.int64)
        conductivity = np.array([c.conductivity for c in family])[chosen]
        solved = np.isfinite(conductivity)
        least = np.where(solved, LEAST_THICKNESS_M / np.where(solved, conductivity, 1.0), 0.0)
        bare = np.array([c.bare for c in family])[chosen] + least
        needed = bare
        if element in SURFACE_RESISTANCE:
            if u_value is None:
                raise ValueError(f"{element} needs a U-value")
            if not (np.isfinite(u_value) & (u_value > 0)).all():
                bad = np.flatnonzero(~(np.isfinite(u_value) & (u_value > 0)))[0]
                raise ValueError(f"U-value of {element} of lane {bad} is {u_value[bad]}: it must be above 0")
            needed = np.where(solved, np.maximum(1.0 / u_value - sum(SURFACE_RESISTANCE[element]), LEAST_LAYERS), bare)
        beyond = needed < bare - 1e-12
        thickness = np.where(solved, (least + np.maximum(needed - bare, 0.0)) * np.nan_to_num(conductivity), 0.0)
        d = thickness[:, None]
        resistance = _stack(family, "resistance")[chosen] + _stack(family, "resistance_per_metre")[chosen] * d
        return Layers(
            capacity=_stack(family, "capacity")[chosen] + _stack(family, "capacity_per_metre")[chosen] * d,
            resistance=resistance * np.where(beyond, needed / bare, 1.0)[:, None],
            thickness=thickness,
            beyond=beyond,
        )


def _stack(family: Sequence[Construction], name: str) -> Floats:
    return np.stack([getattr(c, name) for c in family])


def element_layers(lanes: Lanes, element: str, u_value: Floats | None = None) -> Layers:
    """Cells of an element of each lane: the constructions of its main use and of its most likely time of permit.

    Parameters
    ----------
    lanes : Lanes
        m lanes.
    element : str
        One of :data:`CELLS`; ``party_wall`` is the own half of the wall, ``intermediate_floor`` goes from the ceiling
        below to the floor above.
    u_value : float64 array (m,), optional
        W/(m2 K), for elements of the envelope.

    Examples
    --------
    >>> import citytwin as ct
    >>> from citytwin.energy.lanes import Lanes
    >>> from citytwin.energy.stock import load_stock
    >>> flats = Lanes(ct.synthetic.apartment_blocks(1970, 2).buildings(), load_stock(), "standard")
    >>> element_layers(flats, "partition").capacity.tolist()
    [[192000.0, 192000.0], [192000.0, 192000.0]]
    """
    return lanes.stock.constructions.layers(element, lanes.main_use, lanes.permit.year, u_value)


def on_soil(layers: Layers, u_floor: Floats, u_ground: Floats, soil: tuple[float, float]) -> Layers:
    r"""A floor with half a metre of soil and the virtual layer of ISO 13370:2017 below it.

    :math:`R_{vi} = 1/U_{ground} - 1/U_{floor} + R_{se} - R_{soil}` (ISO 52016-1:2017, 6.5.8.2); where it would be
    negative the soil gets thinner.

    Parameters
    ----------
    layers : Layers
        Of the floor (m lanes), c cells.
    u_floor : float64 array (m,), W/(m2 K)
        Of the construction alone, surface resistances included.
    u_ground : float64 array (m,), W/(m2 K)
        Steady conductance to the ground over the area, see :func:`~citytwin.energy.envelope.ground_conductance`.
    soil : (float, float)
        Conductivity, W/(m K), and heat capacity, J/(m3 K).

    Returns
    -------
    Layers
        With c + 1 cells; all resistances and that of the inner face add up to ``1 / U_ground``.

    Examples
    --------
    >>> import numpy as np
    >>> from citytwin.energy.stock import load_stock
    >>> u = np.array([0.36])
    >>> slab = load_stock().constructions.layers("ground_floor", np.array([2]), np.array([1990.0]), u)
    >>> whole = on_soil(slab, u, np.array([0.2]), (2.0, 2e6))
    >>> float((1 / (whole.resistance.sum(axis=1) + 0.17)).round(6)[0])
    0.2
    """
    conductivity, capacity = soil
    below = 1.0 / u_ground - 1.0 / u_floor + SURFACE_RESISTANCE["ground_floor"][0]
    thickness = np.minimum(0.5, 0.9 * conductivity * np.maximum(below, LEAST_LAYERS))
    half = 0.5 * thickness / conductivity
    virtual = np.maximum(below, LEAST_LAYERS) - half
    return layers._replace(
        capacity=np.column_stack([capacity * thickness, layers.capacity]),
        resistance=np.column_stack([virtual, half + layers.resistance[:, 0], layers.resistance[:, 1:]]),
    )


def build_constructions(rows: Sequence[Mapping[str, str]], materials: Sequence[Mapping[str, str]]) -> Constructions:
    """Constructions of the rows of ``constructions_fi.csv`` with the materials of ``materials.csv``.

    Rows of one element, use and period that follow each other are one construction, from outside to inside. A later
    construction wins over an earlier one of the same use, the closest use over groups of uses.

    Raises
    ------
    ValueError
        Unknown element or material, more than one solved layer or none in an element with a U-value, or a gap.
    """
    stuff = {row["material"]: row for row in materials}
    groups: dict[tuple[str, ...], list[Mapping[str, str]]] = {}
    for row in rows:
        if row["element"] not in CELLS:
            raise ValueError(f"no element {row['element']!r}; there are {', '.join(CELLS)}")
        if row["material"] not in stuff:
            raise ValueError(f"no material {row['material']!r}: add it to the table materials")
        key = (row["element"], row["use"], row["permit_from"], row["permit_to"], row.get("origin", ""))
        groups.setdefault(key, []).append(row)
    by_element: dict[str, list[Construction]] = {element: [] for element in CELLS}
    numbered: dict[str, list[dict[str, str]]] = {element: [] for element in CELLS}
    for layers in groups.values():
        element = layers[0]["element"]
        numbered[element].append({**layers[0], "value": str(len(by_element[element])), "unit": "number"})
        by_element[element].append(_construction(element, sorted(layers, key=lambda row: int(row["layer"])), stuff))
    return Constructions(
        {element: period_table(f"construction of {element}", numbered[element]) for element in CELLS},
        {element: tuple(found) for element, found in by_element.items()},
    )


def _construction(
    element: str, rows: Sequence[Mapping[str, str]], materials: Mapping[str, Mapping[str, str]]
) -> Construction:
    where = f"{element} of {rows[0]['use']} from {rows[0]['permit_from'] or 'the beginning'}"
    solved = [row["solved"] in ("yes", "True", "true") for row in rows]
    if sum(solved) != (1 if element in SURFACE_RESISTANCE else 0):
        raise ValueError(f"{where} must have {'one' if element in SURFACE_RESISTANCE else 'no'} solved layer")
    layers = [_layer(row, materials[row["material"]], of) for row, of in zip(rows, solved, strict=True)]
    cells = _cells(layers, CELLS[element], where)
    capacity, resistance = np.zeros((CELLS[element], 2)), np.zeros((CELLS[element] + 1, 2))
    cell, carried = 0, np.zeros(2)
    for layer, n in zip(layers, cells, strict=True):
        if n == 0:
            resistance[cell] += layer.resistance
            share = 0.5 if cell else 0.0
            capacity[cell - 1] += share * layer.capacity
            carried += (1.0 - share) * layer.capacity
            continue
        for _ in range(n):
            resistance[cell] += 0.5 * layer.resistance / n
            capacity[cell] += layer.capacity / n + carried
            carried = np.zeros(2)
            cell += 1
            resistance[cell] += 0.5 * layer.resistance / n
    capacity[-1] += carried
    which = np.flatnonzero(solved)
    return Construction(
        capacity=capacity[:, 0],
        capacity_per_metre=capacity[:, 1],
        resistance=resistance[:, 0],
        resistance_per_metre=resistance[:, 1],
        bare=float(sum(layer.resistance[0] for layer in layers)),
        conductivity=1.0 / float(layers[which[0]].resistance[1]) if len(which) else np.nan,
    )


def _layer(row: Mapping[str, str], material: Mapping[str, str], solved: bool) -> _Layer:
    if material["resistance"]:
        return _Layer(np.array([float(material["resistance"]), 0.0]), np.zeros(2), 0.0)
    thickness = float(row["thickness"])
    if not thickness > 0:
        raise ValueError(f"a layer of {row['material']} in {row['element']} has no thickness")
    column = np.array([0.0, 1.0]) if solved else np.array([thickness, 0.0])
    stored = float(material["density"]) * float(material["specific_heat"])
    return _Layer(column / float(material["conductivity"]), column * stored, thickness if solved else 1.0)


def _cells(layers: Sequence[_Layer], count: int, where: str) -> list[int]:
    """Cells of each layer: one after the other goes to the layer whose weight over the square of its cells is largest.

    What stores little gets none; neighbours take its capacity.
    """
    weight = np.array([layer.weight() for layer in layers])
    if not weight.any():
        raise ValueError(f"{where} has no layer that stores heat")
    cells = np.zeros(len(layers), np.int64)
    for _ in range(count):
        cells[int(np.argmax(weight / np.maximum(2 * cells, 1) ** 2))] += 1
    return cells.tolist()
