import numpy as np
import pytest

from citytwin.model.derive import derive_buildings
from citytwin.model.derive.floors import by_use
from citytwin.model.derive.tables import assumption
from citytwin.model.enums import Source, Use
from tests.model.derive.boxes import box_city

NET = assumption("heated_per_gross")[0]


def derived(box, **fields):
    return derive_buildings(box_city([box], [fields]))


def test_storeys_of_the_register_and_from_height():
    assert derived([0, 0, 10, 10, 0, 12], Kerroksia=4.0, C_KAYTTARK="039").storeys[0] == 4
    b = derived([0, 0, 10, 10, 0, 12.4], C_KAYTTARK="039")
    assert b.storeys[0] == 4
    assert b.source["storeys"][0] == Source.IMPUTED
    assert derived([0, 0, 10, 10, 0, 1.0]).storeys[0] == 1


def test_gross_area_is_footprint_times_storeys_where_that_fits_the_volume():
    b = derived([0, 0, 10, 20, 0, 14], Kerroksia=4.0, C_KAYTTARK="039")
    assert b.gross_floor_area[0] == pytest.approx(800)
    assert b.source["gross_floor_area"][0] == Source.DERIVED


def test_gross_area_of_a_tower_on_a_podium_comes_from_the_volume():
    parts = [[0, 0, 40, 40, 0, 6], [0, 0, 10, 10, 6, 60]]
    city = box_city(parts, [{"Kerroksia": 20.0, "C_KAYTTARK": "039"}, {}], parents=[-1, 0])
    b = derive_buildings(city)
    assert b.gross_floor_area[0] == pytest.approx((1600 * 6 + 100 * 54) / 3.0)
    assert derive_buildings(box_city(parts, [{"C_KAYTTARK": "039"}, {}], parents=[-1, 0])).storeys[0] == 20


def test_heated_area_by_the_best_register_value():
    box = [0, 0, 10, 20, 0, 12]
    both = {"Kokonaisala": 850.0, "Kerrosala": 600.0, "Kerroksia": 4.0, "C_KAYTTARK": "039"}
    assert derived(box, **both).heated_floor_area[0] == pytest.approx(NET * 850)
    permitted = {**both, "Kokonaisala": 0.0}
    assert derived(box, **permitted).heated_floor_area[0] == pytest.approx(NET * 1.35 * 600)
    neither = {**permitted, "Kerrosala": 0.0}
    b = derived(box, **neither)
    assert b.heated_floor_area[0] == pytest.approx(NET * 800)
    assert np.isnan(b.permitted_floor_area[0])
    assert b.source["heated_floor_area"][0] == Source.DERIVED
    assert derived(box, **both).source["heated_floor_area"][0] == Source.REGISTER


def test_a_contradicting_register_area_is_passed_over():
    b = derived([0, 0, 10, 20, 0, 12], Kokonaisala=8000.0, Kerrosala=6000.0, Kerroksia=4.0, C_KAYTTARK="039")
    assert b.heated_floor_area[0] == pytest.approx(NET * 800)
    assert b.total_floor_area[0] == 8000
    assert b.confidence["total_floor_area"][0] == 30
    assert b.findings.code.tolist() == [1701, 1701]


def test_windows_are_a_share_of_the_floor_and_no_more_than_half_of_the_walls():
    b = derived([0, 0, 10, 20, 0, 12], Kerroksia=4.0, C_KAYTTARK="039")
    assert b.window_area[0] == pytest.approx(0.15 * 800)
    deep = derived([0, 0, 100, 100, 0, 3], Kerroksia=1.0, C_KAYTTARK="039")
    assert deep.window_area[0] == pytest.approx(0.5 * 1200)
    assert b.confidence["window_area"][0] <= 40


def test_permitted_area_moves_no_envelope_area():
    once, twice = (
        derived([0, 0, 10, 20, 0, 12], Kerrosala=area, Kerroksia=4.0, C_KAYTTARK="039") for area in (600.0, 1200.0)
    )
    assert twice.heated_floor_area[0] == pytest.approx(2 * once.heated_floor_area[0])
    for name in ("wall_area", "roof_area", "ground_area", "window_area", "exposed_wall_area", "volume", "group_area"):
        assert (getattr(once, name) == getattr(twice, name)).all()


def test_assumptions_are_weighted_by_use_shares():
    shares = np.zeros((1, len(Use)), np.float32)
    shares[0, [Use.APARTMENT, Use.COMMERCIAL]] = 0.5
    assert by_use("storey_height", shares)[0] == pytest.approx([(3.0 + 4.5) / 2])
