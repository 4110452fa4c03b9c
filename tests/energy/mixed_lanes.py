"""Networks of buildings that differ in everything a lane may differ in."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from citytwin.energy.elements import Air, Element, Layer, Windows, chain

CONCRETE, WOOL = Layer(0.15, 1.7, 2300.0, 1000.0), Layer(0.15, 0.04, 30.0, 1000.0)
GYPSUM, SOIL = Layer(0.026, 0.2, 900.0, 1000.0), Layer(0.5, 2.0, 1000.0, 2000.0)

Parts = tuple[list[Element], Windows, Air]


def parts(n: int, seed: int = 0) -> Parts:
    """Elements, windows and air of n buildings; some have no ground floor, passage or party wall, none the last."""
    rng = np.random.default_rng(seed)
    floor = rng.uniform(80.0, 4000.0, n)
    one = np.ones(n)

    def element(
        kind: str, boundary: str, layers: list[Layer], share: float, missing: float, view: float = 0.0
    ) -> Element:
        cells = chain(layers)
        area = floor * share * (rng.random(n) >= missing)
        resistance = cells.resistance * rng.uniform(0.4, 2.5, n)[:, None]
        return Element(
            kind, boundary, area, np.tile(cells.capacity, (n, 1)), resistance, view * one, 0.6,
            0.4 * one if boundary == "ground" else None,
        )  # fmt: skip

    elements = [
        element("wall", "outdoor", [CONCRETE, WOOL, CONCRETE], 0.7, 0.0, 0.4),
        element("roof", "outdoor", [WOOL, CONCRETE], 0.4, 0.1, 0.9),
        element("floor", "ground", [SOIL, WOOL, CONCRETE], 0.4, 0.2),
        element("floor", "outdoor", [WOOL, CONCRETE], 0.1, 0.7, 0.3),
        element("wall", "adiabatic", [CONCRETE], 0.4, 0.5),
        element("floor", "zone", [CONCRETE], 0.6, 0.2),
        element("wall", "zone", [GYPSUM], 1.0, 0.0),
        element("wall", "outdoor", [WOOL, GYPSUM], 1.0, 1.0),
    ]
    windows = Windows(0.15 * floor * (rng.random(n) > 0.1), rng.uniform(0.2, 1.2, n), 0.5 * one, 0.05 * one, 0.4 * one)
    air = Air(floor * 13e3, floor * rng.uniform(0.1, 0.9, n), floor, 0.2 * floor)
    return elements, windows, air


def lanes_of(mixed: Parts, rows: np.ndarray) -> Parts:
    """The same of some lanes, in that order."""

    def taken(part):
        arrays = {f.name: getattr(part, f.name) for f in fields(part) if isinstance(getattr(part, f.name), np.ndarray)}
        return replace(part, **{name: values[rows] for name, values in arrays.items()})

    elements, windows, air = mixed
    return [taken(element) for element in elements], taken(windows), taken(air)
