"""Cities of boxes, walls outwards, for tests of the solar floor."""

from __future__ import annotations

import numpy as np

from citytwin.model.assemble import assemble_city
from citytwin.model.city import CityModel
from citytwin.model.enums import ObjectKind, SurfaceKind
from citytwin.model.strings import Strings

CORNER = np.array([25_497_200.0, 6_674_300.0, 5.0])
"""A place in EPSG:3879, inside one cell of the 1 km grid."""

FACES = ((0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7), (4, 5, 6, 7), (3, 2, 1, 0))
"""South, east, north and west wall, roof, ground, as corners of a box seen from outside."""

SOUTH, EAST, NORTH, WEST, ROOF = range(5)


def box_city(boxes, inside_out=(), kinds=True) -> CityModel:
    """Buildings ``b0``, ``b1`` ... given as (x, y, width, depth, height) from :data:`CORNER`."""
    coordinates, owners = [], []
    for k, (x, y, width, depth, height) in enumerate(boxes):
        plan = [(x, y), (x + width, y), (x + width, y + depth), (x, y + depth)]
        corners = np.array([(*p, z) for z in (0.0, height) for p in plan]) + CORNER
        for face in FACES:
            coordinates.append(corners[list(face[::-1] if k in inside_out else face)])
            owners.append(k)
    n = len(coordinates)
    kind = [SurfaceKind.WALL] * 4 + [SurfaceKind.ROOF, SurfaceKind.GROUND]
    return assemble_city(
        object_id=[f"b{k}" for k in range(len(boxes))],
        object_kind=np.full(len(boxes), ObjectKind.BUILDING),
        object_parent=np.full(len(boxes), -1),
        surface_object=np.array(owners),
        surface_kind=np.array(kind * len(boxes)) if kinds else np.zeros(n, int),
        surface_lod=np.full(n, 20),
        surface_rings=np.arange(n + 1),
        ring_vertices=4 * np.arange(n + 1),
        coordinates=np.concatenate(coordinates),
        crs="EPSG:3879",
        polygon_id=Strings.of([f"s{k}" for k in range(n)]),
    )


def face(irradiation, building, name):
    """Row of one face of one box in an irradiation with all faces but the ground."""
    return int(irradiation.rows_of(np.array([6 * building + name]))[0])
