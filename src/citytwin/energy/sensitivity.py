"""Sensitivity: variance of annual results by parameter, each drawn alone with the same random numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.response import Response
from citytwin.energy.stock import Stock, load_stock
from citytwin.energy.trust import input_confidence
from citytwin.energy.uncertainty import Deviations, draw_deviations
from citytwin.model.demand import ANNUAL, MONTHLY
from citytwin.model.enums import Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.reference import CONFIDENCE
from citytwin.model.sensitivity import Sensitivity

if TYPE_CHECKING:
    from pathlib import Path

    from citytwin.model.buildings import Buildings
    from citytwin.model.irradiation import Irradiation
    from citytwin.model.weather import Weather

Floats = NDArray[np.float64]

INPUTS = {
    "u_opaque": ("u_wall", "u_roof", "u_floor"),
    "u_window": ("u_window",),
    "infiltration": ("n50",),
    "ventilation": ("constant_air_change", "air_in_use"),
    "heating_setpoint": ("heating_setpoint",),
    "gains": ("lighting_power", "appliance_power", "person_heat"),
    "hot_water": ("hot_water",),
    "floor_area": (),
    "window_area": (),
    "year_built": (),
}
"""Quantities of the tables behind each parameter; those without any rest on a column of the building."""
COLUMNS = {"floor_area": "heated_floor_area", "window_area": "window_area", "year_built": "year_built"}


def sensitivity(
    buildings: Buildings,
    weather: Weather,
    irradiation: Irradiation,
    name: str = "heating_kwh",
    draws: int = 128,
    stock: Stock | Mapping[str, Any] | str | Path | None = None,
    use: str = "operated",
) -> Sensitivity:
    r"""Share of the variance of an annual result by uncertain parameter, building by building and for the district.

    The draws of :func:`simulate` are repeated with one parameter at a time, the others at their centre: its share is
    :math:`\mathrm{Var}(Q_k) / \mathrm{Var}(Q)` over the same draws. Without interactions this is the first-order index
    and the shares add up to 1. Of the district both variances are those of the sum over the buildings: deviations that
    archetypes share add up, the others average out.

    Parameters
    ----------
    buildings, weather, irradiation, stock, use : as in :func:`simulate`
    name : str
        One of :data:`~citytwin.model.demand.ANNUAL`.
    draws : int
        At least 32.

    Returns
    -------
    Sensitivity
        With a finding for each building that numbers of low confidence decide.

    Raises
    ------
    ValueError
        Unknown `name` or `use`, too few draws, or no building that can be simulated.

    References
    ----------
    A. Saltelli et al., "Global Sensitivity Analysis: The Primer", Wiley 2008, 1.2 (first-order effects),
    doi:10.1002/9780470725184.

    Examples
    --------
    ``ct.energy.sensitivity(buildings, weather, irradiation).to_pandas()``
    """
    if name not in ANNUAL:
        raise ValueError(f"no {name!r}; there are {', '.join(ANNUAL)}")
    if draws < 32:
        raise ValueError(f"draws must be at least 32, not {draws}")
    tables = stock if isinstance(stock, Stock) else load_stock(stock)
    response = Response(buildings, weather, irradiation, tables, use)
    ours = response.buildings
    deviations = draw_deviations(ours, tables, draws)
    values = response(deviations)[name]
    values = values.sum(axis=2) if name in MONTHLY else values
    whole = _annual(response, deviations, name)
    parameters = tuple(deviations)
    neutral = response.neutral(draws)
    share, slope = np.zeros((2, len(response), len(parameters)))
    district = np.zeros(len(parameters))
    varies = whole.var(axis=1) > 1e-12 * (1.0 + whole.mean(axis=1) ** 2)
    scale = np.where(varies, whole.var(axis=1), np.nan)
    for k, parameter in enumerate(parameters):
        alone = _annual(response, neutral | {parameter: deviations[parameter]}, name)
        share[:, k] = alone.var(axis=1) / scale
        slope[:, k] = alone.std(axis=1) * _direction(deviations[parameter], alone)
        district[k] = alone.sum(axis=0).var()
    total = float(whole.sum(axis=0).var())
    district = district / total if varies.any() else np.full(len(parameters), np.nan)
    found = Sensitivity(
        building=ours.id,
        name=name,
        parameters=parameters,
        share=share,
        district_share=district,
        slope=slope,
        confidence=_confidence(ours, tables, use, parameters),
        provenance=response.provenance.with_parameters(sensitivity_of=name, sensitivity_draws=draws),
    )
    return _with_findings(found)


def _annual(response: Response, deviations: Deviations, name: str) -> Floats:
    """Annual result (n, d) of each building and draw."""
    values = response(deviations)[name]
    return values.sum(axis=2) if name in MONTHLY else values


def _direction(deviation: Floats, result: Floats) -> Floats:
    """1 where a result (n, d) rises with its deviation (n, d), -1 where it falls."""
    apart = deviation - deviation.mean(axis=1, keepdims=True)
    return np.where((apart * (result - result.mean(axis=1, keepdims=True))).sum(axis=1) < 0.0, -1.0, 1.0)


def _confidence(buildings: Buildings, stock: Stock, use: str, parameters: tuple[str, ...]) -> NDArray[np.int8]:
    """Confidence (n, k) of the weakest number behind each parameter, low where no table stands behind it."""
    tables = dict(input_confidence(buildings, stock, use))
    found = np.full((len(buildings), len(parameters)), 100.0)
    for k, parameter in enumerate(parameters):
        if parameter not in INPUTS:
            found[:, k] = CONFIDENCE["low"]
        for quantity in INPUTS.get(parameter, ()):
            found[:, k] = np.minimum(found[:, k], tables.get(quantity, 100.0))
        if parameter in COLUMNS:
            found[:, k] = buildings.confidence.get(COLUMNS[parameter], np.zeros(len(buildings)))
    return found.astype(np.int8)


def _with_findings(found: Sensitivity) -> Sensitivity:
    rows = np.flatnonzero(found.decided_by_low_confidence).tolist()
    share = found.low_confidence_share
    findings = Findings.of(
        Finding(
            1648, "LOW_CONFIDENCE_DECIDES", str(found.building[row]), severity=Severity.INFO,
            message=f"{share[row]:.0%} of the variance of {found.name} comes from numbers of low confidence",
        )
        for row in rows
    )  # fmt: skip
    return replace(found, findings=findings)
