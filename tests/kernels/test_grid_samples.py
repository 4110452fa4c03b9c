import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels.grid_samples import grid_samples
from citytwin.kernels.newell import normals as area_vectors
from tests.naive import grid_samples as naive


def as_arrays(surfaces):
    """Offsets, offsets, vertices and unit normals of surfaces given as lists of rings."""
    rings = [np.asarray(ring, float) for surface in surfaces for ring in surface]
    surface_rings = np.cumsum([0] + [len(surface) for surface in surfaces])
    ring_vertices = np.cumsum([0] + [len(ring) for ring in rings])
    vertices = np.concatenate(rings)
    normals = area_vectors(surface_rings, ring_vertices, vertices)
    return surface_rings, ring_vertices, vertices, normals / np.linalg.norm(normals, axis=1)[:, None]


def star(rng, n, hole):
    """A star-shaped polygon in a random plane, with a hole around its middle or none."""
    angles = np.sort(rng.uniform(0, 2 * np.pi, n))
    radii = rng.uniform(2.0, 9.0, n)
    frame, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    flat = [np.column_stack([radii * np.cos(angles), radii * np.sin(angles)])]
    if hole:
        flat.append(0.6 * np.array([[1, 0], [0, -1], [-1, 0], [0, 1.0]]))
    return [ring @ frame[:2] + [100.0, 50.0, 20.0] for ring in flat]


@settings(max_examples=12)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_equals_naive(seed, hole):
    rng = np.random.default_rng(seed)
    surfaces = [star(rng, 9, hole), star(rng, 5, False)]
    surface_rings, ring_vertices, vertices, normals = as_arrays(surfaces)
    points, offsets = grid_samples(surface_rings, ring_vertices, vertices, normals, 2.0, 0.02)
    for k, surface in enumerate(surfaces):
        expected = naive.grid_samples(surface, normals[k], 2.0, 0.02)
        np.testing.assert_allclose(points[offsets[k] : offsets[k + 1]], expected, atol=1e-9)


def test_wall_of_12_by_6_m_has_18_samples_in_front_of_it():
    wall = [[[0, 0, 0], [12, 0, 0], [12, 0, 6], [0, 0, 6]]]
    points, _ = grid_samples(*as_arrays([wall]), 2.0, 0.02)
    assert len(points) == 18
    np.testing.assert_allclose(points[:, 1], -0.02)
    np.testing.assert_allclose(sorted(set(points[:, 0].round(9))), [1, 3, 5, 7, 9, 11])


@pytest.mark.parametrize("size", [(0.5, 0.5), (0.3, 20.0), (3.0, 0.1)])
def test_small_surfaces_get_at_least_four(size):
    patch = [[[0, 0, 0], [size[0], 0, 0], [size[0], size[1], 0], [0, size[1], 0]]]
    points, _ = grid_samples(*as_arrays([patch]), 2.0, 0.02)
    assert len(points) >= 4
    assert (points[:, :2] > 0).all()
    assert (points[:, :2] < size).all()


def test_surface_without_area_gets_none():
    surface_rings, ring_vertices = np.array([0, 1]), np.array([0, 3])
    vertices = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0.0]])
    points, offsets = grid_samples(surface_rings, ring_vertices, vertices, np.zeros((1, 3)), 2.0, 0.02)
    assert len(points) == 0
    assert offsets.tolist() == [0, 0]


def test_more_samples_than_room_at_first():
    big = [[[0, 0, 0], [200, 0, 0], [200, 100, 0], [0, 100, 0]]]
    points, _ = grid_samples(*as_arrays([big]), 2.0, 0.02)
    assert len(points) == 5000
    assert np.isfinite(points).all()
