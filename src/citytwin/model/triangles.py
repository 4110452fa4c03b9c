"""Triangles: the one currency of the ray kernels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.ragged import freeze, take_rings

if TYPE_CHECKING:
    from citytwin.model.city import CityModel

GRID_M = 1000.0


def grid_origin(lowest: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corner (3,) of the fixed 1 km grid at or south-west of a point, height 0.

    Origins never depend on what else is read, so that single buildings, tiles and whole cities see the same bits.
    """
    return np.array([np.floor(lowest[0] / GRID_M) * GRID_M, np.floor(lowest[1] / GRID_M) * GRID_M, 0.0])


@dataclass(frozen=True, eq=False)
class Triangles:
    """Triangle soup relative to a corner of the fixed 1 km grid.

    Parameters
    ----------
    origin : float64 array (3,), metres in the CRS
    xyz : float32 array (m, 3, 3), metres relative to `origin`
    owner : int32 array (m,)
        Row each triangle belongs to: a surface of a city, a face group of a mesh.
    """

    origin: NDArray[np.float64]
    xyz: NDArray[np.float32]
    owner: NDArray[np.int32]

    def __post_init__(self) -> None:
        freeze(self.origin, self.xyz, self.owner)

    def __len__(self) -> int:
        return len(self.owner)


def triangulate(city: CityModel, rows: NDArray[np.integer]) -> Triangles:
    """Ear-clipped triangles of some surfaces of a city."""
    from citytwin.kernels.ear_clipping import triangulate as clip

    rings = city.rings
    surface_rings, ring_vertices, vertex_rows = take_rings(rings.surface_rings, rings.ring_vertices, rows)
    clipped = clip(surface_rings, ring_vertices, city.vertices[vertex_rows])
    xyz = city.vertices[vertex_rows[clipped.triangles]].astype(np.float32)
    return Triangles(city.origin, xyz, np.asarray(rows, np.int32)[clipped.surface])
