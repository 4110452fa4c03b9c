"""The table of demand: equal to single simulations, monotone, gathered along paths."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import citytwin as ct
from citytwin.energy import demand_table, load_measures, load_stock, renovate, shift_weather
from citytwin.model import Buildings, Carrier, DemandTable, Status, Weather
from tests.energy.blocks import block_buildings, fake_irradiation

PACKAGES = {
    "as_is": (),
    "windows": ("windows",),
    "envelope": ("wall_insulation", "roof_insulation", "floor_insulation", "windows"),
    "deep": ("wall_insulation", "roof_insulation", "floor_insulation", "windows", "heat_recovery"),
    "heat_pump": ("ground_source_heat_pump",),
    "deep_heat_pump": ("wall_insulation", "roof_insulation", "heat_recovery", "ground_source_heat_pump"),
    "cooler": ("set_point",),
    "shaded": ("solar_shading",),
}


@pytest.fixture(scope="module")
def blocks() -> Buildings:
    return block_buildings([1965, 1995])


@pytest.fixture(scope="module")
def table(blocks: Buildings, weather: Weather) -> DemandTable:
    sun = fake_irradiation(blocks, weather)
    return demand_table(blocks, {"today": (weather, sun), "warmer": (shift_weather(weather, 2.0), sun)}, PACKAGES)


def of(table: DemandTable, name: str, package: str, climate: str = "today") -> np.ndarray:
    return table[name][:, table.package.index(package), table.climate.index(climate)]


def test_equal_to_single_simulations(table: DemandTable, blocks: Buildings, weather: Weather) -> None:
    measures = [load_measures()[name] for name in PACKAGES["deep"]]
    deep = renovate(blocks, measures, load_stock()).buildings
    warm = shift_weather(weather, 2.0)
    single = ct.energy.simulate(deep, warm, fake_irradiation(deep, weather), draws=0)
    for name in ("heating_kwh", "hot_water_kwh", "cooling_kwh", "electricity_kwh", "heating_peak_kw", "overheating_kh"):
        assert table[name].dtype == np.float32
        np.testing.assert_array_equal(of(table, name, "deep", "warmer"), getattr(single, name).astype(np.float32))
    as_is = ct.energy.simulate(blocks, weather, fake_irradiation(blocks, weather), draws=0)
    for carrier in ("district_heat", "oil", "electricity"):
        np.testing.assert_allclose(table.delivered(carrier)[:, 0, 0], as_is.delivered(carrier), rtol=1e-6)


def test_more_measures_need_less_heat(table: DemandTable) -> None:
    chain = ["as_is", "windows", "envelope", "deep"]
    heating = np.stack([of(table, "heating_kwh", name) for name in chain])
    assert (np.diff(heating, axis=0) < 0).all()
    assert (np.diff(table["heating_kwh"], axis=2) < 0).all()
    for name in ("cost_eur", "embodied_kg"):
        values = getattr(table, name)
        assert (values[:, 0] == 0).all()
        assert (np.diff(values[:, :4], axis=1) > 0).all()


def test_set_point_and_shading(table: DemandTable) -> None:
    change = of(table, "heating_kwh", "cooler") / of(table, "heating_kwh", "as_is")
    assert ((change > 0.85) & (change < 0.97)).all()
    assert (of(table, "overheating_kh", "shaded") <= of(table, "overheating_kh", "as_is")).all()
    assert (of(table, "heating_kwh", "shaded") > of(table, "heating_kwh", "as_is")).all()


def test_heat_pump_changes_the_carrier_only(table: DemandTable) -> None:
    np.testing.assert_array_equal(of(table, "heating_kwh", "heat_pump"), of(table, "heating_kwh", "as_is"))
    pump = table.package.index("heat_pump")
    assert (table.carrier_shares[:, pump, Carrier.GROUND_SOURCE_HEAT_PUMP] == 1).all()
    assert not table.delivered("district_heat")[:, pump].any()
    heat = of(table, "heating_kwh", "as_is") / 3.0 + of(table, "hot_water_kwh", "as_is") / 2.3
    np.testing.assert_allclose(
        table.delivered("electricity")[:, pump, 0], heat + of(table, "electricity_kwh", "as_is"), rtol=1e-6
    )
    np.testing.assert_allclose(table.cost_eur[:, pump], 1600 * of(table, "heating_peak_kw", "as_is"), rtol=1e-6)


def test_heat_pumps_are_sized_after_the_other_measures(table: DemandTable) -> None:
    walls, roofs, rooms = 144 * 18.0 - 550.8, 720.0, 3672.0
    expected = 124 * walls + 27.5 * roofs + 65 * rooms + 1600 * of(table, "heating_peak_kw", "deep_heat_pump")
    np.testing.assert_allclose(table.cost_eur[:, table.package.index("deep_heat_pump")], expected, rtol=1e-6)


def test_what_is_not_counted_is_said(table: DemandTable) -> None:
    assert table.unpriced["shaded"] == ("solar_shading",)
    assert table.unpriced["deep"] == ()
    assert table.price_years["deep"] == (2012, 2025)
    assert [f.name for f in table.findings.to_pandas().itertuples() if "shaded" in f.message] == [
        "MEASURE_NOT_COUNTED"
    ] * 2
    assert table.provenance.parameters["embodied_module"] == "A1-A3"


def test_paths(table: DemandTable) -> None:
    values = table["heating_kwh"]
    path = table.gather(values, [0, 1, 3], [0, 0, 1])
    np.testing.assert_array_equal(path, np.stack([values[:, 0, 0], values[:, 1, 0], values[:, 3, 1]], axis=1))
    own = table.gather(values, [[0, 1], [2, 3]], [0, 1])
    np.testing.assert_array_equal(own, [[values[0, 0, 0], values[0, 1, 1]], [values[1, 2, 0], values[1, 3, 1]]])
    for package, climate in (([0, 9], [0, 0]), ([0], [0, 0]), ([0, 0], [0, 2])):
        with pytest.raises(ValueError, match=r"package|climate"):
            table.gather(values, package, climate)
    with pytest.raises(ValueError, match="no 'heat'"):
        table["heat"]
    with pytest.raises(ValueError, match="no delivered carrier"):
        table.delivered("peat")


def test_long_table(table: DemandTable) -> None:
    frame = table.to_pandas()
    assert len(frame) == 2 * 8 * 2
    row = frame.loc["block-1", "deep", "warmer"]
    assert row.heating_kwh == table["heating_kwh"][1, 3, 1]
    assert row.cost_eur == table.cost_eur[1, 3]
    assert frame.attrs["price_years"]["deep"] == (2012, 2025)
    assert "as_is" in repr(table)
    with pytest.raises(ValueError, match="read-only"):
        table["heating_kwh"][0, 0, 0] = 0


def test_only_what_is_simulated(blocks: Buildings, weather: Weather) -> None:
    planned = replace(blocks, status=np.array([Status.PLANNED, Status.EXISTING], np.int8))
    told = []
    found = demand_table(
        planned,
        {"today": (weather, fake_irradiation(planned, weather))},
        {"as_is": ()},
        progress=lambda done, n: told.append((done, n)),
    )
    assert list(found.building) == ["block-1"]
    assert told == [(1, 1)]


def test_bad_arguments(blocks: Buildings, weather: Weather) -> None:
    climates = {"today": (weather, fake_irradiation(blocks, weather))}
    with pytest.raises(ValueError, match="no measure magic"):
        demand_table(blocks, climates, {"x": ("magic",)})
    with pytest.raises(ValueError, match="at least one"):
        demand_table(blocks, {}, {"x": ()})
