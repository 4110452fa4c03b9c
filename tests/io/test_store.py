"""A saved city opens as the same city; what is no saved city, or a damaged one, is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from citytwin.errors import CityReadError
from citytwin.io import open_city, read_city, save_city
from citytwin.io.store import MANIFEST
from citytwin.model.city import CityModel
from tests.io import gml


@pytest.fixture
def city(tmp_path: Path) -> CityModel:
    content = gml.box("b", gml.generic("name", "Töölö"), "<ade:x>1</ade:x>")
    return read_city(gml.write(tmp_path, gml.city(content, gml.building("bare"))))


def arrays(value: Any, prefix: str = "") -> dict[str, Any]:
    """Every array below a model, by path."""
    found = {}
    for name in value.__dataclass_fields__:
        item = getattr(value, name)
        if isinstance(item, np.ndarray):
            found[f"{prefix}{name}"] = item
        elif hasattr(item, "__dataclass_fields__"):
            found |= arrays(item, f"{prefix}{name}.")
    return found


def test_same_arrays(city: CityModel, tmp_path: Path) -> None:
    city.save(tmp_path / "saved")
    again = open_city(tmp_path / "saved")
    before, after = arrays(city), arrays(again)
    assert before.keys() == after.keys()
    for name, array in before.items():
        assert array.dtype == after[name].dtype, name
        np.testing.assert_array_equal(array, after[name], err_msg=name)
    assert dict(again.counts) == dict(city.counts)
    assert again.provenance == city.provenance
    assert (again.crs, again.vertical_crs) == (city.crs, city.vertical_crs)
    assert again.objects.attributes["name"].values[0] == "Töölö"
    assert read_city(tmp_path / "saved").n_buildings == 2


def test_the_mapping_stays_with_the_city(city: CityModel, tmp_path: Path) -> None:
    mapping = {"year_built": {"names": ["anno"]}}
    city.with_mapping(mapping).save(tmp_path / "saved")
    assert open_city(tmp_path / "saved").mapping == mapping


def test_large_arrays_are_mapped(tmp_path: Path) -> None:
    city = read_city(gml.write(tmp_path, gml.city(*(gml.box(f"b{i}", x=gml.EAST + 20 * i) for i in range(60)))))
    save_city(city, tmp_path / "saved")
    assert isinstance(open_city(tmp_path / "saved").vertices, np.memmap)


def test_no_saved_city(tmp_path: Path) -> None:
    with pytest.raises(CityReadError, match="no saved city"):
        open_city(tmp_path)
    (tmp_path / MANIFEST).write_text('{"format": "other"}')
    with pytest.raises(CityReadError, match="not that of"):
        open_city(tmp_path)


@pytest.mark.parametrize("damage", ["missing", "short", "pickle", "lengths", "manifest", "version", "keys"])
def test_damaged(city: CityModel, tmp_path: Path, damage: str) -> None:
    folder = save_city(city, tmp_path / "saved")
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if damage == "missing":
        (folder / "vertices.npy").unlink()
    elif damage == "short":
        (folder / "vertices.npy").write_bytes((folder / "vertices.npy").read_bytes()[:100])
    elif damage == "pickle":
        np.save(folder / "vertices.npy", np.array([{}], dtype=object), allow_pickle=True)
    elif damage == "lengths":
        np.save(folder / "surface_kind.npy", np.zeros(2, np.int8))
    elif damage == "manifest":
        (folder / MANIFEST).write_text('{"format": ')
    elif damage == "version":
        (folder / MANIFEST).write_text(json.dumps(manifest | {"version": 99}))
    else:
        del manifest["attributes"]
        (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(CityReadError):
        open_city(folder)
