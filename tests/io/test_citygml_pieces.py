"""Documents cut into pieces: where they are cut, and that what is read does not depend on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from citytwin.errors import CityReadError, CityTwinError
from citytwin.io._collected import concat
from citytwin.io._finish import Input, finish
from citytwin.io._limits import ReadLimits
from citytwin.io._streams import Source, head_of
from citytwin.io.citygml import Path as ReaderPath
from citytwin.io.citygml import collect_citygml
from citytwin.io.citygml_pieces import (
    HEAD,
    Piece,
    Prologue,
    as_utf8,
    before_members,
    members_in,
    pieces_of,
    prologue_of,
)
from citytwin.model.city import CityModel
from citytwin.model.provenance import Provenance
from tests.io import gml
from tests.io.same_city import assert_same_city

LIMITS = ReadLimits()
CITY = gml.city(*(gml.box(f"b{i}", gml.generic("name", f"Tölö {i}"), x=gml.EAST + 20 * i) for i in range(5)))


def source(folder: Path, text: str | bytes, name: str = "city.gml") -> Source:
    path = gml.write(folder, text, name)
    return Source(str(path), path)


def prologue(of: Source) -> Prologue:
    found = prologue_of(head_of(of, LIMITS, HEAD), of.name)
    assert found is not None
    return found


def read(of: Source, path: ReaderPath = "fast", piece: int = 1500) -> CityModel:
    collected = concat(list(collect_citygml(of, path=path, piece=piece)))
    return finish(collected, Input(of.name, None, LIMITS, Provenance(), closed_rings=True))


@pytest.mark.parametrize("name", ["city.gml", "city.gml.gz"])
@pytest.mark.parametrize("size", [1, 700, 10**6])
def test_pieces_are_the_document_and_end_with_members(tmp_path: Path, name: str, size: int) -> None:
    of = source(tmp_path, CITY, name)
    known = prologue(of)
    with pieces_of(of, known, LIMITS, size=size) as pieces:
        found = list(pieces)
    assert b"".join(piece.data.tobytes() for piece in found) == CITY.encode()[known.start :]
    assert [piece.start for piece in found] == [
        known.start + sum(len(before) for before in found[:i]) for i in range(len(found))
    ]
    assert all(piece.data.tobytes().endswith(b"</core:cityObjectMember>") for piece in found[:-1])
    assert len(found) == {1: 6, 700: 6, 10**6: 1}[size]


@pytest.mark.parametrize(
    "text",
    [
        CITY,
        "\ufeff" + CITY,
        CITY.replace("\n", "\r\n"),
        CITY.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"').encode("latin-1"),
        CITY.replace('encoding="UTF-8"', 'encoding="windows-1252"').encode("cp1252"),
        CITY.encode("utf-16"),
        CITY.replace("core:", "").replace("xmlns:core", "xmlns"),
        CITY.replace("<core:cityObjectMember>", "<!-- </core:cityObjectMember> --><core:cityObjectMember>", 3),
        CITY.replace("</core:CityModel>", "<core:appearanceMember><x/></core:appearanceMember></core:CityModel>"),
        CITY.replace("<core:cityObjectMember>", "<gml:name>N</gml:name><core:cityObjectMember>", 2),
        CITY + "<!-- the end -->\n<?bye?>",
    ],
    ids=[
        "plain",
        "bom",
        "crlf",
        "latin1",
        "cp1252",
        "utf16",
        "default-prefix",
        "comments",
        "appearance",
        "names",
        "tail",
    ],
)
def test_pieces_do_not_change_what_is_read(tmp_path: Path, text: str | bytes) -> None:
    of = source(tmp_path, text)
    assert_same_city(read(of), read(of, "reference"))


@pytest.mark.parametrize("piece", [300, 10**6])
@pytest.mark.parametrize(
    ("place", "broken"),
    [
        ("</core:CityModel>", ""),
        ("</core:CityModel>", "</core:CityModel><more/>"),
        ("</core:CityModel>", "</core:OtherModel>"),
        ('gml:id="b3"', 'gml:id="b3'),
        ('<bldg:Building gml:id="b3">', "<zz:none/>"),
        ('<bldg:Building gml:id="b3">', '<bldg:Building gml:id="b3">&none;'),
        ("6673000.0 5.0", "6673000.0 five"),
    ],
)
def test_errors_are_those_of_the_reference_with_their_line(tmp_path: Path, place: str, broken: str, piece: int) -> None:
    start = CITY.index('<bldg:Building gml:id="b3">') if place[0] == "6" else 0
    text = CITY[:start] + CITY[start:].replace(place, broken, 1)
    of = source(tmp_path, text)
    with pytest.raises(CityTwinError) as expected:
        read(of, "reference")
    with pytest.raises(CityReadError) as found:
        read(of, piece=piece)
    assert str(found.value) == str(expected.value)
    assert found.value.line is not None


def test_the_first_member_is_not_one_in_a_comment(tmp_path: Path) -> None:
    text = CITY.replace("<core:cityObjectMember>", "<!-- <core:cityObjectMember> --><core:cityObjectMember>", 1)
    of = source(tmp_path, text)
    known = prologue(of)
    with pieces_of(of, known, LIMITS) as pieces:
        first = next(pieces)
    assert first.data.tobytes()[before_members(first, known) :].startswith(b"<core:cityObjectMember><bldg")


def test_no_pieces_of_what_cannot_be_told_by_bytes(tmp_path: Path) -> None:
    for text in (CITY.encode("utf-16"), CITY.replace('version="1.0"', 'version="1.1"', 1)):
        of = source(tmp_path, text)
        assert prologue_of(head_of(of, LIMITS, HEAD), of.name) is None


def test_where_the_members_end(tmp_path: Path) -> None:
    known = prologue(source(tmp_path, CITY))

    def place(text: bytes) -> int | None:
        return members_in(Piece.of(0, text), known)

    assert place(b"<a/></core:cityObjectMember>") == 28
    assert place(b"<a/>\n</core:CityModel > <!-- x --> <?y?>\n") == 5
    assert place(b"<a/>") is None
    assert place(b"</core:CityModel><a/>") is None


def test_a_piece_in_another_encoding() -> None:
    latin = as_utf8(Piece.of(0, "é€".encode("cp1252")), "windows-1252")
    assert latin is not None
    assert latin.data.tobytes().decode() == "é€"
    assert as_utf8(Piece.of(0, b"\x81"), "windows-1252") is None
