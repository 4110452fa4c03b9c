"""Finnish E-value and energy class of buildings, estimated from their demand in standard use and the test year."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.certificate_limits import CLASS_NAMES, categories, class_limits, new_build_limits
from citytwin.energy.decree_year import checked_test_year
from citytwin.energy.energy_forms import form_factors
from citytwin.energy.simulation import simulate
from citytwin.energy.stock import Stock
from citytwin.model._cast import as_floats
from citytwin.model.certificate import NOTE, EValues
from citytwin.model.enums import Action, Carrier, Severity
from citytwin.model.findings import Finding, Findings

if TYPE_CHECKING:
    from citytwin.model.buildings import Buildings
    from citytwin.model.demand import EnergyDemand
    from citytwin.model.irradiation import Irradiation
    from citytwin.model.weather import Weather

SUMMER_LIMIT_KH = 150.0
"""Degree-hours above 27 degrees Celsius from June to August in a new apartment block (Decree 1010/2017, section 29)."""
GENERATED_CONFIDENCE = 40
"""Most that an E-value of a generated year is worth."""


def standard_demand(
    buildings: Buildings,
    test_year: Weather,
    irradiation: Irradiation,
    stock: Stock | Mapping[str, Any] | str | Path | None = None,
    draws: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    **simulate_options: Any,
) -> EnergyDemand:
    """Demand in the standard use of Decree 1010/2017 and the test year of weather zone I, the base of the E-value.

    The weather a city is studied in is not an argument: an E-value does not depend on it. A weather year of 8,760 hours
    is too large to ship, so that the test year is given: the file of the Finnish Meteorological Institute, known by its
    monthly means. The edition is recorded; a year generated from those means is taken with a finding.

    Parameters
    ----------
    buildings : Buildings
    test_year : Weather
        Of Vantaa, edition TRY2012 or TRY2020.
    irradiation : Irradiation
        Of the city in the test year.
    stock, draws, progress, **simulate_options
        As in :func:`~citytwin.energy.simulate`.

    Returns
    -------
    EnergyDemand
        With ``provenance.parameters["energy_test_year"]``.

    Raises
    ------
    WeatherError
        The weather is no test year of zone I, or the irradiation is that of other weather.

    Examples
    --------
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(3, seed=1)
    >>> year = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())  # stands in for Vantaa-TRY2020.csv
    >>> sun = ct.solar.irradiate(city, year, level="draft")
    >>> demand = ct.energy.standard_demand(city.buildings(), year, sun, draws=0)
    >>> demand.use, demand.provenance.parameters["energy_test_year"]
    ('standard', 'TRY2020, generated')
    """
    edition, findings = checked_test_year(test_year, irradiation)
    demand = simulate(
        buildings, test_year, irradiation, stock, use="standard", draws=draws, progress=progress, **simulate_options
    )
    name = f"{edition}, generated" if test_year.synthetic else edition
    return demand.with_notes(Findings.of(findings), energy_test_year=name)


def e_value(
    demand: EnergyDemand,
    buildings: Buildings,
    version: int = 2018,
    own_use_kwh: NDArray[np.floating] | None = None,
    zero_emission: NDArray[np.bool_] | bool = False,
    plus: NDArray[np.bool_] | bool = False,
    accept_inferred: bool = False,
) -> EValues:
    r"""E-value and energy class: an estimate, never a certificate.

    :math:`E = \lceil \sum_c f_c Q_c / A \rceil` with the energy :math:`Q_c` of carrier c delivered for heating, hot
    water, cooling, fans, lighting and appliances in standard use, the factor :math:`f_c` of its form and the heated net
    floor area A; the class is the first whose limit is not exceeded. The heat source is the most probable one;
    `class_shares` of the result weighs all of them.

    Parameters
    ----------
    demand : EnergyDemand
        Of :func:`standard_demand`.
    buildings : Buildings
        The same buildings, or more.
    version : {2018, 2013, 2026}
        Of the certificate. 2013 has factors and no classes here, and is applied to the standard use of 2017. Factors of
        2026 are inferred, see `accept_inferred`.
    own_use_kwh : float array (n,), optional
        Electricity from own photovoltaics that the building itself uses, such as
        :attr:`~citytwin.model.PvUse.self_used_kwh` of the test year; it lowers the delivered electricity.
    zero_emission, plus : bool or bool array (n,)
        Whether a building fulfils the further criteria of class A0 and of A+ (version 2026). Without them the class is
        A, or A0.
    accept_inferred : bool
        Take the factors of 2026 although they are inferred, not read in a decree; confidence is low then.

    Returns
    -------
    EValues

    Raises
    ------
    ValueError
        The demand is not one of :func:`standard_demand`, a building is not in `buildings`, an unknown version, or one
        with inferred factors that were not accepted.

    References
    ----------
    Decrees 788/2017, 1010/2017 and 1048/2017 (Finland); rows and sources in ``energy_forms_fi.csv`` and
    ``certificate_limits_fi.csv``.

    Examples
    --------
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(3, seed=1)
    >>> year = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())  # stands in for Vantaa-TRY2020.csv
    >>> demand = ct.energy.standard_demand(city.buildings(), year, ct.solar.irradiate(city, year, level="draft"))
    >>> values = ct.energy.e_value(demand, city.buildings())
    >>> bool((values.e_value == values.e_value.round()).all()), values.to_pandas().attrs["note"]
    (True, 'estimate from a city model, never a certificate')
    """
    test_year = demand.provenance.parameters.get("energy_test_year")
    if demand.use != "standard" or test_year is None:
        raise ValueError(
            "an E-value is that of standard use in the test year: pass the demand of ct.energy.standard_demand"
        )
    factors = form_factors(version, accept_inferred)
    ours = buildings.take(buildings.rows_of(demand.building))
    n = len(demand)
    own = as_floats(np.zeros(n) if own_use_kwh is None else own_use_kwh, "own_use_kwh", (n,), 0.0)
    use = _by_source(demand, own)
    weight = {name: factors.of(name) for name in demand.delivered_carriers}
    exact = np.stack([_weighted(use[source], weight) for source in range(len(Carrier))], axis=1)
    exact /= demand.heated_floor_area[:, None]
    rounded = rounded_up(exact)

    category = categories(ours)
    names = CLASS_NAMES.get(version, ())
    limits = class_limits(category, demand.heated_floor_area, version)
    criteria: dict[str, NDArray[np.bool_]] = {
        name: np.broadcast_to(np.asarray(met, bool), (n,)) for name, met in (("A+", plus), ("A0", zero_emission))
    }
    codes = _classes(rounded, limits, names, criteria)
    chosen = np.arange(n), demand.carrier
    code = codes[chosen]
    words = np.array([*names, ""], dtype=object)
    confidence = np.minimum(demand.confidence, factors.confidence)
    if "generated" in test_year:
        confidence = np.minimum(confidence, GENERATED_CONFIDENCE)
    in_class = codes[:, :, None] == np.arange(len(names))
    return EValues(
        building=demand.building,
        version=version,
        e_value=rounded[chosen],
        energy_class=words[code],
        category=category,
        class_names=names,
        limits=limits,
        new_build_limit=new_build_limits(category, demand.heated_floor_area),
        class_shares=(demand.carrier_shares[:, :, None] * in_class).sum(axis=1),
        carrier=demand.carrier,
        delivered_kwh={
            name: np.choose(demand.carrier, [use[source][name] for source in range(len(Carrier))])
            for name in demand.delivered_carriers
        },
        heated_floor_area=demand.heated_floor_area,
        draws=_draws(demand, own, weight),
        overheating_kh=demand.overheating_kh,
        summer_limit_kh=np.where(category == "apartment", SUMMER_LIMIT_KH, np.nan),
        test_year=test_year,
        confidence=confidence.astype(np.int8),
        findings=demand.findings + _findings(demand, names, code, version, factors.confidence),
        provenance=demand.provenance.with_parameters(
            certificate_version=version, certificate_sources=list(factors.sources), certificate_note=NOTE
        ),
    )


def rounded_up(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Next whole number at or above each value; what floating point adds to a whole number does not count.

    Examples
    --------
    >>> rounded_up(np.array([89.2, 90.0, 90.0 + 1e-12]))
    array([90., 90., 90.])
    """
    return np.ceil(np.round(value, 9))


class _Need(NamedTuple):
    """Useful heat and electricity, arrays of one shape."""

    heating: NDArray[np.floating]
    hot_water: NDArray[np.floating]
    electricity: NDArray[np.floating]


def _delivered(need: _Need, demand: EnergyDemand, source: int) -> dict[str, NDArray[np.float64]]:
    """Energy of each carrier where one heat source serves the building."""
    system = demand.systems[Carrier(source).word]
    zero = np.zeros(np.shape(need.electricity))
    use = dict.fromkeys(demand.delivered_carriers, zero) | {"electricity": need.electricity + zero}
    use[system.delivered] = use[system.delivered] + need.heating / system.heating + need.hot_water / system.hot_water
    return use


def _by_source(demand: EnergyDemand, own: NDArray[np.float64]) -> list[dict[str, NDArray[np.float64]]]:
    """Delivered energy (n,) of each carrier with each heat source, own electricity taken off."""
    power = demand.electricity_kwh + demand.cooling_kwh / demand.cooling_efficiency
    need = _Need(demand.heating_kwh, demand.hot_water_kwh, power)
    found = [_delivered(need, demand, source) for source in range(len(Carrier))]
    for use in found:
        use["electricity"] = np.maximum(use["electricity"] - own, 0.0)
    return found


def _weighted(use: Mapping[str, NDArray[np.float64]], weight: Mapping[str, float]) -> NDArray[np.float64]:
    total = np.zeros(np.shape(use["electricity"]))
    for name, factor in weight.items():
        total += factor * use[name]
    return total


def _draws(demand: EnergyDemand, own: NDArray[np.float64], weight: Mapping[str, float]) -> NDArray[np.float32]:
    """E-value (n, d) of each draw of the demand with the most probable heat source, not rounded."""
    drawn = {name: values.astype(np.float64) for name, values in demand.draws.items()}
    power = drawn["electricity_kwh"] + drawn["cooling_kwh"] / demand.cooling_efficiency
    need = _Need(drawn["heating_kwh"], drawn["hot_water_kwh"], power)
    result = np.zeros(power.shape)
    for source in np.unique(demand.carrier):
        use = _delivered(need, demand, int(source))
        use["electricity"] = np.maximum(use["electricity"] - own[:, None], 0.0)
        result = np.where((demand.carrier == source)[:, None], _weighted(use, weight), result)
    return (result / demand.heated_floor_area[:, None]).astype(np.float32)


def _classes(
    e_values: NDArray[np.float64],
    limits: NDArray[np.float64],
    names: tuple[str, ...],
    fulfilled: Mapping[str, NDArray[np.bool_]],
) -> NDArray[np.int64]:
    """Column of `names` of each E-value (n, s), or their number where there is no class.

    A class with further criteria falls to the next where these are not `fulfilled` (n,).
    """
    code = (e_values[:, :, None] > limits[:, None, :]).sum(axis=-1)
    for name, met in fulfilled.items():
        if name in names:
            code = np.where((code == names.index(name)) & ~met[:, None], code + 1, code)
    return np.where(np.isnan(limits).any(axis=1, keepdims=True), len(names), code)


def _findings(
    demand: EnergyDemand, names: tuple[str, ...], code: NDArray[np.int64], version: int, confidence: int
) -> Findings:
    rows = []
    if names:
        message = "use or floor area is in no category of the certificate: an E-value without class"
        without = Finding(1630, "E_VALUE_WITHOUT_CLASS", action=Action.DEGRADED, message=message)
        rows += [without._replace(object_id=str(name)) for name in demand.building[code == len(names)]]
    if confidence <= GENERATED_CONFIDENCE:
        message = f"factors of energy forms of version {version} are inferred, not read in a decree"
        rows.append(Finding(1633, "FORM_FACTORS_INFERRED", severity=Severity.WARNING, message=message))
    return Findings.of(rows)
