"""What measures cost: quantities from the buildings, prices from the user's dated table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from citytwin.model.element_sizes import SIZE_OF, element_sizes
from citytwin.model.enums import Status

if TYPE_CHECKING:
    from citytwin.model.buildings import Buildings
    from citytwin.model.demand import EnergyDemand
    from citytwin.model.pv import PvYield
    from citytwin.model.twin import Twin
    from citytwin.scenario.alternatives import Costs


@dataclass(frozen=True)
class Investment:
    """Cost of the measures of one twin.

    Parameters
    ----------
    amount : float
        Sum over what has a price, currency of the cost table at its date.
    items : mapping of price name to (quantity, amount)
    unpriced : tuple of str
        Price names of measures the table gives no price for; their cost is not in `amount`.
    """

    amount: float
    items: dict[str, tuple[float, float]]
    unpriced: tuple[str, ...]


def quantities(
    twin: Twin, buildings: Buildings, demand: EnergyDemand | None = None, pv: PvYield | None = None
) -> dict[str, float]:
    """Amount of work behind the measures of a twin by price name, each element of a building counted once.

    Sizes are those of :func:`~citytwin.model.element_sizes.element_sizes`, photovoltaics go by kWp.

    Parameters
    ----------
    twin : Twin
    buildings : Buildings
        Of the twin, changes applied.
    demand, pv : tables, optional
        Results of the twin, for heat sources and photovoltaics.

    Returns
    -------
    dict of price name to m2, kW or kWp
    """
    peak = None
    if demand is not None:
        peak = np.zeros(len(buildings))
        peak[buildings.rows_of(demand.building)] = demand.heating_peak_kw
    size = element_sizes(buildings, peak)
    touched: dict[str, set[str]] = {}
    for change in twin.changes:
        if change.column == "status":
            name = "demolish_m2" if change.value == Status.DEMOLISHED else "build_m2"
        else:
            name = SIZE_OF[change.column]
        touched.setdefault(name, set()).update(change.buildings)
    amounts = {
        name: float(np.nansum(size[name][np.isin(buildings.id, list(ids))]))
        for name, ids in touched.items()
        if name in size
    }
    if pv is not None:
        amounts["pv_kwp"] = float(pv.kwp.sum())
    return amounts


def investment(amounts: dict[str, float], costs: Costs) -> Investment:
    """Cost of amounts of work.

    Parameters
    ----------
    amounts : dict
        From :func:`quantities`.
    costs : Costs
    """
    prices = {name: getattr(costs, name) for name in amounts}
    items = {name: (amounts[name], amounts[name] * price) for name, price in prices.items() if price is not None}
    return Investment(
        amount=sum(amount for _, amount in items.values()),
        items=items,
        unpriced=tuple(name for name, price in prices.items() if price is None and amounts[name] > 0),
    )
