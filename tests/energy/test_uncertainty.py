"""Draws belong to building and number, not to position; what archetypes share does not average out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from citytwin.energy.stock import load_stock
from citytwin.energy.uncertainty import default_draws, draw_deviations, drawn_carriers, normal, uniform
from citytwin.model import Carrier, Source
from tests.energy.blocks import block_buildings

STOCK = load_stock()


def test_numbers_belong_to_the_name() -> None:
    names = ["a", "b", "c"]
    numbers = uniform(names, 50, "x")
    np.testing.assert_array_equal(uniform(names[::-1], 50, "x"), numbers[::-1])
    np.testing.assert_array_equal(uniform(names, 20, "x"), numbers[:, :20])
    assert (uniform(names, 50, "y") != numbers).all()
    assert len(np.unique(numbers)) == numbers.size


def test_numbers_are_uniform_and_normal() -> None:
    names = [f"n{k}" for k in range(200)]
    u = uniform(names, 100, "x")
    assert 0 < u.min() < u.max() < 1
    np.testing.assert_allclose(np.histogram(u, 10, (0, 1))[0] / u.size, 0.1, atol=0.01)
    z = normal(names, 100, "x")
    assert z.mean() == pytest.approx(0.0, abs=0.02)
    assert z.std() == pytest.approx(1.0, abs=0.02)
    assert abs(np.corrcoef(z[:, 0], z[:, 1])[0, 1]) < 0.2


def test_imputed_columns_spread_wider() -> None:
    block = block_buildings([1975.0] * 60)
    imputed = replace(block, source=block.source | {"year_built": np.full(60, Source.IMPUTED, np.int8)})
    known, guessed = (draw_deviations(b, STOCK, 64) for b in (block, imputed))
    assert known["year_built"].std() == pytest.approx(1.0, rel=0.15)
    assert guessed["year_built"].std() == pytest.approx(10.0, rel=0.3)
    assert np.log(guessed["u_opaque"]).std() > 1.3 * np.log(known["u_opaque"]).std()
    np.testing.assert_array_equal(known["hot_water"], guessed["hot_water"])


def test_archetypes_share_a_part() -> None:
    same = np.log(draw_deviations(block_buildings([1975.0] * 200), STOCK, 64)["u_opaque"])
    apart = np.log(draw_deviations(block_buildings(list(np.arange(1800, 2000.0))), STOCK, 64)["u_opaque"])
    assert same.mean(axis=0).std() > 2.0 * apart.mean(axis=0).std()


def test_heat_sources_follow_their_shares() -> None:
    drawn = drawn_carriers(block_buildings([1975.0] * 200), 64)
    assert set(np.unique(drawn)) == {Carrier.DISTRICT_HEAT, Carrier.OIL}
    assert (drawn == Carrier.OIL).mean() == pytest.approx(0.25, abs=0.01)


def test_large_cities_get_fewer_draws() -> None:
    assert default_draws(61) == 64
    assert 64 > default_draws(10_000) > default_draws(80_000) >= 8


def test_draws_scatter_around_the_central_value() -> None:
    block = block_buildings([1975.0 + k % 40 for k in range(400)])
    deviations = draw_deviations(replace(block, use=np.zeros(400, np.int8)), STOCK, 400)
    for name, spread in STOCK.spreads.items():
        values = deviations[name]
        width = spread.sd if spread.relative else max(spread.sd, 1e-9)
        assert values.mean() == pytest.approx(1.0 if spread.relative else 0.0, abs=0.05 * width)
