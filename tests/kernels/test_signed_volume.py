import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.ear_clipping import triangulate
from citytwin.kernels.signed_volume import signed_volumes
from tests.kernels.shapes import box, csr, rotation
from tests.naive import signed_volume as naive

BOX = csr(box(0, 0, 0, 2, 3, 4))
TRIANGLES = triangulate(*BOX).triangles


def volume(vertices, sign=1):
    signs = np.full(len(TRIANGLES), sign, np.int8)
    return signed_volumes(vertices, TRIANGLES, np.zeros(len(TRIANGLES), np.int32), signs, 1)[0]


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_equals_naive_on_loose_triangles(seed, n_solids):
    rng = np.random.default_rng(seed)
    vertices = rng.normal(size=(12, 3))
    triangles = rng.integers(0, 12, (30, 3)).astype(np.int32)
    owner = rng.integers(0, n_solids, 30).astype(np.int32)
    sign = rng.choice(np.array([-1, 1], np.int8), 30)
    expected = naive.signed_volumes(vertices, triangles, owner, sign, n_solids)
    np.testing.assert_allclose(signed_volumes(vertices, triangles, owner, sign, n_solids), expected, atol=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_box_keeps_its_volume_wherever_it_lies(seed):
    rng = np.random.default_rng(seed)
    vertices = BOX[2] @ rotation(rng) + rng.uniform(-2000, 2000, 3)
    assert volume(vertices) == pytest.approx(24, abs=1e-8)


def test_inside_out_is_negative():
    assert volume(BOX[2], sign=-1) == pytest.approx(-24)


def test_unit_cube_at_raw_city_coordinates():
    assert volume(BOX[2] + (25496000.0, 6674000.0, 10.0)) == pytest.approx(24, abs=1e-6)


def test_solids_without_triangles_have_no_volume():
    nothing = np.empty(0, np.int32)
    assert signed_volumes(BOX[2], np.empty((0, 3), np.int32), nothing, nothing.astype(np.int8), 2).tolist() == [0, 0]
