"""Errors by hand, meters as useful heat, and generated meters with a known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from citytwin.energy.calibration import calibrate
from citytwin.energy.degree_days import monthly_degree_days
from citytwin.energy.metered_errors import metered_errors, metered_heat, normalised_meters
from citytwin.energy.simulation import simulate
from citytwin.energy.stock import load_stock
from citytwin.model import Carrier, Source, Use, Weather
from citytwin.model.meters import Meters
from tests.energy.blocks import block_buildings, fake_irradiation


def test_errors_by_hand() -> None:
    m, s = np.array([10.0, 20.0, 30.0, np.nan]), np.array([12.0, 18.0, 24.0, 5.0])
    row = metered_errors(m, s)["all"]
    assert (row.n, row.metered, row.modelled) == (3, 20.0, 18.0)
    assert row.nmbe == pytest.approx(6.0 / (2 * 20.0))
    assert row.cv_rmse == pytest.approx(np.sqrt(44.0 / 2) / 20.0)
    assert row.r2 == pytest.approx(1 - 44.0 / 200.0)
    assert row.correlation == pytest.approx(1.0)
    assert metered_errors(m, s, fitted=0)["all"].nmbe == pytest.approx(0.1)


def test_classes_and_floor_area() -> None:
    m, s = np.array([100.0, 400.0, 90.0, 180.0]), np.array([110.0, 440.0, 90.0, 180.0])
    table = metered_errors(m, s, ["a", "a", "b", "b"], floor_area=[1.0, 4.0, 1.0, 2.0])
    assert [row.group for row in table] == ["a", "b", "all"]
    assert table["a"].metered == 100.0
    assert table["a"].nmbe == pytest.approx(-0.2)
    assert np.isnan(table["a"].r2)
    assert table["b"].cv_rmse == 0.0
    assert list(table.to_pandas().index) == ["a", "b", "all"]
    months = metered_errors(np.tile(m[:, None], 12), np.tile(s[:, None], 12), ["a", "a", "b", "b"])
    assert months["a"].n == 24
    assert np.isnan(metered_errors([1.0], [2.0])["all"].nmbe)


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="modelled"):
        metered_errors(np.ones(3), np.ones(4))
    with pytest.raises(ValueError, match="group"):
        metered_errors(np.ones(3), np.ones(3), ["a"])
    with pytest.raises(ValueError, match="floor_area"):
        metered_errors(np.ones(2), np.ones(2), floor_area=[1.0, 0.0])
    with pytest.raises(ValueError, match="no pair"):
        metered_errors([np.nan], [1.0])


def test_normalised_meters() -> None:
    actual, normal = np.array([300.0] * 6 + [0.0] * 6), np.full(12, 150.0)
    heat = np.array([[40.0] * 12, [np.nan] * 12, [10.0] * 12])
    found = normalised_meters(heat, actual, normal, 20.0)
    np.testing.assert_allclose(found[0], [30.0] * 6 + [40.0] * 6)
    assert np.isnan(found[1]).all()
    np.testing.assert_allclose(found[2], 10.0)


@pytest.mark.compiled
def test_generated_meters_end_to_end(weather: Weather) -> None:
    """Meters of a truth that no table knows, in MWh of district heat: errors before and after calibration."""
    n, rng = 24, np.random.default_rng(3)
    block = block_buildings([1960.0 + k for k in range(n)])
    codes = np.full(n, Carrier.DISTRICT_HEAT, np.int8)
    codes[0] = Carrier.OIL
    block = block.with_columns(Source.REGISTER, 95, carrier=codes)
    sun = fake_irradiation(block, weather)
    demand = simulate(block, weather, sun, draws=0)
    system = load_stock().systems["district_heat"]
    truth = demand.monthly("heating_kwh") * rng.normal(1.3, 0.15, (n, 1)), demand.monthly("hot_water_kwh")
    delivered = truth[0] / system.heating + truth[1] / system.hot_water
    table = pd.DataFrame(
        {
            "key": np.repeat(block.id, 12),
            "time": np.tile([f"2025-{month:02d}-01" for month in range(1, 13)], n),
            "heat_mwh": (delivered * rng.lognormal(0.0, 0.05, (n, 12)) / 1000.0).ravel(),
        }
    )
    meters = Meters.of_table(table, value="heat_mwh", carrier="district_heat").at_buildings(block)
    assert len(meters.findings) == 0
    heat = metered_heat(meters, demand)
    assert np.isnan(heat[0]).all()
    np.testing.assert_allclose(heat[1:], (truth[0] + truth[1])[1:], rtol=0.25)
    annual = metered_heat(meters, demand, monthly=False)
    np.testing.assert_allclose(annual[1:], heat[1:].sum(axis=1), rtol=0.02)

    before = demand.monthly("heating_kwh") + demand.monthly("hot_water_kwh")
    found = calibrate(block, weather, sun, {"heat_kwh": heat}, noise=0.05, draws=0)
    errors = [metered_errors(heat, modelled)["all"] for modelled in (before, found.modelled["heat_kwh"])]
    assert errors[0].nmbe > 0.1
    assert abs(errors[1].nmbe) < 0.05
    assert errors[1].cv_rmse < 0.15 < errors[0].cv_rmse
    assert errors[1].r2 > 0.9
    same = monthly_degree_days(weather)
    np.testing.assert_allclose(normalised_meters(heat[1:], same, same, truth[1][1:]), heat[1:])


def test_carriers_that_do_more_than_heat(weather: Weather) -> None:
    block = block_buildings([1970.0], use=Use.OFFICE)
    demand = simulate(block, weather, fake_irradiation(block, weather), draws=0)
    meters = Meters.of_table(pd.DataFrame({"key": ["x"], "time": ["2025-01"], "kWh": [1.0]}), carrier="electricity")
    with pytest.raises(ValueError, match="only heats"):
        metered_heat(meters, demand, "electricity")
