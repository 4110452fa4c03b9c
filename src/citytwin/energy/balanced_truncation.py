r"""Balanced truncation of thermal networks to a few states each, many networks at a time.

L is symmetric and C diagonal, so one symmetric eigenproblem of :math:`C^{-1/2} L C^{-1/2} = V \mu V'` gives the exact
step of an hour, :math:`p_i = e^{-\mu_i \Delta t}`, and the Gramians in closed form,
:math:`W_{ij} = (b_i \cdot b_j)/(1 - p_i p_j)`: no matrix exponential, no Lyapunov equation.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.network import DRIVES, INPUTS, SUNS, Network
from citytwin.kernels.thermal_zone import StateSpace

Floats = NDArray[np.float64]

STATES = 4
"""States that are kept."""

HOUR_S = 3600.0

AMPLITUDES = {
    "outdoor": 10.0, "sky": 5.0, "ground": 1.0, "season": 5.0, "constant": 1.0, "windows": 150.0, "walls": 150.0,
    "roofs": 200.0,
}  # fmt: skip
"""Typical amplitude of each input, K, W/m2; that of gains is :data:`GAIN_K` and that of the port :data:`PORT_K`."""

GAIN_K, PORT_K = 0.5, 20.0
"""Amplitudes of gains and of the port by what they warm the air in steady state, K."""

DC_RATIO, DC_RATIO_SLOW = (0.9, 1.1), (0.5, 2.0)
"""Bounds of the steady state of the full network over that of the reduced one, before it is matched; and those of
:data:`SLOW` inputs, of which the steady state is all that counts."""

SLOW = ("ground", "season", "constant")
"""Inputs that stay as they are for weeks."""

NEGLIGIBLE_K = 1e-3
"""Inputs that move the air by less, at their amplitude and in steady state, are not held to :data:`DC_RATIO`."""

LEAST_POLE = -0.5
"""A fast state may swing from hour to hour, if it fades."""

RIDGE = 1e-11
"""Share of the mean of its diagonal that a Gramian gets more, so that rounding leaves it positive definite."""


class Reduced(NamedTuple):
    """Reduced networks.

    Parameters
    ----------
    space : StateSpace
        Of n lanes and as many states as asked for; those a lane does not use are zero.
    states : int64 array (n,)
        States that each lane uses.
    balanced : bool array (n,)
        False where no balanced truncation kept its promises and slow modes of the network are used as they are.
    """

    space: StateSpace
    states: NDArray[np.int64]
    balanced: NDArray[np.bool_]


class _Modes(NamedTuple):
    """A network in its own modes, scaled so that the air temperature is their sum."""

    pole: Floats
    inputs: Floats


def modal_space(network: Network, step_s: float = HOUR_S) -> StateSpace:
    """The network itself, exact for inputs that are constant over a step: as many states as nodes that store heat.

    Parameters
    ----------
    network : Network
        Of n lanes and m nodes.
    step_s : float, s

    Returns
    -------
    StateSpace
        Of n lanes and m states.

    Examples
    --------
    >>> import numpy as np
    >>> from citytwin.energy.network import INPUTS, Network
    >>> capacity, conductance = np.array([[3600.0]]), np.array([[[1.0]]])
    >>> space = modal_space(Network(capacity, conductance, np.ones((1, 1, len(INPUTS)))))
    >>> space.pole.round(4).tolist(), space.port.round(4).tolist()
    ([[0.3679]], [[0.6321]])
    """
    modes = _modes(network, step_s)
    return _space(modes.pole, modes.inputs)


def balanced_truncation(network: Network, states: int = STATES, step_s: float = HOUR_S) -> Reduced:
    """Networks reduced to a few states, with the steady state of every input kept.

    Inputs are scaled by typical amplitudes, so that the result does not depend on a weather year. After truncation each
    input is scaled so that its steady state is that of the full network. Where poles are not real and stable, the port
    does not warm the air, or that scale is outside :data:`DC_RATIO`, fewer states are tried, and in the end the modes
    that matter most.

    A lane's numbers do not depend on the lanes beside it.

    Parameters
    ----------
    network : Network
        Of n lanes.
    states : int
        To keep; a network with fewer nodes keeps them all.
    step_s : float, s

    Raises
    ------
    ValueError
        Less than one state.

    References
    ----------
    B. C. Moore, "Principal component analysis in linear systems: controllability, observability, and model reduction",
    IEEE Transactions on Automatic Control 26(1), 1981, pp. 17-32, doi:10.1109/TAC.1981.1102568.

    Examples
    --------
    >>> import numpy as np
    >>> from citytwin.energy.network import INPUTS, Network
    >>> capacity = np.array([[1e5, 2e6]])
    >>> conductance = np.array([[[60.0, -40.0], [-40.0, 45.0]]])
    >>> inputs = np.zeros((1, 2, len(INPUTS)))
    >>> inputs[0, :, 0], inputs[0, 0, -1] = (20.0, 5.0), 1.0
    >>> balanced_truncation(Network(capacity, conductance, inputs), states=1).states.tolist()
    [1]
    """
    if states < 1:
        raise ValueError(f"a network cannot be reduced to {states} states")
    return _reduce(network, states, step_s)


def _reduce(network: Network, states: int, step_s: float) -> Reduced:
    """Reduce as :func:`balanced_truncation` says."""
    modes = _modes(network, step_s)
    n, m = modes.pole.shape
    steady = (modes.inputs / (1.0 - modes.pole)[:, :, None]).sum(axis=1)
    pole, inputs = np.zeros((n, states)), np.zeros((n, states, len(INPUTS)))
    used = np.zeros(n, np.int64)
    if m <= states:
        pole[:, :m], inputs[:, :m] = modes
        return Reduced(_space(pole, inputs), np.full(n, m), np.ones(n, np.bool_))
    scaled = modes.inputs * _amplitudes(steady)[:, None]
    balance = _balance(modes.pole, scaled)
    for order in range(states, 0, -1):
        left = np.flatnonzero(used == 0)
        if not len(left):
            break
        reduced, real = _truncated(_Modes(modes.pole[left], modes.inputs[left]), balance, left, order)
        matched, good = _matched(reduced, steady[left])
        done = good & real
        rows = left[done]
        pole[rows, :order], inputs[rows, :order] = reduced.pole[done], matched[done]
        used[rows] = order
    balanced = used > 0
    left = np.flatnonzero(~balanced)
    if len(left):
        chosen = _slow_modes(_Modes(modes.pole[left], modes.inputs[left]), scaled[left], states)
        pole[left], inputs[left] = chosen.pole, _matched(chosen, steady[left])[0]
        used[left] = states
    return Reduced(_space(pole, inputs), used, balanced)


def _modes(network: Network, step_s: float) -> _Modes:
    """Exact step of a network in its own modes."""
    root = 1.0 / np.sqrt(network.capacity)
    rate, vectors = np.linalg.eigh(network.conductance * root[:, :, None] * root[:, None, :])
    driven = vectors.transpose(0, 2, 1) @ (root[:, :, None] * network.inputs)
    held = -np.expm1(-rate * step_s) / rate
    air = root[:, :1] * vectors[:, 0]
    return _Modes(np.exp(-rate * step_s), driven * (held * air)[:, :, None])


def _amplitudes(steady: Floats) -> Floats:
    """Amplitude (n, u) of each input of each lane, from the steady states (n, u) of the air."""
    result = np.ones_like(steady)
    result[:, : len(AMPLITUDES)] = [AMPLITUDES[name] for name in DRIVES + SUNS]
    for name, kelvin in (("gains", GAIN_K), ("port", PORT_K)):
        column = INPUTS.index(name)
        response = steady[:, column]
        result[:, column] = np.where(response > 0.0, kelvin / np.where(response > 0.0, response, 1.0), 0.0)
    return result


class _Balance(NamedTuple):
    """Roots of the Gramians, W = root root', and singular vectors of their product."""

    reached: Floats
    seen: Floats
    left: Floats
    value: Floats
    right: Floats


def _balance(pole: Floats, scaled: Floats) -> _Balance:
    """Gramians of what inputs reach and of what the air shows, and how they meet."""
    spread = 1.0 / (1.0 - pole[:, :, None] * pole[:, None, :])
    reached = _root(scaled @ scaled.transpose(0, 2, 1) * spread)
    seen = _root(spread)
    left, value, right = np.linalg.svd(seen.transpose(0, 2, 1) @ reached)
    return _Balance(reached, seen, left, value, right)


def _root(gramian: Floats) -> Floats:
    """A root of positive semi-definite matrices up to :data:`RIDGE`: W = root root'."""
    n = gramian.shape[1]
    ridge = RIDGE * np.trace(gramian, axis1=1, axis2=2) / n
    return np.linalg.cholesky(gramian + ridge[:, None, None] * np.eye(n))


def _truncated(
    modes: _Modes, balance: _Balance, lanes: NDArray[np.int64], order: int
) -> tuple[_Modes, NDArray[np.bool_]]:
    """Diagonal system of the `order` states that matter most, and whether its poles are real and stable."""
    scale = 1.0 / np.sqrt(np.maximum(balance.value[lanes, :order], 1e-300))
    into = balance.reached[lanes] @ balance.right[lanes, :order].transpose(0, 2, 1) * scale[:, None, :]
    out = scale[:, :, None] * (
        balance.left[lanes, :, :order].transpose(0, 2, 1) @ balance.seen[lanes].transpose(0, 2, 1)
    )
    step = out @ (modes.pole[:, :, None] * into)
    finite = np.asarray(np.isfinite(step).all(axis=(1, 2)), np.bool_)
    pole, vectors = np.linalg.eig(np.where(finite[:, None, None], step, 0.0))
    stable = (pole.imag == 0.0) & (pole.real > LEAST_POLE) & (pole.real < 1.0)
    real = finite & np.asarray(stable.all(axis=1), np.bool_)
    vectors = np.where(real[:, None, None], vectors.real, np.eye(order))
    regular = np.abs(np.linalg.det(vectors)) > 1e-12
    vectors = np.where(regular[:, None, None], vectors, np.eye(order))
    air = into.sum(axis=1)[:, None, :] @ vectors
    inputs = np.linalg.solve(vectors, out @ modes.inputs) * air.transpose(0, 2, 1)
    pole = np.where(real[:, None], pole.real, 0.0)
    slowest = np.argsort(-pole, axis=1, kind="stable")
    return _Modes(
        np.take_along_axis(pole, slowest, axis=1), np.take_along_axis(inputs, slowest[:, :, None], axis=1)
    ), real & regular


def _matched(modes: _Modes, steady: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Inputs (n, s, u) with the steady states (n, u) of the full network, and whether they were near enough before."""
    own = (modes.inputs / (1.0 - modes.pole)[:, :, None]).sum(axis=1)
    ratio = np.divide(steady, own, out=np.zeros_like(steady), where=own != 0.0)
    matters = np.abs(steady) * _amplitudes(steady) > NEGLIGIBLE_K
    bounds = np.array([DC_RATIO_SLOW if name in SLOW else DC_RATIO for name in INPUTS])
    near = (ratio >= bounds[:, 0]) & (ratio <= bounds[:, 1])
    ratio = np.where(near | matters, ratio, np.clip(ratio, 0.0, 2.0))
    matched = modes.inputs * ratio[:, None, :]
    warms = matched[:, :, INPUTS.index("port")].sum(axis=1) > 0.0
    return matched, (near | ~matters).all(axis=1) & warms


def _slow_modes(modes: _Modes, scaled: Floats, states: int) -> _Modes:
    """The modes of the network that move the air most in steady state."""
    weight = (np.abs(scaled) / (1.0 - modes.pole)[:, :, None]).sum(axis=2)
    order = np.sort(np.argsort(-weight, axis=1, kind="stable")[:, :states], axis=1)
    return _Modes(
        np.take_along_axis(modes.pole, order, axis=1), np.take_along_axis(modes.inputs, order[:, :, None], axis=1)
    )


def _space(pole: Floats, inputs: Floats) -> StateSpace:
    """State space without direct terms from poles (n, s) and inputs (n, s, u)."""
    n, k, m = len(pole), len(DRIVES), len(DRIVES) + len(SUNS)
    return StateSpace(
        pole=pole,
        drive=np.ascontiguousarray(inputs[:, :, :k]),
        sun=np.ascontiguousarray(inputs[:, :, k:m]),
        gain=np.ascontiguousarray(inputs[:, :, m]),
        port=np.ascontiguousarray(inputs[:, :, m + 1]),
        direct_drive=np.zeros((n, k)),
        direct_sun=np.zeros((n, len(SUNS))),
        direct_gain=np.zeros(n),
        direct_port=np.zeros(n),
    )
