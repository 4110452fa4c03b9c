"""Detached gabled houses, four by four to a block, turned any way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.synthetic.blocks import BLOCK_M, BlockKind, Blocks
from citytwin.synthetic.shells import (
    DIRECTIONS,
    Frame,
    Plots,
    gabled_corners,
    gabled_form,
    gabled_volume,
    notched,
    notched_area,
)
from citytwin.synthetic.splitmix import between, uniform

HOUSES_A_SIDE = 4
PLOT_M = BLOCK_M / HOUSES_A_SIDE
RECESS_M = 1.25
STOREY_M = 2.75
PLINTH_M = 0.5


def house_blocks(blocks: Blocks, seed: int) -> Plots:
    """Buildings of all blocks of houses: 9 to 14 m long, 8 to 10 m deep, one or two storeys, with porch and terrace."""
    block, place = np.meshgrid(
        np.flatnonzero(blocks.kind == BlockKind.HOUSES), np.arange(HOUSES_A_SIDE**2), indexing="ij"
    )
    block, place = block.ravel(), place.ravel()

    def drawn(purpose: str, low: float, high: float, step: float) -> NDArray[np.float64]:
        return between(uniform(seed, purpose, block, place), low, high, step)

    length = drawn("house length", 9.0, 14.0, 0.25)
    depth = drawn("house depth", 8.0, 10.0, 0.25)
    storeys = drawn("house storeys", 1, 2, 1)
    eaves = PLINTH_M + storeys * STOREY_M
    slope = drawn("house slope", 0.375, 1.0, 0.0625)
    porch = drawn("house porch", 1.5, 3.5, 0.25)
    terrace = drawn("house terrace", 1.5, 3.5, 0.25)
    notch = np.stack([np.stack([porch, porch + 2.5], -1), np.stack([terrace, terrace + 4.0], -1)], 1)
    step = np.full(len(block), RECESS_M)

    axis = DIRECTIONS[drawn("house direction", 0, len(DIRECTIONS) - 1, 1).astype(np.int64)]
    left = np.stack([-axis[:, 1], axis[:, 0]], -1)
    middle = np.stack(np.divmod(place, HOUSES_A_SIDE), -1) * PLOT_M + PLOT_M / 2.0
    origin = blocks.corner(block) + middle - length[:, None] / 2.0 * axis - depth[:, None] / 2.0 * left
    frame = Frame(origin, axis)
    scale = frame.scale**2
    return Plots(
        building=blocks.first[block] + place,
        form=gabled_form(6, 6),
        corners=gabled_corners(frame, notched(length, depth, notch, step), depth, length, eaves, slope),
        storeys=storeys.astype(np.int64),
        footprint_area=notched_area(depth, length, notch, step) * scale,
        volume=gabled_volume(depth, length, notch, step, eaves, slope) * scale,
    )
