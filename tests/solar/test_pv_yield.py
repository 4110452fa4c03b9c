import sys
from dataclasses import replace

import numpy as np
import pytest

from citytwin.io.weather import read_weather
from citytwin.model.pv_sites import SiteKind
from citytwin.model.sun import month_of_hour
from citytwin.solar.irradiate import irradiate
from citytwin.solar.pv_parameters import pv_module
from citytwin.solar.pv_power import alternating_current, cell_temperature, direct_current
from citytwin.solar.pv_racks import rack_hours
from citytwin.solar.pv_sites import PvRules, pv_sites
from citytwin.solar.pv_yield import pv_yield
from tests.solar.boxes import box_city
from tests.solar.pv_planes import plane

RULES = PvRules(min_irradiation_kwh_m2=0.0)


@pytest.fixture(scope="module")
def block(clear_year):
    """Sun, sites and yield of three buildings."""
    city = box_city([(0, 0, 20, 10, 12), (0, 30, 15, 10, 15), (60, 0, 12, 12, 9)])
    sun = irradiate(city, clear_year, level="draft")
    sites = pv_sites(sun, city, city.buildings(), RULES)
    return sun, sites, pv_yield(sites, sun, clear_year)


def test_sums_agree_over_sites_buildings_and_hours(block):
    _, sites, pv = block
    assert len(pv) == 3
    assert set(sites.kind) == {SiteKind.FLAT_ROOF, SiteKind.FACADE}
    np.testing.assert_allclose(pv.annual_kwh, np.bincount(sites.building, pv.site_kwh), rtol=1e-12)
    np.testing.assert_allclose(pv.kwp, np.bincount(sites.building, sites.kwp), rtol=1e-12)
    assert pv.district_hourly.sum() == pytest.approx(pv.annual_kwh.sum(), rel=1e-12)
    hours = pv.hourly(np.arange(3)).astype(float)
    np.testing.assert_allclose(hours.sum(0), pv.district_hourly, rtol=1e-5, atol=1e-6)
    monthly = [hours[:, month_of_hour() == month].sum(1) for month in range(12)]
    np.testing.assert_allclose(np.transpose(monthly), pv.monthly, rtol=1e-5)


def test_a_site_is_its_chain_step_by_step(block, clear_year):
    sun, sites, pv = block
    for row in (0, len(sites) - 1):
        if np.isnan(sites.rack_cover[row]):
            arriving, behind = (sun.hourly([sites.row[row]], loss) for loss in (0.0, 0.16))
        else:
            arriving, behind = (rack_hours(sun, sites.row[[row]], 15.0, 180.0, 0.7, loss) for loss in (0.0, 0.16))
        cell = cell_temperature(arriving, clear_year)
        power = alternating_current(direct_current(behind, cell, pv_module("premium")))
        assert pv.site_kwh[row] == pytest.approx(power.sum() * sites.kwp[row], rel=1e-12)


def test_results_do_not_depend_on_blocks(block, clear_year, monkeypatch):
    sun, sites, pv = block
    monkeypatch.setattr(sys.modules[pv_yield.__module__], "SITES_A_BLOCK", 2)
    again = pv_yield(sites, sun, clear_year)
    np.testing.assert_array_equal(again.monthly, pv.monthly)
    np.testing.assert_allclose(again.hourly(np.array([2, 0])), pv.hourly(np.array([2, 0])), rtol=1e-6, atol=1e-6)


def test_a_site_yields_the_same_alone(block, clear_year):
    sun, sites, pv = block
    alone = pv_yield(sites.take(np.array([3])), sun, clear_year)
    assert alone.site_kwh[0] == pv.site_kwh[3]


def test_sites_out_of_order_are_refused(block, clear_year):
    sun, sites, _ = block
    order = np.array([0, len(sites) - 1, 1])
    with pytest.raises(ValueError, match="side by side"):
        pv_yield(sites.take(order), sun, clear_year)


def test_other_weather_and_other_sites_are_refused(block, clear_year):
    sun, sites, _ = block
    with pytest.raises(ValueError, match="other weather"):
        pv_yield(sites, sun, replace(clear_year, dni=0.5 * clear_year.dni))
    for part in (sun.take(np.arange(2)), sun.take(np.arange(len(sun))[::-1])):
        with pytest.raises(ValueError, match="other surfaces than the sites"):
            pv_yield(sites, part, clear_year)


def test_snow_and_its_doubts_are_counted(block, clear_year):
    sun, sites, pv = block
    hours = np.arange(8760)
    wintry = replace(clear_year, temp_air=5.0 - 15.0 * np.cos(hours / 8760 * 2 * np.pi))
    with_snow, without = (pv_yield(sites, sun, wintry, snow=snow) for snow in (True, False))
    flat = sites.kind == SiteKind.FLAT_ROOF
    assert (with_snow.site_kwh[~flat] == without.site_kwh[~flat]).all()
    lost = 1.0 - with_snow.site_kwh[flat] / without.site_kwh[flat]
    np.testing.assert_allclose(lost, 0.03, atol=0.002)
    assert with_snow.findings.name.tolist() == ["PV_SNOW_FROM_TABLE"]
    assert len(without.findings) == 0
    assert pv.confidence == 40
    assert pv.relative_sd == pytest.approx(0.0946, abs=1e-4)


def test_pvsyst_is_warmer_on_facades_than_on_racks(block, clear_year):
    sun, sites, pv = block
    other = pv_yield(sites, sun, clear_year, temperature="pvsyst")
    ratio = other.site_kwh / pv.site_kwh
    assert ratio[sites.kind == SiteKind.FACADE].max() < ratio[sites.kind == SiteKind.FLAT_ROOF].min()
    with pytest.raises(ValueError, match="'noct'"):
        pv_yield(sites, sun, clear_year, temperature="noct")


@pytest.mark.compiled
@pytest.mark.parametrize(("tilt", "tolerance"), [(0, 0.01), (45, 0.03), (89.9, 0.03)])
def test_an_open_plane_yields_what_pvlib_alone_makes_of_the_weather(vantaa_path, tilt, tolerance):
    """Other transposition (Perez 1990) and diffuse reflection at the cover, the rest of the chain the same."""
    from pvlib import atmosphere, iam, inverter, irradiance, pvsystem, solarposition, temperature

    weather, city = read_weather(vantaa_path), plane(tilt)
    sun = irradiate(city, weather, albedo=0.2)
    rules = PvRules(racks=False, max_roof_tilt_deg=90.0)
    pv = pv_yield(pv_sites(sun, city, city.buildings(), rules), sun, weather, snow=False)

    import pandas as pd

    place = (weather.latitude, weather.longitude)
    position = solarposition.get_solarposition(weather.index + pd.Timedelta("30min"), *place)
    zenith, azimuth = position["zenith"].to_numpy(), position["azimuth"].to_numpy()
    extra = irradiance.get_extra_radiation(weather.index.day_of_year.to_numpy())
    mass = atmosphere.get_relative_airmass(np.minimum(zenith, 89.9))
    total = irradiance.get_total_irradiance(
        tilt, 180, zenith, azimuth, weather.dni, weather.ghi, weather.dhi, extra, mass, albedo=0.2, model="perez"
    )
    parts = {name: np.nan_to_num(np.asarray(total[name], float)) for name in total}
    passed = iam.martin_ruiz_diffuse(tilt)
    aoi = irradiance.aoi(tilt, 180, zenith, azimuth)
    behind = (
        parts["poa_direct"] * iam.martin_ruiz(aoi)
        + parts["poa_sky_diffuse"] * passed["sky"]
        + parts["poa_ground_diffuse"] * passed["ground"]
    )
    cell = temperature.faiman(parts["poa_global"], weather.temp_air, weather.wind_speed)
    direct = pvsystem.pvwatts_dc(behind, cell, 1.0, -0.0035)
    direct = direct * (1 - pvsystem.pvwatts_losses(shading=0) / 100)
    expected = inverter.pvwatts(direct, 1 / (1.1 * 0.96)).sum()
    assert pv.specific_yield[0] == pytest.approx(expected, rel=tolerance)
