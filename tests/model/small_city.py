"""Two boxes, one of them a part of a building, with a window, a footprint and attributes; built without a reader."""

from __future__ import annotations

import numpy as np

from citytwin.model.assemble import SolidColumns, assemble_city
from citytwin.model.attributes import AttributeTable, AttributeValue
from citytwin.model.city import CityModel
from citytwin.model.city_tables import Extras
from citytwin.model.enums import Action, ObjectKind, SurfaceKind
from citytwin.model.findings import Finding, Findings
from citytwin.model.ragged import offsets_of
from citytwin.model.strings import Strings

ORIGIN = (25_497_020.0, 6_673_020.0, 5.0)


def box(x: float, size: float = 10.0) -> list[list[tuple[float, float, float]]]:
    """Outward faces: ground, roof, four walls."""
    a, b, c, d = (x, 0.0), (x + size, 0.0), (x + size, size), (x, size)
    faces = [[(*p, 0.0) for p in (a, d, c, b)], [(*p, size) for p in (a, b, c, d)]]
    return faces + [[(*p, 0.0), (*q, 0.0), (*q, size), (*p, size)] for p, q in ((a, b), (b, c), (c, d), (d, a))]


def small_city(shift: float = 0.0, ids: tuple[str, str, str] = ("a", "a1", "b")) -> CityModel:
    """Building `a` without geometry but with part `a1`, and building `b` with a window and a LoD0 footprint."""
    kinds = [SurfaceKind.GROUND, SurfaceKind.ROOF, *[SurfaceKind.WALL] * 4]
    window = [(122.0, 0.0, 2.0), (124.0, 0.0, 2.0), (124.0, 0.0, 4.0), (122.0, 0.0, 4.0)]
    polygons = [*box(0.0), *box(120.0), window, box(120.0)[0]]
    values = [AttributeValue(0, "key", "039"), AttributeValue(2, "key", "040"), AttributeValue(2, "floors", "3", "int")]
    return assemble_city(
        object_id=ids,
        object_kind=np.array([ObjectKind.BUILDING, ObjectKind.BUILDING_PART, ObjectKind.BUILDING]),
        object_parent=np.array([-1, 0, -1]),
        surface_object=np.array([1] * 6 + [2] * 8),
        surface_kind=np.array([*kinds, *kinds, SurfaceKind.WINDOW, SurfaceKind.UNKNOWN]),
        surface_lod=np.array([20] * 13 + [0]),
        surface_parent=np.array([-1] * 12 + [8, -1]),
        surface_feature=np.array([*range(13), -1]),
        surface_id=Strings.of([*(f"{ids[1 if i < 6 else 2]}_{i}" for i in range(13)), ""]),
        surface_rings=offsets_of(np.ones(14, np.int64)),
        ring_vertices=offsets_of(np.full(14, 4)),
        coordinates=np.array([p for polygon in polygons for p in polygon]) + ORIGIN + [shift, 0, 0],
        solids=SolidColumns(
            np.array([1, 2], np.int32),
            np.array([20, 20], np.int8),
            np.array([0, 6, 12]),
            np.arange(12, dtype=np.int32),
            np.zeros(12, bool),
        ),
        object_attributes=AttributeTable.of(3, values),
        feature_attributes=AttributeTable.of(13, [AttributeValue(7, "slope", "0", "double")]),
        findings=Findings.of([Finding(101, "TOO_FEW_POINTS", ids[1], action=Action.DEGRADED), Finding(1207, "CRS")]),
        extras=Extras(np.array([2, -1], np.int32), Strings.of(["x", "y"]), Strings.of(["<x/>", "<y/>"])),
        crs="EPSG:3879",
        counts={"read": 1, "degraded": 1, "refused": 0, "total": 2},
    )  # fmt: skip
