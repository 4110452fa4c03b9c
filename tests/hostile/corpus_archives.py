"""Hostile archives: bombs, names that climb out, and damage."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

from citytwin.model.city import CityModel
from tests.hostile.corpus import Case, limited, written
from tests.io import gml

BOX = gml.city(gml.box("b"))
OTHER = gml.city(gml.box("c", x=gml.EAST + 30))


def packed(*members: tuple[str | zipfile.ZipInfo, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            info = name if isinstance(name, zipfile.ZipInfo) else raw_name(name)
            archive.writestr(info, data, method)
    return buffer.getvalue()


def raw_name(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("x")
    info.filename = name
    return info


def link_to(name: str, target: str) -> tuple[zipfile.ZipInfo, str]:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info, target


def archive(data: bytes, name: str = "city.zip") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    return make


def patched(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new)


def blanks(megabytes: int) -> Iterable[bytes]:
    yield BOX.replace("</core:CityModel>\n", "").encode()
    for _ in range(megabytes):
        yield b" " * 1_000_000
    yield b"</core:CityModel>"


def gzip_bomb(folder: Path) -> Path:
    path = folder / "city.gml.gz"
    with gzip.open(path, "wb") as file:
        for block in blanks(60):
            file.write(block)
    return path


def zip_bomb(folder: Path) -> Path:
    path = folder / "city.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target, target.open("city.gml", "w") as file:
        for block in blanks(60):
            file.write(block)
    return path


def many_members(count: int, name: str = "{}.txt", directory: int | None = None) -> bytes:
    """An archive of many empty members, of which the end record admits `directory`."""
    local, central = bytearray(), bytearray()
    for i in range(count):
        plain = name.format(i).encode()
        header = struct.pack("<HHHHHLLLHH", 20, 0, 0, 0, 0, 0, 0, 0, len(plain), 0)
        central += (
            b"PK\x01\x02" + struct.pack("<H", 20) + header + struct.pack("<HHHLL", 0, 0, 0, 0, len(local)) + plain
        )
        local += b"PK\x03\x04" + header + plain
    number = min(count, 0xFFFF) if directory is None else directory
    if count < 0xFFFF:
        end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, number, number, len(central), len(local), 0)
        return bytes(local + central + end)
    start = len(local) + len(central)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(central), len(local))
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, start, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return bytes(local + central + record + locator + end)


def wrong_sum(data: bytes) -> bytes:
    """The archive with the checksum of its first member changed in both places."""
    info = zipfile.ZipFile(io.BytesIO(data)).infolist()[0]
    return patched(data, struct.pack("<L", info.CRC), struct.pack("<L", info.CRC ^ 1))


def encrypted(data: bytes) -> bytes:
    """The archive with the flag of encryption set in both headers."""
    out = bytearray(data)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        out[out.index(mark) + place] |= 1
    return bytes(out)


def overlapping(count: int) -> bytes:
    """Many names for the same packed bytes."""
    data = packed(("0.gml", BOX))
    info = zipfile.ZipFile(io.BytesIO(data)).infolist()[0]
    start = data.index(b"PK\x01\x02")
    entry = data[start : data.index(b"PK\x05\x06")]
    central = b"".join(entry.replace(b"0.gml", f"{i}.gml".encode()) for i in range(count))
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(central), start, 0)
    assert info.header_offset == 0
    return data[:start] + central + end


def folder_of(*files: tuple[str, str | bytes]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / "in").mkdir()
        for name, data in files:
            gml.write(folder / "in", data, name)
        return folder / "in"

    return make


def buildings(*identifiers: str) -> Callable[[CityModel], bool]:
    return lambda city: sorted(city.objects.id) == sorted(identifiers)


DEFLATE = gzip.compress(BOX.encode())
ZIP = packed(("city.gml", BOX))
DAMAGED = "damaged|cannot be opened|well-formed|not XML"

CASES = [
    Case("gzip bomb", gzip_bomb, "times its size"),
    Case("zip bomb", zip_bomb, "times its size"),
    Case("gzip bomb within the free bytes", gzip_bomb, "object_bytes", options=limited(
        expansion_free_bytes=10**9, object_bytes=10**7), megabytes=150),
    Case("gzip beyond the limit of a file", gzip_bomb, "file_bytes", options=limited(
        expansion_free_bytes=10**9, file_bytes=2 * 10**7)),
    Case("gzip in gzip", written(DEFLATE, "city.gml.gz"), "not XML"),
    Case("zip in zip", archive(packed(("inner.zip", ZIP))), "not XML|no city model"),
    Case("gzip in zip", archive(packed(("city.gml.gz", DEFLATE))), holds=buildings("b")),
    Case("zip in gzip", written(ZIP, "city.zip.gz"), "not XML"),
    Case("gzip by content", archive(DEFLATE, "city.gml"), holds=buildings("b")),
    Case("gzip by name alone", archive(BOX.encode(), "city.gml.gz"), holds=buildings("b")),
    Case("zip by content", archive(ZIP, "city.gml"), holds=buildings("b")),
    Case("zip by name alone", archive(BOX.encode(), "city.zip"), holds=buildings("b")),
    Case("zip behind other bytes", archive(b"#!/bin/sh\n" + ZIP), "not XML"),
    Case("two streams of gzip", archive(gzip.compress(BOX[:500].encode()) + gzip.compress(BOX[500:].encode()), "a.gz"),
         holds=buildings("b")),
    Case("gzip cut", archive(DEFLATE[:-30], "city.gml.gz"), DAMAGED),
    Case("gzip without its end", archive(DEFLATE[:-8], "city.gml.gz"), DAMAGED),
    Case("gzip with a wrong sum", archive(DEFLATE[:-8] + b"\x00" * 8, "city.gml.gz"), DAMAGED),
    Case("gzip with text behind", archive(DEFLATE + b"text", "city.gml.gz"), DAMAGED),
    Case("gzip with zeros behind", archive(DEFLATE + bytes(512), "city.gml.gz"), holds=buildings("b")),
    Case("gzip header alone", archive(DEFLATE[:10], "city.gml.gz"), DAMAGED),
    Case("gzip of another method", archive(b"\x1f\x8b\x07" + DEFLATE[3:], "city.gml.gz"), DAMAGED),
    Case("zlib stream", archive(zlib.compress(BOX.encode()), "city.gml.gz"), "not XML"),
    # Names
    Case("member that climbs", archive(packed(("../../../evil.gml", BOX))), holds=buildings("b")),
    Case("member from the root", archive(packed(("/etc/evil.gml", BOX))), holds=buildings("b")),
    Case("member with a drive", archive(packed(("C:\\evil.gml", BOX))), holds=buildings("b")),
    Case("member with backslashes", archive(packed(("..\\..\\evil.gml", BOX))), holds=buildings("b")),
    Case("member with a long name", archive(packed(("x" * 60_000 + ".gml", BOX))), holds=buildings("b")),
    Case("member with control characters", archive(packed(("a\n\x1b[31m.gml", BOX))), holds=buildings("b")),
    Case("member that is a link", archive(packed(link_to("a.gml", "/etc/passwd"))), "not XML"),
    Case("member that is a link to a folder", archive(packed(link_to("a", "/etc"), ("a/b.gml", BOX))),
         holds=buildings("b")),
    Case("member twice", archive(packed(("a.gml", BOX), ("./a.gml", OTHER))), holds=buildings("b", "c")),
    Case("same name twice", archive(patched(packed(("a.gml", BOX), ("b.gml", OTHER)), b"b.gml", b"a.gml")), "twice"),
    Case("hidden members", archive(packed(("__MACOSX/._a.gml", b"\x00\x05\x16\x07"), ("a.gml", BOX))),
         holds=buildings("b")),
    # Directories
    Case("empty zip", archive(packed()), "no city model|not XML|cannot be opened"),
    Case("zip without a model", archive(packed(("readme.txt", "x"))), "no city model"),
    Case("10,000 members", archive(many_members(10_000)), "no city model"),
    Case("200,000 members", archive(many_members(200_000)), "archive_members"),
    Case("200,000 members that deny it", archive(many_members(60_000, directory=1)), "archive_members",
         options=limited(archive_members=50_000)),
    Case("members beyond the limit", archive(packed(*((f"{i}.gml", BOX) for i in range(6)))), "archive_members",
         options=limited(archive_members=5)),
    Case("names for one member", archive(overlapping(3)), "cannot be opened|damaged"),
    # Damage
    Case("zip cut", archive(ZIP[:-30]), DAMAGED),
    Case("zip cut in the middle", archive(ZIP[: len(ZIP) // 2]), DAMAGED),
    Case("zip header alone", archive(ZIP[:30]), DAMAGED),
    Case("zip with a wrong sum", archive(wrong_sum(ZIP)), DAMAGED),
    Case("zip with wrong bytes", archive(patched(ZIP, ZIP[80:90], bytes(10))), DAMAGED),
    Case("zip with a wrong start", archive(ZIP[:-6] + b"\xff\xff\xff\x7f\x00\x00"), DAMAGED),
    Case("zip of another method", archive(patched(packed(("a.gml", BOX)), b"\x08\x00", b"\x63\x00")), DAMAGED),
    Case("zip that says another size", archive(patched(packed(("a.gml", BOX), method=zipfile.ZIP_STORED),
         struct.pack("<L", len(BOX.encode())), struct.pack("<L", 500))), DAMAGED),
    Case("encrypted zip", archive(encrypted(ZIP)), "encrypted"),
    Case("zip in bzip2", archive(packed(("a.gml", BOX), method=zipfile.ZIP_BZIP2)), holds=buildings("b")),
    Case("zip in LZMA", archive(packed(("a.gml", BOX), method=zipfile.ZIP_LZMA)), holds=buildings("b")),
    Case("tar", archive(b"city.gml".ljust(257, b"\x00") + b"ustar\x0000" + bytes(2000), "city.tar"), "not XML"),
    Case("7z", archive(b"7z\xbc\xaf\x27\x1c" + bytes(100), "city.7z"), "not XML"),
    # Folders
    Case("folder with a damaged file", folder_of(("a.gml", BOX), ("b.gml", OTHER[:900])), "well-formed"),
    Case("folder with another document", folder_of(("a.gml", BOX), ("b.xml", "<codes/>")),
         holds=lambda c: c.counts["total"] == 1 and 1015 in c.recorded.code),
    Case("folder with a bomb", folder_of(("a.gml", BOX), ("b.xml", "<!DOCTYPE x><x/>")), "DOCTYPE"),
    Case("folder without files", folder_of(), "no city model"),
    Case("no file", lambda folder: folder / "nowhere.gml", "no such file"),
    Case("name with a NUL", lambda folder: folder / "a\x00b.gml", "cannot be opened|no such file"),
    Case("name that is too long", lambda folder: folder / ("x" * 5000), "cannot be opened"),
]  # fmt: skip
