import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def test_mean_cells_stand_for_all_of_them():
    """Patches wholly before the plane take their mean cell; glass that reflects nothing takes every cell."""
    rng = np.random.default_rng(5)
    normals = rng.normal(size=(20, 3))
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    got = projected_solid_angles(normals, PATCHES.cells, PATCHES.solid_angle, 0.0)
    cosine = np.maximum(0.0, np.einsum("dsc,nc->nds", PATCHES.cells, normals)).mean(2)
    np.testing.assert_allclose(got, cosine * PATCHES.solid_angle, atol=1e-8)


def test_extension_copies_from_up_to_twice_its_reach_and_no_farther():
    """Behind by 0.05 to the north; the nearest patches before the plane are there at 0.25, then 0.15, then opposite."""
    heights, azimuths = np.array([-0.05, 0.25, 0.15, 0.05]), np.radians([0.0, 0.0, 0.0, 180.0])
    across = np.sqrt(1 - heights**2)
    direction = np.column_stack([across * np.sin(azimuths), across * np.cos(azimuths), heights])
    visible = np.array([[0, 10, 20, 30]], np.uint8)
    up = normal_of(0, 0)
    expected = naive.extend_behind(visible[0], up[0], direction, 0.1)
    extend_behind(visible, up, direction, 0.1)
    assert visible[0].tolist() == list(expected) == [20, 10, 20, 30]
