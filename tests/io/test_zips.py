"""The directory of a zip archive is counted before it is read, whatever the archive says of itself."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from citytwin.errors import CityReadError
from citytwin.io import ReadLimits
from citytwin.io._zips import last_part, open_archive
from tests.hostile.corpus_archives import many_members, packed

LIMITS = ReadLimits(archive_members=10)


def archive(folder: Path, data: bytes) -> Path:
    path = folder / "a.zip"
    path.write_bytes(data)
    return path


def test_as_many_as_allowed(tmp_path: Path) -> None:
    with open_archive(archive(tmp_path, many_members(10)), LIMITS) as opened:
        assert len(opened.namelist()) == 10


@pytest.mark.parametrize("data", [many_members(11), many_members(11, directory=1), many_members(70_000)])
def test_one_too_many(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(CityReadError, match="more than 10 members"):
        open_archive(archive(tmp_path, data), LIMITS)


def test_marks_on_the_edge_of_what_is_read_at_once(tmp_path: Path) -> None:
    """Directories of several megabytes: no entry is counted twice, none is missed."""
    path = archive(tmp_path, many_members(12_000, name="{}" + "x" * 200))
    with open_archive(path, ReadLimits(archive_members=12_000)):
        pass
    with pytest.raises(CityReadError, match="members"):
        open_archive(path, ReadLimits(archive_members=11_999))


def test_an_archive_in_an_archive_is_one_member(tmp_path: Path) -> None:
    inner = packed(*((f"{i}.gml", "<x/>") for i in range(9)))
    with open_archive(archive(tmp_path, packed(("i.zip", inner), method=zipfile.ZIP_STORED)), LIMITS) as opened:
        assert opened.namelist() == ["i.zip"]


def test_a_name_twice(tmp_path: Path) -> None:
    data = packed(("a.gml", "1"), ("b.gml", "2")).replace(b"b.gml", b"a.gml")
    with pytest.raises(CityReadError, match=r"'a.gml' stands twice"):
        open_archive(archive(tmp_path, data), LIMITS)


@pytest.mark.parametrize("name", ["a.gml", "x/a.gml", "..\\x\\a.gml", "C:\\a.gml", "/etc/a.gml"])
def test_last_part(name: str) -> None:
    assert last_part(name) == "a.gml"
