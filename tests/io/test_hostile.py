"""Bad and hostile input: each case gets one typed error with its place, or is read for what it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from citytwin.errors import CityReadError, CrsError
from citytwin.io import ReadLimits, read_city
from tests.io import gml

GOOD = gml.city(gml.box("b"))
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + "]>\n"
)


def refusal(folder: Path, data: str | bytes, name: str = "city.gml") -> CityReadError:
    with pytest.raises(CityReadError) as caught:
        read_city(gml.write(folder, data, name))
    error = caught.value
    assert error.reason
    assert error.advice
    assert str(folder) in str(error)
    return error


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CityReadError, match="no such file"):
        read_city(tmp_path / "nowhere.gml")


@pytest.mark.parametrize(
    "data", [b"", b"   \n", b"PK nothing", b"not xml at all", bytes(range(256)), b"\xff\xfe\x00\xd8"]
)
def test_not_xml(tmp_path: Path, data: bytes) -> None:
    refusal(tmp_path, data)


@pytest.mark.parametrize("share", [0.1, 0.4, 0.8, 0.999])
def test_truncated(tmp_path: Path, share: float) -> None:
    error = refusal(tmp_path, GOOD[: int(len(GOOD.rstrip()) * share)])
    assert error.line is not None
    assert "well-formed" in error.reason


def test_mismatched_tag_has_its_line(tmp_path: Path) -> None:
    broken = gml.city("<bldg:Building>\n\n</bldg:Buildin>")
    assert refusal(tmp_path, broken).line == 6


def test_doctype_is_refused_wherever_it_could_hide(tmp_path: Path) -> None:
    simple = '<!DOCTYPE CityModel [<!ENTITY x "3">]>\n'
    assert refusal(tmp_path, gml.city(gml.box("b"), prolog=simple)).line == 2
    assert "DOCTYPE" in refusal(tmp_path, gml.city(gml.box("b"), prolog="<!-- a -->" + simple)).reason
    assert "DOCTYPE" in refusal(tmp_path, gml.city(gml.box("b"), prolog=" " * 300_000 + simple)).reason
    utf16 = gml.city(gml.box("b"), prolog=simple).replace("UTF-8", "UTF-16").encode("utf-16")
    assert "DOCTYPE" in refusal(tmp_path, utf16).reason
    external = f'<!DOCTYPE x SYSTEM "file://{tmp_path}/secret">\n'
    assert "DOCTYPE" in refusal(tmp_path, gml.city(gml.box("b"), prolog=external)).reason


def test_billion_laughs(tmp_path: Path) -> None:
    assert "DOCTYPE" in refusal(tmp_path, gml.city(gml.building("b", "<gml:name>&j;</gml:name>"), prolog=LAUGHS)).reason


def test_undefined_entity(tmp_path: Path) -> None:
    refusal(tmp_path, gml.city(gml.building("b", "<gml:name>&unknown;</gml:name>")))


@pytest.mark.parametrize("encoding", ["utf-7", "ebcdic-cp-us", "utf-32"])
def test_encoding_that_is_not_on_the_list(tmp_path: Path, encoding: str) -> None:
    assert "encoding" in refusal(tmp_path, GOOD.replace("UTF-8", encoding)).reason


@pytest.mark.parametrize("encoding", ["iso-8859-1", "iso-8859-15", "windows-1252", "utf-16", "utf-8-sig"])
def test_encodings_on_the_list(tmp_path: Path, encoding: str) -> None:
    text = gml.city(gml.box("b", gml.generic("name", "Töölö"))).replace("UTF-8", encoding.removesuffix("-sig"))
    city = read_city(gml.write(tmp_path, text.encode(encoding)))
    assert city.objects.attributes["name"].values[0] == "Töölö"


def test_broken_utf8(tmp_path: Path) -> None:
    refusal(tmp_path, gml.city(gml.box("b", gml.generic("name", "Töölö"))).encode("latin-1"))


def test_other_roots(tmp_path: Path) -> None:
    assert "not a CityGML" in refusal(tmp_path, "<html><body/></html>").reason


def test_no_object(tmp_path: Path) -> None:
    assert "no city object" in refusal(tmp_path, gml.city()).reason


@pytest.mark.parametrize(
    "number", ["nan", "inf", "-INF", "1_000", "1e400", "1e9", "0x10", "１２", "1,5", "--1", "abc", "1.2.3"]
)
def test_bad_numbers_have_line_and_identifier(tmp_path: Path, number: str) -> None:
    x, y = gml.EAST, gml.NORTH
    inner = f"<gml:posList>{x} {y} 1 {x + 1} {y} 1\n{x} {number} 1 {x} {y} 1</gml:posList>"
    error = refusal(
        tmp_path, gml.city(gml.box("a"), gml.building("b", gml.multi_surface(gml.raw_polygon(inner, "bad"))))
    )
    assert error.gml_id == "bad"
    assert error.line is not None
    assert error.line >= 5


def test_numbers_that_do_not_make_points(tmp_path: Path) -> None:
    inner = "<gml:posList>1 2 3 4 5 6 7 8</gml:posList>"
    error = refusal(tmp_path, gml.city(gml.building("b", gml.multi_surface(gml.raw_polygon(inner, "bad")))))
    assert "8 numbers" in error.reason
    child = "<gml:posList>1 2 3<gml:pos>4 5 6</gml:pos></gml:posList>"
    assert "inside" in refusal(tmp_path, gml.city(gml.building("b", gml.multi_surface(gml.raw_polygon(child))))).reason
    four = '<gml:posList srsDimension="4">1 2 3 4</gml:posList>'
    assert (
        "srsDimension"
        in refusal(tmp_path, gml.city(gml.building("b", gml.multi_surface(gml.raw_polygon(four))))).reason
    )


def test_numbers_are_not_shared_between_rings(tmp_path: Path) -> None:
    """One ring has a number too many, the next one too few: the sum alone would not tell."""
    x, y = gml.EAST, gml.NORTH
    first = gml.raw_polygon(f"<gml:posList>{x} {y} 1 {x + 1} {y} 1 {x} {y + 1} 1 {x}</gml:posList>", "first")
    second = gml.raw_polygon(f"<gml:posList>{y} 1  {x + 1} {y} 1 {x} {y + 1} 1</gml:posList>", "second")
    assert refusal(tmp_path, gml.city(gml.building("b", gml.multi_surface(first, second)))).gml_id == "first"


def test_no_crs(tmp_path: Path) -> None:
    path = gml.write(tmp_path, gml.city(gml.box("b"), srs=None))
    with pytest.raises(CrsError, match="crs="):
        read_city(path)
    assert read_city(path, crs="EPSG:3879").crs == "EPSG:3879"
    local = read_city(path, crs="local")
    assert local.crs is None
    assert 1201 in local.findings.code


def test_swapped_axes_are_put_right_and_recorded(tmp_path: Path) -> None:
    """The registry says north, east for EPSG:3879, as some files have it and most do not."""
    faces = {name: [(y, x, z) for x, y, z in points] for name, points in gml.box_faces().items()}
    content = gml.building("b", gml.multi_surface(*(gml.polygon(p) for p in faces.values())))
    official = read_city(gml.write(tmp_path, gml.city(content)))
    usual = read_city(gml.write(tmp_path, GOOD))
    np.testing.assert_array_equal(official.bounds, usual.bounds)
    assert 1205 not in official.findings.code
    assert 1205 in usual.findings.code
    short = read_city(gml.write(tmp_path, gml.city(content, srs="EPSG:3879")))
    assert 1205 in short.findings.code


def test_axes_that_fit_in_no_order(tmp_path: Path) -> None:
    content = gml.building("b", gml.multi_surface(gml.polygon([(z, x, y) for x, y, z in gml.box_faces()["south"]])))
    with pytest.raises(CrsError, match="either axis order"):
        read_city(gml.write(tmp_path, gml.city(content)))


@pytest.mark.parametrize("depth", [300, 3000, 100_000])
def test_deep_nesting(tmp_path: Path, depth: int) -> None:
    start, end = "<gml:CompositeSurface><gml:surfaceMember>", "</gml:surfaceMember></gml:CompositeSurface>"
    refusal(tmp_path, gml.city(gml.building("b", gml.solid(gml.member(start * depth + end * depth)))))
    part, property_ = "bldg:BuildingPart", "bldg:consistsOfBuildingPart"
    parts = f"<{property_}><{part}>" * depth + f"</{part}></{property_}>" * depth
    refusal(tmp_path, gml.city(gml.building("b", parts)))


def test_deep_content_of_an_extension_is_kept(tmp_path: Path) -> None:
    """Up to the limit, which the caller may raise: the root, its member and the building are levels, too."""

    def path(depth: int) -> Path:
        return gml.write(tmp_path, gml.city(gml.box("b", "<ade:a>" * depth + "</ade:a>" * depth)))

    assert len(read_city(path(125)).extras) == 1
    error = refusal(tmp_path, path(126).read_bytes())
    assert "nested more than 128 levels" in error.reason
    assert (error.line, error.gml_id) == (4, "b")
    assert len(read_city(path(1000), limits=ReadLimits(nesting=1003)).extras) == 1


def test_long_coordinate_list(tmp_path: Path) -> None:
    """A ring of more than 10 MB of text, which a careful parser refuses by default."""
    n = 400_000
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    points = np.column_stack([gml.EAST + 100 * np.cos(angle), gml.NORTH + 100 * np.sin(angle), np.full(n, 5.0)])
    text = gml.city(gml.building("b", gml.multi_surface(gml.polygon(points.round(6).tolist()))))
    assert len(text) > 12e6
    city = read_city(gml.write(tmp_path, text))
    assert city.surfaces.area[0] == pytest.approx(np.pi * 100**2, rel=1e-9)


def test_nothing_is_opened_but_the_input(tmp_path: Path) -> None:
    """External links, schema locations and includes lead nowhere: no file and no socket beside the input."""
    text = gml.city(
        gml.building("b", gml.solid('<gml:surfaceMember xlink:href="file:///etc/passwd#x"/>')),
        gml.box("c", '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'),
        head='<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>',
    )
    schema = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a http://127.0.0.1:9/a.xsd"'
    text = text.replace("<core:CityModel ", f"<core:CityModel {schema} ", 1)
    path = gml.write(tmp_path, text)
    program = f"""
import sys
from citytwin.io import ReadLimits, read_city
read_city({str(path)!r}, crs="local")
opened = []
def hook(event, arguments):
    if event in ("open", "socket.connect"):
        opened.append(str(arguments[0]))
sys.addaudithook(hook)
read_city({str(path)!r}, crs="local")
print(sorted(set(opened)))
"""
    answer = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert answer.strip() == str([str(path)])


def test_extension_named_like_an_archive_bomb(tmp_path: Path) -> None:
    """A member name in the file is content, not a path."""
    city = read_city(gml.write(tmp_path, gml.city(gml.box("../../etc/passwd"))))
    assert city.objects.id[0] == "../../etc/passwd"


def test_mutants_raise_typed_errors_or_add_up(tmp_path: Path) -> None:
    """Random damage to a sound file: nothing but CityReadError, and the counts always add up."""
    generator = np.random.default_rng(20)
    sound = gml.city(gml.box("b", gml.generic("n", "1", "int")), gml.box("c", x=gml.EAST + 30)).encode()
    pieces = [b"<", b">", b"/", b'"', b"&", b"nan", b"-", b" ", b"\x00", b"<!--", b"]]>", b"#", b"1e9", b"gml:"]
    read = 0
    for _ in range(150):
        data = bytearray(sound)
        for _ in range(int(generator.integers(1, 3))):
            start = int(generator.integers(0, len(data)))
            if generator.random() < 0.5:
                del data[start : start + int(generator.integers(1, 4))]
            else:
                data[start:start] = pieces[int(generator.integers(len(pieces)))]
        try:
            city = read_city(gml.write(tmp_path, bytes(data)))
        except CityReadError:
            continue
        read += 1
        counts = city.counts
        assert counts["read"] + counts["degraded"] + counts["refused"] == counts["total"]
    assert 10 < read < 140
