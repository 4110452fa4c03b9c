"""The light or heavy box of ANSI/ASHRAE Standard 140-2020 with every wall for itself: 24 nodes that store heat.

Written from the description of the network alone: links in a dictionary, nodes by name, one matrix for everything, the
step of an hour by the matrix exponential.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import expm

from citytwin.energy.network import Coefficients
from tests.energy import bestest

WALL_AREAS = {"north": 21.6, "east": 16.2, "south": 9.6, "west": 16.2}
KINDS = {**dict.fromkeys(WALL_AREAS, "wall"), "roof": "roof", "floor": "floor"}


class Dense:
    """Matrices of one zone: x' = a x + b u hour by hour, air first, inputs as ``citytwin.energy.network.INPUTS``."""

    def __init__(self, heavy: bool, c: Coefficients) -> None:
        self.links: list[tuple[str, str, float]] = []
        self.sources: list[tuple[str, str, float]] = []
        self.stored = {"air": bestest.AIR_J_M3K * 129.6}
        self.areas = {**WALL_AREAS, "roof": 48.0, "floor": 48.0}
        self.links.append(("air", "outdoor", bestest.AIR_J_M3K * 129.6 * 0.5 / 3600.0))
        for name, area in self.areas.items():
            self.add_element(name, KINDS[name], area, heavy, c)
        self.add_window(c)
        self.add_gains(c)
        self.solve()

    def add_element(self, name: str, kind: str, area: float, heavy: bool, c: Coefficients) -> None:
        part = (bestest.HEAVY if heavy else bestest.LIGHT)[kind]
        chain = [f"{name} outer", *(f"{name} {i}" for i in range(len(part.capacity))), f"{name} inner"]
        for i, capacity in enumerate(part.capacity):
            self.stored[f"{name} {i}"] = area * capacity
        for a, b, r in zip(chain[:-1], chain[1:], part.resistance, strict=True):
            self.links.append((a, b, area / r))
        h_ci = {"wall": c.h_ci_wall, "roof": c.h_ci_roof, "floor": c.h_ci_floor}[kind]
        self.links += [(f"{name} inner", "air", area * h_ci), (f"{name} inner", "star", area * c.h_ri)]
        if kind == "floor":
            self.links.append((f"{name} outer", "ground", area * 1000.0))
            return
        view = {"wall": 0.5, "roof": 1.0}[kind]
        self.links.append((f"{name} outer", "outdoor", area * (c.h_ce + c.h_re)))
        self.sources.append((f"{name} outer", "sky", area * c.h_re * view**1.5))
        self.sources.append((f"{name} outer", {"wall": "walls", "roof": "roofs"}[kind], area * 0.6))

    def add_window(self, c: Coefficients) -> None:
        gains = bestest.glass_gains()
        self.links += [
            ("pane out", "outdoor", 12.0 * (0.8 * c.h_ce + c.h_re)),
            ("pane out", "pane in", 12.0 / (1.0 / 2.7 - 0.17)),
            ("pane in", "air", 12.0 * c.h_ci_window),
            ("pane in", "star", 12.0 * 0.93 * c.h_ri),
        ]
        self.sources.append(("pane out", "sky", 12.0 * c.h_re * 0.5**1.5))
        self.sources.append(("pane in", "windows", 12.0 * float(gains.absorbed[0])))
        self.through = 12.0 * float(gains.transmittance[0])

    def add_gains(self, c: Coefficients) -> None:
        total = sum(self.areas.values())
        spread = 0.4 * 0.6 * total / (0.6 * total + self.through)
        self.sources += [("air", "gains", 200.0 * c.convective_gains), ("air", "port", 1.0)]
        self.sources.append(("air", "windows", self.through * c.convective_sun))
        for name, area in self.areas.items():
            share = area / total
            self.sources.append((f"{name} inner", "gains", 200.0 * (1.0 - c.convective_gains) * share))
            first = (1.0 - c.sun_on_floor) * share + (c.sun_on_floor if name == "floor" else 0.0)
            self.sources.append(
                (f"{name} inner", "windows", self.through * (1.0 - c.convective_sun) * (0.6 * first + spread * share))
            )

    def solve(self) -> None:
        inputs = ("outdoor", "sky", "ground", "season", "constant", "windows", "walls", "roofs", "gains", "port")
        stored = list(self.stored)
        others = sorted({n for a, b, _ in self.links for n in (a, b)} - set(stored) - {"outdoor", "ground"})
        at = {name: i for i, name in enumerate(stored + others)}
        k, b = np.zeros((len(at), len(at))), np.zeros((len(at), len(inputs)))
        for one, other, g in self.links:
            k[at[one], at[one]] -= g
            if other in inputs:
                b[at[one], inputs.index(other)] += g
                continue
            k[at[other], at[other]] -= g
            k[at[one], at[other]] += g
            k[at[other], at[one]] += g
        for node, name, value in self.sources:
            b[at[node], inputs.index(name)] += value
        d = len(stored)
        inner = np.linalg.inv(k[d:, d:])
        c = np.array(list(self.stored.values()))[:, None]
        a_c = (k[:d, :d] - k[:d, d:] @ inner @ k[d:, :d]) / c
        b_c = (b[:d] - k[:d, d:] @ inner @ b[d:]) / c
        both = np.zeros((d + len(inputs),) * 2)
        both[:d, :d], both[:d, d:] = a_c, b_c
        step = expm(3600.0 * both)
        self.a, self.b = step[:d, :d], step[:d, d:]


def run(dense: Dense, u: np.ndarray, heat_above: np.ndarray, cool_below: np.ndarray, days: int) -> np.ndarray:
    """Heating minus cooling, W, and air temperature, (hours, 2), after the last days were run twice beforehand."""
    x = np.full(len(dense.a), 15.0)
    port = dense.b[0, -1]
    result = np.zeros((len(u), 2))
    for h in (*range(len(u) - 24 * days, len(u)), *range(len(u))):
        y = dense.a @ x + dense.b[:, :-1] @ u[h]
        heat = max((heat_above[h] - y[0]) / port, 0.0) - max((y[0] - cool_below[h]) / port, 0.0)
        x = y + dense.b[:, -1] * heat
        result[h] = heat, x[0]
    return result
