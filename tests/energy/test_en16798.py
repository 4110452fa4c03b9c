"""Profiles of EN 16798-1 for other countries."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from citytwin.energy.schedules import build_schedules, weekly_share
from citytwin.energy.stock import load_stock
from citytwin.model import Use
from citytwin.model.reference import read_reference

EUROPE, FINLAND = load_stock(profiles="en16798"), load_stock()


def schedules_of(use: Use, stock=EUROPE):
    return build_schedules(np.eye(len(Use))[[use]], stock, "operated")


def test_gains_of_an_office_by_hand() -> None:
    office = schedules_of(Use.OFFICE).profiles
    assert office.gains[0, 9] == pytest.approx(0.6 * (7.0 + 12.0 + 10.0))
    assert office.gains[0, 3] == 0.0
    assert office.gains[0, 24 * 5 + 9] == 0.0
    assert office.heating_setpoint[0, [9, 3]].tolist() == [20.0, 16.0]
    assert office.cooling_setpoint[0, [9, 3]].tolist() == [26.0, 32.0]
    assert office.ventilation_state[0, [9, 3]].tolist() == [1, 0]


def test_dwellings_are_never_set_back() -> None:
    flat = schedules_of(Use.APARTMENT)
    np.testing.assert_array_equal(flat.profiles.heating_setpoint, 20.0)
    assert flat.electricity[0, 19] == pytest.approx(9.0 * 0.2 + 3.0 * 0.8)


def test_classes_without_a_profile_stay_finnish() -> None:
    for use in (Use.HOSPITAL, Use.SPORTS, Use.ACCOMMODATION):
        for ours, theirs in zip(schedules_of(use).profiles, schedules_of(use, FINLAND).profiles, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    # of shops the cited table has whole days of people only
    occupied = weekly_share(FINLAND, "lighting", "operated")[Use.COMMERCIAL]
    np.testing.assert_array_equal(weekly_share(EUROPE, "lighting", "operated")[Use.COMMERCIAL], occupied)
    assert weekly_share(EUROPE, "people", "operated")[Use.COMMERCIAL, 10] == 0.3


def test_finnish_use_has_no_hours_of_its_own() -> None:
    assert not any(FINLAND.weekly[name] for name in ("people", "appliances", "lighting"))
    np.testing.assert_array_equal(FINLAND.by_use("heating_setback", "operated")[1:9], 0.0)


def test_unknown_profiles_are_refused() -> None:
    with pytest.raises(ValueError, match="profiles must be one of fi, en16798"):
        load_stock(profiles="sia2024")


def test_overrides_apply_to_european_profiles_too() -> None:
    own = [{"use": "office", "mode": "operated", "quantity": "heating_setback", "value": 2, "source": "own"}]
    stock = load_stock({"use": own}, profiles="en16798")
    assert schedules_of(Use.OFFICE, stock).profiles.heating_setpoint[0].min() == 18.0
    assert stock.changed == ("profiles: en16798", "use: office operated heating_setback")
    assert EUROPE.changed == ("profiles: en16798",)
    assert FINLAND.changed == ()


def test_setpoints_that_cross_are_refused() -> None:
    own = [{"use": "office", "mode": "operated", "quantity": "heating_setpoint", "value": 25, "source": "own"}]
    with pytest.raises(ValueError, match="set-points of office cross in operated use: heating 25, cooling 25"):
        load_stock({"use": own})


def test_profiles_are_those_of_the_cited_table(test_data: Path) -> None:
    buildings = {
        "Office": "office", "School": "school", "Residential_apartment": "apartment",
        "Residential_detached_house": "small_residential", "Department_store": "commercial",
    }  # fmt: skip
    name = {"occupants": "people"}
    text = (test_data / "tables" / "en16798_1_schedules.csv").read_text(encoding="utf-8")
    cited = {}
    for row in csv.DictReader(text.splitlines()):
        quantity, _, day = row["schedule"].split("_")
        if row["building"] in buildings and row["n_values"] == "24":
            key = (buildings[row["building"]], name.get(quantity, quantity), day.removesuffix("s"))
            cited[key] = [float(row[f"h{k}"]) for k in range(1, 25)]
    ours = {
        (row["use"], row["quantity"], row["day"]): [float(row[f"h{k}"]) for k in range(24)]
        for row in read_reference("citytwin.energy", "profiles_en16798.csv")
    }
    assert ours == cited
    assert len(ours) == 4 * 6 + 2
