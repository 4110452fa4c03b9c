"""Small result tables of the six buildings, with numbers one can check by eye."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from citytwin.model.demand import EnergyDemand, Excluded, HeatSystem
from citytwin.model.emissions import Emissions
from citytwin.model.enums import Carrier
from citytwin.model.findings import Finding, Findings
from citytwin.model.provenance import Provenance
from citytwin.model.pv import PvYield
from citytwin.model.twin import Twin
from citytwin.run.assessment import Assessment

SIMULATED = ("b4", "b1", "b2")
"""Not in the order of the buildings, on purpose."""
HOURS = 8760
SYSTEMS = {
    "district_heat": HeatSystem("district_heat", 0.8, 0.5),
    "ground_source_heat_pump": HeatSystem("electricity", 3.0, 2.5),
}


def demand_of(twin: Twin, heating=(30_000.0, 10_000.0, 20_000.0), draws=3) -> EnergyDemand:
    n = len(SIMULATED)
    columns = {
        "heating_kwh": np.array(heating),
        "hot_water_kwh": np.full(n, 5000.0),
        "cooling_kwh": np.zeros(n),
        "electricity_kwh": np.full(n, 8760.0),
        "heating_peak_kw": np.array([15.0, 5.0, 10.0]),
        "overheating_kh": np.array([999.0, 100.0, 200.0]),
    }
    steps = np.linspace(0.9, 1.1, draws) if draws else np.empty(0)
    drawn = {name: (values[:, None] * steps).astype(np.float32) for name, values in columns.items()}
    heating_kw = np.zeros(HOURS)
    heating_kw[100] = 25.0
    shares = np.zeros((n, len(Carrier)))
    shares[:, Carrier.DISTRICT_HEAT] = 1
    return EnergyDemand(
        building=np.array(SIMULATED, object),
        **columns,
        cooling_peak_kw=np.zeros(n),
        heated_floor_area=np.full(n, 250.0),
        monthly_kwh={
            name: np.repeat(columns[name][:, None] / 12, 12, axis=1)
            for name in ("heating_kwh", "hot_water_kwh", "cooling_kwh", "electricity_kwh")
        },
        district_kw={
            "heating": heating_kw,
            "hot_water": np.full(HOURS, 2.0),
            "cooling": np.zeros(HOURS),
            "electricity": np.full(HOURS, 3.0),
        },
        draws=drawn,
        carrier_draws=np.full((n, draws), Carrier.DISTRICT_HEAT, np.int8),
        use="operated",
        model="by hand",
        carrier=np.full(n, Carrier.DISTRICT_HEAT, np.int8),
        carrier_shares=shares,
        carrier_source=np.ones(n, np.int8),
        systems=SYSTEMS,
        cooling_efficiency=3.0,
        confidence=np.full(n, 40, np.int8),
        excluded=Excluded(np.array(["b3", "b5", "b6"], object), np.array(["x", "unheated", "planned"], object)),
        provenance=Provenance(parameters={"energy_decided_by_low_confidence": ["u_wall"]}),
    )


def emissions_of(kilograms=(3000.0, 1000.0, 2000.0), years=(2025, 2040), draws=3) -> Emissions:
    """All from district heat by both methods; the energy method gives twice, the later year half."""
    rows = [(year, method) for method in ("benefit", "energy") for year in years]
    scale = {row: (2.0 if row[1] == "energy" else 1.0) * (0.5 if row[0] == 2040 else 1.0) for row in rows}
    n = len(SIMULATED)
    values = np.array(kilograms)
    steps = np.linspace(0.9, 1.1, draws) if draws else np.empty(0)
    return Emissions(
        building=np.tile(np.array(SIMULATED, object), len(rows)),
        year=np.repeat([year for year, _ in rows], n).astype(np.int16),
        carrier=np.full(n * len(rows), "district_heat", object),
        method=np.repeat(np.array([method for _, method in rows], object), n),
        co2e_kg=np.concatenate([values * scale[row] for row in rows]),
        factor_g_kwh=np.full(n * len(rows), 100.0),
        source=np.full(n * len(rows), "by hand", object),
        confidence=np.full(n * len(rows), 40, np.int8),
        gas="CO2e",
        buildings=np.array(SIMULATED, object),
        draws={row: (values[:, None] * scale[row] * steps).astype(np.float32) for row in rows},
    )


def pv_of(hourly_kw=4.0) -> PvYield:
    return PvYield(
        building=np.array(["b2"], object),
        area_m2=np.array([50.0]),
        kwp=np.array([10.0]),
        monthly=np.full((1, 12), 730.0),
        district_hourly=np.full(HOURS, hourly_kw),
    )


def no_sun() -> SimpleNamespace:
    empty = np.empty(0)
    rows = np.empty(0, np.int32)
    return SimpleNamespace(surface=rows, building=rows, area=empty, annual=empty, sky_view=empty)


def assessment_of(twin: Twin, pv: PvYield | None = None, draws=3, **parts) -> Assessment:
    """An assessment of the six buildings; `parts` goes to :func:`demand_of` and :func:`emissions_of`."""
    heating = parts.get("heating", (30_000.0, 10_000.0, 20_000.0))
    return Assessment(
        twin=twin,
        buildings=twin.buildings(),
        irradiation=no_sun(),
        pv=pv,
        demand=demand_of(twin, heating, draws),
        emissions=emissions_of(
            parts.get("kilograms", (3000.0, 1000.0, 2000.0)), parts.get("years", (2025, 2040)), draws
        ),
        findings=Findings.of([Finding(302, "SHELL_NOT_CLOSED", "b1"), Finding(1001, "ODD", "not there")]),
        provenance=Provenance(),
    )
