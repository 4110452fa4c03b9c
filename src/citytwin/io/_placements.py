"""Copies of prototypes brought from coordinates of their own to the points they stand at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CityReadError
from citytwin.io._collected import Collected
from citytwin.io._links import Polygons
from citytwin.model.ragged import row_of, take_rings


class Offsets(NamedTuple):
    """What is added to points once they are in metres.

    Attributes
    ----------
    row : int64 array (k,)
        Of the coordinates.
    offset : float64 array (k, 3)
        Metres east, north, up.
    """

    row: NDArray[np.int64]
    offset: NDArray[np.float64]


def drop_prototypes(polygons: Polygons, collected: Collected, limit: float, name: str) -> NDArray[np.int64]:
    """Turn copies of prototypes by their matrices and take the prototypes away.

    Returns
    -------
    int64 array (n_polygons,)
        New row of each polygon, -1 for prototypes.

    Raises
    ------
    CityReadError
        A matrix brings a point farther than `limit` from where it stands.
    """
    place = _of_points(polygons)
    moved = np.flatnonzero(place >= 0)
    local = polygons.coordinates[moved]
    matrix = collected.placed_matrix[place[moved]]
    turned = np.einsum("nij,nj->ni", matrix[:, :, :3], local) + matrix[:, :, 3]
    if not (np.abs(turned) <= limit).all():
        raise CityReadError(
            f"an implicit geometry reaches farther than {limit:g} from its reference point",
            name,
            advice="Correct its transformation matrix, or raise limits.coordinate",
        )
    polygons.coordinates = polygons.coordinates.copy()
    polygons.coordinates[moved] = turned
    mirrored = np.linalg.det(collected.placed_matrix[:, :, :3]) < 0
    polygons.flip ^= np.append(mirrored, False)[polygons.placed]

    new = np.full(len(polygons), -1, np.int64)
    left = np.flatnonzero(~polygons.is_prototype)
    polygons.rings, polygons.points, points = take_rings(polygons.rings, polygons.points, left)
    polygons.coordinates = polygons.coordinates[points]
    polygons.take(left)
    new[left] = np.arange(len(left))
    return new


def stand(polygons: Polygons, collected: Collected) -> Offsets:
    """Put the points of copies of prototypes where these stand; what they are off by is returned."""
    place = _of_points(polygons)
    rows = np.flatnonzero(place >= 0)
    offsets = Offsets(rows, polygons.coordinates[rows])
    polygons.coordinates = polygons.coordinates.copy()
    polygons.coordinates[rows] = collected.placed_point[place[rows]]
    return offsets


def _of_points(polygons: Polygons) -> NDArray[np.int32]:
    """Placement of each point, -1 where it has none."""
    places: NDArray[np.int32] = polygons.placed[row_of(polygons.rings)[row_of(polygons.points)]]
    return places
