"""Energy demand of buildings over a weather year."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from citytwin.energy.inputs import check_overrides, check_setpoints, input_findings
from citytwin.energy.lanes import Lanes
from citytwin.energy.stock import MODES, Stock, load_stock
from citytwin.energy.study import Progress, study_of
from citytwin.energy.trust import confidence_of, findings_of, weak_quantities
from citytwin.energy.uncertainty import default_draws, drawn_carriers
from citytwin.model.buildings import Buildings
from citytwin.model.demand import ANNUAL, EnergyDemand, Excluded
from citytwin.model.enums import Source
from citytwin.model.findings import Findings
from citytwin.model.weather import Weather

if TYPE_CHECKING:
    from citytwin.model.irradiation import Irradiation

MODELS = ("network", "5r1c")


def simulate(
    buildings: Buildings,
    weather: Weather,
    irradiation: Irradiation,
    stock: Stock | Mapping[str, Any] | str | Path | None = None,
    model: str = "network",
    use: str = "operated",
    draws: int | None = None,
    progress: Progress | None = None,
) -> EnergyDemand:
    """Simulate every hour of a weather year in today's heated buildings.

    Each building is one zone. Its envelope is that of the geometry; constructions, ventilation and use come from the
    stock tables by year of permit and shares of use, unless ``buildings.overrides`` say better. Dwellings are not
    cooled: their overheating is counted instead.

    Parameters
    ----------
    buildings : Buildings
        ``buildings.simulated`` are simulated, the others are listed with the reason in ``excluded``.
    weather : Weather
    irradiation : Irradiation
        Of the surfaces of the same city.
    stock : Stock, mapping, path or None
        Tables, or overrides for :func:`~citytwin.energy.load_stock`.
    model : {"network", "5r1c"}
        A thermal network of walls, roof, floors, inner mass and windows with their layers, reduced to four states
        (:mod:`citytwin.energy.network`, :mod:`citytwin.energy.balanced_truncation`), or the 5R1C network of ISO
        13790:2008, Annex C, with one state.
    use : {"operated", "standard"}
        How buildings are run for a baseline, or the standard use of Decree 1010/2017 for energy certificates.
    draws : int, optional
        Monte-Carlo draws a building for quantiles; default 64, fewer in cities of more than 2,000 buildings. Draw d of
        a building is the same whatever else is simulated.
    progress : callable, optional
        Called as ``progress(done, n)``.

    Returns
    -------
    EnergyDemand

    Raises
    ------
    ValueError
        Unknown `model` or `use`, negative `draws`, a bad stock override, an override of a building that cannot be, or
        irradiation of another city.
    WeatherError
        Air or sky temperature is missing in some hour.

    References
    ----------
    ISO 13790:2008, Annex C; ISO 13789:2017; ISO 13370:2017; Decree 1010/2017 (Finland).
    """
    if model not in MODELS:
        raise ValueError(f"model must be one of {', '.join(MODELS)}, not {model!r}")
    if use not in MODES:
        raise ValueError(f"use must be one of {', '.join(MODES)}, not {use!r}")
    if draws is not None and draws < 0:
        raise ValueError(f"draws must not be negative, not {draws}")
    tables = stock if isinstance(stock, Stock) else load_stock(stock)
    rows = np.flatnonzero(buildings.simulated)
    ours = buildings.take(rows)
    check_overrides(ours)
    lanes = Lanes(ours, tables, use)
    check_setpoints(lanes)
    study = study_of(ours, weather, irradiation, tables, use, model)
    n_draws = default_draws(len(rows)) if draws is None else draws
    outcome = study.run(n_draws, progress)
    left_out = np.flatnonzero(buildings.exclusion != "")
    return EnergyDemand(
        building=ours.id,
        **{name: outcome.annual[name] for name in (*ANNUAL, "cooling_peak_kw")},
        heated_floor_area=ours.heated_floor_area,
        monthly_kwh=outcome.monthly,
        district_kw=outcome.district,
        draws=outcome.draws,
        carrier_draws=drawn_carriers(ours, n_draws),
        use=use,
        model=model,
        carrier=ours.carrier,
        carrier_shares=ours.carrier_shares.astype(np.float64),
        carrier_source=ours.source.get("carrier", np.full(len(ours), Source.MISSING, np.int8)),
        systems=dict(tables.systems),
        cooling_efficiency=tables.constant("cooling_efficiency"),
        confidence=confidence_of(ours, tables, use),
        excluded=Excluded(buildings.id[left_out], buildings.exclusion[left_out]),
        compute_hours=study.hours,
        findings=findings_of(ours, study.sun.groups.dark[study.place], outcome.exact, model)
        + (input_findings(lanes) if model == "network" else Findings.of()),
        provenance=(buildings.provenance + irradiation.provenance + weather.provenance).with_parameters(
            energy_model=model,
            energy_use=use,
            energy_draws=n_draws,
            energy_stock_changed=list(tables.changed),
            energy_decided_by_low_confidence=weak_quantities(ours, tables, use),
        ),
    )
