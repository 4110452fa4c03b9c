"""Slabs: long flat-roofed blocks of flats standing free, in parallel rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.synthetic.blocks import BLOCK_M, BlockKind, Blocks
from citytwin.synthetic.shells import QUARTERS, Frame, Plots, flat_corners, flat_form, notched, notched_area
from citytwin.synthetic.splitmix import between, uniform

DEPTH_M = 12.0
SLABS_A_BLOCK = 3
RECESS_M = 0.40625
STOREY_M = 2.875
PLINTH_M = 1.0


def slab_blocks(blocks: Blocks, seed: int) -> Plots:
    """Buildings of all blocks with slabs: 40 to 70 m long, 12 m deep, 9.6 to 38 m high, all of a block one way."""
    block, row = np.meshgrid(np.flatnonzero(blocks.kind == BlockKind.SLABS), np.arange(SLABS_A_BLOCK), indexing="ij")
    block, row = block.ravel(), row.ravel()
    turned = (uniform(seed, "slab direction", block) < 0.5).astype(np.int64)
    length = between(uniform(seed, "slab length", block, row), 40.0, 70.0, 0.5)
    storeys = between(uniform(seed, "slab storeys", block, row), 3, 13, 1)
    spare = BLOCK_M - length
    begin = between(uniform(seed, "slab place", block, row), 0.0, 1.0, 0.0625) * spare
    spacing = BLOCK_M / SLABS_A_BLOCK
    across = row * spacing + (spacing - DEPTH_M) / 2.0
    axis = QUARTERS[turned]
    left = QUARTERS[turned + 1]
    corner = np.where(turned[:, None] == 1, np.array([BLOCK_M, 0.0]), 0.0)
    origin = blocks.corner(block) + corner + begin[:, None] * axis + across[:, None] * left
    return slabs(
        building=blocks.first[block] + row, frame=Frame(origin, axis), length=length, storeys=storeys.astype(np.int64)
    )


def slabs(building: NDArray[np.int64], frame: Frame, length: NDArray[np.float64], storeys: NDArray[np.int64]) -> Plots:
    """Slabs at given places with a shallow recess in the middle third of both long sides.

    Parameters
    ----------
    building, storeys : int64 arrays (n,)
    frame : Frame
    length : float64 array (n,), m
        Multiples of 1/16 m.
    """
    depth = np.full(len(building), DEPTH_M)
    step = np.full(len(building), RECESS_M)
    begin = np.floor(length / 3.0 * 64.0) / 64.0
    side = np.stack([begin, length - begin], -1)
    notch = np.stack([side, side], 1)
    height = PLINTH_M + storeys * STOREY_M
    area = notched_area(depth, length, notch, step)
    return Plots(
        building=building,
        form=flat_form(12),
        corners=flat_corners(frame, notched(length, depth, notch, step), height),
        storeys=storeys,
        footprint_area=area,
        volume=area * height,
    )
