"""A weather year of another climate: air temperature shifted month by month, what hangs on it shifted with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from citytwin.energy.climate import MONTH_OF_DAY
from citytwin.model._cast import as_floats
from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.sky_temperature import ZERO_CELSIUS, clear_sky_emissivity
from citytwin.model.weather import HOURS, Weather

LARGEST_SHIFT_K = 15.0


def shift_weather(weather: Weather, temp_air_change: ArrayLike, place: str | None = None) -> Weather:
    r"""The weather year with another air temperature: the shift of morphing, without steps between months.

    Each month's mean air temperature changes by exactly what is asked for; within the year the change is linear between
    the middles of the months. Relative humidity, wind and irradiance are kept, so that there is more water vapour in
    warmer air. The sky keeps its clouds: with the emissivity :math:`\varepsilon` of the sky and :math:`\varepsilon_0`
    of one without clouds, :math:`(1 - \varepsilon) / (1 - \varepsilon_0)` stays what it is. Depth of snow and albedo
    are not known any more; rules by temperature stand in for them.

    Parameters
    ----------
    weather : Weather
    temp_air_change : float or float array (12,), K
        Of every month, or of each; at most 15 either way.
    place : str, optional
        Default the place with the mean change.

    Returns
    -------
    Weather

    Raises
    ------
    ValueError
        Wrong shape, no number, or more than 15 K.

    References
    ----------
    S. E. Belcher, J. N. Hacker, D. S. Powell, Constructing design weather data for future climates, Building Services
    Engineering Research and Technology 26, 2005, pp. 49-61, doi:10.1191/0143624405bt112oa. Emissivity after Prata, see
    :func:`citytwin.model.sky_temperature.sky_temperature_from_clearness`.

    Examples
    --------
    >>> import citytwin as ct
    >>> year = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    >>> warmer = ct.energy.shift_weather(year, [3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 3, 3])
    >>> round(float((warmer.temp_air - year.temp_air)[:744].mean()), 9)
    3.0
    >>> bool(ct.energy.heating_degree_days(warmer) < 0.85 * ct.energy.heating_degree_days(year))
    True
    """
    change = as_floats(
        np.full(12, temp_air_change) if np.ndim(temp_air_change) == 0 else temp_air_change,
        "temp_air_change", (12,), -LARGEST_SHIFT_K, LARGEST_SHIFT_K,
    )  # fmt: skip
    air = weather.temp_air + _hourly_change(change)
    emissivity = ((weather.sky_temperature + ZERO_CELSIUS) / (weather.temp_air + ZERO_CELSIUS)) ** 4
    before = clear_sky_emissivity(weather.temp_air, weather.relative_humidity)
    after = clear_sky_emissivity(air, weather.relative_humidity)
    emissivity = 1.0 - (1.0 - emissivity) * (1.0 - after) / (1.0 - before)
    unknown = np.full(HOURS, np.nan)
    forgotten = np.isfinite(weather.snow_depth).any() or np.isfinite(weather.albedo).any()
    finding = Finding(
        1634, "SNOW_OF_ANOTHER_CLIMATE", severity=Severity.INFO, action=Action.DEGRADED,
        message="depth of snow and albedo of the weather file are not used with a shifted air temperature",
    )  # fmt: skip
    return replace(
        weather,
        temp_air=air,
        sky_temperature=emissivity**0.25 * (air + ZERO_CELSIUS) - ZERO_CELSIUS,
        snow_depth=unknown,
        albedo=unknown,
        place=f"{weather.place} {change.mean():+.1f} K" if place is None else place,
        findings=weather.findings + Findings.of([finding] if forgotten else []),
        provenance=weather.provenance.with_parameters(weather_shift_k=change.tolist()),
    )


def _hourly_change(change: NDArray[np.float64]) -> NDArray[np.float64]:
    """Continuous change (8760,) with the given monthly means: linear between values in the middle of each month."""
    month = np.repeat(MONTH_OF_DAY, 24)
    hours = np.bincount(month, minlength=12)
    middle = np.cumsum(hours) - 0.5 * hours
    moment = np.arange(HOURS) + 0.5
    tents = np.stack([np.interp(moment, middle, row, period=HOURS) for row in np.eye(12)], axis=1)
    mean = np.stack([np.bincount(month, tent, minlength=12) / hours for tent in tents.T], axis=1)
    return np.asarray(tents @ np.linalg.solve(mean, change), np.float64)
