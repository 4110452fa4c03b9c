import numpy as np
import pytest

from citytwin.synthetic.blocks import BUILDINGS, BlockKind, layout, spiral


def test_spiral_visits_every_cell_once_by_steps_of_one():
    cells = spiral(49)
    assert {tuple(cell) for cell in cells.tolist()} == {(x, y) for x in range(-3, 4) for y in range(-3, 4)}
    assert (np.abs(np.diff(cells, axis=0)).sum(1) == 1).all()


def test_smaller_layouts_are_the_begin_of_larger_ones():
    small, large = layout(300, seed=5), layout(5000, seed=5)
    n = len(small.kind)
    assert (large.kind[:n] == small.kind).all()
    assert (large.cell[:n] == small.cell).all()
    assert (large.first[: n + 1] == small.first).all()


@pytest.mark.parametrize("n", [0, 1, 16, 17, 1234])
def test_blocks_hold_the_buildings_and_none_is_idle(n):
    blocks = layout(n, seed=2)
    assert blocks.first[-1] >= n
    assert n == 0 or blocks.first[-2] < n
    assert (np.diff(blocks.first) == BUILDINGS[blocks.kind]).all()


def test_the_centre_is_dense_and_every_kind_occurs():
    blocks = layout(5000, seed=0)
    core = np.abs(blocks.cell).max(1) <= 4
    assert blocks.kind[0] == BlockKind.PERIMETER
    assert (blocks.kind[core] == BlockKind.PERIMETER).mean() > 0.6
    assert (blocks.kind[~core] == BlockKind.PERIMETER).mean() < 0.4
    assert set(blocks.kind.tolist()) == set(BlockKind)


def test_negative_number_is_refused():
    with pytest.raises(ValueError, match="n_buildings must not be negative"):
        layout(-1, seed=0)
