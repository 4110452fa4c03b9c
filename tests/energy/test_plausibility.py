"""Generated blocks of flats in the Finnish test year: what must hold whatever the stock tables say.

``make bench BENCH=flats_heating_per_gross_m2`` reports the figures beside statistics of the stock.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import citytwin as ct


@pytest.mark.compiled
def test_old_flats_need_more_than_new_ones(vantaa_path: Path) -> None:
    weather = ct.read_weather(vantaa_path)
    by_area = {}
    for year in (1970, 2015):
        city = ct.synthetic.apartment_blocks(year, 6)
        buildings = city.buildings()
        demand = ct.energy.simulate(buildings, weather, ct.solar.irradiate(city, weather), draws=16)
        by_area[year] = demand.heating_kwh.sum() / buildings.gross_floor_area.sum()
    assert 1.5 * by_area[2015] < by_area[1970] < 250.0
    assert by_area[2015] > 5.0
