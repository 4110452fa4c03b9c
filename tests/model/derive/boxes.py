"""Cities of boxes for the tests of the derivation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from citytwin.model.assemble import SolidColumns, assemble_city
from citytwin.model.attributes import AttributeTable, AttributeValue
from citytwin.model.city import CityModel
from citytwin.model.enums import ObjectKind, SurfaceKind

ORIGIN = np.array([25_497_000.0, 6_673_000.0, 0.0])
# south, east, north, west, bottom, top: corners counter-clockwise seen from outside
FACES = np.array([[0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7], [0, 3, 2, 1], [4, 5, 6, 7]])
KINDS = np.array([SurfaceKind.WALL] * 4 + [SurfaceKind.GROUND, SurfaceKind.ROOF])
Attributes = Sequence[dict[str, object]]


def box_city(
    boxes: Sequence[Sequence[float]],
    attributes: Attributes | None = None,
    ids: Sequence[str] | None = None,
    parents: Sequence[int] | None = None,
    *,
    kinds: np.ndarray = KINDS,
    dropped: Sequence[tuple[int, int]] = (),
    solids: bool = True,
    rotation: float = 0.0,
    crs: str | None = "EPSG:3879",
) -> CityModel:
    """City of boxes (x0, y0, x1, y1, z0, z1) in metres.

    `dropped` leaves out faces as (box, face); `rotation` turns the city around its origin by degrees.
    """
    boxes = np.asarray(boxes, float).reshape(-1, 6)
    n = len(boxes)
    x0, y0, x1, y1, z0, z1 = boxes.T
    corners = np.stack(
        [np.stack(c, -1) for z in (z0, z1) for c in ((x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z))], axis=1
    )
    angle = np.radians(rotation)
    turn = np.array([[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    faces = ((corners @ turn)[:, FACES] + ORIGIN).reshape(-1, 4, 3)
    keep = np.ones((n, 6), bool)
    for box, face in dropped:
        keep[box, face] = False
    count = keep.sum(1)
    keep = keep.ravel()
    m = keep.sum()
    parent = np.full(n, -1) if parents is None else np.asarray(parents)
    names = [f"b{i}" for i in range(n)] if ids is None else list(ids)
    return assemble_city(
        object_id=names,
        object_kind=np.where(parent < 0, ObjectKind.BUILDING, ObjectKind.BUILDING_PART),
        object_parent=parent,
        surface_object=np.repeat(np.arange(n), 6)[keep],
        surface_kind=np.tile(kinds, n)[keep],
        surface_lod=np.full(m, 20),
        surface_rings=np.arange(m + 1),
        ring_vertices=4 * np.arange(m + 1),
        coordinates=faces[keep].reshape(-1, 3),
        crs=crs,
        object_attributes=_table(attributes or [], n),
        solids=SolidColumns(
            np.arange(n, dtype=np.int32),
            np.full(n, 20, np.int8),
            np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
            np.arange(m, dtype=np.int32),
            np.zeros(m, bool),
        )
        if solids
        else None,
    )


def polygon_city(
    polygons: Sequence[Sequence[Sequence[float]]],
    attributes: Attributes | None = None,
    *,
    kind: SurfaceKind = SurfaceKind.WALL,
    lod: int = 20,
) -> CityModel:
    """One building a polygon, in metres."""
    n = len(polygons)
    return assemble_city(
        object_id=[f"b{i}" for i in range(n)],
        object_kind=np.full(n, ObjectKind.BUILDING),
        object_parent=np.full(n, -1),
        surface_object=np.arange(n),
        surface_kind=np.full(n, kind),
        surface_lod=np.full(n, lod),
        surface_rings=np.arange(n + 1),
        ring_vertices=np.cumsum([0, *map(len, polygons)]),
        coordinates=np.concatenate([np.asarray(polygon, float) for polygon in polygons]) + ORIGIN,
        crs="EPSG:3879",
        object_attributes=_table(attributes or [], n),
    )


def _table(attributes: Attributes, n: int) -> AttributeTable:
    return AttributeTable.of(
        n,
        [
            AttributeValue(row, name, str(value), "string" if isinstance(value, str) else "double")
            for row, fields in enumerate(attributes)
            for name, value in fields.items()
        ],
    )
