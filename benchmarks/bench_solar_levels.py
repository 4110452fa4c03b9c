"""The levels of the solar floor beside hourly ray casting: how much less work, and how far off.

Truth and peer cast one ray an hour from every sample to the sun with embreex, for hours with more than 1 W/m2 of direct
radiation. The peer takes the sky from 577 patches, the truth from 5,185. Nothing reflects. The weather is the Finnish
test year of Vantaa, or a synthetic year where there are no real data.
"""

from __future__ import annotations

import os
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.registry import BenchSpec, register
from benchmarks.solar_scene import scene

SIZES = (6_000, 80_000)
SURFACES = 120
LEAST, MOST = 20, 120
"""Samples of the surfaces that take part: hourly figures are means over a surface."""
T_MIN = np.float32(1e-4)
LIFT_M, SPACING_M = 0.02, 2.0


class Case(NamedTuple):
    """Whole surfaces spread over a city, with their samples, and the weather."""

    triangles: np.ndarray
    bvh: Any
    points: np.ndarray
    offsets: np.ndarray
    normal: np.ndarray
    weather: Any

    @property
    def sample_normal(self) -> np.ndarray:
        """Normal of the surface of each sample."""
        return np.repeat(self.normal, np.diff(self.offsets), axis=0)


@cache
def case(n_triangles: int) -> Case:
    import citytwin as ct
    from citytwin.kernels.bvh import build_bvh
    from citytwin.kernels.grid_samples import grid_samples
    from citytwin.kernels.newell import normals
    from citytwin.kernels.patch_visibility import visible_directions
    from citytwin.kernels.reinhart import reinhart
    from citytwin.model.ragged import offsets_of, take_ragged

    made = scene(n_triangles)
    rings = (made.surface_rings, made.ring_vertices, made.vertices)
    normal = normals(*rings)
    normal /= np.maximum(np.linalg.norm(normal, axis=1), 1e-12)[:, None]
    points, offsets = grid_samples(*rings, normal, SPACING_M, LIFT_M)
    triangles = made.triangles.astype(np.float32)
    bvh = build_bvh(triangles)
    few = reinhart(1).direction.astype(np.float32)
    sizes = np.diff(offsets)
    rows = np.flatnonzero((sizes >= LEAST) & (sizes <= MOST))
    rows = np.sort(np.random.default_rng(2).permutation(rows)[: 2 * SURFACES])
    part, samples = take_ragged(offsets, rows)
    chosen = points[samples].astype(np.float32)
    facing = normal[rows].astype(np.float32)
    seen = visible_directions(bvh, chosen, part, facing, few, T_MIN, 0, len(rows))
    open_ = np.flatnonzero(np.minimum.reduceat(seen, part[:-1]) > 2)[:SURFACES]
    kept, samples = take_ragged(part, open_)
    data = os.environ.get("CITYTWIN_TEST_DATA")
    if data:
        path = Path(data) / "data/weather/fmi_try2020/Vantaa-TRY2020.csv"
        weather = ct.read_weather(path, latitude=60.32, longitude=24.97)
    else:
        weather = ct.synthetic.weather(60.17, 24.94, ct.synthetic.helsinki_normals())
    return Case(triangles, bvh, chosen[samples], offsets_of(np.diff(kept)), normal[rows][open_], weather)


def annual(level: str, c: Case) -> np.ndarray:
    """Irradiation of every sample, kWh/m2, as the library computes it."""
    from citytwin.solar.levels import LEVELS
    from citytwin.solar.sample_sums import annual_sums
    from citytwin.solar.samples import SurfaceSky
    from citytwin.solar.sky_dome import sky_dome

    dome = sky_dome(c.weather, "perez", LEVELS[level])
    n = len(c.normal)
    everything = np.full((n, len(dome.direction)), 255, np.uint8)
    ones = np.ones(n)
    seen = SurfaceSky(c.normal, everything, ones, ones, ones > 1, c.points.astype(float), c.offsets)
    return annual_sums(c.bvh, seen, everything[None], dome) / 1000.0


def ours(level: str, c: Case) -> float:
    annual(level, c)
    return len(c.points)


class Embree(NamedTuple):
    """An Embree scene beside the case, with the sun and the sky of the hours."""

    case: Case
    cast: Any
    dome: Any
    sun: np.ndarray
    dni: np.ndarray


def embree(c: Case, factor: int = 2) -> Embree:
    from embreex.mesh_construction import TriangleMesh
    from embreex.rtcore_scene import EmbreeScene

    from citytwin.solar.levels import Level
    from citytwin.solar.sky_dome import sky_dome

    built = EmbreeScene()
    TriangleMesh(built, c.triangles)
    dome = sky_dome(c.weather, "perez", Level(factor, factor))
    lit = np.flatnonzero((dome.sun.dni > 1.0) & (dome.sun.direction[2] > 0.0))
    return Embree(c, built, dome, np.ascontiguousarray(dome.sun.direction[:, lit].T), dome.sun.dni[lit])


def front_rays(e: Embree, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sample, direction and cosine of every pair in front."""
    cosine = e.case.sample_normal.astype(np.float32) @ directions.astype(np.float32).T
    sample, direction = np.nonzero(cosine > 1e-4)
    return sample, direction, cosine[sample, direction]


def visible(e: Embree, sample: np.ndarray, towards: np.ndarray) -> np.ndarray:
    hits = e.cast.run(e.case.points[sample], np.ascontiguousarray(towards, np.float32), query="OCCLUDED")
    return hits < 0


def annual_embree(e: Embree) -> np.ndarray:
    """Irradiation of every sample, kWh/m2, ray by ray."""
    n = len(e.case.points)
    sample, hour, cosine = front_rays(e, e.sun)
    free = visible(e, sample, e.sun[hour])
    total = np.bincount(sample, free * cosine * e.dni[hour], minlength=n)
    patches, sky = e.dome.patches, e.dome.radiance.sum(1, dtype=np.float64)
    sample, patch, cosine = front_rays(e, patches.direction)
    free = visible(e, sample, patches.direction[patch])
    total += np.bincount(sample, free * cosine * (sky * patches.solid_angle)[patch], minlength=n)
    return total / 1000.0


def peer(e: Embree) -> float:
    annual_embree(e)
    return len(e.case.points)


@cache
def truth(n_triangles: int) -> np.ndarray:
    return annual_embree(embree(case(n_triangles), factor=6))


def annual_error(level: str, n_triangles: int) -> float:
    """Root mean square over the samples, percent of the mean."""
    expected = truth(n_triangles)
    return 100.0 * float(np.sqrt(np.mean((annual(level, case(n_triangles)) - expected) ** 2)) / expected.mean())


def direct_error(level: str, n_triangles: int) -> float:
    """Root mean square of the hourly direct irradiance of surfaces, percent of its mean."""
    from citytwin.kernels.sun_irradiance import add_sun
    from citytwin.solar.levels import LEVELS
    from citytwin.solar.samples import visible_shares
    from citytwin.solar.sky_dome import sky_dome

    c = case(n_triangles)
    e = embree(c)
    dome = sky_dome(c.weather, "perez", LEVELS[level])
    seen = visible_shares(c.bvh, c.points.astype(float), c.offsets, c.normal, dome.direction.astype(np.float32))
    hours = np.zeros((len(c.normal), len(dome.hour)), np.float32)
    nothing = np.zeros((len(c.normal), 145), np.float32)
    add_sun(seen, nothing, c.normal, dome.sun, 0.0, 1.0, 0, len(dome.hour), hours)
    sample, hour, cosine = front_rays(e, e.sun)
    free = visible(e, sample, e.sun[hour])
    owner = np.repeat(np.arange(len(c.normal)), np.diff(c.offsets))
    flat = np.bincount(owner[sample] * len(e.sun) + hour, free * cosine * e.dni[hour], len(c.normal) * len(e.sun))
    expected = flat.reshape(len(c.normal), -1) / np.diff(c.offsets)[:, None]
    lit = np.flatnonzero((dome.sun.dni > 1.0) & (dome.sun.direction[2] > 0.0))
    return 100.0 * float(np.sqrt(np.mean((hours[:, lit] - expected) ** 2)) / expected.mean())


def size(n: int) -> int:
    return n


RATES = {"fast": (8.0, 15.0), "standard": (2.2, 5.0)}
ERRORS = {
    "fast_sample_error": (partial(annual_error, "fast"), 1.7),
    "standard_sample_error": (partial(annual_error, "standard"), 0.9),
    "standard_hourly_direct_error": (partial(direct_error, "standard"), 8.0),
}
for level, (gate, reach) in RATES.items():
    register(
        BenchSpec(
            name=f"solar_{level}", unit="samples/s", sizes=SIZES, build=case, ours=partial(ours, level),
            peer_name="hourly embreex", build_peer=embree, peer=peer, gate=gate, reach=reach,
        )
    )  # fmt: skip
for name, (error, limit) in ERRORS.items():
    register(
        BenchSpec(
            name=f"solar_{name}", unit="%", sizes=SIZES, build=size, ours=error, peer_name=f"{limit:g} %",
            peer=partial(lambda limit, _: limit, limit), gate=1.0, clock="figure", higher_is_better=False,
        )
    )  # fmt: skip
