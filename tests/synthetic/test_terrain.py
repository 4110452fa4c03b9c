import numpy as np
import pytest

from citytwin.synthetic.terrain import STEP_M, WAVES, ground_height


def test_heights_stay_in_range_and_roll():
    x, y = np.meshgrid(np.arange(0.0, 8000.0, 50.0), np.arange(0.0, 8000.0, 50.0))
    height = ground_height(np.column_stack([x.ravel(), y.ravel()]), seed=1)
    amplitude = sum(a for _, a in WAVES)
    assert height.min() >= 12.0 - amplitude - STEP_M
    assert height.max() <= 12.0 + amplitude
    assert np.ptp(height) > amplitude
    assert (height / STEP_M % 1.0 == 0.0).all()
    steepest = np.abs(np.diff(height.reshape(x.shape), axis=1)).max() / 50.0
    assert 0.02 < steepest <= sum(2 * np.pi * a / length for length, a in WAVES) + STEP_M / 50.0


def test_seeds_give_other_terrain():
    point = np.array([[100.0, 200.0], [900.0, 10.0]])
    assert ground_height(point, 0).tolist() != ground_height(point, 1).tolist()
    assert ground_height(point[1:], 3)[0] == pytest.approx(ground_height(point, 3)[1])
