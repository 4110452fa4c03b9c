"""Reference years of the Finnish Meteorological Institute, as the institute publishes them (TRY2012, TRY2020 csv)."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import WeatherError
from citytwin.io._hourly import IRRADIANCE, in_calendar_order
from citytwin.model.enums import Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.reference import read_reference
from citytwin.model.sky_temperature import sky_temperature_from_clearness
from citytwin.model.sun import sun_of
from citytwin.model.weather import Weather

COLUMNS = ("MON", "DAY", "HOUR", "TEMP", "RH", "WS", "GHI", "DHI", "DNI")
UTC_OFFSET_H = 2.0


@dataclass(frozen=True)
class Station:
    """Where a reference year was measured: degrees north and east, metres above the sea."""

    name: str
    latitude: float
    longitude: float
    altitude: float


def is_fmi(text: str) -> bool:
    """Whether a file looks like a reference year: semicolons and the names of its columns before the first row."""
    return any(";" in line and "GHI" in line and "HOUR" in line for line in text.splitlines()[:20])


def read_fmi(
    path: Path,
    text: str,
    latitude: float | None,
    longitude: float | None,
    default_place: tuple[float, float] | None = None,
) -> Weather:
    """Weather of a reference year.

    Times are UTC+2 and the row HOUR = h is the mean over the hour that ends then, so that HOUR 0 belongs to the last
    hour of the day before: rows move up by one and the first becomes the last. The file has no long-wave radiation;
    the sky temperature is estimated (:mod:`citytwin.model.sky_temperature`).

    Parameters
    ----------
    path : Path
        Its name may hold that of a station, for example ``Vantaa-TRY2020.csv``.
    text : str
        Content of the file.
    latitude, longitude : float or None
        Where the name of the file does not say.

    Raises
    ------
    WeatherError
    """
    lines = text.splitlines()
    content = [(line, number) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    names = [field.strip() for field in content[0][0].split(";")]
    absent = [name for name in COLUMNS if name not in names]
    if absent:
        raise WeatherError(f"column {', '.join(absent)} is missing", path, content[0][1], advice="Fetch the file again")
    place = {name: names.index(name) for name in COLUMNS}
    if not place["DAY"] == place["MON"] + 1 == place["HOUR"] - 1:
        raise WeatherError("columns MON, DAY and HOUR are not side by side", path, content[0][1])
    rows = in_calendar_order(
        path, [line.split(";") for line, _ in content[1:]], [number for _, number in content[1:]], place["MON"], 0
    )
    station = _station(path, latitude, longitude, default_place)

    def column(name: str, low: float, high: float) -> NDArray[np.float64]:
        return np.roll(rows.numbers(place[name], name, low, high), -1)

    temp_air, humidity = column("TEMP", -70.0, 70.0), column("RH", 0.0, 110.0)
    weather = Weather(
        temp_air=temp_air,
        relative_humidity=humidity,
        wind_speed=column("WS", 0.0, 80.0),
        ghi=column("GHI", *IRRADIANCE),
        dni=column("DNI", *IRRADIANCE),
        dhi=column("DHI", *IRRADIANCE),
        sky_temperature=temp_air,
        latitude=station.latitude,
        longitude=station.longitude,
        altitude=station.altitude,
        utc_offset_h=UTC_OFFSET_H,
        place=station.name,
        synthetic="synthetic" in "".join(line.lower() for line in lines[:20] if line.startswith("#")),
        findings=Findings.of([sky_temperature_estimated("the file has no long-wave radiation")]),
    )
    sky = sky_temperature_from_clearness(temp_air, humidity, weather.ghi, sun_of(weather).zenith)
    return replace(weather, sky_temperature=sky)


def sky_temperature_estimated(reason: str) -> Finding:
    """The finding that sky temperatures are a model's."""
    message = f"sky temperature is estimated from temperature, humidity and clearness: {reason}"
    return Finding(1402, "SKY_TEMPERATURE_ESTIMATED", severity=Severity.INFO, message=message)


def _station(
    path: Path, latitude: float | None, longitude: float | None, default_place: tuple[float, float] | None
) -> Station:
    """The place given, else that of the station in the name of the file, else the default."""
    plain = unicodedata.normalize("NFKD", path.stem.lower()).encode("ascii", "ignore").decode()
    table = read_reference(__package__, "fmi_stations.csv")
    known = [Station(r["name"], float(r["latitude"]), float(r["longitude"]), float(r["altitude_m"])) for r in table]
    station = next((s for s in known if s.name.lower() in plain), None)
    if latitude is not None and longitude is not None:
        return Station(station.name if station else path.stem, latitude, longitude, math.nan)
    if station is None and default_place is not None:
        return Station(path.stem, *default_place, math.nan)
    if station is None:
        names = ", ".join(s.name for s in known)
        raise WeatherError(
            "the file does not say where it was measured", path,
            advice=f"Give latitude and longitude, or keep the station in the file name: {names}",
        )  # fmt: skip
    return station
