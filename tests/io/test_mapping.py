from __future__ import annotations

from pathlib import Path

import pytest

from citytwin.errors import CityReadError
from citytwin.io import read_mapping


def test_reads_meanings(tmp_path: Path) -> None:
    path = tmp_path / "de.toml"
    path.write_text('[year_built]\nnames = ["Baujahr"]\n')
    assert read_mapping(path) == {"year_built": {"names": ["Baujahr"]}}


@pytest.mark.parametrize(
    ("text", "reason"), [("names = [", "not a TOML file"), ("year_built = 3", "'year_built' is no table")]
)
def test_says_what_is_wrong(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "de.toml"
    path.write_text(text)
    with pytest.raises(CityReadError, match=reason):
        read_mapping(path)
    with pytest.raises(CityReadError, match="Check the path"):
        read_mapping(tmp_path / "none.toml")
