"""Decimal text to the nearest double, exactly as Python's ``float``, for whole coordinate lists at a time."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit

_POWERS = np.array([float(f"1e{power}") for power in range(23)])
"""The powers of ten that a double holds exactly."""

_VELTKAMP = 134217729.0
"""2**27 + 1: splits a double into two halves whose products are exact."""


class Decimals(NamedTuple):
    """What :func:`parse_decimals` found besides the numbers.

    Attributes
    ----------
    n_tokens : int
        Tokens in the buffer, those beyond the end of the output included; up to `error` where there is one.
    error : int
        Place in the buffer where the first token that is no decimal number starts, or -1.
    slow : int64, (k, 3)
        Index, start and stop of the tokens whose rounding this method cannot prove: hand their text to ``float``. Their
        places in the output hold NaN.
    """

    n_tokens: int
    error: int
    slow: NDArray[np.int64]


@jit
def _product_error(a: float, b: float, product: float) -> float:
    """Exact rounding error a * b - product (Dekker 1971)."""
    t = _VELTKAMP * a
    a_high = t - (t - a)
    a_low = a - a_high
    t = _VELTKAMP * b
    b_high = t - (t - b)
    b_low = b - b_high
    return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


@jit
def _scale(digits: int, exponent: int) -> float:
    """The double nearest to digits * 10**exponent, or NaN where that is not certain.

    Up to 2**53 both operands are exact and the machine rounds once. Above, the quotient or product is corrected by
    its exactly known remainder; the correction itself is accurate to 2**-51 of its parts, so that the result is
    certain when the correction moved up and down by 2**-50 rounds to the same double.
    """
    if exponent < -22 or exponent > 22:
        return math.nan
    power = _POWERS[abs(exponent)]
    if digits <= np.uint64(9007199254740992):
        if exponent < 0:
            return np.float64(digits) / power
        return np.float64(digits) * power
    high = np.float64(digits >> np.uint64(32)) * 4294967296.0
    low = np.float64(digits & np.uint64(4294967295))
    rounded = high + low
    rest = low - (rounded - high)
    if exponent < 0:
        value = rounded / power
        product = value * power
        remainder = (rounded - product) - _product_error(value, power, product)
        correction = (remainder + rest) / power
        margin = abs(correction) * 2.0**-50
    else:
        value = rounded * power
        error = _product_error(rounded, power, value)
        correction = error + rest * power
        margin = (abs(error) + abs(rest * power)) * 2.0**-50
    if value + (correction - margin) == value + (correction + margin):
        return value + correction
    return math.nan


@jit
def parse_decimals(buffer: NDArray[np.uint8], out: NDArray[np.float64]) -> Decimals:
    """Read decimal numbers separated by blanks.

    A number is ``[+-]? (digits [. digits?] | . digits) ([eE] [+-]? digits)?`` in ASCII, which is ``xs:double`` without
    INF and NaN; everything else (``1_000``, ``nan``, ``0x1p3``, full-width digits) is an error. Blanks are space, tab,
    line feed and carriage return.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
        The text, for instance all coordinate lists of a file joined by blanks.
    out : float64, (n,)
        Receives the numbers; numbers beyond its end are checked and counted but not kept.

    Returns
    -------
    Decimals
        Each number written is the double nearest to the text, bit for bit what ``float`` gives.

    References
    ----------
    W. D. Clinger, "How to read floating point numbers accurately", PLDI 1990, doi:10.1145/93542.93557.
    T. J. Dekker, "A floating-point technique for extending the available precision", Numerische Mathematik 18, 1971,
    doi:10.1007/BF01397083.
    """
    n = len(buffer)
    slow = np.empty((16, 3), np.int64)
    n_slow = 0
    count = 0
    i = 0
    while True:
        while i < n and (buffer[i] == 32 or buffer[i] == 10 or buffer[i] == 9 or buffer[i] == 13):
            i += 1
        if i == n:
            return Decimals(count, -1, slow[:n_slow].copy())
        start = i
        negative = buffer[i] == 45
        if negative or buffer[i] == 43:
            i += 1
        digits = np.uint64(0)
        n_kept = 0
        n_digits = 0
        exponent = 0
        exact = True
        fraction = False
        while i < n:
            digit = np.int64(buffer[i]) - 48
            if 0 <= digit <= 9:
                n_digits += 1
                if n_kept < 19:
                    digits = digits * np.uint64(10) + np.uint64(digit)
                    if digits > np.uint64(0):
                        n_kept += 1
                    if fraction:
                        exponent -= 1
                else:
                    exact = exact and digit == 0
                    if not fraction:
                        exponent += 1
            elif digit == -2 and not fraction:
                fraction = True
            else:
                break
            i += 1
        valid = n_digits > 0
        if valid and i < n and (buffer[i] == 101 or buffer[i] == 69):
            i += 1
            negative_exponent = i < n and buffer[i] == 45
            if negative_exponent or (i < n and buffer[i] == 43):
                i += 1
            valid = False
            power = 0
            while i < n:
                digit = np.int64(buffer[i]) - 48
                if digit < 0 or digit > 9:
                    break
                valid = True
                power = min(10 * power + digit, 1000000)
                i += 1
            exponent += -power if negative_exponent else power
        if not valid or (i < n and buffer[i] != 32 and buffer[i] != 10 and buffer[i] != 9 and buffer[i] != 13):
            return Decimals(count, start, slow[:n_slow].copy())
        if count < len(out):
            value = math.nan
            if digits == np.uint64(0):
                value = 0.0
            elif exact:
                value = _scale(digits, exponent)
            out[count] = -value if negative else value
            if math.isnan(value):
                if n_slow == len(slow):
                    slow = np.concatenate((slow, slow))  # twice the room
                slow[n_slow, 0] = count
                slow[n_slow, 1] = start
                slow[n_slow, 2] = i
                n_slow += 1
        count += 1


def read_decimals(text: bytes | bytearray | memoryview) -> tuple[NDArray[np.float64], int]:
    """All numbers of a text, exactly as ``float`` reads each, and where the first token that is no number starts.

    Parameters
    ----------
    text : bytes-like
        Decimal numbers separated by blanks.

    Returns
    -------
    values : float64, (n,)
        Finite unless the text holds a number too large for a double, which becomes infinite as in ``float``.
    error : int
        Place of the first token that is no decimal number, or -1; `values` ends before it.

    Examples
    --------
    >>> read_decimals(b"25496000.125 -3e2")
    (array([ 2.54960001e+07, -3.00000000e+02]), -1)
    >>> read_decimals(b"1 1_000")
    (array([1.]), 2)
    """
    buffer = np.frombuffer(text, np.uint8)
    values = np.empty((len(buffer) + 1) // 2)
    found = parse_decimals(buffer, values)
    for index, start, stop in found.slow:
        values[index] = float(bytes(text[start:stop]))
    return values[: found.n_tokens].copy(), int(found.error)
