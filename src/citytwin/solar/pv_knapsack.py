"""The knapsack problem: the greatest benefit within a budget, of plants that can be divided and of whole ones."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 1e-6
"""A choice is the best if none can have a benefit that is greater by more than this share."""

MOST_CHOICES = 2**18
"""Of more choices that are open at once, those whose cost is nearest to the budget are followed."""

FloatColumn = NDArray[np.float64]


class _Choices(NamedTuple):
    """Choices that none of the others beats in cost and benefit at once, by rising cost.

    Parameters
    ----------
    cost, benefit : float64 arrays (s,)
    before : int64 array (s,)
        Row of each choice among those before the last item was looked at.
    flipped : bool array (s,)
        Whether the last item is chosen other than at first.
    """

    cost: FloatColumn
    benefit: FloatColumn
    before: NDArray[np.int64]
    flipped: NDArray[np.bool_]


def by_density(cost: FloatColumn, benefit: FloatColumn) -> NDArray[np.int64]:
    """Rows with a benefit, by falling benefit per cost; equal ones in their own order; what is free comes first."""
    rows = np.flatnonzero(benefit > 0.0)
    density = np.divide(benefit[rows], cost[rows], out=np.full(len(rows), np.inf), where=cost[rows] > 0.0)
    return rows[np.argsort(-density, kind="stable")]


def divisible_choice(cost: FloatColumn, budget: float) -> FloatColumn:
    """Part of each of some items that is taken where they can be divided, 0 to 1 (n,).

    Parameters
    ----------
    cost : float64 array (n,)
        In the order of :func:`by_density`.
    budget : float

    References
    ----------
    G. B. Dantzig, "Discrete-variable extremum problems", Operations Research 5(2), 1957, pp. 266-288,
    doi:10.1287/opre.5.2.266: taking the densest first is the best choice.
    """
    before = np.cumsum(cost) - cost
    part = np.divide(budget - before, cost, out=np.ones(len(cost)), where=cost > 0.0)
    return np.clip(part, 0.0, 1.0)


def whole_choice(cost: FloatColumn, benefit: FloatColumn, budget: float) -> FloatColumn:
    r"""The best choice of whole items, 0 or 1 (n,).

    Begins with the densest items up to the first that does not fit, whose density is :math:`\lambda`, and looks at the
    items by rising :math:`|b_i - \lambda c_i|`, of equal ones at those next to the first. Each is taken out or put in
    where that can still lead to a greater benefit than the greatest so far: no choice that follows from one of cost C
    and benefit B exceeds :math:`B + \lambda (budget - C)` less the next of these differences. So few items are looked
    at.

    Parameters
    ----------
    cost, benefit : float64 arrays (n,)
        In the order of :func:`by_density`, none of greater cost than the budget.
    budget : float

    References
    ----------
    D. Pisinger, "A minimal algorithm for the 0-1 knapsack problem", Operations Research 45(5), 1997, pp. 758-767,
    doi:10.1287/opre.45.5.758.

    Examples
    --------
    >>> import numpy as np
    >>> whole_choice(np.array([6.0, 5.0, 5.0]), np.array([6.6, 5.0, 5.0]), 10.0)
    array([0., 1., 1.])
    """
    fits = np.cumsum(cost) <= budget
    if fits.all():
        return np.ones(len(cost))
    break_item = int(np.argmin(fits))
    density = benefit[break_item] / cost[break_item]
    difference = np.abs(benefit - density * cost)
    from_break = np.abs(np.arange(len(cost)) - break_item)
    order = np.lexsort((from_break, np.round(difference / benefit.max(), 9)))
    choices = _Choices(
        cost[:break_item].sum(keepdims=True), benefit[:break_item].sum(keepdims=True), np.zeros(1, np.int64),
        np.zeros(1, bool),
    )  # fmt: skip
    steps = [choices]
    best, row = _best_inside(choices, budget)
    found = (0, row)
    for item in order:
        bound = choices.benefit + density * (budget - choices.cost)
        if (bound - difference[item] <= best * (1.0 + TOLERANCE)).all():
            break
        sign = -1.0 if item < break_item else 1.0
        rows = np.flatnonzero(bound > best)
        if len(rows) > MOST_CHOICES:
            near = np.argsort(np.abs(choices.cost[rows] - budget), kind="stable")
            rows = np.sort(rows[near[:MOST_CHOICES]])
        choices = _with_flips(choices, sign * cost[item], sign * benefit[item], rows)
        steps.append(choices)
        benefit_now, row = _best_inside(choices, budget)
        if benefit_now > best:
            best, found = benefit_now, (len(steps) - 1, row)
    return _traced(steps, order, found, fits)


def _best_inside(choices: _Choices, budget: float) -> tuple[float, int]:
    """Greatest benefit within the budget and its row; minus infinity where every choice is too dear."""
    inside = np.where(choices.cost <= budget, choices.benefit, -np.inf)
    row = int(np.argmax(inside))
    return float(inside[row]), row


def _with_flips(choices: _Choices, cost: float, benefit: float, rows: NDArray[np.int64]) -> _Choices:
    """Some choices as they are and with one item flipped, without those that another one beats."""
    both = np.concatenate([choices.cost[rows], choices.cost[rows] + cost])
    gain = np.concatenate([choices.benefit[rows], choices.benefit[rows] + benefit])
    order = np.lexsort((-gain, both))
    gain = gain[order]
    kept = gain > np.concatenate([[-np.inf], np.maximum.accumulate(gain)[:-1]])
    order = order[kept]
    return _Choices(both[order], gain[kept], np.tile(rows, 2)[order], order >= len(rows))


def _traced(
    steps: list[_Choices], order: NDArray[np.int64], found: tuple[int, int], first: NDArray[np.bool_]
) -> FloatColumn:
    """What is taken in a choice, followed back to the first one."""
    taken = first.copy()
    step, row = found
    for number in range(step, 0, -1):
        if steps[number].flipped[row]:
            taken[order[number - 1]] ^= True
        row = int(steps[number].before[row])
    return taken.astype(np.float64)
