import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels.bvh import build_bvh
from citytwin.kernels.patch_visibility import visible_fraction
from citytwin.kernels.reinhart import extend_behind, projected_solid_angles, reinhart, sky_view
from tests.naive import martin_ruiz as naive_glass
from tests.naive import reinhart as naive

PATCHES = reinhart(1)


def normal_of(tilt, azimuth):
    tilt, azimuth = math.radians(tilt), math.radians(azimuth)
    return np.array([[math.sin(tilt) * math.sin(azimuth), math.sin(tilt) * math.cos(azimuth), math.cos(tilt)]])


@pytest.mark.parametrize(("factor", "n"), [(1, 145), (2, 577), (4, 2305)])
def test_equals_naive(factor, n):
    patches = reinhart(factor)
    direction, solid_angle = naive.reinhart(factor)
    assert len(patches.direction) == n
    np.testing.assert_allclose(patches.direction, direction, atol=1e-12)
    np.testing.assert_allclose(patches.solid_angle, solid_angle, atol=1e-12)
    assert patches.solid_angle.sum() == pytest.approx(2 * math.pi, abs=1e-12)
    np.testing.assert_allclose(np.linalg.norm(patches.cells, axis=2), 1.0, atol=1e-12)


def test_rows_start_in_the_north_and_turn_clockwise():
    np.testing.assert_allclose(PATCHES.direction[0, :2] / np.linalg.norm(PATCHES.direction[0, :2]), [0, 1], atol=1e-12)
    assert PATCHES.direction[1, 0] > 0
    np.testing.assert_allclose(PATCHES.direction[-1], [0, 0, 1], atol=1e-12)


@settings(max_examples=6)
@given(st.floats(0.0, 180.0), st.floats(0.0, 360.0))
def test_projected_solid_angles_equal_naive(tilt, azimuth):
    normal = normal_of(tilt, azimuth)
    got = projected_solid_angles(normal, PATCHES.cells, PATCHES.solid_angle, 0.0)[0]
    expected = [naive.projected_solid_angle(normal[0], rectangle, 20) for rectangle in naive.rectangles(1)]
    np.testing.assert_allclose(got, expected, atol=5e-4)  # a patch has 0.044 sr


@given(st.floats(0.0, 150.0), st.floats(0.0, 360.0))
def test_isotropic_sky_on_an_open_plane_meets_the_closed_form(tilt, azimuth):
    got = projected_solid_angles(normal_of(tilt, azimuth), PATCHES.cells, PATCHES.solid_angle, 0.0).sum()
    expected = math.pi * (1 + math.cos(math.radians(tilt))) / 2
    assert got == pytest.approx(expected, rel=2e-3)


def test_glass_takes_its_share_of_a_uniform_sky():
    up = normal_of(0, 0)
    bare, behind_glass = (projected_solid_angles(up, PATCHES.cells, PATCHES.solid_angle, a).sum() for a in (0.0, 0.16))
    assert behind_glass / bare == pytest.approx(naive_glass.hemispherical_modifier(0.16), abs=2e-3)


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_sky_view_and_extension_equal_naive(seed):
    rng = np.random.default_rng(seed)
    normals = rng.normal(size=(3, 3))
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    visible = rng.integers(0, 256, (3, 145)).astype(np.uint8)
    visible[normals @ PATCHES.direction.T <= 1e-4] = 0
    expected = [naive.extend_behind(v, n, PATCHES.direction, 0.25) for v, n in zip(visible, normals, strict=True)]
    extend_behind(visible, normals, PATCHES.direction, 0.25)
    assert visible.tolist() == [[int(x) for x in row] for row in expected]
    projected = projected_solid_angles(normals, PATCHES.cells, PATCHES.solid_angle, 0.0)
    expected_view = [naive.sky_view(v, w) for v, w in zip(visible, projected, strict=True)]
    np.testing.assert_allclose(sky_view(visible, projected), expected_view, rtol=1e-6)


def canyon(height_over_width, azimuth):
    """Two very long walls along a street, 10 m apart, as triangles, and the unit vector across the street."""
    along = np.array([math.sin(azimuth), math.cos(azimuth), 0.0])
    across = np.array([along[1], -along[0], 0.0])
    up = np.array([0.0, 0.0, 10.0 * height_over_width])
    triangles = []
    for side in (-5.0, 5.0):
        a, b = side * across - 3000 * along, side * across + 3000 * along
        triangles += [[a, b, b + up], [a, b + up, a + up]]
    return np.array(triangles, np.float32), across, up


def view_at(triangles, point, normal):
    arguments = (np.ones(1, np.float32), np.array([0, 1]), normal[None].astype(np.float32))
    rays, t_min = PATCHES.direction.astype(np.float32), np.float32(1e-4)
    visible = visible_fraction(build_bvh(triangles), point[None].astype(np.float32), *arguments, rays, t_min, 0, 1)
    normal = np.ascontiguousarray(normal[None])
    extend_behind(visible, normal, PATCHES.direction, 0.25)
    return sky_view(visible, projected_solid_angles(normal, PATCHES.cells, PATCHES.solid_angle, 0.0))[0]


@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
def test_canyon_of_any_azimuth_within_0_04_of_the_analytic_sky_view(ratio):
    floor = math.cos(math.atan(2 * ratio))
    wall = 0.5 * (1 - math.sin(math.atan(ratio / 2)))
    errors = []
    for azimuth in np.radians(np.arange(0.0, 180.0, 2.0)):
        triangles, across, up = canyon(ratio, azimuth)
        errors.append(view_at(triangles, np.array([0.0, 0.0, 0.02]), np.array([0.0, 0.0, 1.0])) - floor)
        errors.append(view_at(triangles, -4.98 * across + up / 2, across) - wall)
    assert np.abs(errors).max() < 0.04
    assert abs(np.mean(errors)) < 0.008
