"""The monthly method: closed forms, limits, ASHRAE 140, and beside the hourly model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import citytwin as ct
from citytwin.energy.monthly_method import monthly_balance, monthly_demand, second_opinion, utilisation
from citytwin.energy.simulation import simulate
from citytwin.errors import WeatherError
from citytwin.model import Source, Use, Weather
from citytwin.model.sun import MONTH_DAYS
from tests.energy.blocks import block_buildings, fake_irradiation

HOURS = 24.0 * np.array(MONTH_DAYS)


def test_utilisation_by_hand() -> None:
    # a = 1 + 30/15 = 3: (1 - 1/8) / (1 - 1/16), and (1 - 8) / (1 - 16)
    np.testing.assert_allclose(utilisation([0.5, 2.0, 1.0, 0.0], 30.0), [14 / 15, 7 / 15, 3 / 4, 1.0])
    assert utilisation(np.inf, 30.0) == 0.0
    assert utilisation(50.0, 1e5) == pytest.approx(1 / 50)
    near = utilisation([1.0 - 1e-6, 1.0, 1.0 + 1e-6], 30.0)
    np.testing.assert_allclose(near, 0.75, atol=1e-5)


def test_a_heavy_building_uses_all_it_can() -> None:
    """With an endless time constant heating and cooling are the difference of losses and gains, whichever is larger."""
    loss, gains = np.array([[100.0] * 12]), np.linspace(10.0, 230.0, 12)[None]
    need = monthly_balance(loss, loss, gains, [1e6], [1e6])
    np.testing.assert_allclose(need.heating, np.maximum(loss - gains, 0.0), atol=1e-2)
    np.testing.assert_allclose(need.cooling, np.maximum(gains - loss, 0.0), atol=1e-2)


def test_balance_with_equal_set_points_closes() -> None:
    """Where both set-points are one, heating - cooling = losses - gains for every time constant."""
    rng = np.random.default_rng(0)
    loss, gains = rng.uniform(10.0, 300.0, (2, 50, 12))
    tau = rng.uniform(5.0, 300.0, 50)
    need = monthly_balance(loss, loss, gains, tau, tau)
    np.testing.assert_allclose(need.heating - need.cooling, loss - gains, rtol=1e-9, atol=1e-9)


def test_months_without_losses_or_gains() -> None:
    loss = np.array([[-50.0, 0.0, 100.0] * 4])
    need = monthly_balance(loss, loss, np.zeros((1, 12)), [50.0], [50.0])
    np.testing.assert_array_equal(need.heating[0, :3], [0.0, 0.0, 100.0])
    assert not need.cooling.any()
    warm = monthly_balance(loss, loss, np.full((1, 12), 20.0), [50.0], [50.0])
    np.testing.assert_allclose(warm.cooling[0, :2], [70.0, 20.0])
    drawn = monthly_balance(np.full((1, 12), 100.0), np.full((1, 12), 100.0), np.full((1, 12), -5.0), [50.0], [50.0])
    np.testing.assert_allclose(drawn.heating, 105.0)
    with pytest.raises(ValueError, match="shape"):
        monthly_balance(np.zeros((1, 11)), np.zeros((1, 11)), np.zeros((1, 11)), [1.0], [1.0])


FLOOR, WALLS, WINDOW, U_WINDOW, AIR = 48.0, 63.6, 12.0, 3.0, 0.414 * 48.0 * 2.7 / 3.0
LIGHT, HEAVY = (1.789, 3000.0), (1.795, 19500.0)
"""Resistance of the wall, m2 K/W, and heat that wall, roof and floor store, kJ/K, of cases 600 and 900."""


def south_window(weather: Weather) -> np.ndarray:
    import pvlib

    times = weather.index + np.timedelta64(30, "m")
    sun = pvlib.solarposition.get_solarposition(times, weather.latitude, weather.longitude, weather.altitude)
    extra = pvlib.irradiance.get_extra_radiation(times)
    parts = pvlib.irradiance.get_total_irradiance(
        90.0, 180.0, sun["apparent_zenith"], sun["azimuth"], weather.dni, weather.ghi, weather.dhi, extra, albedo=0.2,
        model="perez", airmass=pvlib.atmosphere.get_relative_airmass(sun["apparent_zenith"]),
    )  # fmt: skip
    return np.nan_to_num(parts["poa_global"].to_numpy())


@pytest.mark.filterwarnings("ignore:DatetimeIndex.dayofyear")
@pytest.mark.parametrize(("name", "case", "expected"), [("600", LIGHT, 3.79), ("900", HEAVY, 2.00)])
def test_case_600_and_900(test_data: Path, record_property, name: str, case, expected: float) -> None:
    """Envelope, sky and ground as the standard defines the case, sun on glass by 0.9 times the normal g.

    The expected heating is that of another calculation by the same method; the programs give 4.0 to 4.5 and 1.4 to 1.8.
    """
    weather = ct.read_weather(test_data / "data" / "validation" / "ashrae140" / "725650TYCST.epw")
    u_wall, u_roof, u_floor = 1.0 / (0.17 + case[0]), 1.0 / (0.14 + 2.973), 0.039
    transmission = u_wall * WALLS + u_roof * FLOOR + U_WINDOW * WINDOW + u_floor * FLOOR
    month = np.repeat(np.arange(12), HOURS.astype(int))

    def mean(hourly: np.ndarray) -> np.ndarray:
        return np.bincount(month, hourly) / HOURS

    outside, sky = mean(weather.temp_air), mean(weather.sky_temperature - weather.temp_air)
    facing = 0.5 * (u_wall * WALLS + U_WINDOW * WINDOW) + u_roof * FLOOR
    elsewhere = 0.04 * 4.5 * facing * sky + u_floor * FLOOR * (10.0 - outside)
    gains = (200.0 + 0.9 * 0.77 * WINDOW * mean(south_window(weather))) * HOURS / 1000.0
    tau = [case[1] / 3.6 / (transmission + AIR)]
    loss = [((transmission + AIR) * (t - outside) - elsewhere)[None] * HOURS / 1000.0 for t in (20.0, 27.0)]
    need = monthly_balance(*loss, gains[None], tau, tau)
    heat = need.heating.sum() / 1000.0
    record_property(f"monthly_{name}_heating_mwh", round(heat, 2))
    record_property(f"monthly_{name}_cooling_mwh", round(need.cooling.sum() / 1000.0, 2))
    assert heat == pytest.approx(expected, rel=0.15)


@pytest.mark.compiled
def test_beside_the_hourly_model(weather: Weather) -> None:
    block = block_buildings([1965.0, 2015.0])
    sun = fake_irradiation(block, weather)
    demand = simulate(block, weather, sun, draws=0)
    need = monthly_demand(block, weather, sun)
    np.testing.assert_allclose(need.heating.sum(axis=1), demand.heating_kwh, rtol=0.1)
    assert not need.cooling.any()
    correlation = np.corrcoef(need.heating[0], demand.monthly("heating_kwh")[0])[0, 1]
    assert correlation > 0.99
    table = second_opinion(demand, need)
    assert len(table.to_pandas()) == 2
    assert not table.differs.any()
    assert "of hourly" in repr(table)
    strict = second_opinion(demand, need._replace(heating=2.0 * need.heating))
    assert strict.differs.all()
    assert set(strict.findings.name) == {"MONTHLY_METHOD_DIFFERS"}


def test_sky_and_ground_take_heat(weather: Weather) -> None:
    """A colder sky and a colder year below the floor both cost heat: by what their conductances say in full winter."""
    block = block_buildings([1965.0])
    sun = fake_irradiation(block, weather)
    need = [
        monthly_demand(block, replace(weather, sky_temperature=weather.temp_air - below), sun).heating[0, 0]
        for below in (5.0, 25.0)
    ]
    assert need[1] > 1.02 * need[0]
    ground = energy_of_ground(block, weather, sun)
    assert ground[0] < ground[1]


def test_a_moved_set_point_counts(weather: Weather) -> None:
    block = block_buildings([1965.0])
    sun = fake_irradiation(block, weather)
    cooler = block.with_columns(Source.SCENARIO, 95, heating_setpoint_change=np.array([-1.0]))
    ratio = monthly_demand(cooler, weather, sun).heating.sum() / monthly_demand(block, weather, sun).heating.sum()
    assert 0.88 < ratio < 0.97


def energy_of_ground(block, weather: Weather, sun) -> list[float]:
    """January heating on ground, and as if the floor lay over air: ground is warmer in winter."""
    free = replace(block, ground_area=np.zeros(1), outer_floor_area=block.ground_area)
    return [monthly_demand(b, weather, sun).heating[0, 0] for b in (block, free)]


@pytest.mark.compiled
def test_offices_are_cooled(weather: Weather) -> None:
    block = block_buildings([2005.0, 2015.0], use=Use.OFFICE)
    sun = fake_irradiation(block, weather)
    demand = simulate(block, weather, sun, draws=0)
    need = monthly_demand(block, weather, sun)
    assert ((need.cooling.sum(axis=1) > 0) == (demand.cooling_kwh > 0)).all()
    assert need.cooling[:, 6].min() > need.cooling[:, 0].max()


def test_bad_arguments(weather: Weather) -> None:
    block = block_buildings([1965.0])
    with pytest.raises(ValueError, match="use must be"):
        monthly_demand(block, weather, fake_irradiation(block, weather), use="normal")
    bare = block.with_columns(Source.SCENARIO, 95, u_wall=np.zeros(1))
    with pytest.raises(ValueError, match="u_wall of building 'block-0' is 0"):
        monthly_demand(bare, weather, fake_irradiation(block, weather))
    gap = replace(weather, temp_air=np.append(weather.temp_air[:-1], np.nan))
    with pytest.raises(WeatherError, match="temp_air"):
        monthly_demand(block, gap, fake_irradiation(block, weather))
