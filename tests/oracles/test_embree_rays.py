"""Rays in the procedural city against Embree on the same rays in single precision."""

import numpy as np
import pytest

from benchmarks.solar_scene import scene
from citytwin.kernels.any_hit import any_hit
from citytwin.kernels.bvh import build_bvh
from citytwin.kernels.first_hit import first_hits, first_hits_of_surface
from citytwin.kernels.grid_samples import grid_samples
from citytwin.kernels.newell import normals
from citytwin.kernels.patch_visibility import packet_masks, packet_offsets
from citytwin.kernels.reinhart import reinhart

pytestmark = pytest.mark.compiled
T_MIN = np.float32(1e-4)
MISMATCHES = 5e-5


class Scene:
    """Every third surface of a city of 20,000 triangles, its samples and the 577 patches in front of them."""

    def __init__(self):
        embree = pytest.importorskip("embreex.rtcore_scene", reason="embreex is not installed")
        mesh = pytest.importorskip("embreex.mesh_construction", reason="embreex is not installed")
        city = scene(20_000)
        rings = (city.surface_rings, city.ring_vertices, city.vertices)
        unit = normals(*rings)
        unit /= np.linalg.norm(unit, axis=1)[:, None]
        points, offsets = grid_samples(*rings, unit, 4.0, 0.02)
        chosen = np.arange(0, len(unit), 3)
        self.triangles = city.triangles.astype(np.float32)
        self.samples = np.concatenate([points[offsets[k] : offsets[k + 1]] for k in chosen]).astype(np.float32)
        self.offsets = np.concatenate([[0], np.cumsum(np.diff(offsets)[chosen])])
        self.normals = unit[chosen].astype(np.float32)
        self.directions = np.ascontiguousarray(reinhart(2).direction.astype(np.float32))
        front = np.repeat(self.normals @ self.directions.T > 1e-4, np.diff(self.offsets), axis=0)
        self.ray = np.nonzero(front)
        self.origins, self.towards = self.samples[self.ray[0]], self.directions[self.ray[1]]
        self.bvh = build_bvh(self.triangles)
        self.embree = embree.EmbreeScene()
        mesh.TriangleMesh(self.embree, self.triangles)

    def surfaces(self):
        return self.bvh, self.samples, self.offsets, self.normals, self.directions, T_MIN, 0, len(self.normals)


@pytest.fixture(scope="module")
def city():
    return Scene()


def test_what_stops_a_ray(city):
    """In packets and one by one; Embree knows no least distance, so its rays start there."""
    theirs = city.embree.run(city.origins + T_MIN * city.towards, city.towards, query="OCCLUDED") >= 0
    masks = packet_masks(*city.surfaces())
    packets = np.repeat(packet_offsets(city.offsets)[:-1], np.diff(city.offsets))
    place = np.arange(len(city.samples)) - np.repeat(city.offsets[:-1], np.diff(city.offsets))
    free = (masks[packets + place // 16] >> (place % 16).astype(np.uint16)[:, None]) & 1
    ours = free[city.ray] == 0
    assert 0.2 < theirs.mean() < 0.6
    assert (ours != theirs).mean() <= MISMATCHES
    np.testing.assert_array_equal(any_hit(city.bvh, city.origins, city.towards, T_MIN, np.float32(np.inf)), ours)


def test_where_a_ray_is_stopped(city):
    """Triangles may differ where several lie in one place; the places may not."""
    start = city.origins + T_MIN * city.towards
    found = city.embree.run(start, city.towards, query="INTERSECT", output=True)
    theirs = found["primID"]
    ours = first_hits_of_surface(*city.surfaces())[city.ray]
    assert ((ours >= 0) != (theirs >= 0)).mean() <= MISMATCHES
    same = ours == theirs
    assert same.mean() > 0.99
    others = np.flatnonzero(~same & (ours >= 0) & (theirs >= 0))[:500]
    distance = [
        first_hits(city.bvh, city.origins[k : k + 1], city.towards[k : k + 1], T_MIN, np.float32(np.inf))[1][0, 0]
        for k in others
    ]
    away = np.abs(np.array(distance) - T_MIN - found["tfar"][others])
    assert away.max() < 1e-3
