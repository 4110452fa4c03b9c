"""The terrain of a city: triangulated relief, and its height under points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import ObjectKind
from citytwin.model.triangles import triangulate

if TYPE_CHECKING:
    from citytwin.model.city import CityModel


def terrain_surfaces(city: CityModel) -> NDArray[np.int64]:
    """Surfaces of relief objects, of each object those of its finest level of detail; int64 rows ascending."""
    surfaces = city.surfaces
    relief = city.objects.kind[surfaces.object] == ObjectKind.RELIEF
    finest = np.full(len(city.objects), -1, np.int8)
    np.maximum.at(finest, surfaces.object[relief], surfaces.lod[relief])
    return np.flatnonzero(relief & (surfaces.lod == finest[surfaces.object]))


def terrain_height(city: CityModel, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Height of the terrain under some points.

    Parameters
    ----------
    city : CityModel
    xy : float64 array (n, 2), m
        East and north of the origin of the city.

    Returns
    -------
    float64 array (n,), m
        Above the origin of the city; NaN where the city has no terrain.

    Examples
    --------
    >>> import citytwin as ct
    >>> terrain_height(ct.synthetic.city(1), np.zeros((1, 2)))
    array([nan])
    """
    rows = terrain_surfaces(city)
    if not len(rows):
        return np.full(len(xy), np.nan)
    from citytwin.kernels.bvh import build_bvh
    from citytwin.kernels.terrain_height import terrain_height as height

    xyz = triangulate(city, rows).xyz
    middle = np.round(0.5 * (xyz.min((0, 1)) + xyz.max((0, 1)))).astype(np.float32)
    found: NDArray[np.float64] = height(build_bvh(xyz - middle), (xy - middle[:2]).astype(np.float32))
    return found + float(middle[2])
