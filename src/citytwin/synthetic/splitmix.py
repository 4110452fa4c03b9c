"""SplitMix64 as a counter-based generator: a draw depends on its key only, never on how many draws came before."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import ArrayLike, NDArray

_GOLDEN = np.array([0x9E3779B97F4A7C15], np.uint64)
_MIX_1 = np.array([0xBF58476D1CE4E5B9], np.uint64)
_MIX_2 = np.array([0x94D049BB133111EB], np.uint64)


def uniform(seed: int, purpose: str, *keys: ArrayLike) -> NDArray[np.float64]:
    """Independent numbers in [0, 1), one for each combination of keys, the same on every platform.

    Each key in turn is added to the state, which then goes through the output function of SplitMix64 [1]_.

    Parameters
    ----------
    seed : int
        Not negative.
    purpose : str
        Names the quantity drawn, so that quantities of one object are independent.
    *keys : int array_like
        Not negative; broadcast against each other.

    Returns
    -------
    float64 array of the broadcast shape, multiples of 2**-53

    References
    ----------
    .. [1] G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014,
       doi:10.1145/2714064.2660195.

    Examples
    --------
    >>> uniform(0, "width", [0, 1, 2]).round(3)
    array([0.727, 0.568, 0.014])
    """
    if seed < 0:
        raise ValueError(f"seed must not be negative, but is {seed}")
    state = _mix(np.array([seed], np.uint64))
    for key in (zlib.crc32(purpose.encode()), *keys):
        state = _mix(state + np.atleast_1d(np.asarray(key)).astype(np.uint64))
    draws = (state >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return draws.reshape(np.broadcast_shapes(*(np.shape(key) for key in keys)))


def _mix(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = state + _GOLDEN
    state = (state ^ (state >> np.uint64(30))) * _MIX_1
    state = (state ^ (state >> np.uint64(27))) * _MIX_2
    return state ^ (state >> np.uint64(31))


def between(draws: NDArray[np.float64], low: float, high: float, step: float) -> NDArray[np.float64]:
    """Draws in [0, 1) as multiples of `step` from `low` to `high` inclusive.

    With `low` and `step` whole multiples of a power of two the result is exact, and so is every sum of such numbers.
    """
    return low + step * np.floor(draws * (round((high - low) / step) + 1))


def chosen(draws: NDArray[np.float64], shares: ArrayLike) -> NDArray[np.int64]:
    """Index of the class each draw in [0, 1) falls into; `shares` (k,) or (n, k) of the classes add up to 1."""
    bounds = np.cumsum(shares, axis=-1)[..., :-1]
    return (draws[..., None] >= bounds).sum(-1)
