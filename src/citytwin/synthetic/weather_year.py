"""A synthetic weather year that meets given monthly statistics."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels.solar_position import solar_position
from citytwin.model.provenance import Provenance
from citytwin.model.sky_temperature import sky_temperature_from_clearness
from citytwin.model.sun import MONTH_DAYS, NOMINAL_YEAR_DAYS, month_of_hour
from citytwin.model.weather import HOURS, Weather
from citytwin.synthetic.splitmix import uniform

if TYPE_CHECKING:
    import pandas as pd

MONTH = month_of_hour()
HOURS_OF_MONTH = 24 * np.array(MONTH_DAYS)
DAY = np.arange(HOURS) // 24
COLUMNS = (
    "temp_air_mean_c",
    "temp_air_daily_range_c",
    "temp_air_min_c",
    "temp_air_max_c",
    "relative_humidity_mean_pct",
    "wind_speed_mean_m_s",
    "ghi_kwh_m2",
    "dni_kwh_m2",
    "dhi_kwh_m2",
)
SOLAR_CONSTANT = 1361.1
"""W/m2; C. A. Gueymard, Solar Energy 168, 2018, doi:10.1016/j.solener.2018.04.001."""
TINY = 1e-12
"""Divisor of months in which the sun does not rise."""
HALVINGS = 60
"""Bisections: the interval shrinks to the precision of the numbers."""


def helsinki_normals() -> dict[str, NDArray[np.float64]]:
    """Monthly statistics of Helsinki for :func:`weather`.

    Derived from the energy test reference year TRY2020 Vantaa of the Finnish Meteorological Institute, CC BY 4.0.

    Returns
    -------
    mapping of column to float64 array (12,)
        Units stand in the names.

    Examples
    --------
    >>> float(helsinki_normals()["ghi_kwh_m2"].sum().round())
    975.0
    """
    return _normals(Path(__file__).with_name("helsinki_monthly_climate.csv"))


def weather(
    latitude: float,
    longitude: float,
    normals: pd.DataFrame | Mapping[str, Any] | str | Path,
    seed: int = 0,
    altitude: float = 0.0,
    utc_offset_h: float | None = None,
    place: str = "synthetic",
) -> Weather:
    """A weather year of 8,760 hours with the given monthly means and sums.

    Temperature is a daily wave and first-order autoregressive noise, stretched and shifted to the mean and the mean
    daily range of each month. Direct irradiance is that of a clear sky, thinned by autocorrelated clouds; diffuse
    irradiance is greatest under broken clouds. The sums of global, direct normal and diffuse irradiance of each month
    are met, and GHI = DHI + DNI cos(z) holds exactly with the sun at the middle of each hour. Humidity falls as the day
    warms, wind is autocorrelated; both meet their monthly means. The result is no record of any year.

    Parameters
    ----------
    latitude, longitude : float, degrees north and east
    normals : DataFrame, mapping or path of a CSV
        Twelve rows, January first, of ``temp_air_mean_c``, ``temp_air_daily_range_c`` (mean over the days of highest
        less lowest hour), ``temp_air_min_c``, ``temp_air_max_c``, ``relative_humidity_mean_pct``,
        ``wind_speed_mean_m_s``, ``ghi_kwh_m2``, ``dni_kwh_m2`` and ``dhi_kwh_m2``.
    seed : int
        Not negative.
    altitude : float, m
    utc_offset_h : float, optional
        Default: longitude / 15, rounded.
    place : str

    Returns
    -------
    Weather
        With ``synthetic=True``.

    Raises
    ------
    ValueError
        Where a column is missing or has other than twelve finite numbers, or a month's irradiation cannot come from
        the sun at this place: the sums are given for somewhere else.

    References
    ----------
    Clear sky: A. B. Meinel, M. P. Meinel, "Applied Solar Energy", 1976, direct irradiance I_0 0.7^(AM^0.678), with the
    air mass of F. Kasten, A. T. Young, Applied Optics 28(22), 1989, doi:10.1364/AO.28.004735.

    Examples
    --------
    >>> import citytwin as ct
    >>> year = ct.synthetic.weather(60.17, 24.94, ct.synthetic.helsinki_normals())
    >>> year.synthetic, round(float(year.temp_air.mean()), 1), round(float(year.ghi.sum()) / 1000)
    (True, 5.9, 975)
    """
    table = _normals(normals)
    offset = float(round(longitude / 15.0)) if utc_offset_h is None else float(utc_offset_h)
    days = NOMINAL_YEAR_DAYS + (np.arange(HOURS) + 0.5 - offset) / 24.0
    zenith = solar_position(days, float(latitude), float(longitude)).zenith
    cos_zenith = np.maximum(np.cos(np.radians(zenith)), 0.0)
    clear = _clear_sky(cos_zenith)
    dni = _direct(table, cos_zenith, clear, _noise(seed, "clouds", 9.0))
    dhi = _diffuse(table, cos_zenith, dni / np.maximum(clear, 1.0))
    ghi = dhi + dni * cos_zenith
    _check_sums(table, ghi, dni, dhi)
    solar_hour = (np.arange(HOURS) + 0.5 - offset + longitude / 15.0) % 24.0
    temp_air, warmth = _temperature(table, seed, solar_hour)
    humidity = _humidity(table, seed, warmth)
    return Weather(
        temp_air=temp_air,
        relative_humidity=humidity,
        wind_speed=_wind(table, seed),
        ghi=ghi,
        dni=dni,
        dhi=dhi,
        sky_temperature=sky_temperature_from_clearness(temp_air, humidity, ghi, zenith),
        latitude=float(latitude),
        longitude=float(longitude),
        altitude=float(altitude),
        utc_offset_h=offset,
        place=place,
        synthetic=True,
        provenance=Provenance(
            parameters={"generator": "synthetic.weather", "latitude": latitude, "longitude": longitude, "seed": seed}
        ),
    )


def _normals(source: pd.DataFrame | Mapping[str, Any] | str | Path) -> dict[str, NDArray[np.float64]]:
    """The columns as float64 (12,)."""
    if isinstance(source, str | Path):
        with open(source, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
        source = {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}
    table = {}
    for name in COLUMNS:
        if name not in source:
            raise ValueError(f"monthly statistics lack the column {name}")
        table[name] = np.array(source[name], np.float64)
        if table[name].shape != (12,) or not np.isfinite(table[name]).all():
            raise ValueError(f"column {name} of the monthly statistics must hold twelve finite numbers")
    return table


def _noise(seed: int, purpose: str, hours: float) -> NDArray[np.float64]:
    """First-order autoregressive normal noise (8760,) of unit variance whose correlation falls to 1/e in `hours`."""
    draws = uniform(seed, purpose, np.arange(2)[:, None], np.arange(HOURS))
    normal = np.sqrt(-2.0 * np.log1p(-draws[0])) * np.cos(2.0 * np.pi * draws[1])
    keep = np.exp(-1.0 / hours)
    fresh = np.sqrt(1.0 - keep**2)
    series = np.empty(HOURS)
    state = normal[0]
    for hour, shock in enumerate(normal.tolist()):
        state = keep * state + fresh * shock
        series[hour] = state
    return series


def _monthly(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums (12,) over the hours of each month."""
    return np.bincount(MONTH, values, 12)


def _monthly_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return _monthly(values) / HOURS_OF_MONTH


def _bisect(excess: Callable[[NDArray[np.float64]], NDArray[np.float64]], limit: float) -> NDArray[np.float64]:
    """Where `excess`, increasing in each of its twelve arguments, changes sign within plus or minus `limit` (12,)."""
    below, above = np.full(12, -limit), np.full(12, limit)
    for _ in range(HALVINGS):
        middle = (below + above) / 2.0
        positive = excess(middle) > 0.0
        above = np.where(positive, middle, above)
        below = np.where(positive, below, middle)
    return (below + above) / 2.0


def _clear_sky(cos_zenith: NDArray[np.float64]) -> NDArray[np.float64]:
    """Direct normal irradiance of a clear sky (8760,), W/m2, 0 with the sun below the horizon."""
    height = np.degrees(np.arcsin(cos_zenith))
    air_mass = 1.0 / (cos_zenith + 0.50572 * (height + 6.07995) ** -1.6364)
    distance = 1.0 + 0.033 * np.cos(2.0 * np.pi * DAY / 365.0)
    return SOLAR_CONSTANT * distance * 0.7 ** (air_mass**0.678) * (cos_zenith > 0.0)


def _direct(
    table: Mapping[str, NDArray[np.float64]],
    cos_zenith: NDArray[np.float64],
    clear: NDArray[np.float64],
    sunny: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Direct normal irradiance (8760,), W/m2.

    Of a clear hour the share 1 / (1 + exp(8 (threshold - sunny))) gets through. The threshold of a month sets its sum,
    and a factor exp(tilt cos z / max cos z) moves sun between high and low hours until the sum on the horizontal fits.
    """
    highest = np.maximum.reduceat(cos_zenith, np.searchsorted(MONTH, np.arange(12)))
    relative = cos_zenith / np.maximum(highest, TINY)[MONTH]
    normal = 1000.0 * table["dni_kwh_m2"]
    horizontal = 1000.0 * (table["ghi_kwh_m2"] - table["dhi_kwh_m2"])

    def tilted(tilt: NDArray[np.float64]) -> NDArray[np.float64]:
        exponent = tilt[MONTH] * (relative - (tilt[MONTH] > 0.0))
        sky = clear * np.exp(exponent)
        threshold = _bisect(lambda x: normal - _monthly(sky * _through(sunny, x)), 12.0)
        return sky * _through(sunny, threshold)

    def too_high(tilt: NDArray[np.float64]) -> NDArray[np.float64]:
        direct = tilted(tilt)
        return _monthly(direct * cos_zenith) * normal - _monthly(direct) * horizontal

    direct = tilted(_bisect(too_high, 12.0))
    return direct


def _through(sunny: NDArray[np.float64], threshold: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1.0 / (1.0 + np.exp(8.0 * (threshold[MONTH] - sunny)))


def _diffuse(
    table: Mapping[str, NDArray[np.float64]], cos_zenith: NDArray[np.float64], sunshine: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Diffuse horizontal irradiance (8760,), W/m2: a broken sky is brighter than a blue or a grey one.

    `sunshine` is the direct irradiance as a share of that of a clear sky.
    """
    shape = cos_zenith**0.8 * (1.0 + 4.0 * sunshine * (1.0 - sunshine))
    return shape * (1000.0 * table["dhi_kwh_m2"] / np.maximum(_monthly(shape), TINY))[MONTH]


def _check_sums(
    table: Mapping[str, NDArray[np.float64]],
    ghi: NDArray[np.float64],
    dni: NDArray[np.float64],
    dhi: NDArray[np.float64],
) -> None:
    """Raise where the sun of the place cannot give the sums asked for."""
    for name, values in (("dni_kwh_m2", dni), ("dhi_kwh_m2", dhi), ("ghi_kwh_m2", ghi)):
        asked = table[name]
        wrong = np.flatnonzero(np.abs(_monthly(values) / 1000.0 - asked) > 1e-6 * asked + 1e-9)
        if len(wrong):
            month = wrong[0]
            raise ValueError(
                f"month {month + 1}: GHI {table['ghi_kwh_m2'][month]:g}, DNI {table['dni_kwh_m2'][month]:g} and DHI "
                f"{table['dhi_kwh_m2'][month]:g} kWh/m2 together cannot come from the sun at this latitude"
            )


def _temperature(
    table: Mapping[str, NDArray[np.float64]], seed: int, solar_hour: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Air temperature and its deviation from the mean of the day (8760,), degrees Celsius and K.

    The noise spreads so that about four of its standard deviations, with the daily wave, span the month's extremes.
    """
    spread = (table["temp_air_max_c"] - table["temp_air_min_c"] - table["temp_air_daily_range_c"]) / 4.0
    slow = _between_months(spread) * _noise(seed, "temperature", 72.0)
    wave = 0.4 * _between_months(table["temp_air_daily_range_c"]) * np.cos(2.0 * np.pi * (solar_hour - 15.0) / 24.0)
    raw = _between_months(table["temp_air_mean_c"]) + slow + wave
    days = raw.reshape(365, 24)
    level = np.repeat(days.mean(1), 24)
    span = np.bincount(MONTH[::24], np.ptp(days, axis=1), 12) / (HOURS_OF_MONTH / 24)
    warmth = (raw - level) * (table["temp_air_daily_range_c"] / span)[MONTH]
    shifted = level + warmth
    return shifted + (table["temp_air_mean_c"] - _monthly_mean(shifted))[MONTH], warmth


def _between_months(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Monthly values (12,) drawn through the middles of the months, hourly (8760,)."""
    ends = np.cumsum(HOURS_OF_MONTH)
    return np.interp(np.arange(HOURS) + 0.5, ends - HOURS_OF_MONTH / 2.0, values, period=float(HOURS))


def _humidity(table: Mapping[str, NDArray[np.float64]], seed: int, warmth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Relative humidity (8760,), percent: 3 points less for each degree above the mean of the day."""
    raw = 8.0 * _noise(seed, "humidity", 24.0) - 3.0 * warmth
    mean = table["relative_humidity_mean_pct"]
    shift = _bisect(lambda x: _monthly_mean(np.clip(raw + x[MONTH], 10.0, 100.0)) - mean, 400.0)
    return np.clip(raw + shift[MONTH], 10.0, 100.0)


def _wind(table: Mapping[str, NDArray[np.float64]], seed: int) -> NDArray[np.float64]:
    """Wind speed (8760,), m/s, log-normal."""
    raw = np.exp(0.45 * _noise(seed, "wind", 18.0))
    return raw * (table["wind_speed_mean_m_s"] / _monthly_mean(raw))[MONTH]
