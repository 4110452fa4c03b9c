"""A snapshot made piece by piece is the model that is read and saved, for any piece size."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

import citytwin as ct
from citytwin.errors import CityReadError, CrsError, OutputError
from citytwin.io import _formats, read
from citytwin.io.citygml import collect_citygml, read_citygml
from citytwin.io.store import MANIFEST
from tests.io import cj, gml
from tests.io.same_city import assert_same_city

BOXES = [gml.box(f"b{i}", gml.generic("name", f"Tölö {i}"), "<ade:x>1</ade:x>", x=gml.EAST + 20 * i) for i in range(6)]
CITY = gml.city(*BOXES, gml.building("", gml.generic("storeys", "3", "int")), '<veg:PlantCover gml:id="green"/>')


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        _formats, "CITYGML", _formats.Format(read_citygml, functools.partial(collect_citygml, piece=2000), True)
    )


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("srs", [gml.SRS, "urn:ogc:def:crs:EPSG::3879+3900", "EPSG:2391"])
def test_the_same_as_reading_and_saving(tmp_path: Path, srs: str) -> None:
    path = gml.write(tmp_path, CITY.replace(gml.SRS, srs))
    if srs == "EPSG:2391":
        with pytest.raises(CrsError):
            ct.snapshot(path, tmp_path / "snapshot")
        assert not (tmp_path / "snapshot").exists()
        return
    city = ct.read_city(path)
    city.save(tmp_path / "saved")
    found = ct.snapshot(path, tmp_path / "snapshot")
    assert_same_city(found, city, provenance=True)
    for file in sorted((tmp_path / "saved").iterdir()):
        if file.name != MANIFEST:
            assert _values(tmp_path / "snapshot" / file.name) == _values(file), file.name


def _values(path: Path) -> tuple[object, ...]:
    import numpy as np

    array = np.load(path)
    return array.dtype, array.shape, array.tobytes()


@pytest.mark.usefixtures("small_pieces")
def test_degrees_are_projected_as_a_whole(tmp_path: Path) -> None:
    shifted = [gml.box(f"b{i}", x=24.9 + 3.05 * i, y=60.1, dx=1e-4, dy=1e-4) for i in range(3)]
    path = gml.write(tmp_path, gml.city(*shifted, srs="EPSG:4326"))
    assert_same_city(ct.snapshot(path, tmp_path / "snapshot"), ct.read_city(path))


@pytest.mark.usefixtures("small_pieces")
def test_several_files_with_one_identifier_in_two(tmp_path: Path) -> None:
    paths = [
        gml.write(tmp_path, CITY),
        gml.write(tmp_path, gml.city(gml.box("b3", x=gml.EAST + 500)), "2.gml.gz"),
        cj.write(tmp_path, cj.box("json")),
    ]
    city = ct.read_city(paths)
    assert_same_city(ct.snapshot(paths, tmp_path / "snapshot"), city, provenance=True)
    told = city.findings.where(city.findings.code == 1001)
    assert told.object_id.tolist() == ["b3"]
    assert told.message.tolist() == ["2 objects in 2 inputs bear this id"]


@pytest.mark.usefixtures("small_pieces")
def test_links_to_another_piece_are_followed(tmp_path: Path) -> None:
    walls = gml.building("far", gml.solid(*(gml.link(f"b0_{name}_p") for name in gml.box_faces())))
    path = gml.write(tmp_path, gml.city(*BOXES, walls))
    found = ct.snapshot(path, tmp_path / "snapshot")
    assert_same_city(found, ct.read_city(path))
    assert len(found.solids) == len(BOXES) + 1


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("large", [1, 10**9])
def test_selections_do_not_depend_on_the_size_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    path = gml.write(tmp_path, CITY)
    monkeypatch.setattr(read, "LARGE", large)
    box = (gml.EAST + 35.0, gml.NORTH, gml.EAST + 65.0, gml.NORTH + 5.0)
    city = ct.read_city(path, bbox=box, where={"name": lambda name: name != "Tölö 2"})
    assert list(city.objects.id) == ["b3"]
    assert_same_city(city, ct.read_city(path).select(ids=["b3"]))
    assert city.provenance.parameters["bbox"] == list(box)
    with pytest.raises(CityReadError, match="none of the 8 city objects"):
        ct.read_city(path, bbox=(0.0, 0.0, 1.0, 1.0))


def test_what_is_not_piecewise_is_read_and_saved(tmp_path: Path) -> None:
    path = tmp_path / "plan.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"height": 9}, "geometry": '
        '{"type": "Polygon", "coordinates": [[[24.9, 60.1], [24.901, 60.1], [24.901, 60.101], [24.9, 60.1]]]}}]}'
    )
    assert_same_city(ct.snapshot(path, tmp_path / "snapshot"), ct.read_city(path))


def test_an_error_leaves_the_older_snapshot(tmp_path: Path) -> None:
    ct.snapshot(gml.write(tmp_path, CITY), tmp_path / "snapshot")
    with pytest.raises(CityReadError):
        ct.snapshot(gml.write(tmp_path, CITY[:-40], "cut.gml"), tmp_path / "snapshot")
    assert ct.open_city(tmp_path / "snapshot").n_buildings == 7
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").write_text("x")
    with pytest.raises(OutputError):
        ct.snapshot(tmp_path / "city.gml", tmp_path / "other")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["city.gml", "cut.gml", "other", "snapshot"]


def test_a_changed_file_is_told(tmp_path: Path) -> None:
    ct.snapshot(gml.write(tmp_path, CITY), tmp_path / "snapshot")
    file = tmp_path / "snapshot" / "vertices.npy"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    with pytest.raises(CityReadError, match=r"vertices\.npy is not the file that was saved"):
        ct.open_city(tmp_path / "snapshot")
    assert ct.open_city(tmp_path / "snapshot", verify=False).n_buildings == 7
