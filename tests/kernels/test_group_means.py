import numpy as np

from citytwin.kernels.group_means import group_means
from tests.naive import group_means as naive


def test_equals_naive():
    values, weights = np.arange(12.0).reshape(6, 2), np.array([1.0, 0.0, 2.0, 0.0, 0.0, 3.0])
    offsets = np.array([0, 3, 5, 6])
    expected = naive.group_means(values.tolist(), weights.tolist(), offsets.tolist())
    np.testing.assert_allclose(group_means(values, weights, offsets), expected)
    assert (group_means(values, weights, offsets)[1] == 0).all()


def test_small_weights_are_weights():
    got = group_means(np.array([[2.0], [6.0]]), np.array([0.03, 0.01]), np.array([0, 2]))
    np.testing.assert_allclose(got, [[3.0]])
