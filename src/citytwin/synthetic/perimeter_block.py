"""Closed perimeter blocks: sixteen gabled houses around a courtyard, each leaning on its neighbours.

The four rows form a pinwheel: each runs from one corner of the block to the row it meets at the next one, so that all
are straight and equally deep.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.synthetic.blocks import BLOCK_M, BlockKind, Blocks
from citytwin.synthetic.shells import (
    QUARTERS,
    Frame,
    Plots,
    gabled_corners,
    gabled_form,
    gabled_volume,
    notched,
    notched_area,
)
from citytwin.synthetic.splitmix import between, uniform

DEPTH_M = 13.0
ROW_M = BLOCK_M - DEPTH_M
HOUSES_A_ROW = 4
WIDTH_M = ROW_M / HOUSES_A_ROW
SHIFT_M = 2.5
RECESS_M = 0.40625
STOREY_M = 3.25
PLINTH_M = 0.75


def perimeter_blocks(blocks: Blocks, seed: int) -> Plots:
    """Buildings of all perimeter blocks.

    Houses are 18 to 28 m wide and 13 m deep, with eaves at 13.75 to 23.5 m and a shallow recess on the street and on
    the courtyard.
    """
    block, row, house = np.meshgrid(
        np.flatnonzero(blocks.kind == BlockKind.PERIMETER), np.arange(4), np.arange(HOUSES_A_ROW), indexing="ij"
    )
    block, row, house = block.ravel(), row.ravel(), house.ravel()

    def drawn(purpose: str, low: float, high: float, step: float) -> NDArray[np.float64]:
        return between(uniform(seed, purpose, block, row, house), low, high, step)

    begin = _cut(seed, block, row, house)
    length = _cut(seed, block, row, house + 1) - begin
    storeys = drawn("perimeter storeys", 4, 7, 1)
    eaves = PLINTH_M + storeys * STOREY_M
    slope = drawn("perimeter slope", 0.5, 0.75, 0.0625)
    step = np.full(len(block), RECESS_M)
    margin = drawn("perimeter recess", 3.0, 6.0, 0.25)
    front = np.stack([margin, length - margin], -1)
    notch = np.stack([front, front], 1)
    depth = np.full(len(block), DEPTH_M)

    corner = np.array([[0.0, 0.0], [BLOCK_M, 0.0], [BLOCK_M, BLOCK_M], [0.0, BLOCK_M]])[row]
    axis = QUARTERS[row]
    frame = Frame(blocks.corner(block) + corner + begin[:, None] * axis, axis)
    uv = notched(length, depth, notch, step)
    return Plots(
        building=blocks.first[block] + row * HOUSES_A_ROW + house,
        form=gabled_form(6, 6),
        corners=gabled_corners(frame, uv, depth, length, eaves, slope),
        storeys=storeys.astype(np.int64),
        footprint_area=notched_area(depth, length, notch, step),
        volume=gabled_volume(depth, length, notch, step, eaves, slope),
    )


def _cut(seed: int, block: NDArray[np.int64], row: NDArray[np.int64], number: NDArray[np.int64]) -> NDArray[np.float64]:
    """Distance (n,) of party wall `number` from the begin of its row, m."""
    inner = (number > 0) & (number < HOUSES_A_ROW)
    shift = between(uniform(seed, "perimeter cut", block, row, number), -SHIFT_M, SHIFT_M, 0.0625)
    return number * WIDTH_M + np.where(inner, shift, 0.0)
