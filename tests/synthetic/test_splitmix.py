import numpy as np
import pytest

from citytwin.synthetic.splitmix import _mix, between, chosen, uniform


def test_output_is_that_of_the_published_generator():
    state, outputs = np.array([1234567], np.uint64), []
    for _ in range(5):
        outputs.append(int(_mix(state)[0]))
        state = state + np.array([0x9E3779B97F4A7C15], np.uint64)
    assert outputs == [
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
    ]  # fmt: skip


def test_a_draw_depends_on_its_key_only():
    alone = uniform(7, "width", 12)
    among = uniform(7, "width", np.arange(100))
    assert alone.shape == ()
    assert among[12] == alone
    assert uniform(7, "height", 12) != alone
    assert uniform(8, "width", 12) != alone


def test_draws_are_uniform_and_uncorrelated():
    draws = uniform(0, "test", np.arange(20_000)[:, None], np.arange(2))
    assert draws.min() >= 0.0
    assert draws.max() < 1.0
    assert draws.mean() == pytest.approx(0.5, abs=0.005)
    assert draws.var() == pytest.approx(1 / 12, abs=0.002)
    assert np.corrcoef(draws.T)[0, 1] == pytest.approx(0.0, abs=0.02)
    assert np.corrcoef(draws[:-1, 0], draws[1:, 0])[0, 1] == pytest.approx(0.0, abs=0.02)


def test_between_reaches_both_ends_in_steps():
    values = between(np.linspace(0.0, 1.0, 1000, endpoint=False), -2.0, 3.0, 0.5)
    assert np.unique(values).tolist() == np.arange(-2.0, 3.5, 0.5).tolist()


def test_chosen_follows_shares():
    draws = np.array([0.0, 0.19, 0.2, 0.69, 0.7, 0.99])
    assert chosen(draws, (0.2, 0.5, 0.3)).tolist() == [0, 0, 1, 1, 2, 2]
    assert chosen(np.array([0.5, 0.5]), [[0.4, 0.6], [0.6, 0.4]]).tolist() == [1, 0]


def test_negative_seed_is_refused():
    with pytest.raises(ValueError, match="seed must not be negative"):
        uniform(-1, "width", 0)
