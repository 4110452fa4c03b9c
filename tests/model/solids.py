"""Cities of solids given face by face, at city coordinates, for the tests of validity and healing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from citytwin.model.assemble import SolidColumns, assemble_city
from citytwin.model.city import CityModel
from citytwin.model.enums import SurfaceKind
from citytwin.model.ragged import offsets_of
from tests.model.small_city import ORIGIN

Point = tuple[float, ...]
Ring = list[Point]
Polygon = list[Ring]


def box(x0: float, y0: float, z0: float, x1: float, y1: float, z1: float) -> list[Polygon]:
    """The six faces of a box: ground, roof, south, east, north, west."""
    return prism([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], z0, z1)


def prism(outline: Ring, z0: float = 0.0, z1: float = 10.0, hole: Ring | None = None) -> list[Polygon]:
    """Ground, roof and walls over a counter-clockwise outline, and round a clockwise hole through it."""
    rings = [outline, *([hole] if hole else [])]
    ground = [[(*p, z0) for p in ring[::-1]] for ring in rings]
    roof = [[(*p, z1) for p in ring] for ring in rings]
    walls = [
        [[(*a, z0), (*b, z0), (*b, z1), (*a, z1)]]
        for ring in rings
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True)
    ]
    return [ground, roof, *walls]


def reversed_faces(faces: list[Polygon]) -> list[Polygon]:
    """The same faces, facing the other way."""
    return [[ring[:1] + ring[:0:-1] for ring in polygon] for polygon in faces]


def city_of(
    *bodies: list[Polygon],
    turn: NDArray[np.float64] | None = None,
    solid: bool = True,
    reversed_entries: Sequence[int] = (),
    shared: Sequence[Sequence[int]] | None = None,
    parents: Sequence[int] | None = None,
    kinds: Sequence[int] | None = None,
) -> CityModel:
    """One building a body.

    Parameters
    ----------
    bodies : lists of polygons
    turn : float64 array (3, 3), optional
        Rotation of the whole.
    solid : bool
        Whether the polygons of a body form a solid.
    reversed_entries : sequence of int
        Entries of the solids that use their polygon turned round.
    shared : sequence of sequences of int, optional
        Surface rows of each solid, where they are not those of its body.
    parents : sequence of int, optional
        Building that a part belongs to, -1 for buildings.
    kinds : sequence of int, optional
        Kind of each surface.
    """
    polygons = [polygon for body in bodies for polygon in body]
    rings = [ring for polygon in polygons for ring in polygon]
    points = np.array([p for ring in rings for p in ring], float).reshape(-1, 3)
    n = len(bodies)
    sizes = np.array([len(body) for body in bodies], np.int64)
    entries = (
        [list(rows) for rows in shared]
        if shared is not None
        else np.split(np.arange(len(polygons)), np.cumsum(sizes)[:-1])
    )
    columns = SolidColumns(
        np.arange(n, dtype=np.int32),
        np.full(n, 20, np.int8),
        offsets_of(np.array([len(rows) for rows in entries], np.int64)),
        np.concatenate([np.empty(0, np.int32), *(np.asarray(rows, np.int32) for rows in entries)]),
        np.isin(np.arange(sum(map(len, entries))), reversed_entries),
    )  # fmt: skip
    parent = np.full(n, -1) if parents is None else np.asarray(parents)
    return assemble_city(
        object_id=[f"b{i}" for i in range(n)],
        object_kind=np.where(parent < 0, 0, 1),
        object_parent=parent,
        surface_object=np.repeat(np.arange(n), sizes),
        surface_kind=np.full(len(polygons), SurfaceKind.UNKNOWN) if kinds is None else np.asarray(kinds),
        surface_lod=np.full(len(polygons), 20),
        surface_rings=offsets_of(np.array([len(polygon) for polygon in polygons], np.int64)),
        ring_vertices=offsets_of(np.array([len(ring) for ring in rings], np.int64)),
        coordinates=(points if turn is None else points @ turn.T) + ORIGIN,
        crs="EPSG:3879",
        solids=columns if solid else None,
    )
