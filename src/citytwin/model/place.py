"""Where a city lies, and whether weather and reference tables are of that place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from citytwin.model.enums import Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.reference import read_reference

if TYPE_CHECKING:
    from citytwin.model.city import CityModel
    from citytwin.model.twin import Twin
    from citytwin.model.weather import Weather

EARTH_RADIUS_KM = 6371.0
NEAR_KM = 100.0
"""A weather station farther from the city is a finding."""


def place_of(city: CityModel) -> tuple[float, float] | None:
    """Latitude and longitude of the middle of a city, degrees; None where it has no CRS on earth or no vertex.

    Parameters
    ----------
    city : CityModel
    """
    if city.crs is None or np.isnan(city.bounds).any():
        return None
    import pyproj

    x, y = (0.5 * (city.bounds[:2] + city.bounds[3:5])).tolist()
    system = pyproj.CRS(city.crs)
    if system.geodetic_crs is None:
        return None
    to_degrees = pyproj.Transformer.from_crs(system, system.geodetic_crs, always_xy=True)
    longitude, latitude = to_degrees.transform(x, y, errcheck=True)
    return float(latitude), float(longitude)


def weather_distance_km(city: CityModel, weather: Weather) -> float:
    """Distance between the middle of a city and its weather on the great circle, km; NaN where the city has no place.

    The haversine formula on a sphere of radius 6,371 km.

    Parameters
    ----------
    city : CityModel
    weather : Weather
    """
    place = place_of(city)
    if place is None:
        return float("nan")
    (a, b), (c, d) = np.radians(place), np.radians((weather.latitude, weather.longitude))
    half = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return float(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half)))


def weather_findings(city: CityModel, weather: Weather) -> Findings:
    """Finding 1405 for weather from afar.

    Parameters
    ----------
    city : CityModel
    weather : Weather
    """
    distance = weather_distance_km(city, weather)
    if not distance > NEAR_KM:
        return Findings.of()
    message = f"the weather is of {weather.place or 'a place'} {distance:,.0f} km from the city"
    return Findings.of([Finding(1405, "WEATHER_FROM_AFAR", severity=Severity.WARNING, message=message)])


def stock_findings(twin: Twin) -> Findings:
    """Finding 1606 for Finnish tables that are used abroad.

    Parameters
    ----------
    twin : Twin
    """
    place = place_of(twin.city)
    if place is None or twin.stock is not None or _in_finland(*place):
        return Findings.of()
    message = "constructions, uses and emission factors are those of Finland; pass stock and factors of the country"
    return Findings.of([Finding(1606, "STOCK_OF_FINLAND", severity=Severity.WARNING, message=message)])


def _in_finland(latitude: float, longitude: float) -> bool:
    [box] = [row for row in read_reference("citytwin.model.derive", "places.csv") if row["place"] == "finland"]
    west, south, east, north = (float(box[side]) for side in ("west", "south", "east", "north"))
    return west <= longitude < east and south <= latitude < north
