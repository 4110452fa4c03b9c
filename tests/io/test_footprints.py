import gzip
import json

import numpy as np
import pytest
import shapely

from citytwin.errors import CityReadError, CrsError
from citytwin.io import ReadLimits
from citytwin.io.footprints import footprint_format, read_footprints
from citytwin.model.enums import Action, ObjectKind, Source, SurfaceKind
from citytwin.model.validity import check_geometry
from tests.io.plans import EAST, NORTH, box, feature, geojson, geopackage, outline


def found(city):
    return set(zip(city.recorded.code.tolist(), city.recorded.object_id.tolist(), strict=True))


def codes(city):
    return set(city.recorded.code.tolist())


@pytest.fixture
def street(tmp_path):
    """A block with a courtyard, a lower neighbour that shares a wall of 20 m, and a building of two bodies."""
    shapes = [
        box(0, 0, 40, 20, hole=(10, 5, 20, 10)),
        box(40, 0, 10, 20),
        shapely.union_all([box(100, 0, 8, 8), box(120, 0, 8, 16)]),
    ]
    columns = {"building_id": ["block", "low", "twin"], "height": [16.0, 6.0, 9.0], "ground_z": [4.0, 4.0, 5.0]}
    return read_footprints(geopackage(tmp_path, shapes, columns))


def test_footprints_become_closed_blocks(street):
    assert list(street.objects.id) == ["block", "low", "twin"]
    assert set(street.surfaces.lod.tolist()) == {10}
    assert street.solids.object.tolist() == [0, 1, 2, 2]
    assert len(check_geometry(street)) == 0
    assert street.counts == {"read": 3, "degraded": 0, "refused": 0, "total": 3}
    assert street.crs == "EPSG:3879"
    assert codes(street) == {1207}


def test_figures_of_the_buildings(street):
    buildings = street.buildings()
    np.testing.assert_allclose(buildings.footprint_area, [600, 200, 192], rtol=1e-9)
    np.testing.assert_allclose(buildings.volume, [600 * 16, 200 * 6, 192 * 9], rtol=1e-9)
    np.testing.assert_allclose(buildings.wall_area, [180 * 16, 60 * 6, 80 * 9], rtol=1e-9)
    np.testing.assert_allclose(buildings.party_wall_area, [20 * 6, 20 * 6, 0], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(buildings.ground_z, [4, 4, 5])
    np.testing.assert_allclose(buildings.height, [16, 6, 9])
    assert (buildings.source["height"] == Source.MEASURED).all()


def test_walls_of_a_courtyard_face_it(street):
    """A point in the middle of the courtyard lies on the outer side of the walls around it."""
    middle = np.array([EAST + 20, NORTH + 10, 10.0]) - street.origin
    walls = np.flatnonzero((street.surfaces.object == 0) & (street.surfaces.kind == SurfaceKind.WALL))
    start = street.vertices[street.rings.ring_vertices[street.rings.surface_rings[walls]]]
    outward = ((middle - start) * street.surfaces.normal[walls]).sum(1) > 0
    near = (np.abs(start - middle)[:, :2] <= [10, 5]).all(1)
    assert near.sum() == 4
    assert (outward == near).all()


def test_storeys_stand_in_for_a_height_and_say_so(tmp_path):
    path = geopackage(tmp_path, [box(0, 0, 10, 10)] * 2, {"id": ["a", "b"], "storeys": [4, 2], "height": [np.nan, 7.5]})
    city = read_footprints(path)
    assert np.ptp(city.vertices[:, 2][city.rings.ring_vertices[0] :]) == 12.0
    assert city.objects.attributes["height_source"].as_text().tolist() == ["derived", ""]
    assert city.buildings().height.tolist() == [12.0, 7.5]
    assert city.buildings().source["height"].tolist() == [Source.DERIVED, Source.MEASURED]
    assert (1072, "") in found(city)
    assert read_footprints(path, storey_height=3.5).buildings().height.tolist() == [14.0, 7.5]
    with pytest.raises(ValueError, match="storey_height"):
        read_footprints(path, storey_height=0)


def test_a_building_without_height_keeps_its_outline(tmp_path):
    path = geopackage(tmp_path, [box(0, 0, 10, 10), box(20, 0, 10, 10)], {"id": ["a", "b"], "height": [0.0, 5.0]})
    city = read_footprints(path)
    assert city.counts == {"read": 1, "degraded": 1, "refused": 0, "total": 2}
    assert {(1007, "a"), (1071, "")} <= found(city)
    assert city.surfaces.lod[city.surfaces.object == 0].tolist() == [0]
    assert city.buildings().footprint_area.tolist() == pytest.approx([100, 100])


def test_the_ground_comes_from_the_polygon(tmp_path):
    raised = shapely.force_3d(box(0, 0, 10, 10), 12.5)
    tilted = shapely.Polygon([(EAST + 20, NORTH, 3.0), (EAST + 30, NORTH, 4.0), (EAST + 30, NORTH + 10, 5.0)])
    city = read_footprints(geopackage(tmp_path, [raised, tilted], {"height": [5.0, 5.0], "ground_z": [1.0, 1.0]}))
    assert city.buildings().ground_z.tolist() == [12.5, 3.0]
    assert 1073 not in codes(city)


def test_heights_of_zero_throughout_say_nothing(tmp_path):
    flat = shapely.force_3d(box(0, 0, 10, 10), 0.0)
    path = geopackage(tmp_path, [flat, flat], {"id": ["a", "b"], "height": [5.0, 5.0], "ground_z": [7.0, np.nan]})
    city = read_footprints(path)
    assert city.buildings().ground_z.tolist() == [7.0, 0.0]
    assert (1073, "") in found(city)


def test_lod_0_gives_outlines_and_lod_2_nothing(tmp_path):
    path = geopackage(tmp_path, [box(0, 0, 10, 10)], {"id": ["a"], "height": [5.0]})
    outlines = read_footprints(path, lod=0)
    assert (outlines.surfaces.lod.tolist(), outlines.counts["degraded"]) == ([0], 0)
    assert set(read_footprints(path, lod=1).surfaces.lod.tolist()) == {10}
    nothing = read_footprints(path, lod=2)
    assert (len(nothing.surfaces), found(nothing) >= {(1003, "a")}, nothing.counts["degraded"]) == (0, True, 1)


def test_broken_polygons_are_rebuilt_and_noted(tmp_path):
    bow_tie = outline((0, 0), (10, 10), (10, 0), (0, 10))
    spike = outline((0, 30), (10, 30), (20, 30))
    outside = shapely.Polygon(box(0, 40, 9, 9).exterior, [box(20, 60, 2, 2).exterior])
    columns = {"id": ["tie", "spike", "outside", "good"], "height": [4.0] * 4}
    city = read_footprints(geopackage(tmp_path, [bow_tie, spike, outside, box(50, 0, 2, 2)], columns))
    rows = city.recorded.to_pandas().set_index("object_id")
    assert (rows.loc["tie", "code"], rows.loc["tie", "action"]) == (104, "healed")
    assert rows.loc["spike", "action"] == "degraded"
    assert (rows.loc["outside", "code"], rows.loc["outside", "action"]) == (206, "healed")
    assert city.buildings().volume.tolist() == pytest.approx([200.0, np.nan, 324.0, 16.0], nan_ok=True)
    assert city.counts == {"read": 3, "degraded": 1, "refused": 0, "total": 4}
    assert len(check_geometry(city)) == 0, check_geometry(city).to_pandas()


def test_repeated_points_and_direction_do_not_matter(tmp_path):
    square = box(0, 0, 10, 10, hole=(2, 2, 3, 3))
    doubled = shapely.Polygon(np.repeat(np.array(square.exterior.coords), 2, axis=0)[::-1], [square.interiors[0]])
    city = read_footprints(geopackage(tmp_path, [square, doubled], {"height": [4.0, 4.0]}))
    assert city.buildings().volume.tolist() == pytest.approx([364.0, 364.0])
    assert len(check_geometry(city)) == 0, check_geometry(city).to_pandas()


def test_what_is_no_area_is_refused_and_what_is_missing_degraded(tmp_path):
    mixed = {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [25.0, 60.0]}]}
    square = shapely.box(24.95, 60.17, 24.9502, 60.1701)
    both = {"type": "GeometryCollection", "geometries": [*mixed["geometries"], feature(square)["geometry"]]}
    features = [
        feature({"type": "Point", "coordinates": [24.95, 60.17]}, id="point"),
        feature(shapely.LineString([(24.95, 60.17), (24.96, 60.17)]), id="line"),
        feature(mixed, id="mixed"),
        feature(None, id="none"),
        feature({"type": "Polygon", "coordinates": []}, id="empty"),
        feature({"type": "Polygon", "coordinates": [[[24.95, "x"]]]}, id="broken"),
        feature(both, id="both", properties={"height": 3}),
        feature(square, id="good", properties={"height": 3}),
    ]
    city = read_footprints(geojson(tmp_path, features))
    assert list(city.objects.id) == ["none", "empty", "broken", "both", "good"]
    assert city.counts == {"read": 1, "degraded": 4, "refused": 3, "total": 8}
    assert {(1003, "none"), (1003, "empty"), (1008, "broken"), (1008, "both")} <= found(city)
    refused = city.recorded.where(city.recorded.action == Action.REFUSED)
    assert [m.split(" are")[0] for m in refused.message] == [
        "1 features of kind collection without polygons",
        "1 features of kind line",
        "1 features of kind point",
    ]


def test_a_file_without_polygons_is_an_error(tmp_path):
    points = geojson(tmp_path, [feature({"type": "Point", "coordinates": [25, 60]})])
    with pytest.raises(CityReadError, match=r"no polygon \(1 of kind point\).*read_table"):
        read_footprints(points)
    with pytest.raises(CityReadError, match="no features"):
        read_footprints(geojson(tmp_path, []))
    with pytest.raises(CityReadError, match="no layer with polygons"):
        read_footprints(geopackage(tmp_path, [shapely.Point(EAST, NORTH)], {"height": [1.0]}, layer="points"))


def test_identifiers_that_repeat_or_are_missing(tmp_path):
    path = geopackage(
        tmp_path, [box(20 * i, 0, 9, 9) for i in range(4)], {"id": ["a", "a", None, "b"], "height": [3.0] * 4}
    )
    city = read_footprints(path)
    assert list(city.objects.id) == ["a", "a", "object-3", "b"]
    assert {(1001, "a"), (1002, "")} <= found(city)


def test_chosen_columns(tmp_path):
    columns = {"id": ["x"], "height": [3.0], "eaves": [8.0], "level": [2.5], "plot": ["K1"]}
    path = geopackage(tmp_path, [box(0, 0, 10, 10)], columns)
    city = read_footprints(path, height="eaves", ground="level", id="plot")
    assert list(city.objects.id) == ["K1"]
    assert (city.buildings().height[0], city.buildings().ground_z[0]) == (8.0, 2.5)
    with pytest.raises(CityReadError, match=r"no column 'ridge'.*eaves"):
        read_footprints(path, height="ridge")


def test_limits(tmp_path):
    path = geopackage(tmp_path, [box(0, 0, 10, 10), shapely.Point(EAST + 50, NORTH).buffer(5)], {"height": [3.0, 3.0]})
    city = read_footprints(path, limits=ReadLimits(object_vertices=100))
    assert (city.counts["degraded"], 1012 in codes(city)) == (1, True)
    assert read_footprints(path, limits=ReadLimits(ring_points=20)).counts["degraded"] == 1
    with pytest.raises(CityReadError, match="more than 1000 bytes"):
        read_footprints(path, limits=ReadLimits(file_bytes=1000))
    with pytest.raises(CityReadError, match="more than 100 bytes"):
        read_footprints(geojson(tmp_path, [feature(box(0, 0, 1, 1))] * 9), limits=ReadLimits(json_bytes=100))
    far = geojson(tmp_path, [feature(shapely.box(0, 0, 1e9, 1))])
    assert 1008 in codes(read_footprints(far, crs="local"))


def test_a_building_reads_the_same_alone_and_in_company(tmp_path):
    shapes = [box(20 * i, 0, 9, 9 + i) for i in range(5)]
    columns = {"id": list("abcde"), "height": [3.0, 4.0, 5.0, 6.0, 7.0]}
    whole = read_footprints(geopackage(tmp_path, shapes, columns)).select(ids=["c"])
    alone = read_footprints(geopackage(tmp_path, shapes[2:3], {"id": ["c"], "height": [5.0]}))
    np.testing.assert_array_equal(whole.vertices + whole.origin, alone.vertices + alone.origin)


def test_parts_replace_the_ground_they_stand_on(tmp_path):
    """An outline of 20 x 10 m under a tower of 10 x 10 m: the tower is a part, the rest stays with the building."""
    shapes = [box(0, 0, 20, 10), box(10, 0, 10, 10), box(90, 0, 5, 5)]
    columns = {
        "osm_id": ["house", "tower", "stray"],
        "building": ["yes", None, None],
        "building:part": [None, "yes", "yes"],
        "height": [6.0, 30.0, 3.0],
    }
    city = read_footprints(geopackage(tmp_path, shapes, columns))
    assert city.objects.parent.tolist() == [-1, 0, -1]
    assert city.objects.kind.tolist() == [ObjectKind.BUILDING, ObjectKind.BUILDING_PART, ObjectKind.BUILDING]
    assert (1014, "stray") in found(city)
    buildings = city.buildings()
    assert buildings.volume.tolist() == pytest.approx([100 * 6 + 100 * 30, 75])
    assert buildings.footprint_area.tolist() == pytest.approx([200, 25])
    assert city.surfaces.lod[city.surfaces.object == 0].tolist() == [10] * 6 + [0]


def test_a_part_belongs_to_the_smallest_outline_around_it(tmp_path):
    shapes = [box(0, 0, 90, 90), box(10, 10, 9, 9), box(0, 0, 60, 60), box(5, 5, 20, 20)]
    columns = {"building": ["yes", None, "yes", "yes"], "building:part": [None, "yes", None, None], "height": [9.0] * 4}
    assert read_footprints(geopackage(tmp_path, shapes, columns)).objects.parent.tolist() == [-1, 3, -1, -1]


def test_an_outline_without_height_is_degraded_where_its_parts_leave_ground(tmp_path):
    columns = {"building": ["yes", None], "building:part": [None, "yes"], "height": [None, 9.0]}
    partly = read_footprints(geopackage(tmp_path, [box(0, 0, 20, 10), box(0, 0, 10, 10)], columns))
    assert partly.counts == {"read": 0, "degraded": 1, "refused": 0, "total": 1}
    assert partly.buildings().volume[0] == pytest.approx(900.0)


def test_a_floating_part_has_an_outer_floor(tmp_path):
    shapes = [box(0, 0, 20, 10), box(0, 0, 20, 10)]
    columns = {
        "building": ["yes", None],
        "building:part": [None, "yes"],
        "height": [None, 9.0],
        "min_height": [None, 3.0],
    }
    city = read_footprints(geopackage(tmp_path, shapes, columns))
    assert city.counts == {"read": 1, "degraded": 0, "refused": 0, "total": 1}
    part = city.surfaces.object == 1
    assert (city.surfaces.kind[part] == SurfaceKind.OUTER_FLOOR).sum() == 1
    assert city.buildings().volume[0] == pytest.approx(1200.0)


def test_delft(test_data, tmp_path):
    """Outlines of 3DBAG, raised to the median elevation of their roofs, hold what its LoD2.2 models hold."""
    shapes, rows = [], []
    lines = (test_data / "data" / "cityjson" / "delft.city.jsonl").read_text(encoding="utf-8").splitlines()
    transform = json.loads(lines[0])["transform"]
    for line in lines[1:]:
        item = json.loads(line)
        points = np.array(item["vertices"]) * transform["scale"] + transform["translate"]
        for thing in item["CityObjects"].values():
            outlines = [g["boundaries"] for g in thing.get("geometry", []) if g["lod"] == "0"]
            if outlines:
                shapes.append(
                    shapely.MultiPolygon([(points[p[0], :2], [points[h, :2] for h in p[1:]]) for p in outlines[0]])
                )
                rows.append(thing["attributes"])
    names = ["identificatie", "b3_h_dak_50p", "b3_h_maaiveld", "b3_volume_lod22", "b3_opp_grond"]
    columns = {name: [row.get(name) for row in rows] for name in names}
    city = read_footprints(geopackage(tmp_path, shapes, columns, crs="EPSG:28992"))
    buildings = city.buildings()
    assert len(buildings) == 159
    assert buildings.id[0] == rows[0]["identificatie"]
    ratio = buildings.volume / np.array(columns["b3_volume_lod22"], float)
    assert np.nanmedian(ratio) == pytest.approx(1.0, abs=0.02)
    area = buildings.footprint_area / np.array(columns["b3_opp_grond"], float)
    assert np.median(area) == pytest.approx(1.0, abs=2e-3)


def test_packed_files(tmp_path):
    plan = geopackage(tmp_path, [box(0, 0, 10, 10)], {"id": ["a"], "height": [5.0]})
    packed = tmp_path / "plan.gpkg.gz"
    packed.write_bytes(gzip.compress(plan.read_bytes()))
    city = read_footprints(packed)
    assert (list(city.objects.id), city.buildings().volume[0]) == (["a"], pytest.approx(500.0))
    assert codes(city) == {1073, 1207}


def test_formats_are_told_by_content(tmp_path):
    assert footprint_format(b"SQLite format 3\x00" + bytes(84)) == "gpkg"
    assert footprint_format(b'\xef\xbb\xbf {"features": [') == "geojson"
    assert footprint_format(b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18") == "pbf"
    assert footprint_format(b"<?xml version='1.0'?><osm version='0.6'>") == "osm"
    assert footprint_format(b'{"type": "CityJSONFeature"') is None
    assert footprint_format(b"<core:CityModel>") is None
    (tmp_path / "plan.txt").write_text("plan")
    with pytest.raises(CityReadError, match="no file of footprints"):
        read_footprints(tmp_path / "plan.txt")
    with pytest.raises(CityReadError, match="no such file"):
        read_footprints(tmp_path / "nowhere.gpkg")


def test_without_a_reference_system_the_caller_has_to_say(tmp_path):
    path = geopackage(tmp_path, [box(0, 0, 10, 10)], {"height": [5.0]}, crs=None)
    with pytest.raises(CrsError, match="crs="):
        read_footprints(path)
    assert read_footprints(path, crs="EPSG:3879").crs == "EPSG:3879"
    assert read_footprints(path, crs="local").crs is None
