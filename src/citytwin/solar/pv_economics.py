"""Levelised cost, net present value and payback of photovoltaics."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.model.pv import PvYield
from citytwin.model.pv_economics import PvEconomics
from citytwin.model.pv_sites import PvSites, SiteKind
from citytwin.model.pv_use import PvUse
from citytwin.solar.pv_parameters import pv_parameters
from citytwin.solar.pv_prices import PvPrices

FloatColumn = NDArray[np.float64]

ROWS = ("building", "site")
LONGEST_LIFE_YEARS = 100


class CashFlows(NamedTuple):
    """What happens over the life of some plants.

    Parameters
    ----------
    investment : float64 array (n,)
        Before the first year.
    energy : float64 array (n, t), kWh
        In each year.
    cost, benefit : float64 arrays (n, t)
        At the end of each year.
    """

    investment: FloatColumn
    energy: FloatColumn
    cost: FloatColumn
    benefit: FloatColumn


def pv_economics(
    pv: PvYield,
    use: PvUse,
    prices: PvPrices,
    discount_rate: float,
    lifetime_years: int | None = None,
    degradation: float | None = None,
    by: str = "building",
) -> PvEconomics:
    r"""Levelised cost of electricity, net present value and payback of the plants of a yield.

    .. math:: NPV = \sum_{t=1}^{T} \frac{B_t - C_t}{(1 + r)^t} - I, \qquad
        LCOE = \frac{I + \sum_t C_t (1 + r)^{-t}}{\sum_t E_t (1 + r)^{-t}}, \qquad E_t = E_1 (1 - d)^{t-1}

    with investment I, benefit B, cost C of operation and replacements, energy E, discount rate r and degradation d.

    Every kWh of a building is worth the mean of what it saves and sells in the first year: `use` parts its generation
    into both. Yield and benefit decrease with the degradation; prices keep their real value.

    Parameters
    ----------
    pv : PvYield
    use : PvUse
        Of `pv`.
    prices : PvPrices
        From :func:`read_pv_prices`.
    discount_rate : float
        Real rate a year, from 0 to below 1: 0.04 is 4 %.
    lifetime_years : int, optional
        From 1 to 100. Default 30, of ``pv_parameters.csv``.
    degradation : float, optional
        Loss of yield a year, from 0 to below 1. Default 0.005, of ``pv_parameters.csv``.
    by : {"building", "site"}
        What a row is; sites carry the fixed investment of their building by their share of its kWp.

    Returns
    -------
    PvEconomics

    Raises
    ------
    ValueError
        `use` is not of `pv`; facades have modules and no price; a rate or life is out of range; unknown `by`.

    References
    ----------
    W. Short, D. J. Packey, T. Holt, "A Manual for the Economic Evaluation of Energy Efficiency and Renewable Energy
    Technologies", NREL/TP-462-5173, 1995, doi:10.2172/35391. The levelised cost is that of IEA/NEA, "Projected Costs of
    Generating Electricity 2020".

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(4, seed=1)
    >>> weather = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    >>> sun = ct.solar.irradiate(city, weather, level="draft")
    >>> pv = ct.solar.pv_yield(ct.solar.pv_sites(sun, city, city.buildings()), sun, weather)
    >>> use = ct.solar.pv_self_use(pv, np.full((len(pv), 8760), 5.0))
    >>> rows = [("investment", 1100, "EUR/kWp"), ("investment_facade", 2000, "EUR/kWp"),
    ...         ("operation", 15, "EUR/(kWp a)"), ("electricity_bought", 0.16, "EUR/kWh"),
    ...         ("electricity_sold", 0.05, "EUR/kWh")]
    >>> table = pd.DataFrame(rows, columns=["item", "value", "unit"]).assign(date="2025-03-01", source="made up")
    >>> prices = ct.solar.read_pv_prices(table, as_of="2025-06-01")
    >>> economics = ct.solar.pv_economics(pv, use, prices, discount_rate=0.03)
    >>> bool((economics.lcoe > 0.05).all() and (economics.lcoe < 0.3).all())
    True
    """
    if by not in ROWS:
        raise ValueError(f"by must be {' or '.join(ROWS)}, not {by!r}")
    life = _whole_years(pv_parameters()["lifetime"] if lifetime_years is None else lifetime_years)
    fade = _yearly("degradation", pv_parameters()["degradation"] if degradation is None else degradation, 0.005)
    discount_rate = _yearly("discount_rate", discount_rate, 0.04)
    sites = _sites_of(pv, use)
    owner = np.cumsum(np.diff(sites.building, prepend=sites.building[:1]) != 0)
    kwp, kwh = sites.kwp, pv.site_kwh
    values = prices.values
    earned = values["electricity_bought"] * use.self_used_kwh + values["electricity_sold"] * use.exported_kwh
    worth = np.divide(earned, use.pv_kwh, out=np.zeros(len(use)), where=use.pv_kwh > 0.0)
    each = _price_of_kwp(sites.kind, prices)
    fixed = values.get("investment_fixed", 0.0)
    investment = kwp * each + fixed * kwp / pv.kwp[owner]
    benefit = kwh * worth[owner]
    surface, building = sites.surface, sites.building_id
    if by == "building":
        kwp, kwh, investment, benefit = (np.bincount(owner, c, len(pv)) for c in (kwp, kwh, investment, benefit))
        surface, building = np.full(len(pv), -1, np.int32), pv.building
    flows = cash_flows(kwp, kwh, investment, benefit, prices, life, fade)
    discount = (1.0 + discount_rate) ** -np.arange(1.0, life + 1.0)
    net = flows.benefit - flows.cost
    return PvEconomics(
        building=building,
        surface=surface,
        kwp=kwp,
        annual_kwh=kwh,
        investment=investment,
        benefit=benefit,
        discounted_cost=investment + flows.cost @ discount,
        discounted_benefit=flows.benefit @ discount,
        lcoe=levelised_cost(flows, discount),
        simple_payback_years=payback_years(investment, net),
        discounted_payback_years=payback_years(investment, net * discount),
        currency=prices.currency,
        as_of=prices.as_of.isoformat(),
        relative_sd=pv.relative_sd,
        findings=prices.findings,
        provenance=use.provenance.with_parameters(
            pv_discount_rate=discount_rate, pv_lifetime_years=life, pv_degradation=fade,
            pv_prices={k: [v, str(prices.dates[k]), prices.sources[k]] for k, v in values.items()},
        ),
    )  # fmt: skip


def cash_flows(
    kwp: FloatColumn,
    kwh: FloatColumn,
    investment: FloatColumn,
    benefit: FloatColumn,
    prices: PvPrices,
    life: int,
    degradation: float,
) -> CashFlows:
    """Energy, costs and benefits of each year of the life; columns (n,) are of the first year.

    Inverters are replaced at the end of each of their lives that ends before that of the plant.
    """
    left = (1.0 - degradation) ** np.arange(life)
    cost = np.repeat(kwp[:, None] * prices.values["operation"], life, axis=1)
    inverter_life = prices.values.get("inverter_life", 0.0)
    if "inverter" in prices.values:
        for end in np.arange(inverter_life, life - 1e-9, inverter_life):
            cost[:, int(np.ceil(end)) - 1] += kwp * prices.values["inverter"]
    return CashFlows(investment, kwh[:, None] * left, cost, benefit[:, None] * left)


def levelised_cost(flows: CashFlows, discount: FloatColumn) -> FloatColumn:
    r"""Levelised cost of electricity, :math:`(I + \sum_t C_t d_t) / \sum_t E_t d_t`; NaN without energy.

    Parameters
    ----------
    flows : CashFlows
    discount : float64 array (t,)
        Discount factor of each year, :math:`(1 + r)^{-t}`.

    Returns
    -------
    float64 array (n,), currency per kWh
    """
    energy = flows.energy @ discount
    cost = flows.investment + flows.cost @ discount
    return np.divide(cost, energy, out=np.full(len(cost), np.nan), where=energy > 0.0)


def payback_years(investment: FloatColumn, net: FloatColumn) -> FloatColumn:
    """Years until what comes in has paid the investment, with even flow within a year.

    A later replacement that takes the sum below the investment again counts: it is the last time that is meant.

    Parameters
    ----------
    investment : float64 array (n,)
    net : float64 array (n, t)
        Benefit less cost of each year; discounted for the discounted payback.

    Returns
    -------
    float64 array (n,)
        NaN where it is not paid back by the end.
    """
    left = np.column_stack([investment, investment[:, None] - np.cumsum(net, axis=1)])
    open_ = left > 0.0
    last = left.shape[1] - 1 - np.argmax(open_[:, ::-1], axis=1)
    never, at_once = open_[:, -1], ~open_.any(1)
    row = np.arange(len(left))
    year = np.minimum(last, left.shape[1] - 2)
    paid = left[row, year] - left[row, year + 1]
    within = np.divide(left[row, year], paid, out=np.zeros(len(left)), where=paid > 0.0)
    return np.where(never, np.nan, np.where(at_once, 0.0, year + within))


def _price_of_kwp(kind: NDArray[np.int8], prices: PvPrices) -> FloatColumn:
    on_facade = kind == SiteKind.FACADE
    if on_facade.any() and "investment_facade" not in prices.values:
        raise ValueError("modules on facades need the price item investment_facade, or facades=False in the rules")
    roof = prices.values["investment"]
    return np.where(on_facade, prices.values.get("investment_facade", np.nan), roof)


def _sites_of(pv: PvYield, use: PvUse) -> PvSites:
    """Sites of a yield that an own use is of."""
    if pv.sites is None:
        raise ValueError("the yield does not say which sites it is of")
    if len(use) != len(pv) or (use.building != pv.building).any():
        raise ValueError("the own use is not of this yield: its buildings are others")
    if not np.allclose(use.pv_kwh, pv.annual_kwh, rtol=1e-3):
        raise ValueError("the own use is not of this yield: its buildings generate other amounts")
    return pv.sites


def _yearly(name: str, rate: float, usual: float) -> float:
    """A rate a year that makes sense."""
    if not 0.0 <= rate < 1.0:
        raise ValueError(f"{name} must be from 0 to below 1, such as {usual} for {usual:.1%} a year, not {rate}")
    return float(rate)


def _whole_years(life: float) -> int:
    if not (1 <= life <= LONGEST_LIFE_YEARS and life == int(life)):
        raise ValueError(f"lifetime_years must be a whole number from 1 to {LONGEST_LIFE_YEARS}, not {life}")
    return int(life)
