"""Hot water by floor area or by persons, with what pipes lose, and when it is drawn off."""

from __future__ import annotations

import numpy as np
import pytest

from citytwin.energy.hot_water import equivalent_persons, hot_water
from citytwin.energy.lanes import Lanes
from citytwin.energy.schedules import WEEK, build_schedules, over_mean
from citytwin.energy.stock import load_stock
from citytwin.model import Use
from tests.energy.blocks import block_buildings

STOCK = load_stock()
BY_PERSON = load_stock({"constants": [{"name": "hot_water_per_person_operated", "value": 1, "source": "meters"}]})


def water_of(use=Use.APARTMENT, mode="operated", stock=STOCK, year=1990.0, storeys=6):
    return hot_water(Lanes(block_buildings([year], use=use, storeys=storeys), stock, mode))


def test_flat_need_and_losses_by_hand() -> None:
    flats = water_of()
    assert flats.need[0] == pytest.approx(35.0 * 3672.0)
    assert flats.distribution[0] == pytest.approx(35.0 * 3672.0 * (1 / 0.97 - 1))
    assert flats.circulation[0] == pytest.approx(15.0 * 3672.0)
    assert flats.total[0] == pytest.approx(flats.need[0] + flats.losses[0])
    assert flats.useful[0] == pytest.approx(0.5 * flats.losses[0])
    house = water_of(Use.SMALL_RESIDENTIAL, storeys=1)
    assert house.circulation[0] == 0.0
    assert house.distribution[0] == pytest.approx(35.0 * 612.0 * (1 / 0.92 - 1))


def test_who_draws_more_has_pipes_that_lose_more() -> None:
    blocks = block_buildings([1990.0])
    draws = {name: np.ones((1, 2)) for name in STOCK.spreads} | {"hot_water": np.array([[1.0, 1.3]])}
    absolute = {name: np.zeros((1, 2)) for name, spread in STOCK.spreads.items() if not spread.relative}
    water = hot_water(Lanes(blocks, STOCK, "standard", draws | absolute))
    for amount in (water.need, water.distribution, water.circulation, water.useful):
        assert amount[1] == pytest.approx(1.3 * amount[0])


def test_equivalent_persons() -> None:
    np.testing.assert_allclose(equivalent_persons(np.array([9.0, 49.0, 57.0]), False), [1.0, 1.75 - 0.01875, 1.8235])
    np.testing.assert_allclose(equivalent_persons(np.array([29.0, 50.0, 100.0]), True), [1.0, 1.375, 1.75 + 0.3 * 0.75])
    for house in (False, True):
        persons = equivalent_persons(np.linspace(5.0, 300.0, 500), house)
        assert (np.diff(persons) >= 0.0).all()
        assert np.diff(persons).max() < 0.012


def test_the_person_rule_replaces_the_flat_need_in_dwellings_only() -> None:
    flats = water_of(stock=BY_PERSON)
    dwellings = 64.0
    persons = dwellings * (1.75 + 0.3 * (0.035 * 3672.0 / dwellings - 1.75))
    assert flats.need[0] == pytest.approx(0.365 * 1.16 * 46.5 * 40.71 * persons)
    assert 20.0 < flats.need[0] / 3672.0 < 35.0
    assert flats.circulation[0] == water_of().circulation[0]
    assert water_of(Use.OFFICE, stock=BY_PERSON).need[0] == water_of(Use.OFFICE).need[0]
    assert water_of(mode="standard", stock=BY_PERSON).need[0] == water_of(mode="standard").need[0]


def test_small_dwellings_are_limited_by_their_area() -> None:
    tiny = load_stock(
        {
            "constants": [
                {"name": "hot_water_per_person_operated", "value": 1, "source": "x"},
                {"name": "dwelling_area_apartment", "value": 10.0, "source": "x"},
            ]
        }
    )
    assert water_of(stock=tiny).need[0] == pytest.approx(0.365 * 1.16 * 46.5 * 3.26 * 3672.0)


def test_the_draw_off_has_a_mean_of_one_over_the_year() -> None:
    shares = np.eye(len(Use))[[Use.APARTMENT, Use.OFFICE, Use.HOSPITAL]]
    mixed = (0.5 * shares[0] + 0.5 * shares[1])[None, :]
    schedules = build_schedules(np.concatenate([shares, mixed]), STOCK, "operated")
    draw = schedules.draw_off[schedules.profile]
    np.testing.assert_allclose(draw[:, np.arange(8760) % WEEK].mean(axis=1), 1.0)
    assert draw[0].min() > 0.0
    assert draw[0, 20] > 1.5 > 0.3 > draw[0, 3]
    assert draw[1, [3, 24 * 6 + 12]].tolist() == [0.0, 0.0]
    np.testing.assert_allclose(draw[3], (35.0 * draw[0] + 6.0 * draw[1]) / 41.0)


def test_hours_without_values_are_even() -> None:
    np.testing.assert_array_equal(over_mean(np.zeros((2, WEEK))), np.ones((2, WEEK)))


def test_own_draw_off_wins() -> None:
    hours = {f"h{k}": float(k == 7) for k in range(24)}
    rows = [{"use": "apartment", "day": day, "source": "meters", **hours} for day in ("workday", "weekend")]
    stock = load_stock({"draw_off": rows})
    schedules = build_schedules(np.eye(len(Use))[[Use.APARTMENT]], stock, "operated")
    assert np.flatnonzero(schedules.draw_off[0]).tolist() == [7 + 24 * day for day in range(7)]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({f"h{k}": 1 for k in range(23)}, "has 23 values instead of 24"),
        ({f"h{k}": -1 for k in range(24)}, "negative"),
        ({f"h{k}": 1 for k in range(24)} | {"day": "sunday"}, "no day 'sunday'"),
    ],
)
def test_bad_profiles_are_refused(row: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_stock({"draw_off": [{"use": "office", "day": "workday", "source": "x", **row}]})


def test_a_profile_of_one_day_only_is_refused() -> None:
    row = {"use": "office", "day": "workday", "source": "x", **{f"h{k}": 1 for k in range(24)}}
    with pytest.raises(ValueError, match="only one of workday and weekend"):
        load_stock({"draw_off": [row]})
