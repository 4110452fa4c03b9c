"""Calibration recovers known truth within its own band, against scipy, and says what it cannot know."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.optimize import least_squares

import citytwin as ct
from citytwin.energy.calibration import PARAMETERS, calibrate
from citytwin.energy.response import Response
from citytwin.energy.stock import load_stock
from citytwin.energy.uncertainty import draw_deviations
from citytwin.model import Weather
from citytwin.model.calibration import Calibration
from tests.energy.blocks import block_buildings, fake_irradiation

STOCK = load_stock()
N, NOISE = 60, 0.1


@cache
def truth(weather: Weather) -> tuple[dict, dict]:
    """Parameters drawn from the prior, and the monthly energy they give."""
    block = buildings()
    deviations = draw_deviations(block, STOCK, 1)
    deviations["year_built"] = np.zeros((N, 1))
    found = Response(block, weather, fake_irradiation(block, weather), STOCK)(deviations)
    return deviations, {name: values[:, 0] for name, values in found.items()}


def buildings(n: int = N):
    return block_buildings([1955.0 + k % 50 for k in range(n)])


def run(weather: Weather, metered, rows=slice(None), **arguments) -> Calibration:
    block = buildings().take(np.arange(N)[rows])
    return calibrate(block, weather, fake_irradiation(buildings(), weather), metered, stock=STOCK, **arguments)


def metered(weather: Weather, name: str = "heating_kwh", seed: int = 1) -> np.ndarray:
    return truth(weather)[1][name] * np.exp(NOISE * np.random.default_rng(seed).standard_normal((N, 12)))


def test_public_name() -> None:
    assert ct.energy.calibrate is calibrate


@pytest.mark.compiled
@pytest.mark.parametrize("by", ["archetype", "building"])
@pytest.mark.parametrize("interval", ["month", "year"])
def test_known_truth_lies_in_its_band(weather: Weather, by: str, interval: str, record_property) -> None:
    deviations, energy = truth(weather)
    monthly = energy["heating_kwh"]
    annual = monthly.sum(axis=1)
    covered = []
    for seed in range(3):
        error = np.random.default_rng(seed).standard_normal((N, 12))
        if interval == "month":
            sd = np.hypot(NOISE * monthly, 0.05 * monthly.mean(axis=1, keepdims=True))
            readings = np.maximum(monthly + sd * error, 0.0)
        else:
            readings = annual * (1.0 + NOISE * error[:, 0])
        found = run(weather, {"heating_kwh": readings}, by=by, draws=200)
        assert found.converged.all()
        low, high = (found.quantile("heating_kwh", q) for q in (0.05, 0.95))
        covered.append(((low <= annual) & (annual <= high)).mean())
    record_property(f"calibration_coverage_{by}_{interval}", round(float(np.mean(covered)), 3))
    assert 0.80 <= np.mean(covered) <= 0.97
    known = np.stack([deviations[name][:, 0] for name in PARAMETERS])
    low, high = (np.stack([found.parameter(name, q) for name in PARAMETERS]) for q in (0.05, 0.95))
    assert 0.85 <= ((low <= known) & (known <= high)).mean() <= 0.97
    # the meters narrow what was known before
    prior = Response(b := buildings(), weather, fake_irradiation(b, weather), STOCK)(draw_deviations(b, STOCK, 100))
    prior_sd = prior["heating_kwh"].sum(axis=2).std(axis=1)
    assert (found.draws["heating_kwh"].std(axis=1) < prior_sd).mean() > 0.95
    total = annual.sum()
    if by == "archetype":
        assert found.district_quantile("heating_kwh", 0.02) < total < found.district_quantile("heating_kwh", 0.98)


@pytest.mark.compiled
def test_equal_to_scipy(weather: Weather) -> None:
    """One building at a time: the same minimum and covariance as least_squares on the literal residuals.

    The valley is so flat along what months do not tell apart that searches from two places stop a hundredth of a
    prior deviation from each other. So the minimum found from afar has to be the same by the curvature, to 0.03 of a
    posterior deviation, and a search that starts from ours has to stay there.
    """
    readings = metered(weather)[:1]
    found = run(weather, {"heating_kwh": readings}, rows=slice(0, 1), by="building")
    block = buildings().take(np.array([0]))
    response = Response(block, weather, fake_irradiation(block, weather), STOCK)
    sd = np.hypot(0.1 * readings[0], 0.05 * readings[0].mean())

    def residuals(z: np.ndarray) -> np.ndarray:
        deviations = response.neutral(1)
        for k, name in enumerate(PARAMETERS):
            spread = STOCK.spreads[name]
            factor = np.exp(spread.sd * z[k] - spread.sd**2 / 2) if spread.relative else spread.sd * z[k]
            deviations[name] = np.full((1, 1), factor)
        return np.concatenate([(response(deviations)["heating_kwh"][0, 0] - readings[0]) / sd, z])

    def slopes(z: np.ndarray) -> np.ndarray:
        return np.stack([(residuals(z + h) - residuals(z - h)) / 0.2 for h in 0.1 * np.eye(len(z))], axis=1)

    fit = least_squares(residuals, np.zeros(len(PARAMETERS)), jac=slopes)
    ours = residuals(found.mean[0])
    assert 0.5 * (ours @ ours) < fit.cost * (1.0 + 1e-4)
    away = fit.jac @ (found.mean[0] - fit.x)
    assert away @ away < 0.03**2
    again = least_squares(residuals, found.mean[0], jac=slopes)
    np.testing.assert_allclose(found.mean[0], again.x, atol=0.01)
    np.testing.assert_allclose(found.sd[0], np.sqrt(np.diag(np.linalg.inv(fit.jac.T @ fit.jac))), rtol=0.01)


@pytest.mark.compiled
def test_company_does_not_matter_to_single_buildings(weather: Weather) -> None:
    readings = metered(weather)
    together = run(weather, {"heating_kwh": readings[:6]}, rows=slice(0, 6), by="building")
    alone = run(weather, {"heating_kwh": readings[4:5]}, rows=slice(4, 5), by="building")
    np.testing.assert_allclose(alone.mean[0], together.mean[4], atol=1e-9)
    np.testing.assert_allclose(alone.draws["heating_kwh"][0], together.draws["heating_kwh"][4], rtol=1e-5)


@pytest.mark.compiled
def test_buildings_without_meters_learn_from_their_archetype(weather: Weather) -> None:
    readings = 1.4 * metered(weather)
    readings[::2] = np.nan
    readings[1] = np.nan
    found = run(weather, {"heating_kwh": readings})
    silent = np.isnan(readings).all(axis=1)
    assert np.isnan(found.misfit[silent]).all()
    assert (found.mean[silent, 0] > 0).mean() > 0.9
    assert (found.sd[silent] > 0.85).all()
    assert (found.sd[silent, 0] < 1.0).mean() > 0.8
    apart = run(weather, {"heating_kwh": readings}, by="building")
    np.testing.assert_allclose(apart.mean[silent], 0.0, atol=1e-12)
    np.testing.assert_allclose(apart.covariance[silent], np.broadcast_to(np.eye(9), apart.covariance[silent].shape))


@pytest.mark.compiled
def test_annual_heat_identifies_one_combination(weather: Weather) -> None:
    """One reading a building takes one direction out of the prior; months and electricity tell more apart."""
    energy = truth(weather)[1]
    annual = run(weather, {"heating_kwh": energy["heating_kwh"].sum(axis=1)}, by="building")
    eigen = np.linalg.eigvalsh(annual.covariance)
    np.testing.assert_allclose(eigen[:, 1:], 1.0, atol=1e-9)
    assert (eigen[:, 0] < 0.7).all()
    assert (annual.correlation[:, 0, 1] < -0.02).all()
    more = run(weather, {"heat_kwh": metered(weather) + energy["hot_water_kwh"],
                         "electricity_kwh": energy["electricity_kwh"]}, by="building")  # fmt: skip
    gains = PARAMETERS.index("gains")
    assert (more.learned[:, gains] > 0.8).all()
    assert more.learned.sum() > annual.learned.sum()


@pytest.mark.compiled
def test_contradictions_are_findings(weather: Weather) -> None:
    readings = metered(weather)[:3]
    readings[1] = 30.0 * readings[1, ::-1]
    found = run(weather, {"heating_kwh": readings}, rows=slice(0, 3), by="building")
    assert found.findings.name.tolist() == ["METERS_CONTRADICT_MODEL"]
    assert found.findings.object_id.tolist() == [found.building[1]]
    assert found.misfit[1] > 3 > found.misfit[[0, 2]].max()


@pytest.mark.compiled
def test_table(weather: Weather) -> None:
    found = run(weather, {"heating_kwh": metered(weather)[:2]}, rows=slice(0, 2), parameters=("u_opaque", "gains"))
    frame = found.to_pandas()
    assert (frame["u_opaque_p10"] < frame["u_opaque_p50"]).all()
    assert (frame["heating_kwh_p10"] < frame["heating_kwh_p90"]).all()
    assert {"gains_learned", "misfit", "converged"} <= set(frame.columns)
    assert found.deviations["u_window"].min() == found.deviations["u_window"].max() == 1.0
    assert repr(found) == "Calibration(2 buildings, 2 with meters, u_opaque, gains)"
    with pytest.raises(ValueError, match="was not calibrated"):
        found.parameter("ventilation")
    with pytest.raises(ValueError, match="between 0 and 1"):
        found.parameter("gains", 1.0)
    with pytest.raises(ValueError, match="no 'heat'"):
        found.quantile("heat", 0.5)
    none = run(weather, {"heating_kwh": metered(weather)[:2]}, rows=slice(0, 2), draws=0)
    with pytest.raises(ValueError, match="no draws"):
        none.quantile("heating_kwh", 0.5)


@pytest.mark.parametrize(
    ("readings", "arguments", "match"),
    [({"heat": np.ones(2)}, {}, "no quantity 'heat'"), ({}, {}, "nothing was metered"),
     ({"heating_kwh": np.ones(3)}, {}, "shape"), ({"heating_kwh": -np.ones(2)}, {}, "between 0"),
     ({"heating_kwh": np.ones(2)}, {"noise": 0.0}, "noise"), ({"heating_kwh": np.ones(2)}, {"by": "use"}, "by must"),
     ({"heating_kwh": np.ones(2)}, {"parameters": ("u_wall",)}, "no parameter u_wall"),
     ({"heating_kwh": np.ones(2)}, {"draws": -1}, "draws")],
)  # fmt: skip
def test_bad_input(weather: Weather, readings, arguments, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        run(weather, readings, rows=slice(0, 2), **arguments)
