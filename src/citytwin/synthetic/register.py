"""Register attributes of synthetic buildings, under the names of the city model of Helsinki."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from citytwin.model.attributes import TYPES, AttributeTable
from citytwin.model.strings import Strings
from citytwin.synthetic.blocks import BlockKind
from citytwin.synthetic.splitmix import between, chosen, uniform

USE_TEXT = {
    "011": "Yhden asunnon talot",
    "039": "Muut asuinkerrostalot",
    "112": "Liike- ja tavaratalot, kauppakeskukset",
    "121": "Hotellit",
    "151": "Toimistorakennukset",
    "511": "Yleissivistävien oppilaitosten rakennukset",
}
"""Code of the Finnish building classification of 1994 and its name."""
USES = {
    BlockKind.PERIMETER: (("039", "151", "112", "121"), (0.70, 0.15, 0.10, 0.05)),
    BlockKind.SLABS: (("039", "511", "151"), (0.86, 0.07, 0.07)),
    BlockKind.HOUSES: (("011",), (1.0,)),
    BlockKind.TOWERS: (("151", "039", "121"), (0.5, 0.4, 0.1)),
}
YEARS = {
    BlockKind.PERIMETER: (1885, 1940),
    BlockKind.SLABS: (1955, 1990),
    BlockKind.HOUSES: (1920, 2018),
    BlockKind.TOWERS: (1985, 2022),
}
"""First and last year; years and uses are chosen to be plausible, not measured."""
KEY_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
COLUMNS = {
    "VTJ_PRT": "string",
    "Rakennuksen_tila": "string",
    "C_KAYTTARK": "string",
    "Kayttotarkoitus": "string",
    "Valmistunut": "date",
    "Kerroksia": "double",
    "Kerrosala": "double",
    "Kokonaisala": "int",
    "Tilavuus": "int",
}
"""Name and declared type."""


def years_built(kind: NDArray[np.int64], seed: int, building: NDArray[np.int64]) -> NDArray[np.int64]:
    """Year of completion (n,) of buildings on blocks of the given kinds (n,)."""
    bounds = np.array([YEARS[BlockKind(k)] for k in sorted(BlockKind)])[kind]
    spread = bounds[:, 1] - bounds[:, 0] + 1
    return bounds[:, 0] + np.floor(uniform(seed, "year", building) * spread).astype(np.int64)


def use_codes(kind: NDArray[np.int64], seed: int, building: NDArray[np.int64]) -> NDArray[np.object_]:
    """Use (n,) of buildings on blocks of the given kinds (n,), codes of the classification of 1994."""
    codes = np.empty(len(kind), object)
    draws = uniform(seed, "use", building)
    for block_kind, (words, shares) in USES.items():
        rows = kind == block_kind
        codes[rows] = np.array(words, object)[chosen(draws[rows], shares)]
    return codes


def building_key(building: int) -> str:
    """Permanent building identifier: nine digits and the check character, the digits modulo 31.

    Examples
    --------
    >>> building_key(7)
    '100000007N'
    """
    digits = 100_000_000 + building
    return f"{digits}{KEY_CHARACTERS[digits % 31]}"


def register(
    building: NDArray[np.int64],
    year: NDArray[np.int64],
    use: NDArray[np.object_],
    storeys: NDArray[np.int64],
    footprint_area: NDArray[np.float64],
    volume: NDArray[np.float64],
    seed: int,
) -> AttributeTable:
    """Attributes of buildings as a register would hold them.

    Kokonaisala is footprint times storeys; Kerrosala, the permitted area, is 70 to 80 % of it.
    """
    total = footprint_area * storeys
    permitted = total * between(uniform(seed, "permitted share", building), 0.70, 0.80, 0.01)
    use = use.tolist()
    columns: Mapping[str, list[str]] = {
        "VTJ_PRT": [building_key(b) for b in building.tolist()],
        "Rakennuksen_tila": ["voimassa"] * len(building),
        "C_KAYTTARK": use,
        "Kayttotarkoitus": [USE_TEXT[code] for code in use],
        "Valmistunut": [f"{y}-06-30" for y in year.tolist()],
        "Kerroksia": [f"{s}.0" for s in storeys.tolist()],
        "Kerrosala": [f"{a:.1f}" for a in permitted.tolist()],
        "Kokonaisala": [f"{a:.0f}" for a in total.tolist()],
        "Tilavuus": [f"{v:.0f}" for v in volume.tolist()],
    }
    n, k = len(building), len(COLUMNS)
    types = np.array([TYPES.index(t) for t in COLUMNS.values()], np.int8)
    return AttributeTable(
        n=n,
        row=np.repeat(np.arange(n, dtype=np.int32), k),
        key=np.tile(np.arange(k, dtype=np.int32), n),
        type=np.tile(types, n),
        place=np.zeros(n * k, np.int32),
        unit=np.zeros(n * k, np.int32),
        value=Strings.of(v for row in zip(*columns.values(), strict=True) for v in row),
        keys=tuple(COLUMNS),
        places=("generic",),
        units=("",),
    )
