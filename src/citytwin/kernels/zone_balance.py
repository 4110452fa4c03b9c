"""Heat balance of zones: flows of each hour and what is stored, as heat at the air node."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.thermal_zone import StateSpace, Zones
from citytwin.kernels.zone_block import AIR, AIRED, GAINS, LANES, ROW, SWITCHED


@jit
def steady_gain(states: NDArray[np.float64], pole: NDArray[np.float64], direct: float) -> float:
    """Rise of the air temperature in the long run per unit of one input, K.

    Parameters
    ----------
    states : float64, (S,)
        K of each state per unit.
    pole : float64, (S,)
    direct : float
        K within the hour per unit.
    """
    total = direct
    for s in range(len(pole)):
        total += states[s] / (1.0 - pole[s])
    return total


@jit
def add_balance(
    zones: Zones,
    start: int,
    lanes: np.uint64,
    hour: np.uint64,
    t_out: float,
    drives: NDArray[np.floating],
    suns: NDArray[np.floating],
    hours: NDArray[np.floating],
    balance: NDArray[np.float64],
) -> None:
    """Add the heat flows of one hour, each from its own temperatures, so that closing the balance is a check.

    Parameters
    ----------
    zones : Zones
    start : int
        First zone of the block.
    lanes : int
        Zones of the block.
    hour : int
        First entry of the hour in `hours`.
    t_out : float, degrees Celsius
    drives : float, (k,)
        Of the hour.
    suns : float, (M * LANES,)
        Sun streams of the hour.
    hours : float, (rows * LANES,)
        What the block has in the hour, in the rows of :mod:`citytwin.kernels.zone_block`.
    balance : float64, (n, 6), W h
        Added to.
    """
    space = zones.space
    for i in range(lanes):
        lane = start + np.int64(i)
        pole = space.pole[lane]
        kelvin = steady_gain(space.port[lane], pole, space.direct_port[lane])
        air = np.float64(hours[hour + AIR + i])
        balance[lane, 0] += (
            hours[hour + GAINS + i] * steady_gain(space.gain[lane], pole, space.direct_gain[lane]) / kelvin
        )
        for m in range(space.sun.shape[2]):
            warming = steady_gain(space.sun[lane, :, m], pole, space.direct_sun[lane, m])
            balance[lane, 1] += suns[np.uint64(m) * ROW + i] * warming / kelvin
        balance[lane, 2] += air / kelvin
        for k in range(space.drive.shape[2]):
            warming = steady_gain(space.drive[lane, :, k], pole, space.direct_drive[lane, k])
            balance[lane, 2] -= drives[k] * warming / kelvin
        extra = zones.ventilation[lane, 1 if hours[hour + SWITCHED + i] > 0.5 else 0]
        balance[lane, 3] += extra * (air - t_out)
        balance[lane, 4] += hours[hour + AIRED + i]


@jit
def add_stored(
    space: StateSpace, start: int, lanes: int, sign: float, states: NDArray[np.floating], balance: NDArray[np.float64]
) -> None:
    """Add the heat stored in the states, as heat at the air node.

    Parameters
    ----------
    space : StateSpace
    start, lanes : int
        First zone of the block and how many it has.
    sign : float
        1 at the end of the year, -1 at its beginning.
    states : float, (S * LANES,)
    balance : float64, (n, 6), W h
        Added to.
    """
    for column in range(lanes):
        lane = start + column
        pole = space.pole[lane]
        kelvin = steady_gain(space.port[lane], pole, space.direct_port[lane])
        for s in range(len(pole)):
            state = states[np.uint64(s * LANES + column)]
            balance[lane, 5] += sign * pole[s] / (1.0 - pole[s]) * state / kelvin
