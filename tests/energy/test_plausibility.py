"""Generated blocks of flats in the Finnish test year, beside statistics of the stock: reported, not tuned.

The statistics are net space heating per gross floor area of the Tampere region; scaled by degree days to the test year
of Vantaa they give 100-130 kWh/m2 for flats of 1960-1979 and 45-75 for those of 2010 and later. What is asserted is
only what must hold whatever the stock tables say.
"""

from __future__ import annotations

from pathlib import Path

import numba
import pytest

import citytwin as ct

BANDS = {1970: (100.0, 130.0), 2015: (45.0, 75.0)}


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="compares results of whole years")
def test_flats_beside_the_statistics(vantaa_path: Path, record_property) -> None:
    weather = ct.read_weather(vantaa_path)
    by_area = {}
    for year, (low, high) in BANDS.items():
        city = ct.synthetic.apartment_blocks(year, 6)
        buildings = city.buildings()
        demand = ct.energy.simulate(buildings, weather, ct.solar.irradiate(city, weather), draws=16)
        heating = demand.heating_kwh.sum()
        by_area[year] = heating / buildings.gross_floor_area.sum()
        record_property(f"flats_{year}_kwh_per_gross_m2", round(by_area[year], 1))
        record_property(f"flats_{year}_kwh_per_m3", round(heating / buildings.volume.sum(), 1))
        record_property(f"flats_{year}_inside_band", bool(low <= by_area[year] <= high))
    assert 1.5 * by_area[2015] < by_area[1970] < 250.0
    assert by_area[2015] > 5.0
