"""Names that come out of an input never lead out of its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from citytwin.errors import CityReadError
from citytwin.io._paths import resolve


@pytest.mark.parametrize("name", ["a.b3dm", "tiles/0/a.b3dm", "a%20b.jpg", "x/../a.b3dm", "a.b3dm?v=1#part", "ä.png"])
def test_inside(tmp_path: Path, name: str) -> None:
    assert resolve(tmp_path, name).is_relative_to(tmp_path.resolve())


@pytest.mark.parametrize(
    "name",
    ["../a", "a/../../b", "/etc/passwd", "..%2fa", "%2e%2e/a", "http://x/a", "file:///etc/passwd", "data:text/plain,a",
     "C:\\x", "C:/x", "c:x", "..\\a", "a\x00b", "//host/a", "", ".", "#x", "%00", "a%5c..%5cb"],
)  # fmt: skip
def test_outside(tmp_path: Path, name: str) -> None:
    with pytest.raises(CityReadError, match="refused reference"):
        resolve(tmp_path, name)


def test_link_out_of_the_folder(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(CityReadError):
        resolve(root, "link/secret")
