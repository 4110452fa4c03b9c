"""Rows of a city model by what they belong to, for the writers."""

from __future__ import annotations

from collections import defaultdict
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
        self.parts = _rows_by(city.objects.parent)
        self.surfaces = _rows_by(city.surfaces.object)
        self.solids = _rows_by(city.solids.object)
        self.extras = _rows_by(city.extras.object)

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


def _rows_by(owner: NDArray[np.integer]) -> dict[int, list[int]]:
    rows: dict[int, list[int]] = defaultdict(list)
    for row, value in enumerate(owner.tolist()):
        rows[value].append(row)
    return rows
