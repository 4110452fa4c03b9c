"""Geometry kernels on the synthetic city, each beside a compiled peer on the same input; rays: ``bench_solar_rays``."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from benchmarks.registry import BenchSpec, register


class Polygons(NamedTuple):
    surface_rings: np.ndarray
    ring_vertices: np.ndarray
    vertices: np.ndarray


def polygons(n_buildings: int) -> Polygons:
    import citytwin as ct

    city = ct.synthetic.city(n_buildings, terrain=False)
    return Polygons(city.rings.surface_rings, city.rings.ring_vertices, city.vertices)


def count_normals(p: Polygons) -> float:
    from citytwin.kernels.newell import normals

    return len(normals(*p))


def count_normals_numpy(p: Polygons) -> float:
    following = np.arange(1, len(p.vertices) + 1)
    following[p.ring_vertices[1:] - 1] = p.ring_vertices[:-1]
    local = p.vertices - np.repeat(p.vertices[p.ring_vertices[:-1]], np.diff(p.ring_vertices), axis=0)
    rings = np.add.reduceat(0.5 * np.cross(local, local[following]), p.ring_vertices[:-1])
    return len(np.add.reduceat(rings, p.surface_rings[:-1]))


def count_triangulated(p: Polygons) -> float:
    from citytwin.kernels.ear_clipping import triangulate

    return len(triangulate(*p).flags)


def projected(p: Polygons) -> list[tuple[np.ndarray, np.ndarray]]:
    """Each polygon in its own plane, as mapbox_earcut takes it."""
    import mapbox_earcut  # noqa: F401

    from citytwin.kernels.newell import normals

    flat = []
    for surface, normal in enumerate(normals(*p)):
        axis = int(np.argmax(np.abs(normal)))
        u, v = ((axis + 1) % 3, (axis + 2) % 3)[:: 1 if normal[axis] > 0 else -1]
        ends = p.ring_vertices[p.surface_rings[surface] : p.surface_rings[surface + 1] + 1]
        points = np.ascontiguousarray(p.vertices[ends[0] : ends[-1]][:, [u, v]])
        flat.append((points, (ends[1:] - ends[0]).astype(np.uint32)))
    return flat


def count_earcut(flat: list[tuple[np.ndarray, np.ndarray]]) -> float:
    import mapbox_earcut

    for points, ends in flat:
        mapbox_earcut.triangulate_float64(points, ends)
    return len(flat)


def walls(n_buildings: int) -> tuple[np.ndarray, ...]:
    """Rows of boxes 20 m wide and 13 m deep, ten in a row side by side, 13 to 24 m high."""
    rng = np.random.default_rng(1)
    k = np.arange(n_buildings)
    x = 20.0 * (k % 100) + 17.0 * (k % 100 // 10)
    y = 30.0 * (k // 100)
    corners = np.array([(0, 0), (20, 0), (20, 13), (0, 13)], float) + np.stack([x, y], axis=1)[:, None, :]
    segments = np.concatenate([corners, np.roll(corners, -1, axis=1)], axis=2).reshape(-1, 4)
    along = segments[:, 2:] - segments[:, :2]
    length = np.hypot(*along.T)
    heights = np.zeros((len(segments), 2))
    heights[:, 1] = np.repeat(rng.uniform(13, 24, n_buildings), 4)
    outward = np.stack([along[:, 1], -along[:, 0]], axis=1) / length[:, None]
    return segments, heights, outward, np.repeat(k, 4).astype(np.int32), length * heights[:, 1]


def match_walls(w: tuple[np.ndarray, ...]) -> float:
    from citytwin.kernels.segment_hash import party_walls

    party_walls(*w, 0.3, np.radians(5.0), 0.05, 10.0)
    return len(w[0])


def wall_lines(w: tuple[np.ndarray, ...]) -> np.ndarray:
    import shapely

    return shapely.linestrings(w[0].reshape(-1, 2, 2))


def match_lines(lines: np.ndarray) -> float:
    import shapely

    shapely.STRtree(lines).query(lines, predicate="dwithin", distance=0.3)
    return len(lines)


def coordinates(n_numbers: int) -> bytes:
    rng = np.random.default_rng(1)
    return " ".join(f"{value:.3f}" for value in rng.uniform(0.0, 2.6e7, n_numbers)).encode()


def parse_ours(text: bytes) -> float:
    from citytwin.kernels.decimal import read_decimals

    read_decimals(text)
    return len(text) / 1e6


def parse_numpy(text: bytes) -> float:
    np.array(text.split(), np.float64)
    return len(text) / 1e6


register(
    BenchSpec(
        name="newell_normals",
        unit="polygons/s",
        sizes=(100, 2_000),
        build=polygons,
        ours=count_normals,
        peer_name="numpy reduceat",
        peer=count_normals_numpy,
        gate=5.0,
        reach=30.0,
    )
)
register(
    BenchSpec(
        name="ear_clipping",
        unit="polygons/s",
        sizes=(100, 2_000),
        build=polygons,
        ours=count_triangulated,
        peer_name="mapbox_earcut",
        build_peer=projected,
        peer=count_earcut,
        gate=3.0,
        reach=8.0,
    )
)
register(
    BenchSpec(
        name="party_walls",
        unit="walls/s",
        sizes=(1_000, 50_000),
        build=walls,
        ours=match_walls,
        peer_name="shapely STRtree, candidates only",
        build_peer=wall_lines,
        peer=match_lines,
        gate=2.0,
        reach=5.0,
    )
)
register(
    BenchSpec(
        name="decimal_parsing",
        unit="MB/s",
        sizes=(10_000, 500_000),
        build=coordinates,
        ours=parse_ours,
        peer_name="numpy from split text",
        peer=parse_numpy,
        gate=3.0,
        reach=8.0,
    )
)
