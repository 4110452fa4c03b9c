"""Real deliveries of cities and standards bodies: what is read from each, and what is refused and why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from citytwin.errors import CrsError
from citytwin.io import read_city, write_citygml, write_cityjson
from citytwin.model.city import CityModel
from citytwin.model.enums import SurfaceKind
from citytwin.model.validity import Tolerances, check_geometry, solid_volumes
from tests.io.test_roundtrip import summary


@pytest.fixture(scope="module")
def helsinki(helsinki_path: Path) -> CityModel:
    return read_city(helsinki_path)


def test_helsinki_counts(helsinki: CityModel) -> None:
    assert dict(helsinki.counts) == {"read": 61, "degraded": 0, "refused": 0, "total": 61}
    assert (len(helsinki.surfaces), len(helsinki.solids), len(helsinki.extras)) == (1392, 61, 0)
    assert helsinki.surfaces.feature_attributes.n == 1103
    assert len(helsinki.rings.ring_vertices) - 1 == 1395
    assert (helsinki.crs, helsinki.vertical_crs) == ("EPSG:3879", None)
    found = dict(zip(*np.unique(helsinki.findings.code, return_counts=True), strict=True))
    assert found == {302: 1, 303: 1, 1011: 1, 1205: 1, 1207: 1}
    assert len(set(helsinki.findings.object_id[np.isin(helsinki.findings.code, (302, 303))])) == 1
    assert helsinki.provenance.inputs[0].bytes == 3_121_201


def single_polygon(city: CityModel) -> np.ndarray:
    """Rows of the polygons that are alone in their boundary surface."""
    count = np.bincount(city.surfaces.feature, minlength=city.surfaces.feature_attributes.n)
    return np.flatnonzero(count[city.surfaces.feature] == 1)


def test_helsinki_areas_equal_the_register_of_surfaces(helsinki: CityModel) -> None:
    rows = single_polygon(helsinki)
    written = helsinki.surfaces.attributes["Area"].as_float()[rows]
    assert len(rows) == 944
    assert np.abs(helsinki.surfaces.area[rows] - written).max() < 0.1


def test_helsinki_roofs_face_where_the_file_says(helsinki: CityModel) -> None:
    surfaces = helsinki.surfaces
    rows = single_polygon(helsinki)
    rows = rows[surfaces.kind[rows] == SurfaceKind.ROOF]
    pitch = surfaces.attributes["RoofPitch"].as_float()[rows]
    direction = surfaces.attributes["RoofOrientation"].as_float()[rows]
    tilt_error = np.abs(90 - pitch - surfaces.tilt[rows])
    assert np.nanmedian(tilt_error) < 0.1
    assert np.nanpercentile(tilt_error, 90) < 0.1
    sloped = direction >= 0
    turn = np.abs((surfaces.azimuth[rows] - direction + 180) % 360 - 180)[sloped]
    assert sloped.sum() > 50
    assert np.nanmedian(turn) < 0.1


def test_helsinki_attributes(helsinki: CityModel) -> None:
    attributes = helsinki.objects.attributes
    filled = {
        name: int((~attributes[name].mask).sum()) for name in ("Kerrosala", "Tilavuus", "Valmistunut", "roofType")
    }
    assert filled == {"Kerrosala": 31, "Tilavuus": 23, "Valmistunut": 23, "roofType": 61}
    assert attributes["integrating_person"].place == "set:Integrate_LoD[2]"
    assert attributes["measuredHeight"].unit == "urn:adv:uom:m"


@pytest.mark.parametrize("write", [write_citygml, write_cityjson])
def test_helsinki_round_trip(helsinki: CityModel, tmp_path: Path, write) -> None:  # type: ignore[no-untyped-def]
    losses = write(helsinki, tmp_path / "out")
    again = read_city(tmp_path / "out")
    assert summary(again) == summary(helsinki)
    exact = write is write_citygml
    np.testing.assert_allclose(
        np.sort(again.surfaces.area), np.sort(helsinki.surfaces.area), atol=1e-9 if exact else 0.5
    )
    np.testing.assert_allclose(
        np.sort(solid_volumes(again)), np.sort(solid_volumes(helsinki)), rtol=1e-9 if exact else 1e-3
    )
    assert list(losses.name) == []


READ = {
    # Objects read and degraded; objects, polygons, solids; horizontal and vertical system. In the examples of the OGC
    # the polygons are those the file has elements for, nine triangles of the ground (twelve beside the garage), and
    # one for each that surfaces of two objects share by a link: a wall of house and garage, two windows and a door of
    # the room.
    "citygml/nrw/LoD2_32_280_5657_1_NW.gml": (83, 0, 133, 1144, 113, "EPSG:25832", "EPSG:7837"),
    "citygml/plateau/yokosuka/523965_dem_6697_05_op.gml": (2, 0, 2, 1066, 0, "EPSG:6691", "EPSG:6695"),
    "citygml/ogc2/ade/noise-ade/cityfurniture_example.gml": (1, 0, 1, 6, 1, "EPSG:31466", "EPSG:5783"),
    "citygml/zurich_delft_small/zurich-lod2-citygml1.gml": (4, 0, 10, 61, 0, "EPSG:21781", None),
    "citygml/zurich_delft_small/delft-citygml2.gml": (3, 0, 3, 97, 3, "EPSG:28992", "EPSG:5709"),
    "citygml/plateau/53395404_bldg_6697_op.gml": (657, 0, 657, 5856, 657, "EPSG:6691", "EPSG:6695"),
    "citygml/plateau/51311624_bldg_Issue139.gml": (109, 0, 109, 922, 109, "EPSG:6689", "EPSG:6695"),
    "citygml/plateau/64412288_bldg_6697_op.gml": (10, 0, 10, 104, 10, "EPSG:6691", "EPSG:6695"),
    "citygml/plateau/yokosuka/52397519_bldg_6697_op.gml": (13, 0, 15, 811, 17, "EPSG:6691", "EPSG:6695"),
    "citygml/ogc2/building/Building_LOD0-EPSG25832.gml": (2, 0, 2, 2 + 9, 0, "EPSG:25832", "EPSG:5783"),
    "citygml/ogc2/building/Building_LOD1-EPSG25832.gml": (2, 0, 2, 6 + 9, 1, "EPSG:25832", "EPSG:5783"),
    "citygml/ogc2/building/Building_LOD2-EPSG25832.gml": (2, 0, 2, 7 + 9, 1, "EPSG:25832", "EPSG:5783"),
    "citygml/ogc2/building/Building_LOD3-EPSG25832.gml": (2, 0, 2, 24 + 9, 1, "EPSG:25832", "EPSG:5783"),
    "citygml/ogc2/building/Building_LOD4-EPSG25832.gml": (2, 0, 3, 998 + 9 + 3, 2, "EPSG:25832", "EPSG:5783"),
    "citygml/ogc2/building/Building_and_garage_LOD2-EPSG25832.gml": (
        2, 0, 3, 13 + 12 + 1, 2, "EPSG:25832", "EPSG:5783",
    ),
    "citygml/ogc2/appearance/Appearance-EPSG25832.gml": (2, 0, 2, 14 + 9, 2, "EPSG:25832", "EPSG:5783"),
    "citygml/ogc2/appearance/using-worldfile/Appearance-with-WorldFile-EPSG25832.gml": (
        2, 0, 2, 14 + 9, 2, "EPSG:25832", "EPSG:5783",
    ),
    "citygml/ingolstadt_lod3/4018115.gml": (1, 0, 1, 1547, 0, "EPSG:32632", None),
    "citygml/ingolstadt_lod3/4018208.gml": (1, 0, 1, 407, 0, "EPSG:32632", None),
    "citygml/ingolstadt_lod3/4018212.gml": (1, 0, 1, 677, 0, "EPSG:32632", None),
    "citygml/energyade/FZKHouseLoD2-ADE-results.gml": (18, 0, 18, 7, 1, "EPSG:25832", None),
    "cityjson/delft.city.jsonl": (154, 5, 319, 15282, 480, "EPSG:28992", "EPSG:5709"),
    "cityjson/zurich_subset_lod2.json": (49, 0, 210, 2039, 0, "EPSG:2056", None),
    "cityjson/montréal_b4.city.jsonl": (3, 1, 4, 552, 0, "EPSG:26918", None),
}  # fmt: skip
LOCAL = {
    "citygml/berlin_mini/berlin_alexanderplatz_mini.gml": (0, 2, 2, 56, 2),
    "citygml/lod3/lod3_building_v2.gml": (1, 0, 1, 3092, 0),
    "citygml/citygml3/lod2_buildings_v3.gml": (100, 0, 100, 700, 100),
    "citygml/ogc2/appearance/Appearance_TexCoord-Example.gml": (1, 0, 1, 3, 0),
    "citygml/ogc2/building/Building_LOD1-LocalEngineeringCRS.gml": (2, 0, 2, 6 + 9, 1),
    "citygml/ogc2/ade/noise-ade/building_example.gml": (1, 0, 1, 6, 1),
    "citygml/ogc2/ade/robotics-ade/simple_example.gml": (2, 0, 2, 2, 0),
    "cityjson/citygml4j/lod2_buildings_v2.json": (100, 0, 100, 700, 100),
    "cityjson/citygml4j/lod2_buildings_as_CityJSON_features.jsonl": (100, 0, 100, 700, 100),
    "cityjson/multi_lod.json": (10, 0, 10, 752, 30),
    "cityjson/rotterdam_subset.json": (7, 9, 16, 236, 0),
}
LINES_ONLY = {
    "citygml/ogc2/ade/noise-ade/road_example.gml": "tran:lod0Network",
    "citygml/ogc2/ade/noise-ade/railway_example.gml": "tran:lod0Network",
}


def counted(city: CityModel) -> tuple[int, ...]:
    counts = city.counts
    assert counts["read"] + counts["degraded"] + counts["refused"] == counts["total"]
    return counts["read"], counts["degraded"], len(city.objects), len(city.surfaces), len(city.solids)


@pytest.mark.parametrize("name", READ)
def test_what_is_read(test_data: Path, name: str) -> None:
    city = read_city(test_data / "data" / name)
    assert (*counted(city), city.crs, city.vertical_crs) == READ[name]
    extent = city.bounds[3:5] - city.bounds[:2]
    assert (extent > 1).all()
    assert (extent < 20_000).all()


@pytest.mark.parametrize("name", LOCAL)
def test_what_has_no_place_on_earth(test_data: Path, name: str) -> None:
    path = test_data / "data" / name
    with pytest.raises(CrsError, match=r"local|crs="):
        read_city(path)
    assert counted(read_city(path, crs="local")) == LOCAL[name]


@pytest.mark.parametrize("name", LINES_ONLY)
def test_what_has_no_surface(test_data: Path, name: str) -> None:
    """A network of lines is kept as it is written."""
    city = read_city(test_data / "data" / name)
    assert counted(city) == (1, 0, 1, 0, 0)
    assert LINES_ONLY[name] in set(city.extras.place)


def test_every_file_is_listed(test_data: Path) -> None:
    data = test_data / "data"
    listed = {*READ, *LOCAL, *LINES_ONLY, "citygml/helsinki/2549_6674.gml"}
    found = {
        path.relative_to(data).as_posix()
        for folder in ("citygml", "cityjson")
        for path in (data / folder).rglob("*")
        if path.suffix in (".gml", ".json", ".jsonl")
    }
    assert found == listed


def test_north_rhine_solids(test_data: Path) -> None:
    """84 of the 113 solids of this tile are closed."""
    city = read_city(test_data / "data/citygml/nrw/LoD2_32_280_5657_1_NW.gml")
    assert (check_geometry(city, Tolerances(planarity=10.0, normals=179.0)).code == 302).sum() == 29
    assert {"bldg:lod2TerrainIntersection", "gml:name"} == set(city.extras.place)


def test_twins_in_two_formats_agree(test_data: Path) -> None:
    folder = test_data / "data/cityjson/citygml4j"
    whole = read_city(folder / "lod2_buildings_v2.json", crs="local")
    lines = read_city(folder / "lod2_buildings_as_CityJSON_features.jsonl", crs="local")
    assert sorted(whole.objects.id) == sorted(lines.objects.id)
    np.testing.assert_allclose(np.sort(solid_volumes(whole)), np.sort(solid_volumes(lines)), rtol=1e-9)


def test_volumes_of_the_dutch_register(test_data: Path) -> None:
    """3DBAG publishes the volume of each building in three levels of detail."""
    city = read_city(test_data / "data/cityjson/delft.city.jsonl")
    volume, root = solid_volumes(city), city.objects.root[city.solids.object]
    errors = []
    for lod in (12, 13, 22):
        register = city.objects.attributes[f"b3_volume_lod{lod}"].as_float()
        ours = np.bincount(root, weights=np.where(city.solids.lod == lod, volume, 0), minlength=len(register))
        valid = np.isfinite(register) & (register > 0)
        errors.append(np.abs(ours[valid] / register[valid] - 1))
        assert valid.sum() == 159
    assert np.median(np.concatenate(errors)) < 1e-3
    assert np.percentile(np.concatenate(errors), 98) < 0.01


def test_degrees_become_metres(test_data: Path) -> None:
    """A tile of PLATEAU is a thirtieth of a degree wide at most and has areas of houses, not of degrees."""
    city = read_city(test_data / "data/citygml/plateau/53395404_bldg_6697_op.gml")
    footprints = city.surfaces.area[city.surfaces.lod == 0]
    assert 30 < np.median(footprints) < 200
    assert 1208 in city.findings.code
