"""Hourly heating and cooling need of many zones by the 5R1C network of ISO 13790:2008, Annex C."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.thermal_zone import Climate, Loads, Profiles, Zones

LANES = 64
"""Zones that advance together through time: their coefficients and states stay in the first-level cache."""

_DAY = 24
_MONTHS = 12

# Scratch memory is one-dimensional and addressed by unsigned rows of LANES entries: a compiler that need not think of
# negative indices, and that sees how far two rows of one array lie apart, turns the loops over lanes into vector code.
_ROW = np.uint64(LANES)
_COEFFICIENTS = 15
_B_MASS, _B_OUT, _B_SUN, _B_GAIN, _B_NODE, _B_AIR = (np.uint64(r * LANES) for r in range(6))
_A_MASS, _A_OUT, _A_SUN, _A_GAIN, _A_NODE, _A_AIR, _PER_KELVIN, _OPEN, _AIRING = (
    np.uint64(r * LANES) for r in range(6, 15)
)
_OPAQUE_SCALE, _HEAT_OFFSET, _COOL_OFFSET, _HEAT_LIMIT, _COOL_LIMIT, _OPEN_ABOVE = (
    np.uint64(r * LANES) for r in range(6)
)
_FIRST_DRIVE = 6
_MASS, _HEATED, _COOLED, _ABOVE, _HEAT_PEAK, _COOL_PEAK = (np.uint64(r * LANES) for r in range(6))
_STATES = 6
_SUN, _NODE, _GAIN, _HEAT_SET, _COOL_SET, _ON, _HEAT, _COOL, _AIR, _AIRED = (np.uint64(r * LANES) for r in range(10))
_BUFFERS = 10
_HOUR = np.uint64(_BUFFERS * LANES)


@jit
def _collapse(zones: Zones, lane: int, state: int, column: int, packed: NDArray[np.floating]) -> None:
    """Coefficients of the collapsed step for one lane and ventilation state, written to one column of `packed`."""
    h_ve = zones.h_ve[lane, state]
    h_w = zones.h_w[lane]
    h_is = zones.h_is[lane]
    h_ms = zones.h_ms[lane]
    h_1 = 1.0 / (1.0 / h_ve + 1.0 / h_is)
    h_2 = h_1 + h_w
    h_3 = 1.0 / (1.0 / h_2 + 1.0 / h_ms)
    half = 0.5 * (h_3 + zones.h_em[lane])
    d = zones.capacity[lane] + half
    surface_share = 1.0 - zones.mass_share[lane] * (1.0 + h_w / h_ms)
    b_gain = (zones.mass_share[lane] + h_3 * surface_share / h_2) / d
    b_out = (zones.h_em[lane] + h_3 * (h_w + h_1) / h_2) / d
    b_air = h_3 * h_1 / (h_ve * h_2) / d
    n = h_ms + h_w + h_1
    e = h_is + h_ve
    a_gain = h_is * (0.5 * h_ms * b_gain + surface_share) / (n * e)
    a_air = (h_is * (0.5 * h_ms * b_air + h_1 / h_ve) / n + 1.0) / e
    b_mass = (zones.capacity[lane] - half) / d
    at = np.uint64(state * _COEFFICIENTS * LANES + column)
    packed[at + _B_MASS] = b_mass
    packed[at + _B_OUT] = b_out
    packed[at + _B_SUN] = b_gain * zones.glazing_scale[lane]
    packed[at + _B_GAIN] = 0.5 * (b_gain + b_air) * zones.gain_scale[lane]
    packed[at + _B_NODE] = 1.0 / d
    packed[at + _B_AIR] = b_air
    packed[at + _A_MASS] = h_is * h_ms * (1.0 + b_mass) / (2.0 * n * e)
    packed[at + _A_OUT] = (h_is * (0.5 * h_ms * b_out + h_w + h_1) / n + h_ve) / e
    packed[at + _A_SUN] = a_gain * zones.glazing_scale[lane]
    packed[at + _A_GAIN] = 0.5 * (a_gain + a_air) * zones.gain_scale[lane]
    packed[at + _A_NODE] = h_is * h_ms / (2.0 * n * e * d)
    packed[at + _A_AIR] = a_air
    packed[at + _PER_KELVIN] = 1.0 / a_air
    packed[at + _OPEN] = zones.airing[lane, state] / (1.0 + a_air * zones.airing[lane, state])
    packed[at + _AIRING] = zones.airing[lane, state]


@jit
def _spread(
    table: NDArray[np.generic],
    rows: NDArray[np.int64],
    hour: int,
    quantity: np.uint64,
    starts: NDArray[np.uint64],
    buffers: NDArray[np.floating],
) -> None:
    """Copy one day of the row each lane reads into `buffers`, hour by hour so that the reads of many rows overlap."""
    lanes = len(rows)
    width = np.uint64(lanes)
    period = table.shape[1]
    flat = table.ravel()
    shared = True
    for i in range(1, lanes):
        shared = shared and rows[i] == rows[0]
    for i in range(width):
        starts[i] = rows[i] * period
    column = np.uint64(hour % period)
    for k in range(_DAY):
        at = np.uint64(k) * _HOUR + quantity
        if shared:
            value = flat[starts[0] + column]
            for i in range(width):
                buffers[at + i] = value
        else:
            for i in range(width):
                buffers[at + i] = flat[starts[i] + column]
        column += np.uint64(1)
        if column == period:
            column = np.uint64(0)


@jit
def _coefficients_of_hour(
    lanes: np.uint64, hour: np.uint64, packed: NDArray[np.floating], buffers: NDArray[np.floating]
) -> np.uint64:
    """Where the coefficients of this hour begin in `packed`; where lanes differ in state they are gathered third."""
    second = np.uint64(_COEFFICIENTS * LANES)
    third = np.uint64(2 * _COEFFICIENTS * LANES)
    switched = 0
    for i in range(lanes):
        switched += 1 if buffers[hour + _ON + i] > 0.5 else 0
    if switched == 0:
        return np.uint64(0)
    if switched == lanes:
        return second
    for r in range(np.uint64(0), second, _ROW):
        for i in range(lanes):
            packed[third + r + i] = packed[second + r + i] if buffers[hour + _ON + i] > 0.5 else packed[r + i]
    return third


@jit
def _add_node_heat(
    lanes: np.uint64,
    hour: np.uint64,
    drives: NDArray[np.floating],
    fixed: NDArray[np.floating],
    buffers: NDArray[np.floating],
) -> None:
    """Turn the opaque solar gains of one hour into the whole heat that enters the mass node from outside, W."""
    for i in range(lanes):
        buffers[hour + _NODE + i] *= fixed[_OPAQUE_SCALE + i]
    for j in range(len(drives)):
        value = drives[j]
        drive = np.uint64((_FIRST_DRIVE + j) * LANES)
        for i in range(lanes):
            buffers[hour + _NODE + i] += fixed[drive + i] * value


@jit
def _step(
    lanes: np.uint64,
    hour: np.uint64,
    c: np.uint64,
    t_out: float,
    limit: float,
    packed: NDArray[np.floating],
    fixed: NDArray[np.floating],
    states: NDArray[np.floating],
    buffers: NDArray[np.floating],
) -> None:
    """Advance all lanes of a block by one hour."""
    zero = t_out - t_out
    for i in range(lanes):
        mass = states[_MASS + i]
        sun = buffers[hour + _SUN + i]
        node = buffers[hour + _NODE + i]
        gain = buffers[hour + _GAIN + i]
        free = (
            packed[c + _A_MASS + i] * mass
            + packed[c + _A_OUT + i] * t_out
            + packed[c + _A_SUN + i] * sun
            + packed[c + _A_GAIN + i] * gain
            + packed[c + _A_NODE + i] * node
        )
        per_kelvin = packed[c + _PER_KELVIN + i]
        open_above = fixed[_OPEN_ABOVE + i]
        heat = (buffers[hour + _HEAT_SET + i] + fixed[_HEAT_OFFSET + i] - free) * per_kelvin
        heat = heat if heat > zero else zero
        heat = heat if heat < fixed[_HEAT_LIMIT + i] else fixed[_HEAT_LIMIT + i]
        cool_set = buffers[hour + _COOL_SET + i] + fixed[_COOL_OFFSET + i]
        spared = packed[c + _AIRING + i] * (cool_set - t_out)
        spared = spared if spared > zero else zero
        spared = spared if cool_set >= open_above else zero
        cool = (free - cool_set) * per_kelvin - spared
        cool = cool if cool > zero else zero
        cool = cool if cool < fixed[_COOL_LIMIT + i] else fixed[_COOL_LIMIT + i]
        power = heat - cool
        air = free + packed[c + _A_AIR + i] * power
        aired = (air - open_above) * per_kelvin
        most = packed[c + _OPEN + i] * (air - t_out)
        aired = aired if aired < most else most
        aired = aired if aired > zero else zero
        air -= packed[c + _A_AIR + i] * aired
        states[_MASS + i] = (
            packed[c + _B_MASS + i] * mass
            + packed[c + _B_OUT + i] * t_out
            + packed[c + _B_SUN + i] * sun
            + packed[c + _B_GAIN + i] * gain
            + packed[c + _B_NODE + i] * node
            + packed[c + _B_AIR + i] * (power - aired)
        )
        states[_HEATED + i] += heat
        states[_COOLED + i] += cool
        above = air - limit
        states[_ABOVE + i] += above if above > zero else zero
        peak = states[_HEAT_PEAK + i]
        states[_HEAT_PEAK + i] = heat if heat > peak else peak
        peak = states[_COOL_PEAK + i]
        states[_COOL_PEAK + i] = cool if cool > peak else peak
        buffers[hour + _HEAT + i] = heat
        buffers[hour + _COOL + i] = cool
        buffers[hour + _AIR + i] = air
        buffers[hour + _AIRED + i] = aired


@jit
def _add_balance(
    zones: Zones,
    start: int,
    lanes: np.uint64,
    hour: np.uint64,
    t_out: float,
    before: NDArray[np.floating],
    states: NDArray[np.floating],
    buffers: NDArray[np.floating],
    balance: NDArray[np.float64],
) -> None:
    """Add the heat flows of one hour, each from its own temperatures, so that closing the balance is a check."""
    for i in range(lanes):
        lane = start + np.int64(i)
        h_ve = zones.h_ve[lane, 1 if buffers[hour + _ON + i] > 0.5 else 0]
        internal = zones.gain_scale[lane] * buffers[hour + _GAIN + i]
        radiant = 0.5 * internal + zones.glazing_scale[lane] * buffers[hour + _SUN + i]
        aired = np.float64(buffers[hour + _AIRED + i])
        into_air = 0.5 * internal + np.float64(buffers[hour + _HEAT + i]) - buffers[hour + _COOL + i] - aired
        air = np.float64(buffers[hour + _AIR + i])
        surface = ((zones.h_is[lane] + h_ve) * air - h_ve * t_out - into_air) / zones.h_is[lane]
        mass = np.float64(states[_MASS + i])
        lost = zones.mass_share[lane] * zones.h_w[lane] / zones.h_ms[lane]
        balance[lane, 0] += 0.5 * internal + radiant
        balance[lane, 1] += buffers[hour + _NODE + i]
        balance[lane, 2] += h_ve * (air - t_out) + aired
        balance[lane, 3] += zones.h_w[lane] * (surface - t_out) + lost * radiant
        balance[lane, 4] += zones.h_em[lane] * (0.5 * (before[i] + mass) - t_out)
        balance[lane, 5] += zones.capacity[lane] * (mass - before[i])


@jit
def _weighted_sum(
    at: np.uint64, weights: NDArray[np.float64], scratch: NDArray[np.float64], buffers: NDArray[np.floating]
) -> float:
    """Sum over the lanes of one row of `buffers` times `weights`, by halves."""
    for i in range(_ROW):
        scratch[i] = weights[i] * buffers[at + i]
    half = _ROW
    while half > 1:
        half = half >> np.uint64(1)
        for i in range(half):
            scratch[i] += scratch[half + i]
    return scratch[0]


@jit
def _prepare_block(
    zones: Zones,
    profiles: Profiles,
    start: int,
    lanes: int,
    packed: NDArray[np.floating],
    fixed: NDArray[np.floating],
    states: NDArray[np.floating],
) -> None:
    """Coefficients and starting states of the lanes of one block."""
    states[:] = 0.0
    for column in range(lanes):
        lane = start + column
        i = np.uint64(column)
        for state in range(2):
            _collapse(zones, lane, state, column, packed)
        fixed[_OPAQUE_SCALE + i] = zones.opaque_scale[lane]
        fixed[_HEAT_OFFSET + i] = zones.heating_offset[lane]
        fixed[_COOL_OFFSET + i] = zones.cooling_offset[lane]
        fixed[_HEAT_LIMIT + i] = zones.heating_limit[lane]
        fixed[_COOL_LIMIT + i] = zones.cooling_limit[lane]
        fixed[_OPEN_ABOVE + i] = zones.airing_above[lane]
        for j in range(zones.drives.shape[1]):
            fixed[np.uint64((_FIRST_DRIVE + j) * LANES) + i] = zones.drives[lane, j]
        states[_MASS + i] = profiles.heating_setpoint[zones.profile[lane], 0] + zones.heating_offset[lane]


@jit
def simulate_zones(
    zones: Zones,
    profiles: Profiles,
    climate: Climate,
    solar_glazing: NDArray[np.floating],
    solar_opaque: NDArray[np.floating],
    overheating_limit: float,
    warm_up_days: int,
    with_balance: bool,
    with_hourly: bool,
) -> Loads:
    r"""Heating and cooling need of each zone, hour by hour, by the collapsed form of ISO 13790 Annex C.

    The five conductances leave one state, the mass temperature, and one step of the standard is linear in it, in the
    outdoor temperature and in the gains (internal :math:`I`, transmitted sun :math:`S`, sun and sky on opaque elements
    :math:`X`, heating minus cooling :math:`q`):

    .. math::
        T_m' = b_0 T_m + b_1 T_e + b_G (I/2 + S) + b_P (I/2 + q) + b_X X, \qquad
        T_{air} = a_0 T_m + a_1 T_e + a_G (I/2 + S) + a_P (I/2 + q) + a_X X

    so that the power that meets a set-point is :math:`q = (T_{set} - T_{air}(q=0)) / a_P`, without the probing step of
    C.4.2. With :math:`H_1 = 1/(1/H_{ve} + 1/H_{is})`, :math:`H_2 = H_1 + H_w`, :math:`H_3 = 1/(1/H_2 + 1/H_{ms})`,
    :math:`d = C + (H_3 + H_{em})/2`, :math:`f_s = 1 - f_m - H_w / (9.1 A_t)`:
    :math:`b_0 = (C - (H_3 + H_{em})/2)/d`, :math:`b_1 = (H_{em} + H_3 (H_w + H_1)/H_2)/d`,
    :math:`b_G = (f_m + H_3 f_s/H_2)/d`, :math:`b_P = H_3 H_1/(H_{ve} H_2 d)`, :math:`b_X = 1/d`; the air node follows
    from C.9 to C.11 with the mean of old and new mass temperature.

    Airing against overheating (opened windows, heat recovery passed by) is a second link :math:`H` between air node and
    outdoors, as wide as it takes to keep `airing_above` and at most `airing`: it removes
    :math:`\min((T - T_{open})/a_P, \; H (T - T_e)/(1 + a_P H))` where that is positive, :math:`T` being the air
    temperature without it, which is what the network with :math:`H_{ve} + H` gives. Cooling supplies what airing
    leaves: :math:`q = (T_{air}(q=0) - T_{set})/a_P - H (T_{set} - T_e)` where outdoor air is colder than the set-point.
    `airing_above` must not lie below the heating set-point.

    The computation has the float type of ``climate.temp_air``; daily sums are added up in float64. A zone's answer
    does not depend on the other zones of the call.

    Parameters
    ----------
    zones : Zones
        Conductances in W/K, capacities in W h/K, by zone.
    profiles : Profiles
        Internal gains, set-points and ventilation states by hour of a period.
    climate : Climate
        Outdoor temperature and shared drives of whole days.
    solar_glazing : float, (rows, hours), W
        Sun transmitted by the glazing, times ``glazing_scale``.
    solar_opaque : float, (rows, hours), W
        Sun through opaque elements, into the mass node, times ``opaque_scale``.
    overheating_limit : float, degrees Celsius
        Air temperature above which degree-hours are counted in summer.
    warm_up_days : int
        Last days of the year that run before it, from the heating set-point.
    with_balance : bool
        Also add up the heat flows.
    with_hourly : bool
        Also keep heating, cooling and air temperature by hour.

    Returns
    -------
    Loads

    References
    ----------
    ISO 13790:2008, 7.2.2 and Annex C (equations C.1 to C.11). Valid for one zone with one air temperature, hourly
    steps, supply air at outdoor temperature (heat recovery as a lower conductance) and half of the internal gains
    convective.
    """
    n = len(zones.row)
    hours = len(climate.temp_air)
    days = hours // _DAY
    dtype = climate.temp_air.dtype
    never = dtype.type(1e30)
    warm = dtype.type(overheating_limit)
    heating = np.zeros((n, _MONTHS))
    cooling = np.zeros((n, _MONTHS))
    heating_peak = np.zeros(n)
    heating_peak_hour = np.full(n, -1)
    cooling_peak = np.zeros(n)
    overheating = np.zeros(n)
    total = np.zeros((2, hours))
    balance = np.zeros((n if with_balance else 0, 6))
    hourly = np.zeros((3, n if with_hourly else 0, hours if with_hourly else 0), np.float32)

    packed = np.zeros(3 * _COEFFICIENTS * LANES, dtype)
    fixed = np.zeros((_FIRST_DRIVE + len(climate.drives)) * LANES, dtype)
    states = np.zeros(_STATES * LANES, dtype)
    buffers = np.zeros(_DAY * _BUFFERS * LANES, dtype)
    before = np.zeros(LANES, dtype)
    weights = np.zeros(LANES)
    starts = np.zeros(LANES, np.uint64)
    scratch = np.zeros(LANES)

    for start in range(0, n, LANES):
        lanes = min(LANES, n - start)
        width = np.uint64(lanes)
        rows = zones.row[start : start + lanes]
        profile = zones.profile[start : start + lanes]
        _prepare_block(zones, profiles, start, lanes, packed, fixed, states)
        weights[:] = 0.0
        weights[:lanes] = zones.weight[start : start + lanes]
        counted = np.any(weights != 0.0)
        for d in range(-warm_up_days, days):
            day = d % days
            first_hour = day * _DAY
            if d == 0:
                states[LANES:] = 0.0
            _spread(solar_glazing, rows, first_hour, _SUN, starts, buffers)
            _spread(solar_opaque, rows, first_hour, _NODE, starts, buffers)
            _spread(profiles.gains, profile, first_hour, _GAIN, starts, buffers)
            _spread(profiles.heating_setpoint, profile, first_hour, _HEAT_SET, starts, buffers)
            _spread(profiles.cooling_setpoint, profile, first_hour, _COOL_SET, starts, buffers)
            _spread(profiles.ventilation_state, profile, first_hour, _ON, starts, buffers)
            for k in range(_DAY):
                h = first_hour + k
                t_out = climate.temp_air[h]
                limit = warm if climate.summer_start <= h < climate.summer_stop else never
                hour = np.uint64(k) * _HOUR
                c = _coefficients_of_hour(width, hour, packed, buffers)
                _add_node_heat(width, hour, climate.drives[:, h], fixed, buffers)
                if with_balance:
                    before[:] = states[:LANES]
                _step(width, hour, c, t_out, limit, packed, fixed, states, buffers)
                if with_balance and d >= 0:
                    _add_balance(zones, start, width, hour, t_out, before, states, buffers, balance)
            if d < 0:
                continue
            month = climate.month_of_day[day]
            for column in range(lanes):
                lane = start + column
                i = np.uint64(column)
                heating[lane, month] += states[_HEATED + i]
                cooling[lane, month] += states[_COOLED + i]
                overheating[lane] += states[_ABOVE + i]
                cooling_peak[lane] = states[_COOL_PEAK + i]
                if states[_HEAT_PEAK + i] > heating_peak[lane]:
                    heating_peak[lane] = states[_HEAT_PEAK + i]
                    for k in range(_DAY):
                        if buffers[np.uint64(k) * _HOUR + _HEAT + i] == states[_HEAT_PEAK + i]:
                            heating_peak_hour[lane] = first_hour + k
                            break
                if with_hourly:
                    for k in range(_DAY):
                        hourly[0, lane, first_hour + k] = buffers[np.uint64(k) * _HOUR + _HEAT + i]
                        hourly[1, lane, first_hour + k] = buffers[np.uint64(k) * _HOUR + _COOL + i]
                        hourly[2, lane, first_hour + k] = buffers[np.uint64(k) * _HOUR + _AIR + i]
            states[LANES : 4 * LANES] = 0.0
            if counted:
                for k in range(_DAY):
                    hour = np.uint64(k) * _HOUR
                    total[0, first_hour + k] += _weighted_sum(hour + _HEAT, weights, scratch, buffers)
                    total[1, first_hour + k] += _weighted_sum(hour + _COOL, weights, scratch, buffers)
    return Loads(heating, cooling, heating_peak, heating_peak_hour, cooling_peak, overheating, total, balance, hourly)
