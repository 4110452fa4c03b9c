"""The account: delivered energy times factor, by building, year, carrier and method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citytwin.emissions.factors import METHODS, EmissionFactors, FactorSeries, load_factors
from citytwin.model._cast import as_floats
from citytwin.model.demand import EnergyDemand
from citytwin.model.emissions import YEARS, Emissions
from citytwin.model.enums import Action, Carrier, Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.provenance import Provenance


def operational(
    demand: EnergyDemand,
    factors: EmissionFactors | None = None,
    years: Sequence[int] = YEARS,
    method: str | Sequence[str] = "benefit",
    pv: NDArray[np.floating] | Mapping[str, float] | None = None,
    carriers: Sequence[str] | None = None,
) -> Emissions:
    r"""Emissions of the operation of buildings in some years, with today's demand and each year's factors.

    :math:`m = \sum_c E_c f_c(y)` with the energy :math:`E_c` of carrier c delivered to the building, an expectation
    over its probable heat sources. District heat and electricity are accounted by the same method of allocation.

    Parameters
    ----------
    demand : EnergyDemand
    factors : EmissionFactors, optional
        Default: :func:`load_factors` for Finland.
    years : sequence of int, default 2025, 2030, 2040
    method : str or sequence of str, default "benefit"
        ``benefit``, ``energy`` or ``reported``; several give rows of their own, which are never summed.
    pv : float array (n,) or mapping of building id to float, optional
        Electricity from photovoltaics that replaces grid electricity, kWh a year; negative rows of carrier ``pv``.
    carriers : sequence of str, optional
        Delivered carriers to account for; default all that are delivered.

    Returns
    -------
    Emissions

    Raises
    ------
    ValueError
        No year or method, an unknown one, a carrier without a series by the method, factors of CO2 beside CO2e, years
        on both sides of a break in a series, or `pv` that does not fit the buildings.

    Examples
    --------
    >>> import citytwin as ct
    >>> ct.emissions.operational(demand, years=[2025, 2040])  # doctest: +SKIP
    Emissions(56 buildings, CO2e: 2025 benefit 4210 t, 2040 benefit 2450 t)
    """
    factors = load_factors() if factors is None else factors
    methods = [method] if isinstance(method, str) else list(method)
    years = sorted({int(year) for year in years})
    if not years or not methods:
        raise ValueError("an account needs at least one year and one method")
    for name in methods:
        if name not in METHODS:
            raise ValueError(f"method must be one of {', '.join(METHODS)}, not {name!r}")
    wanted = _wanted(demand, carriers)
    delivered = {carrier: demand.delivered(carrier) for carrier in wanted}
    series = {(c, m): factors.find(c, m, years) for m in methods for c in wanted}
    gases = sorted({s.gas for s in series.values()})
    if len(gases) > 1:
        mixed = "; ".join(f"{s.carrier} {s.gas} ({s.source})" for s in series.values())
        raise ValueError(
            f"CO2 is not added to CO2e: {mixed}. Account with carriers=(...) of one gas, or exchange a series"
        )
    produced = _pv_column(pv, demand)

    columns: dict[str, list[NDArray[Any]]] = {
        name: [] for name in ("year", "carrier", "method", "kg", "f", "s", "conf")
    }
    draws = {}
    findings = []
    n = len(demand)
    for name in methods:
        for year in years:
            value = {c: series[c, name].at(year) for c in wanted}
            findings += [_held(series[c, name], year, f.held_from) for c, f in value.items() if f.held_from]
            rows = [(c, c, delivered[c]) for c in wanted]
            if produced.any() and "electricity" in wanted:
                rows.append(("pv", "electricity", -produced))
            for label, carrier, energy in rows:
                factor = value[carrier]
                columns["kg"].append(energy * factor.value / 1000.0)
                columns["f"].append(np.full(n, factor.value))
                columns["conf"].append(np.minimum(demand.confidence, factor.confidence).astype(np.int8))
                columns["year"].append(np.full(n, year, np.int16))
                for column, word in (("carrier", label), ("method", name), ("s", series[carrier, name].source)):
                    columns[column].append(np.full(n, word, dtype=object))
            draws[year, name] = _drawn(demand, {c: f.value for c, f in value.items()}, produced)
    joined = {name: np.concatenate(parts) for name, parts in columns.items()}
    return Emissions(
        building=np.tile(demand.building, len(columns["kg"])),
        year=joined["year"],
        carrier=joined["carrier"],
        method=joined["method"],
        co2e_kg=joined["kg"],
        factor_g_kwh=joined["f"],
        source=joined["s"],
        confidence=joined["conf"],
        gas=gases[0],
        buildings=demand.building,
        draws=draws,
        findings=Findings.of(dict.fromkeys(findings)),
        provenance=demand.provenance
        + Provenance(
            parameters={
                "emission_years": years,
                "emission_methods": methods,
                "emission_carriers": wanted,
                "emission_sources": sorted({s.source for s in series.values()}),
            }
        ),
    )


def _wanted(demand: EnergyDemand, carriers: Sequence[str] | None) -> list[str]:
    """Carriers of the account: the given ones, or those that any building may draw on."""
    if carriers is None:
        return [c for c in demand.delivered_carriers if c == "electricity" or demand.delivered(c).any()]
    for carrier in carriers:
        if carrier not in demand.delivered_carriers:
            raise ValueError(f"no delivered carrier {carrier!r}; there are {', '.join(demand.delivered_carriers)}")
    if not carriers:
        raise ValueError("an account needs at least one carrier")
    return list(carriers)


def _pv_column(pv: NDArray[np.floating] | Mapping[str, float] | None, demand: EnergyDemand) -> NDArray[np.float64]:
    """Electricity of photovoltaics by building (n,), kWh."""
    if pv is None:
        return np.zeros(len(demand))
    if isinstance(pv, Mapping):
        strangers = set(pv) - set(demand.building)
        if strangers:
            raise ValueError(f"pv names buildings that were not simulated: {', '.join(sorted(strangers)[:5])}")
        pv = np.array([pv.get(name, 0.0) for name in demand.building], np.float64)
    return as_floats(pv, "pv", (len(demand),), low=0.0)


def _held(series: FactorSeries, year: int, held_from: int) -> Finding:
    return Finding(
        1901,
        "FACTOR_HELD",
        severity=Severity.WARNING,
        action=Action.DEGRADED,
        message=f"no factor of {series.carrier} for {year} ({series.source}): that of {held_from} stands in",
    )


def _drawn(demand: EnergyDemand, factor: Mapping[str, float], pv: NDArray[np.float64]) -> NDArray[np.float32]:
    """Kilograms of each building in each draw (n, d): demand and heat source as drawn, factors as they are."""
    heating = np.zeros(len(Carrier))
    water = np.zeros(len(Carrier))
    for word, system in demand.systems.items():
        code = Carrier.from_word(word)
        heating[code] = factor.get(system.delivered, 0.0) / system.heating
        water[code] = factor.get(system.delivered, 0.0) / system.hot_water
    source = demand.carrier_draws
    power = demand.draws["electricity_kwh"] + demand.draws["cooling_kwh"] / demand.cooling_efficiency - pv[:, None]
    grams = (
        demand.draws["heating_kwh"] * heating[source]
        + demand.draws["hot_water_kwh"] * water[source]
        + power * factor.get("electricity", 0.0)
    )
    return (grams / 1000.0).astype(np.float32)
