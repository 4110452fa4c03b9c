import numpy as np
import pytest

from citytwin.synthetic.blocks import BlockKind
from citytwin.synthetic.register import COLUMNS, USE_TEXT, USES, building_key, register, use_codes


def test_building_key_has_the_check_character_of_its_digits():
    assert building_key(0) == "100000000" + "0123456789ABCDEFHJKLMNPRSTUVWXY"[100_000_000 % 31]
    assert len({building_key(k) for k in range(1000)}) == 1000


def test_shares_add_up_and_codes_have_names():
    for words, shares in USES.values():
        assert sum(shares) == pytest.approx(1.0)
        assert set(words) <= set(USE_TEXT)


def test_uses_follow_their_shares():
    codes = use_codes(np.full(20_000, BlockKind.PERIMETER), 0, np.arange(20_000))
    assert (codes == "039").mean() == pytest.approx(0.70, abs=0.01)
    assert (codes == "121").mean() == pytest.approx(0.05, abs=0.01)


def test_register_holds_every_column_typed():
    n = 3
    table = register(
        np.arange(n), np.full(n, 1970), np.array(["039"] * n, object), np.array([3, 4, 5]), np.full(n, 100.0),
        np.full(n, 1234.4), seed=0,
    )  # fmt: skip
    assert list(table) == list(COLUMNS)
    assert table["Kerroksia"].values.tolist() == [3.0, 4.0, 5.0]
    assert table["Kokonaisala"].values.tolist() == [300, 400, 500]
    assert table["Tilavuus"].values.tolist() == [1234] * n
    assert [value.name for value in table.entries(1)] == list(COLUMNS)
