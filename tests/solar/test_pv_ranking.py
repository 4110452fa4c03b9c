from dataclasses import replace

import numpy as np
import pytest

from citytwin.model.findings import Finding, Findings
from citytwin.solar.pv_economics import pv_economics
from citytwin.solar.pv_prices import read_pv_prices
from citytwin.solar.pv_ranking import pv_ranking
from citytwin.solar.pv_self_use import pv_self_use
from tests.pv_tables import HOURS, yield_of
from tests.solar.pv_price_table import price_table


def plant_of(kwp, kwh):
    """Yield of one building with sites of given power and annual yield."""
    pv = yield_of([np.full(HOURS, sum(kwh) / HOURS)], (len(kwp),), kwp)
    return replace(pv, site_kwh=np.array(kwh, float))


def test_sorting_alone_can_miss_the_best():
    """6 kWp with the best yield leave no room for the two of 5 that fill the budget."""
    ranking = pv_ranking(plant_of([6, 5, 5], [6600, 5000, 5000]), 10.0)
    assert ranking.row.tolist() == [1, 2]
    assert ranking.annual_kwh.sum() == 10000.0
    assert ranking.bound == pytest.approx(6600 + 4000)
    assert ranking.gap == pytest.approx(1 - 10000 / 10600)


def test_a_divisible_budget_is_spent_to_the_end():
    ranking = pv_ranking(plant_of([6, 5, 5], [6600, 5000, 5000]), 10.0, divisible=True)
    assert ranking.row.tolist() == [0, 1]
    np.testing.assert_allclose(ranking.share, [1.0, 0.8])
    assert ranking.kwp.sum() == pytest.approx(10.0)
    assert ranking.gap == 0.0


def test_of_many_sites_the_best_come_first():
    rng = np.random.default_rng(3)
    kwp = rng.uniform(1, 20, 3000)
    pv = plant_of(kwp, kwp * rng.uniform(500, 1000, 3000))
    ranking = pv_ranking(pv, 2000.0)
    assert ranking.gap < 1e-5
    frame = ranking.to_pandas()
    assert (np.diff(frame["pv_kwh"] / frame["pv_kwp"]) <= 1e-9).all()
    assert frame["cumulative_kwp"].iloc[-1] == pytest.approx(ranking.kwp.sum())
    assert (frame["cumulative_cost"] <= 2000.0).all()
    assert frame.index[0] == 1


def economics(**prices):
    pv = yield_of([np.full(HOURS, 0.1), np.full(HOURS, 0.05), np.full(HOURS, 0.2)], kwp=[1.0, 1.0, 2.0])
    use = pv_self_use(pv, np.array([np.full(HOURS, 1.0), np.zeros(HOURS), np.full(HOURS, 0.1)]))
    return pv_economics(pv, use, read_pv_prices(price_table(**prices), as_of="2025-06-01"), 0.03, by="site")


def test_money_is_spent_where_it_pays():
    table = economics()
    assert table.net_present_value[1] < 0.0 < table.net_present_value[0]
    by_value = pv_ranking(table, 1e6, "EUR", "npv")
    assert by_value.row.tolist() == [0, 2]
    assert by_value.cost.tolist() == [1000.0, 2000.0]
    by_energy = pv_ranking(table, 1e6, "EUR", "kwh")
    assert sorted(by_energy.row.tolist()) == [0, 1, 2]
    assert pv_ranking(table, 1e6, "EUR", "npv", divisible=True).row.tolist() == [0, 2]
    assert pv_ranking(table, 1500.0, "EUR", "npv").row.tolist() == [0]


def test_what_never_pays_is_counted_and_earlier_findings_are_not_told_again():
    table = replace(economics(), findings=Findings.of([Finding(1854, "PV_PRICE_OLD")]))
    ranking = pv_ranking(table, 1e6, "EUR", "npv")
    assert ranking.findings.name.tolist() == ["PV_WITHOUT_BENEFIT"]
    assert "1 of 3 rows" in ranking.findings.message[0]
    assert len(pv_ranking(table, 1e6, "EUR", "kwh").findings) == 0


def test_nothing_fits_a_budget_of_nothing():
    ranking = pv_ranking(economics(), 0.0, "EUR", "npv")
    assert len(ranking) == 0
    assert ranking.gap == 0.0
    assert len(ranking.to_pandas()) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"budget": -1.0}, "budget"),
        ({"objective": "co2"}, "'co2'"),
        ({"unit": "SEK"}, "kWp or EUR"),
        ({"table": plant_of([1], [900]), "unit": "EUR"}, "has no prices"),
        ({"table": plant_of([1], [900]), "objective": "npv"}, "has no prices"),
        ({"table": replace(plant_of([1], [900]), sites=None)}, "which sites"),
    ],
)
def test_what_cannot_be_ranked_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        pv_ranking(**({"table": economics(), "budget": 5.0} | arguments))
