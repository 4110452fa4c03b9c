import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels import newell
from tests.kernels.shapes import box, csr, lift, rotation, star_with_holes
from tests.naive import newell as naive

SQUARE = [(0, 0, 0), (2, 0, 0), (2, 2, 0), (0, 2, 0)]
HOLE = [(0.5, 0.5, 0), (0.5, 1.5, 0), (1.5, 1.5, 0), (1.5, 0.5, 0)]


@given(st.integers(0, 2**32 - 1), st.integers(3, 20), st.integers(0, 3))
def test_normals_equal_naive(seed, n, n_holes):
    rng = np.random.default_rng(seed)
    polygons = [lift(star_with_holes(rng, n, n_holes), rotation(rng), z=rng.normal()) for _ in range(3)]
    arrays = csr([*polygons, []])
    vectors = newell.normals(*arrays)
    np.testing.assert_allclose(vectors, naive.normals(*arrays), rtol=0, atol=1e-11)
    np.testing.assert_allclose(newell.areas(vectors), naive.areas(vectors), rtol=1e-14)
    np.testing.assert_allclose(newell.tilts(vectors), naive.tilts(vectors), rtol=0, atol=1e-5)
    np.testing.assert_allclose(newell.azimuths(vectors), naive.azimuths(vectors), rtol=0, atol=1e-9)
    ring = newell.ring_normal(0, arrays[1][1], arrays[2])
    np.testing.assert_allclose(ring, naive.ring_normal(0, arrays[1][1], arrays[2]), rtol=0, atol=1e-11)


@pytest.mark.parametrize("hole", [HOLE, HOLE[::-1]], ids=["opposite turn", "same turn"])
def test_hole_subtracts_whichever_way_it_turns(hole):
    np.testing.assert_allclose(newell.normals(*csr([[SQUARE, hole]])), [[0, 0, 3]])


def test_second_surface_does_not_see_the_exterior_of_the_first():
    down = [SQUARE[::-1], HOLE[::-1]]
    np.testing.assert_allclose(newell.normals(*csr([[SQUARE, HOLE], down])), [[0, 0, 3], [0, 0, -3]])


def test_box_faces_the_compass():
    vectors = newell.normals(*csr(box()))
    np.testing.assert_allclose(newell.areas(vectors), np.ones(6))
    np.testing.assert_allclose(newell.tilts(vectors), [180, 0, 90, 90, 90, 90])
    np.testing.assert_allclose(newell.azimuths(vectors), [math.nan, math.nan, 180, 90, 0, 270])


def test_azimuth_is_undefined_where_flat_and_stays_below_360():
    vectors = np.array([[0.9e-6, 0, 1], [1.1e-6, 0, 1], [0, 0, 0], [-1e-20, 1, 0]])
    np.testing.assert_allclose(newell.azimuths(vectors), [math.nan, 90, math.nan, 0])


@pytest.mark.parametrize("ring", [[], [(1, 2, 3)], [(0, 0, 0), (1, 1, 1)], [(1, 1, 1)] * 4])
def test_degenerate_ring_has_no_area_and_no_direction(ring):
    vectors = newell.normals(*csr([[ring]]))
    assert newell.areas(vectors)[0] == 0
    assert math.isnan(newell.tilts(vectors)[0])
    assert math.isnan(newell.azimuths(vectors)[0])


def test_no_surfaces():
    assert newell.normals(*csr([])).shape == (0, 3)


def test_city_coordinates_keep_a_millimetre():
    """A first vertex far from the origin costs no more than the rounding of the coordinates themselves."""
    far = np.array([25496000.0, 6674000.0, 10.0])
    polygon = [[tuple(np.array(p) + far) for p in SQUARE]]
    assert newell.areas(newell.normals(*csr([polygon])))[0] == pytest.approx(4, abs=1e-8)


def test_frozen_arrays_do_as_well():
    arrays = csr(box())
    expected = newell.normals(*arrays)
    for array in arrays:
        array.flags.writeable = False
    np.testing.assert_array_equal(newell.normals(*arrays), expected)
