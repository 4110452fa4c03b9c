"""simulate: sums, company, threads, use, exclusions, quantiles."""

from __future__ import annotations

from dataclasses import replace

import numba
import numpy as np
import pytest

import citytwin as ct
from citytwin.energy.simulation import simulate
from citytwin.model import Buildings, Source, Status, Use, Weather
from citytwin.model.demand import EnergyDemand
from tests.energy.blocks import block_buildings, fake_irradiation

DRAWS = 1 if numba.config.DISABLE_JIT else 64


def run(buildings: Buildings, weather: Weather, **arguments) -> EnergyDemand:
    return simulate(buildings, weather, fake_irradiation(buildings, weather), **{"draws": 0, **arguments})


@pytest.fixture(scope="module")
def demand(weather: Weather) -> EnergyDemand:
    return run(block_buildings([1965, 2015]), weather, draws=DRAWS)


def test_public_name() -> None:
    assert ct.energy.simulate is simulate


def test_sums_agree(demand: EnergyDemand) -> None:
    for name in ("heating_kwh", "hot_water_kwh", "cooling_kwh", "electricity_kwh"):
        np.testing.assert_allclose(demand.monthly(name).sum(axis=1), getattr(demand, name))
        hourly = demand.district_hourly(name.removesuffix("_kwh"))
        assert hourly.shape == (8760,)
        assert hourly.sum() == pytest.approx(getattr(demand, name).sum(), rel=1e-6)
    january, july = demand.monthly("heating_kwh")[:, [0, 6]].T
    assert (january > 10 * july).all()


def test_hours_on_demand_equal_the_sums(demand: EnergyDemand) -> None:
    for name in ("heating", "electricity", "hot_water", "cooling"):
        hours = demand.hourly([1, 0], name)
        assert hours.dtype == np.float32
        np.testing.assert_allclose(hours.sum(axis=1, dtype=float), getattr(demand, f"{name}_kwh")[[1, 0]], rtol=1e-6)
    heated = demand.hourly([0], "heating")[0] > 0
    temperature = demand.hourly([0], "temperature")[0]
    np.testing.assert_allclose(temperature[heated], 22.0, atol=1e-3)
    assert temperature.min() > 21.99
    with pytest.raises(ValueError, match="temprature"):
        demand.hourly([0], "temprature")


def test_dwellings_overheat_instead_of_being_cooled(weather: Weather, demand: EnergyDemand) -> None:
    assert not demand.cooling_kwh.any()
    glazed = block_buildings([1965, 2015])
    glazed = replace(glazed, window_area=2.0 * glazed.window_area)
    closed, opened = (run(glazed, weather, use=use) for use in ("standard", "operated"))
    assert closed.overheating_kh[1] > 20
    assert opened.overheating_kh[1] < 0.1 * closed.overheating_kh[1]
    offices = run(block_buildings([1990, 2015], use=Use.OFFICE), weather)
    assert offices.cooling_kwh[0] == 0
    assert offices.cooling_kwh[1] > 0
    assert offices.overheating_kh[1] == pytest.approx(0.0, abs=1e-2)
    assert offices.cooling_peak_kw[1] > 0


def test_heat_recovery_does_not_heat_in_summer(weather: Weather) -> None:
    offices = block_buildings([2022, 2022], use=Use.OFFICE)
    offices = offices.with_columns(Source.SCENARIO, 95, heat_recovery=np.array([np.nan, 0.0]))
    with_recovery, without = run(offices, weather).cooling_kwh
    assert 0 < without < with_recovery < 1.5 * without


def test_newer_buildings_need_less(demand: EnergyDemand) -> None:
    assert demand.heating_kwh[1] < 0.5 * demand.heating_kwh[0]
    assert demand.heating_peak_kw[1] < demand.heating_peak_kw[0]


def test_hot_water_by_hand(weather: Weather, demand: EnergyDemand) -> None:
    np.testing.assert_allclose(demand.hot_water_kwh, 3672.0 * (35.0 / 0.97 + np.array([15.0, 10.0])))
    july = demand.monthly("hot_water_kwh")[:, 6]
    assert (july > 0.08 * demand.hot_water_kwh).all()
    hours = demand.district_hourly("hot_water")
    steady = (3672.0 * (15.0 + 10.0)) / 8760.0
    assert hours.min() > steady
    drawn = 3672.0 * 2 * 35.0 / 0.97 / 8760.0
    monday_at_20 = demand.district_hourly("hot_water")[[20, 24 * 7 * 28 + 20]]
    np.testing.assert_allclose(monday_at_20, steady + drawn * 8.5 / 4.13, rtol=0.02)


def test_electricity_by_hand(demand: EnergyDemand) -> None:
    fans = 0.5 * 2.6 * 3672.0 / 3.6 * np.array([1.0, 2.0]) * 8.76
    np.testing.assert_allclose(demand.electricity_kwh, (9 * 0.1 + 4 * 0.6) * 8.76 * 3672.0 + fans)


def test_standard_and_operated_use_differ(weather: Weather, demand: EnergyDemand) -> None:
    standard = run(block_buildings([1965, 2015]), weather, use="standard")
    assert standard.use == "standard"
    assert demand.use == "operated"
    assert (np.abs(standard.heating_kwh / demand.heating_kwh - 1) > 0.02).all()


def test_same_alone_and_in_any_company(weather: Weather, monkeypatch: pytest.MonkeyPatch) -> None:
    years = [1965, 2015, 1985] if numba.config.DISABLE_JIT else list(range(1930, 2020))
    draws = 1 if numba.config.DISABLE_JIT else 20
    many = block_buildings(years)
    uses = np.array([Use.OFFICE if k % 3 else Use.APARTMENT for k in range(len(years))], np.int8)
    many = replace(many, use=uses, use_shares=np.eye(len(Use), dtype=np.float32)[uses])
    monkeypatch.setenv("CITYTWIN_NUM_THREADS", "1")
    together = run(many, weather, draws=draws)
    one = many.take(np.array([1]))
    alone = simulate(one, weather, fake_irradiation(many, weather), draws=draws)
    monkeypatch.setenv("CITYTWIN_NUM_THREADS", "2")
    threads = run(many, weather, draws=draws)
    mixed = np.random.default_rng(0).permutation(len(years))
    shuffled = simulate(many.take(mixed), weather, fake_irradiation(many, weather), draws=draws)
    for name in ("heating_kwh", "cooling_kwh", "heating_peak_kw", "overheating_kh", "electricity_kwh", "hot_water_kwh"):
        column = getattr(together, name)
        assert getattr(alone, name)[0] == column[1]
        np.testing.assert_array_equal(getattr(threads, name), column)
        np.testing.assert_array_equal(getattr(shuffled, name), column[mixed])
        np.testing.assert_array_equal(alone.draws[name][0], together.draws[name][1])
        np.testing.assert_array_equal(shuffled.draws[name], together.draws[name][mixed])
    np.testing.assert_array_equal(threads.district_hourly("heating"), together.district_hourly("heating"))
    np.testing.assert_allclose(shuffled.district_hourly("heating"), together.district_hourly("heating"), rtol=1e-12)


def test_every_building_is_simulated_or_excluded_with_a_reason(weather: Weather) -> None:
    blocks = block_buildings([1965] * 4)
    status = blocks.status.copy()
    status[1] = Status.PLANNED
    heated = blocks.heated.copy()
    heated[3] = False
    demand = run(replace(blocks, status=status, heated=heated), weather)
    assert list(demand.building) == ["block-0", "block-2"]
    assert dict(zip(*demand.excluded, strict=True)) == {"block-1": "planned", "block-3": "unheated"}


def test_nothing_to_simulate(weather: Weather) -> None:
    blocks = block_buildings([1965])
    demand = run(replace(blocks, heated=np.zeros(1, bool)), weather, draws=4)
    assert len(demand) == 0
    assert demand.draws["heating_kwh"].shape == (0, 4)
    assert demand.district_hourly("heating").sum() == 0
    assert demand.to_pandas().empty


def test_permitted_floor_area_changes_nothing(weather: Weather, demand: EnergyDemand) -> None:
    blocks = block_buildings([1965, 2015])
    doubled = run(replace(blocks, permitted_floor_area=2 * blocks.permitted_floor_area), weather)
    np.testing.assert_array_equal(doubled.heating_kwh, demand.heating_kwh)


def test_sun_saves_heat(weather: Weather, demand: EnergyDemand) -> None:
    blocks = block_buildings([1965, 2015])
    sun = fake_irradiation(blocks, weather)
    dark = replace(sun, by_group=0.0 * sun.by_group)
    assert (simulate(blocks, weather, dark, draws=0).heating_kwh > 1.05 * demand.heating_kwh).all()
    missing = replace(sun, surface=sun.surface[6:], area=sun.area[6:], sky_view=sun.sky_view[6:])
    partly = simulate(blocks, weather, missing, draws=0)
    assert partly.heating_kwh[0] > 1.05 * demand.heating_kwh[0]
    assert partly.heating_kwh[1] == demand.heating_kwh[1]
    assert [(f.name, f.object_id) for f in partly.findings.to_pandas().itertuples()] == [
        ("ENVELOPE_WITHOUT_SUN", "block-0")
    ]


def test_missing_year_and_use_are_findings(weather: Weather) -> None:
    demand = run(block_buildings([np.nan], use=Use.UNKNOWN), weather)
    assert set(demand.findings.name) == {"DEFAULT_YEAR_USED", "USE_STANDS_IN"}
    assert np.isfinite(demand.heating_kwh).all()


def test_low_confidence_reaches_the_result(weather: Weather, demand: EnergyDemand) -> None:
    assert (demand.confidence <= 40).all()
    assert demand.provenance.parameters["solar_level"] == "by hand"
    decided = demand.provenance.parameters["energy_decided_by_low_confidence"]
    assert "u_wall" in decided
    assert "lighting_power" not in decided
    given = {name: np.full(2, 0.2) for name in ("u_wall", "u_roof", "u_floor", "u_window")}
    known = run(block_buildings([1965, 2015]).with_columns(Source.MEASURED, 95, **given), weather)
    assert "u_wall" not in known.provenance.parameters["energy_decided_by_low_confidence"]
    own = {"stock": [{"quantity": "n50", "use": "all", "value": 1.0, "source": "measured in 40 blocks, 2024"}]}
    own_stock = run(block_buildings([1965, 2015]), weather, stock=own)
    assert own_stock.provenance.parameters["energy_stock_changed"] == ["stock: n50 all"]
    assert "n50" not in own_stock.provenance.parameters["energy_decided_by_low_confidence"]


def test_frost_adds_to_the_peak_of_recovery_only(weather: Weather) -> None:
    cold = replace(weather, temp_air=weather.temp_air - 15.0, sky_temperature=weather.sky_temperature - 15.0)
    warm_exhaust = {"constants": [{"name": "frost_exhaust_temperature", "value": 5.0, "source": "test"}]}
    cold_exhaust = {"constants": [{"name": "frost_exhaust_temperature", "value": -99.0, "source": "test"}]}
    blocks = block_buildings([1965, 2022])
    limited, free = (run(blocks, cold, stock=own) for own in (warm_exhaust, cold_exhaust))
    assert limited.heating_peak_kw[0] == free.heating_peak_kw[0]
    assert limited.heating_peak_kw[1] > free.heating_peak_kw[1]
    np.testing.assert_array_equal(limited.heating_kwh, free.heating_kwh)


@pytest.mark.compiled
def test_quantiles_bracket_the_central_value(weather: Weather, demand: EnergyDemand) -> None:
    low, middle, high = (demand.quantile("heating_kwh", q) for q in (0.1, 0.5, 0.9))
    assert (low < demand.heating_kwh).all()
    assert (demand.heating_kwh < high).all()
    np.testing.assert_allclose(middle, demand.heating_kwh, rtol=0.15)
    district = [demand.district_quantile("heating_kwh", q) for q in (0.1, 0.9)]
    assert low.sum() < district[0] < demand.heating_kwh.sum() < district[1] < high.sum()
    guessed = block_buildings([1965, 2015])
    guessed = replace(guessed, source=guessed.source | {"year_built": np.zeros(2, np.int8)})
    wider = run(guessed, weather, draws=64)
    assert wider.heating_kwh[1] > 1.2 * demand.heating_kwh[1]
    assert wider.quantile("heating_kwh", 0.1)[1] < wider.heating_kwh[1] < wider.quantile("heating_kwh", 0.9)[1]
    spread = wider.quantile("heating_kwh", 0.9) - wider.quantile("heating_kwh", 0.1)
    assert (spread > high - low).all()


def test_progress_is_told(weather: Weather) -> None:
    told = []
    run(block_buildings([1965, 1970]), weather, progress=lambda done, n: told.append((done, n)))
    assert told == [(2, 2)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model": "magic"}, "model must be one of network, 5r1c"),
        ({"use": "planned"}, "use must be"),
        ({"draws": -1}, "negative"),
    ],
)
def test_bad_arguments(weather: Weather, arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run(block_buildings([1965]), weather, **arguments)
