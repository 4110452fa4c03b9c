"""Every use class and year resolves, every number has a source, and the user's numbers win."""

from __future__ import annotations

import numpy as np
import pytest

from citytwin.energy.stock import BASE_USES, CONFIDENCE, Permit, load_stock
from citytwin.model import Carrier, Use

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
    for year in [*range(1900, 2031, 5), 1976, 1977.75, 2005.75, 2012, np.nan]:
        found = stock.archetype(use, year, mode)
        assert len(found) == 32
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
