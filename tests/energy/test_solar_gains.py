"""Sun on a block by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from citytwin.energy.solar_gains import GLAZING, OPAQUE, solar_gains
from citytwin.energy.stock import load_stock
from citytwin.model import Source, Weather
from tests.energy.blocks import block_buildings, fake_irradiation

STOCK = load_stock()


def test_gains_by_hand(weather: Weather) -> None:
    blocks = block_buildings([1965, 2015])
    sun = fake_irradiation(blocks, weather)
    glazing, opaque = solar_gains(blocks, sun, STOCK).hours(0, 2).transpose(1, 2, 0)
    assert glazing.dtype == opaque.dtype == np.float32
    facades = np.array([60.0, 12.0, 60.0, 12.0]) * 18.0
    share = 550.8 / 2592.0
    on_walls = facades @ sun.by_group[:4].astype(float)
    np.testing.assert_allclose(glazing[0], 0.9 * 0.75 * 0.75 * share * on_walls, rtol=1e-5, atol=1e-2)
    for row, (u_wall, u_roof) in enumerate([(0.81, 0.47), (0.17, 0.09)]):
        expected = 0.6 * 0.04 * (u_wall * (1 - share) * on_walls + u_roof * 720.0 * sun.by_group[4])
        np.testing.assert_allclose(opaque[row], expected, rtol=1e-5, atol=1e-2)


def test_irradiation_of_another_city_is_refused(weather: Weather) -> None:
    two, one = block_buildings([1965, 2015]), block_buildings([1965])
    with pytest.raises(ValueError, match=r"surface 11 is none of the 6 .* another city"):
        solar_gains(one, fake_irradiation(two, weather), STOCK)
    moved = replace(one, surface_group=np.roll(one.surface_group, 1))
    with pytest.raises(ValueError, match=r"3 surfaces face another way .* another city"):
        solar_gains(moved, fake_irradiation(one, weather), STOCK)


def test_a_group_takes_the_mean_of_its_surfaces_by_exposed_area(weather: Weather) -> None:
    block = block_buildings([1965])
    sun = fake_irradiation(block, weather)
    whole = solar_gains(block, sun, STOCK).hours(0, 1)[:, GLAZING].T
    south = block.surface_exposed_area[0]
    split = replace(
        block,
        surface_group=np.append(block.surface_group, [0]).astype(np.int32),
        surface_exposed_area=np.append(block.surface_exposed_area, [south / 4]),
    )
    by_group = np.vstack([sun.by_group, 0 * sun.by_group[:1]])
    shaded = replace(
        sun,
        surface=np.arange(7, dtype=np.int32),
        sky_view=np.append(sun.sky_view, 0.0),
        by_group=by_group,
    )
    gains = solar_gains(split, shaded, STOCK)
    south_only = 0.9 * 0.75 * 0.75 * (550.8 / 2592.0) * 1080.0 * sun.by_group[0]
    np.testing.assert_allclose(gains.hours(0, 1)[:, GLAZING].T, whole - 0.2 * south_only, rtol=1e-4, atol=0.1)
    assert gains.groups.walls_seen[0] == pytest.approx(0.5 * 2592.0 / (2592.0 + 270.0))


def test_overrides_and_chunks(weather: Weather) -> None:
    blocks = block_buildings([1965, 1965]).with_columns(Source.SCENARIO, 95, u_wall=np.array([np.nan, 0.2]))
    sun = fake_irradiation(blocks, weather)
    gains = solar_gains(blocks, sun, STOCK)
    opaque = gains.hours(0, 2)[:, OPAQUE].T
    assert opaque[1].sum() < 0.5 * opaque[0].sum()
    np.testing.assert_array_equal(gains.hours(1, 2)[:, OPAQUE, 0], opaque[1])
    assert not gains.groups.dark.any()
