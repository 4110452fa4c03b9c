"""Hourly heating and cooling need of many zones by diagonal state-space models of one to four states."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import is_compiled, jit
from citytwin.kernels.thermal_zone import Climate, Loads, Profiles, Zones
from citytwin.kernels.zone_balance import add_balance, add_stored, steady_gain
from citytwin.kernels.zone_block import (
    AIR,
    AIRED,
    AIRING,
    COOL,
    COOL_LIMIT,
    COOL_OFFSET,
    COOL_SET,
    DRIVE_0,
    FIXED,
    GAIN,
    GAINS,
    GROUP,
    HEAT,
    HEAT_LIMIT,
    HEAT_OFFSET,
    HEAT_SET,
    HOUR,
    KELVIN,
    LANES,
    MAX_SUN,
    MODE,
    OPEN_ABOVE,
    OPENED,
    OUTDOOR,
    OWN,
    PEAK,
    PER_KELVIN,
    POLE,
    PORT,
    PORT_PER_KELVIN,
    ROW,
    SHARED,
    SHRINK,
    SUM,
    SUN_0,
    SUN_HOUR,
    SWITCHED,
    USE,
    WHEN,
    add_above,
    add_drive,
    add_inputs,
    add_totals,
    add_weighted,
    aligned,
    copy,
    fill,
    fill_shifted,
    gather,
    gather_shifted,
    mode_of_hour,
    spread_sun,
    step_four,
    step_two,
    tally,
)

MAX_STATES = 4

_DAY = 24
_MONTHS = 12
_PADDED = is_compiled()
"""Whether lanes without a zone are computed, too. Interpreted, they would only cost time."""
_NEVER = 1e30
"""Stands for infinite limits: the compiler is told that numbers are finite."""


@jit
def _prepare_block(
    zones: Zones,
    start: int,
    lanes: int,
    width: np.uint64,
    coefficients: NDArray[np.floating],
    fixed: NDArray[np.floating],
) -> None:
    """Coefficients of the lanes of one block."""
    coefficients[:] = 0.0
    fixed[:] = 0.0
    space = zones.space
    states = space.pole.shape[1]
    direct = np.uint64(states) * width
    for column in range(lanes):
        lane = start + column
        i = np.uint64(column)
        kelvin = space.direct_port[lane]
        for s in range(states):
            rank = np.uint64(s) * width
            kelvin += space.port[lane, s]
            coefficients[rank + POLE + i] = space.pole[lane, s]
            coefficients[rank + PORT + i] = space.port[lane, s]
            coefficients[rank + GAIN + i] = space.gain[lane, s]
            for m in range(space.sun.shape[2]):
                coefficients[rank + SUN_0 + np.uint64(m * LANES) + i] = space.sun[lane, s, m]
            for k in range(space.drive.shape[2]):
                coefficients[rank + DRIVE_0 + np.uint64(k * LANES) + i] = space.drive[lane, s, k]
        if states % 2 == 1:
            coefficients[direct + GAIN + i] = space.direct_gain[lane]
            for m in range(space.sun.shape[2]):
                coefficients[direct + SUN_0 + np.uint64(m * LANES) + i] = space.direct_sun[lane, m]
            for k in range(space.drive.shape[2]):
                coefficients[direct + DRIVE_0 + np.uint64(k * LANES) + i] = space.direct_drive[lane, k]
        for state in range(2):
            mode = np.uint64(state) * MODE + i
            extra = zones.ventilation[lane, state]
            shrink = 1.0 / (1.0 + kelvin * extra)
            fixed[mode + SHRINK] = shrink
            fixed[mode + OUTDOOR] = kelvin * extra * shrink
            fixed[mode + KELVIN] = kelvin * shrink
            fixed[mode + PER_KELVIN] = 1.0 / (kelvin * shrink)
            fixed[mode + AIRING] = zones.airing[lane, state]
            fixed[mode + OPENED] = zones.airing[lane, state] / (1.0 + kelvin * shrink * zones.airing[lane, state])
        aired = zones.airing[lane, 0] > 0.0 or zones.airing[lane, 1] > 0.0
        fixed[PORT_PER_KELVIN + i] = 1.0 / kelvin
        fixed[HEAT_LIMIT + i] = min(zones.heating_limit[lane], _NEVER)
        fixed[COOL_LIMIT + i] = min(zones.cooling_limit[lane], _NEVER)
        fixed[OPEN_ABOVE + i] = zones.airing_above[lane] if aired else _NEVER
        fixed[HEAT_OFFSET + i] = zones.heating_offset[lane]
        fixed[COOL_OFFSET + i] = zones.cooling_offset[lane]
    for column in range(lanes, LANES):
        fixed[OPEN_ABOVE + np.uint64(column)] = _NEVER


@jit
def _start_block(
    zones: Zones,
    start: int,
    lanes: int,
    drives: NDArray[np.float64],
    use: NDArray[np.float64],
    sun: NDArray[np.floating],
    states: NDArray[np.floating],
) -> None:
    """States that the mean conditions of the first days would settle at, `sun` being (M, LANES) and `use` (p, 3)."""
    space = zones.space
    states[:] = 0.0
    for column in range(lanes):
        lane = start + column
        pole = space.pole[lane]
        gains, heat_set, cool_set = use[zones.profile[lane]]
        free = gains * steady_gain(space.gain[lane], pole, space.direct_gain[lane])
        for m in range(len(sun)):
            free += sun[m, column] * steady_gain(space.sun[lane, :, m], pole, space.direct_sun[lane, m])
        for k in range(len(drives)):
            free += drives[k] * steady_gain(space.drive[lane, :, k], pole, space.direct_drive[lane, k])
        kelvin = steady_gain(space.port[lane], pole, space.direct_port[lane])
        power = min(max((heat_set + zones.heating_offset[lane] - free) / kelvin, 0.0), zones.heating_limit[lane])
        power -= min(max((free - cool_set - zones.cooling_offset[lane]) / kelvin, 0.0), zones.cooling_limit[lane])
        for s in range(len(pole)):
            into = space.gain[lane, s] * gains + space.port[lane, s] * power
            for m in range(len(sun)):
                into += space.sun[lane, s, m] * sun[m, column]
            for k in range(len(drives)):
                into += space.drive[lane, s, k] * drives[k]
            states[np.uint64(s * LANES + column)] = into / (1.0 - pole[s])


@jit
def simulate_zones(
    zones: Zones,
    profiles: Profiles,
    climate: Climate,
    sun: NDArray[np.float32],
    overheating_limit: float,
    warm_up_days: int,
    with_balance: bool,
    with_hourly: bool,
) -> Loads:
    r"""Heating and cooling need of each zone, hour by hour, from linear models in diagonal form.

    With shared drives :math:`u`, sun :math:`s`, gains :math:`p` and heat into the air node :math:`P`:

    .. math::
        y_i = \lambda_i x_i + b_i \cdot u + e_i \cdot s + c_i p, \qquad
        T = \sum_i y_i + D_u \cdot u + D_s \cdot s + D_p p + g P, \qquad
        x_i' = y_i + h_i P, \qquad g = D_P + \sum_i h_i

    A ventilation state adds the conductance :math:`H` between air node and outdoor air without a new model: with the
    air temperature :math:`f` at :math:`P = 0`, it becomes :math:`(f + g H T_e)/(1 + g H)` and :math:`g` becomes
    :math:`g/(1 + g H)`. The power that meets a set-point is :math:`q = (T_{set} - f)/g`, within its limits, and
    :math:`P = (T - f)/g` with the :math:`f` and :math:`g` of the base.

    Airing against overheating (opened windows, heat recovery passed by) is a further conductance :math:`A` of the same
    kind, as wide as it takes to keep `airing_above` and at most `airing`: it removes
    :math:`\min((T - T_{open})/g, \; A (T - T_e)/(1 + g A))` where that is positive, :math:`T` being the air temperature
    without it. Cooling supplies what airing leaves: :math:`q = (f - T_{set})/g - A (T_{set} - T_e)` where outdoor air
    is colder than the set-point. `airing_above` must not lie below the heating set-point.

    The computation has the float type of ``climate.temp_air``; daily sums are added up in float64. It starts from the
    states that the mean of the warm-up days (of the first day where there are none) would settle at. A zone's answer
    does not depend on the other zones of the call.

    Parameters
    ----------
    zones : Zones
        State-space models of 1 to 4 states and what is particular to each zone. Direct terms need 1 or 3 states.
    profiles : Profiles
        Gains, set-points and ventilation states by hour of a period.
    climate : Climate
        Outdoor temperature and shared drives of whole days.
    sun : float32, (hours, M, rows)
        Sun streams, M = 1 to 3, in the unit that ``StateSpace.sun`` is per. Fastest where lanes of a block of
        :data:`LANES` have rows in sequence, or all the same, and an array has few more rows than that.
    overheating_limit : float, degrees Celsius
        Air temperature above which degree-hours are counted in summer.
    warm_up_days : int
        Last days of the year that run before it.
    with_balance : bool
        Also add up the heat flows.
    with_hourly : bool
        Also keep heating, cooling and air temperature by hour.

    References
    ----------
    G. F. Franklin, J. D. Powell, M. Workman: Digital Control of Dynamic Systems, 3rd ed., 1998, 4.3 (modal form of a
    sampled system). ISO 13790:2008, Annex C, is the case of one state, see
    :func:`citytwin.energy.rc_5r1c.state_space_of_5r1c`.
    """
    n = len(zones.row)
    space = zones.space
    n_states = space.pole.shape[1]
    n_sun = sun.shape[1]
    if n_states < 1 or n_states > MAX_STATES:
        raise ValueError("models have 1 to 4 states")
    if n_sun < 1 or n_sun > MAX_SUN or space.sun.shape[2] != n_sun:
        raise ValueError("models have 1 to 3 sun streams, as many as the sun has")
    within = np.any(space.direct_port != 0.0) or np.any(space.direct_gain != 0.0)
    within = within or np.any(space.direct_drive != 0.0) or np.any(space.direct_sun != 0.0)
    if n_states % 2 == 0 and within:
        raise ValueError("models with direct terms have 1 or 3 states")
    n_hours = len(climate.temp_air)
    days = n_hours // _DAY
    dtype = climate.temp_air.dtype
    ranks = np.uint64(2 if n_states <= 2 else 4)
    shared = max(SHARED, len(climate.drives))
    drives = np.zeros((shared, n_hours), dtype)
    drives[: len(climate.drives)] = climate.drives
    n_weights = len(climate.weights)
    warm = dtype.type(overheating_limit)
    zero = warm - warm
    one = dtype.type(1.0)
    period = profiles.gains.shape[1]
    gains = profiles.gains.ravel().astype(dtype)
    heat_set = profiles.heating_setpoint.ravel().astype(dtype)
    cool_set = profiles.cooling_setpoint.ravel().astype(dtype)
    on = profiles.ventilation_state.ravel()
    flat = sun.ravel()
    n_rows = sun.shape[2]
    streams = np.uint64(n_sun)

    first_days = max(warm_up_days, 1)
    first = (days - warm_up_days) % days * _DAY
    mean_drives = np.zeros(len(climate.drives))
    for k in range(len(climate.drives)):
        for h in range(first_days * _DAY):
            mean_drives[k] += climate.drives[k, (first + h) % n_hours] / (first_days * _DAY)
    mean_use = np.zeros((len(profiles.gains), 3))
    for p in range(len(profiles.gains)):
        for h in range(first_days * _DAY):
            column = (first + h) % n_hours % period
            mean_use[p, 0] += profiles.gains[p, column] / (first_days * _DAY)
            mean_use[p, 1] += profiles.heating_setpoint[p, column] / (first_days * _DAY)
            mean_use[p, 2] += profiles.cooling_setpoint[p, column] / (first_days * _DAY)

    heating = np.zeros((n, _MONTHS))
    cooling = np.zeros((n, _MONTHS))
    heating_peak = np.zeros(n)
    heating_peak_hour = np.full(n, -1)
    cooling_peak = np.zeros(n)
    cooling_peak_hour = np.full(n, -1)
    overheating = np.zeros(n)
    weighted = np.zeros((n, n_weights))
    total = np.zeros((2, n_hours))
    balance = np.zeros((n if with_balance else 0, 6))
    hourly = np.zeros((3, n if with_hourly else 0, n_hours if with_hourly else 0), np.float32)

    width = np.uint64((OWN + shared) * LANES)
    coefficients = aligned(np.int64(ranks) * (OWN + shared) * LANES, climate.temp_air)
    fixed = aligned(FIXED * LANES, climate.temp_air)
    states = aligned(np.int64(ranks) * LANES, climate.temp_air)
    hours = aligned(GROUP * 13 * LANES, climate.temp_air)
    suns = aligned(_DAY * MAX_SUN * LANES, climate.temp_air)
    heat_sums = aligned(3 * LANES, climate.temp_air)
    cool_sums = aligned(3 * LANES, climate.temp_air)
    above = aligned(LANES, climate.temp_air)
    by_weight = aligned(max(n_weights, 1) * LANES, climate.temp_air)
    weights = np.zeros(LANES)
    mean_sun = np.zeros((n_sun, LANES), dtype)
    rows = np.zeros(LANES, np.uint64)
    columns = np.zeros(LANES, np.uint64)
    modes = np.zeros(GROUP, np.uint64)
    use = aligned(period * np.int64(USE), climate.temp_air)
    filled = np.zeros((GROUP, 3))
    monthly = np.zeros((2, _MONTHS, LANES))

    for start in range(0, n, LANES):
        lanes = min(LANES, n - start)
        count = np.uint64(lanes)
        block = ROW if _PADDED else count
        rows[:] = 0
        columns[:] = 0
        modes[:] = 0
        in_sequence, one_row, one_profile = True, True, True
        for i in range(lanes):
            rows[i] = zones.row[start + i]
            columns[i] = zones.profile[start + i] * period
            in_sequence = in_sequence and rows[i] == rows[0] + np.uint64(i)
            one_row = one_row and rows[i] == rows[0]
            one_profile = one_profile and columns[i] == columns[0]
        order = 0 if in_sequence else (1 if one_row else 2)
        switches, airs, counted = False, False, False
        for i in range(start, start + lanes):
            switches = switches or zones.ventilation[i, 0] != zones.ventilation[i, 1]
            switches = switches or zones.airing[i, 0] != zones.airing[i, 1]
            airs = airs or zones.airing[i, 0] > 0.0 or zones.airing[i, 1] > 0.0
            counted = counted or zones.weight[i] != 0.0
        _prepare_block(zones, start, lanes, width, coefficients, fixed)
        hours[:] = zero
        suns[:] = zero
        filled[:] = np.nan
        monthly[:] = 0.0
        heat_sums[:] = zero
        cool_sums[:] = zero
        weights[:] = 0.0
        for i in range(lanes):
            weights[i] = zones.weight[start + i]
        for m in range(n_sun):
            mean_sun[m] = zero
            for h in range(first_days * _DAY):
                at = np.uint64(((first + h) % n_hours * n_sun + m) * n_rows)
                spread_sun(count, np.uint64(1), np.uint64(1), np.uint64(n_rows), at, order, rows, flat, suns)
                mean_sun[m] += suns[:ROW]
            mean_sun[m] /= dtype.type(first_days * _DAY)
        _start_block(zones, start, lanes, mean_drives, mean_use, mean_sun, states)

        if not one_profile:
            for c in range(period):
                column, at = np.uint64(c), np.uint64(c) * USE
                gather(block, gains, columns, column, use, at)
                gather_shifted(block, heat_set, columns, column, fixed, HEAT_OFFSET, use, at + HEAT_SET - GAINS)
                gather_shifted(block, cool_set, columns, column, fixed, COOL_OFFSET, use, at + COOL_SET - GAINS)
                gather(block, on, columns, column, use, at + SWITCHED - GAINS)
        for d in range(-warm_up_days, days):
            day = d % days
            if with_balance and d == 0:
                add_stored(space, start, lanes, -1.0, states, balance)
            at = np.uint64(day * _DAY) * streams * np.uint64(n_rows)
            spread_sun(count, np.uint64(_DAY), streams, np.uint64(n_rows), at, order, rows, flat, suns)
            for group in range(0, _DAY, GROUP):
                h = np.uint64(day * _DAY + group)
                for k in range(GROUP):
                    hour = np.uint64(k) * HOUR
                    column = np.uint64((day * _DAY + group + k) % period)
                    if one_profile:
                        at = columns[0] + column
                        if gains[at] != filled[k, 0]:
                            filled[k, 0] = gains[at]
                            fill(block, gains[at], hours, hour + GAINS)
                        if heat_set[at] != filled[k, 1]:
                            filled[k, 1] = heat_set[at]
                            fill_shifted(block, heat_set[at], fixed, HEAT_OFFSET, hours, hour + HEAT_SET)
                        if cool_set[at] != filled[k, 2]:
                            filled[k, 2] = cool_set[at]
                            fill_shifted(block, cool_set[at], fixed, COOL_OFFSET, hours, hour + COOL_SET)
                        modes[k] = np.uint64(on[at]) * MODE if switches else np.uint64(0)
                        if with_balance:
                            fill(block, dtype.type(on[at]), hours, hour + SWITCHED)
                    else:
                        copy(USE, use, column * USE, hours, hour + GAINS)
                        if switches:
                            modes[k] = mode_of_hour(count, hour, np.uint64(2 + k) * MODE, fixed, hours)
                    if with_balance:
                        fill(block, zero, hours, hour + AIRED)
                add_inputs(block, ranks, width, h, np.uint64(group), coefficients, drives, suns, hours)
                for k in range(SHARED, shared):
                    drive = DRIVE_0 + np.uint64(k) * ROW
                    add_drive(block, ranks, width, drive, h, coefficients, drives[k], hours)
                if ranks == 2:
                    step_two(block, h, airs, width, modes, climate.temp_air, coefficients, fixed, states, hours)
                else:
                    step_four(block, h, airs, width, modes, climate.temp_air, coefficients, fixed, states, hours)
                if d < 0:
                    continue
                tally(block, HEAT, dtype.type(h), one, hours, heat_sums)
                tally(block, COOL, dtype.type(h), one, hours, cool_sums)
                if counted:
                    add_totals(block, h, weights, hours, total)
                for j in range(n_weights):
                    add_weighted(block, h, climate.weights[j], hours, np.uint64(j) * ROW, by_weight)
                for k in range(np.uint64(GROUP)):
                    at = np.int64(h + k)
                    hour = k * HOUR
                    if climate.summer_start <= at < climate.summer_stop:
                        add_above(block, hour, warm, hours, above)
                    if with_balance:
                        add_balance(
                            zones,
                            start,
                            count,
                            hour,
                            climate.temp_air[at],
                            climate.drives[:, at],
                            suns[(np.uint64(group) + k) * SUN_HOUR :],
                            hours,
                            balance,
                        )
                    if with_hourly:
                        for i in range(count):
                            hourly[0, start + np.int64(i), at] = hours[hour + HEAT + i]
                            hourly[1, start + np.int64(i), at] = hours[hour + COOL + i]
                            hourly[2, start + np.int64(i), at] = hours[hour + AIR + i]
            if d < 0:
                continue
            month = climate.month_of_day[day]
            for i in range(block):
                monthly[0, month, i] += heat_sums[SUM + i]
                monthly[1, month, i] += cool_sums[SUM + i]
                heat_sums[SUM + i] = zero
                cool_sums[SUM + i] = zero
            for column in range(lanes):
                overheating[start + column] += above[np.uint64(column)]
                for j in range(n_weights):
                    weighted[start + column, j] += by_weight[np.uint64(j * LANES + column)]
            above[:] = zero
            by_weight[:] = zero
        if with_balance:
            add_stored(space, start, lanes, 1.0, states, balance)
        for column in range(lanes):
            i = np.uint64(column)
            heating[start + column] = monthly[0, :, column]
            cooling[start + column] = monthly[1, :, column]
            if heat_sums[PEAK + i] > zero:
                heating_peak[start + column] = heat_sums[PEAK + i]
                heating_peak_hour[start + column] = np.int64(heat_sums[WHEN + i])
            if cool_sums[PEAK + i] > zero:
                cooling_peak[start + column] = cool_sums[PEAK + i]
                cooling_peak_hour[start + column] = np.int64(cool_sums[WHEN + i])
    return Loads(
        heating,
        cooling,
        heating_peak,
        heating_peak_hour,
        cooling_peak,
        cooling_peak_hour,
        overheating,
        weighted,
        total,
        balance,
        hourly,
    )
