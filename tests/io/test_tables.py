"""Tables keep keys as they are written and refuse what is ambiguous."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from citytwin.errors import CityReadError
from citytwin.io import read_table


def csv(folder: Path, text: str, name: str = "t.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_types_of_a_csv(tmp_path: Path, separator: str) -> None:
    text = "key,year,area,name\n039,1974,12.5,Töölö\n040,,1e3,\n".replace(",", separator)
    table = read_table(csv(tmp_path, text))
    assert table["key"].tolist() == ["039", "040"]
    assert table["year"].tolist()[0] == 1974
    assert table["area"].tolist() == [12.5, 1000.0]
    assert table["name"].isna().tolist() == [False, True]


def test_byte_order_mark_and_columns(tmp_path: Path) -> None:
    table = read_table(csv(tmp_path, "\ufeffkey,a,b\nx,1,2\n"), columns=["key", "b"])
    assert list(table.columns) == ["key", "b"]


def test_parquet_and_geopackage(tmp_path: Path) -> None:
    frame = pd.DataFrame({"key": ["a", "b"], "year": [1, 2]})
    frame.to_parquet(tmp_path / "t.parquet")
    places = gpd.GeoDataFrame(frame, geometry=[Point(0, 0), Point(1, 1)], crs="EPSG:3879")
    places.to_file(tmp_path / "t.gpkg", layer="one")
    for name in ("t.parquet", "t.gpkg"):
        assert read_table(tmp_path / name).to_dict("list") == {"key": ["a", "b"], "year": [1, 2]}
    places.to_file(tmp_path / "t.gpkg", layer="two")
    with pytest.raises(CityReadError, match="2 layers"):
        read_table(tmp_path / "t.gpkg")
    assert len(read_table(tmp_path / "t.gpkg", layer="two")) == 2
    with pytest.raises(CityReadError, match="no layer"):
        read_table(tmp_path / "t.gpkg", layer="three")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("t.xlsx", "a", "not read"),
        ("t.csv", "a,b\n", "no rows"),
        ("t.csv", "a,a\n1,2\n", "stands twice"),
        ("t.csv", "a,b\n1,2,3\n", "cannot be read"),
        ("t.csv", "", "cannot be read"),
        ("t.parquet", "nonsense", "cannot be read"),
        ("t.gpkg", "nonsense", "cannot be read"),
    ],
)
def test_refusals(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(CityReadError, match=message):
        read_table(csv(tmp_path, text, name))


def test_missing_file_and_column(tmp_path: Path) -> None:
    with pytest.raises(CityReadError, match="no such file"):
        read_table(tmp_path / "t.csv")
    with pytest.raises(CityReadError, match="no column 'c'"):
        read_table(csv(tmp_path, "a,b\n1,2\n"), columns=["c"])
    (tmp_path / "latin.csv").write_bytes("a\nTöölö\n".encode("latin-1"))
    with pytest.raises(CityReadError):
        read_table(tmp_path / "latin.csv")
    assert read_table(tmp_path / "latin.csv", encoding="latin-1")["a"].tolist() == ["Töölö"]
