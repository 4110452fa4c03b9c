"""Meters: units, gaps, repeats, negative readings, joined to buildings, sums with coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import citytwin as ct
from citytwin.errors import CityReadError
from citytwin.model.meters import Meters
from tests.energy.blocks import block_buildings

MONTHS = [f"2025-{month:02d}-01" for month in range(1, 13)]


def tidy(**columns) -> pd.DataFrame:
    return pd.DataFrame({"carrier": "district_heat", **columns})


def year_of(key: str, kwh, months=MONTHS) -> pd.DataFrame:
    return tidy(key=key, time=months, kWh=np.broadcast_to(kwh, len(months)).astype(float))


def names(meters: Meters) -> list[str]:
    return sorted(meters.findings.name.tolist())


@pytest.mark.parametrize(
    ("column", "unit", "kwh"),
    [("kWh", None, 1.0), ("heat_mwh", None, 1000.0), ("NaturalGas(therms)", None, 29.307107), ("x", "GJ", 277.77778),
     ("Steam (kBtu)", None, 0.29307107), ("kWh", "MWh", 1000.0), ("energy [Wh]", None, 0.001)],
)  # fmt: skip
def test_units(column: str, unit: str | None, kwh: float) -> None:
    meters = Meters.of_table(tidy(key=["a"], time=["2025-03-01"], **{column: [1.0]}), value=column, unit=unit)
    assert meters.kwh[0] == pytest.approx(kwh, rel=1e-6)


@pytest.mark.parametrize(
    ("column", "unit", "match"),
    [("energy", None, "not known"), ("kWh", "furlong", "not known"), ("gas_m3", None, "measures m3"),
     ("power_kw", None, "measures W")],
)  # fmt: skip
def test_wrong_units_are_errors(column: str, unit: str | None, match: str) -> None:
    with pytest.raises(CityReadError, match=match) as caught:
        Meters.of_table(tidy(key=["a"], time=["2025-03-01"], **{column: [1.0]}), value=column, unit=unit)
    assert "Name the unit" in caught.value.advice


@pytest.mark.parametrize(
    ("table", "match"),
    [(pd.DataFrame({"time": ["2025"], "kWh": [1.0]}), "no column 'key'"),
     (tidy(key=["a"], time=["2025-13-40"], kWh=[1.0]), "cannot be read"),
     (tidy(key=["a"], time=[None], kWh=[1.0]), "no time"),
     (tidy(key=["a"], time=[2025], kWh=[1.0]), "times by month are numbers, such as 2025"),
     (tidy(key=["a", "a"], time=["2025-01", "01.02.2025"], kWh=[1.0, 1.0]), "day of '01.02.2025' may be its month"),
     (tidy(key=["a"], time=["2025"], kWh=["1,5"]), "no numbers"),
     (pd.DataFrame({"key": ["a"], "time": ["2025"], "kWh": [1.0], "carrier": ["peat"]}), "no carrier 'peat'")],
)  # fmt: skip
def test_unreadable_tables_are_errors(table: pd.DataFrame, match: str) -> None:
    with pytest.raises(CityReadError, match=match):
        Meters.of_table(table)


def test_a_missing_year_is_named() -> None:
    table = tidy(key=["a", "b"], time=[2025.0, np.nan], kWh=[1.0, 1.0])
    with pytest.raises(CityReadError, match="row 1 has no time"):
        Meters.of_table(table, interval="year")


def test_unknown_interval() -> None:
    with pytest.raises(ValueError, match="interval"):
        Meters.of_table(year_of("a", 1.0), interval="week")


def test_sums_and_coverage() -> None:
    table = pd.concat([year_of("a", np.arange(12.0)), year_of("b", 5.0, MONTHS[:6])])
    meters = Meters.of_table(table.sample(frac=1.0, random_state=1))
    monthly = meters.monthly(["b", "a", "c"], "district_heat")
    np.testing.assert_array_equal(monthly.kwh[1], np.arange(12.0))
    np.testing.assert_array_equal(monthly.coverage, [[1.0] * 6 + [0.0] * 6, [1.0] * 12, [0.0] * 12])
    assert np.isnan(monthly.kwh[0, 6:]).all()
    assert np.isnan(monthly.kwh[2]).all()
    annual = meters.annual(["b", "a", "c"], "district_heat")
    np.testing.assert_array_equal(annual.kwh, [30.0, 66.0, np.nan])
    np.testing.assert_allclose(annual.coverage, [181 / 365, 1.0, 0.0])
    np.testing.assert_array_equal(annual.complete(), [np.nan, 66.0, np.nan])
    assert meters.years == (2025,)
    assert len(meters.findings) == 0
    assert list(meters.to_pandas().columns) == ["key", "meter", "time", "carrier", "kwh"]


def test_hours_and_leap_years() -> None:
    hours = pd.date_range("2024-02-01", "2024-02-29 23:00", freq="h", tz="Europe/Helsinki")
    meters = Meters.of_table(tidy(key="a", time=hours, kWh=1.0), interval="hour")
    february = meters.monthly(["a"], "district_heat")
    assert february.kwh[0, 1] == 29 * 24
    assert february.coverage[0, 1] == 1.0
    assert meters.annual(["a"], "district_heat").coverage[0] == pytest.approx(29 / 366)


def test_years() -> None:
    meters = Meters.of_table(tidy(key=["a", "a"], time=[2024, 2025], kWh=[10.0, 20.0]), interval="year")
    assert meters.annual(["a"], "district_heat", 2025).kwh[0] == 20.0
    with pytest.raises(ValueError, match="name one of the years 2024, 2025"):
        meters.annual(["a"], "district_heat")
    with pytest.raises(ValueError, match="no readings of 2023"):
        meters.annual(["a"], "district_heat", 2023)
    with pytest.raises(ValueError, match="no months"):
        meters.monthly(["a"], "district_heat", 2025)
    with pytest.raises(ValueError, match="no carrier 'heat'"):
        meters.annual(["a"], "heat", 2025)


def test_odd_readings_are_findings() -> None:
    months = [*MONTHS[:4], MONTHS[0], MONTHS[1], MONTHS[8]]
    kwh = [10.0, 11.0, -3.0, np.nan, 10.0, 12.0, 9.0]
    table = pd.concat([tidy(key="a", time=months, kWh=kwh), tidy(key=[None], time=MONTHS[:1], kWh=[1.0])])
    meters = Meters.of_table(table)
    assert names(meters) == [
        "METER_CONTRADICTORY", "METER_GAP", "METER_NEGATIVE", "METER_REPEATED", "METER_WITHOUT_BUILDING",
    ]  # fmt: skip
    # January once and September; February contradicts itself, March is negative, April missing, May to August not read
    np.testing.assert_array_equal(meters.kwh, [10.0, 9.0])
    gap = meters.findings.message[meters.findings.name == "METER_GAP"][0]
    assert "7 intervals" in gap
    assert meters.provenance.parameters["meters:meters"] == {"read": 8, "used": 2, "refused": 6}


def test_order_does_not_matter() -> None:
    table = pd.concat([year_of("b", 3.0), year_of("a", np.arange(12.0)), year_of("a", np.arange(12.0))])
    one, two = Meters.of_table(table), Meters.of_table(table.iloc[::-1])
    pd.testing.assert_frame_equal(one.to_pandas(), two.to_pandas())
    assert names(one) == names(two) == ["METER_REPEATED"]


def test_at_buildings_by_id() -> None:
    buildings = block_buildings([1970.0, 1980.0], ids=["a", "b"])
    meters = Meters.of_table(pd.concat([year_of("a", 20_000.0), year_of("x", 1.0)])).at_buildings(buildings)
    assert names(meters) == ["METER_WITHOUT_BUILDING"]
    np.testing.assert_array_equal(meters.annual(buildings.id, "district_heat").kwh, [240_000.0, np.nan])


def test_implausible_units_are_findings() -> None:
    buildings = block_buildings([1970.0, 1980.0], ids=["a", "b"])
    meters = Meters.of_table(pd.concat([year_of("a", 20_000.0), year_of("b", 20.0)])).at_buildings(buildings)
    assert names(meters) == ["METER_IMPLAUSIBLE"]
    assert meters.findings.object_id[0] == "b"
    wrong = Meters.of_table(year_of("a", 20_000.0), unit="MWh").at_buildings(buildings)
    assert names(wrong) == ["METER_IMPLAUSIBLE"]


def test_at_buildings_by_attribute() -> None:
    city = ct.synthetic.city(4, seed=1)
    buildings = city.buildings()
    register = pd.DataFrame({"building_id": buildings.id, "plot": ["p1", "p1", "p2", ""]})
    city = city.join(register, on="building_id")
    readings = Meters.of_table(pd.concat([year_of("p1", 30.0), year_of("p2", 40.0)]))
    with pytest.raises(ValueError, match="pass the city"):
        readings.at_buildings(buildings, on="plot")
    with pytest.raises(CityReadError, match="no attribute 'lot'"):
        readings.at_buildings(buildings, city, on="lot")
    refused = readings.at_buildings(buildings, city, on="plot")
    assert "METER_OF_SEVERAL_BUILDINGS" in names(refused)
    np.testing.assert_array_equal(np.isnan(refused.annual(buildings.id, "district_heat").kwh), [1, 1, 0, 1])
    shared = readings.at_buildings(buildings, city, on="plot", split="floor_area").annual(buildings.id, "district_heat")
    assert shared.kwh[:2].sum() == pytest.approx(360.0)
    assert shared.kwh[0] / shared.kwh[1] == pytest.approx(
        buildings.heated_floor_area[0] / buildings.heated_floor_area[1]
    )
    np.testing.assert_array_equal(shared.coverage, [1.0, 1.0, 1.0, 0.0])
    with pytest.raises(ValueError, match="split"):
        readings.at_buildings(buildings, city, on="plot", split="evenly")


def test_two_meters_of_one_building_cover_together() -> None:
    both = pd.concat([year_of("a", 1.0), year_of("a", 2.0, MONTHS[:3]).assign(carrier="electricity")])
    meters = Meters.of_table(both)
    monthly = meters.monthly(["a"], ("district_heat", "electricity"))
    np.testing.assert_array_equal(monthly.kwh[0], [3.0] * 3 + [1.0] * 9)
    np.testing.assert_array_equal(monthly.coverage[0], [1.0] * 3 + [0.5] * 9)


def test_no_readings() -> None:
    empty = Meters.of_table(year_of("a", 1.0).iloc[:0])
    assert len(empty) == 0
    assert empty.years == ()
    assert len(empty.at_buildings(block_buildings([1970.0]))) == 0
