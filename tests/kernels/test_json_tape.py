import json

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from citytwin.kernels import json_tape as kernel
from tests.naive import json_tape as naive

WORDS = ("object", "array", "numbers", "string", "escaped", "integer", "decimal", "true", "false", "null")
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(-1e300, 1e300)
    | st.text(st.characters(codec="utf-8"), max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('abc\\"é', max_size=9), inner, max_size=4),
    max_leaves=25,
)


def tape(text, deepest=50):
    buffer = np.frombuffer(bytearray(text + bytes(8)), np.uint8)
    return kernel.json_tape(buffer, len(text), deepest)


def rows_of(found, text):
    names = [text[a:b] for a, b in zip(found.name_start, found.name_stop, strict=True)]
    assert len(set(names)) == len(names)
    return [
        (WORDS[kind], start, stop, names[key] if key >= 0 else None, parent)
        for kind, start, stop, key, parent in zip(
            found.kind, found.start, found.stop, found.key, found.parent, strict=True
        )
    ]


def only_numbers(rows, row):
    """Whether an array of the naive tape holds numbers, nulls and such arrays only, one at least."""
    inside = [other for other in range(len(rows)) if rows[other][4] == row]
    return inside != [] and all(
        rows[other][0] in ("integer", "decimal", "null") or (rows[other][0] == "array" and sound(rows, other))
        for other in inside
    )


def sound(rows, row):
    inside = [other for other in range(len(rows)) if rows[other][4] == row]
    return inside == [] or only_numbers(rows, row)


def check(text):
    """The kernel refuses what the naive tape refuses, and else has its rows but for those inside NUMBERS."""
    found = tape(text)
    expected = naive.json_tape(text)
    assert (found.status == kernel.WELL_FORMED) == (expected is not None)
    if expected is None:
        return
    number = {}
    kept = []
    rows = rows_of(found, text)
    for row, (word, start, stop, name, holder) in enumerate(expected):
        if holder >= 0 and holder not in number:
            continue
        if word == "array" and rows[len(kept)][0] == "numbers":
            assert only_numbers(expected, row)
            word = "numbers"
        else:
            number[row] = len(kept)
        kept.append((word, start, stop, name, number.get(holder, -1)))
    assert rows == kept


@given(st.lists(VALUES, max_size=3), st.sampled_from([None, 1]), st.booleans())
def test_equals_naive(values, indent, ascii_only):
    check("\n".join(json.dumps(value, indent=indent, ensure_ascii=ascii_only) for value in values).encode())


@given(st.text('[]{}",:0.1eE-+ntrue\\ud8c ', max_size=14).map(str.encode))
@example(b'{"a":1,}')
@example(b"[1,]")
@example(b"[[],1]")
@example(b'[1,{"a":[2]}]')
@example(b'["\\ud800"]')
@example(b'["\\ud83d\\ude00"]')
@example(b'["\\ud83d\\u0020"]')
@example(b"[-]")
@example(b"[01]")
@example(b"[1.]")
@example(b"[nul]")
@example(b'{"a" 1}')
@example(b"]")
@example(b"[1]]")
def test_refuses_what_the_naive_tape_refuses(text):
    check(text)


@given(VALUES, st.integers(0, 10**6), st.binary(min_size=1, max_size=2))
def test_damaged_texts(value, place, bytes_):
    text = json.dumps([value]).encode()
    place %= len(text)
    check(text[:place] + bytes_.replace(b"\x00", b"\x01") + text[place + 1 :])


def test_arrays_of_numbers_are_one_row():
    found = tape(b'[{"a": [[1, null], [-2.5e3]], "b": [[]], "c": [], "d": [true]}]')
    assert [WORDS[kind] for kind in found.kind] == ["array", "object", "numbers", "numbers", "array", "array", "true"]


def test_an_array_is_not_tried_again_and_again():
    """Each of the arrays around a text would be read to that text to learn that it holds more than numbers."""
    text = b"[" * 40 + b"1," * 5000 + b'"x"' + b"]" * 40
    assert rows_of(tape(text), text)[40:42] == [("integer", 40, 41, None, 39), ("integer", 42, 43, None, 39)]


@pytest.mark.parametrize(
    ("text", "status", "place"),
    [
        (b"[[[[1]]]]", kernel.TOO_DEEP, 2),
        (b'{"a": {"b": {"c": 1}}}', kernel.TOO_DEEP, 12),
        (b"[1e400]", kernel.TOO_LARGE, 1),
        (b"[" + b"1" * 400 + b"]", kernel.TOO_LARGE, 1),
        (b"[-1E+309, 1]", kernel.TOO_LARGE, 1),
        (b"[1, 2", kernel.MALFORMED, 5),
        (b'["a\nb"]', kernel.MALFORMED, 3),
        (b"[NaN]", kernel.MALFORMED, 1),
    ],
)
def test_what_is_wrong_and_where(text, status, place):
    found = tape(text, deepest=2)
    assert (found.status, found.place) == (status, place)


def test_small_numbers_with_large_exponents_are_no_trouble():
    assert tape(b"[0e-999, 1e-400, 1.5E307]").status == kernel.WELL_FORMED


def test_many_rows_and_names():
    """More than there is room for at first, several times over."""
    text = b"[" + b",".join(b'{"%d":{},"x":"%d"}' % (i, i) for i in range(3000)) + b"]"
    found = tape(text)
    assert len(found.kind) == 1 + 3 * 3000
    assert len(found.name_start) == 3001
    assert rows_of(found, text) == naive.json_tape(text)
