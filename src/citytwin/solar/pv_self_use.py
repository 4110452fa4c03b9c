"""Own use of photovoltaics under ways of metering: behind one meter by phase, netted, or shared in a community."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.model._cast import as_floats
from citytwin.model.demand import EnergyDemand
from citytwin.model.enums import Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.pv import PvYield
from citytwin.model.pv_use import PvUse
from citytwin.model.sun import month_of_hour
from citytwin.model.weather import HOURS

METERINGS = ("none", "netting", "community")
BUILDINGS_A_BLOCK = 64

Load = EnergyDemand | NDArray[np.floating] | Callable[[NDArray[np.int64]], NDArray[np.floating]]
Hours = NDArray[np.float64]


class Phases(NamedTuple):
    """How generation and load spread on the three phases of a building, each with shares that sum to 1.

    Parameters
    ----------
    generation : tuple of 3 floats
        (1/3, 1/3, 1/3) for an inverter on three phases, (1, 0, 0) for one on a single phase.
    load : tuple of 3 floats

    Examples
    --------
    >>> Phases(generation=(1.0, 0.0, 0.0), load=(0.5, 0.3, 0.2)).load[0]
    0.5
    """

    generation: tuple[float, float, float]
    load: tuple[float, float, float]


class _Flows(NamedTuple):
    """Hourly flows of some buildings, each (k, 8760), kW."""

    self_used: Hours
    solar: Hours


def pv_self_use(
    pv: PvYield,
    load: Load,
    metering: str = "netting",
    property_share: float | NDArray[np.floating] = 1.0,
    phases: Phases | None = None,
    community: Sequence[object] | NDArray[np.generic] | None = None,
) -> PvUse:
    r"""How much of the solar electricity the buildings use themselves, hour by hour.

    With generation P and load L of a building:

    * ``none``: phases are measured apart, and only the property meter lies behind the modules:
      :math:`\sum_p \min(g_p P, l_p s L)`.
    * ``netting``: the network company nets phases and directions within the hour on the property meter:
      :math:`\min(P, s L)`.
    * ``community``: surplus of the property meter is credited to all other meters of the housing company or another
      local energy community within the hour: :math:`\min(\sum P, \sum L)`. A building serves itself first; the rest of
      the load gets the rest of the generation in proportion.

    Finnish network companies have had to net within the imbalance settlement period and to credit communities since 1
    January 2023, some have since 2021; the period has been 15 minutes since May 2023. Within an hour loads and clouds
    come and go, so that hourly means say too much rather than too little.

    Parameters
    ----------
    pv : PvYield
    load : EnergyDemand, float array (n, 8760) or callable, kW
        Electricity of each building of `pv`, all meters together; a callable gets rows of `pv` and gives their loads.
        Of an EnergyDemand: lighting, appliances, fans and cooling; electric heating is left out, for its hours depend
        on a heat source that is a probability.
    metering : {"none", "netting", "community"}
    property_share : float or float array (n,)
        Share s of the load on the meter that the modules stand behind: 1 in a house with one meter, less in a block of
        flats, where each flat has its own. Not used for a community.
    phases : Phases
        How generation and load spread on the phases, ``ct.solar.Phases(generation=(1/3, 1/3, 1/3), load=(0.5, 0.3,
        0.2))``; needed for ``none``, not used else.
    community : array (n,), optional
        Label of the community of each building; None, NaN or empty text for a building that is in none and shares with
        no other. By default each building is one of its own, such as a housing company.

    Returns
    -------
    PvUse

    Raises
    ------
    ValueError
        Unknown metering, a load of wrong shape, negative or not known, shares outside 0 to 1, no phases for ``none``,
        or the hours of `pv` are not at hand.

    References
    ----------
    Government decree 1133/2020 (Finland) amending decree 66/2009 on settlement and metering of electricity supply, and
    decree 767/2021 that replaced it: netting and local energy communities; to be verified.

    Examples
    --------
    >>> import numpy as np
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(4, seed=1)
    >>> weather = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    >>> sun = ct.solar.irradiate(city, weather, level="draft")
    >>> pv = ct.solar.pv_yield(ct.solar.pv_sites(sun, city, city.buildings()), sun, weather)
    >>> use = ct.solar.pv_self_use(pv, np.full((len(pv), 8760), 5.0))
    >>> bool(np.allclose(use.self_used_kwh + use.exported_kwh, use.pv_kwh))
    True

    With phases measured apart, less is used by a load that does not spread as the generation does:

    >>> phases = ct.solar.Phases(generation=(1 / 3, 1 / 3, 1 / 3), load=(0.8, 0.1, 0.1))
    >>> apart = ct.solar.pv_self_use(pv, np.full((len(pv), 8760), 5.0), metering="none", phases=phases)
    >>> bool((apart.self_used_kwh < use.self_used_kwh).all())
    True
    """
    if metering not in METERINGS:
        raise ValueError(f"metering must be one of {', '.join(METERINGS)}, not {metering!r}")
    n = len(pv)
    share = as_floats(np.broadcast_to(property_share, (n,)), "property_share", (n,), 0.0, 1.0)
    phases = _checked_phases(phases) if metering == "none" else None
    get_load, findings = _load(load, pv)
    label = np.arange(n) if community is None or metering != "community" else _labels(community, n)
    month_starts = np.flatnonzero(np.diff(month_of_hour(), prepend=-1))
    sums, monthly = np.zeros((4, n)), np.zeros((n, 12))
    for rows in _whole_groups(label):
        made = pv.hourly(rows).astype(np.float64)
        need = as_floats(get_load(rows), "load", (len(rows), HOURS), 0.0)
        if metering == "community":
            flows = _shared(made, need, label[rows])
        else:
            flows = _behind_meter(made, need * share[rows, None], phases)
        sums[:, rows] = [part.sum(1) for part in (made, need, flows.self_used, flows.solar)]
        monthly[rows] = np.add.reduceat(flows.self_used, month_starts, axis=1)
    made_kwh, need_kwh, self_used, solar = sums
    return PvUse(
        building=pv.building,
        pv_kwh=made_kwh,
        load_kwh=need_kwh,
        self_used_kwh=self_used,
        exported_kwh=made_kwh - self_used,
        solar_kwh=solar,
        imported_kwh=need_kwh - solar,
        monthly_self_used_kwh=monthly,
        metering=metering,
        findings=findings,
        provenance=pv.provenance.with_parameters(pv_metering=metering),
    )


def _behind_meter(made: Hours, need: Hours, phases: Phases | None) -> _Flows:
    """Own use of each building behind its property meter."""
    if phases is None:
        used = np.minimum(made, need)
    else:
        used = np.zeros(made.shape)
        for generation, load in zip(phases.generation, phases.load, strict=True):
            used += np.minimum(generation * made, load * need)
    return _Flows(used, used)


def _shared(made: Hours, need: Hours, label: NDArray[np.integer]) -> _Flows:
    """Own use of each building and, of what is left, within its community; rows of a community side by side."""
    own = np.minimum(made, need)
    surplus, deficit = made - own, need - own
    starts = np.flatnonzero(np.diff(label, prepend=label[0] - 1))
    size = np.diff(np.append(starts, len(label)))
    to_give, to_get = (np.add.reduceat(part, starts, axis=0) for part in (surplus, deficit))
    passed = np.minimum(to_give, to_get)
    given = np.divide(passed, to_give, out=np.zeros(passed.shape), where=to_give > 0.0)
    got = np.divide(passed, to_get, out=np.zeros(passed.shape), where=to_get > 0.0)
    return _Flows(own + surplus * np.repeat(given, size, 0), own + deficit * np.repeat(got, size, 0))


def _labels(community: Sequence[object] | NDArray[np.generic], n: int) -> NDArray[np.int64]:
    """Number of the community of each building."""
    if len(community) != n:
        raise ValueError(f"community must have one label for each of {n} buildings, not {len(community)}")
    import pandas as pd

    numbers: dict[object, int] = {}
    labels = pd.Series(list(community), dtype=object)
    own = labels.isna() | (labels == "")
    keys = [("alone", row) if alone else label for row, (label, alone) in enumerate(zip(labels, own, strict=True))]
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)


def _whole_groups(label: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Blocks of rows that hold whole communities, those of one community side by side."""
    if not len(label):
        return []
    order = np.argsort(label, kind="stable")
    starts = np.flatnonzero(np.diff(label[order], prepend=-1))
    blocks, first = [], 0
    for start, stop in zip(starts, np.append(starts[1:], len(order)), strict=True):
        if stop - first > BUILDINGS_A_BLOCK and start > first:
            blocks.append(order[first:start])
            first = int(start)
    return [*blocks, order[first:]]


def _load(load: Load, pv: PvYield) -> tuple[Callable[[NDArray[np.int64]], NDArray[np.floating]], Findings]:
    """What gives the load of some rows of a yield, and what is odd about it."""
    if isinstance(load, EnergyDemand):
        return _demand_load(load, pv)
    if callable(load):
        return load, Findings.of()
    hours = as_floats(load, "load", (len(pv), HOURS), 0.0)
    return (lambda rows: hours[rows]), Findings.of()


def _demand_load(
    demand: EnergyDemand, pv: PvYield
) -> tuple[Callable[[NDArray[np.int64]], NDArray[np.floating]], Findings]:
    """Electricity of lighting, appliances, fans and cooling; none where a building was not simulated."""
    row_of_id = {name: row for row, name in enumerate(demand.building)}
    place = np.array([row_of_id.get(name, -1) for name in pv.building], np.int64)

    def hours(rows: NDArray[np.int64]) -> NDArray[np.floating]:
        result = np.zeros((len(rows), HOURS))
        known = place[rows] >= 0
        asked = place[rows][known]
        cooling = demand.hourly(asked, "cooling") / demand.cooling_efficiency
        result[known] = demand.hourly(asked, "electricity") + cooling
        return result

    bare = pv.building[place < 0]
    if not len(bare):
        return hours, Findings.of()
    message = (
        f"{len(bare)} of {len(pv)} buildings have no simulated load: all of their solar electricity is taken as "
        f"exported; the first is {bare[0]}"
    )
    finding = Finding(1853, "PV_LOAD_UNKNOWN", str(bare[0]), severity=Severity.WARNING, message=message)
    return hours, Findings.of([finding])


def _checked_phases(phases: Phases | None) -> Phases:
    if phases is None:
        raise ValueError(
            "metering='none' measures phases apart: phases must say how generation and load spread on them"
        )
    if len(phases) != len(Phases._fields):
        raise ValueError("phases must be Phases(generation, load), each with the shares of three phases")
    phases = Phases(*phases)
    for name, shares in zip(Phases._fields, phases, strict=True):
        as_floats(shares, name, (3,), 0.0, 1.0)
        if not np.isclose(sum(shares), 1.0):
            raise ValueError(f"{name} of the phases must sum to 1, but sums to {sum(shares):g}")
    return phases
