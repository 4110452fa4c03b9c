"""A city with trees, a plant cover and a piece of terrain, built without a reader."""

from __future__ import annotations

import numpy as np

from citytwin.model.assemble import assemble_city
from citytwin.model.attributes import AttributeTable, AttributeValue
from citytwin.model.city import CityModel
from citytwin.model.enums import ObjectKind, SurfaceKind
from citytwin.model.strings import Strings

CORNER = np.array([25_497_200.0, 6_674_300.0, 5.0])
FACES = ((0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7), (4, 5, 6, 7), (3, 2, 1, 0))
KINDS = [SurfaceKind.WALL] * 4 + [SurfaceKind.ROOF, SurfaceKind.GROUND]


def box(x, y, z, width, depth, height):
    """Six faces from :data:`CORNER`."""
    plan = [(x, y), (x + width, y), (x + width, y + depth), (x, y + depth)]
    corners = np.array([(*p, level) for level in (z, z + height) for p in plan]) + CORNER
    return [corners[list(face)] for face in FACES]


def tree_city(trees=(), boxes=(), terrain=(), attributes=(), covers=0) -> CityModel:
    """City of trees given as boxes or None, buildings ``b0`` ..., triangles of terrain and attributes of trees.

    `attributes` are (tree, name, value, unit); a class, species or number.
    """
    ids, kinds, rings, owner, surface_kind = [], [], [], [], []

    def add(name, kind, faces, words):
        for face, word in zip(faces, words, strict=True):
            rings.append(face)
            owner.append(len(ids))
            surface_kind.append(word)
        ids.append(name)
        kinds.append(kind)

    for k, size in enumerate(trees):
        faces = [] if size is None else box(*size)
        add(f"t{k}", ObjectKind.SOLITARY_VEGETATION, faces, [SurfaceKind.UNKNOWN] * len(faces))
    for k, size in enumerate(boxes):
        add(f"b{k}", ObjectKind.BUILDING, box(*size), KINDS)
    for k in range(covers):
        add(f"c{k}", ObjectKind.PLANT_COVER, box(500, 500, 0, 9, 9, 3), [SurfaceKind.UNKNOWN] * 6)
    if len(terrain):
        triangles = [np.array(triangle, float) + CORNER for triangle in terrain]
        add("dem", ObjectKind.RELIEF, triangles, [SurfaceKind.UNKNOWN] * len(triangles))
    values = [
        AttributeValue(tree, name, str(value), "string" if isinstance(value, str) else "measure", "core", unit)
        for tree, name, value, unit in attributes
    ]
    n = len(rings)
    return assemble_city(
        object_id=ids,
        object_kind=np.array(kinds),
        object_parent=np.full(len(ids), -1),
        surface_object=np.array(owner, int),
        surface_kind=np.array(surface_kind, int),
        surface_lod=np.full(n, 20),
        surface_rings=np.arange(n + 1),
        ring_vertices=np.cumsum([0, *(len(ring) for ring in rings)]),
        coordinates=np.concatenate([np.empty((0, 3)), *rings]),
        crs="EPSG:3879",
        polygon_id=Strings.of([f"s{k}" for k in range(n)]),
        object_attributes=AttributeTable.of(len(ids), values),
    )


def square(x, y, size, height):
    """Two triangles of terrain, from :data:`CORNER`."""
    a, b, c, d = ((x, y), (x + size, y), (x + size, y + size), (x, y + size))
    return [[(*p, height) for p in triangle] for triangle in ((a, b, c), (a, c, d))]
