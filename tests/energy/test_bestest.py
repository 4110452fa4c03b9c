"""ASHRAE 140 cases 600 and 900 beside EnergyPlus: reported, with the bounds a 5R1C model is held to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from citytwin.io import read_weather
from tests.energy.bestest import HEAVY, LIGHT, Case, run

HEAT_BOUND, COOL_BOUND = 0.20, 0.30


@pytest.mark.filterwarnings("ignore:DatetimeIndex.dayofyear")
@pytest.mark.compiled
@pytest.mark.parametrize(("name", "case"), [("600", LIGHT), ("900", HEAVY)])
def test_loads_beside_energyplus(test_data: Path, name: str, case: Case, record_property) -> None:
    folder = test_data / "data" / "validation" / "ashrae140"
    peer = json.loads((folder / "results" / "std140_tf_energyplus.json").read_text())
    expected = peer["conditioned_zone_loads_non_free_float"][name]
    loads = run(case, read_weather(folder / "725650TYCST.epw"))
    heat = loads.heating.sum() / 1e6 / expected["annual_heating_MWh"] - 1.0
    cool = loads.cooling.sum() / 1e6 / expected["annual_cooling_MWh"] - 1.0
    record_property(f"bestest_{name}_heat_error", round(heat, 3))
    record_property(f"bestest_{name}_cool_error", round(cool, 3))
    assert abs(heat) < HEAT_BOUND
    assert abs(cool) < COOL_BOUND
    assert loads.heating_peak[0] / 1e3 == pytest.approx(expected["peak_heating_kW"], rel=HEAT_BOUND)
    assert loads.cooling_peak[0] / 1e3 == pytest.approx(expected["peak_cooling_kW"], rel=COOL_BOUND)
