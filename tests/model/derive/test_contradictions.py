import numpy as np
import pytest

from citytwin.model.derive.contradictions import check_height, check_ratio, check_storeys
from citytwin.model.derive.notes import Notes

WHAT = (1702, "REGISTER_VOLUME_CONTRADICTS", "volume", "m3")
NAN = np.nan


@pytest.mark.parametrize(
    ("register", "geometry", "wrong"),
    [(49, 100, True), (51, 100, False), (159, 100, False), (161, 100, True), (NAN, 100, False), (100, NAN, False)],
)
def test_ratios_outside_half_to_one_point_six_are_reported(register, geometry, wrong):
    notes = Notes(["b"])
    assert check_ratio(np.array([float(register)]), np.array([float(geometry)]), WHAT, notes).tolist() == [wrong]
    assert len(notes.findings) == wrong


def test_heights_more_than_a_metre_off_are_reported():
    notes = Notes(["a", "b", "c"])
    wrong = check_height(np.array([10.0, 10.9, NAN]), np.array([11.2, 10.0, 5.0]), notes)
    assert wrong.tolist() == [True, False, False]
    assert notes.findings[0].message == "height 10.0 m of the data, 11.2 m of the geometry, which is used"


def test_storeys_that_cannot_stand_in_the_height_are_reported():
    notes = Notes(["a", "b", "c", "d"])
    wrong = check_storeys(np.array([8.0, 3.0, 1.0, NAN]), np.array([12.0, 9.0, 11.0, 9.0]), notes)
    assert wrong.tolist() == [True, False, True, False]
