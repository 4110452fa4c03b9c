"""Volumes, areas, slopes and directions that the Dutch register 3DBAG publishes beside its geometry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from citytwin.io import read_city
from citytwin.model.city import CityModel
from citytwin.model.enums import SurfaceKind
from citytwin.model.validity import solid_volumes


@pytest.fixture(scope="module")
def delft(test_data: Path) -> CityModel:
    return read_city(test_data / "data/cityjson/delft.city.jsonl")


def errors(ours: NDArray[np.float64], written: NDArray[np.float64]) -> NDArray[np.float64]:
    known = np.isfinite(written) & (written > 0)
    return np.abs(ours[known] / written[known] - 1)


def per_building(city: CityModel, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Area of surfaces of each object and its parts."""
    root = city.objects.root[city.surfaces.object[rows]]
    return np.bincount(root, city.surfaces.area[rows], len(city.objects))


def test_all_is_read(delft: CityModel) -> None:
    tops = delft.objects.parent < 0
    assert (tops.sum(), delft.n_buildings, len(delft.solids)) == (159, 159, 480)
    assert np.unique(delft.surfaces.lod).tolist() == [0, 12, 13, 22]
    assert delft.counts["total"] == 159


def test_volumes(delft: CityModel) -> None:
    volume, root = solid_volumes(delft), delft.objects.root[delft.solids.object]
    found = []
    for lod in (12, 13, 22):
        ours = np.bincount(root, np.where(delft.solids.lod == lod, volume, 0), len(delft.objects))
        found.append(errors(ours, delft.objects.attributes[f"b3_volume_lod{lod}"].as_float()))
        assert len(found[-1]) == 159
    assert np.median(np.concatenate(found)) < 1.5e-4
    assert np.concatenate(found).max() < 1.2e-3


def test_ground_and_wall_areas(delft: CityModel) -> None:
    surfaces, attributes = delft.surfaces, delft.objects.attributes
    fine = surfaces.lod == 22
    ground = per_building(delft, np.flatnonzero(fine & (surfaces.kind == SurfaceKind.GROUND)))
    walls = per_building(delft, np.flatnonzero(fine & (surfaces.kind == SurfaceKind.WALL)))
    assert (errors(ground, attributes["b3_opp_grond"].as_float()) < 1e-3).sum() == 157
    written = attributes["b3_opp_buitenmuur"].as_float() + attributes["b3_opp_scheidingsmuur"].as_float()
    assert (errors(walls, written) < 1e-3).sum() == 158


def test_slopes_and_directions_of_roofs(delft: CityModel) -> None:
    surfaces = delft.surfaces
    rows = np.flatnonzero((surfaces.kind == SurfaceKind.ROOF) & (surfaces.lod == 22) & (surfaces.area > 1))
    slope = surfaces.attributes["b3_hellingshoek"].as_float()[rows]
    direction = surfaces.attributes["b3_azimut"].as_float()[rows]
    assert len(rows) == 1018
    assert np.nanmedian(np.abs(surfaces.tilt[rows] - slope)) < 0.005
    turn = np.abs((surfaces.azimuth[rows] - direction + 180) % 360 - 180)
    assert np.nanmedian(turn) < 0.006
