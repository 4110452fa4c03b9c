import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.newell import normals as area_vectors
from citytwin.model.assemble import assemble_city
from citytwin.model.ragged import take_rings
from citytwin.solar.pv_faces import faces_in_plane, usable_areas
from tests.solar.boxes import CORNER
from tests.solar.pv_planes import faces


def laid(city):
    rows = np.arange(len(city.surfaces))
    rings = take_rings(city.rings.surface_rings, city.rings.ring_vertices, rows)
    normal = area_vectors(rings[0], rings[1], city.vertices[rings[2]])
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    return faces_in_plane(city, rows, np.zeros(len(rows), int), normal)


def rectangle(width, depth, x=0.0, y=0.0):
    return np.array([(x, y, 0.0), (x + width, y, 0.0), (x + width, y + depth, 0.0), (x, y + depth, 0.0)])


def turned(points, tilt, azimuth):
    """Points of a level plane tilted so that it faces an azimuth, in degrees."""
    b, a = np.radians(tilt), np.radians(azimuth - 180.0)
    tilting = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    turning = np.array([[np.cos(a), np.sin(a), 0], [-np.sin(a), np.cos(a), 0], [0, 0, 1]])
    return points @ (turning @ tilting).T


@given(
    width=st.floats(0.5, 40.0), depth=st.floats(0.5, 40.0), tilt=st.floats(0.0, 90.0), azimuth=st.floats(0.0, 360.0),
    setback=st.floats(0.0, 2.0), narrow=st.floats(0.0, 3.0),
)  # fmt: skip
def test_rectangles_lose_a_strip(width, depth, tilt, azimuth, setback, narrow):
    city = faces([turned(rectangle(width, depth), tilt, azimuth)])
    inner = (width - 2 * setback, depth - 2 * setback)
    if abs(min(inner) - narrow) < 1e-3:
        return
    expected = inner[0] * inner[1] if min(inner) > narrow else 0.0
    assert usable_areas(laid(city), setback, narrow)[0] == pytest.approx(expected, abs=1e-3, rel=1e-4)


def test_tongues_too_narrow_for_modules_stay_free():
    ell = np.array([(0, 0, 0), (20, 0, 0), (20, 1.5, 0), (10, 1.5, 0), (10, 10, 0), (0, 10, 0)], float)
    got = usable_areas(laid(faces([ell])), 0.5, 1.0)[0]
    assert got == pytest.approx(81.0, abs=0.6)
    assert usable_areas(laid(faces([ell])), 0.5, 0.0)[0] == pytest.approx(81.0 + 10.0 * 0.5, abs=0.3)


def test_a_roof_in_pieces_keeps_its_seams():
    whole = turned(rectangle(12, 8), 30, 200)
    pieces = [turned(rectangle(5, 8), 30, 200), turned(rectangle(7, 8, x=5.0), 30, 200)]
    one, two = laid(faces([whole])), laid(faces(pieces))
    assert two.plane[0] == two.plane[1]
    areas = usable_areas(two, 0.5, 1.0)
    assert areas.sum() == pytest.approx(usable_areas(one, 0.5, 1.0)[0], rel=1e-6)
    assert areas[0] == pytest.approx(4.5 * 7.0, rel=1e-3)


def test_planes_at_two_heights_have_edges_each():
    low, high = rectangle(5, 8), rectangle(7, 8, x=5.0) + np.array([0.0, 0.0, 1.0])
    areas = usable_areas(laid(faces([low, high])), 0.5, 1.0)
    np.testing.assert_allclose(areas, [4 * 7, 6 * 7], rtol=1e-6)


def test_holes_have_edges_too():
    hole = rectangle(2, 2, 4, 4)[::-1]
    city = assemble_city(
        object_id=["b0"], object_kind=np.array([0]), object_parent=np.array([-1]), surface_object=np.array([0]),
        surface_kind=np.array([1]), surface_lod=np.array([20]), surface_rings=np.array([0, 2]),
        ring_vertices=np.array([0, 4, 8]), coordinates=np.concatenate([rectangle(10, 10), hole]) + CORNER,
        crs="EPSG:3879",
    )  # fmt: skip
    assert usable_areas(laid(city), 0.5, 0.0)[0] == pytest.approx(81.0 - 9.0, rel=1e-3)


def test_a_polygon_that_crosses_itself_is_healed():
    bow = np.array([(0, 0, 0), (10, 0, 0), (0, 12, 0), (12, 12, 0)], float)
    shape = laid(faces([bow]))
    assert shape.healed.tolist() == [True]
    assert 0.0 <= usable_areas(shape, 0.5, 1.0)[0] < 130.0
