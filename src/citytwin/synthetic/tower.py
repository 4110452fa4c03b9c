"""Towers on podiums: two to a block, the roof of the podium is a polygon with a hole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.synthetic.blocks import BLOCK_M, BlockKind, Blocks
from citytwin.synthetic.shells import QUARTERS, Frame, Plots, flat_corners, podium_form
from citytwin.synthetic.splitmix import between, uniform

TOWERS_A_BLOCK = 2
PODIUM_M = (84.0, 38.0)
PODIUM_HEIGHT_M = 9.0
PODIUM_STOREYS = 2
STOREY_M = 3.125


def tower_blocks(blocks: Blocks, seed: int) -> Plots:
    """Buildings of all blocks of towers: a podium of 84 x 38 x 9 m under a tower of 18 to 28 m a side."""
    block, half = np.meshgrid(np.flatnonzero(blocks.kind == BlockKind.TOWERS), np.arange(TOWERS_A_BLOCK), indexing="ij")
    block, half = block.ravel(), half.ravel()

    def drawn(purpose: str, low: float, high: float, step: float) -> NDArray[np.float64]:
        return between(uniform(seed, purpose, block, half), low, high, step)

    storeys = drawn("tower storeys", 8, 24, 1)
    side = np.stack([drawn("tower length", 18.0, 28.0, 0.5), drawn("tower depth", 18.0, 28.0, 0.5)], -1)
    place = np.stack([drawn("tower east", 4.0, 50.0, 0.5), drawn("tower north", 3.0, 7.0, 0.5)], -1)
    room = BLOCK_M / TOWERS_A_BLOCK
    margin = np.array([(BLOCK_M - PODIUM_M[0]) / 2.0, (room - PODIUM_M[1]) / 2.0])
    shift = np.stack([np.zeros(len(half)), half * room], -1)
    frame = Frame(blocks.corner(block) + margin + shift, QUARTERS[np.zeros(len(half), np.int64)])
    size = np.broadcast_to(PODIUM_M, side.shape)
    low = flat_corners(frame, _rectangle(np.zeros_like(size), size), np.full(len(half), PODIUM_HEIGHT_M))
    high = flat_corners(frame, _rectangle(place, side), storeys * STOREY_M)
    high[..., 2] += PODIUM_HEIGHT_M
    area = PODIUM_M[0] * PODIUM_M[1]
    return Plots(
        building=blocks.first[block] + half,
        form=podium_form(),
        corners=np.concatenate([low, high], axis=1),
        storeys=storeys.astype(np.int64) + PODIUM_STOREYS,
        footprint_area=np.full(len(half), area),
        volume=area * PODIUM_HEIGHT_M + side.prod(1) * storeys * STOREY_M,
    )


def _rectangle(low: NDArray[np.float64], size: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rectangles (n, 4, 2), counter-clockwise from `low`."""
    return low[:, None] + size[:, None] * np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
