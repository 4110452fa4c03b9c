"""Decimal text to the nearest double, exactly as Python's ``float``, for whole coordinate lists at a time."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.swar import first_byte, word
from citytwin.kernels.xml_tokens import is_blank

_VELTKAMP = 134217729.0
"""2**27 + 1: splits a double into two halves whose products are exact."""


def _power(exponent: int) -> tuple[float, float, float, float]:
    power = float(f"1e{exponent}")
    t = _VELTKAMP * power
    high = t - (t - power)
    return power, high, power - high, 1.0 / power


_POWERS = np.array([_power(exponent) for exponent in range(23)])
"""The powers of ten that a double holds exactly, the two halves of each, and its reciprocal."""

_TENS = np.array([10**power for power in range(9)], np.uint64)

_ZEROS = np.uint64(0x3030303030303030)
_SEVENS = np.uint64(0x7F7F7F7F7F7F7F7F)
_ABOVE_NINE = np.uint64(0x7676767676767676)
_HIGH_BITS = np.uint64(0x8080808080808080)
_EVEN_BYTES = np.uint64(0x00FF00FF00FF00FF)
_EVEN_PAIRS = np.uint64(0x0000FFFF0000FFFF)
_HALF = np.uint64(0xFFFFFFFF)


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


@jit(borrows=True)
def _product_error(a: float, b_high: float, b_low: float, product: float) -> float:
    """Exact rounding error a * (b_high + b_low) - product (Dekker 1971)."""
    t = _VELTKAMP * a
    a_high = t - (t - a)
    a_low = a - a_high
    return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


@jit(borrows=True)
def _scale(digits: int, exponent: int) -> float:
    """The double nearest to digits * 10**exponent, or NaN where that is not certain.

    Up to 2**53 both operands are exact and the machine rounds once. Above, a quotient (within two units of its last
    place, as it is a product with the reciprocal) or product is corrected by its remainder, known to 2**-52 of itself;
    the correction is accurate to 2**-51 of its parts, so that the result is certain when the correction moved up and
    down by 2**-50 rounds to the same double.
    """
    if exponent < -22 or exponent > 22:
        return math.nan
    row = abs(exponent)
    power = _POWERS[row, 0]
    if digits <= np.uint64(9007199254740992):
        if exponent < 0:
            return np.float64(digits) / power
        return np.float64(digits) * power
    high = np.float64(digits >> np.uint64(32)) * 4294967296.0
    low = np.float64(digits & np.uint64(4294967295))
    rounded = high + low
    rest = low - (rounded - high)
    if exponent < 0:
        reciprocal = _POWERS[row, 3]
        value = rounded * reciprocal
        product = value * power
        remainder = (rounded - product) - _product_error(value, _POWERS[row, 1], _POWERS[row, 2], product)
        correction = (remainder + rest) * reciprocal
        margin = (abs(remainder) + abs(rest)) * reciprocal * 2.0**-50
    else:
        value = rounded * power
        error = _product_error(rounded, _POWERS[row, 1], _POWERS[row, 2], value)
        correction = error + rest * power
        margin = (abs(error) + abs(rest * power)) * 2.0**-50
    if value + (correction - margin) == value + (correction + margin):
        return value + correction
    return math.nan


@jit(borrows=True)
def _long_digits(buffer: NDArray[np.uint8], start: int, stop: int) -> tuple[np.uint64, int, bool]:
    """The first 19 significant digits, the power of ten that goes with them, and whether none was lost thereby."""
    digits = np.uint64(0)
    n_kept = 0
    exponent = 0
    exact = True
    fraction = False
    for i in range(start, stop):
        digit = np.int64(buffer[i]) - 48
        if digit < 0:
            fraction = True
        elif n_kept < 19:
            digits = digits * np.uint64(10) + np.uint64(digit)
            if digits > np.uint64(0):
                n_kept += 1
            if fraction:
                exponent -= 1
        else:
            exact = exact and digit == 0
            if not fraction:
                exponent += 1
    return digits, exponent, exact


@jit(borrows=True)
def _digits(buffer: NDArray[np.uint8], start: int, digits: np.uint64, n_digits: int) -> tuple[np.uint64, int]:
    """Take in the decimal digits at `start`, up to eight at a time, as long as there are 19 in all at most.

    Returns the number and the place behind the digits, which is right for more than 19, too.
    """
    i = start
    while True:
        bits = word(buffer, i) ^ _ZEROS
        others = (((bits & _SEVENS) + _ABOVE_NINE) | bits) & _HIGH_BITS
        if others == np.uint64(0):
            run = 8
        else:
            run = first_byte(others)
            if run == 0:
                return digits, i
            bits <<= np.uint64(64 - 8 * run)
        i += run
        n_digits += run
        if n_digits <= 19:
            pairs = np.uint64(10) * (bits & _EVEN_BYTES) + ((bits >> np.uint64(8)) & _EVEN_BYTES)
            fours = np.uint64(100) * (pairs & _EVEN_PAIRS) + ((pairs >> np.uint64(16)) & _EVEN_PAIRS)
            eight = np.uint64(10000) * (fours & _HALF) + (fours >> np.uint64(32))
            digits = digits * _TENS[run] + eight
        if run < 8:
            return digits, i


@jit(borrows=True)
def decimals_until(
    buffer: NDArray[np.uint8],
    start: int,
    stop: int,
    end: int,
    out: NDArray[np.float64],
    count: int,
    slow: NDArray[np.int64],
    n_slow: int,
) -> tuple[int, int, int]:
    """Read decimal numbers separated by blanks, up to the byte `end`; see :func:`parse_decimals`.

    Parameters
    ----------
    buffer : uint8, (n_bytes,)
        Goes on for eight bytes or more behind `stop`. The byte at `stop` is a blank, `end`, or another that no number
        goes on with: one that would run on beyond `stop` counts as none.
    start : int
    stop : int
        Behind the last byte to read.
    end : int
        Byte that ends the list; 32 where `stop` alone does.
    out : float64, (n,)
        Receives the numbers from index `count` on; those beyond its end are checked and counted but not kept.
    count : int
    slow : int64, (k, 3)
        Receives index, start and stop of the tokens to be handed to ``float``, from row `n_slow` on, as far as it goes.
    n_slow : int

    Returns
    -------
    place, count, n_slow : int
        Where reading ended: `stop`, the place of `end`, or of the first token that is no number; numbers and slow
        tokens so far, those beyond the arrays included.
    """
    i = start
    while True:
        while i < stop and is_blank(buffer[i]):
            i += 1
        if i == stop or buffer[i] == end:
            return i, count, n_slow
        token = i
        negative = buffer[i] == 45
        if negative or buffer[i] == 43:
            i += 1
        first = i
        digits, i = _digits(buffer, i, np.uint64(0), 0)
        n_digits = i - first
        exponent = 0
        if buffer[i] == 46:
            point = i + 1
            digits, i = _digits(buffer, point, digits, n_digits)
            exponent = point - i
            n_digits -= exponent
        exact = True
        if n_digits > 19:
            digits, exponent, exact = _long_digits(buffer, first, i)
        valid = n_digits > 0
        if valid and (buffer[i] == 101 or buffer[i] == 69):
            i += 1
            negative_exponent = buffer[i] == 45
            if negative_exponent or buffer[i] == 43:
                i += 1
            valid = False
            power = 0
            while i < stop:
                digit = np.int64(buffer[i]) - 48
                if digit < 0 or digit > 9:
                    break
                valid = True
                power = min(10 * power + digit, 1000000)
                i += 1
            exponent += -power if negative_exponent else power
        if not valid or i > stop or (i < stop and buffer[i] != end and not is_blank(buffer[i])):
            return token, count, n_slow
        if count < len(out):
            value = math.nan
            if digits == np.uint64(0):
                value = 0.0
            elif exact:
                value = _scale(digits, exponent)
            out[count] = -value if negative else value
            if math.isnan(value):
                if n_slow < len(slow):
                    slow[n_slow, 0] = count
                    slow[n_slow, 1] = token
                    slow[n_slow, 2] = i
                n_slow += 1
        count += 1


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
    padded = np.full(n + 8, 32, np.uint8)
    padded[:n] = buffer
    room = 16
    while True:
        slow = np.empty((room, 3), np.int64)
        place, count, n_slow = decimals_until(padded, 0, n, 32, out, 0, slow, 0)
        if n_slow <= room:
            return Decimals(count, place if place < n else -1, slow[:n_slow].copy())
        room = n_slow


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
