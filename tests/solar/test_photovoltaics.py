from dataclasses import replace

import numpy as np
import pytest

from citytwin.io.weather import read_weather
from citytwin.model.assemble import assemble_city
from citytwin.model.enums import SurfaceKind
from citytwin.model.twin import RoofPv
from citytwin.solar.irradiate import irradiate
from citytwin.solar.photovoltaics import photovoltaics, pv_parameters, specific_power, system_losses
from tests.solar.boxes import CORNER, ROOF, box_city, face


def plane(tilt):
    """One south-facing roof of 10 m x 10 m with nothing around it."""
    b = np.radians(tilt)
    up = np.array([0.0, np.cos(b), np.sin(b)]) * 10
    east = np.array([10.0, 0.0, 0.0])
    corners = CORNER + np.array([0.0, 0.0, 10.0]) + np.array([0 * up, east, east + up, up])
    return assemble_city(
        object_id=["b0"], object_kind=np.array([0]), object_parent=np.array([-1]), surface_object=np.array([0]),
        surface_kind=np.array([SurfaceKind.ROOF]), surface_lod=np.array([20]), surface_rings=np.array([0, 1]),
        ring_vertices=np.array([0, 4]), coordinates=corners, crs="EPSG:3879",
    )  # fmt: skip


def test_losses_are_those_of_pvwatts_without_shading_and_age():
    assert system_losses() == pytest.approx(1 - 0.98**3 * 0.995 * 0.985 * 0.99 * 0.97)


def test_power_of_one_kwp_in_the_standard_sun():
    p = pv_parameters()
    cell = 20 + 1000 / (p["heat_loss_constant"] + 2 * p["heat_loss_wind"])
    expected = (1 + p["temperature_coefficient"] * (cell - 25)) * (1 - system_losses()) * p["inverter_efficiency"]
    got = specific_power(np.array([[1000.0, 0.0]]), np.array([20.0, 20.0]), np.array([2.0, 2.0]))
    assert got[0] == pytest.approx([expected, 0.0])
    pvlib = pytest.importorskip("pvlib")
    assert cell == pytest.approx(float(pvlib.temperature.faiman(1000, 20, 2)), abs=0.01)


@pytest.mark.parametrize(("tilt", "low", "high"), [(45, 900, 1050), (0, 720, 830), (89.9, 650, 780)])
def test_specific_yield_in_vantaa_is_within_the_band(vantaa_path, tilt, low, high):
    """Plausible yields of open modules in southern Finland, kWh/kWp."""
    weather, city = read_weather(vantaa_path), plane(tilt)
    buildings = city.buildings()
    sun = irradiate(city, weather, buildings=buildings, albedo=0.2)
    pv = photovoltaics(sun, city, buildings, [RoofPv(("b0",), 0.0, 1.0, "all")], weather)
    assert low < pv.annual_kwh[0] / pv.kwp[0] < high


def test_measures_choose_faces_by_yield_and_building(clear_year):
    city = box_city([(0, 0, 10, 10, 8), (40, 0, 20, 10, 8), (80, 0, 10, 10, 8)])
    buildings = city.buildings()
    sun = irradiate(city, clear_year, buildings=buildings)
    measures = [RoofPv(("b2", "b1"), 100.0, 0.5, "a"), RoofPv(("b1",), 100.0, 0.2, "b"), RoofPv(("b0",), 5e3, 1.0, "c")]
    pv = photovoltaics(sun, city, buildings, measures, clear_year)
    assert pv.building.tolist() == ["b1", "b2"]
    np.testing.assert_allclose(pv.area_m2, [100.0, 50.0])
    np.testing.assert_allclose(pv.kwp, pv.area_m2 * pv_parameters()["module_efficiency"])
    assert pv.monthly.shape == (2, 12)
    assert pv.annual_kwh[0] == pytest.approx(2 * pv.annual_kwh[1], rel=0.01)
    assert pv.district_hourly.sum() == pytest.approx(pv.annual_kwh.sum(), rel=1e-9)
    roof = face(sun, 1, ROOF)
    hours = sun.hourly([roof], pv_parameters()["angular_loss"])
    expected = specific_power(hours, clear_year.temp_air, clear_year.wind_speed).sum() * pv.kwp[0]
    assert pv.annual_kwh[0] == pytest.approx(expected, rel=1e-9)
    assert list(pv.to_pandas().index) == ["b1", "b2"]


def test_no_measure_gives_an_empty_table(clear_year):
    city = box_city([(0, 0, 10, 10, 8)])
    sun = irradiate(city, clear_year)
    pv = photovoltaics(sun, city, city.buildings(), [], clear_year)
    assert len(pv) == 0
    assert (pv.district_hourly == 0).all()


def test_unknown_building_is_refused(clear_year):
    city = box_city([(0, 0, 10, 10, 8)])
    sun = irradiate(city, clear_year)
    with pytest.raises(ValueError, match="'nowhere'"):
        photovoltaics(sun, city, city.buildings(), [RoofPv(("nowhere",), 0.0, 1.0, "m")], clear_year)


def test_warm_air_costs_yield(clear_year):
    hours = np.full((1, 8760), 500.0)
    cold = specific_power(hours, clear_year.temp_air, clear_year.wind_speed)
    warm = specific_power(hours, replace(clear_year, temp_air=clear_year.temp_air + 10).temp_air, clear_year.wind_speed)
    assert (warm < cold).all()
