"""Bad input is refused or named, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from citytwin.energy.inputs import check_overrides, check_setpoints, input_findings
from citytwin.energy.lanes import Lanes
from citytwin.energy.simulation import MODELS, simulate
from citytwin.energy.stock import load_stock
from citytwin.energy.trust import findings_of, weak_quantities
from citytwin.model import Source, Use
from tests.energy.blocks import block_buildings, fake_irradiation

STOCK = load_stock()


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("u_wall", 0.0, "above 0"),
        ("u_roof", -0.2, "above 0"),
        ("u_floor", np.inf, "above 0"),
        ("u_window", 0.0, "above 0"),
        ("g_window", 1.2, "at most 1"),
        ("heat_recovery", -0.1, "at least 0"),
        ("heat_recovery", 75.0, "at most 1"),
        ("n50", -1.0, "at least 0"),
        ("u_wall", 81.0, "at most 10"),
        ("n50", 1e4, "at most 100"),
        ("heating_setpoint_change", -30.0, "at most 10 K either way"),
    ],
)
def test_overrides_that_cannot_be_are_refused(name: str, value: float, rule: str) -> None:
    buildings = block_buildings([1970.0, 1970.0], ids=["good", "bad"])
    given = buildings.with_columns(Source.SCENARIO, 95, **{name: np.array([np.nan, value])})
    with pytest.raises(ValueError, match=f"{name} of building 'bad' is .*: it must be {rule}"):
        check_overrides(given)


def test_a_property_that_nothing_reads_is_refused() -> None:
    misspelt = block_buildings([1970.0]).with_columns(Source.SCENARIO, 95, u_walls=np.array([0.2]))
    with pytest.raises(ValueError, match="no property u_walls; there are u_wall, "):
        check_overrides(misspelt)


def test_set_points_that_are_moved_across_each_other_are_refused() -> None:
    offices = block_buildings([1970.0, 2015.0], use=Use.OFFICE, ids=["cool", "hot"])
    moved = offices.with_columns(Source.SCENARIO, 95, heating_setpoint_change=np.array([np.nan, 4.5]))
    with pytest.raises(ValueError, match=r"set-points of building 'hot' cross: heating 25.5, cooling 25"):
        check_setpoints(Lanes(moved, STOCK, "operated"))
    moved = offices.with_columns(Source.SCENARIO, 95, heating_setpoint_change=np.array([-3.0, 3.0]))
    check_setpoints(Lanes(moved, STOCK, "operated"))


def test_possible_overrides_pass() -> None:
    buildings = block_buildings([1970.0])
    for name, value in (("heat_recovery", 0.0), ("n50", 0.0), ("u_wall", 6.0), ("heat_recovery", 1.0)):
        check_overrides(buildings.with_columns(Source.SCENARIO, 95, **{name: np.array([value])}))
    check_overrides(buildings)


def test_u_values_beyond_the_layers_are_findings() -> None:
    buildings = block_buildings([1930.0] * 4, ids=["asis", "poor", "bare", "good"])
    given = buildings.with_columns(Source.REGISTER, 90, u_wall=np.array([np.nan, 1.5, 6.0, 0.2]))
    findings = input_findings(Lanes(given, STOCK, "standard"))
    assert list(zip(findings.object_id, findings.name, strict=True)) == [
        ("poor", "CONSTRUCTION_BEYOND_TABLE"),
        ("bare", "U_VALUE_LIMITED"),
    ]
    assert "u_wall of 1.50" in findings.message[0]


def test_windows_that_conduct_more_than_their_faces_are_findings() -> None:
    buildings = block_buildings([1930.0] * 2, ids=["single", "double"])
    given = buildings.with_columns(Source.REGISTER, 90, u_window=np.array([5.8, 2.7]))
    findings = input_findings(Lanes(given, STOCK, "standard"))
    assert list(zip(findings.object_id, findings.name, strict=True)) == [("single", "U_VALUE_LIMITED")]
    assert findings.message[0] == "u_window of 5.80 W/(m2 K) is more than bare faces conduct: 5.00 counts"


def test_limits_of_the_network_are_no_findings_of_other_models(weather) -> None:
    given = block_buildings([1930.0]).with_columns(Source.REGISTER, 90, u_wall=np.ones(1) * 6.0)
    sun = fake_irradiation(given, weather)
    names = {model: simulate(given, weather, sun, model=model, draws=0).findings.name for model in MODELS}
    assert "U_VALUE_LIMITED" in names["network"]
    assert "U_VALUE_LIMITED" not in names["5r1c"]


def test_the_tables_themselves_need_no_finding() -> None:
    for use in Use:
        buildings = block_buildings(np.arange(1900.0, 2031.0), use=use)
        for mode in ("standard", "operated"):
            assert len(input_findings(Lanes(buildings, STOCK, mode))) == 0


def test_missing_year_and_use_are_named() -> None:
    buildings = block_buildings([np.nan, 1970.0], use=Use.UNKNOWN, ids=["undated", "dated"])
    none = np.zeros(2, bool)
    findings = findings_of(buildings, none, ~none, "network")
    named = list(zip(findings.object_id, findings.name, strict=True))
    assert ("undated", "DEFAULT_YEAR_USED") in named
    assert [name for name in named if name[1] == "USE_STANDS_IN"] == [
        ("undated", "USE_STANDS_IN"), ("dated", "USE_STANDS_IN"),
    ]  # fmt: skip


@pytest.mark.parametrize("volume", [0.0, -5.0, np.nan])
def test_buildings_without_volume_are_left_out_with_the_reason(volume: float) -> None:
    buildings = block_buildings([1970.0, 1970.0])
    broken = replace(buildings, volume=np.array([buildings.volume[0], volume]))
    assert broken.simulated.tolist() == [True, False]
    assert broken.exclusion.tolist() == ["", "no usable geometry"]


def test_refurbishment_that_is_only_probable_is_a_weak_input() -> None:
    old, new = block_buildings([1960.0]), block_buildings([2015.0])
    assert {"renewed_window", "renewed_facade", "renewed_roof"} <= set(weak_quantities(old, STOCK, "operated"))
    assert not any(name.startswith("renewed") for name in weak_quantities(old, STOCK, "standard"))
    assert not any(name.startswith("renewed") for name in weak_quantities(new, STOCK, "operated"))
    known = old.with_columns(Source.REGISTER, 90, u_window=np.array([1.4]))
    assert "renewed_window" not in weak_quantities(known, STOCK, "operated")
