"""Rays of the solar floor: on the procedural city (:mod:`benchmarks.solar_scene`) and on the Helsinki tile.

Rays go from the samples of groups of neighbouring surfaces spread over the city to the 577 patches of the sky in front
of them; embreex gets the same rays in single precision, those of one point one after the other.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.limits import at_rate
from benchmarks.registry import BenchSpec, register
from benchmarks.solar_scene import scene

TILE = "data/citygml/helsinki/2549_6674.gml"
SIZES = (80_000, 750_000)
FACTOR = 2
SPACING_M, LIFT_M, T_MIN_M = 2.0, 0.02, np.float32(1e-4)
GROUP = 32
"""Neighbouring surfaces that are taken together."""
SAMPLES = 12_000
"""About so many samples are cast from."""
SAMPLES_PER_SECOND = 30_000.0
"""Samples a second and core that a city is expected to be cast at, 577 directions each."""
BYTES = {"triangle": 100, "sample": 250, "surface and direction": 1}
"""What casting may take at its peak."""


class Scene(NamedTuple):
    triangles: np.ndarray
    surface_rings: np.ndarray
    ring_vertices: np.ndarray
    vertices: np.ndarray


class Rays(NamedTuple):
    triangles: np.ndarray
    bvh: Any
    samples: np.ndarray
    weights: np.ndarray
    offsets: np.ndarray
    normals: np.ndarray
    directions: np.ndarray
    origins: np.ndarray
    towards: np.ndarray


def procedural(n_triangles: int) -> Scene:
    made = scene(n_triangles)
    return Scene(made.triangles.astype(np.float32), made.surface_rings, made.ring_vertices, made.vertices)


def tile(n: int) -> Scene:
    """The Helsinki tile, or else a synthetic city of about as many triangles; `n` says how many times, and is 1."""
    import citytwin as ct

    data = os.environ.get("CITYTWIN_TEST_DATA", "")
    city = ct.read_city(Path(data) / TILE) if data else ct.synthetic.city(250 * n)
    soup = city.triangles()
    vertices = city.vertices + (city.origin - soup.origin)
    return Scene(np.array(soup.xyz), city.rings.surface_rings, city.rings.ring_vertices, vertices)


def sampled(s: Scene) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Samples, offsets and normals of all surfaces."""
    from citytwin.kernels.grid_samples import grid_samples
    from citytwin.kernels.newell import normals

    unit = normals(s.surface_rings, s.ring_vertices, s.vertices)
    unit /= np.maximum(np.linalg.norm(unit, axis=1), 1e-9)[:, None]
    points, offsets = grid_samples(s.surface_rings, s.ring_vertices, s.vertices, unit, SPACING_M, LIFT_M)
    return points.astype(np.float32), offsets, unit.astype(np.float32)


def sky() -> np.ndarray:
    from citytwin.kernels.reinhart import reinhart

    return np.ascontiguousarray(reinhart(FACTOR).direction.astype(np.float32))


def rays(s: Scene) -> Rays:
    from citytwin.kernels.bvh import build_bvh

    points, offsets, normals = sampled(s)
    step = max(1, round(len(points) / SAMPLES))
    chosen = np.flatnonzero(np.arange(len(normals)) // GROUP % step == 0)
    n_samples = np.diff(offsets)[chosen]
    samples = np.concatenate([points[offsets[k] : offsets[k + 1]] for k in chosen])
    directions = sky()
    front = np.repeat(normals[chosen] @ directions.T > 1e-4, n_samples, axis=0)
    sample, direction = np.nonzero(front)
    return Rays(
        s.triangles,
        build_bvh(s.triangles),
        samples,
        np.ones(len(samples), np.float32),
        np.concatenate([[0], np.cumsum(n_samples)]),
        normals[chosen],
        directions,
        samples[sample],
        directions[direction],
    )


def count_in_bvh(s: Scene) -> float:
    from citytwin.kernels.bvh import build_bvh

    return len(build_bvh(s.triangles).order)


def embree_scene(triangles: np.ndarray) -> Any:
    from embreex.mesh_construction import TriangleMesh
    from embreex.rtcore_scene import EmbreeScene

    built = EmbreeScene()
    TriangleMesh(built, triangles)
    built.run(np.zeros((1, 3), np.float32), np.eye(3, dtype=np.float32)[2:], query="OCCLUDED")
    return built


def count_in_embree(s: Scene) -> float:
    embree_scene(s.triangles)
    return len(s.triangles)


def cast_packets(r: Rays) -> float:
    from citytwin.kernels.patch_visibility import visible_fraction

    visible_fraction(r.bvh, r.samples, r.weights, r.offsets, r.normals, r.directions, T_MIN_M, 0, len(r.normals))
    return len(r.origins)


def cast_single(r: Rays) -> float:
    from citytwin.kernels.any_hit import any_hit

    any_hit(r.bvh, r.origins, r.towards, T_MIN_M, np.float32(np.inf))
    return len(r.origins)


def find_first(r: Rays) -> float:
    from citytwin.kernels.first_hit import first_hits_of_surface

    first_hits_of_surface(r.bvh, r.samples, r.offsets, r.normals, r.directions, T_MIN_M, 0, len(r.normals))
    return len(r.origins)


def embree_rays(r: Rays) -> tuple[Any, Rays]:
    return embree_scene(r.triangles), r


def cast_embree(state: tuple[Any, Rays]) -> float:
    built, r = state
    built.run(r.origins, r.towards, query="OCCLUDED")
    return len(r.origins)


def find_embree(state: tuple[Any, Rays]) -> float:
    built, r = state
    built.run(r.origins, r.towards, query="INTERSECT")
    return len(r.origins)


def see_packets(r: Rays) -> float:
    cast_packets(r)
    return len(r.samples)


def sum_months(state: tuple[Rays, np.ndarray]) -> float:
    from citytwin.kernels.sample_sums import visible_sums

    r, coefficients = state
    visible_sums(
        r.bvh, r.samples, r.weights, r.offsets, r.normals, r.directions, T_MIN_M, coefficients, 0, len(r.normals)
    )
    return len(r.samples)


def monthly(s: Scene) -> tuple[Rays, np.ndarray]:
    """Rays, and random coefficients of twelve sums."""
    r = rays(s)
    shape = (len(r.normals), len(r.directions), 12)
    return r, np.random.default_rng(1).random(shape, np.float32)


def at_the_limit(r: Rays) -> float:
    return at_rate(len(r.samples), SAMPLES_PER_SECOND)


def cast_city(s: Scene) -> float:
    """Everything from triangles and rings to visible fractions of all surfaces."""
    from citytwin._threads import map_blocks
    from citytwin.kernels.bvh import build_bvh
    from citytwin.kernels.patch_visibility import visible_fraction

    bvh, (points, offsets, normals) = build_bvh(s.triangles), sampled(s)
    weights, directions = np.ones(len(points), np.float32), sky()
    visible = np.empty((len(normals), len(directions)), np.uint8)

    def block(start: int, stop: int) -> None:
        visible[start:stop] = visible_fraction(bvh, points, weights, offsets, normals, directions, T_MIN_M, start, stop)

    map_blocks(block, len(normals), 64)
    return len(points)


def peak_share(state: tuple[int, float]) -> float:
    """Growth of the peak memory of a process that casts a whole city, in MB."""
    size, _ = state
    command = [sys.executable, "-m", "benchmarks", "solar_city_rays", "--memory-of", "ours", "--at", str(size)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()[-1])


def allowed_memory(size: int) -> tuple[int, float]:
    """The size, and what its city may take in MB; the kernels are compiled once so that no child has to."""
    cast_city(procedural(1_000))
    s = procedural(size)
    points, _, normals = sampled(s)
    counts = (len(s.triangles), len(points), len(normals) * len(sky()))
    return size, sum(a * b for a, b in zip(BYTES.values(), counts, strict=True)) / 1e6


PACKETS = BenchSpec(
    name="any_hit_rays",
    unit="rays/s",
    sizes=SIZES,
    build=lambda n: rays(procedural(n)),
    ours=cast_packets,
    peer_name="embreex",
    build_peer=embree_rays,
    peer=cast_embree,
    gate=1.15,
    reach=2.0,
)
SAMPLES_577 = replace(
    PACKETS,
    name="patch_visibility",
    unit="samples/s",
    ours=see_packets,
    peer_name="30,000 samples/s",
    build_peer=None,
    peer=at_the_limit,
    gate=1.0,
    reach=2.0,
)
for spec in (PACKETS, SAMPLES_577):
    register(spec)
    register(replace(spec, name=f"{spec.name}_helsinki", sizes=(1,), build=lambda n: rays(tile(n))))
register(replace(PACKETS, name="any_hit_single_rays", ours=cast_single, gate=0.6, reach=1.0))
register(replace(PACKETS, name="first_hit_rays", ours=find_first, peer=find_embree, gate=1.0, reach=2.0))
register(
    replace(
        SAMPLES_577,
        name="sample_sums",
        build=lambda n: monthly(procedural(n)),
        ours=sum_months,
        build_peer=lambda state: state[0],
        gate=0.9,
    )
)
register(
    BenchSpec(
        name="bvh_build",
        unit="triangles/s",
        sizes=SIZES,
        build=procedural,
        ours=count_in_bvh,
        peer_name="embreex",
        peer=count_in_embree,
        gate=0.8,
        reach=1.5,
    )
)
register(
    BenchSpec(
        name="solar_city_rays", unit="samples/s", sizes=SIZES[:1], build=procedural, ours=cast_city, phases=("time",)
    )
)
register(
    BenchSpec(
        name="solar_city_rays_memory",
        unit="MB",
        sizes=SIZES[:1],
        build=allowed_memory,
        ours=peak_share,
        peer_name="100 B/triangle, 250 B/sample, 1 B/fraction",
        peer=lambda state: state[1],
        clock="figure",
        higher_is_better=False,
        gate=1.0,
    )
)
