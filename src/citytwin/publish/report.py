"""The report: one HTML file that opens without a network."""

from __future__ import annotations

import base64
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

import numpy as np

from citytwin.model.enums import Carrier, Grade, Severity
from citytwin.model.findings import Findings
from citytwin.publish import charts
from citytwin.publish.html import card, flag, number, table
from citytwin.run.building_table import METHOD, demand_rows

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from citytwin.run.assessment import Assessment
    from citytwin.scenario.compare import Comparison

LONGEST_TABLE = 500
BUILDING_COLUMNS = {
    "building_id": "Building", "status": "Status", "use": "Use", "year_built": "Year", "storeys": "Storeys",
    "heated_floor_area_m2": "Heated m²", "heating_kwh_m2": "Heat kWh/m²", "hot_water_kwh": "Hot water kWh",
    "electricity_kwh": "Electricity kWh", "heating_peak_kw": "Peak kW", "overheating_kh": "Above 27 °C Kh",
    "roof_irradiation_kwh_m2": "Roof sun kWh/m²", "carrier": "Heat source", "quality": "Grade",
    "imputed_share": "Imputed", "excluded_because": "Not simulated because",
}  # fmt: skip


def report(
    assessment: Assessment, frame: gpd.GeoDataFrame, picture: bytes, picture_note: str, comparison: Comparison | None
) -> str:
    """HTML text of the report.

    Parameters
    ----------
    assessment : Assessment
    frame : GeoDataFrame
        From :meth:`citytwin.Assessment.to_geopandas`.
    picture : bytes
        PNG of the district.
    picture_note : str
        How it was drawn.
    comparison : Comparison or None

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    """
    template = Template(files("citytwin.publish").joinpath("report_template.html").read_text("utf-8"))
    inputs = assessment.provenance.inputs
    title = "District assessment: " + (", ".join(item.path.rsplit("/", 1)[-1] for item in inputs[:1]) or "city")
    weather = assessment.twin.weather
    subtitle = (
        f"{assessment.demand.method}, {assessment.demand.use} use, weather {weather.place or 'unnamed'}"
        f"{' (synthetic)' if weather.synthetic else ''}, all results per year"
    )
    encoded = base64.b64encode(picture).decode()
    return template.substitute(
        title=escape(title),
        subtitle=escape(subtitle),
        flags=_flags(assessment),
        cards=_cards(assessment),
        map=charts.heat_map(frame),
        map_note=f"Coordinates in {escape(str(assessment.twin.city.crs))}. Grey buildings are not simulated; the table"
        " of buildings says why.",
        picture=f'<img alt="District in three dimensions, buildings coloured by heat demand"'
        f' src="data:image/png;base64,{encoded}">',
        picture_note=escape(picture_note[0].upper() + picture_note[1:]) + ".",
        charts="".join(_charts(assessment)),
        comparison=_comparison(comparison),
        kpis=table(assessment.kpis.assign(kpi=[name.replace("_", " ") for name in assessment.kpis["kpi"]])),
        quality=_quality(assessment),
        buildings=_buildings(frame),
        findings=_findings(assessment.findings),
        provenance=_provenance(assessment),
    )


def _flags(assessment: Assessment) -> str:
    texts = ["This is a model: an estimate for comparing and planning, not an energy certificate."]
    if assessment.twin.weather.synthetic:
        texts.append("The weather year is synthetic: it follows monthly statistics, not a measured year.")
    return "".join(flag(text) for text in texts)


def _cards(assessment: Assessment) -> str:
    kpis = assessment.kpis.set_index("kpi")

    def band(name: str, scale: float, unit: str) -> str:
        low, high = kpis.loc[name, "low"], kpis.loc[name, "high"]
        return f"{number(low * scale)} to {number(high * scale)} {unit} (P10 to P90)" if low == low else ""

    first, last = assessment.years[0], assessment.years[-1]
    per_m2 = number(assessment.kpi("heating_kwh_m2"))
    cards = [
        card(
            "Buildings simulated",
            f"{assessment.kpi('buildings_simulated'):,.0f} of {assessment.kpi('buildings_read'):,.0f}",
            f"{number(assessment.kpi('heated_floor_area_m2'))} m² heated",
        ),
        card("Space heating", f"{number(assessment.kpi('heating_kwh') / 1000)} MWh", band("heating_kwh", 0.001, "MWh")),
        card("Heating per m²", f"{per_m2} kWh/m²", "per m² heated net floor area"),
        card("Hot water", f"{number(assessment.kpi('hot_water_kwh') / 1000)} MWh", band("hot_water_kwh", 0.001, "MWh")),
        card(
            "Electricity",
            f"{number(assessment.kpi('electricity_kwh') / 1000)} MWh",
            band("electricity_kwh", 0.001, "MWh"),
        ),
        card(
            "Heat peak of the district", f"{number(assessment.kpi('heat_peak_kw'))} kW", "heating and hot water at once"
        ),
        card(
            f"CO2e {first}",
            f"{number(assessment.kpi(f'co2e_kg_{first}') / 1000)} t",
            band(f"co2e_kg_{first}", 0.001, "t"),
        ),
        card(
            f"CO2e {last}", f"{number(assessment.kpi(f'co2e_kg_{last}') / 1000)} t", band(f"co2e_kg_{last}", 0.001, "t")
        ),
    ]
    return "".join(cards)


def _charts(assessment: Assessment) -> list[str]:
    demand, buildings = assessment.demand, assessment.buildings
    months = {
        "space heating": demand.monthly("heating_kwh").sum(0),
        "hot water": demand.monthly("hot_water_kwh").sum(0),
        "electricity, not for heat": demand.monthly("electricity_kwh").sum(0),
    }
    if demand.cooling_kwh.sum() > 0:
        months["cooling"] = demand.monthly("cooling_kwh").sum(0)
    load = demand.district_hourly("heating") + demand.district_hourly("hot_water")
    rows = demand_rows(assessment)
    year = buildings.year_built[rows]
    intensity = demand.heating_kwh / buildings.heated_floor_area[rows]
    dated = ~np.isnan(year)
    imputed = buildings.confidence["year_built"][rows] < 70
    drawn = [charts.monthly_energy(months), charts.load_duration(load), charts.emissions_by_year(_tonnes(assessment))]
    if dated.any():
        drawn.append(charts.intensity_by_year_built(year[dated], intensity[dated], imputed[dated]))
    return drawn


def _tonnes(assessment: Assessment) -> dict[str, dict[int, float]]:
    accounts = assessment.emissions
    tonnes: dict[str, dict[int, float]] = {}
    for year in assessment.years:
        chosen = (accounts.year == year) & (accounts.method == METHOD)
        for carrier in dict.fromkeys(accounts.carrier[chosen].tolist()):
            total = float(accounts.co2e_kg[chosen & (accounts.carrier == carrier)].sum()) / 1000
            tonnes.setdefault(carrier, {})[year] = total
    return tonnes


def _comparison(comparison: Comparison | None) -> str:
    if comparison is None:
        return ""
    heat = {
        item.name: {
            "space heating": item.kpi("heating_kwh") / 1000,
            "hot water": item.kpi("hot_water_kwh") / 1000,
            "electricity, not heat": item.kpi("electricity_kwh") / 1000,
            "solar yield": float(item.pv.annual_kwh.sum()) / 1000 if item.pv is not None else 0.0,
        }
        for item in comparison.assessments
    }
    carbon = {
        item.name: {str(year): item.kpi(f"co2e_kg_{year}") / 1000 for year in item.years}
        for item in comparison.assessments
    }
    figures = charts.alternatives(heat, "MWh per year", "Energy by alternative") + charts.alternatives(
        carbon, "t CO2e per year", "Operational emissions by alternative, benefit method"
    )
    return (
        f'<section><h2>Today against {len(comparison.assessments) - 1} alternatives</h2><div class="charts">{figures}'
        f'</div><div class="scroll">{_differences(comparison)}</div>{_prices(comparison)}</section>'
    )


def _differences(comparison: Comparison) -> str:
    """One row a figure, one pair of columns an alternative; a question mark where what is assumed decides the sign."""
    import pandas as pd

    cells = {(row.alternative, row.kpi): row for row in comparison.table.itertuples(index=False)}
    first, *others = [item.name for item in comparison.assessments]
    rows = []
    for kpi in dict.fromkeys(comparison.table["kpi"]):
        today = cells.get((first, kpi))
        shown = {"figure": kpi.replace("_", " "), "unit": next(c.unit for (_, k), c in cells.items() if k == kpi)}
        shown[first] = number(today.value) if today else ""
        for name in others:
            cell = cells.get((name, kpi))
            sign = "+" if cell is not None and cell.difference > 0 else ""
            doubt = " ?" if cell is not None and cell.decided_by_low_confidence else ""
            shown[name] = number(cell.value) if cell is not None else ""
            shown[f"{name}, difference"] = f"{sign}{number(cell.difference)}{doubt}" if cell is not None else ""
        rows.append(shown)
    return table(pd.DataFrame(rows))


def _prices(comparison: Comparison) -> str:
    notes = ["? marks a difference whose band holds zero: what is assumed, not known, decides its sign."]
    if comparison.costs is not None:
        notes.append(f"Prices of {comparison.costs.date}: {comparison.costs.source}.")
    return f'<p class="note">{escape(" ".join(notes))}</p>'


def _quality(assessment: Assessment) -> str:
    import pandas as pd

    buildings = assessment.buildings
    kpis = assessment.kpis.set_index("kpi")
    known = [name for name in kpis.index if name.startswith("known_")]
    shares = pd.DataFrame(
        {
            "known": [name.removeprefix("known_").removesuffix("_share").replace("_", " ") for name in known],
            "share of the volume": [f"{kpis.loc[name, 'value']:.0%}" for name in known],
        }
    )
    today = buildings.today
    counts = {grade.word: int((buildings.quality[today] == grade).sum()) for grade in Grade}
    sources = buildings.to_pandas()[today]
    imputed = pd.DataFrame(
        [
            {"column": name.replace("_", " ")} | sources[f"{name}_source"].value_counts().to_dict()
            for name in buildings.source
            if f"{name}_source" in sources
        ]
    ).fillna(0)
    imputed = imputed.astype({name: int for name in imputed.columns[1:]})
    expected = buildings.carrier_shares[today].mean(0)
    carriers = ", ".join(f"{c.word.replace('_', ' ')} {expected[c]:.0%}" for c in Carrier if expected[c] > 0.005)
    return (
        f'<div class="charts"><div>{charts.grades(counts)}</div><div>{table(shares)}</div></div>'
        '<p class="note">A no findings, B healed or informational only, C open shell or non-planar, D volume from'
        " footprint and height, E no usable geometry.</p>"
        f"<h3>Where the values of today's buildings come from</h3>{table(imputed)}"
        f'<p class="note">Expected heat sources of today\'s buildings: {escape(carriers)}.</p>'
    )


def _buildings(frame: gpd.GeoDataFrame) -> str:
    shown = frame[[name for name in BUILDING_COLUMNS if name in frame]].head(LONGEST_TABLE)
    left_out = len(frame) - len(shown)
    note = f"<p class='note'>{left_out:,} more are in buildings.parquet.</p>" if left_out else ""
    return f'<div class="scroll">{table(shown, BUILDING_COLUMNS, plain=("year_built",))}</div>{note}'


def _findings(findings: Findings) -> str:
    if not len(findings):
        return "<p>None.</p>"
    rows: pd.DataFrame = findings.to_pandas()
    grouped = (
        rows.groupby(["code", "name", "severity", "action"], sort=True)
        .agg(findings=("code", "size"), buildings=("object_id", "nunique"), example=("message", "first"))
        .reset_index()
    )
    worst = int((findings.severity == Severity.ERROR).sum())
    return f"<p>{len(findings):,} findings, {worst:,} of them errors.</p>" + table(grouped, plain=("code",))


def _provenance(assessment: Assessment) -> str:
    import pandas as pd

    import citytwin
    from citytwin.kernels._jit import kernel_hash

    inputs = pd.DataFrame(
        [{"file": i.path, "as of": i.as_of, "bytes": i.bytes, "sha256": i.sha256} for i in assessment.provenance.inputs]
    )
    factors = assessment.emissions.to_pandas()
    factors = factors[factors["method"] == METHOD].drop_duplicates(["carrier", "year"])
    factors = factors[["carrier", "year", "method", "factor_g_kwh", "source", "confidence"]]
    parameters = "; ".join(f"{key} {value}" for key, value in assessment.provenance.parameters.items())
    version = f"citytwin {citytwin.__version__}, kernels {kernel_hash()}"
    return (
        f"{table(inputs)}<h3>Emission factors</h3>{table(factors, plain=('year',))}"
        f'<h3>Method</h3><p class="note">{version}. {escape(parameters)}</p>'
    )
