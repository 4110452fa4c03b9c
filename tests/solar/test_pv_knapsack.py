from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.solar.pv_knapsack import TOLERANCE, by_density, divisible_choice, whole_choice

ITEMS = st.lists(st.tuples(st.integers(0, 40), st.integers(-5, 60)), min_size=1, max_size=9)


def sorted_items(cost, benefit, budget):
    order = by_density(cost, benefit)
    order = order[cost[order] <= budget]
    return cost[order], benefit[order]


@given(items=ITEMS, budget=st.integers(0, 150))
def test_the_choice_is_the_best_of_all(items, budget):
    cost, benefit = np.array(items, float).T
    picks = (np.array(pick) for pick in product((0, 1), repeat=len(items)))
    best = max(float(benefit @ pick) for pick in picks if cost @ pick <= budget)
    cost, benefit = sorted_items(cost, benefit, budget)
    parts = whole_choice(cost, benefit, float(budget))
    assert set(parts) <= {0.0, 1.0}
    assert parts @ cost <= budget
    assert parts @ benefit == pytest.approx(best)
    assert divisible_choice(cost, float(budget)) @ benefit >= best - 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_the_choice_is_that_of_a_solver(seed):
    """HiGHS on 120 plants of real size."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    rng = np.random.default_rng(seed)
    kwp = rng.lognormal(2.0, 1.0, 120)
    budget = kwp.sum() * rng.uniform(0.05, 0.6)
    cost, benefit = sorted_items(kwp, kwp * rng.uniform(300, 1000, 120), budget)
    limit = LinearConstraint(cost[None, :], -np.inf, budget)
    solved = milp(-benefit, integrality=np.ones(len(cost)), bounds=Bounds(0, 1), constraints=limit)
    parts = whole_choice(cost, benefit, budget)
    assert parts @ cost <= budget
    assert parts @ benefit >= -solved.fun * (1.0 - TOLERANCE)


def test_plants_of_one_density_fill_the_budget():
    rng = np.random.default_rng(5)
    cost = rng.uniform(1.0, 20.0, 400)
    parts = whole_choice(cost, 900.0 * cost, 1000.0)
    assert 1000.0 * (1.0 - 2.0 * TOLERANCE) <= parts @ cost <= 1000.0


def test_free_plants_are_taken_and_useless_ones_are_not():
    cost, benefit = np.array([5.0, 0.0, 3.0, 4.0]), np.array([0.0, 2.0, 9.0, 8.0])
    assert by_density(cost, benefit).tolist() == [1, 2, 3]
    assert whole_choice(cost[[1, 2, 3]], benefit[[1, 2, 3]], 4.0).tolist() == [1.0, 1.0, 0.0]
    assert divisible_choice(cost[[1, 2, 3]], 5.0).tolist() == [1.0, 1.0, 0.5]
    assert whole_choice(np.empty(0), np.empty(0), 4.0).tolist() == []
