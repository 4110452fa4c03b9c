"""JSON as a tape: what arrays can be taken from it, and how what is wrong is named."""

from __future__ import annotations

import json

import numpy as np
import pytest

from citytwin.errors import CityReadError
from citytwin.io._json import JsonTape, Unfit, decode
from citytwin.kernels.json_tape import OBJECT, STRING

TEXT = '{"a": {"b": "x", "c": [1, 2]}, "d": [{"b": "y\\u00e9"}, {"b": null}, {"b": "x"}, {}]}'


def tape(text: str = TEXT) -> JsonTape:
    return JsonTape(bytearray(text.encode()), "file.json")


def rows(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def test_children_and_members() -> None:
    found = tape()
    assert found.roots.tolist() == [0]
    (a, d), holders = found.children(rows(0))
    assert holders.tolist() == [0, 0]
    assert [found.names[found.key[row]] for row in (a, d)] == ["a", "d"]
    items, holders = found.children(rows(d, a))
    assert holders.tolist() == [0] * 4 + [1] * 2
    members = found.members(np.concatenate([[-1], items[:4]]), "b")
    assert [found.raw(row).decode() if row >= 0 else None for row in members] == [
        None,
        '"y\\u00e9"',
        "null",
        '"x"',
        None,
    ]
    assert list(found.texts(members)) == ["", "yé", "", "x", ""]
    assert found.members(rows(0), "b").tolist() == [-1]
    assert found.members(rows(0), "nowhere").tolist() == [-1]


def test_members_of_the_wrong_kind() -> None:
    found = tape()
    with pytest.raises(Unfit, match="a is something else") as caught:
        found.members(rows(0), "a", STRING)
    assert caught.value.row == 1
    assert found.members(rows(0), "a", OBJECT).tolist() == [1]


def test_members_that_repeat() -> None:
    found = tape('{"a": 1, "\\u0061": 2, "b": {"a": 3}}')
    with pytest.raises(Unfit, match="a stands twice") as caught:
        found.members(rows(0), "a")
    assert caught.value.row == 1
    assert found.members(rows(3), "a").tolist() == [4]


def test_distinct_words() -> None:
    found = tape('["b", "a", "\\u0062", "b", "", "2", 2]')
    code, words = found.distinct(np.arange(1, 8))
    assert [words[i] for i in code] == ["b", "a", "b", "b", "", "2", "2"]
    assert len(set(code.tolist())) == 4


@pytest.mark.parametrize("words", [["a", "", "äö"], ['say "x"', "back\\slash", "new\nline"], []])
def test_words(words: list[str]) -> None:
    found = tape(json.dumps(words))
    assert found.words(np.arange(1, 1 + len(words))) == words
    assert list(found.texts(np.arange(1, 1 + len(words)))) == words


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('{\n"a": [1,\n2,]}', 3, "well-formed"),
        ('\n{"a": NaN}', 2, "well-formed"),
        ('{"a": "\\ud800"}', 1, "well-formed"),
        ("[" * 600, 1, "deep"),
        ("[\n\n1e999]", 3, "beyond"),
        ("", 1, ""),
    ],
)
def test_what_is_wrong(text: str, line: int, reason: str) -> None:
    if not reason:
        assert len(tape(text)) == 0
        return
    with pytest.raises(CityReadError, match=reason) as caught:
        tape(text)
    assert caught.value.line == line
    assert caught.value.advice


def test_values_that_do_not_decode_have_a_line() -> None:
    found = tape('[\n{"x": [1,\n"a"]}]')
    with pytest.raises(CityReadError) as caught:
        found.value(2, list[int])
    assert caught.value.line == 2
    with pytest.raises(CityReadError) as caught:
        decode(b'{"a":\n}', "file.json", 5)
    assert caught.value.line == 6
