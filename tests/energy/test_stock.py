"""Every use class and year resolves, every number has a source, and the user's numbers win."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from citytwin.energy.period_table import BASE_USES, Permit
from citytwin.energy.stock import load_stock
from citytwin.errors import CityReadError
from citytwin.model import Carrier, Use
from citytwin.model.reference import CONFIDENCE, read_reference

USE = {"use": "apartment", "mode": "operated", "quantity": "hot_water", "value": 35, "source": "own meters"}
SYSTEM = {"carrier": "oil", "end_use": "heating", "delivered": "oil", "value": 0.9, "source": "chimney sweep"}
OWN = {
    "quantity": "u_wall",
    "use": "apartment",
    "permit_from": 1960,
    "permit_to": 1976,
    "value": 0.55,
    "unit": "W/(m2 K)",
    "source": "survey of the city, 2024",
}


@pytest.mark.parametrize("use", [use.word for use in Use])
@pytest.mark.parametrize("mode", ["standard", "operated"])
def test_archetypes_have_no_gap(use: str, mode: str) -> None:
    stock = load_stock()
    for year in [*range(1900, 2031), 1976, 1977.75, 2005.75, 2012, np.nan]:
        found = stock.archetype(use, year, mode)
        assert len(found) == 39
        for name, cited in found.items():
            assert np.isfinite(cited.value), name
            assert cited.source, name
            assert cited.licence, name
            assert cited.year > 1900, name
            assert cited.confidence in CONFIDENCE, name
            assert cited.confidence == "low" or "verified" not in cited.source, name


def test_permit_year_decides() -> None:
    stock = load_stock()
    assert stock.archetype("apartment", 1977)["u_wall"].value == 0.81
    assert stock.archetype("apartment", 1978)["u_wall"].value == 0.70
    assert stock.archetype("small_residential", 1977.5)["u_wall"].value == 0.70
    assert stock.archetype("apartment", 2005.5)["u_window"].value == 2.1
    assert stock.archetype("apartment", 2005.75)["u_window"].value == 1.4
    assert stock.archetype("apartment", 2012)["u_roof"].value == 0.09
    assert stock.archetype("apartment")["u_wall"].value == 0.81


def test_use_decides() -> None:
    stock = load_stock()
    assert stock.archetype("apartment", 1990)["constant_air_change"].value == 0.5
    assert stock.archetype("school", 1990)["constant_air_change"].value == 0.0
    assert stock.archetype("school", 1950)["constant_air_change"].value == 0.35
    assert stock.archetype("small_residential", 1990)["circulation_loss"].value == 0.0
    assert stock.archetype("office", 2010)["cooled"].value == 1.0
    assert not any(stock.archetype(use, 2020)["cooled"].value for use in ("apartment", "small_residential"))
    assert stock.archetype("apartment", 1990, "standard")["heating_setpoint"].value == 21.0
    assert stock.archetype("apartment", 1990, "operated")["heating_setpoint"].value == 22.0
    assert stock.archetype("hospital", 1990, "operated")["heating_setpoint"].value == 22.0


def test_classes_without_rows_have_low_confidence() -> None:
    stock = load_stock()
    assert {cited.confidence for cited in stock.archetype("other", 1990).values()} == {"low"}
    shares = stock.shares(np.eye(len(Use)))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert not shares[:, [Use.UNKNOWN, Use.OTHER]].any()
    np.testing.assert_array_equal(shares[list(BASE_USES)][:, list(BASE_USES)], np.eye(len(BASE_USES)))


def test_mixed_use_is_the_mean_by_area() -> None:
    stock = load_stock()
    mixed = np.zeros((1, len(Use)))
    mixed[0, [Use.APARTMENT, Use.SMALL_RESIDENTIAL]] = 0.75, 0.25
    assert stock.by_period("n50", mixed, Permit(np.array([2000.0]), np.zeros(1)))[0] == pytest.approx(
        0.75 * 1.15 + 0.25 * 3.9
    )


def test_a_guessed_year_blends_the_periods() -> None:
    stock = load_stock()
    shares = np.eye(len(Use))[[Use.APARTMENT] * 3]
    at_edge = Permit(np.full(3, 1976.0), np.array([0.0, 1e-3, 1e4]))
    sharp, narrow, wide = stock.by_period("u_wall", shares, at_edge)
    assert sharp == 0.70
    assert narrow == pytest.approx((0.81 + 0.70) / 2)
    assert wide == pytest.approx((0.81 + 0.17) / 2, abs=0.01)


def test_own_rows_overlay_the_shipped_ones() -> None:
    stock = load_stock({"stock": [OWN]})
    assert stock.archetype("apartment", 1965)["u_wall"].value == 0.55
    assert stock.archetype("apartment", 1961)["u_wall"].value == 0.81
    assert stock.archetype("apartment", 1978)["u_wall"].value == 0.70
    assert stock.archetype("office", 1965)["u_wall"].value == 0.81
    assert stock.archetype("apartment", 1965)["u_wall"].confidence == "medium"
    assert stock.changed == ("stock: u_wall apartment 1960 1976",)
    assert load_stock().archetype("apartment", 1965)["u_wall"].value == 0.81


def test_own_rows_from_toml(tmp_path) -> None:
    path = tmp_path / "stock.toml"
    path.write_text(
        '[[use]]\nuse = "office"\nmode = "operated"\nquantity = "heating_setpoint"\nvalue = 22.5\nunit = "degC"\n'
        'source = "logged by the owner, 2025"\nconfidence = "high"\n'
        '[[constants]]\nname = "bridge_share"\nvalue = 0.2\nsource = "own"\n'
    )
    stock = load_stock(path)
    assert stock.archetype("office", 1990)["heating_setpoint"].value == 22.5
    assert stock.archetype("office", 1990, "standard")["heating_setpoint"].value == 21.0
    assert stock.constant("bridge_share") == 0.2


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"walls": []}, "no stock table"),
        ({"stock": [OWN | {"source": ""}]}, "no source"),
        ({"stock": [OWN | {"quantity": "u_wal"}]}, "no quantity"),
        ({"stock": [OWN | {"colour": 1}]}, "no column colour"),
        ({"stock": [OWN | {"use": "castle"}]}, "castle"),
        ({"stock": [OWN | {"confidence": "sure"}]}, "confidence"),
        ({"constants": [{"value": 1.0, "source": "x"}]}, "no name"),
        ({"stock": [OWN | {"value": "low"}]}, r"\(u_wall\): value must be a number, not 'low'"),
        ({"stock": [OWN | {"value": "nan"}]}, "value must be finite"),
        ({"stock": [OWN | {"value": 0}]}, "value must be above 0"),
        ({"stock": [OWN | {"quantity": "heat_recovery", "value": 75}]}, r"\(heat_recovery\): a share must lie"),
        ({"stock": [OWN | {"permit_from": 1990}]}, "permit_from must be below permit_to"),
        ({"use": [USE | {"mode": "operat"}]}, "mode must be one of any, standard, operated"),
        ({"use": [USE | {"value": -10}]}, "no number of it may be negative"),
        ({"uncertainty": [{"parameter": "gains", "sd": 0.1, "source": "x"}]}, "sd_imputed must be a number"),
        ({"systems": [SYSTEM | {"value": 0}]}, "value must be above 0"),
    ],
)
def test_bad_rows_are_refused(overrides: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_stock(overrides)


def test_bad_archetypes_are_refused() -> None:
    with pytest.raises(ValueError, match="castle"):
        load_stock().archetype("castle")
    with pytest.raises(ValueError, match="mode"):
        load_stock().archetype("office", 1990, "planned")


def test_every_heat_source_has_a_system() -> None:
    systems = load_stock().systems
    assert set(systems) == {carrier.word for carrier in Carrier}
    assert systems["ground_source_heat_pump"].delivered == "electricity"
    assert systems["ground_source_heat_pump"].heating > 2.0
    assert all(0.5 < system.heating <= 1.0 for word, system in systems.items() if "pump" not in word)


def rows_of(test_data: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((test_data / "tables" / name).read_text(encoding="utf-8").splitlines()))


def test_u_values_are_those_of_the_cited_table(test_data: Path) -> None:
    first_year = {
        "-1975": 1960.0, "1976-1977": 1976.0, "1978-1984": 1978.0, "1985-2003/09": 1985.0, "2003/10-2007": 2003.75,
        "2008-2009": 2008.0, "2010-2017": 2010.0, "2018-": 2018.0,
    }  # fmt: skip
    quantity = {
        "wall": "u_wall",
        "roof": "u_roof",
        "floor_on_ground": "u_floor",
        "floor_outdoor": "u_outer_floor",
        "window": "u_window",
    }
    stock, compared = load_stock(), 0
    for row in rows_of(test_data, "u_values_by_period.csv"):
        if row["period"] in first_year and row["element"] in quantity:
            permit = Permit(np.array([first_year[row["period"]]]), np.zeros(1))
            ours = stock.of_use(quantity[row["element"]], Use.OFFICE, permit)
            assert ours[0] == float(row["value"]), row
            compared += 1
    assert compared == len(first_year) * len(quantity)


def test_standard_use_is_that_of_the_cited_table(test_data: Path) -> None:
    classes = {
        "small residential": "small_residential", "apartment block": "apartment", "office": "office",
        "commercial": "commercial", "hotel/accommodation": "accommodation", "school & daycare": "school",
        "sports hall": "sports", "hospital": "hospital",
    }  # fmt: skip
    renamed = {
        "outdoor_air_in_use": "air_in_use",
        "outdoor_air_outside_use": "air_outside_use",
        "dhw_net_energy": "hot_water",
    }
    stock, compared = load_stock(), 0
    for row in rows_of(test_data, "standard_use_fi.csv"):
        if "1010/2017" not in row["version"] or row["quantity"] in ("hours_per_day", "dhw_volume"):
            continue
        found = stock.archetype(classes[row["building_class"]], 1990, "standard")
        if row["quantity"] == "use_time":
            ours = f"{found['start_hour'].value:02.0f}-{found['stop_hour'].value:02.0f}"
            assert ours == row["value"], row
        else:
            cited = found[renamed.get(row["quantity"], row["quantity"])]
            assert cited.value == float(row["value"]), row
            assert (cited.confidence == "low") == ("memory" in row["confidence"]), row
        compared += 1
    assert compared == 8 * (6 + 7)


def test_mass_leakage_and_glass_are_those_of_the_cited_tables(test_data: Path) -> None:
    stock = load_stock()
    mass = {row["class"]: row for row in rows_of(test_data, "iso13790_mass_classes.csv")}
    for use, name in (("small_residential", "light"), ("office", "medium"), ("apartment", "heavy")):
        found = stock.archetype(use, 1990)
        assert found["heat_capacity"].value == float(mass[name]["Cm_J_per_m2K_Af"])
        assert found["mass_area_factor"].value == float(mass[name]["Am_over_Af"])
    rows = rows_of(test_data, "ventilation_airtightness_fi.csv")
    divisors = [float(row["value"]) for row in rows if row["quantity"].startswith("infiltration divisor")]
    assert divisors == [stock.constant(f"leakage_divisor_{k}") for k in (1, 2, 3, 5)]
    recovery = [float(row["value"]) / 100.0 for row in rows if "heat-recovery" in row["quantity"]]
    assert recovery == [stock.archetype("school", year)["heat_recovery"].value for year in (2008, 2014, 2024)]
    glass = next(row["value"] for row in rows if row["quantity"].startswith("g perpendicular")).split("/")
    ours = [stock.archetype("office", year)["g_perpendicular"].value for year in (1960, 1990, 2024)]
    assert [float(value) for value in glass[1:]] == ours
    fans = next(row["value"] for row in rows if row["quantity"] == "SFP balanced max").split(" / ")
    assert [float(value) for value in fans] == [stock.archetype("office", y)["fan_power"].value for y in (2016, 2024)]
    exhaust = next(row for row in rows if row["quantity"] == "air change mechanical exhaust")
    assert stock.archetype("apartment", 1990)["constant_air_change"].value == float(exhaust["value"])


def test_no_source_is_a_number_without_a_place() -> None:
    stock = load_stock()
    cited = [c for table in stock.periods.values() for row in table.cited for c in row]
    cited += [c for row in stock.uses.values() for c in row] + list(stock.constants.values())
    for row in cited:
        if row is not None and row.source:
            assert "ilmakalu" not in row.source.lower()
            assert not row.source.startswith("assumption") or row.confidence == "low", row
            assert "own assumption" not in row.licence or row.source.startswith("assumption"), row


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "No such file"), (b"stock = [", "not TOML"), (b"\xff", "not TOML")]
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "own.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CityReadError, match=f"own.toml: {reason}"):
        load_stock(path)


@pytest.mark.parametrize(
    "name",
    [
        "constructions_fi.csv", "materials.csv", "refurbishment_fi.csv", "draw_off.csv", "use_en16798.csv",
        "profiles_en16798.csv", "stock_fi.csv", "use_fi.csv", "constants.csv", "stand_ins_fi.csv", "systems_fi.csv",
        "uncertainty.csv",
    ],
)  # fmt: skip
def test_every_row_of_every_table_is_cited(name: str) -> None:
    for row in read_reference("citytwin.energy", name):
        assert row["source"], row
        assert int(row["year"]) > 1900, row
        assert row["licence"], row
        assert row["confidence"] in CONFIDENCE, row
        assert row["confidence"] == "low" or "verified" not in row["source"], row
        assert row["confidence"] == "low" or not row["source"].startswith("assumption"), row


def test_every_class_and_year_has_a_state_of_refurbishment_and_constructions() -> None:
    stock = load_stock()
    for use in BASE_USES:
        permit = Permit(np.arange(1900.0, 2031.0), np.zeros(131))
        shares = np.eye(len(Use))[[use] * 131]
        for quantity, table in stock.refurbishment.expected.items():
            blended = stock.by_period(quantity, shares, permit, refurbished=True)
            built = stock.by_period(quantity, shares, permit)
            assert (blended <= built + 1e-12).all(), quantity
            assert (blended > 0).all(), quantity
            assert all(cited.source and cited.confidence in CONFIDENCE for cited in table.cited[use]), quantity
        for element, table in stock.constructions.number.items():
            assert all(cited.source and cited.confidence in CONFIDENCE for cited in table.cited[use]), element
