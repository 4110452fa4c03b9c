import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels.thermal_zone import StateSpace
from citytwin.kernels.zone_balance import add_stored, steady_gain
from citytwin.kernels.zone_block import LANES
from tests.naive import zone_balance as naive

SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=10)
@given(SEEDS)
def test_steady_gain_equals_naive(seed):
    rng = np.random.default_rng(seed)
    states, pole = rng.uniform(0, 1, 3), rng.uniform(0, 0.99, 3)
    assert steady_gain(states, pole, 0.5) == pytest.approx(naive.steady_gain(states.tolist(), pole.tolist(), 0.5))


@settings(max_examples=10)
@given(SEEDS)
def test_stored_heat_equals_naive(seed):
    """Two zones of a block, the second and third of a call."""
    rng = np.random.default_rng(seed)
    n, pole, port = 3, rng.uniform(0.1, 0.99, (3, 2)), rng.uniform(0.01, 0.1, (3, 2))
    none = np.zeros((n, 2, 1))
    space = StateSpace(pole, none, none, none[:, :, 0], port, none[:, 0], none[:, 0], np.zeros(n), np.zeros(n))
    states = rng.normal(size=2 * LANES)
    balance = np.zeros((n, 6))
    add_stored(space, 1, 2, -1.0, states, balance)
    for column, lane in enumerate((1, 2)):
        kelvin = naive.steady_gain(port[lane].tolist(), pole[lane].tolist(), 0.0)
        expected = naive.stored(pole[lane].tolist(), [states[column], states[LANES + column]], kelvin)
        assert balance[lane, 5] == pytest.approx(-expected, rel=1e-6, abs=1e-9)
    assert not balance[0].any()
    assert not balance[:, :5].any()
