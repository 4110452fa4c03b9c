"""Sizes of elements, by hand."""

from __future__ import annotations

import numpy as np

from citytwin.model.element_sizes import SIZE_OF, element_sizes
from tests.energy.blocks import block_buildings


def test_sizes() -> None:
    blocks = block_buildings([1965])
    sizes = element_sizes(blocks, np.array([70.0]))
    assert sizes["wall_m2"] == 144 * 18.0 - 0.15 * 3672.0
    assert sizes["roof_m2"] == sizes["floor_m2"] == 720.0
    assert sizes["window_m2"] == 0.15 * 3672.0
    assert sizes["heat_recovery_m2"] == sizes["airtightness_m2"] == 3672.0
    assert sizes["build_m2"] == sizes["demolish_m2"] == 4320.0
    assert sizes["heat_source_kw"] == 70.0
    assert "heat_source_kw" not in element_sizes(blocks)
    assert set(SIZE_OF.values()) <= set(sizes)
