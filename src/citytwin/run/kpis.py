"""Figures of the district: value, P10, P90 and the basis they stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import Grade, Status, Use
from citytwin.run.building_table import METHOD, demand_rows, sun_by_building

if TYPE_CHECKING:
    import pandas as pd

    from citytwin.model.demand import EnergyDemand
    from citytwin.model.pv import PvYield
    from citytwin.run.assessment import Assessment

OVERHEATING_LIMIT_KH = 150.0
"""Degree-hours above 27 C in summer that decree 1010/2017 section 29 allows new dwellings."""
LOW, MEDIAN, HIGH = 0.1, 0.5, 0.9
SUMS = ("heating_kwh", "hot_water_kwh", "electricity_kwh", "cooling_kwh")
PV_BASIS = "grid electricity that photovoltaics replace, own use only"
DWELLINGS = (Use.SMALL_RESIDENTIAL, Use.APARTMENT)


class Kpi(NamedTuple):
    """One figure."""

    kpi: str
    value: float
    unit: str
    basis: str = ""


def district_kpis(assessment: Assessment) -> pd.DataFrame:
    """Implementation of :attr:`citytwin.Assessment.kpis`."""
    import pandas as pd

    rows = [
        *count_kpis(assessment),
        *demand_kpis(assessment),
        *sun_kpis(assessment),
        *emission_kpis(assessment),
        *confidence_kpis(assessment),
    ]
    draws = assessment.drawn_kpis
    levels = (LOW, MEDIAN, HIGH)
    bands = [np.quantile(draws[row.kpi], levels) if row.kpi in draws else (np.nan,) * 3 for row in rows]
    frame = pd.DataFrame(rows, columns=list(Kpi._fields))
    frame["low"], frame["median"], frame["high"] = np.array(bands).T
    return frame[["kpi", "value", "unit", "low", "median", "high", "basis"]]


def drawn_kpis(assessment: Assessment) -> dict[str, NDArray[np.float64]]:
    """Figures in each draw (d,); empty where no draws were made.

    Draw d of a building is the same in every alternative, so that differences of draws are draws of the difference.
    """
    demand = assessment.demand
    if demand.n_draws == 0 or len(demand) == 0:
        return {}
    area = demand.heated_floor_area.sum()
    drawn: dict[str, NDArray[np.float64]] = {}
    for name in SUMS:
        drawn[name] = demand.draws[name].sum(axis=0, dtype=np.float64)
        drawn[f"{name}_m2"] = drawn[name] / area
    drawn["heating_peak_sum_kw"] = demand.draws["heating_peak_kw"].sum(axis=0, dtype=np.float64)
    dwelling = _dwelling(assessment)
    if dwelling.any():
        warm = demand.draws["overheating_kh"][dwelling].astype(np.float64)
        drawn["overheating_kh"] = np.average(warm, axis=0, weights=demand.heated_floor_area[dwelling])
        drawn["overheated_buildings"] = (warm > OVERHEATING_LIMIT_KH).sum(axis=0).astype(np.float64)
    for (year, method), kilograms in assessment.emissions.draws.items():
        drawn[_total_name(year, method)] = kilograms.sum(axis=0, dtype=np.float64)
    return drawn


def count_kpis(assessment: Assessment) -> list[Kpi]:
    """How many buildings there are, and why some are not simulated."""
    b = assessment.buildings
    rows = [
        Kpi("buildings_read", len(b), "buildings", basis="file"),
        Kpi("buildings_today", int(b.today.sum()), "buildings", basis="status existing or unknown"),
    ]
    for status in (Status.PLANNED, Status.UNDER_CONSTRUCTION, Status.DEMOLISHED):
        rows.append(Kpi(f"buildings_{status.word}", int((b.status == status).sum()), "buildings", basis="status"))
    simulated = demand_rows(assessment)
    rows.append(Kpi("buildings_simulated", len(simulated), "buildings", basis="of today, heated, usable geometry"))
    rows.append(Kpi("buildings_excluded", len(b) - len(simulated), "buildings", basis="sum of the reasons below"))
    reasons, counts = np.unique(b.exclusion[b.exclusion != ""].astype(str), return_counts=True)
    for reason, count in zip(reasons, counts, strict=True):
        rows.append(Kpi(f"excluded_{reason.replace(' ', '_')}", int(count), "buildings", basis="excluded by reason"))
    rows.append(Kpi("volume_m3", b.volume[simulated].sum(), "m3", basis="simulated buildings"))
    rows.append(Kpi("heated_floor_area_m2", b.heated_floor_area[simulated].sum(), "m2", basis="simulated buildings"))
    return rows


def demand_kpis(assessment: Assessment) -> list[Kpi]:
    """Heat, hot water, electricity, cooling and overheating of the simulated buildings."""
    demand = assessment.demand
    area = demand.heated_floor_area.sum()
    basis = f"useful energy of simulated buildings, {demand.use} use"
    rows = []
    for name in SUMS:
        total = float(getattr(demand, name).sum())
        rows.append(Kpi(name, total, "kWh/a", basis))
        rows.append(Kpi(f"{name}_m2", total / area if area else np.nan, "kWh/(m2 a)", "per m2 heated net floor area"))
    heating, water = demand.district_hourly("heating"), demand.district_hourly("hot_water")
    rows += [
        Kpi("heating_peak_kw", float(heating.max()), "kW", "space heating of all buildings in the same hour"),
        Kpi("heat_peak_kw", float((heating + water).max()), "kW", "with hot water spread evenly over the year"),
        Kpi("heating_peak_sum_kw", float(demand.heating_peak_kw.sum()), "kW", "sum of each building's own peak"),
        Kpi("electricity_peak_kw", float(demand.district_hourly("electricity").max()), "kW", "heating not included"),
    ]
    dwelling = _dwelling(assessment)
    warm = demand.overheating_kh[dwelling]
    if dwelling.any():
        mean = float(np.average(warm, weights=demand.heated_floor_area[dwelling]))
        rows.append(Kpi("overheating_kh", mean, "Kh/a", "residential, mean by area, June to August"))
    over = int((warm > OVERHEATING_LIMIT_KH).sum())
    rows.append(Kpi("overheated_buildings", over, "buildings", f"residential, above {OVERHEATING_LIMIT_KH:g} Kh"))
    return rows


def sun_kpis(assessment: Assessment) -> list[Kpi]:
    """Sun on the roofs and what photovoltaics make of it."""
    twin = assessment.twin
    roof_sun, roof_area, _ = sun_by_building(twin.city, assessment.buildings, assessment.irradiation)
    total, area = float(np.nansum(roof_sun)), float(np.nansum(roof_area))
    rows = [
        Kpi("roof_irradiation_kwh", total, "kWh/a", "outdoor roofs of today's buildings, shaded"),
        Kpi("roof_irradiation_kwh_m2", total / area if area else np.nan, "kWh/(m2 a)", "per m2 of outdoor roof"),
    ]
    if assessment.pv is not None:
        rows += [
            Kpi("pv_kwp", float(assessment.pv.kwp.sum()), "kWp", "measures of the alternative"),
            Kpi("pv_kwh", float(assessment.pv.annual_kwh.sum()), "kWh/a", "alternating current"),
            Kpi("pv_own_use_kwh", pv_own_use(assessment), "kWh/a", "used in the same hour within the district"),
        ]
    return rows


def pv_own_use(assessment: Assessment) -> float:
    """:func:`own_use_kwh` of an assessment, 0 where it has no photovoltaics."""
    return 0.0 if assessment.pv is None else own_use_kwh(assessment.demand, assessment.pv)


def own_use_kwh(demand: EnergyDemand, pv: PvYield) -> float:
    """Solar electricity that lighting, appliances, fans and cooling of the district use in the same hour, kWh.

    Electric heating is left out of the load: its hours depend on the heat source, which is a probability.
    """
    load = demand.district_hourly("electricity") + demand.district_hourly("cooling") / demand.cooling_efficiency
    return float(np.minimum(load, pv.district_hourly).sum())


def emission_kpis(assessment: Assessment) -> list[Kpi]:
    """Operational emissions by year: total, by carrier, and the total by the other method of allocation."""
    accounts = assessment.emissions
    rows = []
    for year in accounts.years:
        for method in accounts.methods:
            basis = f"operation, {method} method"
            rows.append(Kpi(_total_name(year, method), accounts.total(year, method), f"kg {accounts.gas}/a", basis))
        chosen = (accounts.year == year) & (accounts.method == METHOD)
        for carrier in dict.fromkeys(accounts.carrier[chosen]):
            part = float(accounts.co2e_kg[chosen & (accounts.carrier == carrier)].sum())
            basis = PV_BASIS if carrier == "pv" else f"operation, {METHOD} method"
            rows.append(Kpi(f"co2e_kg_{year}_{carrier}", part, f"kg {accounts.gas}/a", basis))
    return rows


def _total_name(year: int, method: str) -> str:
    return f"co2e_kg_{year}" if method == METHOD else f"co2e_kg_{year}_{method}_method"


def _dwelling(assessment: Assessment) -> NDArray[np.bool_]:
    return np.isin(assessment.buildings.use[demand_rows(assessment)], DWELLINGS)


def confidence_kpis(assessment: Assessment) -> list[Kpi]:
    """What is known rather than assumed."""
    from citytwin.model.derive.coverage import known_shares

    b = assessment.buildings
    today = b.take(np.flatnonzero(b.today))
    rows = [
        Kpi(f"known_{name}_share", float(share), "share", basis="of the volume of today's buildings")
        for name, share in known_shares(today).items()
        if name != "volume_m3"
    ]
    for grade in Grade:
        rows.append(
            Kpi(f"grade_{grade.word}", int((today.quality == grade).sum()), "buildings", basis="today's geometry")
        )
    share = float(today.imputed_share.mean()) if len(today) else np.nan
    rows.append(Kpi("imputed_share", share, "share", basis="of the columns of today's buildings"))
    return rows
