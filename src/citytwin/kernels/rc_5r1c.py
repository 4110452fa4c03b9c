"""Hourly heating and cooling need of many zones by the 5R1C network of ISO 13790:2008, Annex C."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit

LANES = 64
"""Zones that advance together through time: their coefficients and states stay in the first-level cache."""

_DAY = 24
_MONTHS = 12
_N_COEFFICIENTS = 13
_FIXED_ROWS = 5
_N_STATES = 7
_N_BUFFERS = 9


class Zones(NamedTuple):
    """Zones, one entry a lane; all but the two index arrays are float64 of shape (n,) unless stated.

    Conductances are in W/K. `h_ve` must be above 0, and `h_em` is the conductance between mass and outdoor air that
    remains of the opaque envelope in series behind `h_ms`.
    """

    row: NDArray[np.int64]
    """Row of the solar arrays."""
    profile: NDArray[np.int64]
    """Row of the profiles."""
    h_ve: NDArray[np.float64]
    """(n, 2): ventilation and infiltration in the first and the second ventilation state."""
    h_w: NDArray[np.float64]
    """Windows and other elements without mass."""
    h_em: NDArray[np.float64]
    h_ms: NDArray[np.float64]
    """Mass to surface node, 9.1 W/(m2 K) times the effective mass area."""
    h_is: NDArray[np.float64]
    """Surface to air node, 3.45 W/(m2 K) times the total internal area."""
    capacity: NDArray[np.float64]
    """Internal heat capacity, W h/K."""
    mass_share: NDArray[np.float64]
    """Share of radiant gains that the mass node takes, effective mass area over total internal area."""
    gain_scale: NDArray[np.float64]
    """Factor on the internal gains of the profile, for example the floor area in m2."""
    glazing_scale: NDArray[np.float64]
    """Factor on the transmitted solar gains of the row."""
    opaque_scale: NDArray[np.float64]
    """Factor on the solar gains through opaque elements of the row."""
    drives: NDArray[np.float64]
    """(n, k): heat into the mass node, W per unit of each shared drive."""
    heating_offset: NDArray[np.float64]
    """Added to the heating set-point of the profile, K."""
    cooling_offset: NDArray[np.float64]
    """Added to the cooling set-point of the profile, K."""
    heating_limit: NDArray[np.float64]
    """Largest heating power, W; inf where unlimited, 0 where there is none."""
    cooling_limit: NDArray[np.float64]
    """Largest cooling power, W, likewise."""
    weight: NDArray[np.float64]
    """Weight in the hourly totals; 0 for zones that only serve statistics."""


class Profiles(NamedTuple):
    """Profiles of use, arrays of shape (p, period): entry h of the year reads column ``h % period``."""

    gains: NDArray[np.float64]
    """Internal gains, W per unit of `gain_scale`."""
    heating_setpoint: NDArray[np.float64]
    """Degrees Celsius."""
    cooling_setpoint: NDArray[np.float64]
    """Degrees Celsius."""
    ventilation_state: NDArray[np.int8]
    """0 or 1: column of `h_ve`."""


class Climate(NamedTuple):
    """What all zones share, by hour; its float type is that of the computation."""

    temp_air: NDArray[np.floating]
    """(hours,): outdoor air, degrees Celsius; also the supply air, recovery is part of `h_ve`."""
    drives: NDArray[np.floating]
    """(k, hours): shared drives of the mass node, for example sky minus air temperature in K."""
    month_of_day: NDArray[np.int64]
    """(hours / 24,): 0-11."""
    summer_start: int
    """First hour in which overheating counts."""
    summer_stop: int
    """First hour in which it no longer counts."""


class Loads(NamedTuple):
    """What the zones need; energy in W h, power in W (hourly means)."""

    heating: NDArray[np.float64]
    """(n, 12), W h."""
    cooling: NDArray[np.float64]
    """(n, 12), W h."""
    heating_peak: NDArray[np.float64]
    """(n,), W."""
    heating_peak_hour: NDArray[np.int64]
    """(n,), first hour of the peak, -1 where nothing is heated."""
    cooling_peak: NDArray[np.float64]
    """(n,), W."""
    overheating: NDArray[np.float64]
    """(n,), K h of air temperature above the limit in summer."""
    total: NDArray[np.float64]
    """(2, hours): weighted sum of heating and of cooling, W."""
    balance: NDArray[np.float64]
    """(n, 6), W h: gains, heat into the mass node from outside, ventilation loss, loss through windows, loss through opaque
    elements, rise of stored heat; (0, 6) where not asked for. Heating - cooling + the first two equals the other four."""
    hourly: NDArray[np.float32]
    """(3, n, hours): heating W, cooling W, air temperature in degrees Celsius; (3, 0, 0) where not asked for."""


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
    b_mass = (zones.capacity[lane] - half) / d
    b_out = (zones.h_em[lane] + h_3 * (h_w + h_1) / h_2) / d
    b_gain = (zones.mass_share[lane] + h_3 * surface_share / h_2) / d
    b_air = h_3 * h_1 / (h_ve * h_2) / d
    b_node = 1.0 / d
    n = h_ms + h_w + h_1
    e = h_is + h_ve
    a_mass = h_is * h_ms * (1.0 + b_mass) / (2.0 * n * e)
    a_out = (h_is * (0.5 * h_ms * b_out + h_w + h_1) / n + h_ve) / e
    a_gain = h_is * (0.5 * h_ms * b_gain + surface_share) / (n * e)
    a_air = (h_is * (0.5 * h_ms * b_air + h_1 / h_ve) / n + 1.0) / e
    a_node = h_is * h_ms * b_node / (2.0 * n * e)
    first = state * _N_COEFFICIENTS
    packed[first, column] = b_mass
    packed[first + 1, column] = b_out
    packed[first + 2, column] = b_gain * zones.glazing_scale[lane]
    packed[first + 3, column] = 0.5 * (b_gain + b_air) * zones.gain_scale[lane]
    packed[first + 4, column] = b_node
    packed[first + 5, column] = b_air
    packed[first + 6, column] = a_mass
    packed[first + 7, column] = a_out
    packed[first + 8, column] = a_gain * zones.glazing_scale[lane]
    packed[first + 9, column] = 0.5 * (a_gain + a_air) * zones.gain_scale[lane]
    packed[first + 10, column] = a_node
    packed[first + 11, column] = a_air
    packed[first + 12, column] = 1.0 / a_air


@jit
def _spread(
    table: NDArray[np.generic], rows: NDArray[np.int64], lanes: int, hour: int, first: int, buffers: NDArray[np.floating]
) -> None:
    """Copy one day of the row each lane reads into 24 rows of `buffers`; lanes that share a row are filled together."""
    period = table.shape[1]
    lane = 0
    while lane < lanes:
        row = rows[lane]
        stop = lane + 1
        while stop < lanes and rows[stop] == row:
            stop += 1
        for k in range(_DAY):
            value = table[row, (hour + k) % period]
            for i in range(lane, stop):
                buffers[first + k, i] = value
        lane = stop


@jit
def _select_state(lanes: int, on: int, packed: NDArray[np.floating], buffers: NDArray[np.floating]) -> int:
    """Row of `packed` at which the coefficients of this hour begin; mixed states are gathered into a third set."""
    switched = 0
    for i in range(lanes):
        switched += buffers[on, i] > 0.5
    if switched == 0:
        return 0
    if switched == lanes:
        return _N_COEFFICIENTS
    third = 2 * _N_COEFFICIENTS
    for r in range(_N_COEFFICIENTS):
        for i in range(lanes):
            second = packed[_N_COEFFICIENTS + r, i]
            packed[third + r, i] = second if buffers[on, i] > 0.5 else packed[r, i]
    return third


@jit
def _node_heat(
    lanes: int, hour: int, k: int, drives: NDArray[np.floating], fixed: NDArray[np.floating], buffers: NDArray[np.floating]
) -> None:
    """Heat into the mass node from outside, W, written to the row of the opaque solar gains of hour `k` of the day."""
    opaque = _DAY + k
    for i in range(lanes):
        buffers[opaque, i] *= fixed[0, i]
    for j in range(len(drives)):
        value = drives[j, hour]
        for i in range(lanes):
            buffers[opaque, i] += fixed[_FIXED_ROWS + j, i] * value


@jit
def _step(
    lanes: int,
    k: int,
    hour: int,
    t_out: float,
    counted: float,
    limit: float,
    c: int,
    packed: NDArray[np.floating],
    fixed: NDArray[np.floating],
    states: NDArray[np.floating],
    buffers: NDArray[np.floating],
) -> None:
    """Advance all lanes of a block by one hour."""
    zero = t_out - t_out
    for i in range(lanes):
        mass = states[0, i]
        sun = buffers[k, i]
        node = buffers[_DAY + k, i]
        gain = buffers[2 * _DAY + k, i]
        free = (
            packed[c + 6, i] * mass
            + packed[c + 7, i] * t_out
            + packed[c + 8, i] * sun
            + packed[c + 9, i] * gain
            + packed[c + 10, i] * node
        )
        per_kelvin = packed[c + 12, i]
        heat = (buffers[3 * _DAY + k, i] + fixed[1, i] - free) * per_kelvin
        heat = heat if heat > zero else zero
        heat = heat if heat < fixed[3, i] else fixed[3, i]
        cool = (free - buffers[4 * _DAY + k, i] - fixed[2, i]) * per_kelvin
        cool = cool if cool > zero else zero
        cool = cool if cool < fixed[4, i] else fixed[4, i]
        power = heat - cool
        air = free + packed[c + 11, i] * power
        states[0, i] = (
            packed[c, i] * mass
            + packed[c + 1, i] * t_out
            + packed[c + 2, i] * sun
            + packed[c + 3, i] * gain
            + packed[c + 4, i] * node
            + packed[c + 5, i] * power
        )
        states[1, i] += heat
        states[2, i] += cool
        above = (air - limit) * counted
        states[3, i] += above if above > zero else zero
        peak = states[4, i]
        states[5, i] = hour if heat > peak else states[5, i]
        states[4, i] = heat if heat > peak else peak
        peak = states[6, i]
        states[6, i] = cool if cool > peak else peak
        buffers[6 * _DAY + k, i] = heat
        buffers[7 * _DAY + k, i] = cool
        buffers[8 * _DAY + k, i] = air


@jit
def _add_balance(
    zones: Zones,
    start: int,
    lanes: int,
    k: int,
    t_out: float,
    before: NDArray[np.float64],
    states: NDArray[np.floating],
    buffers: NDArray[np.floating],
    balance: NDArray[np.float64],
) -> None:
    """Add the heat flows of one hour, each from its own temperatures, so that closing the balance is a check."""
    for i in range(lanes):
        lane = start + i
        on = 1 if buffers[5 * _DAY + k, i] > 0.5 else 0
        h_ve = zones.h_ve[lane, on]
        internal = zones.gain_scale[lane] * buffers[2 * _DAY + k, i]
        radiant = 0.5 * internal + zones.glazing_scale[lane] * buffers[k, i]
        into_air = 0.5 * internal + buffers[6 * _DAY + k, i] - buffers[7 * _DAY + k, i]
        air = np.float64(buffers[8 * _DAY + k, i])
        surface = ((zones.h_is[lane] + h_ve) * air - h_ve * t_out - into_air) / zones.h_is[lane]
        mass = 0.5 * (before[i] + states[0, i])
        lost = zones.mass_share[lane] * zones.h_w[lane] / zones.h_ms[lane]
        balance[lane, 0] += 0.5 * internal + radiant
        balance[lane, 1] += buffers[_DAY + k, i]
        balance[lane, 2] += h_ve * (air - t_out)
        balance[lane, 3] += zones.h_w[lane] * (surface - t_out) + lost * radiant
        balance[lane, 4] += zones.h_em[lane] * (mass - t_out)
        balance[lane, 5] += zones.capacity[lane] * (states[0, i] - before[i])


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
    ISO 13790:2008, 7.2.2 and Annex C (equations C.1 to C.11). Valid for one zone with one air temperature, hourly steps,
    supply air at outdoor temperature (heat recovery as a lower conductance) and half of the internal gains convective.
    """
    n = len(zones.row)
    hours = len(climate.temp_air)
    days = hours // _DAY
    dtype = climate.temp_air.dtype
    limit = dtype.type(overheating_limit)
    heating = np.zeros((n, _MONTHS))
    cooling = np.zeros((n, _MONTHS))
    heating_peak = np.zeros(n)
    heating_peak_hour = np.zeros(n, np.int64)
    cooling_peak = np.zeros(n)
    overheating = np.zeros(n)
    total = np.zeros((2, hours))
    balance = np.zeros((n if with_balance else 0, 6))
    hourly = np.zeros((3, n if with_hourly else 0, hours if with_hourly else 0), np.float32)

    n_drives = len(climate.drives)
    packed = np.zeros((3 * _N_COEFFICIENTS, LANES), dtype)
    fixed = np.zeros((_FIXED_ROWS + n_drives, LANES), dtype)
    states = np.zeros((_N_STATES, LANES), dtype)
    buffers = np.zeros((_N_BUFFERS * _DAY, LANES), dtype)
    before = np.zeros(LANES)

    for start in range(0, n, LANES):
        lanes = min(LANES, n - start)
        rows = zones.row[start : start + lanes]
        profile = zones.profile[start : start + lanes]
        for i in range(lanes):
            lane = start + i
            _collapse(zones, lane, 0, i, packed)
            _collapse(zones, lane, 1, i, packed)
            fixed[0, i] = zones.opaque_scale[lane]
            fixed[1, i] = zones.heating_offset[lane]
            fixed[2, i] = zones.cooling_offset[lane]
            fixed[3, i] = zones.heating_limit[lane]
            fixed[4, i] = zones.cooling_limit[lane]
            for j in range(n_drives):
                fixed[_FIXED_ROWS + j, i] = zones.drives[lane, j]
            states[:, i] = 0.0
            states[0, i] = profiles.heating_setpoint[profile[i], 0] + zones.heating_offset[lane]

        for d in range(-warm_up_days, days):
            day = d % days
            first_hour = day * _DAY
            if d == 0:
                for i in range(lanes):
                    states[1:, i] = 0.0
                    states[5, i] = -1.0
            _spread(solar_glazing, rows, lanes, first_hour, 0, buffers)
            _spread(solar_opaque, rows, lanes, first_hour, _DAY, buffers)
            _spread(profiles.gains, profile, lanes, first_hour, 2 * _DAY, buffers)
            _spread(profiles.heating_setpoint, profile, lanes, first_hour, 3 * _DAY, buffers)
            _spread(profiles.cooling_setpoint, profile, lanes, first_hour, 4 * _DAY, buffers)
            _spread(profiles.ventilation_state, profile, lanes, first_hour, 5 * _DAY, buffers)
            for k in range(_DAY):
                hour = first_hour + k
                t_out = climate.temp_air[hour]
                summer = climate.summer_start <= hour < climate.summer_stop
                counted = dtype.type(1.0) if summer else dtype.type(0.0)
                c = _select_state(lanes, 5 * _DAY + k, packed, buffers)
                _node_heat(lanes, hour, k, climate.drives, fixed, buffers)
                if with_balance:
                    for i in range(lanes):
                        before[i] = states[0, i]
                _step(lanes, k, hour, t_out, counted, limit, c, packed, fixed, states, buffers)
                if with_balance and d >= 0:
                    _add_balance(zones, start, lanes, k, t_out, before, states, buffers, balance)
            if d < 0:
                continue
            month = climate.month_of_day[day]
            for i in range(lanes):
                lane = start + i
                heating[lane, month] += states[1, i]
                cooling[lane, month] += states[2, i]
                overheating[lane] += states[3, i]
                states[1:4, i] = 0.0
                weight = zones.weight[lane]
                if weight != 0.0:
                    for k in range(_DAY):
                        total[0, first_hour + k] += weight * buffers[6 * _DAY + k, i]
                        total[1, first_hour + k] += weight * buffers[7 * _DAY + k, i]
                if with_hourly:
                    for k in range(_DAY):
                        hourly[0, lane, first_hour + k] = buffers[6 * _DAY + k, i]
                        hourly[1, lane, first_hour + k] = buffers[7 * _DAY + k, i]
                        hourly[2, lane, first_hour + k] = buffers[8 * _DAY + k, i]
        for i in range(lanes):
            heating_peak[start + i] = states[4, i]
            heating_peak_hour[start + i] = int(states[5, i])
            cooling_peak[start + i] = states[6, i]

    return Loads(
        heating, cooling, heating_peak, heating_peak_hour, cooling_peak, overheating, total, balance, hourly
    )
