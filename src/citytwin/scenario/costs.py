"""What measures cost: quantities from the buildings, prices from the user's dated table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from citytwin.model.enums import Status

if TYPE_CHECKING:
    from citytwin.model.buildings import Buildings
    from citytwin.model.demand import EnergyDemand
    from citytwin.model.pv import PvYield
    from citytwin.model.twin import Twin
    from citytwin.scenario.alternatives import Costs

PRICE_OF = {
    "u_wall": "wall_m2", "u_roof": "roof_m2", "u_floor": "floor_m2", "u_window": "window_m2", "g_window": "window_m2",
    "heat_recovery": "heat_recovery_m2", "n50": "airtightness_m2", "carrier": "heat_source_kw",
}  # fmt: skip


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

    Walls are `exposed_wall_area` without windows, floors are ground and outer floors, heat recovery and airtightness go
    by heated floor area, heat sources by heating peak, photovoltaics by kWp, building and demolition by gross floor
    area.

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
    size = {
        "wall_m2": buildings.exposed_wall_area - buildings.window_area,
        "roof_m2": buildings.roof_area,
        "floor_m2": buildings.ground_area + buildings.outer_floor_area,
        "window_m2": buildings.window_area,
        "heat_recovery_m2": buildings.heated_floor_area,
        "airtightness_m2": buildings.heated_floor_area,
        "build_m2": buildings.gross_floor_area,
        "demolish_m2": buildings.gross_floor_area,
    }
    if demand is not None:
        peak = np.zeros(len(buildings))
        peak[buildings.rows_of(demand.building)] = demand.heating_peak_kw
        size["heat_source_kw"] = peak
    touched: dict[str, set[str]] = {}
    for change in twin.changes:
        if change.column == "status":
            name = "demolish_m2" if change.value == Status.DEMOLISHED else "build_m2"
        else:
            name = PRICE_OF[change.column]
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
