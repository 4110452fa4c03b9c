"""Weekly profiles: means by area, and two ventilation states that keep the mean flow."""

from __future__ import annotations

import numpy as np
import pytest

from citytwin.energy.climate import MONTH_OF_DAY
from citytwin.energy.schedules import build_schedules, hours_by_month, weekly_occupation
from citytwin.energy.stock import load_stock
from citytwin.model import Use


def shares(*pairs: tuple[Use, float]) -> np.ndarray:
    row = np.zeros((1, len(Use)))
    for use, share in pairs:
        row[0, use] = share
    return row


def test_hours_of_use() -> None:
    hours = weekly_occupation(load_stock(), "standard").sum(axis=1)
    assert hours[Use.OFFICE] == 55
    assert hours[Use.APARTMENT] == 168
    assert hours[Use.SCHOOL] == 40
    assert hours[Use.SPORTS] == 98


def test_electricity_of_apartments_is_that_of_the_decree() -> None:
    schedules = build_schedules(shares((Use.APARTMENT, 1.0)), load_stock(), "standard")
    annual = (schedules.electricity[0] * hours_by_month(MONTH_OF_DAY).sum(axis=0)).sum() / 1000.0
    assert annual == pytest.approx((9 * 0.1 + 4 * 0.6) * 8.76)
    assert schedules.profiles.gains[0] == pytest.approx(9 * 0.1 + 4 * 0.6 + 3 * 0.6)
    assert not schedules.profiles.ventilation_state.any()


def test_states_keep_the_mean_flow() -> None:
    mixed = shares((Use.APARTMENT, 0.6), (Use.OFFICE, 0.4))
    schedules = build_schedules(mixed, load_stock(), "standard")
    np.testing.assert_array_equal(schedules.profiles.ventilation_state[0].reshape(7, 24)[5:], 0)
    assert schedules.profiles.ventilation_state.sum() == 55
    on = schedules.profiles.ventilation_state[0].mean()
    by_state = schedules.air_in_state[0] @ mixed[0]
    mean = 0.6 * 0.5 + 0.4 * (55 * 2.0 + 113 * 0.15) / 168
    assert on * by_state[1] + (1 - on) * by_state[0] == pytest.approx(mean)
    assert by_state[1] == pytest.approx(0.6 * 0.5 + 0.4 * 2.0)


def test_equal_mixtures_share_a_profile() -> None:
    rows = np.concatenate([shares((Use.OFFICE, 1.0)), shares((Use.SCHOOL, 1.0)), shares((Use.OFFICE, 1.0))])
    schedules = build_schedules(rows, load_stock(), "operated")
    assert len(schedules.electricity) == 2
    assert schedules.profile[0] == schedules.profile[2] != schedules.profile[1]


def test_months_hold_all_hours() -> None:
    count = hours_by_month(MONTH_OF_DAY)
    assert count.sum() == 8760
    assert count[1].sum() == 672
    assert (count[1] == 4).all()
