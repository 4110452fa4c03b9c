"""What a zip archive says it holds, taken with care: its directory is read as a whole, and its names are an input's."""

from __future__ import annotations

import re
import struct
import zipfile
from pathlib import Path
from typing import IO

from citytwin.errors import CityReadError
from citytwin.io._limits import ReadLimits

_ENTRY, _END, _END_64 = b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06"
_LONGEST_END = 22 + 0xFFFF + 20 + 56
"""End record and its comment, locator and end record of the 64-bit form (PKWARE APPNOTE 6.3.10, 4.3.14 to 4.3.16)."""

_PIECE = 1 << 20


def open_archive(path: Path, limits: ReadLimits) -> zipfile.ZipFile:
    """A zip archive with its directory, which is closed when nobody uses it any more.

    Parameters
    ----------
    path : Path
    limits : ReadLimits

    Raises
    ------
    CityReadError
        There are too many, or a name stands twice, of which only the last could be reached.
    zipfile.BadZipFile
        It is no zip archive.
    """
    with open(path, "rb") as file:
        entries = _entries_at_most(file)
    if entries > limits.archive_members:
        raise CityReadError(
            f"an archive of more than {limits.archive_members} members",
            path,
            advice="Raise limits.archive_members if that is meant",
        )
    archive = zipfile.ZipFile(path)
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise CityReadError(f"{twice!r} stands twice in the archive", path, advice="Pack the files again")
    return archive


def last_part(name: str) -> str:
    """Name of a member without its folders, whatever system packed it."""
    return re.split(r"[/\\]", name)[-1]


def _entries_at_most(file: IO[bytes]) -> int:
    """Entries of the directory, counted by their marks and not by what the archive says of itself."""
    size = file.seek(0, 2)
    file.seek(max(size - _LONGEST_END, 0))
    tail = file.read()
    sizes = [struct.unpack_from("<L", tail, at.start() + 12)[0] for at in re.finditer(_END, tail[:-12])]
    sizes += [struct.unpack_from("<Q", tail, at.start() + 40)[0] for at in re.finditer(_END_64, tail[:-44])]
    start = size - len(tail) - max((length for length in sizes if length <= size), default=0)
    file.seek(max(start, 0))
    entries = 0
    held = b""
    while piece := file.read(_PIECE):
        entries += (held + piece).count(_ENTRY)
        held = piece[1 - len(_ENTRY) :]
    return entries
