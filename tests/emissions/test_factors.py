"""Factor series: linear between years, held beyond them, never drawn across a break."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.emissions.factors import EmissionFactors, FactorSeries, load_factors
from citytwin.model.reference import CONFIDENCE

GRID = FactorSeries("electricity", "Finland", "benefit", "CO2e", (2020, 2030), (153.0, 89.0), "co2data.fi 2022")


@given(st.integers(1990, 2060))
def test_linear_between_and_held_beyond(year: int) -> None:
    factor = GRID.at(year)
    inside = min(max(year, 2020), 2030)
    assert factor.value == pytest.approx(153.0 + (89.0 - 153.0) * (inside - 2020) / 10)
    assert factor.held_from == (0 if 2020 <= year <= 2030 else inside)
    assert factor.confidence == (70 if 2020 <= year <= 2030 else CONFIDENCE["low"])


def test_shipped_values() -> None:
    factors = load_factors()
    for carrier, method, year, value in (
        ("district_heat", "benefit", 2020, 147.0),
        ("district_heat", "energy", 2020, 223.0),
        ("district_heat", "benefit", 2025, 130.5),
        ("electricity", "benefit", 2030, 89.0),
        ("electricity", "energy", 2040, 51.0),
        ("oil", "benefit", 2035, 306.0),
        ("oil", "energy", 2035, 306.0),
        ("wood", "benefit", 2025, 27.0),
    ):
        assert factors.find(carrier, method, [year]).at(year).value == value
    for series in factors.series:
        assert series.gas == "CO2e"
        assert series.source
        assert 2020 in series.years
    helen = load_factors("Helsinki")
    assert {series.gas for series in helen.series} == {"CO2"}
    assert helen.find("district_heat", "reported", [2022]).at(2022).value == 223.0


def test_a_break_is_not_drawn_across() -> None:
    helen = load_factors("Helsinki")
    assert helen.find("district_heat", "reported", [2010, 2018]).years[-1] == 2018
    assert helen.find("district_heat", "reported", [2019, 2030]).years[0] == 2019
    with pytest.raises(ValueError, match="not comparable across 2019"):
        helen.find("district_heat", "reported", [2018, 2019])


def test_missing_series_say_what_there_is() -> None:
    with pytest.raises(ValueError, match="only benefit, energy; methods are not mixed"):
        load_factors().find("electricity", "reported", [2025])
    with pytest.raises(ValueError, match="no factors of coal"):
        load_factors().find("coal", "benefit", [2025])
    with pytest.raises(ValueError, match="Finland, Helsinki"):
        load_factors("Atlantis")


def test_own_series_replace_the_shipped_ones() -> None:
    own = FactorSeries("district_heat", "Helsinki", "benefit", "CO2e", (2025,), (60.0,), "city, 2025", "high")
    factors = load_factors().with_series(own)
    assert factors.find("district_heat", "benefit", [2025]) is own
    assert factors.find("district_heat", "energy", [2020]).at(2020).value == 223.0
    assert isinstance(factors, EmissionFactors)


@pytest.mark.parametrize(
    "change",
    [
        {"years": (2030, 2020)},
        {"years": (2020,)},
        {"years": (), "values": ()},
        {"values": (1.0, float("nan"))},
        {"values": (1.0, -1.0)},
        {"source": ""},
        {"method": "guess"},
        {"gas": "CH4"},
        {"confidence": "sure"},
    ],
)
def test_bad_series_are_refused(change: dict) -> None:
    fields = {name: getattr(GRID, name) for name in GRID.__dataclass_fields__} | change
    with pytest.raises(ValueError, match="series of electricity"):
        FactorSeries(**fields)


def test_factors_are_those_of_the_cited_table(test_data: Path) -> None:
    text = (test_data / "tables" / "emission_factors.csv").read_text(encoding="utf-8")
    carriers = {"district heating": "district_heat", "electricity": "electricity"}
    national, helen, compared = load_factors(), load_factors("Helsinki"), 0
    for row in csv.DictReader(text.splitlines()):
        carrier = carriers.get(row["carrier"])
        if row["area"] == "Finland avg (co2data.fi v1.00.006)" and carrier:
            series = national.find(carrier, row["note"].split()[0], [int(row["year"])])
        elif row["area"] == "Helsinki (Helen)" and carrier:
            series = helen.find(carrier, "reported", [int(row["year"])])
        else:
            continue
        assert series.at(int(row["year"])).value == float(row["value"]), row
        assert row["unit"].startswith(f"g{series.gas}/kWh"), row
        compared += 1
    assert compared == 4 * 11 + 19
    assert not any("ilmakalu" in series.source.lower() for series in (*national.series, *helen.series))
