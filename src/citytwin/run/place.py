"""Where a city lies, for weather files that do not say where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from citytwin.model.city import CityModel


def place_of(city: CityModel) -> tuple[float | None, float | None]:
    """Latitude and longitude of the middle of a city, degrees; None where it has no CRS or no vertex.

    Parameters
    ----------
    city : CityModel
    """
    if city.crs is None or np.isnan(city.bounds).any():
        return None, None
    import pyproj

    middle = (city.bounds[:2] + city.bounds[3:5]) / 2
    system = pyproj.CRS(city.crs)
    to_degrees = pyproj.Transformer.from_crs(system, system.geodetic_crs, always_xy=True)
    longitude, latitude = to_degrees.transform(middle[0], middle[1], errcheck=True)
    return float(latitude), float(longitude)
