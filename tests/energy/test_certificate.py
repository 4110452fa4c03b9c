"""E-value: by hand, whatever the weather, classes, what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import citytwin as ct
from citytwin.energy.certificate import rounded_up
from citytwin.errors import WeatherError
from citytwin.model import Buildings, Carrier, EValues, Source, Use, Weather
from citytwin.model.demand import EnergyDemand
from tests.energy.blocks import UnshadedSun, block_buildings, fake_irradiation


def sun_of(buildings: Buildings, weather: Weather) -> UnshadedSun:
    sun = fake_irradiation(buildings, weather)
    sun.provenance = weather.provenance
    return sun


@pytest.fixture(scope="module")
def year() -> Weather:
    """A year with the monthly means of the test year."""
    return ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())


@pytest.fixture(scope="module")
def blocks() -> Buildings:
    return block_buildings([1965, 2015])


@pytest.fixture(scope="module")
def demand(blocks: Buildings, year: Weather) -> EnergyDemand:
    return ct.energy.standard_demand(blocks, year, sun_of(blocks, year), draws=4)


@pytest.fixture(scope="module")
def values(demand: EnergyDemand, blocks: Buildings) -> EValues:
    return ct.energy.e_value(demand, blocks)


def test_by_hand(demand: EnergyDemand, values: EValues) -> None:
    heat = (demand.heating_kwh + demand.hot_water_kwh) / 0.95
    exact = (0.5 * heat + 1.2 * demand.electricity_kwh) / 3672.0
    np.testing.assert_array_equal(values.e_value, np.ceil(exact))
    np.testing.assert_allclose(values.delivered_kwh["district_heat"], heat)
    np.testing.assert_allclose(values.delivered_kwh["electricity"], demand.electricity_kwh)
    assert not values.delivered_kwh["oil"].any()
    assert list(values.category) == ["apartment"] * 2
    assert list(values.new_build_limit) == [90.0, 90.0]
    limits = [75, 100, 130, 160, 190, 240]
    assert list(values.energy_class) == ["ABCDEFG"[int((np.array(limits) < e).sum())] for e in values.e_value]
    assert values.e_value[1] < values.e_value[0]
    assert values.meets_new_build_limit.tolist() == [bool(e <= 90) for e in values.e_value]


def test_heat_sources_are_weighed(demand: EnergyDemand, values: EValues) -> None:
    power = 1.2 * demand.electricity_kwh
    by_oil = np.ceil(((demand.heating_kwh + demand.hot_water_kwh) / 0.82 + power) / 3672.0)
    of_oil = ["ABCDEFG"[int((np.array([75, 100, 130, 160, 190, 240]) < e).sum())] for e in by_oil]
    np.testing.assert_allclose(values.class_shares.sum(axis=1), 1.0)
    for row, (likely, other) in enumerate(zip(values.energy_class, of_oil, strict=True)):
        expected = np.zeros(7)
        expected["ABCDEFG".index(likely)] += 0.75
        expected["ABCDEFG".index(other)] += 0.25
        np.testing.assert_allclose(values.class_shares[row], expected)


def test_the_studied_weather_does_not_matter(
    blocks: Buildings, year: Weather, weather: Weather, values: EValues
) -> None:
    warm = replace(weather, temp_air=weather.temp_air + 5.0, sky_temperature=weather.sky_temperature + 5.0)
    studied = [ct.energy.simulate(blocks, w, fake_irradiation(blocks, w), draws=0) for w in (weather, warm)]
    assert (studied[0].heating_kwh > 1.2 * studied[1].heating_kwh).all()
    again = [
        ct.energy.e_value(ct.energy.standard_demand(blocks, year, sun_of(blocks, year), draws=0), blocks)
        for _ in studied
    ]
    for found in again:
        np.testing.assert_array_equal(found.e_value, values.e_value)
    for other in (weather, warm):
        with pytest.raises(WeatherError, match="no test year of weather zone I"):
            ct.energy.standard_demand(blocks, other, sun_of(blocks, other), draws=0)
    with pytest.raises(WeatherError, match="not computed with the test year"):
        ct.energy.standard_demand(blocks, year, sun_of(blocks, replace(year, provenance=weather.provenance)))
    for wrong in (studied[0], replace(studied[0], use="standard")):
        with pytest.raises(ValueError, match="standard use in the test year"):
            ct.energy.e_value(wrong, blocks)


def test_the_file_of_the_institute_is_the_test_year(test_data, vantaa_path, blocks: Buildings) -> None:
    vantaa = ct.read_weather(vantaa_path)
    found = ct.energy.e_value(ct.energy.standard_demand(blocks, vantaa, sun_of(blocks, vantaa), draws=0), blocks)
    assert found.test_year == "TRY2020"
    assert "TEST_YEAR_OF_ANOTHER_EDITION" in found.findings.name
    assert "TEST_YEAR_GENERATED" not in found.findings.name
    assert 60 <= found.e_value[1] <= 110
    assert found.e_value[0] > 130
    for name in ("Jyvaskyla-TRY2020.csv", "Vantaa_TRY2020_RCP85_2050.csv"):
        other = ct.read_weather(vantaa_path.parent / name)
        with pytest.raises(WeatherError, match="no test year"):
            ct.energy.standard_demand(blocks, other, sun_of(blocks, other), draws=0)


def test_estimate_with_its_reasons(values: EValues) -> None:
    assert values.test_year == "TRY2020, generated"
    assert (values.confidence <= 40).all()
    assert {"TEST_YEAR_OF_ANOTHER_EDITION", "TEST_YEAR_GENERATED"} <= set(values.findings.name)
    assert "never a certificate" in repr(values)
    frame = values.to_pandas()
    assert frame.attrs["note"] == "estimate from a city model, never a certificate"
    assert {"e_value_kwh_m2", "energy_class", "p_class_A", "e_value_kwh_m2_p10", "delivered_oil_kwh"} <= set(frame)
    assert (values.quantile(0.1) < values.quantile(0.9)).all()
    assert (values.quantile(0.0) <= values.e_value + 60).all()


def test_summer_heat(values: EValues, demand: EnergyDemand) -> None:
    np.testing.assert_array_equal(values.overheating_kh, demand.overheating_kh)
    assert values.summer_limit_kh.tolist() == [150.0, 150.0]
    assert not demand.cooling_kwh.any()


def test_own_electricity(demand: EnergyDemand, blocks: Buildings, values: EValues) -> None:
    own = np.array([36720.0, 1e9])
    found = ct.energy.e_value(demand, blocks, own_use_kwh=own)
    assert values.e_value[0] - found.e_value[0] in (12.0, 13.0)
    assert found.delivered_kwh["electricity"][1] == 0.0
    with pytest.raises(ValueError, match="own_use_kwh"):
        ct.energy.e_value(demand, blocks, own_use_kwh=-own)


def test_version_2013_has_factors_only(demand: EnergyDemand, blocks: Buildings) -> None:
    found = ct.energy.e_value(demand, blocks, version=2013)
    heat = (demand.heating_kwh + demand.hot_water_kwh) / 0.95
    np.testing.assert_array_equal(found.e_value, np.ceil((0.7 * heat + 1.7 * demand.electricity_kwh) / 3672.0))
    assert list(found.energy_class) == ["", ""]
    assert found.class_shares.shape == (2, 0)
    assert "no classes" in repr(found)


def test_version_2026_is_inferred(demand: EnergyDemand, blocks: Buildings) -> None:
    with pytest.raises(ValueError, match="inferred"):
        ct.energy.e_value(demand, blocks, version=2026)
    found = ct.energy.e_value(demand, blocks, version=2026, accept_inferred=True)
    assert "FORM_FACTORS_INFERRED" in found.findings.name
    assert (found.confidence <= 40).all()
    heat = (demand.heating_kwh + demand.hot_water_kwh) / 0.95
    np.testing.assert_array_equal(found.e_value, np.ceil((0.38 * heat + 0.9 * demand.electricity_kwh) / 3672.0))


def test_best_classes_need_more_than_the_e_value(demand: EnergyDemand, blocks: Buildings) -> None:
    def classes(e: float, **criteria: object) -> str:
        heating = np.full(2, (e - 0.001) * 3672.0 / 0.38 * 0.95)
        tiny = replace(
            demand,
            heating_kwh=heating,
            hot_water_kwh=np.zeros(2),
            electricity_kwh=np.zeros(2),
            cooling_kwh=np.zeros(2),
        )
        return ct.energy.e_value(tiny, blocks, version=2026, accept_inferred=True, **criteria).energy_class[0]

    assert classes(50.0) == "A"
    assert classes(50.0, zero_emission=True) == "A0"
    assert classes(50.0, zero_emission=True, plus=True) == "A+"
    assert classes(51.0, zero_emission=True, plus=True) == "A0"
    assert classes(63.0) == "A"
    assert classes(64.0, zero_emission=np.array([True, True])) == "B"
    assert classes(162.0) == "F"
    assert classes(163.0) == "G"


def test_buildings_without_class(year: Weather) -> None:
    strange = block_buildings([1965], use=Use.UNKNOWN)
    found = ct.energy.e_value(ct.energy.standard_demand(strange, year, sun_of(strange, year), draws=0), strange)
    assert found.energy_class[0] == ""
    assert np.isfinite(found.e_value[0])
    assert "E_VALUE_WITHOUT_CLASS" in found.findings.name
    assert not found.meets_new_build_limit[0]


def test_pumps_lower_the_value_of_electric_heating(demand: EnergyDemand, blocks: Buildings) -> None:
    def with_source(code: Carrier) -> float:
        column = np.full(2, code, np.int8)
        return float(ct.energy.e_value(replace(demand, carrier=column), blocks).e_value[0])

    assert with_source(Carrier.GROUND_SOURCE_HEAT_PUMP) < with_source(Carrier.WOOD) < with_source(Carrier.OIL)
    assert with_source(Carrier.OIL) < with_source(Carrier.ELECTRICITY)
    assert with_source(Carrier.UNKNOWN) == with_source(Carrier.DISTRICT_HEAT)


def test_heat_pumps_have_a_performance_for_each_use_by_hand(demand: EnergyDemand, blocks: Buildings) -> None:
    pumps = replace(demand, carrier=np.full(2, Carrier.GROUND_SOURCE_HEAT_PUMP, np.int8))
    power = demand.heating_kwh / 3.0 + demand.hot_water_kwh / 2.3 + demand.electricity_kwh
    np.testing.assert_array_equal(ct.energy.e_value(pumps, blocks).e_value, np.ceil(1.2 * power / 3672.0))


def test_cooling_takes_electricity(demand: EnergyDemand, blocks: Buildings) -> None:
    cooled = replace(demand, cooling_kwh=np.array([3672.0, 7344.0]))
    found, before = (ct.energy.e_value(each, blocks) for each in (cooled, demand))
    extra = found.delivered_kwh["electricity"] - before.delivered_kwh["electricity"]
    np.testing.assert_allclose(extra, cooled.cooling_kwh / 3.0)


def test_draws_take_off_own_electricity_too(demand: EnergyDemand, blocks: Buildings, values: EValues) -> None:
    found = ct.energy.e_value(demand, blocks, own_use_kwh=np.array([3672.0, 1e9]))
    np.testing.assert_allclose(values.draws[0] - found.draws[0], 1.2, rtol=1e-4)
    np.testing.assert_allclose(
        values.draws[1] - found.draws[1], 1.2 * demand.draws["electricity_kwh"][1] / 3672.0, rtol=1e-4
    )


def test_a_generated_year_limits_the_confidence(demand: EnergyDemand, blocks: Buildings) -> None:
    sure = replace(demand, confidence=np.full(2, 80, np.int8))
    assert ct.energy.e_value(sure, blocks).confidence.tolist() == [40, 40]


def test_better_walls_do_not_raise_it(blocks: Buildings, year: Weather, values: EValues) -> None:
    better = blocks.with_columns(Source.SCENARIO, 95, u_wall=np.full(2, 0.15))
    found = ct.energy.e_value(ct.energy.standard_demand(better, year, sun_of(better, year), draws=0), better)
    assert found.e_value[0] < values.e_value[0]
    assert found.e_value[1] <= values.e_value[1]


def test_rounding() -> None:
    np.testing.assert_array_equal(rounded_up(np.array([100.0, 100.0 + 1e-11, 100.001])), [100.0, 100.0, 101.0])
