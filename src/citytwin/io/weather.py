"""Reading a weather year, whatever its format, and checking that its sun fits its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from citytwin.errors import CityReadError, WeatherError
from citytwin.io._streams import input_file
from citytwin.io.epw import is_epw, read_epw
from citytwin.io.fmi import is_fmi, read_fmi
from citytwin.model.enums import Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.provenance import Provenance
from citytwin.model.sun import sun_of
from citytwin.model.weather import Weather

MAX_BYTES = 64 * 10**6
DOUBTFUL_SHARE, WRONG_SHARE = 0.025, 0.10
"""Mean closure error over mean direct irradiance on the horizontal, from which the sun is a finding and an error.

Measured on seven files: right place and time 0.002-0.006; a degree of latitude 0.012-0.020; 15 minutes 0.039-0.049;
30 minutes 0.077-0.098; one hour 0.15-0.20; the wrong sign of longitude 0.49-0.99; the other hemisphere 0.44-0.83.
"""


def read_weather(
    path: str | Path,
    latitude: float | None = None,
    longitude: float | None = None,
    *,
    default_place: tuple[float, float] | None = None,
) -> Weather:
    """Read a weather year: an EnergyPlus weather file or a reference year of the Finnish Meteorological Institute.

    The format is told by the content. Every file is checked for closure, ``GHI = DHI + DNI cos z``: a wrong place, time
    zone or hour convention shows there.

    Parameters
    ----------
    path : path-like
    latitude, longitude : float, optional
        Degrees north and east, both or none; used instead of what the file says.
    default_place : (latitude, longitude), optional
        Used where the file does not say, for example the place of the city.

    Returns
    -------
    Weather
        8,760 hours; `findings` hold what was filled, estimated or doubtful.

    Raises
    ------
    WeatherError
        The file is not there, of no known format, incomplete, holds something other than numbers, or its sun does not
        fit its place.

    Examples
    --------
    >>> import citytwin as ct
    >>> weather = ct.read_weather("Vantaa-TRY2020.csv")  # doctest: +SKIP
    >>> round(weather.ghi.sum() / 1000)  # doctest: +SKIP
    975
    """
    if (latitude is None) != (longitude is None):
        raise ValueError("latitude and longitude come together")
    if latitude is not None and longitude is not None and not (abs(latitude) <= 90.0 and abs(longitude) <= 180.0):
        raise ValueError(f"latitude {latitude:g} and longitude {longitude:g} are no place on earth")
    path = Path(path)
    text, provenance = _content(path)
    if is_epw(text):
        weather = read_epw(path, text, latitude, longitude)
    elif is_fmi(text):
        weather = read_fmi(path, text, latitude, longitude, default_place)
    else:
        raise WeatherError(
            "this is no weather file that is known", path,
            advice="Use an EnergyPlus weather file (EPW) or a reference year of the Finnish Meteorological Institute",
        )  # fmt: skip
    findings = weather.findings + Findings.of(_closure(weather, path))
    return replace(weather, findings=findings, provenance=provenance)


def closure_error(weather: Weather) -> tuple[float, float]:
    """How far ``GHI = DHI + DNI cos z`` is missed over daylight.

    Returns
    -------
    error : float, W/m2
        Mean of ``|GHI - DHI - DNI cos z|`` over the hours with GHI above zero.
    share : float
        That over the mean of ``|GHI - DHI|``, or over 5 W/m2 where there is less.
    """
    daylight = weather.ghi > 0.0
    if not daylight.any():
        return 0.0, 0.0
    direct = weather.ghi - weather.dhi
    cosine = np.maximum(sun_of(weather).direction[:, 2], 0.0)
    error = float(np.abs(direct - weather.dni * cosine)[daylight].mean())
    return error, error / max(5.0, float(np.abs(direct[daylight]).mean()))


def _closure(weather: Weather, path: Path) -> list[Finding]:
    error, share = closure_error(weather)
    where = f"{weather.latitude:.3f} N {weather.longitude:.3f} E, UTC{weather.utc_offset_h:+g}"
    what = f"global, direct and diffuse radiation disagree by {error:.1f} W/m2 ({share:.0%} of the direct) at {where}"
    if share >= WRONG_SHARE:
        raise WeatherError(
            f"the sun does not fit the place: {what}", path,
            advice="Check latitude, longitude (east is positive), time zone and which hour a row stands for",
        )  # fmt: skip
    if share < DOUBTFUL_SHARE:
        return []
    return [Finding(1404, "WEATHER_SUN_DOUBTFUL", severity=Severity.WARNING, message=what)]


def _content(path: Path) -> tuple[str, Provenance]:
    """Text and provenance of a file."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise WeatherError(f"more than {MAX_BYTES} bytes", path, advice="A weather year has about 2 MB")
        content = path.read_bytes()
        provenance = Provenance(inputs=(input_file(path),))
    except FileNotFoundError:
        raise WeatherError("there is no such file", path, advice="Check the path") from None
    except (OSError, CityReadError) as error:
        if isinstance(error, WeatherError):
            raise
        raise WeatherError(f"cannot be read ({error})", path, advice="Check file and permissions") from error
    if b"\0" in content:
        raise WeatherError("this is no text file", path, advice="Unpack archives first")
    try:
        return content.decode("utf-8-sig"), provenance
    except UnicodeDecodeError:
        return content.decode("latin-1"), provenance
