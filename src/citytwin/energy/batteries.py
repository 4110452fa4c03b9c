"""A battery behind the meter: surplus of photovoltaics goes in, what is missing comes out, hour by hour."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from citytwin.model._cast import as_floats
from citytwin.model.battery_use import BatteryUse
from citytwin.model.demand import EnergyDemand
from citytwin.model.provenance import Provenance
from citytwin.model.pv import PvYield
from citytwin.model.weather import HOURS

BUILDINGS_A_BLOCK = 256

HourlyRows = Callable[[NDArray[np.int64]], NDArray[np.floating]]


class Battery(NamedTuple):
    """Batteries of some buildings.

    Parameters
    ----------
    capacity_kwh : float or float array (n,)
        Usable energy.
    power_kw : float or float array (n,)
        Largest power in and out, at the terminals.
    round_trip_efficiency : float
        Energy out over energy in; half of the loss in kind falls on either way. The default is an assumption.
    """

    capacity_kwh: ArrayLike
    power_kw: ArrayLike
    round_trip_efficiency: float = 0.9


class _Flows(NamedTuple):
    """Sums over the year (k,), kWh."""

    pv: NDArray[np.float64]
    load: NDArray[np.float64]
    direct: NDArray[np.float64]
    charged: NDArray[np.float64]
    discharged: NDArray[np.float64]
    stored: NDArray[np.float64]


def battery_use(
    pv: PvYield | NDArray[np.floating],
    load: EnergyDemand | NDArray[np.floating] | HourlyRows,
    battery: Battery,
) -> BatteryUse:
    r"""Own use of photovoltaics with a battery, an hour after the other.

    With surplus s and deficit d of the hour, efficiency :math:`\eta` of one way (the root of the round trip), power P,
    capacity C and content e: in goes :math:`c = \min(s, P, (C - e)/\eta)`, out comes :math:`a = \min(d, P, \eta e)`,
    :math:`e \leftarrow e + \eta c - a/\eta`. Photovoltaics alone charge; the battery is empty at New Year.

    Parameters
    ----------
    pv : PvYield or float array (n, 8760), kW
        Sum the rows of a district for one battery of the district.
    load : EnergyDemand, float array (n, 8760) or callable, kW
        Electricity of the same buildings; a callable gets rows of `pv`. Of an EnergyDemand, for a PvYield, which names
        its buildings: lighting, appliances, fans and cooling.
    battery : Battery

    Returns
    -------
    BatteryUse

    Raises
    ------
    ValueError
        Shapes that do not fit, a negative number, an efficiency outside 0 to 1, a building without demand, or hours
        that are not at hand.

    Examples
    --------
    >>> import numpy as np
    >>> noon = np.tile(np.where(np.abs(np.arange(24) - 12) < 4, 5.0, 0.0), 365)[None]
    >>> use = battery_use(noon, np.full((1, 8760), 1.0), Battery(capacity_kwh=10.0, power_kw=3.0))
    >>> without = battery_use(noon, np.full((1, 8760), 1.0), Battery(0.0, 0.0))
    >>> round(float(without.self_sufficiency[0]), 3), round(float(use.self_sufficiency[0]), 3)
    (0.292, 0.687)
    """
    efficiency = float(as_floats(battery.round_trip_efficiency, "round_trip_efficiency", (), 0.0, 1.0))
    if efficiency == 0.0:
        raise ValueError("round_trip_efficiency must be above 0")
    generation, names, provenance = _generation(pv)
    n = len(names)
    capacity = as_floats(np.broadcast_to(battery.capacity_kwh, (n,)), "capacity_kwh", (n,), 0.0)
    power = as_floats(np.broadcast_to(battery.power_kw, (n,)), "power_kw", (n,), 0.0)
    need = _need(load, names)
    sums = _Flows(*np.zeros((len(_Flows._fields), n)))
    for start in range(0, n, BUILDINGS_A_BLOCK):
        rows = np.arange(start, min(start + BUILDINGS_A_BLOCK, n))
        made = as_floats(generation(rows), "pv", (len(rows), HOURS), 0.0)
        used = as_floats(need(rows), "load", (len(rows), HOURS), 0.0)
        for total, part in zip(sums, _year(made, used, capacity[rows], power[rows], efficiency**0.5), strict=True):
            total[rows] = part
    return BatteryUse(
        building=names,
        pv_kwh=sums.pv,
        load_kwh=sums.load,
        direct_kwh=sums.direct,
        charged_kwh=sums.charged,
        discharged_kwh=sums.discharged,
        loss_kwh=sums.charged - sums.discharged - sums.stored,
        stored_kwh=sums.stored,
        exported_kwh=sums.pv - sums.direct - sums.charged,
        imported_kwh=sums.load - sums.direct - sums.discharged,
        capacity_kwh=capacity,
        power_kw=power,
        round_trip_efficiency=efficiency,
        provenance=provenance.with_parameters(battery_efficiency=efficiency),
    )


def _year(
    made: NDArray[np.float64],
    used: NDArray[np.float64],
    capacity: NDArray[np.float64],
    power: NDArray[np.float64],
    one_way: float,
) -> _Flows:
    """Sums of the year of some buildings (k,), all of them an hour at a time."""
    direct = np.minimum(made, used)
    surplus, deficit = np.ascontiguousarray((made - direct).T), np.ascontiguousarray((used - direct).T)
    content, charged, discharged = np.zeros((3, len(made)))
    for hour in range(HOURS):
        into = np.minimum(np.minimum(surplus[hour], power), (capacity - content) / one_way)
        out = np.minimum(np.minimum(deficit[hour], power), content * one_way)
        # what flows in and out in one hour leaves rounding in the last digit of a full or an empty battery
        content = np.clip(content + one_way * into - out / one_way, 0.0, capacity)
        charged += into
        discharged += out
    return _Flows(made.sum(axis=1), used.sum(axis=1), direct.sum(axis=1), charged, discharged, content)


def _generation(pv: PvYield | NDArray[np.floating]) -> tuple[HourlyRows, NDArray[np.object_], Provenance]:
    """What gives the generation of some rows, whose they are, and where they come from."""
    if isinstance(pv, PvYield):
        return pv.hourly, pv.building, pv.provenance
    hours = as_floats(pv, "pv", (None, HOURS), 0.0)
    return (lambda rows: hours[rows]), np.array([str(row) for row in range(len(hours))], object), Provenance()


def _need(load: EnergyDemand | NDArray[np.floating] | HourlyRows, names: NDArray[np.object_]) -> HourlyRows:
    """What gives the load of some rows."""
    if isinstance(load, EnergyDemand):
        row_of_id = {name: row for row, name in enumerate(load.building)}
        missing = [str(name) for name in names if name not in row_of_id]
        if missing:
            raise ValueError(f"{len(missing)} buildings with photovoltaics have no demand, such as {missing[0]}")
        place = np.array([row_of_id[name] for name in names], np.int64)

        def hours(rows: NDArray[np.int64]) -> NDArray[np.floating]:
            cooling = load.hourly(place[rows], "cooling") / load.cooling_efficiency
            return load.hourly(place[rows], "electricity") + cooling

        return hours
    if callable(load):
        return load
    given = as_floats(load, "load", (len(names), HOURS), 0.0)
    return lambda rows: given[rows]
