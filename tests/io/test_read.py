"""One door for files, lists, folders and archives, and the filters behind it."""

from __future__ import annotations

import gzip
import hashlib
import zipfile
from pathlib import Path

import pytest

from citytwin.errors import CityReadError, CrsError
from citytwin.io import ReadLimits, read_city
from tests.io import cj, gml

ONE = gml.city(gml.box("one", gml.generic("use", "office"), gml.generic("floors", "4", "int")))
TWO = gml.city(gml.box("two", gml.generic("use", "school"), x=gml.EAST + 100))


def test_provenance(tmp_path: Path) -> None:
    path = gml.write(tmp_path, ONE)
    provenance = read_city(path, lod=[2]).provenance
    assert provenance.inputs[0].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert provenance.inputs[0].bytes == path.stat().st_size
    assert provenance.parameters == {"lod": [2]}


@pytest.mark.parametrize("name", ["city.gml.gz", "misnamed.gml"])
def test_gzip_is_told_by_content(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(ONE.encode()))
    assert read_city(tmp_path / name).n_buildings == 1


def test_zip_and_list_and_folder_agree(tmp_path: Path) -> None:
    folder = tmp_path / "tiles"
    folder.mkdir()
    paths = [gml.write(folder, ONE, "1.gml"), gml.write(folder, TWO, "2.gml.gz")]
    (folder / "codes.xml").write_text("<dictionary/>")
    (folder / "readme.txt").write_text("no city")
    (folder / "settings.json").write_text('{"a": 1}')
    with zipfile.ZipFile(tmp_path / "tiles.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/1.gml", ONE)
        archive.writestr("a/2.gml", TWO)
        archive.writestr("a/readme.txt", "no city")
    cities = [read_city(paths), read_city(folder), read_city(tmp_path / "tiles.zip")]
    for city in cities:
        assert list(city.objects.id) == ["one", "two"]
        assert city.bounds.tolist() == cities[0].bounds.tolist()
    assert (cities[1].findings.code == 1015).sum() == 2
    assert len(cities[2].provenance.inputs) == 1


def test_a_file_without_buildings_among_others_is_read(tmp_path: Path) -> None:
    tree = gml.city('<veg:SolitaryVegetationObject gml:id="t"/>')
    city = read_city([gml.write(tmp_path, ONE, "1.gml"), gml.write(tmp_path, tree, "2.gml")])
    assert dict(city.counts) == {"read": 2, "degraded": 0, "refused": 0, "total": 2}
    assert city.n_buildings == 1


def test_formats_mix(tmp_path: Path) -> None:
    city = read_city([gml.write(tmp_path, TWO), cj.write(tmp_path, cj.box("json"))])
    assert list(city.objects.id) == ["two", "json"]


def test_files_in_different_systems_are_refused(tmp_path: Path) -> None:
    other = gml.city(gml.box("other"), srs="EPSG:3879+3900")
    with pytest.raises(CrsError, match="differ"):
        read_city([gml.write(tmp_path, ONE, "1.gml"), gml.write(tmp_path, other, "2.gml")])


def test_empty_inputs(tmp_path: Path) -> None:
    with pytest.raises(CityReadError, match="empty"):
        read_city([])
    with pytest.raises(CityReadError, match="no city model"):
        read_city(tmp_path)
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(CityReadError, match="no city model"):
        read_city(tmp_path)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.txt", "")
    with pytest.raises(CityReadError, match="holds no city model"):
        read_city(tmp_path / "a.zip")


def test_bombs_stop_early(tmp_path: Path) -> None:
    blanks = ONE.encode() + b" " * 30_000_000
    (tmp_path / "bomb.gml.gz").write_bytes(gzip.compress(blanks))
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.gml", blanks)
    for name in ("bomb.gml.gz", "bomb.zip"):
        with pytest.raises(CityReadError, match="times its size"):
            read_city(tmp_path / name)
        assert read_city(tmp_path / name, limits=ReadLimits(expansion_ratio=5000)).n_buildings == 1
    with pytest.raises(CityReadError, match=r"limits\.file_bytes"):
        read_city(gml.write(tmp_path, ONE), limits=ReadLimits(file_bytes=100))


def test_damaged_archives(tmp_path: Path) -> None:
    whole = gzip.compress(ONE.encode())
    (tmp_path / "a.gml.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CityReadError, match="damaged"):
        read_city(tmp_path / "a.gml.gz")
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04 and nothing more")
    with pytest.raises(CityReadError):
        read_city(tmp_path / "b.zip")


def test_other_formats_say_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_bytes(b"SQLite format 3\x00" + bytes(100))
    with pytest.raises(CityReadError, match="GeoPackage"):
        read_city(tmp_path / "a.gpkg")


def test_bbox(tmp_path: Path) -> None:
    path = gml.write(tmp_path, gml.city(gml.box("a"), gml.box("b", x=gml.EAST + 100)))
    x, y = gml.EAST, gml.NORTH
    assert list(read_city(path, bbox=(x - 5, y - 5, x + 5, y + 5)).objects.id) == ["a"]
    with pytest.raises(CityReadError, match="none of the 2"):
        read_city(path, bbox=(0, 0, 1, 1))
    with pytest.raises(ValueError, match="bbox"):
        read_city(path, bbox=(1, 1, 0, 0))


def test_where(tmp_path: Path) -> None:
    parts = [
        gml.box("a", gml.generic("use", "office"), gml.generic("floors", "4", "int")),
        gml.box("b", gml.generic("use", "school"), x=gml.EAST + 20),
        gml.building("c", gml.generic("use", "office")),
    ]
    path = gml.write(tmp_path, gml.city(*parts))
    assert list(read_city(path, where={"use": "office"}).objects.id) == ["a", "c"]
    assert read_city(path, where={"use": "office"}).counts["degraded"] == 1
    assert list(read_city(path, where={"floors": 4}).objects.id) == ["a"]
    assert list(read_city(path, where={"floors": lambda n: n is None, "use": "school"}).objects.id) == ["b"]
    with pytest.raises(CityReadError, match="no object has an attribute 'x'"):
        read_city(path, where={"x": 1})


def test_lod_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="level of detail"):
        read_city(gml.write(tmp_path, ONE), lod=7)


def test_progress_over_several_files(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    paths = [gml.write(tmp_path, ONE, "1.gml"), gml.write(tmp_path, TWO, "2.gml")]
    read_city(paths, progress=lambda done, total: seen.append((done, total)))
    total = sum(path.stat().st_size for path in paths)
    assert seen[-1] == (total, total)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
