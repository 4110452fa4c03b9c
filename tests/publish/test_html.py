import numpy as np
import pandas as pd
import pytest

from citytwin.publish.html import card, flag, number, table


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (np.nan, ""), (True, "yes"), (3, "3"), (61.0, "61"), (1234567.8, "1,234,568"), (45.67, "45.7"),
     (0.456, "0.456")],
)  # fmt: skip
def test_number(value, text):
    assert number(value) == text


def test_table_escapes_and_aligns():
    frame = pd.DataFrame({"name": ["<b>", None], "value": [1.5, np.nan], "year": [2013.0, np.nan]})
    html = table(frame, {"value": "kWh"}, plain=("year",))
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
    assert '<td class="number">1.50</td><td class="number">2013</td>' in html
    assert "<th>name</th>" in html
    assert '<th class="number">kWh</th>' in html
    assert "nan" not in html


def test_cards_and_flags_escape():
    assert "a &amp; b" in card("a & b", "1", "")
    assert "&lt;script&gt;" in flag("<script>")
