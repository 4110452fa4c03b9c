"""Which sites to equip within a budget: the knapsack problem."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.pv import PvYield
from citytwin.model.pv_economics import PvEconomics
from citytwin.model.pv_ranking import PvRanking
from citytwin.solar.pv_knapsack import by_density, divisible_choice, whole_choice

OBJECTIVES = ("kwh", "npv")


class _Sites(NamedTuple):
    building: NDArray[np.object_]
    surface: NDArray[np.int32]
    kwp: NDArray[np.float64]
    kwh: NDArray[np.float64]
    cost: NDArray[np.float64]
    benefit: NDArray[np.float64]


def pv_ranking(
    table: PvYield | PvEconomics,
    budget: float,
    unit: str = "kWp",
    objective: str = "kwh",
    divisible: bool = False,
) -> PvRanking:
    r"""Choose sites by benefit within a budget of power or money, best benefit per cost first.

    .. math:: \max \sum_i b_i x_i \quad \text{with} \quad \sum_i c_i x_i \le B

    Where plants can be divided, taking those with the greatest :math:`b_i / c_i` first is the best choice (Dantzig
    1957), and its benefit bounds that of whole plants. The best whole plants are found by Pisinger's algorithm, see
    :mod:`citytwin.solar.pv_knapsack`.

    Parameters
    ----------
    table : PvYield or PvEconomics
        Rows are the sites of the yield, or the sites or buildings of the economics.
    budget : float
    unit : str
        ``kWp``, or the currency of the economics.
    objective : {"kwh", "npv"}
        Annual yield, or net present value, which needs economics. What has no benefit is not chosen.
    divisible : bool
        Whether a part of a site can be equipped.

    Returns
    -------
    PvRanking

    Raises
    ------
    ValueError
        A negative budget, an unknown objective or unit, or a unit or objective that needs economics.

    References
    ----------
    G. B. Dantzig, Operations Research 5(2), 1957, doi:10.1287/opre.5.2.266.
    D. Pisinger, Operations Research 45(5), 1997, doi:10.1287/opre.45.5.758.

    Examples
    --------
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(4, seed=1)
    >>> weather = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    >>> sun = ct.solar.irradiate(city, weather, level="draft")
    >>> pv = ct.solar.pv_yield(ct.solar.pv_sites(sun, city, city.buildings()), sun, weather)
    >>> ranking = ct.solar.pv_ranking(pv, budget=100.0)
    >>> bool(0.0 < ranking.kwp.sum() <= 100.0)
    True
    """
    if not budget >= 0.0:
        raise ValueError(f"budget must not be negative, but is {budget}")
    if objective not in OBJECTIVES:
        raise ValueError(f"objective must be one of {', '.join(OBJECTIVES)}, not {objective!r}")
    sites = _sites(table, unit, objective)
    order = by_density(sites.cost, sites.benefit)
    if not divisible:
        order = order[sites.cost[order] <= budget]
    parts = divisible_choice(sites.cost[order], budget)
    bound = float(parts @ sites.benefit[order])
    if not divisible:
        parts = whole_choice(sites.cost[order], sites.benefit[order], budget)
    chosen = parts > 0.0
    row, share = order[chosen], parts[chosen]
    return PvRanking(
        row=row,
        building=sites.building[row],
        surface=sites.surface[row],
        share=share,
        kwp=share * sites.kwp[row],
        annual_kwh=share * sites.kwh[row],
        cost=share * sites.cost[row],
        benefit=share * sites.benefit[row],
        objective=objective,
        unit=unit,
        budget=float(budget),
        bound=bound,
        findings=_without_benefit(sites.benefit, objective),
        provenance=table.provenance.with_parameters(pv_budget=float(budget), pv_unit=unit, pv_objective=objective),
    )


def _without_benefit(benefit: NDArray[np.float64], objective: str) -> Findings:
    """Says how many rows cannot be chosen, whatever the budget."""
    n = int((~(benefit > 0.0)).sum())
    if not n:
        return Findings.of()
    what = "annual yield" if objective == "kwh" else "net present value"
    message = f"{n} of {len(benefit)} rows have no {what} above 0 and are not chosen, whatever the budget"
    return Findings.of([Finding(1855, "PV_WITHOUT_BENEFIT", severity=Severity.INFO, message=message)])


def _sites(table: PvYield | PvEconomics, unit: str, objective: str) -> _Sites:
    """Columns of the table that is ranked."""
    if isinstance(table, PvYield):
        if table.sites is None:
            raise ValueError("the yield does not say which sites it is of")
        if unit != "kWp" or objective != "kwh":
            raise ValueError("a yield has no prices: rank its economics for a budget of money or by net present value")
        sites = table.sites
        return _Sites(sites.building_id, sites.surface, sites.kwp, table.site_kwh, sites.kwp, table.site_kwh)
    if unit not in ("kWp", table.currency):
        raise ValueError(f"unit must be kWp or {table.currency}, not {unit!r}")
    cost = table.kwp if unit == "kWp" else table.investment
    benefit = table.annual_kwh if objective == "kwh" else table.net_present_value
    return _Sites(table.building, table.surface, table.kwp, table.annual_kwh, cost, benefit)
