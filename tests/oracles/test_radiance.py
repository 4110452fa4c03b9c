"""Sky view, diffuse radiation and reflections against Radiance on five scenes.

Radiance gives daylight coefficients by Monte Carlo; both sides are weighted with the same skies and suns, so that
transport alone is compared. Its own noise is part of the differences.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from citytwin.io.read import read_city
from citytwin.io.weather import read_weather
from citytwin.kernels.bvh import build_bvh
from citytwin.kernels.grid_samples import grid_samples
from citytwin.kernels.patch_visibility import visible_directions, visible_fraction
from citytwin.kernels.reinhart import extend_behind, projected_solid_angles, reinhart, sky_view
from citytwin.model.ragged import offsets_of
from citytwin.model.sky_dome import months_of
from citytwin.solar.levels import LEVELS
from citytwin.solar.reflections import reflected_response
from citytwin.solar.sky_dome import sky_dome
from citytwin.synthetic import helsinki_normals, weather
from tests.oracles import scenes
from tests.oracles.radiance import daylight_coefficients
from tests.solar.open_planes import open_exposure

pytest.importorskip("pyradiance")

T_MIN = np.float32(1e-4)
SAMPLES_A_SURFACE = 24
SCENES = {
    "open": scenes.open_field,
    "canyon": scenes.canyon,
    "courtyard": scenes.courtyard,
    "stepped block": scenes.stepped_block,
}


class Sensors:
    """Outdoor samples of some surfaces of a scene, and what they see of the sky."""

    def __init__(self, scene, n_surfaces=60):
        rng = np.random.default_rng(3)
        surfaces, patches = scene.surfaces, reinhart(1)
        self.bvh = build_bvh(scene.all_triangles())
        points, offsets = grid_samples(*surfaces.rings, surfaces.normal, 2.0, 0.02)
        seen = visible_directions(
            self.bvh, points.astype(np.float32), offsets, surfaces.normal.astype(np.float32),
            patches.direction.astype(np.float32), T_MIN, 0, len(surfaces.normal),
        )  # fmt: skip
        outdoors = [np.arange(a, b)[seen[a:b] > 2] for a, b in itertools.pairwise(offsets)]
        rows = [row for row in scene.rows if len(outdoors[row]) >= 4]
        self.rows = np.sort(rng.permutation(rows)[:n_surfaces])
        chosen = [np.sort(rng.permutation(outdoors[row])[:SAMPLES_A_SURFACE]) for row in self.rows]
        self.offsets = offsets_of(np.array([len(part) for part in chosen]))
        self.points = points[np.concatenate(chosen)]
        self.normal = surfaces.normal[self.rows]
        self.normals = np.repeat(self.normal, np.diff(self.offsets), axis=0)

    def means(self, values):
        return np.add.reduceat(values, self.offsets[:-1]) / np.diff(self.offsets)

    def seen(self, offsets, normal, patches):
        """Visible fractions and projected solid angles of groups of samples."""
        weights = np.ones(len(self.points), np.float32)
        visible = visible_fraction(
            self.bvh, self.points.astype(np.float32), weights, offsets, normal.astype(np.float32),
            patches.direction.astype(np.float32), T_MIN, 0, len(normal),
        )  # fmt: skip
        extend_behind(visible, normal, patches.direction, 0.25)
        return visible, projected_solid_angles(normal, patches.cells, patches.solid_angle, 0.0)


def year(dome):
    """Radiance of the patches and normal irradiance of the sun on the patches nearest to it, summed over the year."""
    sun = np.zeros(len(dome.radiance))
    for k in range(3):
        np.add.at(sun, dome.sun.patch[k], dome.sun.share[k] * dome.sun.dni)
    return dome.radiance.sum(1, dtype=np.float64), sun


def compare(scene, climate, folder):
    """Assert the figures of one scene."""
    sensors = Sensors(scene)
    dome = sky_dome(climate, "perez", LEVELS["fast"])
    (sky, sun), patches = year(dome), dome.patches
    parts = {scenes.ALBEDO: scene.all_triangles()}
    straight = daylight_coefficients(folder, parts, sensors.points, sensors.normals, 1)
    reflected = daylight_coefficients(folder, parts, sensors.points, sensors.normals, 3, divisions=2048, limit=2e-4)

    visible, projected = sensors.seen(np.arange(len(sensors.points) + 1), sensors.normals, patches)
    difference = sky_view(visible, projected) - straight.sum(1) / np.pi
    assert np.sqrt(np.mean(difference**2)) <= 0.006
    diffuse = (visible / 255.0 * projected) @ sky
    assert diffuse.mean() == pytest.approx((straight @ sky).mean(), rel=0.005)

    visible, projected = sensors.seen(sensors.offsets, sensors.normal, patches)
    exchange = reflected_response(
        scene.triangles, scene.owner, scene.surfaces, scene.ground, np.array([scenes.ALBEDO]), sensors.rows, bounces=2
    )
    exposure = replace(open_exposure(dome, sensors.normal), visible=visible[None], response=exchange.response)
    ours = months_of(exposure, dome, np.arange(len(sensors.rows))).sum(1)
    theirs = sensors.means(reflected @ (sky + sun / patches.solid_angle))
    without = sensors.means(straight @ (sky + sun / patches.solid_angle))
    weights = np.diff(sensors.offsets)
    mean = np.average(theirs, weights=weights)
    assert np.average(without, weights=weights) < 0.95 * mean
    assert np.average(ours, weights=weights) == pytest.approx(mean, rel=0.01)
    assert np.sqrt(np.average((ours - theirs) ** 2, weights=weights)) <= 0.04 * mean


@pytest.mark.compiled
@pytest.mark.parametrize(
    "name", ["courtyard", *(pytest.param(n, marks=pytest.mark.slow) for n in ("open", "canyon", "stepped block"))]
)
def test_scenes_of_boxes(name, tmp_path):
    compare(SCENES[name](), weather(60.2, 24.9, helsinki_normals()), tmp_path)


@pytest.mark.compiled
@pytest.mark.slow
def test_part_of_helsinki(helsinki_path, vantaa_path, tmp_path):
    climate = read_weather(vantaa_path, latitude=60.32, longitude=24.97)
    compare(scenes.helsinki(read_city(helsinki_path)), climate, tmp_path)
