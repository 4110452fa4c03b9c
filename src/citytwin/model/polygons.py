"""Surfaces of a city as polygons with heights, for maps and geodata programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model._cast import as_rows

if TYPE_CHECKING:
    from citytwin.model.city import CityModel


def surface_polygons(city: CityModel, rows: NDArray[np.integer]) -> NDArray[np.object_]:
    """Polygons of some surfaces, object array (k,) of shapely polygons with z, in the CRS of the city.

    Parameters
    ----------
    city : CityModel
    rows : int array (k,)
        Rows of ``city.surfaces``.

    Raises
    ------
    ValueError
        A row is out of range.

    Examples
    --------
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(1)
    >>> [polygon] = surface_polygons(city, city.active[:1])
    >>> polygon.has_z
    True
    """
    import shapely

    points = city.vertices + city.origin
    starts, corners = city.rings.surface_rings, city.rings.ring_vertices
    shapes = np.full(len(rows), None, object)
    for k, row in enumerate(as_rows(rows, "rows", len(city.surfaces))):
        exterior, *holes = [points[corners[r] : corners[r + 1]] for r in range(starts[row], starts[row + 1])]
        shapes[k] = shapely.Polygon(exterior, holes)
    return shapes
