"""Sensitivity: against one-at-a-time variances, low confidence, the district."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from citytwin.energy.response import Response
from citytwin.energy.sensitivity import INPUTS, sensitivity
from citytwin.energy.stock import load_stock
from citytwin.energy.uncertainty import draw_deviations
from citytwin.model import Source, Weather
from citytwin.model.sensitivity import Sensitivity
from tests.energy.blocks import block_buildings, fake_irradiation

STOCK = load_stock()
YEARS = [1965.0 + k % 8 for k in range(24)]


@pytest.fixture(scope="module")
def found(weather: Weather) -> Sensitivity:
    block = block_buildings(YEARS)
    return sensitivity(block, weather, fake_irradiation(block, weather), draws=400, stock=STOCK)


def test_every_parameter_has_inputs() -> None:
    assert set(INPUTS) == set(STOCK.spreads)


@pytest.mark.compiled
def test_shares_are_those_of_a_regression(weather: Weather, found: Sensitivity) -> None:
    """Parameters that act nearly linearly: the squared correlation of the draws with their deviations."""
    block = block_buildings(YEARS)
    drawn = draw_deviations(block, STOCK, 400)
    whole = Response(block, weather, fake_irradiation(block, weather), STOCK)(drawn)["heating_kwh"].sum(axis=2)
    for name in ("u_opaque", "infiltration", "ventilation", "heating_setpoint", "gains", "floor_area", "hot_water"):
        k = found.parameters.index(name)
        pairs = zip(whole, drawn[name], strict=True)
        correlation = np.array([np.corrcoef(result, deviation)[0, 1] for result, deviation in pairs])
        assert found.share[:, k].mean() == pytest.approx((correlation**2).mean(), abs=0.03)
        if name != "hot_water":
            assert (np.sign(correlation) == np.sign(found.slope[:, k])).mean() > 0.9
    assert found.explained.mean() == pytest.approx(1.0, abs=0.15)


@pytest.mark.compiled
def test_what_archetypes_share_decides_the_district(found: Sensitivity) -> None:
    """Half of the variance of U-values is shared, a tenth of that of floor areas: the first counts more in the sum."""
    k = [found.parameters.index(name) for name in ("u_opaque", "floor_area")]
    own = found.share[:, k].mean(axis=0)
    together = found.district_share[k]
    assert together[0] / together[1] > 1.5 * own[0] / own[1]
    assert found.district_share.sum() == pytest.approx(1.0, abs=0.3)


@pytest.mark.compiled
def test_low_confidence_is_said(weather: Weather, found: Sensitivity) -> None:
    frame = found.to_pandas()
    assert len(frame) == len(found) * len(found.parameters)
    assert {"share", "slope", "confidence", "decides"} <= set(frame.columns)
    low = found.decided_by_low_confidence
    assert (found.findings.object_id == found.building[low]).all()
    assert ((found.low_confidence_share > 0) >= low).all()
    block = block_buildings(YEARS)
    guessed = replace(block, confidence=block.confidence | {"heated_floor_area": np.full(24, 30, np.int8)})
    wider = replace(guessed, source=guessed.source | {"heated_floor_area": np.full(24, Source.IMPUTED, np.int8)})
    again = sensitivity(wider, weather, fake_irradiation(block, weather), draws=64, stock=STOCK)
    assert again.decided_by_low_confidence.all()
    assert repr(again).startswith("Sensitivity(heating_kwh of 24 buildings: ")


@pytest.mark.compiled
def test_results_that_do_not_vary(weather: Weather) -> None:
    block = block_buildings(YEARS[:2])
    cooling = sensitivity(block, weather, fake_irradiation(block, weather), "cooling_kwh", draws=32, stock=STOCK)
    assert np.isnan(cooling.share).all()
    assert not cooling.decided_by_low_confidence.any()


def test_bad_input(weather: Weather) -> None:
    block = block_buildings(YEARS[:1])
    sun = fake_irradiation(block, weather)
    with pytest.raises(ValueError, match="no 'heat'"):
        sensitivity(block, weather, sun, "heat")
    with pytest.raises(ValueError, match="at least 32"):
        sensitivity(block, weather, sun, draws=31)
