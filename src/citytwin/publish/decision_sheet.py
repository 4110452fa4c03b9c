"""The decision sheet: one page of text about a district, today and for its alternatives."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np

from citytwin.model.enums import Carrier, Source
from citytwin.model.place import weather_distance_km
from citytwin.publish.text_table import columns, figure
from citytwin.run.building_table import METHOD
from citytwin.scenario.compare import unpriced_carriers

if TYPE_CHECKING:
    from citytwin.run.assessment import Assessment
    from citytwin.scenario.compare import Comparison

ENERGY = {
    "heating_kwh": "space heating", "hot_water_kwh": "hot water", "electricity_kwh": "electricity, not for heat",
    "cooling_kwh": "cooling",
}  # fmt: skip
COMPARED = {
    "heating_kwh": ("space heating", 1e-3, "MWh/a"), "hot_water_kwh": ("hot water", 1e-3, "MWh/a"),
    "electricity_kwh": ("electricity, not for heat", 1e-3, "MWh/a"),
    "heat_peak_kw": ("heat peak of the district", 1.0, "kW"),
    "overheated_buildings": ("dwelling houses above 150 Kh", 1.0, ""), "pv_kwh": ("solar yield", 1e-3, "MWh/a"),
}  # fmt: skip
WIDTH = 110
"""Characters a line of running text."""


def decision_sheet(assessment: Assessment, comparison: Comparison | None = None) -> str:
    """One page of text.

    Parameters
    ----------
    assessment : Assessment
        Of today.
    comparison : Comparison, optional
        Today and alternatives.
    """
    parts = [
        _title(assessment),
        _section("Buildings", _buildings(assessment)),
        _section("Energy of a year", _energy(assessment)),
        _section("Load and comfort", _load(assessment)),
        _section("Sun on the roofs", _sun(assessment)),
        _section(f"Operational emissions, t CO2e a year ({METHOD} method)", _emissions(assessment)),
        _section("How sure is this", _sure(assessment)),
    ]
    if comparison is not None:
        parts.append(
            _section(f"Alternatives compared with {comparison.assessments[0].name}", _alternatives(comparison))
        )
    return "\n\n".join(parts)


def sheet_facts(assessment: Assessment, comparison: Comparison | None = None) -> dict[str, Any]:
    """The sheet as one JSON-able object; missing figures are None."""
    facts: dict[str, Any] = {
        "name": assessment.name,
        "model": assessment.demand.model,
        "use": assessment.demand.use,
        "counts": dict(assessment.twin.city.counts),
        "kpis": _records(assessment.kpis),
        "findings": len(assessment.findings),
    }
    if comparison is not None:
        facts["comparison"] = _records(comparison.table)
    return facts


def _records(frame: Any) -> list[dict[str, Any]]:
    return [
        {key: None if isinstance(value, float) and not np.isfinite(value) else value for key, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([title.upper(), *lines])


def _title(assessment: Assessment) -> str:
    twin = assessment.twin
    weather = f"{twin.weather.place or 'weather'}{' (synthetic year)' if twin.weather.synthetic else ''}"
    distance = weather_distance_km(twin.city, twin.weather)
    if not np.isnan(distance):
        weather += f", {distance:.0f} km away"
    lines = [
        f"DECISION SHEET: {assessment.name}",
        f"{assessment.demand.method}, {assessment.demand.use} use, {weather}.",
        "Values are those of central inputs; P10, P50 and P90 come from draws of what is not known.",
    ]
    return "\n".join(lines)


def _buildings(assessment: Assessment) -> list[str]:
    kpi, counts = assessment.kpi, assessment.twin.city.counts
    reasons = assessment.kpis[assessment.kpis["kpi"].str.startswith("excluded_")]
    why = ", ".join(f"{row.kpi[9:].replace('_', ' ')} {row.value:.0f}" for row in reasons.itertuples())
    read = ", ".join(f"{word} {count}" for word, count in counts.items())
    rows = [
        ["read", f"{kpi('buildings_read'):,.0f}", f"({read})"],
        ["of today", f"{kpi('buildings_today'):,.0f}", ""],
        ["planned", f"{kpi('buildings_planned'):,.0f}", ""],
        ["under construction", f"{kpi('buildings_under_construction'):,.0f}", ""],
        ["simulated", f"{kpi('buildings_simulated'):,.0f}", ""],
        ["not simulated", f"{kpi('buildings_excluded'):,.0f}", f"({why})" if why else ""],
        ["volume", figure(kpi("volume_m3")), "m3 simulated"],
        ["heated net floor area", figure(kpi("heated_floor_area_m2")), "m2"],
    ]
    return _with_notes(rows)


def _energy(assessment: Assessment) -> list[str]:
    table = assessment.kpis.set_index("kpi")
    rows = [["", "MWh", "P10", "P50", "P90", "kWh per heated m2"]]
    for name, label in ENERGY.items():
        figures = table.loc[name, ["value", "low", "median", "high"]].astype(float) / 1000
        rows.append([label, *(figure(value) for value in figures), figure(assessment.kpi(f"{name}_m2"))])
    return columns(rows)


def _load(assessment: Assessment) -> list[str]:
    table = assessment.kpis.set_index("kpi")
    rows = []
    for name, label in (
        ("heat_peak_kw", "heat peak of the district"),
        ("heating_peak_kw", "of it space heating alone"),
        ("heating_peak_sum_kw", "sum of the buildings' own peaks"),
        ("electricity_peak_kw", "electricity peak, without heating"),
        ("overheating_kh", "dwellings above 27 C"),
        ("overheated_buildings", "dwelling houses above 150 Kh"),
    ):
        if name in table.index:
            row = table.loc[name]
            rows.append([label, figure(float(row["value"])), str(row["unit"]).replace("buildings", "")])
    return _with_notes(rows)


def _sun(assessment: Assessment) -> list[str]:
    rows = [
        ["roof irradiation", figure(assessment.kpi("roof_irradiation_kwh") / 1000), "MWh/a"],
        ["per m2 of roof", figure(assessment.kpi("roof_irradiation_kwh_m2")), "kWh/(m2 a)"],
    ]
    return _with_notes(rows)


def _emissions(assessment: Assessment) -> list[str]:
    table = assessment.kpis.set_index("kpi")
    years = [str(year) for year in assessment.years]
    prefix = f"co2e_kg_{years[0]}_"
    parts = [name.removeprefix(prefix) for name in table.index if name.startswith(prefix)]
    carriers = [name for name in parts if not name.endswith("_method")]
    methods = [name for name in parts if name.endswith("_method")]

    def line(label: str, suffix: str, column: str = "value") -> list[str]:
        cells = [table[column].astype(float).get(f"co2e_kg_{year}{suffix}", np.nan) for year in years]
        return [label, *(figure(cell / 1000) for cell in cells)]

    rows = [["", *years], *(line(name.replace("_", " "), f"_{name}") for name in carriers)]
    rows += [line("total", ""), line("  P10", "", "low"), line("  P50", "", "median"), line("  P90", "", "high")]
    rows += [line(f"total, {name.replace('_', ' ')}", f"_{name}") for name in methods]
    return columns(rows)


def _sure(assessment: Assessment) -> list[str]:
    table = assessment.kpis.set_index("kpi")["value"]
    known = {name[6:-6].replace("_", " "): table[name] for name in table.index if name.startswith("known_")}
    grades = {name[6:].upper(): table[name] for name in table.index if name.startswith("grade_")}
    today = assessment.buildings.take(np.flatnonzero(assessment.buildings.today))
    imputed = {name: np.mean(source == Source.IMPUTED) for name, source in today.source.items() if len(today)}
    expected = dict(zip(Carrier, assessment.demand.carrier_shares.sum(0) / max(len(assessment.demand), 1), strict=True))
    weak = assessment.demand.provenance.parameters.get("energy_decided_by_low_confidence", ())
    facts = {
        "volume of today's buildings with a known": [f"{name} {share:.0%}" for name, share in known.items()],
        "geometry grades of today's buildings": [f"{grade} {count:.0f}" for grade, count in grades.items()],
        "imputed, share of today's buildings": _percentages(imputed),
        "expected heat sources of the simulated buildings": _percentages({c.word: s for c, s in expected.items()}),
        "decided by numbers of low confidence": list(weak),
        "findings": [f"{len(assessment.findings)}, each a row in the report"],
    }
    lines = []
    for title, items in facts.items():
        text = f"{title}: {', '.join(items) or 'none'}"
        lines += wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    return lines


def _percentages(shares: dict[str, float]) -> list[str]:
    return [f"{name.replace('_', ' ')} {share:.0%}" for name, share in shares.items() if share >= 0.005]


def _alternatives(comparison: Comparison) -> list[str]:
    table = comparison.table
    names = [assessment.name for assessment in comparison.assessments]
    years = comparison.assessments[0].years
    shown = dict(COMPARED) | {f"co2e_kg_{year}": (f"CO2e {year}", 1e-3, "t/a") for year in years}
    currency = comparison.costs.currency if comparison.costs else ""
    shown |= {"investment": ("investment", 1.0, currency), "energy_bill": ("energy bill", 1.0, f"{currency}/a")}
    cells = {(row.alternative, row.kpi): row for row in table.itertuples()}
    rows = [["", "", names[0], *names[1:]]]
    uncertain = False
    for kpi, (label, scale, unit) in shown.items():
        if not any((name, kpi) in cells for name in names):
            continue
        line = [label, unit]
        for name in names:
            cell = cells.get((name, kpi))
            if cell is None:
                line.append("-")
            elif name == names[0]:
                line.append(figure(cell.value * scale))
            else:
                mark = " ?" if cell.decided_by_low_confidence else ""
                uncertain |= bool(mark)
                line.append(f"{figure(cell.value * scale)} ({figure(cell.difference * scale, signed=True)}){mark}")
        rows.append(line)
    lines = columns(rows, left=2)
    if uncertain:
        lines.append("  ? the band of the difference holds zero: what is assumed, not known, decides it")
    for name, cost in comparison.investments.items():
        if cost.unpriced:
            lines.append(f"  {name}: no price given for {', '.join(cost.unpriced)}, left out of its investment")
    if comparison.costs:
        open_prices = {c: None for a in comparison.assessments for c in unpriced_carriers(a, comparison.costs)}
        if open_prices:
            lines.append(f"  no price given for {', '.join(open_prices)}: energy bills are open")
        lines.append(f"  prices of {comparison.costs.date}: {comparison.costs.source}")
    return lines


def _with_notes(rows: list[list[str]]) -> list[str]:
    """Rows of label, number and a note set flush left behind it."""
    aligned = columns([row[:2] for row in rows])
    return [f"{line}  {row[2]}".rstrip() for line, row in zip(aligned, rows, strict=True)]
