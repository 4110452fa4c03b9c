"""From needs to what is delivered: heat sources with their efficiencies, heat pumps by temperature, cooling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.energy_forms import form_factors
from citytwin.model._cast import as_floats
from citytwin.model.delivered import END_USES, DeliveredEnergy
from citytwin.model.demand import EnergyDemand
from citytwin.model.enums import Carrier
from citytwin.model.heat_pump_use import HeatPumpUse


def delivered_energy(
    demand: EnergyDemand,
    heat_pumps: HeatPumpUse | None = None,
    own_use_kwh: NDArray[np.floating] | None = None,
    version: int = 2018,
    accept_inferred: bool = False,
) -> DeliveredEnergy:
    """Energy delivered to each building by end use and carrier, and its primary energy.

    District heat, boilers, direct electricity and, without `heat_pumps`, heat pumps turn what is delivered into heat by
    an efficiency of the year; cooling takes electricity. Where the heat source is a probability, each source has its
    share.

    Parameters
    ----------
    demand : EnergyDemand
    heat_pumps : HeatPumpUse, optional
        Of the same buildings: takes the place of the heat pumps' performance of the year.
    own_use_kwh : float array (n,), optional
        Electricity from own photovoltaics that is used on the spot, such as
        :attr:`~citytwin.model.BatteryUse.self_used_kwh`.
    version, accept_inferred
        Factors of energy forms, see :func:`~citytwin.energy.form_factors`.

    Returns
    -------
    DeliveredEnergy

    Raises
    ------
    ValueError
        Heat pumps of other buildings, or own use that is negative or more than the electricity.

    References
    ----------
    EN 15603:2008 (delivered and primary energy), Decree 788/2017 (Finland).

    Examples
    --------
    >>> import numpy as np
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(2, seed=1)
    >>> year = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    >>> demand = ct.energy.simulate(city.buildings(), year, ct.solar.irradiate(city, year, level="draft"), draws=0)
    >>> delivered = ct.energy.delivered_energy(demand)
    >>> bool(np.allclose(delivered.of("district_heat"), demand.delivered("district_heat")))
    True
    """
    n = len(demand)
    if heat_pumps is not None and not np.array_equal(heat_pumps.building, demand.building):
        raise ValueError("heat_pumps must be of the buildings of the demand, in their order")
    factors = form_factors(version, accept_inferred)
    carriers = demand.delivered_carriers
    column = {name: k for k, name in enumerate(carriers)}
    row = {name: k for k, name in enumerate(END_USES)}
    kwh = np.zeros((n, len(END_USES), len(carriers)))
    for source, system in demand.systems.items():
        heating, water = demand.heating_kwh / system.heating, demand.hot_water_kwh / system.hot_water
        if heat_pumps is not None and source == Carrier.GROUND_SOURCE_HEAT_PUMP.word:
            heating, water = heat_pumps.heating_electricity_kwh, heat_pumps.hot_water_electricity_kwh
        share = demand.carrier_shares[:, Carrier.from_word(source)]
        kwh[:, row["heating"], column[system.delivered]] += share * heating
        kwh[:, row["hot_water"], column[system.delivered]] += share * water
    kwh[:, row["cooling"], column["electricity"]] = demand.cooling_kwh / demand.cooling_efficiency
    kwh[:, row["appliances"], column["electricity"]] = demand.electricity_kwh
    own = as_floats(np.zeros(n) if own_use_kwh is None else own_use_kwh, "own_use_kwh", (n,), 0.0)
    electricity = kwh[:, :, column["electricity"]].sum(axis=1)
    if (own > electricity * (1.0 + 1e-9)).any():
        first = int(np.argmax(own > electricity))
        raise ValueError(f"own_use_kwh is more than the electricity of building {demand.building[first]}")
    weakest = demand.confidence if heat_pumps is None else np.minimum(demand.confidence, heat_pumps.confidence)
    return DeliveredEnergy(
        building=demand.building,
        carrier=carriers,
        kwh=kwh,
        own_kwh=own,
        factor=np.array([factors.of(name) for name in carriers]),
        version=version,
        confidence=np.minimum(weakest, factors.confidence).astype(np.int8),
        provenance=demand.provenance.with_parameters(energy_form_version=version),
    )
