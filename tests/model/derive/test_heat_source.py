import pytest

from citytwin.model.derive import derive_buildings
from citytwin.model.enums import Carrier, Source
from tests.model.derive.boxes import box_city


def derived(crs="EPSG:3879", box=(0, 0, 30, 20, 0, 12), **fields):
    return derive_buildings(box_city([box], [fields], crs=crs))


@pytest.mark.parametrize(
    ("fields", "carrier"),
    [
        ({"C_POLTAINE": "9"}, Carrier.GROUND_SOURCE_HEAT_PUMP),
        ({"Lämmönlähde": "Kauko- tai aluelämpö"}, Carrier.DISTRICT_HEAT),
        ({"Polttoaine": "Kevyt polttoöljy"}, Carrier.OIL),
        ({"heat_source": "gas"}, Carrier.GAS),
        ({"C_LAMMTAPA": "3"}, Carrier.ELECTRICITY),
        ({"C_POLTAINE": "7", "C_LAMMTAPA": "3"}, Carrier.WOOD),
    ],
)
def test_register_values_decide(fields, carrier):
    b = derived(**fields)
    assert b.carrier[0] == carrier
    assert b.carrier_shares[0, carrier] == 1
    assert b.source["carrier"][0] == Source.REGISTER


def test_without_a_register_value_it_is_a_probability_by_place_use_and_year():
    apartment = derived(C_KAYTTARK="039")
    assert apartment.carrier[0] == Carrier.DISTRICT_HEAT
    assert apartment.carrier_shares[0, Carrier.DISTRICT_HEAT] == pytest.approx(0.9)
    assert apartment.source["carrier"][0] == Source.IMPUTED
    assert apartment.confidence["carrier"][0] <= 50
    house = derived(box=(0, 0, 10, 9, 0, 6), C_KAYTTARK="011")
    assert house.carrier[0] == Carrier.ELECTRICITY
    new = derived(C_KAYTTARK="039", Valmistunut="2023-01-01")
    assert new.carrier_shares[0, Carrier.GROUND_SOURCE_HEAT_PUMP] > 0.4
    assert apartment.carrier_shares.sum() == pytest.approx(1)


def test_the_rest_of_the_country_differs_from_helsinki():
    elsewhere = derived(C_KAYTTARK="039", Kunta="Espoo")
    assert elsewhere.carrier_shares[0, Carrier.DISTRICT_HEAT] == pytest.approx(0.89)
    assert derived(C_KAYTTARK="039", Kunta="091").carrier_shares[0, Carrier.DISTRICT_HEAT] == pytest.approx(0.9)


@pytest.mark.parametrize("crs", [None, "EPSG:2056"])
def test_where_nothing_is_known_the_carrier_stays_unknown(crs):
    b = derived(crs=crs, C_KAYTTARK="039")
    assert b.carrier_shares[0, Carrier.UNKNOWN] == 1
    assert b.source["carrier"][0] == Source.MISSING


def test_unheated_buildings_and_fuels_without_carrier_have_none():
    assert derived(C_KAYTTARK="163").carrier[0] == Carrier.UNKNOWN
    peat = derived(C_POLTAINE="8", C_KAYTTARK="039")
    assert peat.source["carrier"][0] == Source.IMPUTED


def test_an_unknown_heat_source_is_a_finding():
    assert "reaktori" in derived(heat_source="reaktori").findings.message[0]
