import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.decimal import parse_decimals, read_decimals
from tests.naive import decimal as naive

DIGITS = st.text("0123456789", min_size=1, max_size=25)
NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(-3e7, 3e7).map(lambda value: f"{value:.3f}"),
    st.builds("{}.{}".format, DIGITS, DIGITS),
    st.builds("{}{}.{}e{}".format, st.sampled_from(["", "+", "-"]), DIGITS, DIGITS, st.integers(-330, 310)),
    st.builds("{}e{}".format, st.integers(2**53 - 5, 2**64), st.integers(-23, 23)),
    st.builds(".{}".format, DIGITS),
    st.builds("{}.".format, DIGITS),
)
BLANKS = st.text(" \t\n\r", min_size=1, max_size=3)


def bits(values):
    return [struct.pack("<d", value) for value in values]


def check(text):
    values, error = read_decimals(text)
    expected, expected_error = naive.parse_decimals(text)
    assert error == expected_error
    assert bits(values) == bits(expected)


@given(st.lists(st.tuples(NUMBERS, BLANKS), max_size=20))
def test_equals_float_bit_for_bit(tokens):
    check("".join(number + blank for number, blank in tokens).encode())


@given(st.lists(st.text("0123456789+-.eE_xnaif \n", max_size=8), max_size=6).map(" ".join))
def test_refuses_what_is_no_decimal(text):
    check(text.encode())


@pytest.mark.parametrize(
    "token", ["1_000", "nan", "NaN", "inf", "INF", "-inf", "1e", "1e+", ".", "+", "-", "e5", "1.2.3", "--1", "0x10"]
)
def test_refused_tokens(token):
    values, error = read_decimals(f"12.5 {token} 7".encode())
    assert values.tolist() == [12.5]
    assert error == 5


@pytest.mark.parametrize("token", ["１２", "1,5", "1\x00", "1\xa02", "1\x0b2"])
def test_refused_characters(token):
    assert read_decimals(token.encode())[1] == 0


def test_ties_and_neighbours_of_ties():
    """Halfway between two doubles, and a hair beside it."""
    check(
        b"9007199254740993 9007199254740993.0000000000000001 9007199254740992.9999999999999999 "
        b"1.00000000000000011102230246251565"
    )
    check(b"4503599627370496.5 4503599627370497.5 9007199254740995e1 18446744073709551615 1e22 1e23 4.35 0.000001")


def test_products_nearly_halfway_are_left_to_float():
    """Nearer to the middle between two doubles than the correction is accurate."""
    check(b"8692761610025147434e19 8889291335229268950e19 2218554609362715345e20 4542412017085891281e20")
    check(b"1578618027969908061e21 4244749007373241693e21 1644026581143329466e21 6183655005532789434e21")


@pytest.mark.parametrize("power", [20, 21, 22])
def test_quotients_nearest_to_halfway(power):
    """As near to an odd multiple M of half a unit as can be: digits 2**s - 10**power M = r 2**power."""
    tokens = []
    for s in range((10**power).bit_length() - 10, (10**power).bit_length() - 7):
        step = 2 ** (s - power)
        for r in (-2, -1, 1, 2):
            least = -r * pow(5**power, -1, step) % step
            for middle in range(least + 2**53 // step * step, 2**54, max(1, 2**48 // step) * step):
                digits, rest = divmod(10**power * middle + r * 2**power, 2**s)
                if rest == 0 and middle % 2 == 1 and 2**53 < digits < 10**19:
                    tokens.append(f"{digits}e-{power}")
    assert len(tokens) > 30
    check(" ".join(tokens).encode())


def test_zero_keeps_its_sign():
    values, _ = read_decimals(b"-0 0.000 -0e400 0e-400")
    assert bits(values) == bits([-0.0, 0.0, -0.0, 0.0])


def test_ordinary_coordinates_need_no_help():
    rng = np.random.default_rng(1)
    text = " ".join(f"{value:.{digits}f}" for value in rng.uniform(-3e7, 3e7, 200) for digits in (0, 3, 8))
    values = np.empty(600)
    found = parse_decimals(np.frombuffer(text.encode(), np.uint8), values)
    assert (found.n_tokens, found.error, len(found.slow)) == (600, -1, 0)
    assert values.tolist() == [float(token) for token in text.split()]


def test_nearly_all_numbers_of_17_digits_need_no_help():
    """The correction by the remainder is not only right but used."""
    rng = np.random.default_rng(2)
    digits = rng.integers(2**53, 10**17, 300)
    text = " ".join(f"{digit}e{power}" for digit, power in zip(digits, rng.integers(-22, 23, 300), strict=True))
    values = np.empty(300)
    found = parse_decimals(np.frombuffer(text.encode(), np.uint8), values)
    assert len(found.slow) <= 1
    expected = [float(token) for token in text.split()]
    assert all(value == truth for value, truth in zip(values, expected, strict=True) if not np.isnan(value))


def test_tokens_that_need_float_are_listed_with_their_place():
    text = b"1.5 -1e300 2 123456789012345678901234567890"
    values = np.empty(4)
    found = parse_decimals(np.frombuffer(text, np.uint8), values)
    assert found.slow.tolist() == [[1, 4, 10], [3, 13, 43]]
    assert np.isnan(values).tolist() == [False, True, False, True]


def test_many_tokens_that_need_float():
    check(b" ".join([b"1e-300"] * 100))


def test_numbers_beyond_the_output_are_counted_and_checked():
    values = np.zeros(2)
    found = parse_decimals(np.frombuffer(b"1 2 3 1e300", np.uint8), values)
    assert (found.n_tokens, found.error, len(found.slow), values.tolist()) == (4, -1, 0, [1, 2])
    assert parse_decimals(np.frombuffer(b"1 2 3 x", np.uint8), values).error == 6


@pytest.mark.parametrize("text", [b"", b" \n\t\r "])
def test_nothing(text):
    values, error = read_decimals(text)
    assert (len(values), error) == (0, -1)
