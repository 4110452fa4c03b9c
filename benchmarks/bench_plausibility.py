"""Not a race but a report: heat demand of generated blocks of flats beside statistics of the Finnish stock.

The statistics are net space heating per gross floor area of flats in the Tampere region in 2018, by end of the decade
they were built in, scaled by degree days to the test year of Vantaa. They are read from the reference tables that
``CITYTWIN_TEST_DATA`` names; nothing is tuned to them.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import NamedTuple

import citytwin as ct
from benchmarks.registry import BenchSpec, register

DECADES = {1970: ("1969", "1979"), 2015: ("2010", "2018")}
DEGREE_DAYS_RATIO = 3871 / 4233
"""Vantaa TRY2020 over Tampere 2018, S17 in K d."""


class Flats(NamedTuple):
    """Blocks completed in one year: net heating, gross floor area and volume."""

    year: int
    heating_kwh: float
    gross_m2: float
    volume_m3: float


def build(year: int) -> Flats:
    data = os.environ.get("CITYTWIN_TEST_DATA", "")
    if data:
        weather = ct.read_weather(Path(data) / "data" / "weather" / "fmi_try2020" / "Vantaa-TRY2020.csv")
    else:
        weather = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    city = ct.synthetic.apartment_blocks(year, 6)
    buildings = city.buildings()
    demand = ct.energy.simulate(buildings, weather, ct.solar.irradiate(city, weather), draws=0)
    return Flats(year, demand.heating_kwh.sum(), buildings.gross_floor_area.sum(), buildings.volume.sum())


def statistic(flats: Flats) -> float:
    """Mean of the decades, kWh/(gross m2 a)."""
    data = os.environ.get("CITYTWIN_TEST_DATA", "")
    if not data:
        raise ImportError("CITYTWIN_TEST_DATA is not set: no statistics to compare with")
    with open(Path(data) / "tables" / "finnish_stock_intensities.csv", encoding="utf-8") as file:
        values = [
            float(row["value"])
            for row in csv.DictReader(file)
            if row["quantity"] == "net space heating (gross floor area)"
            and row["building_type"] == "apartment"
            and row["built_decade_end"] in DECADES[flats.year]
        ]
    return DEGREE_DAYS_RATIO * sum(values) / len(values)


register(
    BenchSpec(
        name="flats_heating_per_gross_m2",
        unit="kWh/(m2 a)",
        sizes=tuple(DECADES),
        build=build,
        ours=lambda flats: flats.heating_kwh / flats.gross_m2,
        peer_name="statistics of the stock, at the same climate",
        peer=statistic,
        clock="figure",
        higher_is_better=False,
    )
)
register(
    BenchSpec(
        name="flats_heating_per_m3",
        unit="kWh/(m3 a)",
        sizes=tuple(DECADES),
        build=build,
        ours=lambda flats: flats.heating_kwh / flats.volume_m3,
        peer_name="statistics of the stock, at the same climate",
        peer=lambda flats: statistic(flats) * flats.gross_m2 / flats.volume_m3,
        clock="figure",
        higher_is_better=False,
    )
)
