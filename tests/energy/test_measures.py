"""Measures: data with sources, done where they improve, counted once."""

from __future__ import annotations

import numpy as np
import pytest

from citytwin.energy import load_measures, load_stock, renovate
from citytwin.energy.measures import PACKAGES, improves, work_of
from citytwin.model import Carrier, Source
from citytwin.model.buildings import OVERRIDES
from citytwin.model.reference import read_reference
from tests.energy.blocks import block_buildings

STOCK = load_stock()
MEASURES = load_measures()


def test_every_row_has_a_source() -> None:
    for row in read_reference("citytwin.energy", "measures_fi.csv"):
        assert row["source"]
        assert int(row["year"]) > 2000
        assert row["licence"]
        assert row["confidence"] in ("high", "medium", "low")


def test_packages_are_of_known_measures_and_properties() -> None:
    for members in PACKAGES.values():
        assert set(members) <= set(MEASURES)
    for measure in MEASURES.values():
        assert set(measure.targets) <= {*OVERRIDES, "heating_setpoint_change"}
    assert PACKAGES["as_is"] == ()


def test_done_where_something_gets_better() -> None:
    blocks = block_buildings([1965, 2022])
    package = [MEASURES[name] for name in ("wall_insulation", "roof_insulation", "windows", "heat_recovery")]
    done = renovate(blocks, package, STOCK)
    assert done.applied["wall_insulation"].tolist() == [True, False]
    assert done.applied["roof_insulation"].tolist() == [True, False]
    assert done.applied["windows"].tolist() == [True, True]
    assert done.applied["heat_recovery"].tolist() == [True, False]
    np.testing.assert_array_equal(done.buildings.override("u_wall"), [0.19, np.nan])
    np.testing.assert_array_equal(done.buildings.override("g_window"), [0.5, 0.5])
    assert done.buildings.source["u_wall"][0] == Source.SCENARIO
    assert not blocks.overrides


def test_glass_comes_with_windows_only() -> None:
    good = block_buildings([1965]).with_columns(Source.REGISTER, 90, u_window=np.array([0.6]))
    done = renovate(good, [MEASURES["windows"]], STOCK)
    assert not done.applied["windows"].any()
    assert np.isnan(done.buildings.override("g_window")).all()
    shaded = renovate(good, [MEASURES["solar_shading"]], STOCK)
    assert shaded.buildings.override("g_window")[0] == 0.3


def test_heat_source() -> None:
    blocks = block_buildings([1965, 2015])
    blocks = blocks.with_columns(Source.REGISTER, 90, carrier=np.array([-1, Carrier.GROUND_SOURCE_HEAT_PUMP]))
    done = renovate(blocks, [MEASURES["ground_source_heat_pump"]], STOCK)
    assert done.applied["ground_source_heat_pump"].tolist() == [True, False]
    np.testing.assert_array_equal(done.buildings.carrier_shares[:, Carrier.GROUND_SOURCE_HEAT_PUMP], 1.0)


def test_cost_and_embodied_carbon_by_hand() -> None:
    blocks = block_buildings([1965, 2022])
    package = [MEASURES[name] for name in ("wall_insulation", "windows", "ground_source_heat_pump", "set_point")]
    work = work_of(renovate(blocks, package, STOCK), package, np.array([100.0, 50.0]))
    wall, window = 144 * 18.0 - 550.8, 550.8
    np.testing.assert_allclose(
        work.cost_eur, [124 * wall + 361.5 * window + 1600 * 100.0, 361.5 * window + 1600 * 50.0]
    )
    np.testing.assert_allclose(work.embodied_kg, [11.0 * wall + 122.9 * window + 17000.0, 122.9 * window + 170 * 50.0])
    assert work.unpriced == work.uncounted == ()
    assert work.price_years == (2012, 2025)
    assert work.confidence == 40


def test_what_has_no_price_is_said() -> None:
    package = [MEASURES["solar_shading"]]
    work = work_of(renovate(block_buildings([1965]), package, STOCK), package)
    assert work.cost_eur[0] == 0
    assert work.unpriced == work.uncounted == ("solar_shading",)
    assert work.confidence == 0
    nothing = work_of(renovate(block_buildings([1965]), [], STOCK), [])
    assert nothing.confidence == 100


def test_heat_source_needs_a_peak() -> None:
    package = [MEASURES["ground_source_heat_pump"]]
    with pytest.raises(ValueError, match="heating peak"):
        work_of(renovate(block_buildings([1965]), package, STOCK), package)


def test_order_of_properties() -> None:
    blocks = block_buildings([1965, 2022])
    assert improves(blocks, "u_wall", 0.2, STOCK).tolist() == [True, False]
    assert improves(blocks, "heat_recovery", 0.5, STOCK).tolist() == [True, False]
    assert improves(blocks, "g_window", 0.9, STOCK).tolist() == [True, True]


def test_own_measures() -> None:
    own = [
        {"measure": "facade", "property": "u_wall", "value": 0.15, "source": "project"},
        {"measure": "facade", "property": "wall_m2", "value": 210, "source": "tender", "year": 2025},
    ]
    facade = load_measures(own)["facade"]
    assert facade.price is not None
    assert (facade.price.value, facade.price.year, facade.size) == (210.0, 2025, "wall_m2")
    assert facade.embodied is None
    assert facade.targets["u_wall"].confidence == "medium"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"measure": "x", "property": "u_wall", "value": 0.1}, "source"),
        ({"measure": "x", "property": "u_wall", "value": 0.1, "source": "s", "colour": "red"}, "needs measure"),
        ({"measure": "x", "property": "u_door", "value": 0.1, "source": "s"}, "no property u_door"),
        ({"measure": "x", "property": "u_wall", "value": "thin", "source": "s"}, "needs numbers"),
        ({"measure": "x", "property": "u_wall", "value": -1, "source": "s"}, "not negative"),
        ({"measure": "x", "property": "u_wall", "value": 1, "source": "s", "confidence": "so-so"}, "confidence"),
        ({"measure": "x", "property": "embodied", "value": 1, "source": "s"}, "one kind of element"),
        ({"measure": "wall_insulation", "property": "u_roof", "value": 1, "source": "s"}, "one kind of element"),
        ({"measure": "wall_insulation", "property": "roof_m2", "value": 1, "source": "s"}, "goes by wall_m2"),
        ({"measure": "x", "property": "carrier", "value": "peat", "source": "s"}, "peat"),
    ],
)
def test_bad_rows(row: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_measures([row])
