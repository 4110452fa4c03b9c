"""Heating degree days, and heat that was used in one year as it would be in another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from citytwin.energy.climate import MONTH_OF_DAY
from citytwin.model._cast import as_floats
from citytwin.model.weather import Weather


class DegreeDayRule(NamedTuple):
    """How degree days are counted.

    Parameters
    ----------
    base : float, degrees Celsius
        Indoor temperature that heating has to reach, the rest comes from gains.
    spring, autumn : float, degrees Celsius
        Days with a warmer mean do not count, in January to June and in July to December; infinite where all days below
        the base count.
    """

    base: float
    spring: float = np.inf
    autumn: float = np.inf


S17 = DegreeDayRule(17.0, 10.0, 12.0)
"""Finnish heating degree days S17: days colder than 10 degrees in spring and 12 in autumn count (to be verified)."""
FIRST_AUTUMN_MONTH = 6


def monthly_degree_days(weather: Weather, rule: DegreeDayRule = S17) -> NDArray[np.float64]:
    r"""Heating degree days of each month (12,), K d.

    :math:`\sum_d (T_{base} - \bar T_d)` over the days whose mean is below the limit of the season and below the base.

    Parameters
    ----------
    weather : Weather
    rule : DegreeDayRule
        Default the Finnish S17.

    Raises
    ------
    ValueError
        The rule holds no number, or a day with a missing temperature.

    References
    ----------
    Finnish Meteorological Institute, heating degree days: base 17 degrees, limits 10 and 12 (to be verified).

    Examples
    --------
    >>> import citytwin as ct
    >>> year = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    >>> days = ct.energy.monthly_degree_days(year)
    >>> days.shape, bool(days[0] > 500), bool(days[6] < 20)
    ((12,), True, True)
    """
    if not np.isfinite(rule.base) or np.isnan([rule.spring, rule.autumn]).any():
        raise ValueError(f"a rule of degree days needs a finite base and limits that are numbers, not {rule}")
    mean = as_floats(weather.temp_air, "temp_air").reshape(-1, 24).mean(axis=1)
    limit = np.where(MONTH_OF_DAY < FIRST_AUTUMN_MONTH, rule.spring, rule.autumn)
    counted = np.where(mean < limit, np.maximum(rule.base - mean, 0.0), 0.0)
    return np.asarray(np.bincount(MONTH_OF_DAY, counted, minlength=12), np.float64)


def heating_degree_days(weather: Weather, rule: DegreeDayRule = S17) -> float:
    """Heating degree days of a year, K d, see :func:`monthly_degree_days`.

    Parameters
    ----------
    weather : Weather
    rule : DegreeDayRule

    Examples
    --------
    >>> import citytwin as ct
    >>> year = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    >>> plain = ct.energy.heating_degree_days(year, ct.energy.DegreeDayRule(17.0))
    >>> bool(ct.energy.heating_degree_days(year) < plain)
    True
    """
    return float(monthly_degree_days(weather, rule).sum())


def normalised_heating(
    heating_kwh: ArrayLike, actual: ArrayLike, normal: ArrayLike, constant_kwh: ArrayLike = 0.0
) -> NDArray[np.float64]:
    r"""Heat that was used in one period as it would be in the normal one: :math:`(Q - Q_0) S_N / S + Q_0`.

    Parameters
    ----------
    heating_kwh : array, kWh
        Used heat, of a year or of each month.
    actual, normal : arrays that broadcast to it, K d
        Degree days of the period and of the normal period, by the same rule.
    constant_kwh : array that broadcasts to it, kWh
        Part that does not follow the weather, such as hot water.

    Returns
    -------
    float64 array
        NaN where there was no degree day to scale by but heat beyond the constant part, or where that part is larger
        than the heat.

    Raises
    ------
    ValueError
        A negative number, one that is not finite, or shapes that do not fit.

    References
    ----------
    Motiva, normalisation of consumption by degree days (to be verified).

    Examples
    --------
    >>> normalised_heating([100.0, 50.0], 4000.0, 3600.0, constant_kwh=[20.0, 20.0])
    array([92., 47.])
    """
    used = as_floats(heating_kwh, "heating_kwh", (None,) * np.ndim(heating_kwh), 0.0)
    parts = []
    for name, values in (("actual", actual), ("normal", normal), ("constant_kwh", constant_kwh)):
        parts.append(np.broadcast_to(as_floats(values, name, (None,) * np.ndim(values), 0.0), used.shape))
    days, normal_days, constant = parts
    variable = used - constant
    scaled = np.divide(variable * normal_days, days, out=np.full(used.shape, np.nan), where=days > 0)
    scaled = np.where((days == 0) & (variable == 0), 0.0, scaled)
    return np.where(variable >= 0, scaled + constant, np.nan)
