"""EnergyPlus weather files (EPW)."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import WeatherError
from citytwin.io._hourly import IRRADIANCE, HourlyRows, in_calendar_order
from citytwin.io.fmi import sky_temperature_estimated
from citytwin.model.attributes import NUMBER
from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.sky_temperature import sky_temperature_from_clearness, sky_temperature_from_infrared
from citytwin.model.sun import sun_over_year
from citytwin.model.weather import HOURS, Weather

MONTH, TEMP_AIR, HUMIDITY, INFRARED, GHI, DNI, DHI, WIND_SPEED = 1, 6, 8, 12, 13, 14, 15, 21
SNOW_DEPTH, ALBEDO = 30, 32
MISSING_TEMPERATURE, MISSING_HUMIDITY, MISSING_WIND, MISSING_IRRADIANCE = 99.9, 999.0, 999.0, 9999.0
DEEPEST_SNOW_CM, LEAST_ALBEDO = 998.0, 0.01
OFFSET = re.compile(r"Irradiance Time Offset \(h\):\s*(-?\d+\.?\d*)", re.ASCII)


def is_epw(text: str) -> bool:
    """Whether a file begins as the format prescribes."""
    return text[:9].upper() == "LOCATION,"


def read_epw(path: Path, text: str, latitude: float | None, longitude: float | None) -> Weather:
    """Weather of an EnergyPlus weather file.

    The row with hour h (1-24) is the mean over the hour that ends then. Fields hold 9999 and the like where there is no
    value: short gaps of temperature, humidity and wind are bridged, a missing component of irradiance is computed from
    the two others, a missing infrared radiation by a sky model. Leap days are left out. PVGIS states in its comments at
    what moment the irradiance holds ("Irradiance Time Offset", counted from the end of the row); its rows are in UTC
    whatever time zone the header names.

    Parameters
    ----------
    path : Path
    text : str
        Content of the file.
    latitude, longitude : float or None
        Used instead of those of the file.

    Raises
    ------
    WeatherError

    References
    ----------
    U.S. Department of Energy, EnergyPlus documentation, Auxiliary Programs, "EnergyPlus Weather File (EPW) Data
    Dictionary".
    """
    lines = text.splitlines()
    table = [line.split(",") for line in lines]
    start = next((i + 1 for i, row in enumerate(table[:100]) if row and row[0].strip().upper() == "DATA PERIODS"), None)
    if start is None:
        raise WeatherError("there is no line DATA PERIODS", path, advice="Fetch the file again")
    if table[start - 1][1:3] != ["1", "1"]:
        raise WeatherError("data periods or rows an hour are not one", path, start, advice="One year of hours is read")
    numbered = [(row, number) for number, row in enumerate(table[start:], start + 1) if any(row)]
    rows = in_calendar_order(path, [row for row, _ in numbered], [number for _, number in numbered], MONTH, 1)
    location, utc_offset_h, altitude = _location(path, table[0], latitude, longitude)
    header = "\n".join(lines[:start])
    offset = OFFSET.search(header)
    findings: list[Finding] = []
    if offset is not None and utc_offset_h != 0.0:
        message = f"the header says UTC{utc_offset_h:+g}, but PVGIS writes its rows in UTC"
        findings.append(
            Finding(1403, "WEATHER_TIME_ZONE", severity=Severity.WARNING, action=Action.HEALED, message=message)
        )
        utc_offset_h = 0.0

    temp_air = rows.numbers(TEMP_AIR, "temperature", -70.0, 70.0, MISSING_TEMPERATURE)
    temp_air = rows.filled(temp_air, "temperature", findings)
    humidity = rows.filled(rows.numbers(HUMIDITY, "humidity", 0.0, 110.0, MISSING_HUMIDITY), "humidity", findings)
    wind = rows.filled(rows.numbers(WIND_SPEED, "wind speed", 0.0, 80.0, MISSING_WIND), "wind speed", findings)
    sun_offset_h = 1.0 + float(offset[1]) if offset else 0.5
    zenith = sun_over_year(*location, utc_offset_h, sun_offset_h).zenith
    ghi, dni, dhi = _closed(rows, zenith, findings)
    infrared = rows.numbers(INFRARED, "infrared radiation", 0.0, 1000.0, MISSING_IRRADIANCE)
    known = infrared > 0.0
    sky = np.where(known, sky_temperature_from_infrared(np.where(known, infrared, 1.0)), np.nan)
    if not known.all():
        model = sky_temperature_from_clearness(temp_air, humidity, ghi, zenith)
        sky = np.where(known, sky, model)
        findings.append(sky_temperature_estimated(f"{(~known).sum()} hours have no infrared radiation"))
    snow_depth = rows.known(SNOW_DEPTH, 0.0, DEEPEST_SNOW_CM) / 100.0
    return Weather(
        temp_air=temp_air,
        relative_humidity=humidity,
        wind_speed=wind,
        ghi=ghi,
        dni=dni,
        dhi=dhi,
        sky_temperature=sky,
        latitude=location[0],
        longitude=location[1],
        altitude=altitude,
        utc_offset_h=utc_offset_h,
        sun_offset_h=sun_offset_h,
        place=table[0][1].strip() if len(table[0]) > 1 else "",
        synthetic="synthetic" in header.lower(),
        findings=Findings.of(findings),
        snow_depth=snow_depth if np.nansum(snow_depth) > 0.0 else np.full(HOURS, np.nan),
        albedo=rows.known(ALBEDO, LEAST_ALBEDO, 1.0),
    )


def _closed(
    rows: HourlyRows, zenith: NDArray[np.float64], findings: list[Finding]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """GHI, DNI and DHI with single missing ones computed from ``GHI = DHI + DNI cos z``."""
    ghi = rows.numbers(GHI, "GHI", *IRRADIANCE, MISSING_IRRADIANCE)
    dni = rows.numbers(DNI, "DNI", *IRRADIANCE, MISSING_IRRADIANCE)
    dhi = rows.numbers(DHI, "DHI", *IRRADIANCE, MISSING_IRRADIANCE)
    gaps = np.isnan(np.stack([ghi, dni, dhi]))
    if not gaps.any():
        return ghi, dni, dhi
    cosine = np.maximum(np.cos(np.radians(zenith)), 0.0)
    low_sun = gaps[1] & (cosine < 0.05)
    hopeless = np.flatnonzero((gaps.sum(0) > 1) | (low_sun & (ghi - dhi > 1.0)))
    if len(hopeless):
        raise WeatherError(
            "too little is known of the irradiance to complete it", rows.path, rows.lines[hopeless[0]],
            advice="Two of global, direct and diffuse radiation must be there in every hour",
        )  # fmt: skip
    ghi = np.where(gaps[0], dhi + dni * cosine, ghi)
    dni = np.where(gaps[1], np.maximum(ghi - dhi, 0.0) / np.maximum(cosine, 0.05), dni)
    dhi = np.where(gaps[2], np.maximum(ghi - dni * cosine, 0.0), dhi)
    message = f"a component of irradiance is missing in {gaps.any(0).sum()} hours and computed from the two others"
    findings.append(Finding(1401, "WEATHER_GAP_FILLED", severity=Severity.INFO, action=Action.HEALED, message=message))
    return ghi, dni, dhi


def _location(
    path: Path, fields: list[str], latitude: float | None, longitude: float | None
) -> tuple[tuple[float, float], float, float]:
    """Latitude and longitude, hours ahead of UTC and altitude from the first line."""
    texts = [field.strip() for field in fields[6:10]]
    if len(texts) < 4 or not all(NUMBER.match(text) for text in texts):
        raise WeatherError("latitude, longitude, time zone or altitude is no number", path, 1, advice="See LOCATION")
    north, east, zone, altitude = (float(text) for text in texts)
    if not (abs(north) <= 90.0 and abs(east) <= 180.0 and abs(zone) <= 14.0):
        raise WeatherError(f"{north:g} N {east:g} E, UTC{zone:+g} is no place", path, 1, advice="Correct line 1")
    if latitude is not None and longitude is not None:
        return (latitude, longitude), zone, math.nan
    return (north, east), zone, altitude
