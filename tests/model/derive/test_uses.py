import numpy as np
import pytest

from citytwin.model.derive import derive_buildings
from citytwin.model.enums import Source, Use
from tests.model.derive.boxes import box_city


def derived(*fields, height=9.0, width=10.0):
    return derive_buildings(box_city([[40 * i, 0, 40 * i + width, 10, 0, height] for i in range(len(fields))], fields))


@pytest.mark.parametrize(
    ("fields", "use"),
    [
        ({"C_KAYTTARK": "039"}, Use.APARTMENT),
        ({"C_KAYTTARK": "511"}, Use.SCHOOL),
        ({"Rakennusluokka": "0400"}, Use.OFFICE),
        ({"function": "31001_3051"}, Use.HOSPITAL),
        ({"building": "retail"}, Use.COMMERCIAL),
        ({"use": "sports"}, Use.SPORTS),
        ({"Kayttotarkoitus": "Ei käyttömerkintää kartalla"}, Use.UNKNOWN),
        ({}, Use.UNKNOWN),
    ],
)
def test_use_of_each_kind_of_source(fields, use):
    b = derived(fields)
    assert b.use[0] == use
    assert b.source["use"][0] == (Source.MISSING if use == Use.UNKNOWN else Source.REGISTER)
    assert (b.confidence["use"][0] == 0) == (use == Use.UNKNOWN)


def test_residential_is_split_by_storeys():
    b = derived({"building": "residential", "Kerroksia": 2.0}, {"building": "residential", "Kerroksia": 5.0}, height=15)
    assert b.use.tolist() == [Use.SMALL_RESIDENTIAL, Use.APARTMENT]
    assert (b.source["use"] == Source.DERIVED).all()


def test_shares_of_mixed_use_sum_to_one():
    b = derived({"function": "31001_1120", "Kerroksia": 4.0}, height=13)
    assert b.use_shares[0, Use.APARTMENT] == pytest.approx(0.7)
    assert b.use_shares[0, Use.COMMERCIAL] == pytest.approx(0.3)
    assert b.use_shares.sum(1) == pytest.approx(1)


def test_a_code_that_no_list_knows_is_a_finding_and_stays_unknown():
    b = derived({"C_KAYTTARK": "998"})
    assert b.use[0] == Use.UNKNOWN
    assert b.findings.name.tolist() == ["CODE_UNKNOWN"]


@pytest.mark.parametrize(
    ("fields", "width", "reason"),
    [
        ({"C_KAYTTARK": "163"}, 10.0, "car park"),
        ({"building": "kiosk"}, 10.0, "kiosk"),
        ({"C_LAMMTAPA": "5"}, 10.0, "no fixed heating"),
        ({"C_KAYTTARK": "039"}, 2.0, "footprint of 20.0 m2"),
    ],
)
def test_unheated_buildings_say_why(fields, width, reason):
    b = derived(fields, width=width)
    assert not b.heated[0]
    assert b.heated_floor_area[0] == 0
    assert b.exclusion[0] == "unheated"
    assert reason in b.findings.message[0]


def test_everything_else_is_heated():
    b = derived({"C_KAYTTARK": "039"}, {}, {"C_LAMMTAPA": "1"})
    assert b.heated.all()
    assert not np.isin(1706, b.findings.code)
