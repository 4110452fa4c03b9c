import numpy as np
import pytest

from citytwin.io.weather import read_weather
from citytwin.model.twin import RoofPv
from citytwin.solar.irradiate import irradiate
from citytwin.solar.photovoltaics import MODULE, measured_sites, photovoltaics
from citytwin.solar.pv_parameters import pv_module
from citytwin.solar.pv_yield import pv_yield
from tests.solar.boxes import box_city
from tests.solar.pv_planes import plane


@pytest.mark.compiled
@pytest.mark.parametrize(("tilt", "low", "high"), [(45, 900, 1050), (0, 720, 830), (89.9, 650, 780)])
def test_specific_yield_in_vantaa_is_within_the_band(vantaa_path, tilt, low, high):
    """Plausible yields of open modules in southern Finland over ground without snow, kWh/kWp."""
    weather, city = read_weather(vantaa_path), plane(tilt)
    buildings = city.buildings()
    sun = irradiate(city, weather, buildings=buildings, albedo=0.2)
    pv = photovoltaics(sun, city, buildings, [RoofPv(("b0",), 0.0, 1.0, "all")], weather)
    assert low < pv.specific_yield[0] < high
    without = pv_yield(pv.sites, sun, weather, snow=False)
    assert low < without.specific_yield[0] < high


def test_measures_choose_faces_by_yield_and_building(clear_year):
    city = box_city([(0, 0, 10, 10, 8), (40, 0, 20, 10, 8), (80, 0, 10, 10, 8)])
    buildings = city.buildings()
    sun = irradiate(city, clear_year, level="draft", buildings=buildings)
    measures = [RoofPv(("b2", "b1"), 100.0, 0.5, "a"), RoofPv(("b1",), 100.0, 0.2, "b"), RoofPv(("b0",), 5e3, 1.0, "c")]
    pv = photovoltaics(sun, city, buildings, measures, clear_year)
    assert pv.building.tolist() == ["b1", "b2"]
    np.testing.assert_allclose(pv.area_m2, [100.0, 50.0])
    np.testing.assert_allclose(pv.kwp, pv.area_m2 * pv_module(MODULE).efficiency)
    assert pv.annual_kwh[0] == pytest.approx(2 * pv.annual_kwh[1], rel=0.01)
    assert pv.provenance.parameters["pv_module"] == MODULE


def test_the_yield_is_that_of_the_sites(clear_year):
    city = box_city([(0, 0, 10, 10, 8), (40, 0, 20, 10, 8)])
    buildings = city.buildings()
    sun = irradiate(city, clear_year, level="draft", buildings=buildings)
    measures = [RoofPv(("b0", "b1"), 0.0, 0.3, "a")]
    pv = photovoltaics(sun, city, buildings, measures, clear_year)
    sites = measured_sites(sun, city, buildings, measures)
    again = pv_yield(sites, sun, clear_year)
    np.testing.assert_array_equal(pv.monthly, again.monthly)
    np.testing.assert_array_equal(pv.site_kwh, again.site_kwh)


def test_no_measure_gives_an_empty_table(clear_year):
    city = box_city([(0, 0, 10, 10, 8)])
    sun = irradiate(city, clear_year, level="draft")
    pv = photovoltaics(sun, city, city.buildings(), [], clear_year)
    assert len(pv) == 0
    assert (pv.district_hourly == 0).all()
    assert len(pv.findings) == 0


def test_unknown_building_is_refused(clear_year):
    city = box_city([(0, 0, 10, 10, 8)])
    sun = irradiate(city, clear_year, level="draft")
    with pytest.raises(ValueError, match="'nowhere'"):
        photovoltaics(sun, city, city.buildings(), [RoofPv(("nowhere",), 0.0, 1.0, "m")], clear_year)
    other = box_city([(0, 0, 10, 10, 9)])
    with pytest.raises(ValueError, match="of another city"):
        photovoltaics(sun, other, other.buildings(), [], clear_year)
