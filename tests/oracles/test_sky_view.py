"""Sky view of streets, walls and courts against closed forms, turned through all azimuths.

Streets and walls are 6 km long. Formulas are view factors of small elements: J. R. Howell, "A Catalog of Radiation Heat
Transfer Configuration Factors", B-1 and B-3 (infinite strips and rectangles); T. R. Oke, Boundary Layer Climates.
"""

import math

import numpy as np
import pytest

from citytwin.kernels.bvh import build_bvh
from citytwin.kernels.patch_visibility import visible_fraction
from citytwin.kernels.reinhart import extend_behind, projected_solid_angles, reinhart, sky_view

LIMITS = {1: 0.04, 2: 0.015, 4: 0.005}
"""Greatest difference allowed at each subdivision."""

STEP = 0.5
HALF_WIDTH, LENGTH = 5.0, 3000.0
UP = np.array([0.0, 0.0, 1.0])


def wall(a, b, height):
    """Two triangles that stand on the line from a to b."""
    top = height * UP
    return [[a, b, b + top], [a, b + top, a + top]]


def one_wall(across, along, height):
    foot = HALF_WIDTH * across
    return wall(foot - LENGTH * along, foot + LENGTH * along, height)


def street(across, along, height):
    return one_wall(across, along, height) + one_wall(-across, along, height)


def court(across, along, height):
    """Four walls that reach past their corners: no ray slips through where two of them meet."""
    sides = [(across, along), (-across, along), (along, across), (-along, across)]
    return [
        t for out, on in sides for t in wall(HALF_WIDTH * (out - 1.02 * on), HALF_WIDTH * (out + 1.02 * on), height)
    ]


def seen_of_square(ratio):
    """View factor of a square, half as wide as `ratio` times its distance, from the point below its centre."""
    x = 1.0 / ratio
    return 4.0 / math.pi * x / math.hypot(1.0, x) * math.atan(x / math.hypot(1.0, x))


def cases(across, along, ratio):
    """Triangles, point, normal and sky view; `ratio` is height over the width of street or court."""
    height = 2.0 * HALF_WIDTH * ratio
    rise = math.atan(2.0 * ratio)
    ground, middle = 0.0 * UP, -0.996 * HALF_WIDTH * across + height / 2.0 * UP
    canyon, single = street(across, along, height), one_wall(across, along, height)
    return {
        "street": (canyon, ground, UP, math.cos(rise)),
        "facade": (canyon, middle, across, 0.5 * (1.0 - math.sin(math.atan(ratio / 2.0)))),
        "before a wall": (single, ground, UP, 0.5 * (1.0 + math.cos(rise))),
        "facing a wall": (single, ground, across, 0.5 * (1.0 - math.sin(rise))),
        "court": (court(across, along, height), ground, UP, seen_of_square(2.0 * ratio)),
    }


def view(patches, triangles, point, normal, factor):
    bvh = build_bvh(np.array(triangles, np.float32))
    rays, facing = patches.direction.astype(np.float32), normal[None].astype(np.float32)
    one, offsets = np.ones(1, np.float32), np.array([0, 1])
    seen = visible_fraction(bvh, point[None].astype(np.float32), one, offsets, facing, rays, np.float32(1e-4), 0, 1)
    normals = np.ascontiguousarray(normal[None])
    extend_behind(seen, normals, patches.direction, 0.25 / factor)
    return sky_view(seen, projected_solid_angles(normals, patches.cells, patches.solid_angle, 0.0))[0]


@pytest.mark.compiled
@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("factor", LIMITS)
def test_all_azimuths(factor, ratio):
    patches = reinhart(factor)
    errors: dict[str, list[float]] = {}
    for azimuth in np.radians(np.arange(0.0, 180.0, STEP)):
        along = np.array([math.sin(azimuth), math.cos(azimuth), 0.0])
        across = np.array([along[1], -along[0], 0.0])
        for name, (triangles, point, normal, expected) in cases(across, along, ratio).items():
            errors.setdefault(name, []).append(view(patches, triangles, point, normal, factor) - expected)
    worst = {name: max(values, key=abs) for name, values in errors.items()}
    assert max(abs(value) for value in worst.values()) < LIMITS[factor], worst
