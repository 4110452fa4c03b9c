import numpy as np
import pytest

from citytwin.publish.heat_classes import COLOURS, NOT_SIMULATED, UPPER_KWH_M2, class_labels, colours_of


@pytest.mark.parametrize(
    ("value", "colour"),
    [(0.0, COLOURS[0]), (25.0, COLOURS[0]), (25.1, COLOURS[1]), (160.0, COLOURS[5]), (1e4, COLOURS[6])],
)
def test_a_limit_belongs_to_the_class_below(value, colour):
    assert colours_of(np.array([value])) == [colour]


def test_missing_is_grey():
    assert colours_of(np.array([np.nan])) == [NOT_SIMULATED]


def test_one_label_and_colour_a_class():
    assert len(class_labels()) == len(COLOURS) == len(UPPER_KWH_M2)
    assert class_labels()[0] == "0 to 25"
    assert class_labels()[-1] == "over 160"
