"""Old components have probably been renewed: the mean over both states, and draws that are in one of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from citytwin.energy.envelope import surfaces
from citytwin.energy.lanes import Lanes
from citytwin.energy.period_table import Permit
from citytwin.energy.refurbishment import COMPONENT
from citytwin.energy.stock import load_stock
from citytwin.energy.uncertainty import draw_deviations
from citytwin.model import Source, Use
from tests.energy.blocks import block_buildings

STOCK = load_stock()


def lanes_of(years, mode="operated", stock=STOCK, draws=0, ids=None) -> Lanes:
    buildings = block_buildings(years, ids=ids)
    return Lanes(buildings, stock, mode, draw_deviations(buildings, stock, draws) if draws else None)


def test_the_central_value_is_the_mean_over_both_states() -> None:
    old = surfaces(lanes_of([1967.0]))
    assert old.u_window[0] == pytest.approx(0.3 * 2.8 + 0.7 * 1.4)
    assert old.u_wall[0] == pytest.approx(0.75 * 0.81 + 0.25 * 0.4)
    assert old.u_roof[0] == pytest.approx(0.6 * 0.47 + 0.4 * 0.2)
    assert old.glazing[0] == pytest.approx(0.3 * 0.75 + 0.7 * 0.55)
    assert old.u_floor[0] == 0.47


def test_what_is_better_than_a_renewal_stays() -> None:
    for year in (1982.0, 2008.0, 2020.0):
        as_built = STOCK.archetype("apartment", year)
        found = surfaces(lanes_of([year]))
        assert found.u_wall[0] <= as_built["u_wall"].value + 1e-12
        assert found.u_window[0] <= as_built["u_window"].value + 1e-12
    new = surfaces(lanes_of([2020.0]))
    assert (new.u_wall[0], new.u_window[0], new.u_roof[0]) == (0.17, 1.0, 0.09)


def test_certificates_are_as_built_unless_told() -> None:
    assert surfaces(lanes_of([1967.0], "standard")).u_window[0] == 2.8
    told = load_stock({"constants": [{"name": "refurbished_standard", "value": 1, "source": "audit"}]})
    assert surfaces(lanes_of([1967.0], "standard", told)).u_window[0] == pytest.approx(1.82)
    plain = load_stock({"constants": [{"name": "refurbished_operated", "value": 0, "source": "audit"}]})
    assert surfaces(lanes_of([1967.0], "operated", plain)).u_window[0] == 2.8


def test_registers_win_over_a_probable_state() -> None:
    known = block_buildings([1967.0]).with_columns(Source.REGISTER, 90, u_window=np.array([2.1]))
    assert surfaces(Lanes(known, STOCK, "operated")).u_window[0] == 2.1
    for u, glass in ((2.8, 0.75), (1.4, 0.55)):
        known = block_buildings([1967.0]).with_columns(Source.REGISTER, 90, u_window=np.array([u]))
        assert surfaces(Lanes(known, STOCK, "operated")).glazing[0] == glass


def test_draws_are_in_one_state_and_average_to_the_central_value() -> None:
    lanes = lanes_of([1967.0], draws=4000)
    lanes.deviations["year_built"][:] = 0.0
    u = lanes.aged("u_window")
    assert set(np.round(u, 9)) == {1.4, 2.8}
    assert u.mean() == pytest.approx(1.82, abs=0.04)
    assert (lanes.aged("g_perpendicular") == np.where(u == 1.4, 0.55, 0.75)).all()
    wall = lanes.aged("u_wall")
    assert abs(np.corrcoef(u, wall)[0, 1]) < 0.06


def test_a_building_draws_the_same_whatever_stands_beside_it() -> None:
    alone = lanes_of([1967.0], draws=32, ids=["house"])
    among = lanes_of([1950.0, 1967.0, 1980.0], draws=32, ids=["a", "house", "b"])
    for component in set(COMPONENT.values()):
        np.testing.assert_array_equal(alone.renewed(component), among.renewed(component)[32:64])
    longer = lanes_of([1967.0], draws=64, ids=["house"])
    np.testing.assert_array_equal(alone.renewed("window"), longer.renewed("window")[:32])


def test_older_windows_have_more_probably_been_renewed() -> None:
    shares = np.eye(len(Use))[[Use.APARTMENT] * 131]
    permit = Permit(np.arange(1900.0, 2031.0), np.zeros(131))
    chance = STOCK.refurbishment.probability("window", shares, permit)
    assert (np.diff(chance) <= 0).all()
    assert chance[0] == 0.8
    assert chance[-1] == 0.0
    with pytest.raises(ValueError, match="no component 'door'"):
        STOCK.refurbishment.probability("door", shares, permit)


def test_a_guessed_year_blends_ages() -> None:
    imputed = block_buildings([1967.0])
    source = {**imputed.source, "year_built": np.full(1, Source.IMPUTED, np.int8)}
    blended = surfaces(Lanes(replace(imputed, source=source), STOCK, "operated")).u_window[0]
    assert 1.4 < blended < 2.1
    assert blended != pytest.approx(1.82)


def test_own_ages_and_values_win() -> None:
    stock = load_stock(
        {
            "refurbishment": [
                {"quantity": "window", "use": "apartment", "age_from": 50, "age_to": 70, "value": 1.0, "source": "own"},
                {"quantity": "u_window", "use": "apartment", "value": 0.9, "source": "own"},
            ],
            "constants": [{"name": "reference_year", "value": 2030, "source": "own"}],
        }
    )
    assert surfaces(lanes_of([1967.0], stock=stock)).u_window[0] == pytest.approx(0.9)
    assert surfaces(lanes_of([1961.0], stock=stock)).u_window[0] == pytest.approx(0.2 * 2.8 + 0.8 * 0.9)


def test_a_mean_names_both_sources_and_what_nothing_changed_its_own() -> None:
    for year in (1967.0, 2020.0):
        permit = Permit(np.array([year]), np.zeros(1))
        column = int(np.searchsorted(STOCK.refurbishment.expected["u_window"].edges, year, side="right"))
        found = STOCK.refurbishment.expected["u_window"].cited[Use.APARTMENT][column]
        built = STOCK.archetype("apartment", year)["u_window"]
        assert found.value == STOCK.by_period("u_window", np.eye(len(Use))[[Use.APARTMENT]], permit, True)[0]
        assert found.source.startswith(built.source)
        assert (found.source == built.source) == (year == 2020.0)


def test_probabilities_beyond_one_are_refused() -> None:
    row = {"quantity": "roof", "use": "all", "value": 1.5, "source": "own"}
    with pytest.raises(ValueError, match="roof is renewed must be from 0 to 1"):
        load_stock({"refurbishment": [row]})
