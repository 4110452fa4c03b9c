"""Rows of lanes against one lane at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels import zone_block as block
from tests.naive import zone_block as naive

LANES = np.uint64(block.LANES)
SHARED = 5


def rows(array: np.ndarray) -> np.ndarray:
    """Scratch memory as a matrix of one row of lanes each; a view."""
    return array.reshape(-1, block.LANES)


def row(name: str) -> int:
    return int(getattr(block, name)) // block.LANES


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), ranks=st.sampled_from([2, 4]))
def test_a_group_of_hours(seed: int, ranks: int) -> None:
    rng = np.random.default_rng(seed)
    size = block.OWN + SHARED
    like = np.zeros(1)
    coefficients, fixed = (
        block.aligned(ranks * size * block.LANES, like),
        block.aligned(block.FIXED * block.LANES, like),
    )
    states, hours = block.aligned(ranks * block.LANES, like), block.aligned(4 * 13 * block.LANES, like)
    assert coefficients.ctypes.data % 64 == 0
    suns = rng.uniform(0.0, 500.0, 24 * block.MAX_SUN * block.LANES)
    drives = rng.normal(size=(SHARED, 48)) * 10.0
    coefficients[:] = rng.uniform(0.0, 0.01, len(coefficients))
    by_rank = rows(coefficients).reshape(ranks, size, block.LANES)
    by_rank[:, row("POLE")] = rng.uniform(0.0, 0.99, (ranks, block.LANES))
    states[:] = rng.uniform(-5.0, 15.0, len(states))
    extra = rng.uniform(0.0, 100.0, (2, block.LANES))
    per_watt = by_rank[:, row("PORT")].sum(axis=0)
    shrink = 1.0 / (1.0 + per_watt * extra)
    table = rows(fixed)
    for mode in range(2):
        first = mode * row("MODE")
        table[first + row("SHRINK")] = shrink[mode]
        table[first + row("OUTDOOR")] = 1.0 - shrink[mode]
        table[first + row("KELVIN")] = per_watt * shrink[mode]
        table[first + row("PER_KELVIN")] = 1.0 / (per_watt * shrink[mode])
    table[row("PORT_PER_KELVIN")] = 1.0 / per_watt
    table[row("HEAT_LIMIT")], table[row("COOL_LIMIT")] = rng.uniform(100.0, 2000.0, (2, block.LANES))
    table[row("OPEN_ABOVE")] = 1e30
    by_hour = rows(hours).reshape(4, 13, block.LANES)
    by_hour[:, row("GAINS")] = rng.uniform(0.0, 10.0, (4, block.LANES))
    by_hour[:, row("HEAT_SET")] = rng.uniform(15.0, 22.0, (4, block.LANES))
    by_hour[:, row("COOL_SET")] = rng.uniform(23.0, 27.0, (4, block.LANES))
    before, width, h = rows(states).copy(), np.uint64(size * block.LANES), np.uint64(20)
    modes = np.array([0, 0, block.MODE, 0], np.uint64)
    count = np.uint64(ranks)

    block.add_inputs(LANES, count, width, h, np.uint64(20), coefficients, drives, suns, hours)
    fifth = np.uint64((block.OWN + 4) * block.LANES)
    block.add_drive(LANES, count, width, fifth, h, coefficients, drives[4], hours)
    step = block.step_two if ranks == 2 else block.step_four
    step(LANES, h, True, width, modes, drives[0], coefficients, fixed, states, hours)
    sums = np.zeros(3 * block.LANES)
    block.tally(LANES, block.HEAT, 20.0, 1.0, hours, sums)
    total, weights = np.zeros((2, 48)), rng.uniform(0.0, 2.0, block.LANES)
    block.add_totals(LANES, h, weights, hours, total)
    by_weight, above = np.zeros(block.LANES), np.zeros(block.LANES)
    block.add_weighted(LANES, h, drives[1], hours, np.uint64(0), by_weight)
    block.add_above(LANES, block.HOUR, 20.0, hours, above)

    sun = rows(suns).reshape(24, block.MAX_SUN, block.LANES)
    for lane in range(0, block.LANES, 7):
        state, heating = before[:, lane].tolist(), []
        for k in range(4):
            forced = [
                naive.add_inputs(
                    c[row("GAIN")], c[row("SUN_0") : row("DRIVE_0")], c[row("DRIVE_0") :],
                    by_hour[k, row("GAINS"), lane], sun[20 + k, :, lane], drives[:, 20 + k],
                )
                for c in by_rank[:, :, lane]
            ]  # fmt: skip
            np.testing.assert_allclose(by_hour[k, :ranks, lane], forced, rtol=1e-12, atol=1e-12)
            state, heat, cool, air = naive.step(
                by_rank[:, row("POLE"), lane], by_rank[:, row("PORT"), lane], state, forced, per_watt[lane],
                extra[1 if k == 2 else 0, lane], drives[0, 20 + k], by_hour[k, row("HEAT_SET"), lane],
                by_hour[k, row("COOL_SET"), lane], table[row("HEAT_LIMIT"), lane], table[row("COOL_LIMIT"), lane],
            )  # fmt: skip
            found = [by_hour[k, row(name), lane] for name in ("HEAT", "COOL", "AIR")]
            np.testing.assert_allclose(found, [heat, cool, air], rtol=1e-9, atol=1e-7)
            heating.append(heat)
        np.testing.assert_allclose(rows(states)[:, lane], state, rtol=1e-9, atol=1e-9)
        whole, peak, at = naive.tally(heating)
        np.testing.assert_allclose(rows(sums)[:2, lane], [whole, peak], rtol=1e-9, atol=1e-7)
        if peak > 1e-6 and heating.count(peak) == 1:
            assert rows(sums)[2, lane] == 20 + at
        assert by_weight[lane] == pytest.approx(np.dot(heating, drives[1, 20:24]), rel=1e-9, abs=1e-6)
        assert above[lane] == max(by_hour[1, row("AIR"), lane] - 20.0, 0.0)
    heat = by_hour[:, row("HEAT")]
    np.testing.assert_allclose(total[0, 20:24], heat @ weights, rtol=1e-12)
    np.testing.assert_allclose(total[1, 20:24], by_hour[:, row("COOL")] @ weights, rtol=1e-12)


def test_lanes_that_differ_in_state_are_gathered() -> None:
    rng = np.random.default_rng(0)
    fixed, hours = rng.uniform(size=block.FIXED * block.LANES), np.zeros(4 * 13 * block.LANES)
    on = rng.integers(0, 2, block.LANES)
    rows(hours)[row("SWITCHED")] = on
    mixed = np.uint64(3) * block.MODE
    assert block.mode_of_hour(LANES, np.uint64(0), mixed, fixed, hours) == mixed
    table = rows(fixed).reshape(7, 6, block.LANES)
    np.testing.assert_array_equal(table[3], np.where(on, table[1], table[0]))
    for value in (0, 1):
        rows(hours)[row("SWITCHED")] = value
        assert block.mode_of_hour(LANES, np.uint64(0), mixed, fixed, hours) == value * int(block.MODE)
