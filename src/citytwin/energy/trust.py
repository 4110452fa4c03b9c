"""What a demand rests on: confidence of the weakest input, what decides with low confidence, findings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.period_table import BASE_USES
from citytwin.energy.stock import Stock
from citytwin.model.buildings import Buildings
from citytwin.model.enums import Action, Carrier, Severity, Use
from citytwin.model.findings import Finding, Findings
from citytwin.model.reference import CONFIDENCE

COLUMNS = ("year_built", "use", "heated_floor_area")
PERIOD_INPUTS = ("u_wall", "u_roof", "u_floor", "u_window", "n50", "heat_recovery", "constant_air_change")
"""Quantities by year of permit that decide the demand for heat; an override of the same name replaces one."""
USE_INPUTS = ("heating_setpoint", "air_in_use", "hot_water", "lighting_power", "appliance_power", "person_heat")


def confidence_of(buildings: Buildings, stock: Stock, mode: str) -> NDArray[np.int8]:
    """Confidence (n,) 0-100 of the weakest input that decides each building's demand."""
    weakest = np.full(len(buildings), 100.0)
    for column in COLUMNS:
        weakest = np.minimum(weakest, buildings.confidence.get(column, np.zeros(len(buildings))))
    for _, confidence in input_confidence(buildings, stock, mode):
        weakest = np.minimum(weakest, confidence)
    return weakest.astype(np.int8)


def weak_quantities(buildings: Buildings, stock: Stock, mode: str) -> list[str]:
    """Names of the table quantities of low confidence that decide the demand of at least one building."""
    return [
        name for name, confidence in input_confidence(buildings, stock, mode) if (confidence <= CONFIDENCE["low"]).any()
    ]


def input_confidence(buildings: Buildings, stock: Stock, mode: str) -> list[tuple[str, NDArray[np.float64]]]:
    """Confidence (n,) of each deciding quantity of the tables; 100 where an override replaces it."""
    shares = stock.shares(buildings.use_shares)
    permit = stock.permit(shares, buildings.year_built, np.zeros(len(buildings)))
    inputs = []
    for quantity in PERIOD_INPUTS:
        by_tables = np.isnan(buildings.override(quantity))
        inputs.append((quantity, np.where(by_tables, stock.confidence(quantity, shares, permit), 100.0)))
    if stock.refurbished(mode):
        for quantity, component in (("u_window", "window"), ("u_wall", "facade"), ("u_roof", "roof")):
            chance = stock.refurbishment.probability(component, shares, permit)
            guessed = np.isnan(buildings.override(quantity)) & (chance > 0)
            inputs.append((f"renewed_{component}", np.where(guessed, float(CONFIDENCE["low"]), 100.0)))
    base = list(BASE_USES)
    for quantity in USE_INPUTS:
        by_use = np.array([CONFIDENCE[cited.confidence] for cited in stock.uses[mode, quantity]], float)
        used = np.where(shares[:, base] > 0, by_use[base], 100.0)
        inputs.append((quantity, used.min(axis=1, initial=100.0)))
    return inputs


NOT_EXACT = {
    "5r1c": Finding(
        1604, "OPAQUE_LOSS_LIMITED", action=Action.DEGRADED, severity=Severity.WARNING,
        message="floor area too small for the envelope: the loss of the opaque parts is limited",
    ),
    "network": Finding(
        1607, "NETWORK_NOT_BALANCED", action=Action.DEGRADED, severity=Severity.WARNING,
        message="the thermal network could not be balanced: its slow modes stand for it, peaks are less accurate",
    ),
}  # fmt: skip
"""What it means that a zone is not what the building is, by model."""


def findings_of(buildings: Buildings, dark: NDArray[np.bool_], exact: NDArray[np.bool_], model: str) -> Findings:
    """Findings of a simulation: defaults that stood in, envelopes without sun, zones that depart from the building."""
    cases = (
        (
            np.isnan(buildings.year_built),
            Finding(1601, "DEFAULT_YEAR_USED", action=Action.DEGRADED, severity=Severity.WARNING,
                    message="no year of completion: the default year of the stock tables decides the constructions"),
        ),
        (
            buildings.use_shares[:, [Use.UNKNOWN, Use.OTHER]].sum(axis=1) > 0,
            Finding(1602, "USE_STANDS_IN", action=Action.DEGRADED,
                    message="use unknown or without a standard profile: other use classes stand in"),
        ),
        (
            dark,
            Finding(1603, "ENVELOPE_WITHOUT_SUN", action=Action.DEGRADED, severity=Severity.WARNING,
                    message="some exposed walls or roofs have no irradiation and get no sun"),
        ),
        (
            buildings.carrier_shares[:, Carrier.UNKNOWN] > 0,
            Finding(1605, "HEAT_SOURCE_UNKNOWN", action=Action.DEGRADED,
                    message="heat source unknown or partly so: district heat stands in for that part"),
        ),
        (~exact, NOT_EXACT[model]),
    )  # fmt: skip
    return Findings.of(
        finding._replace(object_id=str(buildings.id[row])) for mask, finding in cases for row in np.flatnonzero(mask)
    )
