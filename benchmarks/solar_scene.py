"""A city to cast rays in, made by rule: blocks of 105 m between streets of 17 m, on rolling ground.

The blocks around the centre are closed perimeters of gabled houses with party walls, the others are slabs or detached
gabled houses. Facades have recesses of 0.4 m. Nothing runs along the axes of coordinates.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np

BLOCK_M = 105.0
PITCH_M = BLOCK_M + 17.0
TERRAIN_STEP_M = 15.0
RECESS_M = 0.4
TURN = math.radians(20.0)
BAY_M = 8.0
"""Longest stretch of facade without a recess."""
TRIANGLES_A_BLOCK = 555
"""About; ground included."""


class SolarScene(NamedTuple):
    """What stands in the way, and the walls and roofs that look at the sky.

    Parameters
    ----------
    triangles : float64, (m, 3, 3), m
        Of all buildings and the ground, relative to the centre.
    surface_rings, ring_vertices : int64
        Offsets of rings of surfaces and of vertices of rings, as :func:`citytwin.kernels.grid_samples.grid_samples`
        takes them.
    vertices : float64, (k, 3), m
    owner : int64, (n_surfaces,)
        Building of each surface.
    triangle_surface : int64, (m,)
        Surface of each triangle; -1 for the ground.
    """

    triangles: np.ndarray
    surface_rings: np.ndarray
    ring_vertices: np.ndarray
    vertices: np.ndarray
    owner: np.ndarray
    triangle_surface: np.ndarray


class House(NamedTuple):
    """A house by its middle, unit vector along the ridge, length, depth, eaves and rise of the ridge."""

    x: float
    y: float
    along: tuple[float, float]
    length: float
    depth: float
    eaves: float
    rise: float


def scene(n_triangles: int) -> SolarScene:
    """The city of about so many triangles, the same every time."""
    rng = np.random.default_rng(1)
    side = max(1, round(math.sqrt(n_triangles / TRIANGLES_A_BLOCK)))
    middles = (np.arange(side) - 0.5 * (side - 1)) * PITCH_M
    houses = []
    for x in middles:
        for y in middles:
            if max(abs(x), abs(y)) <= 0.2 * side * PITCH_M:
                block = _perimeter(rng)
            else:
                block = _slabs(rng) if rng.random() < 0.3 else _detached(rng)
            houses += [house._replace(x=x + house.x, y=y + house.y) for house in block]
    polygons, owner = [], []
    for number, house in enumerate(houses):
        faces = _faces(house)
        polygons += faces
        owner += [number] * len(faces)
    fans = [[(face[0], a, b) for a, b in pairwise(face[1:])] for face in polygons]
    ground = _ground(0.5 * side * PITCH_M)
    triangles = np.concatenate([np.array([t for fan in fans for t in fan]), ground])
    surface = np.repeat(np.arange(len(fans)), [len(fan) for fan in fans])
    return SolarScene(
        _turned(triangles),
        np.arange(len(polygons) + 1),
        np.concatenate([[0], np.cumsum([len(face) for face in polygons])]),
        _turned(np.concatenate(polygons)),
        np.array(owner),
        np.concatenate([surface, np.full(len(ground), -1)]),
    )


def _perimeter(rng: np.random.Generator) -> list[House]:
    """Houses 13 m deep and 18 to 28 m wide, wall to wall along the four sides of a block."""
    houses = []
    depth, half = 13.0, 0.5 * BLOCK_M
    for line, reach in ((depth / 2 - half, half), (half - depth / 2, half)):
        for a, b in _cut(rng, -reach, reach):
            houses.append(House((a + b) / 2, line, (1.0, 0.0), b - a, depth, rng.uniform(13, 24), 4.0))
        for a, b in _cut(rng, depth - reach, reach - depth):
            houses.append(House(line, (a + b) / 2, (0.0, 1.0), b - a, depth, rng.uniform(13, 24), 4.0))
    return houses


def _cut(rng: np.random.Generator, start: float, stop: float) -> list[tuple[float, float]]:
    """Neighbouring stretches of 18 to 28 m."""
    n = round((stop - start) / 23.0)
    cuts = np.linspace(start, stop, n + 1)
    cuts[1:-1] += rng.uniform(-2.0, 2.0, n - 1)
    return list(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))


def _slabs(rng: np.random.Generator) -> list[House]:
    """Three flat-roofed slabs 12 m deep, 40 to 70 m long and 10 to 40 m high."""
    along = (1.0, 0.0) if rng.random() < 0.5 else (0.0, 1.0)
    return [
        House(shift * along[1], shift * along[0], along, rng.uniform(40, 70), 12.0, rng.uniform(10, 40), 0.0)
        for shift in (-38.0, 0.0, 38.0)
    ]


def _detached(rng: np.random.Generator) -> list[House]:
    """Four rows of four gabled houses."""
    houses = []
    for i in range(4):
        for j in range(4):
            x, y = (26.0 * k - 39.0 + rng.uniform(-4, 4) for k in (i, j))
            along = (1.0, 0.0) if rng.random() < 0.5 else (0.0, 1.0)
            houses.append(House(x, y, along, rng.uniform(9, 14), rng.uniform(7, 10), rng.uniform(3, 6.5), 3.0))
    return houses


def _faces(house: House) -> list[np.ndarray]:
    """Walls, roofs and floor, outwards."""
    u, v, eaves = 0.5 * house.length, 0.5 * house.depth, house.eaves
    inner, floor = v - RECESS_M, -1.0
    n = 2 * max(1, round(u / BAY_M)) + 1
    plan = [(u * (2 * k / n - 1), -(inner if i % 2 else v)) for i in range(n) for k in (i, i + 1)]
    faces = []
    for turn in (1.0, -1.0):
        line = [(turn * a, turn * b) for a, b in plan]
        for (a, b), (c, d) in pairwise(line):
            faces.append([(a, b, floor), (c, d, floor), (c, d, eaves), (a, b, eaves)])
        (a, b), (c, d) = line[-1], (-line[0][0], -line[0][1])
        gable = [(a, 0.0, eaves + house.rise)] if house.rise > 0.0 else []
        faces.append([(a, b, floor), (c, d, floor), (c, d, eaves), *gable, (a, b, eaves)])
        if house.rise > 0.0:
            top = eaves + house.rise
            faces.append([(-turn * u, -turn * v, eaves), (turn * u, -turn * v, eaves), (turn * u, 0.0, top),
                          (-turn * u, 0.0, top)])  # fmt: skip
    if house.rise == 0.0:
        faces.append([(-u, -v, eaves), (u, -v, eaves), (u, v, eaves), (-u, v, eaves)])
    ax, ay = house.along
    matrix = np.array([[ax, ay, 0.0], [-ay, ax, 0.0], [0.0, 0.0, 1.0]])
    shift = np.array([house.x, house.y, _height(np.array(house.x), np.array(house.y))])
    return [np.array(face) @ matrix + shift for face in faces]


def _height(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Height of the ground."""
    return 4.0 * np.sin(x / 170.0) * np.cos(y / 230.0)


def _ground(reach: float) -> np.ndarray:
    """Triangles of a grid of 15 m."""
    n = math.ceil(2.0 * reach / TERRAIN_STEP_M)
    x, y = np.meshgrid(np.linspace(-reach, reach, n + 1), np.linspace(-reach, reach, n + 1), indexing="ij")
    corner = np.stack([x, y, _height(x, y)], axis=2)
    a, b, c, d = corner[:-1, :-1], corner[1:, :-1], corner[1:, 1:], corner[:-1, 1:]
    return np.concatenate([np.stack([a, b, c], 2).reshape(-1, 3, 3), np.stack([a, c, d], 2).reshape(-1, 3, 3)])


def _turned(xyz: np.ndarray) -> np.ndarray:
    c, s = math.cos(TURN), math.sin(TURN)
    return xyz @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
