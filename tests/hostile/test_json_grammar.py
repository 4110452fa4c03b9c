"""The tape takes a JSON text exactly where an independent decoder does, and sees the same in it."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import msgspec
import pytest

from citytwin.errors import CityReadError
from citytwin.io._json import JsonTape

BROKEN = [
    "", " ", "tru", "TRUE", "nul", "nulll", "None", "undefined", "01", "-01", "00", "-", "+1", ".5", "1.",
    "1.e5", "1e",
    "1e+", "1E-", "0x1", "1_0", "NaN", "-NaN", "Infinity", "-Infinity", "inf", "1,", ",1", "[1,]", "[,1]",
    "[1 2]", "[1,,2]",
    "[", "]", "[1", "{", "}", "{]", "[}", "{1: 2}", '{"a"}', '{"a":}', '{"a" 1}', '{"a": 1,}',
    '{"a": 1 "b": 2}', "{,}",
    '{"a": 1}}', "[]]", '"', '"a', "'a'", '"\\x41"', '"\\u12"', '"\\u12g4"', '"\\ud800"', '"\\udc00"',
    '"\\ud800\\u0041"',
    '"\\"', '"\n"', '"\t"', '"\x00"', '"\x1f"', "// x\n1", "/* x */ 1", "# x\n1", "\ufeff1", "\u00a01",
    "[1]\x00", '["a"b]',
    "[1.5.5]", "[--1]", "[1-2]", "[1e5.5]", '{"a": 1, "a"}', "{a: 1}", '"a" "b"', "[\x0b1]", "[\x0c1]",
    '{"a"::1}',
]  # fmt: skip
SOUND = [
    "0", "-0", "1", "-1", "10", "0.5", "-0.5e-7", "1e5", "1E+5", "1e-400", "12345678901234567890", "true",
    "false", "null",
    "[]", "{}", "[ ]", "{ }", '""', '"a"', '"\\u0041"', '"\\ud83d\\ude00"', '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
    '"\x7f"', '"ä€😀"',
    "[1, [2, {}], []]", '{"a": {"b": [1, {"c": null}]}}', " \t\r\n[1]\n ", '{"": 0}', '{"a": 1, "b": 1}',
    "[[[[[[]]]]]]",
]  # fmt: skip
WORDS = ["{", "}", "[", "]", ",", ":", '"', '"a"', '"b"', '""', " ", "\n", "1", "0", "-", ".", "e", "E", "+", "true",
    "null", "\\", "\\u00", "41", "ä", "\\ud83d", "\\ude00", "\t", "x", "[]", "{}", '"a":1', "1.5e3"]  # fmt: skip


def seen(text: str) -> Any:
    """What the tape makes of a text: its value, or None where it is refused."""
    try:
        tape = JsonTape(bytearray(text.encode()), "x.json")
    except CityReadError:
        return None
    return "several" if len(tape.roots) != 1 else [built(tape, int(tape.roots[0]))]


def built(tape: JsonTape, row: int) -> Any:
    """A value put together from its rows."""
    raw = tape.raw(row)
    below = [place for place in range(len(tape)) if tape.parent[place] == row]
    if not below:
        return json.loads(raw)
    if raw.startswith(b"{"):
        return {tape.names[tape.key[place]]: built(tape, place) for place in below}
    return [built(tape, place) for place in below]


def expected(text: str) -> Any:
    try:
        return [msgspec.json.decode(text.encode())]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


@pytest.mark.parametrize("text", BROKEN)
def test_broken(text: str) -> None:
    assert expected(text) is None
    assert seen(text) in (None, "several")
    assert seen(f'{{"x": [{text or "]"}]}}') is None or text in (" ", "")


@pytest.mark.parametrize("text", SOUND)
def test_sound(text: str) -> None:
    assert expected(text) is not None
    assert seen(text) == expected(text)
    assert seen(f'{{"x": [{text}]}}') == [{"x": [expected(text)[0]]}]


def test_random_texts() -> None:
    random = Random(5)
    sound = 0
    for _ in range(4000):
        text = "".join(random.choice(WORDS) for _ in range(random.randrange(1, 9)))
        if random.random() < 0.5:
            text = f"[{text}]"
        want, got = expected(text), seen(text)
        if got != "several":
            assert got == want, repr(text)
        else:
            assert want is None, repr(text)
        sound += want is not None
    assert sound > 100
