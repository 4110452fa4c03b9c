"""One block of zones in rows of lanes: the loops over lanes that become vector code."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit

LANES = 128
"""Zones that advance together through time: their coefficients and states stay in the first-level cache."""
MAX_SUN = 3
GROUP = 4
"""Hours whose inputs are added up together, so that each coefficient is loaded once for all of them."""

# Scratch memory is one-dimensional and addressed by unsigned rows of LANES entries: a compiler that need not think of
# negative indices, and that sees how far two rows of one array lie apart, turns the loops over lanes into vector code.
# Each loop runs over all LANES, those without a zone hold zeros: a zone goes through the same instructions in any
# company.
ROW = np.uint64(LANES)
POLE, PORT, GAIN, SUN_0, SUN_1, SUN_2, DRIVE_0, DRIVE_1, DRIVE_2, DRIVE_3 = (np.uint64(r * LANES) for r in range(10))
OWN = 6
"""Rows of a rank ahead of its drives. A rank is a state, or the direct terms as a state without memory."""
SHARED = 4
SHRINK, OUTDOOR, PER_KELVIN, KELVIN, AIRING, OPENED = (np.uint64(r * LANES) for r in range(6))
MODE = np.uint64(6 * LANES)
"""Rows of a ventilation state; after those of the two states come four sets for hours in which lanes differ."""
PORT_PER_KELVIN, HEAT_LIMIT, COOL_LIMIT, OPEN_ABOVE, HEAT_OFFSET, COOL_OFFSET = (
    np.uint64(r * LANES) for r in range(36, 42)
)
FIXED = 42
FORCED, FORCED_1, FORCED_2, FORCED_3, GAINS = (np.uint64(r * LANES) for r in range(5))
HEAT_SET, COOL_SET, SWITCHED, FREE, HEAT, COOL, AIR, AIRED = (np.uint64(r * LANES) for r in range(5, 13))
USE = np.uint64(4 * LANES)
"""Entries of the rows that follow from the profile: gains, both set-points and the ventilation state."""
HOUR, HOURS_2, HOURS_3 = (np.uint64(13 * LANES * k) for k in range(1, 4))
ROWS_2 = np.uint64(2 * LANES)
SUN_HOUR = np.uint64(MAX_SUN * LANES)
SUM, PEAK, WHEN = (np.uint64(r * LANES) for r in range(3))


@jit
def aligned(n: int, like: NDArray[np.floating]) -> NDArray[np.floating]:
    """Zeros (n,) of the type of `like` that begin at a cache line."""
    raw = np.zeros(n + 16, like.dtype)
    first = (-raw.ctypes.data % 64) // raw.itemsize
    return raw[first : first + n]


@jit(fastmath=True, borrows=True)
def add_inputs(
    lanes: np.uint64,
    ranks: np.uint64,
    width: np.uint64,
    h: np.uint64,
    day_hour: np.uint64,
    coefficients: NDArray[np.floating],
    drives: NDArray[np.floating],
    suns: NDArray[np.floating],
    hours: NDArray[np.floating],
) -> None:
    """What gains, sun and the first four drives add to each rank in four hours from `h`, that hour of the day."""
    a_0, a_1, a_2, a_3 = drives[0, h], drives[0, h + 1], drives[0, h + 2], drives[0, h + 3]
    b_0, b_1, b_2, b_3 = drives[1, h], drives[1, h + 1], drives[1, h + 2], drives[1, h + 3]
    c_0, c_1, c_2, c_3 = drives[2, h], drives[2, h + 1], drives[2, h + 2], drives[2, h + 3]
    d_0, d_1, d_2, d_3 = drives[3, h], drives[3, h + 1], drives[3, h + 2], drives[3, h + 3]
    sun_0 = day_hour * SUN_HOUR
    sun_1, sun_2, sun_3 = sun_0 + SUN_HOUR, sun_0 + SUN_HOUR * np.uint64(2), sun_0 + SUN_HOUR * np.uint64(3)
    for r in range(ranks):
        rank = r * width
        to = r * ROW
        for i in range(lanes):
            p = coefficients[rank + GAIN + i]
            s, t, u = (
                coefficients[rank + SUN_0 + i],
                coefficients[rank + SUN_1 + i],
                coefficients[rank + SUN_2 + i],
            )
            a, b, c, d = (
                coefficients[rank + DRIVE_0 + i],
                coefficients[rank + DRIVE_1 + i],
                coefficients[rank + DRIVE_2 + i],
                coefficients[rank + DRIVE_3 + i],
            )
            hours[to + i] = (
                p * hours[GAINS + i] + s * suns[sun_0 + i] + t * suns[sun_0 + ROW + i] + u * suns[sun_0 + ROWS_2 + i]
            ) + (a * a_0 + b * b_0 + c * c_0 + d * d_0)
            hours[HOUR + to + i] = (
                p * hours[HOUR + GAINS + i]
                + s * suns[sun_1 + i]
                + t * suns[sun_1 + ROW + i]
                + u * suns[sun_1 + ROWS_2 + i]
            ) + (a * a_1 + b * b_1 + c * c_1 + d * d_1)
            hours[HOURS_2 + to + i] = (
                p * hours[HOURS_2 + GAINS + i]
                + s * suns[sun_2 + i]
                + t * suns[sun_2 + ROW + i]
                + u * suns[sun_2 + ROWS_2 + i]
            ) + (a * a_2 + b * b_2 + c * c_2 + d * d_2)
            hours[HOURS_3 + to + i] = (
                p * hours[HOURS_3 + GAINS + i]
                + s * suns[sun_3 + i]
                + t * suns[sun_3 + ROW + i]
                + u * suns[sun_3 + ROWS_2 + i]
            ) + (a * a_3 + b * b_3 + c * c_3 + d * d_3)


@jit(fastmath=True, borrows=True)
def add_drive(
    lanes: np.uint64,
    ranks: np.uint64,
    width: np.uint64,
    drive: np.uint64,
    h: np.uint64,
    coefficients: NDArray[np.floating],
    values: NDArray[np.floating],
    hours: NDArray[np.floating],
) -> None:
    """What one more drive adds to each rank in four hours from `h`."""
    a_0, a_1, a_2, a_3 = values[h], values[h + 1], values[h + 2], values[h + 3]
    for r in range(ranks):
        row, to = r * width + drive, r * ROW
        for i in range(lanes):
            a = coefficients[row + i]
            hours[to + i] += a * a_0
            hours[HOUR + to + i] += a * a_1
            hours[HOURS_2 + to + i] += a * a_2
            hours[HOURS_3 + to + i] += a * a_3


@jit(fastmath=True, borrows=True)
def held(
    at: np.uint64,
    hour: np.uint64,
    mode: np.uint64,
    t_out: float,
    by_state: float,
    fixed: NDArray[np.floating],
    hours: NDArray[np.floating],
) -> float:
    """Heat that enters the air node of one lane, W: what keeps the set-points and what the ventilation state adds."""
    zero = t_out - t_out
    free = fixed[mode + SHRINK + at] * by_state + fixed[mode + OUTDOOR + at] * t_out
    per_kelvin = fixed[mode + PER_KELVIN + at]
    heat = (hours[hour + HEAT_SET + at] - free) * per_kelvin
    heat = heat if heat > zero else zero
    heat = heat if heat < fixed[HEAT_LIMIT + at] else fixed[HEAT_LIMIT + at]
    cool = (free - hours[hour + COOL_SET + at]) * per_kelvin
    cool = cool if cool > zero else zero
    cool = cool if cool < fixed[COOL_LIMIT + at] else fixed[COOL_LIMIT + at]
    air = free + fixed[mode + KELVIN + at] * (heat - cool)
    hours[hour + FREE + at] = free
    hours[hour + HEAT + at] = heat
    hours[hour + COOL + at] = cool
    hours[hour + AIR + at] = air
    return (air - by_state) * fixed[PORT_PER_KELVIN + at]


@jit(fastmath=True, borrows=True)
def warm_lanes(lanes: np.uint64, hour: np.uint64, fixed: NDArray[np.floating], hours: NDArray[np.floating]) -> int:
    """How many lanes reach the temperature at which they are aired."""
    count = 0
    for i in range(lanes):
        count += 1 if hours[hour + FREE + i] >= fixed[OPEN_ABOVE + i] else 0
    return count


@jit(fastmath=True, borrows=True)
def air_out(
    lanes: np.uint64,
    hour: np.uint64,
    mode: np.uint64,
    ranks: np.uint64,
    width: np.uint64,
    t_out: float,
    coefficients: NDArray[np.floating],
    fixed: NDArray[np.floating],
    states: NDArray[np.floating],
    hours: NDArray[np.floating],
) -> None:
    """Air the lanes that are too warm: less cooling, and opened as far as it helps; others keep every bit."""
    zero = t_out - t_out
    for i in range(lanes):
        free = hours[hour + FREE + i]
        before = hours[hour + AIR + i]
        above = fixed[OPEN_ABOVE + i]
        cool_set = hours[hour + COOL_SET + i]
        per_kelvin = fixed[mode + PER_KELVIN + i]
        kelvin = fixed[mode + KELVIN + i]
        spared = fixed[mode + AIRING + i] * (cool_set - t_out)
        spared = spared if spared > zero else zero
        spared = spared if cool_set >= above else zero
        cool = (free - cool_set) * per_kelvin - spared
        cool = cool if cool > zero else zero
        cool = cool if cool < fixed[COOL_LIMIT + i] else fixed[COOL_LIMIT + i]
        air = free - kelvin * cool
        aired = (air - above) * per_kelvin
        most = fixed[mode + OPENED + i] * (air - t_out)
        aired = aired if aired < most else most
        aired = aired if aired > zero else zero
        air -= kelvin * aired
        warm = free >= above
        aired = aired if warm else zero
        air = air if warm else before
        hours[hour + COOL + i] = cool if warm else hours[hour + COOL + i]
        hours[hour + AIR + i] = air
        hours[hour + AIRED + i] = aired
        hours[hour + FREE + i] = (air - before) * fixed[PORT_PER_KELVIN + i]
    for r in range(ranks):
        for i in range(lanes):
            states[r * ROW + i] += coefficients[r * width + PORT + i] * hours[hour + FREE + i]


@jit(fastmath=True, borrows=True)
def step_two(
    lanes: np.uint64,
    h: np.uint64,
    airs: bool,
    width: np.uint64,
    modes: NDArray[np.uint64],
    temp_air: NDArray[np.floating],
    coefficients: NDArray[np.floating],
    fixed: NDArray[np.floating],
    states: NDArray[np.floating],
    hours: NDArray[np.floating],
) -> None:
    """Advance two ranks of all lanes by four hours from `h`."""
    for k in range(np.uint64(GROUP)):
        hour, mode, t_out = k * HOUR, modes[k], temp_air[h + k]
        for i in range(lanes):
            y_0 = coefficients[POLE + i] * states[i] + hours[hour + FORCED + i]
            y_1 = coefficients[width + POLE + i] * states[ROW + i] + hours[hour + FORCED_1 + i]
            power = held(i, hour, mode, t_out, y_0 + y_1, fixed, hours)
            states[i] = y_0 + coefficients[PORT + i] * power
            states[ROW + i] = y_1 + coefficients[width + PORT + i] * power
        if airs and warm_lanes(lanes, hour, fixed, hours) > 0:
            air_out(lanes, hour, mode, np.uint64(2), width, t_out, coefficients, fixed, states, hours)


@jit(fastmath=True, borrows=True)
def step_four(
    lanes: np.uint64,
    h: np.uint64,
    airs: bool,
    width: np.uint64,
    modes: NDArray[np.uint64],
    temp_air: NDArray[np.floating],
    coefficients: NDArray[np.floating],
    fixed: NDArray[np.floating],
    states: NDArray[np.floating],
    hours: NDArray[np.floating],
) -> None:
    """Advance four ranks of all lanes by four hours from `h`."""
    rank_2, rank_3 = width + width, width + width + width
    row_2, row_3 = ROW + ROW, ROW + ROW + ROW
    for k in range(np.uint64(GROUP)):
        hour, mode, t_out = k * HOUR, modes[k], temp_air[h + k]
        for i in range(lanes):
            y_0 = coefficients[POLE + i] * states[i] + hours[hour + FORCED + i]
            y_1 = coefficients[width + POLE + i] * states[ROW + i] + hours[hour + FORCED_1 + i]
            y_2 = coefficients[rank_2 + POLE + i] * states[row_2 + i] + hours[hour + FORCED_2 + i]
            y_3 = coefficients[rank_3 + POLE + i] * states[row_3 + i] + hours[hour + FORCED_3 + i]
            power = held(i, hour, mode, t_out, (y_0 + y_1) + (y_2 + y_3), fixed, hours)
            states[i] = y_0 + coefficients[PORT + i] * power
            states[ROW + i] = y_1 + coefficients[width + PORT + i] * power
            states[row_2 + i] = y_2 + coefficients[rank_2 + PORT + i] * power
            states[row_3 + i] = y_3 + coefficients[rank_3 + PORT + i] * power
        if airs and warm_lanes(lanes, hour, fixed, hours) > 0:
            air_out(lanes, hour, mode, np.uint64(4), width, t_out, coefficients, fixed, states, hours)


@jit(fastmath=True, borrows=True)
def tally(
    lanes: np.uint64, row: np.uint64, first: float, one: float, hours: NDArray[np.floating], sums: NDArray[np.floating]
) -> None:
    """Add four hours of one row to its sum, and keep the largest value with its hour."""
    when_1, when_2, when_3 = first + one, first + one + one, first + one + one + one
    for i in range(lanes):
        q_0, q_1 = hours[row + i], hours[HOUR + row + i]
        q_2, q_3 = hours[HOURS_2 + row + i], hours[HOURS_3 + row + i]
        sums[SUM + i] += (q_0 + q_1) + (q_2 + q_3)
        peak = sums[PEAK + i]
        when = sums[WHEN + i]
        when = first if q_0 > peak else when
        peak = q_0 if q_0 > peak else peak
        when = when_1 if q_1 > peak else when
        peak = q_1 if q_1 > peak else peak
        when = when_2 if q_2 > peak else when
        peak = q_2 if q_2 > peak else peak
        when = when_3 if q_3 > peak else when
        peak = q_3 if q_3 > peak else peak
        sums[PEAK + i] = peak
        sums[WHEN + i] = when


@jit(fastmath=True, borrows=True)
def add_weighted(
    lanes: np.uint64,
    h: np.uint64,
    weights: NDArray[np.floating],
    hours: NDArray[np.floating],
    row: np.uint64,
    sums: NDArray[np.floating],
) -> None:
    """Add heating of four hours times the weights of these hours to the sum of each lane."""
    w_0, w_1, w_2, w_3 = weights[h], weights[h + 1], weights[h + 2], weights[h + 3]
    for i in range(lanes):
        sums[row + i] += (hours[HEAT + i] * w_0 + hours[HOUR + HEAT + i] * w_1) + (
            hours[HOURS_2 + HEAT + i] * w_2 + hours[HOURS_3 + HEAT + i] * w_3
        )


@jit(fastmath=True, borrows=True)
def add_above(
    lanes: np.uint64, hour: np.uint64, limit: float, hours: NDArray[np.floating], sums: NDArray[np.floating]
) -> None:
    """Add the degrees of one hour above a limit."""
    zero = limit - limit
    for i in range(lanes):
        above = hours[hour + AIR + i] - limit
        sums[i] += above if above > zero else zero


@jit(fastmath=True, borrows=True)
def add_totals(
    lanes: np.uint64,
    h: np.uint64,
    weights: NDArray[np.float64],
    hours: NDArray[np.floating],
    total: NDArray[np.float64],
) -> None:
    """Add the weighted sums over the lanes of heating and cooling in four hours from `h`."""
    for k in range(np.uint64(GROUP)):
        hour = k * HOUR
        heat, cool = 0.0, 0.0
        for i in range(lanes):
            heat += weights[i] * np.float64(hours[hour + HEAT + i])
            cool += weights[i] * np.float64(hours[hour + COOL + i])
        total[0, h + k] += heat
        total[1, h + k] += cool


@jit(borrows=True)
def copy(
    entries: np.uint64, source: NDArray[np.floating], at: np.uint64, hours: NDArray[np.floating], to: np.uint64
) -> None:
    """Copy neighbouring entries of a table that is laid out like `hours`."""
    for i in range(entries):
        hours[to + i] = source[at + i]


@jit(borrows=True)
def fill(lanes: np.uint64, value: float, hours: NDArray[np.floating], to: np.uint64) -> None:
    """Set one row of all lanes to a value."""
    for i in range(lanes):
        hours[to + i] = value


@jit(borrows=True)
def fill_shifted(
    lanes: np.uint64,
    value: float,
    fixed: NDArray[np.floating],
    shift: np.uint64,
    hours: NDArray[np.floating],
    to: np.uint64,
) -> None:
    """Set one row to a value plus a row of `fixed`."""
    for i in range(lanes):
        hours[to + i] = value + fixed[shift + i]


@jit(borrows=True)
def gather(
    lanes: np.uint64,
    source: NDArray[np.generic],
    starts: NDArray[np.uint64],
    at: np.uint64,
    hours: NDArray[np.floating],
    to: np.uint64,
) -> None:
    """Set one row to the entry of `source` at the start of each lane plus `at`."""
    for i in range(lanes):
        hours[to + i] = source[starts[i] + at]


@jit(borrows=True)
def gather_shifted(
    lanes: np.uint64,
    source: NDArray[np.floating],
    starts: NDArray[np.uint64],
    at: np.uint64,
    fixed: NDArray[np.floating],
    shift: np.uint64,
    hours: NDArray[np.floating],
    to: np.uint64,
) -> None:
    """Likewise, plus a row of `fixed`."""
    for i in range(lanes):
        hours[to + i] = source[starts[i] + at] + fixed[shift + i]


@jit(borrows=True)
def spread_sun(
    lanes: np.uint64,
    count: np.uint64,
    streams: np.uint64,
    width: np.uint64,
    at: np.uint64,
    order: int,
    rows: NDArray[np.uint64],
    flat: NDArray[np.floating],
    hours: NDArray[np.floating],
) -> None:
    """Sun streams of `count` hours for each lane; `order` is 0 for rows in sequence, 1 for one row, 2 for any."""
    first = rows[0]
    for k in range(count):
        for m in range(streams):
            to = k * SUN_HOUR + m * ROW
            if order == 0:
                for i in range(lanes):
                    hours[to + i] = flat[at + first + i]
            elif order == 1:
                value = flat[at + first]
                for i in range(lanes):
                    hours[to + i] = value
            else:
                for i in range(lanes):
                    hours[to + i] = flat[at + rows[i]]
            at += width


@jit(borrows=True)
def mode_of_hour(
    lanes: np.uint64, hour: np.uint64, mixed: np.uint64, fixed: NDArray[np.floating], hours: NDArray[np.floating]
) -> np.uint64:
    """Where the rows of the ventilation state begin; where lanes differ they are gathered at `mixed`."""
    switched = 0
    for i in range(lanes):
        switched += 1 if hours[hour + SWITCHED + i] > 0.5 else 0
    if switched == 0:
        return np.uint64(0)
    if switched == lanes:
        return MODE
    for r in range(np.uint64(0), MODE, ROW):
        for i in range(lanes):
            fixed[mixed + r + i] = fixed[MODE + r + i] if hours[hour + SWITCHED + i] > 0.5 else fixed[r + i]
    return mixed
