import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.span_table import find_span, intern_code
from tests.naive import span_table as naive

TEXTS = st.text("ab", max_size=12).map(str.encode)


@given(st.lists(st.lists(TEXTS, max_size=12), max_size=4))
def test_found_rows_are_those_of_the_generation(generations):
    buffer = np.frombuffer(b"".join(t for texts in generations for t in texts) + bytes(8), np.uint8)
    slot, rows = np.zeros(64, np.int64), np.zeros(3 * 60, np.int64)
    n = place = 0
    for texts in generations:
        base, known = n, []
        for text in texts:
            start, place = place, place + len(text)
            row, where = find_span(buffer, start, place, slot, base, rows, 3)
            expected = naive.find_span(known, text)
            assert row == (base + expected if expected >= 0 else -1)
            if row < 0:
                rows[3 * n : 3 * n + 2] = start, place
                slot[where] = n + 1
                known.append(text)
                n += 1


@given(st.lists(st.tuples(*[st.integers(0, 2)] * 3, TEXTS, TEXTS), max_size=20))
def test_codes(items):
    buffer = np.frombuffer(b"".join(name + unit for *_, name, unit in items) + bytes(8), np.uint8)
    codes, slot = np.zeros((22, 7), np.int64), np.zeros(64, np.int32)
    keys, place = [], 0
    for item in items:
        *numbers, name, unit = item
        middle = place + len(name)
        codes[codes[-1, 0]] = (*numbers, place, middle, middle, middle + len(unit))
        place = middle + len(unit)
        assert intern_code(buffer, slot, codes) == naive.intern_code(keys, item)
    assert codes[-1, 0] == len(keys)
