"""Rows of a city model by what they belong to, for the writers."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from citytwin.model.city import CityModel
from citytwin.model.enums import SurfaceKind

OPENINGS = (SurfaceKind.WINDOW, SurfaceKind.DOOR)


class Grouping:
    """Rows of polygons, solids, parts and extras of each object of a city."""

    def __init__(self, city: CityModel) -> None:
        self.city = city
        self.parts = RowsBy(city.objects.parent)
        self.surfaces = RowsBy(city.surfaces.object)
        self.solids = RowsBy(city.solids.object)
        self.extras = RowsBy(city.extras.object)

    @cached_property
    def wall_feature(self) -> dict[int, int]:
        """Boundary surface that each opening is in."""
        surfaces = self.city.surfaces
        rows = np.flatnonzero(surfaces.parent >= 0)
        return dict(zip(surfaces.feature[rows].tolist(), surfaces.feature[surfaces.parent[rows]].tolist(), strict=True))

    @property
    def bare_features(self) -> int:
        """Boundary surfaces that no polygon belongs to."""
        feature = self.city.surfaces.feature
        return self.city.surfaces.feature_attributes.n - len(np.unique(feature[feature >= 0]))

    def positions(self) -> NDArray[np.float64]:
        """Vertices in the CRS (n, 3)."""
        return self.city.vertices + self.city.origin

    def rings(self, surface: int) -> list[tuple[int, int]]:
        """First vertex and the one behind the last of each ring of a polygon."""
        rings = self.city.rings
        first, last = int(rings.surface_rings[surface]), int(rings.surface_rings[surface + 1])
        bounds = rings.ring_vertices[first : last + 1].tolist()
        return list(pairwise(bounds))

    def solid_entries(self, solid: int) -> list[tuple[int, bool]]:
        """Polygons of a solid and whether each is turned round."""
        solids = self.city.solids
        entries = slice(int(solids.offsets[solid]), int(solids.offsets[solid + 1]))
        return list(zip(solids.surface[entries].tolist(), solids.reversed[entries].tolist(), strict=True))


class RowsBy:
    """Rows of a table by their owner, -1 for none.

    Examples
    --------
    >>> RowsBy(np.array([1, -1, 1]))[1]
    [0, 2]
    """

    def __init__(self, owner: NDArray[np.integer]) -> None:
        self._order = np.argsort(owner, kind="stable")
        self._owners, starts = np.unique(owner[self._order], return_index=True)
        self._bounds = np.append(starts, len(owner))

    def __getitem__(self, owner: int) -> list[int]:
        """Rows of one owner in their order; none where it has none."""
        place = int(np.searchsorted(self._owners, owner))
        if place == len(self._owners) or self._owners[place] != owner:
            return []
        rows: list[int] = self._order[self._bounds[place] : self._bounds[place + 1]].tolist()
        return rows
