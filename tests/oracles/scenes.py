"""Five scenes for comparisons of light with Radiance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from citytwin.kernels.ear_clipping import triangulate
from citytwin.kernels.newell import normals as area_vectors
from citytwin.model.ragged import row_of, take_rings
from citytwin.solar.ground import GroundTiles, ground_between
from citytwin.solar.reflections import ReflectingSurfaces, feet_of_walls
from citytwin.solar.scene import building_of_surface, standing_surfaces

ALBEDO = 0.2
SKIRT_M = 2000.0


class LightScene(NamedTuple):
    """Surfaces of buildings with their triangles, the ground tiles between them, and the surfaces to look at."""

    surfaces: ReflectingSurfaces
    triangles: np.ndarray
    owner: np.ndarray
    ground: GroundTiles
    rows: np.ndarray

    def all_triangles(self):
        """With the ground, which goes on beyond its tiles, a little lower."""
        low = self.ground.triangles[:, :, 2].min() - 0.01
        a = SKIRT_M
        skirt = np.array(
            [[(-a, -a, low), (a, -a, low), (a, a, low)], [(-a, -a, low), (a, a, low), (-a, a, low)]], np.float32
        )
        return np.concatenate([self.triangles, self.ground.triangles, skirt])


def scene_of(rings, building, rows=None) -> LightScene:
    """Scene of polygons as offsets and vertices, those of one building side by side."""
    normal = area_vectors(*rings)
    area = np.linalg.norm(normal, axis=1)
    normal /= np.where(area > 0.0, area, 1.0)[:, None]
    clipped = triangulate(*rings)
    offsets = np.searchsorted(building, np.arange(building.max() + 2)).astype(np.int64)
    surfaces = ReflectingSurfaces(rings, normal, area, offsets, np.full((1, len(area)), ALBEDO))
    return LightScene(
        surfaces,
        rings[2][clipped.triangles].astype(np.float32),
        clipped.surface.astype(np.int32),
        ground_between(feet_of_walls(surfaces)),
        np.flatnonzero(normal[:, 2] > -0.5) if rows is None else np.asarray(rows),
    )


def boxes(sizes, rows=None) -> LightScene:
    """Scene of boxes given as (x, y, z, width, depth, height), each a building: walls, roof, floor."""
    faces = ((0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7), (4, 5, 6, 7), (3, 2, 1, 0))
    vertices = []
    for x, y, z, width, depth, height in sizes:
        plan = [(x, y), (x + width, y), (x + width, y + depth), (x, y + depth)]
        corners = np.array([(*p, k) for k in (z, z + height) for p in plan])
        vertices += [corners[list(face)] for face in faces]
    n = len(vertices)
    rings = (np.arange(n + 1), 4 * np.arange(n + 1), np.concatenate(vertices))
    return scene_of(rings, np.repeat(np.arange(len(sizes)), 6), rows)


def open_field():
    """One box on a plain."""
    return boxes([(0, 0, 0, 12, 10, 8)])


def canyon():
    """Two slabs along a street as wide as they are high and four times as long."""
    return boxes([(0, 0, 0, 80, 12, 20), (0, 32, 0, 80, 12, 20)])


def courtyard():
    """Four slabs, 15 m high, around a yard of 24 by 24 m."""
    return boxes([(0, 0, 0, 44, 10, 15), (0, 34, 0, 44, 10, 15), (0, 10, 0, 10, 24, 15), (34, 10, 0, 10, 24, 15)])


def stepped_block():
    """A block in three steps to the south, with a low hall and a tower beside it."""
    return boxes(
        [
            (0, 20, 0, 40, 10, 24), (0, 10, 0, 40, 10, 16), (0, 0, 0, 40, 10, 8),
            (50, 0, 0, 30, 30, 6), (0, -40, 0, 20, 20, 40),
        ]
    )  # fmt: skip


def helsinki(city, side=110.0) -> LightScene:
    """The standing buildings of a city model up to a distance from their middle."""
    buildings = city.buildings()
    rows = standing_surfaces(city, buildings)
    building = building_of_surface(city, buildings)[rows]
    surface_rings, ring_vertices, flat = take_rings(city.rings.surface_rings, city.rings.ring_vertices, rows)
    owner = building[row_of(surface_rings)[row_of(ring_vertices)]]
    count = np.maximum(np.bincount(owner), 1)
    middle = np.stack([np.bincount(owner, city.vertices[flat, k]) / count for k in range(2)], 1)
    centre = np.floor(np.median(middle[np.unique(owner)], axis=0))
    kept = np.flatnonzero((np.abs(middle - centre) < side).all(1)[building])
    kept = kept[np.argsort(building[kept], kind="stable")]
    surface_rings, ring_vertices, again = take_rings(surface_rings, ring_vertices, kept)
    _, dense = np.unique(building[kept], return_inverse=True)
    return scene_of((surface_rings, ring_vertices, city.vertices[flat[again]] - [*centre, 0.0]), dense)
