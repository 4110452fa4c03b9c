"""Facets and the views of buildings: what is parallel, what is not lit, what no ray was cast for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from citytwin.energy.network_sun import network_sun
from citytwin.energy.stock import load_stock
from citytwin.energy.sun_streams import sun_on_groups
from citytwin.model import Weather
from tests.energy.blocks import block_buildings, fake_irradiation

STOCK = load_stock()


def test_surfaces_are_a_facet_where_they_are_parallel(weather: Weather) -> None:
    """A facade in two parts counts once, facades of one building that look elsewhere do not."""
    block = block_buildings([1965])
    split = replace(
        block,
        surface_group=np.append(block.surface_group, [0]).astype(np.int32),
        surface_exposed_area=np.append(block.surface_exposed_area, [block.surface_exposed_area[0] / 3]),
    )
    sun = fake_irradiation(block, weather)
    lit = replace(sun, surface=np.arange(7, dtype=np.int32), sky_view=np.append(sun.sky_view, 0.5))
    facets = network_sun(split, lit, STOCK, "operated").facets
    south = np.flatnonzero(facets.normal @ [0.0, -1.0, 0.0] > 0.99)
    assert len(facets.normal) == 5
    np.testing.assert_allclose(np.linalg.norm(facets.normal, axis=1), 1.0)
    assert np.diff(facets.row_offsets).tolist().count(2) == 1
    rows = slice(*facets.row_offsets[south[0] : south[0] + 2])
    assert facets.row[rows].tolist() == [0, 6]
    np.testing.assert_allclose(facets.share[rows], [0.75, 0.25])
    assert np.diff(facets.use_offsets)[south].tolist() == [2]


def test_without_irradiation_faces_are_open_and_dark_where_they_have_an_area(weather: Weather) -> None:
    blocks = block_buildings([1965, 1965])
    area = blocks.group_area.copy()
    area[6:11] = 0.0
    sun = fake_irradiation(blocks, weather)
    none = replace(sun, surface=sun.surface[:0], area=sun.area[:0], sky_view=sun.sky_view[:0])
    on = sun_on_groups(replace(blocks, group_area=area), none)
    assert on.walls_seen.tolist() == [0.5, 0.5]
    assert on.roofs_seen.tolist() == [1.0, 1.0]
    assert on.dark.tolist() == [True, False]
