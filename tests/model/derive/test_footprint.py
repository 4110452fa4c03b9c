import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.model.derive.footprint import derive_footprints
from tests.model.derive.boxes import box_city
from tests.model.derive.test_shells import shells_of

side = st.floats(1, 60)


def footprints_of(city):
    return derive_footprints(shells_of(city), len(city.objects))


@given(side, side, st.floats(0, 360))
def test_area_perimeter_and_ring_of_a_box(width, depth, rotation):
    footprints = footprints_of(box_city([[30, 40, 30 + width, 40 + depth, 0, 9]], rotation=rotation))
    assert footprints.area[0] == pytest.approx(width * depth)
    assert footprints.perimeter[0] == pytest.approx(2 * (width + depth))
    x, y = footprints.xy.T
    assert len(x) == 5
    assert (footprints.xy[0] == footprints.xy[-1]).all()
    assert (x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2 == pytest.approx(width * depth, rel=1e-6)


def test_touching_parts_are_one_footprint_and_stacked_ones_count_once():
    parts = [[0, 0, 10, 10, 0, 9], [10, 0, 20, 10, 0, 9], [0, 0, 10, 10, 9, 15]]
    footprints = footprints_of(box_city(parts, parents=[-1, 0, 0]))
    assert footprints.area[0] == pytest.approx(200)
    assert not footprints.in_pieces[0]
    assert np.isnan(footprints.area[1])


def test_separate_parts_are_reported_and_the_ring_is_the_largest():
    footprints = footprints_of(box_city([[0, 0, 10, 10, 0, 9], [30, 0, 50, 10, 0, 9]], parents=[-1, 0]))
    assert footprints.in_pieces[0]
    assert footprints.area[0] == pytest.approx(300)
    assert np.ptp(footprints.xy[:, 0]) == pytest.approx(20)


def test_roofs_stand_in_where_there_is_no_ground():
    assert footprints_of(box_city([[0, 0, 10, 20, 0, 9]], dropped=[(0, 4)])).area[0] == pytest.approx(200)
