import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.newell import normals
from citytwin.kernels.plane_distance import plane_distances
from tests.kernels.shapes import csr, lift, rotation, star_with_holes
from tests.naive import plane_distance as naive


@given(st.integers(0, 2**32 - 1), st.integers(3, 20), st.integers(0, 2))
def test_equals_naive(seed, n, n_holes):
    rng = np.random.default_rng(seed)
    surface_rings, ring_vertices, vertices = csr(
        [lift(star_with_holes(rng, n, n_holes), rotation(rng)) for _ in range(3)]
    )
    vertices += rng.normal(scale=0.05, size=vertices.shape)
    vectors = normals(surface_rings, ring_vertices, vertices)
    expected = naive.plane_distances(surface_rings, ring_vertices, vertices, vectors)
    np.testing.assert_allclose(plane_distances(surface_rings, ring_vertices, vertices, vectors), expected, atol=1e-12)


def test_square_with_one_corner_lifted():
    """Lifting one corner by 4 cm moves mean and plane so that the corners end 1 cm off in turn."""
    arrays = csr([[[(0, 0, 0), (1, 0, 0), (1, 1, 0.04), (0, 1, 0)]]])
    tilted = math.sqrt(1 + 2 * 0.02**2)
    assert plane_distances(*arrays, normals(*arrays))[0] == pytest.approx(0.01 / tilted)


def test_no_plane_no_distance():
    arrays = csr([[[(0, 0, 0), (1, 1, 1), (2, 2, 2)]], []])
    assert np.isnan(plane_distances(*arrays, normals(*arrays))).all()
    assert plane_distances(*csr([]), np.empty((0, 3))).shape == (0,)
