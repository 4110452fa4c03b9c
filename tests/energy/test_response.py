"""Response: the same numbers as the simulation, whatever the order and the company."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from citytwin.energy.response import Response
from citytwin.energy.simulation import simulate
from citytwin.energy.stock import load_stock
from citytwin.energy.uncertainty import draw_deviations
from citytwin.model import Source, Use, Weather
from citytwin.model.demand import ANNUAL, MONTHLY
from tests.energy.blocks import block_buildings, fake_irradiation

STOCK = load_stock()
YEARS = [1965.0, 2015.0, 1940.0]


def mixed():
    """Offices before flats, so that the simulation sorts them differently."""
    codes = np.array([Use.OFFICE, Use.APARTMENT, Use.OFFICE], np.int8)
    return block_buildings(YEARS).with_columns(Source.REGISTER, 90, use=codes)


def response(weather: Weather, use: str = "operated") -> Response:
    block = mixed()
    return Response(block, weather, fake_irradiation(block, weather), STOCK, use)


@pytest.mark.compiled
def test_draws_are_those_of_the_simulation(weather: Weather) -> None:
    block = mixed()
    demand = simulate(block, weather, fake_irradiation(block, weather), STOCK, draws=5)
    found = response(weather)(draw_deviations(block, STOCK, 5))
    for name in ANNUAL:
        values = found[name].sum(axis=2) if name in MONTHLY else found[name]
        np.testing.assert_array_equal(values.astype(np.float32), demand.draws[name])


@pytest.mark.compiled
def test_neutral_deviations_are_the_central_values(weather: Weather) -> None:
    block = mixed()
    demand = simulate(block, weather, fake_irradiation(block, weather), STOCK, draws=0)
    ours = response(weather)
    found = ours(ours.neutral(2))
    for name in MONTHLY:
        np.testing.assert_allclose(found[name][:, 0], demand.monthly(name), rtol=1e-6)
        np.testing.assert_array_equal(found[name][:, 0], found[name][:, 1])


@pytest.mark.compiled
def test_other_uses_are_not_mixed_up(weather: Weather) -> None:
    block = block_buildings([1965.0, 1965.0])
    offices = block.with_columns(Source.REGISTER, 90, use=np.array([Use.OFFICE, Use.APARTMENT], np.int8))
    ours = Response(offices, weather, fake_irradiation(offices, weather), STOCK)
    both = ours(ours.neutral(1))["heating_kwh"][:, 0].sum(axis=1)
    for row in range(2):
        alone = offices.take(np.array([row]))
        single = Response(alone, weather, fake_irradiation(offices, weather), STOCK)
        assert single(single.neutral(1))["heating_kwh"].sum() == both[row]


def test_unknown_use(weather: Weather) -> None:
    with pytest.raises(ValueError, match="use must be one of"):
        response(weather, "normal")


@pytest.mark.compiled
def test_district_band_does_not_shrink_with_the_root_of_n(weather: Weather) -> None:
    """What an archetype shares stays: of 64 equal buildings the sum is far less sure than their own errors say."""
    block = block_buildings([1965.0] * 64)
    response = Response(block, weather, fake_irradiation(block, weather), STOCK)
    heat = response(draw_deviations(block, STOCK, 300))["heating_kwh"].sum(axis=2)
    single = (heat.std(axis=1) / heat.mean(axis=1)).mean()
    together = heat.sum(axis=0).std() / heat.sum(axis=0).mean()
    assert together > 3.0 * single / np.sqrt(64)
    assert together < 0.9 * single


@pytest.mark.compiled
def test_common_random_numbers_tell_alternatives_apart(weather: Weather) -> None:
    """Slightly better windows need less in nearly every draw of each building, though the draws scatter far wider."""
    block = mixed()
    sun = fake_irradiation(block, weather)
    today, renewed = (
        simulate(block.with_columns(Source.REGISTER, 90, u_window=np.full(3, u)), weather, sun, STOCK, draws=40)
        for u in (1.0, 0.95)
    )
    assert (renewed.probability_less(today, "heating_kwh") > 0.95).all()
    assert (today.probability_less(renewed, "heating_kwh") < 0.05).all()
    assert renewed.district_probability_less(today, "heating_kwh") == 1.0
    gain = today.heating_kwh - renewed.heating_kwh
    assert (gain < 0.5 * today.draws["heating_kwh"].std(axis=1)).all()
    frame = today.to_pandas()
    assert (frame["heating_kwh_p10"] < frame["heating_kwh_p50"]).all()


def test_no_building_to_simulate(weather: Weather) -> None:
    cold = replace(block_buildings([1965]), heated=np.zeros(1, bool))
    with pytest.raises(ValueError, match="no building to simulate"):
        Response(cold, weather, fake_irradiation(cold, weather), STOCK)
