from dataclasses import replace

import numpy as np
import pytest

from citytwin.errors import WeatherError
from citytwin.solar.pv_parameters import pv_module, pv_parameters, system_losses
from citytwin.solar.pv_power import alternating_current, cell_temperature, direct_current

MODULE = pv_module("premium")


def naive_power(irradiance, effective, air, wind):
    """The chain of PVWatts for one hour and 1 kWp."""
    p = pv_parameters()
    cell = air + irradiance / (p["heat_loss_constant"] + p["heat_loss_wind"] * wind)
    direct = effective / 1000 * (1 + MODULE.temperature_coefficient * (cell - 25)) * (1 - system_losses())
    limit = 1 / p["dc_to_ac_ratio"]
    rated = limit / p["inverter_efficiency"]
    if direct <= 0:
        return 0.0
    part = direct / rated
    efficiency = p["inverter_efficiency"] / p["inverter_reference"] * (-0.0162 * part - 0.0059 / part + 0.9858)
    return min(max(efficiency * direct, 0.0), limit)


def power_of(irradiance, effective, weather):
    cell = cell_temperature(irradiance, weather)
    return alternating_current(direct_current(effective, cell, MODULE))


@pytest.fixture(scope="module")
def varied(clear_year):
    hours = np.arange(8760)
    return replace(clear_year, temp_air=20.0 * np.sin(hours / 500.0) + 5.0, wind_speed=3.0 + 2.0 * np.cos(hours / 7.0))


def test_power_is_that_of_a_plain_chain(varied):
    irradiance = np.linspace(0.0, 1400.0, 8760)[None, :].astype(np.float32)
    effective = (0.96 * irradiance).astype(np.float32)
    got = power_of(irradiance, effective, varied)[0]
    for hour in [0, 1, 5, 100, 1234, 4000, 7000, 8500, 8759]:
        air, wind = varied.temp_air[hour], varied.wind_speed[hour]
        expected = naive_power(float(irradiance[0, hour]), float(effective[0, hour]), air, wind)
        assert got[hour] == pytest.approx(expected, rel=1e-5, abs=1e-9)
    assert got.max() == pytest.approx(1 / 1.1)


def test_power_is_that_of_a_model_chain(varied):
    from pvlib import location, modelchain, pvsystem

    p = pv_parameters()
    irradiance = np.abs(np.sin(np.arange(8760) / 24 * np.pi) * 1100.0)
    effective = irradiance * 0.95
    system = pvsystem.PVSystem(
        arrays=[
            pvsystem.Array(
                pvsystem.FixedMount(45, 180),
                module_parameters={"pdc0": 1.0, "gamma_pdc": MODULE.temperature_coefficient},
                temperature_model_parameters={"u0": p["heat_loss_constant"], "u1": p["heat_loss_wind"]},
            )
        ],
        inverter_parameters={"pdc0": 1 / (p["dc_to_ac_ratio"] * 0.96), "eta_inv_nom": 0.96},
        losses_parameters={"shading": 0},
    )
    chain = modelchain.ModelChain(
        system, location.Location(60.2, 24.9), dc_model="pvwatts", ac_model="pvwatts", aoi_model="no_loss",
        spectral_model="no_loss", temperature_model="faiman", losses_model="pvwatts",
    )  # fmt: skip
    table = varied.to_pandas()[["temp_air", "wind_speed"]].assign(effective_irradiance=effective, poa_global=irradiance)
    chain.run_model_from_effective_irradiance(table)
    got = power_of(irradiance[None, :], effective[None, :], varied)[0]
    np.testing.assert_allclose(got, chain.results.ac.to_numpy(), rtol=1e-12, atol=1e-15)


def test_warm_air_costs_yield(clear_year):
    hours = np.full((1, 8760), 500.0)
    warm = replace(clear_year, temp_air=clear_year.temp_air + 10.0)
    assert (power_of(hours, hours, warm) < power_of(hours, hours, clear_year)).all()


def test_pvsyst_tells_mountings_apart_and_has_no_wind(clear_year):
    hours = np.full((1, 8760), 800.0)
    free, roof, shut = (
        cell_temperature(hours, clear_year, "pvsyst", m) for m in ("freestanding", "semi_integrated", "insulated")
    )
    assert (free < roof).all()
    assert (roof < shut).all()
    still = replace(clear_year, wind_speed=np.zeros(8760))
    np.testing.assert_array_equal(free, cell_temperature(hours, still, "pvsyst", "freestanding"))


def test_what_is_not_known_is_refused(clear_year):
    hours = np.zeros((1, 8760))
    with pytest.raises(ValueError, match="'sapm'"):
        cell_temperature(hours, clear_year, "sapm")
    with pytest.raises(ValueError, match="'glued'"):
        cell_temperature(hours, clear_year, "pvsyst", "glued")
    calm = clear_year.wind_speed.copy()
    calm[7] = np.nan
    with pytest.raises(WeatherError, match="wind_speed is missing in 1 hours"):
        cell_temperature(hours, replace(clear_year, wind_speed=calm))
