"""Modelled against metered: normalised mean bias, CV(RMSE) and R2 by class, and meters as useful heat by month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from citytwin.energy.degree_days import normalised_heating
from citytwin.model._cast import as_floats
from citytwin.model.enums import Carrier

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from citytwin.model.demand import EnergyDemand
    from citytwin.model.meters import Meters

Floats = NDArray[np.float64]

CERTAIN = 0.99
"""Probability of a heat source from which a building's meter is read as that of all its heat."""
COVERED = 0.98
"""Share of the hours of a month or year that must have been read."""


class ClassError(NamedTuple):
    """Errors of one class of buildings.

    Parameters
    ----------
    group : str
        The class, ``all`` for all of them.
    n : int
        Pairs of metered and modelled values.
    metered, modelled : float
        Their means.
    nmbe : float
        Metered less modelled over the mean of the metered; above 0 where the model gives too little.
    cv_rmse : float
    r2 : float
        1 less the squared errors over those of the mean: below 0 where the mean of the class tells more than the model.
    correlation : float
        Pearson's, of metered and modelled values; NaN where one of them does not vary.
    """

    group: str
    n: int
    metered: float
    modelled: float
    nmbe: float
    cv_rmse: float
    r2: float
    correlation: float


@dataclass(frozen=True)
class ErrorTable:
    """Errors of each class, made by :func:`metered_errors`; the last row is of all pairs together."""

    rows: tuple[ClassError, ...]

    def __iter__(self) -> Iterator[ClassError]:
        return iter(self.rows)

    def __getitem__(self, group: str) -> ClassError:
        """Row of a class; KeyError where there is none."""
        found = {row.group: row for row in self.rows}
        return found[group]

    def to_pandas(self) -> pd.DataFrame:
        """One row a class, index ``group``."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=ClassError._fields).set_index("group")


def metered_errors(
    metered: ArrayLike,
    modelled: ArrayLike,
    group: ArrayLike | None = None,
    floor_area: ArrayLike | None = None,
    fitted: int = 1,
) -> ErrorTable:
    r"""Error table of modelled against metered energy by class.

    :math:`NMBE = \sum (m - s) / ((n - p)\,\bar m)`, :math:`CV(RMSE) = \sqrt{\sum (m - s)^2 / (n - p)} / \bar m` and
    :math:`R^2 = 1 - \sum (m - s)^2 / \sum (m - \bar m)^2` over the pairs of metered :math:`m` and modelled :math:`s`.

    Parameters
    ----------
    metered, modelled : float arrays (n,) or (n, 12)
        By building, or by building and month; pairs with a NaN are left out.
    group : array (n,) of str, optional
        Class of each building, such as its use.
    floor_area : float array (n,), m2, optional
        Compare energy per floor area: totals agree with anything that grows with the size of a building.
    fitted : int
        Number p of parameters; 1 in the guideline.

    Raises
    ------
    ValueError
        Shapes that do not fit, a floor area that is not above 0, or no pair at all.

    References
    ----------
    ASHRAE Guideline 14-2014, "Measurement of Energy, Demand, and Water Savings", 5.2.11.3. Its limits for monthly data
    of one calibrated building are NMBE 5 % and CV(RMSE) 15 % (to be verified).

    Examples
    --------
    >>> table = metered_errors([100.0, 120.0, 140.0], [90.0, 120.0, 150.0])
    >>> row = table["all"]
    >>> row.n, row.nmbe, round(row.cv_rmse, 3), row.r2
    (3, 0.0, 0.083, 0.75)
    """
    shape = (None, 12) if np.ndim(metered) == 2 else (None,)
    m = as_floats(metered, "metered", shape, missing=True)
    s = as_floats(modelled, "modelled", m.shape, missing=True)
    if floor_area is not None:
        area = as_floats(floor_area, "floor_area", (len(m),), low=1e-9).reshape(-1, *[1] * (m.ndim - 1))
        m, s = m / area, s / area
    classes = np.full(len(m), "all") if group is None else np.asarray(group).astype(str)
    if classes.shape != (len(m),):
        raise ValueError(f"group must have shape ({len(m)},), not {classes.shape}")
    known = np.isfinite(m) & np.isfinite(s)
    if not known.any():
        raise ValueError("there is no pair of a metered and a modelled value")
    names = [name for name in np.unique(classes).tolist() if name != "all"]
    rows = [(name, known & (classes == name).reshape(-1, *[1] * (m.ndim - 1))) for name in names]
    return ErrorTable(tuple(_errors(name, m[at], s[at], fitted) for name, at in [*rows, ("all", known)] if at.any()))


def _errors(group: str, m: Floats, s: Floats, fitted: int) -> ClassError:
    n = len(m)
    free = n - fitted
    mean, error = float(m.mean()), m - s
    scale = mean * free if free > 0 and mean > 0 else np.nan
    squares, spread = float((error**2).sum()), float(((m - mean) ** 2).sum())
    varies = n > 1 and m.std() > 0 and s.std() > 0
    return ClassError(
        group=group,
        n=n,
        metered=mean,
        modelled=float(s.mean()),
        nmbe=float(error.sum() / scale),
        cv_rmse=float(np.sqrt(squares / free) / mean) if np.isfinite(scale) else np.nan,
        r2=1.0 - squares / spread if spread > 0 else np.nan,
        correlation=float(np.corrcoef(m, s)[0, 1]) if varies else np.nan,
    )


def metered_heat(
    meters: Meters, demand: EnergyDemand, carrier: str = "district_heat", year: int | None = None, monthly: bool = True
) -> Floats:
    """Useful heat for rooms and hot water as meters of delivered energy say, (n, 12) or (n,) kWh.

    What is delivered is multiplied by the efficiency of the heat source, that of heating and hot water mixed as the
    model says. NaN where the heat source is not certain, is another carrier, or less than 98 % of the time was read.

    Parameters
    ----------
    meters : Meters
        At the buildings, see :meth:`~citytwin.model.meters.Meters.at_buildings`.
    demand : EnergyDemand
        Gives the buildings, their heat sources and the share of hot water.
    carrier : str
        Delivered carrier that only heats: not electricity.
    year : int, optional
    monthly : bool
        Whether by month.

    Raises
    ------
    ValueError
        A carrier that does more than heat, or as :meth:`~citytwin.model.meters.Meters.annual`.

    Examples
    --------
    ``ct.energy.calibrate(buildings, weather, irradiation, {"heat_kwh": metered_heat(meters, demand)})``
    """
    heats = {source: system for source, system in demand.systems.items() if system.delivered == carrier}
    if carrier == "electricity" or not heats:
        raise ValueError(f"{carrier!r} is not a carrier that only heats: {', '.join(_heating_carriers(demand))} are")
    keys = [str(name) for name in demand.building]
    read = (meters.monthly if monthly else meters.annual)(keys, carrier, year).complete(COVERED)
    heating, water = demand.monthly("heating_kwh"), demand.monthly("hot_water_kwh")
    if not monthly:
        heating, water = heating.sum(axis=1), water.sum(axis=1)
    found = np.full(read.shape, np.nan)
    for source, system in heats.items():
        rows = demand.carrier_shares[:, Carrier.from_word(source)] >= CERTAIN
        delivered = heating / system.heating + water / system.hot_water
        efficiency = np.divide(heating + water, delivered, out=np.full(read.shape, system.heating), where=delivered > 0)
        found[rows] = (read * efficiency)[rows]
    return found


def _heating_carriers(demand: EnergyDemand) -> list[str]:
    return [word for word in demand.delivered_carriers if word != "electricity"]


def normalised_meters(heat_kwh: ArrayLike, actual: ArrayLike, normal: ArrayLike, base_kwh: ArrayLike = 0.0) -> Floats:
    """Metered months as they would be in the weather of the model (n, 12), kWh; see :func:`normalised_heating`.

    Parameters
    ----------
    heat_kwh : float array (n, 12)
        NaN stays NaN.
    actual, normal : float arrays (12,), K d
        Degree days of the metered year and of the weather of the model, see :func:`monthly_degree_days`.
    base_kwh : float, or array that broadcasts to (n, 12)
        Hot water and whatever else does not follow the weather; at most the month itself is taken. Months without
        degree days stay as they are.

    Examples
    --------
    >>> warm, normal = np.full(12, 300.0), np.full(12, 330.0)
    >>> float(normalised_meters(np.full((1, 12), 50.0), warm, normal, 20.0)[0, 0])
    53.0
    """
    heat = as_floats(heat_kwh, "heat_kwh", (None, 12), low=0.0, missing=True)
    days = as_floats(actual, "actual", (12,), low=0.0)
    filled = np.nan_to_num(heat)
    base = np.minimum(np.broadcast_to(np.asarray(base_kwh, np.float64), filled.shape), filled)
    cold = days > 0
    scaled = np.where(cold, normalised_heating(filled, np.where(cold, days, 1.0), normal, base), filled)
    return np.where(np.isfinite(heat), scaled, np.nan)
