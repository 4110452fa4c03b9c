"""Windows and doors of LoD3: how much of a wall they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.model.city import CityModel
from citytwin.model.derive.grouping import sum_by
from citytwin.model.derive.shells import Shells
from citytwin.model.enums import SurfaceKind


@dataclass(frozen=True, eq=False)
class Openings:
    """Openings in each surface of :class:`~citytwin.model.derive.shells.Shells`, float64 arrays (m,), m2.

    Parameters
    ----------
    window : area of the windows in it
    hole : area of windows and doors that fill holes of its polygons: it has to be added to the area of a wall
    """

    window: NDArray[np.float64]
    hole: NDArray[np.float64]


def find_openings(city: CityModel, shells: Shells) -> Openings:
    """Openings of walls and roofs, by the surface they are in.

    CityGML lets a wall have holes where its openings are, or not. Openings count as filling holes where any polygon of
    the same boundary surface has an inner ring.

    Parameters
    ----------
    city : CityModel
    shells : Shells
        Of the same city.
    """
    surfaces = city.surfaces
    place = np.full(len(surfaces), -1, np.int64)
    place[shells.row] = np.arange(len(shells))
    opening = np.isin(surfaces.kind, (SurfaceKind.WINDOW, SurfaceKind.DOOR)) & (surfaces.parent >= 0)
    rows = np.flatnonzero(opening)
    rows = rows[place[surfaces.parent[rows]] >= 0]
    parent = surfaces.parent[rows].astype(np.int64)
    area = np.linalg.norm(surfaces.normal[rows], axis=1)
    pierced = np.diff(city.rings.surface_rings) > 1
    feature = surfaces.feature
    of_feature = np.zeros(int(feature.max(initial=-1)) + 2, bool)
    of_feature[feature[pierced & (feature >= 0)]] = True
    holed = pierced[parent] | ((feature[parent] >= 0) & of_feature[feature[parent]])
    shell, window = place[parent], surfaces.kind[rows] == SurfaceKind.WINDOW
    return Openings(
        window=sum_by(shell[window], area[window], len(shells)),
        hole=sum_by(shell[holed], area[holed], len(shells)),
    )
