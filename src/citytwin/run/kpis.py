"""Figures of the district: value, P10, P90 and the basis they stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from citytwin.model.enums import Grade, Status, Use
from citytwin.run.building_table import METHOD, demand_rows, pv_by_building, sun_by_building

if TYPE_CHECKING:
    import pandas as pd

    from citytwin.run.assessment import Assessment

OVERHEATING_LIMIT_KH = 150.0
"""Degree-hours above 27 C in summer that decree 1010/2017 section 29 allows new dwellings."""
LOW, HIGH = 0.1, 0.9


class Kpi(NamedTuple):
    """One figure."""

    kpi: str
    value: float
    unit: str
    low: float = np.nan
    high: float = np.nan
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
    return pd.DataFrame(rows, columns=list(Kpi._fields))


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
    demand, b = assessment.demand, assessment.buildings
    rows_of = demand_rows(assessment)
    area = b.heated_floor_area[rows_of].sum()
    basis = f"simulated buildings, {demand.use} use"
    rows = []
    for name in ("heating_kwh", "hot_water_kwh", "electricity_kwh", "cooling_kwh"):
        total = float(getattr(demand, name).sum())
        low, high = (demand.district_quantile(name, q) for q in (LOW, HIGH))
        rows.append(Kpi(name, total, "kWh/a", low, high, basis))
        rows.append(
            Kpi(f"{name}_m2", total / area, "kWh/(m2 a)", low / area, high / area, "per m2 heated net floor area")
        )
    heat = demand.district_hourly("heating") + demand.district_hourly("hot_water")
    peak = float(demand.district_hourly("heating").max())
    rows.append(Kpi("heating_peak_kw", peak, "kW", basis="space heating of all buildings in the same hour"))
    rows.append(Kpi("heat_peak_kw", float(heat.max()), "kW", basis="space heating and hot water in the same hour"))
    alone = float(demand.heating_peak_kw.sum())
    low, high = (demand.district_quantile("heating_peak_kw", q) for q in (LOW, HIGH))
    rows.append(Kpi("heating_peak_sum_kw", alone, "kW", low, high, "sum of each building's own peak"))
    dwelling = np.isin(b.use[rows_of], (Use.SMALL_RESIDENTIAL, Use.APARTMENT))
    warm, size = demand.overheating_kh[dwelling], b.heated_floor_area[rows_of][dwelling]
    if dwelling.any():
        mean = float(np.average(warm, weights=size))
        rows.append(Kpi("overheating_kh", mean, "Kh/a", basis="mean of residential buildings by area, above 27 C"))
    over = int((warm > OVERHEATING_LIMIT_KH).sum())
    rows.append(Kpi("overheated_buildings", over, "buildings", basis="residential, above 150 Kh at 27 C"))
    return rows


def sun_kpis(assessment: Assessment) -> list[Kpi]:
    """Sun on the roofs and what photovoltaics make of it."""
    roof_sun, roof_area, _ = sun_by_building(assessment.buildings, assessment.irradiation)
    today = assessment.buildings.today & ~np.isnan(roof_sun)
    total, area = roof_sun[today].sum(), roof_area[today].sum()
    basis = "exposed roofs of today's buildings, shaded"
    rows = [Kpi("roof_irradiation_kwh", total, "kWh/a", basis=basis)]
    rows.append(
        Kpi("roof_irradiation_kwh_m2", total / area if area else np.nan, "kWh/(m2 a)", basis="per m2 exposed roof")
    )
    if assessment.pv is not None:
        rows.append(Kpi("pv_kwp", float(assessment.pv.kwp.sum()), "kWp", basis="measures of the alternative"))
        rows.append(Kpi("pv_kwh", float(np.nansum(pv_by_building(assessment))), "kWh/a", basis="before own use"))
    return rows


def emission_kpis(assessment: Assessment) -> list[Kpi]:
    """Operational emissions by year: total, by carrier, and the total by the other allocation method."""
    accounts = assessment.emissions
    rows = []
    for year in assessment.years:
        now = accounts.year == year
        for method in dict.fromkeys(accounts.method[now]):
            chosen = now & (accounts.method == method)
            total = float(accounts.co2e_kg[chosen].sum())
            if method != METHOD:
                rows.append(Kpi(f"co2e_kg_{year}_{method}_method", total, "kg CO2e/a", basis=f"{method} method"))
                continue
            rows.append(Kpi(f"co2e_kg_{year}", total, "kg CO2e/a", basis=f"{method} method, operation"))
            for carrier in dict.fromkeys(accounts.carrier[chosen]):
                part = float(accounts.co2e_kg[chosen & (accounts.carrier == carrier)].sum())
                rows.append(Kpi(f"co2e_kg_{year}_{carrier}", part, "kg CO2e/a", basis=f"{method} method"))
    return rows


def confidence_kpis(assessment: Assessment) -> list[Kpi]:
    """What is known rather than assumed."""
    from citytwin.model.derive.coverage import known_shares

    b = assessment.buildings
    today = b.take(np.flatnonzero(b.today))
    rows = [
        Kpi(f"known_{name}_share", float(share), "share", basis="of the volume of today's buildings")
        for name, share in known_shares(today).items()
    ]
    for grade in Grade:
        rows.append(
            Kpi(f"grade_{grade.word}", int((today.quality == grade).sum()), "buildings", basis="today's geometry")
        )
    share = float(today.imputed_share.mean()) if len(today) else np.nan
    rows.append(Kpi("imputed_share", share, "share", basis="of the columns of today's buildings"))
    return rows
