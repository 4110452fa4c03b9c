"""City blocks on a square spiral: where each lies, what is built on it, and how its buildings are numbered.

Block k and everything on it are functions of the seed and of k, so that a larger city contains every smaller one.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.synthetic.splitmix import chosen, uniform

CRS = "EPSG:3879"
CENTRE_XY = (25_496_000.0, 6_673_000.0)
BLOCK_M = 105.0
STREET_M = 17.0
PITCH_M = BLOCK_M + STREET_M
CORE_RINGS = 4


class BlockKind(IntEnum):
    """What is built on a block."""

    PERIMETER = 0
    SLABS = 1
    HOUSES = 2
    TOWERS = 3


BUILDINGS = np.array([16, 3, 16, 2])
"""Buildings on a block of each kind."""
CORE_SHARES = (0.76, 0.08, 0.08, 0.08)
OUTER_SHARES = (0.24, 0.28, 0.40, 0.08)


class Blocks(NamedTuple):
    """Consecutive blocks from the centre outwards.

    Attributes
    ----------
    cell : int64 array (n, 2)
        Column and row; the centre is (0, 0).
    kind : int64 array (n,), :class:`BlockKind`
    first : int64 array (n + 1,)
        Number of the first building of each block.
    """

    cell: NDArray[np.int64]
    kind: NDArray[np.int64]
    first: NDArray[np.int64]

    def corner(self, rows: NDArray[np.integer]) -> NDArray[np.float64]:
        """South-west corners (k, 2) of some blocks, metres in :data:`CRS`."""
        return np.array(CENTRE_XY) + self.cell[rows] * PITCH_M


def spiral(n: int) -> NDArray[np.int64]:
    """Cells (n, 2) of a square spiral around (0, 0).

    Examples
    --------
    >>> spiral(5).tolist()
    [[0, 0], [1, 0], [1, 1], [0, 1], [-1, 1]]
    """
    k = np.arange(n)
    ring = ((np.sqrt(k) + 1.0) // 2).astype(np.int64)
    side, along = np.divmod(k - (2 * ring - 1) ** 2, np.maximum(2 * ring, 1))
    forth, back = 1 - ring + along, ring - 1 - along
    column = np.choose(side % 4, [ring, back, -ring, forth])
    row = np.choose(side % 4, [forth, ring, back, -ring])
    cells = np.column_stack([column, row])
    cells[ring == 0] = 0
    return cells


def layout(n_buildings: int, seed: int) -> Blocks:
    """The fewest blocks from the centre outwards that hold `n_buildings`.

    The centre is built densely. The first block is always a perimeter block.
    """
    if n_buildings < 0:
        raise ValueError(f"n_buildings must not be negative, but is {n_buildings}")
    n = -(-n_buildings // int(BUILDINGS.min()))
    cell = spiral(n)
    core = np.abs(cell).max(axis=1, initial=0) <= CORE_RINGS
    shares = np.where(core[:, None], CORE_SHARES, OUTER_SHARES)
    kind = chosen(uniform(seed, "block kind", np.arange(n)), shares)
    kind[:1] = BlockKind.PERIMETER
    first = np.concatenate([[0], np.cumsum(BUILDINGS[kind])])
    kept = int(np.searchsorted(first, n_buildings))
    return Blocks(cell[:kept], kind[:kept], first[: kept + 1])
