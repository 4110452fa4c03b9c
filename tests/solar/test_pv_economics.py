import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.model.findings import Finding, Findings
from citytwin.model.pv_sites import SiteKind
from citytwin.solar.pv_economics import payback_years, pv_economics
from citytwin.solar.pv_prices import read_pv_prices
from citytwin.solar.pv_self_use import pv_self_use
from tests.pv_tables import HOURS, yield_of
from tests.solar.pv_price_table import price_table


def plants(load_kw=0.05, per_building=(1, 2), kinds=None, **prices):
    """Yield, own use and prices of buildings of 1 and 5 kWp that run evenly."""
    pv = yield_of([np.full(HOURS, 0.1), np.full(HOURS, 0.4)], per_building, None, kinds)
    use = pv_self_use(pv, np.full((2, HOURS), load_kw))
    return pv, use, read_pv_prices(price_table(**prices), as_of="2025-06-01")


def naive(kwp, kwh, benefit, prices, rate, life, fade):
    """Levelised cost, net present value and payback year by year."""
    p = prices.values
    investment = kwp * p["investment"] + p.get("investment_fixed", 0.0)
    cost, energy, value, left = investment, 0.0, 0.0, {"simple": investment, "discounted": investment}
    payback = dict.fromkeys(left, math.nan)
    for year in range(1, life + 1):
        spent = kwp * p["operation"]
        if "inverter" in p and year % p["inverter_life"] == 0 and year < life:
            spent += kwp * p["inverter"]
        kept = (1 - fade) ** (year - 1)
        factor = (1 + rate) ** -year
        cost += spent * factor
        energy += kwh * kept * factor
        value += benefit * kept * factor
        for name, by in (("simple", 1.0), ("discounted", factor)):
            net = (benefit * kept - spent) * by
            if left[name] > 0 >= left[name] - net:
                payback[name] = year - 1 + left[name] / net
            elif left[name] - net > 0:
                payback[name] = math.nan
            left[name] -= net
    return cost / energy, value - cost, payback["simple"], payback["discounted"]


@given(
    rate=st.floats(0.0, 0.1), life=st.integers(1, 40), fade=st.floats(0.0, 0.02), load=st.floats(0.0, 0.5),
    fixed=st.sampled_from([0.0, 500.0]), inverter=st.sampled_from([None, 15.0, 7.0]),
)  # fmt: skip
def test_figures_are_those_of_a_plain_loop(rate, life, fade, load, fixed, inverter):
    extra = {} if inverter is None else {"inverter": 120.0, "inverter_life": inverter}
    pv, use, prices = plants(load, investment_fixed=fixed, **extra)
    got = pv_economics(pv, use, prices, rate, life, fade)
    for row in range(2):
        benefit = 0.2 * use.self_used_kwh[row] + 0.05 * use.exported_kwh[row]
        lcoe, npv, simple, discounted = naive(pv.kwp[row], pv.annual_kwh[row], benefit, prices, rate, life, fade)
        assert got.benefit[row] == pytest.approx(benefit)
        assert got.lcoe[row] == pytest.approx(lcoe)
        assert got.net_present_value[row] == pytest.approx(npv, rel=1e-9, abs=1e-6)
        assert got.simple_payback_years[row] == pytest.approx(simple, nan_ok=True)
        assert got.discounted_payback_years[row] == pytest.approx(discounted, nan_ok=True)


def test_closed_forms_of_an_even_flow():
    """10 000 paid back by 1 000 a year: 10 years; annuity factor 13.5903 at 4 % over 20 years."""
    pv = yield_of([np.full(HOURS, 10000 / HOURS)], kwp=[10.0])
    use = pv_self_use(pv, np.full((1, HOURS), 9.0))
    prices = read_pv_prices(price_table(operation=100, electricity_bought=0.2), as_of="2025-06-01")
    got = pv_economics(pv, use, prices, 0.04, 20, 0.0)
    assert got.simple_payback_years[0] == pytest.approx(10.0, rel=1e-5)
    annuity = (1 - 1.04**-20) / 0.04
    assert got.net_present_value[0] == pytest.approx(1000 * annuity - 10000, rel=1e-4)
    assert got.lcoe[0] == pytest.approx(10000 / annuity / 10000 + 0.1, rel=1e-5)
    assert got.discounted_payback_years[0] == pytest.approx(-math.log(1 - 0.4) / math.log(1.04), abs=0.02)


def test_payback_that_a_replacement_undoes_counts_from_the_last_time():
    net = np.array([[60.0, 60.0, -50.0, 60.0], [10.0, 10.0, 10.0, 10.0], [100.0, 0.0, 0.0, 0.0]])
    np.testing.assert_allclose(payback_years(np.full(3, 100.0), net), [3 + 30 / 60, np.nan, 1.0])
    assert payback_years(np.zeros(1), net[:1])[0] == 0.0


def test_sites_sum_to_buildings():
    pv, use, prices = plants(investment_fixed=300)
    by_site, by_building = (pv_economics(pv, use, prices, 0.03, by=by) for by in ("site", "building"))
    assert by_site.surface.tolist() == [10, 11, 12]
    assert (by_building.surface == -1).all()
    assert by_site.building.tolist() == ["b0", "b1", "b1"]
    for name in ("kwp", "annual_kwh", "investment", "benefit", "discounted_cost", "discounted_benefit"):
        sums = np.bincount([0, 1, 1], getattr(by_site, name))
        np.testing.assert_allclose(sums, getattr(by_building, name))
    assert by_building.investment.tolist() == [1300.0, 5300.0]
    assert "surface" in by_site.to_pandas()
    assert "surface" not in by_building.to_pandas()


def test_facades_have_a_price_of_their_own():
    kinds = [SiteKind.ROOF, SiteKind.FACADE, SiteKind.FLAT_ROOF]
    pv, use, prices = plants(kinds=kinds, investment_facade=2000)
    assert pv_economics(pv, use, prices, 0.03, by="site").investment.tolist() == [1000.0, 4000.0, 3000.0]
    pv, use, prices = plants(kinds=kinds)
    with pytest.raises(ValueError, match="investment_facade"):
        pv_economics(pv, use, prices, 0.03)


def test_defaults_are_cited_and_told():
    pv, use, prices = plants()
    got = pv_economics(pv, use, prices, 0.03)
    told = got.provenance.parameters
    assert (told["pv_lifetime_years"], told["pv_degradation"], told["pv_discount_rate"]) == (30, 0.005, 0.03)
    assert told["pv_prices"]["operation"] == [10.0, "2025-03-01", "tender"]
    assert got.as_of == "2025-06-01"
    assert got.to_pandas().attrs["currency"] == "EUR"


def test_quantiles_follow_the_yield():
    pv, use, prices = plants()
    got = pv_economics(pv, use, prices, 0.03)
    np.testing.assert_allclose(got.quantile("lcoe", 0.5), got.lcoe)
    assert (got.quantile("lcoe", 0.9) > got.lcoe).all()
    assert (got.quantile("net_present_value", 0.1) < got.net_present_value).all()
    low = got.lcoe * pv.annual_kwh / pv.quantile(0.1)
    np.testing.assert_allclose(got.quantile("lcoe", 0.9), low)
    with pytest.raises(ValueError, match="'payback'"):
        got.quantile("payback", 0.5)


def test_old_prices_stay_with_the_result():
    pv, use, _ = plants()
    prices = read_pv_prices(price_table(), as_of="2027-06-01")
    use = replace(use, findings=Findings.of([Finding(1853, "PV_LOAD_UNKNOWN")]))
    assert set(pv_economics(pv, use, prices, 0.03).findings.name) == {"PV_PRICE_OLD"}


def test_a_life_of_whole_years_may_be_a_float():
    pv, use, prices = plants()
    whole, as_float = (pv_economics(pv, use, prices, 0.03, lifetime_years=life) for life in (25, 25.0))
    np.testing.assert_array_equal(whole.lcoe, as_float.lcoe)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"discount_rate": -1.0}, "discount_rate"), ({"discount_rate": 4.0}, "such as 0.04"),
     ({"lifetime_years": 0}, "lifetime_years"), ({"lifetime_years": 25.5}, "whole number"),
     ({"lifetime_years": 101}, "lifetime_years"), ({"degradation": 1.0}, "degradation"), ({"by": "face"}, "'face'")],
)  # fmt: skip
def test_numbers_out_of_range_are_refused(arguments, message):
    pv, use, prices = plants()
    with pytest.raises(ValueError, match=message):
        pv_economics(pv, use, prices, **({"discount_rate": 0.03} | arguments))


def test_the_own_use_of_other_buildings_is_refused():
    pv, _, prices = plants()
    other = pv_self_use(yield_of([np.ones(HOURS)]), np.ones((1, HOURS)))
    with pytest.raises(ValueError, match="its buildings are others"):
        pv_economics(pv, other, prices, 0.03)
    other = pv_self_use(yield_of([np.ones(HOURS)] * 2), np.ones((2, HOURS)))
    with pytest.raises(ValueError, match="other amounts"):
        pv_economics(pv, other, prices, 0.03)
