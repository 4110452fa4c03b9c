"""Closed shells of the sample city: prisms with flat, gabled, hipped or pyramidal roofs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sample_outlines import SHAPED, Shell, number

from citytwin.model.enums import SurfaceKind

ROOF_SLOPE = 0.577
"""Tangent of 30 degrees, for shaped roofs without roof:height."""

RoofFaces = tuple[list[list[NDArray[np.float64]]], dict[int, NDArray[np.float64]]]


def is_shaped(shell: Shell) -> bool:
    """Whether the roof is modelled as tagged: the shapes of SHAPED on footprints of four corners."""
    four = len(shell.polygon.exterior.coords) == 5 and not shell.polygon.interiors
    return four and shell.outline.tags.get("roof:shape") in SHAPED


def faces_of(shell: Shell) -> list[tuple[SurfaceKind, list[NDArray[np.float64]]]]:
    """Ground, walls and roof of a shell, normals outwards; the ground lies at height 0."""
    rings = [np.array(r.coords)[:-1] for r in (shell.polygon.exterior, *shell.polygon.interiors)]
    if not is_shaped(shell):
        return [*prism(rings, shell.height), (SurfaceKind.ROOF, [raised(ring, shell.height) for ring in rings])]
    roof = ROOFS[shell.outline.tags["roof:shape"]]
    tagged = number(shell.outline.tags.get("roof:height", ""))
    ring = rings[0]
    first = np.linalg.norm(ring[1] - ring[0])
    if first < np.linalg.norm(ring[2] - ring[1]):
        ring = np.roll(ring, -1, axis=0)
    width = float(np.linalg.norm(ring[2] - ring[1]))
    rise = min(tagged if tagged > 0.0 else ROOF_SLOPE * width / 2.0, 0.8 * shell.height)
    eaves = round(shell.height - rise, 3)
    faces, gables = roof(raised(ring, eaves), shell.height)
    walls = prism([ring], eaves)
    for side, tip in gables.items():
        kind, (wall,) = walls[1 + side]
        walls[1 + side] = (kind, [np.insert(wall, 3, tip, axis=0)])
    return [*walls, *((SurfaceKind.ROOF, face) for face in faces)]


def raised(ring: NDArray[np.float64], height: float) -> NDArray[np.float64]:
    """Ring (n, 3) at a height."""
    return np.column_stack([ring, np.full(len(ring), height)])


def prism(rings: list[NDArray[np.float64]], height: float) -> list[tuple[SurfaceKind, list[NDArray[np.float64]]]]:
    """Ground and walls over footprint rings, the exterior counter-clockwise, holes clockwise."""
    faces = [(SurfaceKind.GROUND, [raised(ring[::-1], 0.0) for ring in rings])]
    for ring in rings:
        low, high = raised(ring, 0.0), raised(ring, height)
        faces += [
            (SurfaceKind.WALL, [np.stack([low[i], low[j], high[j], high[i]])])
            for i, j in zip(range(len(ring)), [*range(1, len(ring)), 0], strict=True)
        ]
    return faces


def gabled(eaves: NDArray[np.float64], top: float) -> RoofFaces:
    """Saddle roof: the ridge runs along the first and third side, from the middle of the fourth to that of the second.

    All roofs come as triangles, which are plane whatever the corners, and as tips of gable walls by side.
    """
    begin, end = middle(eaves[3], eaves[0], top), middle(eaves[1], eaves[2], top)
    a, b, c, d = eaves
    return [triangle(a, b, end), triangle(a, end, begin), triangle(c, d, begin), triangle(c, begin, end)], {
        1: end,
        3: begin,
    }


def hipped(eaves: NDArray[np.float64], top: float) -> RoofFaces:
    """Hip roof with the same slope on all sides."""
    a, b, c, d = eaves
    first, last = middle(d, a, top), middle(b, c, top)
    length, half = np.linalg.norm(last - first), np.linalg.norm(c - b) / 2.0
    inset = min(half / length, 0.45) * (last - first)
    begin, end = np.round(first + inset, 3), np.round(last - inset, 3)
    sides = [triangle(a, b, end), triangle(a, end, begin), triangle(c, d, begin), triangle(c, begin, end)]
    return [*sides, triangle(b, c, end), triangle(d, a, begin)], {}


def pyramidal(eaves: NDArray[np.float64], top: float) -> RoofFaces:
    """Four triangles to one tip."""
    tip = np.round(np.array([*eaves[:, :2].mean(0), top]), 3)
    return [triangle(eaves[i], eaves[(i + 1) % 4], tip) for i in range(4)], {}


ROOFS = {"gabled": gabled, "hipped": hipped, "pyramidal": pyramidal}


def middle(a: NDArray[np.float64], b: NDArray[np.float64], height: float) -> NDArray[np.float64]:
    """Point half way between two others, at another height."""
    return np.round(np.array([*((a + b) / 2.0)[:2], height]), 3)


def triangle(*corners: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Rings of a triangle."""
    return [np.stack(corners)]
