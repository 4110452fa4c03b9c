from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citytwin.model.strings import Strings

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), max_size=8)


@given(TEXTS, TEXTS)
def test_behaves_like_a_list(a: list[str], b: list[str]) -> None:
    column = Strings.of(a)
    assert list(column) == a
    assert [column[i] for i in range(len(a))] == a
    assert list(column[::-1]) == a[::-1]
    assert list(Strings.concat([column, Strings.of(b)])) == a + b
    assert column.lookup == {text: a.index(text) for text in a}


def test_selection_and_freezing() -> None:
    column = Strings.of(["Töölö", "", "Kallio"])
    assert list(column[np.array([2, 0, 2])]) == ["Kallio", "Töölö", "Kallio"]
    assert column[-1] == "Kallio"
    assert not column.data.flags.writeable
    assert list(Strings.empty(2)) == ["", ""]
    assert list(Strings.concat([])) == []


@given(st.lists(st.sampled_from(["a", "b", "", "ä"]), max_size=9))
def test_repeated_strings_with_their_rows(texts: list[str]) -> None:
    expected = {text: [i for i, t in enumerate(texts) if t == text] for text in dict.fromkeys(texts)}
    assert Strings.of(texts).repeated() == {text: rows for text, rows in expected.items() if len(rows) > 1}


def test_a_column_that_is_a_window_of_another() -> None:
    whole = Strings.of(["a", "bb", "a", "bb"])
    window = Strings(whole.data, whole.offsets[1:])
    assert window.repeated() == {"bb": [0, 2]}
    assert window.hashes().tolist() == whole.hashes()[1:].tolist()
