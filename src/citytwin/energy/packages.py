"""Demand of every building with every package of measures in every climate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from citytwin.energy.measures import MODULE, PACKAGES, Measure, renovate, shipped_measures, work_of
from citytwin.energy.simulation import simulate
from citytwin.energy.stock import Stock, load_stock
from citytwin.model.demand_table import QUANTITIES, DemandTable
from citytwin.model.enums import Severity
from citytwin.model.findings import Finding, Findings

if TYPE_CHECKING:
    from citytwin.model.buildings import Buildings
    from citytwin.model.demand import EnergyDemand
    from citytwin.model.irradiation import Irradiation
    from citytwin.model.weather import Weather


def demand_table(
    buildings: Buildings,
    climates: Mapping[str, tuple[Weather, Irradiation]],
    packages: Mapping[str, Sequence[str]] = PACKAGES,
    measures: Mapping[str, Measure] | None = None,
    stock: Stock | Mapping[str, Any] | str | Path | None = None,
    use: str = "operated",
    progress: Callable[[int, int], None] | None = None,
    **simulate_options: Any,
) -> DemandTable:
    """Simulate every building with every package of measures in every climate.

    A measure is carried out where it makes something better, and costs there only. Heat sources are sized by the
    heating peak after the measures in the first climate.

    Parameters
    ----------
    buildings : Buildings
    climates : mapping of name to (Weather, Irradiation)
        Weather years with the irradiation of the city in each; a year of :func:`~citytwin.energy.shift_weather` has
        the sun of the year it was made of.
    packages : mapping of name to names of measures
        Default :data:`~citytwin.energy.measures.PACKAGES`.
    measures : mapping of name to Measure, optional
        Default those of :func:`~citytwin.energy.load_measures`.
    stock, use
        As in :func:`~citytwin.energy.simulate`.
    progress : callable, optional
        Called as ``progress(done, packages x climates)``.
    **simulate_options
        Further arguments of :func:`~citytwin.energy.simulate`, such as `model`.

    Returns
    -------
    DemandTable

    Raises
    ------
    ValueError
        No climate or package, or a package with an unknown measure.

    References
    ----------
    EN 15978:2011, module A1-A3.

    Examples
    --------
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(3, seed=1)
    >>> year = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    >>> sun = ct.solar.irradiate(city, year, level="draft")
    >>> climates = {"today": (year, sun), "2 K warmer": (ct.energy.shift_weather(year, 2.0), sun)}
    >>> table = ct.energy.demand_table(city.buildings(), climates, {"as_is": (), "windows": ("windows",)})
    >>> table["heating_kwh"].shape
    (3, 2, 2)
    >>> path = table.gather(table["heating_kwh"], package=[0, 1, 1], climate=[0, 0, 1])
    >>> bool((path[:, 0] >= path[:, 1]).all() and (path[:, 1] > path[:, 2]).all())
    True
    """
    known = shipped_measures() if measures is None else measures
    if not climates or not packages:
        raise ValueError("a table of demand needs at least one climate and one package")
    for name, members in packages.items():
        strange = [member for member in members if member not in known]
        if strange:
            raise ValueError(f"package {name!r}: no measure {', '.join(strange)}; there are {', '.join(known)}")
    tables = stock if isinstance(stock, Stock) else load_stock(stock)
    ours = buildings.take(np.flatnonzero(buildings.simulated))
    shape = (len(ours), len(packages), len(climates))
    values = {quantity: np.zeros(shape, np.float32) for quantity in QUANTITIES}
    work, shares, findings = {}, [], Findings.of()
    first: EnergyDemand | None = None
    for column, (name, members) in enumerate(packages.items()):
        chosen = [known[member] for member in members]
        renovated = renovate(ours, chosen, tables)
        for place, (weather, irradiation) in enumerate(climates.values()):
            demand = simulate(renovated.buildings, weather, irradiation, tables, use=use, draws=0, **simulate_options)
            for quantity, cube in values.items():
                cube[:, column, place] = getattr(demand, quantity)
            first = demand if first is None else first
            if progress is not None:
                progress(column * len(climates) + place + 1, len(packages) * len(climates))
        work[name] = work_of(renovated, chosen, values["heating_peak_kw"][:, column, 0])
        shares.append(renovated.buildings.carrier_shares)
        findings += _findings(name, work[name].unpriced, work[name].uncounted)
    assert first is not None
    return DemandTable(
        building=ours.id,
        package=tuple(packages),
        climate=tuple(climates),
        values=values,
        heated_floor_area=ours.heated_floor_area,
        carrier_shares=np.stack(shares, axis=1).astype(np.float32),
        systems=first.systems,
        cooling_efficiency=first.cooling_efficiency,
        cost_eur=np.stack([each.cost_eur for each in work.values()], axis=1),
        embodied_kg=np.stack([each.embodied_kg for each in work.values()], axis=1),
        unpriced={name: each.unpriced for name, each in work.items()},
        uncounted={name: each.uncounted for name, each in work.items()},
        price_years={name: each.price_years for name, each in work.items()},
        work_confidence=np.array([each.confidence for each in work.values()], np.int64),
        use=use,
        model=first.model,
        confidence=first.confidence,
        findings=first.findings + findings,
        provenance=first.provenance.with_parameters(
            packages={name: list(members) for name, members in packages.items()},
            climates=list(climates),
            embodied_module=MODULE,
        ),
    )


def _findings(package: str, unpriced: Sequence[str], uncounted: Sequence[str]) -> Findings:
    rows = []
    for what, names in (("price", unpriced), ("embodied carbon", uncounted)):
        if names:
            message = f"package {package!r}: no {what} of {', '.join(names)}, which is not in the sum"
            rows.append(Finding(1635, "MEASURE_NOT_COUNTED", severity=Severity.WARNING, message=message))
    return Findings.of(rows)
