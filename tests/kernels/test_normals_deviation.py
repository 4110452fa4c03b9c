import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.normals_deviation import normals_deviations
from tests.naive import normals_deviation as naive


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.01, 0.5]))
def test_equals_naive(seed, least_height):
    rng = np.random.default_rng(seed)
    vertices = rng.normal(size=(12, 3))
    triangles = np.array([rng.choice(12, 3, replace=False) for _ in range(20)], np.int32)
    offsets = np.array([0, 5, 5, 12, 20])
    planes = rng.normal(size=(4, 3))
    found = normals_deviations(offsets, triangles, vertices, planes, least_height)
    np.testing.assert_allclose(found, naive.normals_deviations(offsets, triangles, vertices, planes, least_height))


def test_a_fold_of_thirty_degrees():
    height = math.tan(math.radians(30))
    vertices = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0.5, 2, height)], float)
    triangles = np.array([(0, 1, 2), (0, 2, 3), (3, 2, 4)], np.int32)
    up = np.array([[0.0, 0.0, 2.0]])
    found = normals_deviations(np.array([0, 3]), triangles, vertices, up, 0.01)
    np.testing.assert_allclose(np.degrees(found), [30])


def test_slim_triangles_do_not_count():
    vertices = np.array([(0, 0, 0), (1, 0, 0), (0.5, 0, 0.005)], float)
    offsets, triangles = np.array([0, 1]), np.array([(0, 1, 2)], np.int32)
    plane = np.array([[0.0, 0.0, 1.0]])
    assert normals_deviations(offsets, triangles, vertices, plane, 0.01).tolist() == [0]
    np.testing.assert_allclose(np.degrees(normals_deviations(offsets, triangles, vertices, plane, 0.004)), [90])
