"""Checking the geometry of a city and deriving its buildings, beside what shapely checks polygon by polygon."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from benchmarks.limits import at_rate
from benchmarks.registry import BenchSpec, register

if TYPE_CHECKING:
    from citytwin import CityModel

TILE = "data/citygml/helsinki/2549_6674.gml"
PER_SECOND = 100_000.0
"""Polygons a second and core that a city is expected to be triaged at."""


class Flat(NamedTuple):
    """Polygons laid flat in their planes, as shapely takes them: points, and ring and polygon of each."""

    points: np.ndarray
    ring: np.ndarray
    polygon: np.ndarray


def synthetic(n_buildings: int) -> CityModel:
    import citytwin as ct

    return ct.synthetic.city(n_buildings, terrain=False)


def tiles(n: int) -> CityModel:
    """The Helsinki tile `n` times side by side, each with identifiers of its own, or else a synthetic city."""
    import citytwin as ct
    from citytwin.model.strings import Strings

    data = os.environ.get("CITYTWIN_TEST_DATA", "")
    if not data:
        return synthetic(90 * n)
    tile = ct.read_city(Path(data) / TILE)
    copies = []
    for k in range(n):
        ids = Strings.of(f"{k}_{name}" for name in tile.objects.id)
        shift = (1000.0 * (k % 8), 1000.0 * (k // 8), 0.0)
        copies.append(replace(tile, objects=replace(tile.objects, id=ids), origin=tile.origin + shift))
    return ct.CityModel.concat(copies)


def triage(city: CityModel) -> float:
    """Check and derive a fresh copy, so that nothing is known of it yet."""
    fresh = replace(city)
    len(fresh.findings)
    assert len(fresh.buildings()) > 0
    return len(city.surfaces)


def check(city: CityModel) -> float:
    from citytwin.model.validity import check_geometry

    check_geometry(city)
    return len(city.surfaces)


def flat(city: CityModel) -> Flat:
    """Exterior rings of all polygons, seen along the axis nearest to their normals."""
    from citytwin.model.ragged import row_of

    rings = city.rings
    polygon = row_of(rings.surface_rings)
    ring = row_of(rings.ring_vertices)
    axis = np.abs(city.surfaces.normal).argmax(1)[polygon[ring]]
    first, second = np.array([1, 0, 0])[axis], np.array([2, 2, 1])[axis]
    row = np.arange(len(ring))
    return Flat(np.column_stack([city.vertices[row, first], city.vertices[row, second]]), ring, polygon)


def shapely_checks(polygons: Flat) -> float:
    """Build the polygons and ask whether they are valid: codes 101 to 208 without planes, and nothing about solids."""
    import shapely

    shapes = shapely.polygons(shapely.linearrings(polygons.points, indices=polygons.ring), indices=polygons.polygon)
    shapely.is_valid(shapes)
    return len(shapes)


def at_the_limit(city: CityModel) -> float:
    return at_rate(len(city.surfaces), PER_SECOND)


for name, build, sizes in (
    ("check_and_derive", tiles, (8, 32)),
    ("check_and_derive_synthetic", synthetic, (2_000, 20_000)),
):
    register(
        BenchSpec(
            name=name, unit="polygons/s", sizes=sizes, build=build, ours=triage, peer_name="100,000 polygons/s",
            peer=at_the_limit, gate=1.0, reach=10.0,
        )
    )  # fmt: skip

register(
    BenchSpec(
        name="check_geometry", unit="polygons/s", sizes=(8, 32), build=tiles, ours=check,
        peer_name="shapely.polygons + is_valid, rings only", build_peer=flat, peer=shapely_checks, gate=1.0, reach=2.0,
    )
)  # fmt: skip
