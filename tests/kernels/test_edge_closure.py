import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.edge_closure import edge_closure
from tests.kernels.shapes import box, csr, rotation
from tests.naive import edge_closure as naive

TOLERANCE = 0.001


def solids(*face_lists):
    """Arrays of solids given as lists of (surface, reversed)."""
    offsets = np.cumsum([0, *map(len, face_lists)])
    faces = [face for faces in face_lists for face in faces]
    return (
        offsets.astype(np.int64),
        np.array([face for face, _ in faces], np.int32),
        np.array([turned for _, turned in faces], np.bool_),
    )


def counts(polygons, *face_lists, tolerance=TOLERANCE):
    result = edge_closure(*solids(*face_lists), *csr(polygons), tolerance)
    return list(zip(*(values.tolist() for values in result[:3]), strict=True))


WHOLE = [(face, False) for face in range(6)]
TURNED = [(face, True) for face in range(6)]


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.0002, 0.003]))
def test_equals_naive(seed, noise):
    """Boxes on a common wall, with faces left out, doubled and turned round, and with scattered corners."""
    rng = np.random.default_rng(seed)
    surface_rings, ring_vertices, vertices = csr(box() + box(1, 0, 0, 2, 1, 1) + box(1.0005, 0, 0, 2, 1, 1))
    vertices = vertices @ rotation(rng) + rng.normal(scale=100, size=3) + rng.uniform(-noise, noise, vertices.shape)
    faces = [
        [(int(f), bool(t)) for f, t in zip(rng.integers(0, 18, n), rng.random(n) < 0.2, strict=True)]
        for n in rng.integers(0, 20, 3)
    ]
    arguments = (*solids(*faces, WHOLE), surface_rings, ring_vertices, vertices, TOLERANCE)
    result = edge_closure(*arguments)
    counted, twins = naive.edge_closure(*arguments)
    assert list(zip(*(values.tolist() for values in result[:3]), strict=True)) == counted
    assert result.twin.tolist() == twins


def test_box_is_closed_both_ways_round():
    assert counts(box(), WHOLE, TURNED) == [(0, 0, 0), (0, 0, 0)]


def test_missing_face_opens_four_edges():
    assert counts(box(), WHOLE[1:]) == [(4, 0, 0)]


def test_face_turned_round_has_four_edges_in_the_same_direction():
    assert counts(box(), [*WHOLE[1:], TURNED[0]]) == [(0, 0, 4)]


def test_boxes_that_meet_in_an_edge_are_not_manifold():
    faces = [(face, False) for face in range(12)]
    assert counts(box() + box(1, 1, 0, 2, 2, 1), faces) == [(0, 1, 0)]


def test_wall_shared_by_two_solids_is_used_from_both_sides():
    polygons = box() + box(1, 0, 0, 2, 1, 1)[:5]
    second = [(face, False) for face in range(6, 11)]
    assert counts(polygons, WHOLE, [*second, (3, True)]) == [(0, 0, 0), (0, 0, 0)]
    assert counts(polygons, [*second, (3, False)]) == [(0, 0, 4)]


@pytest.mark.parametrize(("gap", "closed"), [(0.0009, True), (0.0011, False)])
@pytest.mark.parametrize("shift", [0.0, 0.0005, 0.001, 0.0015, 0.002])
def test_snap_does_not_depend_on_where_the_solid_lies(gap, closed, shift):
    """Two corners closer than the tolerance are one, on whichever side of a cell border they fall."""
    faces = box()
    faces[1] = [[(x + gap, y, z) for x, y, z in faces[1][0]]]
    polygons = [[[(x + shift - 40, y, z) for x, y, z in ring] for ring in face] for face in faces]
    assert (counts(polygons, WHOLE)[0] == (0, 0, 0)) is closed


def test_edges_shorter_than_the_tolerance_drop_out():
    faces = box()
    faces[0] = [[*faces[0][0], (0.0005, 0, 0)]]
    assert counts(faces, WHOLE) == [(0, 0, 0)]


def test_corners_that_are_one_point_bear_its_first_vertex():
    result = edge_closure(*solids(WHOLE), *csr(box()), TOLERANCE)
    assert result.corner_offsets.tolist() == list(range(0, 25, 4))
    vertices = csr(box())[2]
    np.testing.assert_array_equal(vertices[result.point], vertices)
    assert len(set(result.point.tolist())) == 8


def test_solid_without_faces():
    assert counts(box(), []) == [(0, 0, 0)]
    assert counts([]) == []
