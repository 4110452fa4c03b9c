import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels.ear_clipping import DEGENERATE, FORCED, HOLE_DROPPED, triangulate
from citytwin.kernels.newell import normals
from tests.kernels.shapes import csr, lift, rotation, star, star_with_holes
from tests.naive import ear_clipping as naive

SQUARE = [(0, 0), (4, 0), (4, 4), (0, 4)]
HOLE = [(1, 1), (1, 2), (2, 2), (2, 1)]


def vectors(arrays, result):
    corners = arrays[2][result.triangles]
    return 0.5 * np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def check_covers(arrays, result):
    """Triangles face the same way as their polygon and add up to it, in area and as a vector."""
    expected = normals(*arrays)
    each = vectors(arrays, result)
    summed = np.zeros_like(expected)
    np.add.at(summed, result.surface, each)
    np.testing.assert_allclose(summed, expected, atol=1e-7)
    assert (np.einsum("ij,ij->i", each, expected[result.surface]) > 0).all()
    np.testing.assert_array_equal(result.surface, np.repeat(np.arange(len(expected)), np.diff(result.offsets)))
    areas = np.bincount(result.surface, np.linalg.norm(each, axis=1), minlength=len(expected))
    np.testing.assert_allclose(areas, np.linalg.norm(expected, axis=1), atol=1e-6)


@given(st.integers(0, 2**32 - 1), st.integers(9, 24), st.integers(0, 4))
def test_turned_stars_with_holes(seed, n, n_holes):
    rng = np.random.default_rng(seed)
    flat = [star_with_holes(rng, n, n_holes) for _ in range(3)]
    arrays = csr([lift(rings, rotation(rng), z=rng.normal()) for rings in flat])
    result = triangulate(*arrays)
    assert (result.flags == 0).all()
    check_covers(arrays, result)
    corners = [sum(len(ring) for ring in rings) + 2 * (len(rings) - 1) - 2 for rings in flat]
    np.testing.assert_array_equal(np.diff(result.offsets), corners)


@given(st.integers(0, 2**32 - 1), st.integers(3, 10), st.integers(0, 2))
@settings(max_examples=20)
def test_as_many_triangles_over_the_same_ground_as_naive(seed, n, n_holes):
    rng = np.random.default_rng(seed)
    exterior, *holes = star_with_holes(rng, n, n_holes)
    expected = naive.triangulate(exterior, holes)
    arrays = csr([lift([exterior, *holes])])
    result = triangulate(*arrays)
    assert len(result.triangles) == len(expected)
    ours = shapely.union_all(shapely.polygons(arrays[2][result.triangles][:, :, :2]), grid_size=1e-6)
    theirs = shapely.union_all(shapely.polygons(expected), grid_size=1e-6)
    assert ours.symmetric_difference(theirs).area < 1e-4


@given(st.integers(0, 2**32 - 1), st.integers(4, 20))
def test_triangles_do_not_overlap(seed, n):
    rng = np.random.default_rng(seed)
    arrays = csr([lift(star_with_holes(rng, n, 2))])
    pieces = shapely.polygons(arrays[2][triangulate(*arrays).triangles][:, :, :2])
    assert shapely.union_all(pieces).area == pytest.approx(shapely.area(pieces).sum(), rel=1e-6)


@pytest.mark.parametrize(
    "rings",
    [
        [SQUARE, HOLE],
        [SQUARE, HOLE[::-1]],
        [SQUARE, [(1, 1), (1, 3), (3, 3), (3, 1)], HOLE[:1]],
        [SQUARE, [(4, 1), (3, 2), (4, 3)]],  # touches the exterior in two points of an edge
        [SQUARE, [(0, 0), (1, 2), (2, 1)]],  # touches a corner of the exterior
        [SQUARE, HOLE, [(2, 2), (2, 3), (3, 3), (3, 2)]],  # holes that touch in a corner
        [[(0, 0), (1, 0), (2, 0), (4, 0), (4, 4), (4, 4), (2, 4), (0, 4), (0, 2)]],  # points on edges, one twice
        [[(0, 0), (4, 0), (4, 2), (6, 2), (4, 2), (4, 4), (0, 4)]],  # a spike outwards
        [[(0, 0), (4, 0), (4, 2), (2, 2), (4, 2), (4, 4), (0, 4)]],  # a slit inwards
        [[(0, 0), (4, 0), (4, 4), (3, 4), (3, 1), (1, 1), (1, 4), (0, 4)]],  # a U
    ],
)
@pytest.mark.parametrize("axis", range(3))
@pytest.mark.parametrize("sign", [1, -1])
def test_awkward_polygons(rings, axis, sign):
    matrix = np.roll(np.eye(3), axis, axis=0)
    matrix[:, 2] *= sign
    turned = [ring[::sign] for ring in rings]
    arrays = csr([lift(turned, matrix)])
    result = triangulate(*arrays)
    assert (result.flags == 0).all()
    check_covers(arrays, result)


def test_slightly_bent_polygon_keeps_its_area_vector():
    rng = np.random.default_rng(5)
    surface_rings, ring_vertices, vertices = csr([lift(star_with_holes(rng, 15, 2))])
    vertices[:, 2] += rng.normal(scale=0.05, size=len(vertices))
    result = triangulate(surface_rings, ring_vertices, vertices)
    summed = vectors((surface_rings, ring_vertices, vertices), result).sum(axis=0)
    np.testing.assert_allclose(summed, normals(surface_rings, ring_vertices, vertices)[0], atol=1e-9)


@pytest.mark.parametrize(
    ("rings", "flag"),
    [
        ([], DEGENERATE),
        ([[]], DEGENERATE),
        ([[(0, 0), (1, 0)]], DEGENERATE),
        ([[(0, 0), (1, 1), (2, 2)]], DEGENERATE),
        ([[(1, 1)] * 5], DEGENERATE),
        ([[(0, 0), (2, 2), (2, 0), (0, 2)]], DEGENERATE),  # a bow tie encloses nothing on balance
        ([[(0, 0), (4, 0), (4, 3), (-1, 3), (1, -1), (0, 4)]], FORCED),
        ([SQUARE, HOLE, [(1, 2), (1, 3), (2, 3), (2, 2)]], FORCED),  # holes that share an edge
        ([SQUARE, [(9, 1), (9, 2), (10, 2)]], HOLE_DROPPED),
    ],
)
def test_defects_are_flagged(rings, flag):
    arrays = csr([lift([SQUARE]), lift(rings), lift([SQUARE])])
    result = triangulate(*arrays)
    assert result.flags.tolist() == [0, flag, 0]
    assert (np.diff(result.offsets)[[0, 2]] == 2).all()
    if flag == DEGENERATE:
        assert np.diff(result.offsets)[1] == 0


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=14), st.integers(0, 2**32 - 1))
def test_scrambled_rings_never_fail_and_keep_the_area_vector(points, seed):
    """Any ring at all, with repeated points and crossings, and a hole anywhere."""
    hole = star(np.random.default_rng(seed), 5, 2.0, (3.0, 3.0))[::-1]
    for rings in ([points], [points, hole]):
        arrays = csr([lift(rings)])
        result = triangulate(*arrays)
        if result.flags[0] & (DEGENERATE | HOLE_DROPPED) == 0:
            exterior = normals(*csr([lift([points])]))[0]
            hole_sign = -np.sign(exterior[2])
            expected = exterior + (hole_sign * abs(normals(*csr([lift([hole])]))[0]) if len(rings) > 1 else 0)
            np.testing.assert_allclose(vectors(arrays, result).sum(axis=0), expected, atol=1e-7)


def test_blocks_of_surfaces_and_company_do_not_matter():
    rng = np.random.default_rng(2)
    surface_rings, ring_vertices, vertices = csr([lift(star_with_holes(rng, 12, k % 3)) for k in range(6)])
    whole = triangulate(surface_rings, ring_vertices, vertices)
    parts = [triangulate(surface_rings[i : i + 3], ring_vertices, vertices) for i in (0, 2, 4)]
    np.testing.assert_array_equal(np.concatenate([part.triangles for part in parts]), whole.triangles)


def test_same_area_as_mapbox_earcut():
    earcut = pytest.importorskip("mapbox_earcut", reason="mapbox_earcut is not installed")
    rng = np.random.default_rng(3)
    for n_holes in range(4):
        rings = star_with_holes(rng, 20, n_holes)
        points = np.array([p for ring in rings for p in ring])
        ends = np.cumsum([len(ring) for ring in rings]).astype(np.uint32)
        theirs = earcut.triangulate_float64(points, ends).reshape(-1, 3)
        arrays = csr([lift(rings)])
        ours = triangulate(*arrays).triangles
        areas = [shapely.area(shapely.polygons(points[t])).sum() for t in (theirs, ours)]
        assert areas[0] == pytest.approx(areas[1], rel=1e-9)
        assert len(ours) == len(theirs)


def test_no_surfaces():
    result = triangulate(*csr([]))
    assert result.triangles.shape == (0, 3)
    assert result.offsets.tolist() == [0]
