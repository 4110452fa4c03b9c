"""Sun on the box of ANSI/ASHRAE Standard 140-2020: walls and windows as surfaces of a city, overhang and fins before
them, everything seen through the rays of the library."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from citytwin.energy.glazing import angular_loss
from citytwin.model import Weather
from citytwin.model.assemble import assemble_city
from citytwin.model.city import CityModel
from citytwin.model.enums import ObjectKind, SurfaceKind
from citytwin.model.irradiation import Irradiation
from citytwin.model.triangles import Triangles
from citytwin.solar import irradiate

WIDTH, DEPTH, HEIGHT = 8.0, 6.0, 2.7
SILL, HEAD = 0.2, 2.2
CORNER = np.array([13_600_500.0, 4_800_500.0, 0.0])
"""A place in web Mercator near Denver: only the axes of the grid count."""

PANE_M = 0.5
"""Windows are cut into squares of this size, each with rays of its own."""

GROUND_REFLECTANCE = 0.2
GLASS = angular_loss(2)


class Sunlight(NamedTuple):
    """Hourly irradiance (8760,), W/m2: on windows behind clear double glass, on walls, on the roof."""

    windows: np.ndarray
    walls: np.ndarray
    roofs: np.ndarray


# a side as its corner, the direction along it and outwards, and its length
SIDES = {
    "south": ((0.0, 0.0), (1.0, 0.0), (0.0, -1.0), WIDTH),
    "east": ((WIDTH, 0.0), (0.0, 1.0), (1.0, 0.0), DEPTH),
    "north": ((WIDTH, DEPTH), (-1.0, 0.0), (0.0, 1.0), WIDTH),
    "west": ((0.0, DEPTH), (0.0, -1.0), (-1.0, 0.0), DEPTH),
}
WINDOWS = {"south": {"south": (0.5, 4.5)}, "east and west": {"east": (1.5,), "west": (1.5,)}}
"""Where windows of 3 m x 2 m begin along their side."""

LEFT_OPEN = 3.0


def _quad(side: str, along: tuple[float, float], z: tuple[float, float], out: tuple[float, float] = (0.0, 0.0)):
    """Corners of a rectangle on a side: upright and seen from outside, or level or across it with two offsets `out`."""
    corner, direction, outwards, _ = SIDES[side]
    origin, t, o = np.array(corner), np.array(direction), np.array(outwards)
    if out == (0.0, 0.0):
        points = [(along[0], 0.0, z[0]), (along[1], 0.0, z[0]), (along[1], 0.0, z[1]), (along[0], 0.0, z[1])]
    elif z[0] == z[1]:
        points = [
            (along[0], out[0], z[0]),
            (along[0], out[1], z[0]),
            (along[1], out[1], z[0]),
            (along[1], out[0], z[0]),
        ]
    else:
        points = [
            (along[0], out[0], z[0]),
            (along[0], out[1], z[0]),
            (along[0], out[1], z[1]),
            (along[0], out[0], z[1]),
        ]
    return np.array([(*(origin + a * t + b * o), h) for a, b, h in points])


def _surfaces(windows: str) -> tuple[list[np.ndarray], list[str]]:
    """Rectangles of the box and what each is."""
    quads, names = [], []
    for side, (_, _, _, length) in SIDES.items():
        starts = WINDOWS[windows].get(side, ())
        if not starts:
            quads.append(_quad(side, (0.0, length), (0.0, HEIGHT)))
            names.append("wall")
            continue
        for low, high in ((0.0, SILL), (HEAD, HEIGHT)):
            quads.append(_quad(side, (0.0, length), (low, high)))
            names.append("wall")
        edges = [0.0, *(e for s in starts for e in (s, s + LEFT_OPEN)), length]
        for k in range(0, len(edges), 2):
            quads.append(_quad(side, (edges[k], edges[k + 1]), (SILL, HEAD)))
            names.append("wall")
        for start in starts:
            for a in np.arange(start, start + LEFT_OPEN, PANE_M):
                for z in np.arange(SILL, HEAD - 1e-9, PANE_M):
                    quads.append(_quad(side, (a, a + PANE_M), (z, z + PANE_M)))
                    names.append("window")
    roof = np.array([(0, 0, HEIGHT), (WIDTH, 0, HEIGHT), (WIDTH, DEPTH, HEIGHT), (0, DEPTH, HEIGHT)], float)
    ground = roof[::-1] * (1.0, 1.0, 0.0)
    return [*quads, roof, ground], [*names, "roof", "ground"]


def box(windows: str) -> tuple[CityModel, np.ndarray]:
    """The box as a city of one building, and what each surface is."""
    quads, names = _surfaces(windows)
    n = len(quads)
    kinds = {
        "wall": SurfaceKind.WALL,
        "window": SurfaceKind.WALL,
        "roof": SurfaceKind.ROOF,
        "ground": SurfaceKind.GROUND,
    }
    city = assemble_city(
        object_id=["box"], object_kind=np.array([ObjectKind.BUILDING]), object_parent=np.array([-1]),
        surface_object=np.zeros(n, int), surface_kind=np.array([kinds[name] for name in names]),
        surface_lod=np.full(n, 20), surface_rings=np.arange(n + 1), ring_vertices=4 * np.arange(n + 1),
        coordinates=np.concatenate(quads) + CORNER, crs="EPSG:3857",
    )  # fmt: skip
    return city, np.array(names)


def shades(windows: str) -> Triangles:
    """Overhang at the roof, 1 m deep: along the south side, or over the windows east and west with fins beside them."""
    if windows == "south":
        quads = [_quad("south", (0.0, WIDTH), (HEIGHT, HEIGHT), (0.0, 1.0))]
    else:
        quads = []
        for side, starts in WINDOWS[windows].items():
            for start in starts:
                end = start + LEFT_OPEN
                quads.append(_quad(side, (start, end), (HEIGHT, HEIGHT), (0.0, 1.0)))
                quads += [_quad(side, (at, at), (SILL, HEIGHT), (0.0, 1.0)) for at in (start, end)]
    triangles = np.array([quad[list(part)] for quad in quads for part in ((0, 1, 2), (0, 2, 3))])
    return Triangles(CORNER, triangles.astype(np.float32), np.full(len(triangles), -1, np.int32))


def sunlight(weather: Weather, windows: str, shaded: bool, level: str = "exact") -> Sunlight:
    """What sun, sky and ground bring to the box; overhang and fins reflect nothing, the ground is lit all over."""
    city, names = box(windows)
    bright = _through(irradiate(city, weather, level=level, albedo=GROUND_REFLECTANCE), names)
    if not shaded:
        return bright
    black, shade = (
        _through(irradiate(city, weather, context=context, level=level, bounces=0), names)
        for context in (None, shades(windows))
    )
    return Sunlight(*(s + (a - b) for s, a, b in zip(shade, bright, black, strict=True)))


def _through(sun: Irradiation, names: np.ndarray) -> Sunlight:
    """Mean irradiance by area; that of the windows as it gets through clear double glass."""
    rows = {name: sun.rows_of(np.flatnonzero(names == name)) for name in ("wall", "window", "roof")}
    plain = {name: sun.hourly(row).astype(float) for name, row in rows.items()}
    covered = sun.hourly(rows["window"], GLASS.coefficient).astype(float)
    through = plain["window"] + GLASS.weight * (covered - plain["window"])
    area = {name: sun.area[row] / sun.area[row].sum() for name, row in rows.items()}
    return Sunlight(area["window"] @ through, area["wall"] @ plain["wall"], area["roof"] @ plain["roof"])
