"""Energy benchmarking of Seattle in 2015 as shoeboxes: metered site energy of real buildings beside the model.

City of Seattle, 2015 Building Energy Benchmarking, public domain. A building is a square prism of its floor area and
number of floors, free on all sides; its constructions and use are those of the Finnish tables by year and class, and
the weather is generated from monthly normals: this shows how far archetypes go without any local knowledge, no more.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

import citytwin as ct
from citytwin.energy.metered_errors import ErrorTable, metered_errors
from citytwin.model import Source, Use
from citytwin.model.meters import Meters

SQUARE_FOOT = 0.09290304
SPACING_M = 150.0
STOREY_M = {"apartment": 3.0}
OTHER_STOREY_M = 3.8
HEAT_EFFICIENCY = 0.85
"""Heat per energy of fuels, steam and electric heaters together; an assumption."""
CLASSES = {
    "Low-Rise Multifamily": "apartment", "Mid-Rise Multifamily": "apartment", "High-Rise Multifamily": "apartment",
    "Small- and Mid-Sized Office": "office", "Large Office": "office", "Medical Office": "office",
    "Retail Store": "commercial", "Supermarket/Grocery Store": "commercial", "Hotel": "accommodation",
    "Senior Care Community": "accommodation", "Residence Hall/Dormitory": "accommodation", "K-12 School": "school",
    "SPS-District K-12": "school", "College/University": "school", "Hospital": "hospital",
}  # fmt: skip
DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
NORMALS = {
    # Seattle-Tacoma: normals of temperature, and mean irradiation in kWh/m2 a day; from memory, to be verified
    "temp_air_mean_c": [5.6, 6.3, 8.1, 10.2, 13.3, 16.1, 18.9, 19.1, 16.3, 11.6, 7.6, 4.8],
    "temp_air_daily_range_c": [5.5, 7.0, 8.0, 9.0, 10.0, 10.0, 11.5, 11.0, 10.0, 7.5, 6.0, 5.0],
    "temp_air_min_c": [-6.0, -5.0, -2.0, 0.0, 3.0, 7.0, 9.0, 9.0, 6.0, 1.0, -3.0, -6.0],
    "temp_air_max_c": [14.0, 17.0, 21.0, 25.0, 29.0, 31.0, 34.0, 34.0, 30.0, 22.0, 17.0, 14.0],
    "relative_humidity_mean_pct": [79, 77, 74, 71, 68, 66, 64, 66, 71, 78, 80, 81],
    "wind_speed_mean_m_s": [3.6] * 12,
    "ghi_kwh_m2": DAYS * [0.9, 1.6, 2.7, 3.9, 5.1, 5.6, 5.8, 4.9, 3.7, 2.0, 1.1, 0.8],
    "dni_kwh_m2": DAYS * [1.2, 1.7, 2.4, 3.0, 3.8, 4.1, 4.9, 4.3, 3.8, 2.2, 1.3, 1.0],
    "dhi_kwh_m2": DAYS * [0.6, 1.0, 1.6, 2.2, 2.6, 2.7, 2.5, 2.2, 1.6, 1.2, 0.7, 0.5],
}


class Comparison(NamedTuple):
    """Error table per floor area, that of totals, and metered and modelled energy of each building, kWh."""

    per_area: ErrorTable
    totals: ErrorTable
    metered: np.ndarray
    modelled: np.ndarray
    group: np.ndarray


def read(path: Path, every: int = 1):
    """Rows of single buildings that were read in full, of the classes above; each `every`-th of them."""
    import pandas as pd

    table = pd.read_csv(path)
    table["use"] = table["PrimaryPropertyType"].str.strip().map(CLASSES)
    usable = (
        table["use"].notna() & (table["NumberofBuildings"] == 1) & (table["NumberofFloors"] >= 1)
        & (table["ComplianceStatus"] == "Compliant") & table["Outlier"].isna() & (table["DefaultData"] == "No")
        & (table["SiteEnergyUse(kBtu)"] > 0) & (table["PropertyGFABuilding(s)"] > 0)
    )  # fmt: skip
    return table[usable].iloc[::every].reset_index(drop=True)


def city_of(table, folder: Path) -> ct.CityModel:
    """Square prisms on a wide grid, as a GeoPackage read by the library."""
    import geopandas as gpd
    import shapely

    area = table["PropertyGFABuilding(s)"].to_numpy(float) * SQUARE_FOOT
    floors = table["NumberofFloors"].to_numpy(float)
    side = np.sqrt(area / floors)
    columns = int(np.ceil(np.sqrt(len(table))))
    step = SPACING_M + side.max()
    x = 550_000.0 + step * (np.arange(len(table)) % columns)
    y = 5_270_000.0 + step * (np.arange(len(table)) // columns)
    storey = table["use"].map(STOREY_M).fillna(OTHER_STOREY_M).to_numpy(float)
    frame = gpd.GeoDataFrame(
        {"building_id": table["OSEBuildingID"].astype(str), "height": floors * storey, "storeys": floors},
        geometry=shapely.box(x, y, x + side, y + side),
        crs="EPSG:32610",
    )
    path = folder / "shoeboxes.gpkg"
    frame.to_file(path)
    return ct.read_footprints(path)


def meters_of(table) -> Meters:
    """Electricity, gas and steam, each in its own unit."""
    import pandas as pd

    parts = []
    for column, carrier in (
        ("Electricity(kWh)", "electricity"), ("NaturalGas(therms)", "gas"), ("SteamUse(kBtu)", "district_heat"),
    ):  # fmt: skip
        readings = pd.DataFrame({"key": table["OSEBuildingID"].astype(str), "time": 2015, column: table[column]})
        parts.append(
            Meters.of_table(readings, value=column, carrier=carrier, interval="year", source=column).to_pandas()
        )
    return Meters.of_table(pd.concat(parts), value="kwh", interval="year", source="seattle")


def compare(path: Path, folder: Path, every: int = 1) -> Comparison:
    table = read(path, every)
    city = city_of(table, folder)
    buildings = city.buildings()
    place = {str(key): row for row, key in enumerate(table["OSEBuildingID"].astype(str))}
    row = np.array([place[str(name)] for name in buildings.id])
    use = np.array([Use.from_word(word) for word in table["use"]], np.int8)[row]
    buildings = buildings.with_columns(
        Source.REGISTER, 90, use=use, year_built=table["YearBuilt"].to_numpy(float)[row],
    )  # fmt: skip
    weather = ct.synthetic.weather(47.61, -122.33, NORMALS, utc_offset_h=-8.0, place="Seattle (synthetic)")
    demand = ct.energy.simulate(buildings, weather, ct.solar.irradiate(city, weather, level="draft"), draws=0)
    meters = meters_of(table).at_buildings(buildings)
    metered = meters.annual(list(demand.building), ("electricity", "gas", "district_heat"), 2015).kwh
    heat = (demand.heating_kwh + demand.hot_water_kwh) / HEAT_EFFICIENCY
    modelled = heat + demand.electricity_kwh + demand.cooling_kwh / demand.cooling_efficiency
    group = Use.words(buildings.use[buildings.rows_of(demand.building)])
    return Comparison(
        metered_errors(metered, modelled, group, demand.heated_floor_area),
        metered_errors(metered, modelled, group),
        metered,
        modelled,
        group,
    )
