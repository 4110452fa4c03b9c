"""CityJSONSeq: pieces, headers, and lines that are odd."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from citytwin.errors import CityReadError
from citytwin.io import cityjson, read_city
from citytwin.io._collected import concat
from citytwin.io._limits import ReadLimits
from citytwin.io._streams import Source
from citytwin.model.validity import solid_volumes
from tests.io import cj
from tests.io.same_city import assert_same_city


def head(**changes: Any) -> dict[str, Any]:
    return cj.box() | {"CityObjects": {}, "vertices": []} | changes


def feature(name: str, **changes: Any) -> dict[str, Any]:
    box = cj.box(name)
    content = {"type": "CityJSONFeature", "id": name, "CityObjects": box["CityObjects"], "vertices": box["vertices"]}
    return content | changes


def lines(*documents: dict[str, Any], end: str = "\n") -> bytes:
    return "".join(json.dumps(document) + end for document in documents).encode()


def read(folder: Path, data: bytes) -> Any:
    return read_city(cj.write(folder, data, "city.jsonl"))


def test_sequence(tmp_path: Path) -> None:
    city = read(tmp_path, lines(head(), feature("a"), feature("b")))
    assert list(city.objects.id) == ["a", "b"]
    assert city.crs == "EPSG:3879"
    np.testing.assert_allclose(solid_volumes(city), [480, 480], rtol=1e-9)
    assert list(city.surfaces.id)[6:8] == ["b_ground", "b_roof"]


@pytest.mark.parametrize("end", ["\n\n", "\r\n", "\n  \r\n\t"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_byte_order_mark_and_empty_lines(tmp_path: Path, start: bytes, end: str) -> None:
    data = start + lines(head(), feature("a"), feature("b"), end=end)
    assert_same_city(read(tmp_path, data), read(tmp_path, lines(head(), feature("a"), feature("b")).rstrip()))


def test_pieces_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = cj.write(tmp_path, lines(head(), *(feature(f"b{i}") for i in range(300))), "city.jsonl")
    whole = read_city(path)
    monkeypatch.setattr(cityjson, "PIECE_BYTES", 20_000)
    monkeypatch.setattr(cityjson, "_CHUNK", 7_001)
    pieces = list(cityjson.collect_pieces(Source(str(path), path)))
    assert len(pieces) > 10
    assert all(piece.srs_names == {cj.URL} for piece in pieces)
    assert sum(piece.n_objects for piece in pieces) == concat(pieces).n_objects == 300
    assert_same_city(read_city(path), whole)


@pytest.mark.parametrize("size", [20_000, 1 << 23])
def test_errors_have_the_line_of_the_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(cityjson, "PIECE_BYTES", size)
    monkeypatch.setattr(cityjson, "_CHUNK", 7_001)
    features = [feature(f"b{i}") for i in range(50)]
    features[40]["CityObjects"]["b40"]["geometry"][0]["boundaries"][0][0][0][0] = 99
    with pytest.raises(CityReadError, match="vertex") as caught:
        read(tmp_path, lines(head(), *features))
    assert (caught.value.line, caught.value.gml_id) == (42, "b40")
    with pytest.raises(CityReadError, match="two features") as caught:
        read(tmp_path, lines(head(), *features[:30], features[3]))
    assert (caught.value.line, caught.value.gml_id) == (32, "b3")
    with pytest.raises(CityReadError, match="well-formed JSON") as caught:
        read(tmp_path, lines(head(), *features[:40]) + b'{"type": }\n' + lines(feature("z")))
    assert caught.value.line == 42
    with pytest.raises(CityReadError, match="UTF-8") as caught:
        read(tmp_path, lines(head(), *features[:40]) + lines(feature("z")).replace(b'"z"', b'"\xff"'))
    assert caught.value.line == 42


def test_a_head_alone_holds_no_building(tmp_path: Path) -> None:
    with pytest.raises(CityReadError, match="holds no"):
        read(tmp_path, lines(head()))


def test_a_feature_alone_is_no_sequence(tmp_path: Path) -> None:
    with pytest.raises(CityReadError, match="begins with"):
        read(tmp_path, lines(feature("a"), feature("b")))


@pytest.mark.parametrize("line", [{"type": "Feature"}, {"id": "a"}, [1, 2], 3, feature("a", version="3.0")])
def test_lines_that_are_no_features(tmp_path: Path, line: Any) -> None:
    with pytest.raises(CityReadError) as caught:
        read(tmp_path, lines(head(), feature("x"), line))
    assert caught.value.line == 3


def test_a_second_head_holds_for_what_follows(tmp_path: Path) -> None:
    """Sequences are put one behind the other with ``cat``, each with a transform of its own."""
    shifted = head()["transform"] | {"translate": [cj.EAST + 100, cj.NORTH, cj.HEIGHT]}
    city = read(tmp_path, lines(head(), feature("a"), head(transform=shifted), feature("b")))
    np.testing.assert_allclose(city.bounds[3] - city.bounds[0], 100 + 10)
    one = read(tmp_path, lines(head(), feature("a"), feature("b", transform=shifted), feature("c")))
    east = one.vertices.reshape(3, -1, 3)[:, :, 0].min(1) + one.origin[0]
    np.testing.assert_allclose(east, [cj.EAST, cj.EAST + 100, cj.EAST])


def test_parents_are_looked_for_in_the_feature(tmp_path: Path) -> None:
    part = {"p": {"type": "BuildingPart", "parents": ["a"], "geometry": []}}
    city = read(tmp_path, lines(head(), feature("a"), feature("b", CityObjects=part)))
    assert 1005 in city.findings.code
    objects = cj.box("a")["CityObjects"] | part
    city = read(tmp_path, lines(head(), feature("a", CityObjects=objects), feature("b")))
    assert city.objects.parent.tolist() == [-1, 0, -1]


def test_what_features_have_besides(tmp_path: Path) -> None:
    odd = feature("b", id="else", appearance={"textures": []}, **{"+note": "hand-made"})
    nameless = {name: value for name, value in feature("c").items() if name != "id"}
    city = read(tmp_path, lines(head(), feature("a"), odd, nameless))
    noted = [(code, name) for code, name in zip(city.findings.code.tolist(), city.findings.object_id, strict=True)]
    assert (1017, "b") in noted
    assert sum(code == 1017 for code, _ in noted) == 1
    kept = [(city.objects.id[row], place) for row, place in zip(city.extras.object, city.extras.place, strict=True)]
    assert sorted(kept) == [("b", "CityJSONFeature.+note"), ("b", "CityJSONFeature.appearance")]


def test_extras_are_limited_over_all_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cityjson, "PIECE_BYTES", 5000)
    monkeypatch.setattr(cityjson, "_CHUNK", 1000)
    path = cj.write(tmp_path, lines(head(), *(feature(f"b{i}", note="x" * 98) for i in range(30))), "city.jsonl")
    city = read_city(path, limits=ReadLimits(extras_bytes=1000))
    assert list(city.extras.place) == ["CityJSONFeature.note"] * 10
    assert city.findings.code.tolist().count(1009) == 20


def test_characters_cut_by_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps({"é€𝄞": 1, **cj.box("ä€𝄞")}, ensure_ascii=False).encode()
    for size in (1, 2, 3, 4096):
        monkeypatch.setattr(cityjson, "_CHUNK", size)
        assert list(read(tmp_path, text).objects.id) == ["ä€𝄞"]
    with pytest.raises(CityReadError, match="UTF-8"):
        read(tmp_path, text + b"\xe2\x82")


def test_limits_hold(tmp_path: Path) -> None:
    path = cj.write(tmp_path, lines(head(), feature("a")), "city.jsonl")
    with pytest.raises(CityReadError, match="ring_points") as caught:
        read_city(path, limits=ReadLimits(ring_points=3))
    assert (caught.value.line, caught.value.gml_id) == (2, "a")
