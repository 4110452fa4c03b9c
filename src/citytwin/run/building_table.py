"""The result table of an assessment: one row a building, units in the names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import Carrier, Grade, Source, Status, Use
from citytwin.solar.scene import is_roof

if TYPE_CHECKING:
    import pandas as pd

    from citytwin.model.buildings import Buildings
    from citytwin.model.city import CityModel
    from citytwin.model.irradiation import Irradiation
    from citytwin.run.assessment import Assessment

METHOD = "benefit"
"""Allocation method of the emission totals; the other one stands beside it."""
DEMAND = ("heating_kwh", "heating_peak_kw", "hot_water_kwh", "electricity_kwh", "cooling_kwh", "overheating_kh")
MEASURES = {
    "height": "height_m", "volume": "volume_m3", "gross_floor_area": "gross_floor_area_m2",
    "footprint_area": "footprint_area_m2", "wall_area": "wall_area_m2", "party_wall_area": "party_wall_area_m2",
    "roof_area": "roof_area_m2", "window_area": "window_area_m2",
}  # fmt: skip


def building_table(assessment: Assessment) -> pd.DataFrame:
    """Implementation of :meth:`citytwin.Assessment.table`."""
    import pandas as pd

    b = assessment.buildings
    columns: dict[str, NDArray] = {"building_id": b.id, "status": Status.words(b.status), "heated": b.heated}
    columns |= {"use": Use.words(b.use)} | _origin(b, "use", "use")
    columns |= {"year_built": b.year_built} | _origin(b, "year_built", "year_built")
    columns["storeys"] = b.storeys
    for name in ("height", "volume"):
        columns[MEASURES[name]] = getattr(b, name)
    columns["heated_floor_area_m2"] = b.heated_floor_area
    columns |= _origin(b, "heated_floor_area", "heated_floor_area_m2")
    for name in list(MEASURES)[2:]:
        columns[MEASURES[name]] = getattr(b, name)
    columns["quality"] = Grade.words(b.quality)

    rows = demand_rows(assessment)
    for name in DEMAND:
        columns[name] = _spread(len(b), rows, getattr(assessment.demand, name))
    with np.errstate(divide="ignore", invalid="ignore"):
        for name in ("heating_kwh", "hot_water_kwh", "electricity_kwh"):
            columns[f"{name}_m2"] = columns[name] / b.heated_floor_area
        columns["heating_kwh_m3"] = columns["heating_kwh"] / b.volume
    columns["roof_irradiation_kwh"], roof_area, columns["sky_view"] = sun_by_building(
        assessment.twin.city, b, assessment.irradiation
    )
    columns["roof_irradiation_kwh_m2"] = columns["roof_irradiation_kwh"] / roof_area
    columns["pv_kwh"] = pv_by_building(assessment)
    columns |= {"carrier": Carrier.words(b.carrier), "carrier_source": Source.words(b.source["carrier"])}
    for year in assessment.years:
        columns[f"co2e_kg_{year}"] = co2e_by_building(assessment, year)
    columns["n_findings"] = findings_by_building(assessment)
    columns["imputed_share"] = b.imputed_share
    columns["excluded_because"] = b.exclusion
    order = ordered_names(assessment.years)
    return pd.DataFrame(columns)[order].sort_values("building_id", kind="stable", ignore_index=True)


def ordered_names(years: tuple[int, ...]) -> list[str]:
    """Columns of the table in their published order."""
    return [
        "building_id", "status", "heated", "use", "use_source", "use_confidence",
        "year_built", "year_built_source", "year_built_confidence", "storeys", "height_m", "volume_m3",
        "heated_floor_area_m2", "heated_floor_area_m2_source", "heated_floor_area_m2_confidence",
        "gross_floor_area_m2", "footprint_area_m2", "wall_area_m2", "party_wall_area_m2", "roof_area_m2",
        "window_area_m2", "quality", "heating_kwh", "heating_kwh_m2", "heating_kwh_m3", "heating_peak_kw",
        "hot_water_kwh", "electricity_kwh", "cooling_kwh", "roof_irradiation_kwh",
        "roof_irradiation_kwh_m2", "sky_view", "carrier", "carrier_source",
        *(f"co2e_kg_{year}" for year in years), "n_findings", "imputed_share",
        "hot_water_kwh_m2", "electricity_kwh_m2", "overheating_kh", "pv_kwh", "excluded_because",
    ]  # fmt: skip


def demand_rows(assessment: Assessment) -> NDArray[np.int64]:
    """Row in the buildings of each simulated building."""
    return assessment.buildings.rows_of(assessment.demand.building)


def sun_by_building(
    city: CityModel, buildings: Buildings, irradiation: Irradiation
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Annual sun on the outdoor roof (kWh), its area (m2) and the mean sky view of roofs and walls, each (n,).

    NaN where no surface of a building was shaded.
    """
    n, owner, area = len(buildings), irradiation.building, irradiation.area
    roof = np.where(is_roof(city, irradiation.surface), area, 0.0)
    roof_area, open_area = np.bincount(owner, roof, n), np.bincount(owner, area, n)
    roof_sun = np.bincount(owner, roof * irradiation.annual, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        sky = np.bincount(owner, area * irradiation.sky_view, n) / open_area
    seen = roof_area > 0
    return np.where(seen, roof_sun, np.nan), np.where(seen, roof_area, np.nan), sky


def pv_by_building(assessment: Assessment) -> NDArray[np.float64]:
    """Annual yield of photovoltaics (n,), kWh; 0 where a building has none, NaN where it is not of the city."""
    buildings = assessment.buildings
    total = np.where(buildings.today, 0.0, np.nan)
    if assessment.pv is not None:
        np.add.at(total, buildings.rows_of(assessment.pv.building), assessment.pv.annual_kwh)
    return total


def co2e_by_building(assessment: Assessment, year: int) -> NDArray[np.float64]:
    """Operational emissions of a year (n,), kg CO2e; NaN where a building is not simulated."""
    rows = demand_rows(assessment)
    return _spread(len(assessment.buildings), rows, assessment.emissions.by_building(year, METHOD))


def findings_by_building(assessment: Assessment) -> NDArray[np.int64]:
    """Findings of each building and its parts (n,)."""
    objects = assessment.twin.city.objects
    rows = [objects.id.lookup[name] for name in assessment.findings.object_id if name in objects.id.lookup]
    counts = np.bincount(objects.root[np.array(rows, np.int64)], minlength=len(objects))
    return counts[assessment.buildings.object]


def _origin(buildings: Buildings, column: str, name: str) -> dict[str, NDArray]:
    return {
        f"{name}_source": Source.words(buildings.source[column]),
        f"{name}_confidence": buildings.confidence[column],
    }


def _spread(n: int, rows: NDArray[np.int64], values: NDArray[np.floating]) -> NDArray[np.float64]:
    column = np.full(n, np.nan)
    column[rows] = values
    return column
