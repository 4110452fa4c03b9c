"""Implicit geometry: real polygons where a matrix and a point put them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.errors import CityReadError
from citytwin.io import ReadLimits, read_city
from citytwin.io._placements import drop_prototypes
from citytwin.model.city import CityModel
from tests.io import gml
from tests.io.both_readers import codes, read, read_file

TRIANGLE = [(0.0, 0.0, 0.0), (2.0, 0.0, 0.0), (0.0, 1.0, 0.5)]
PLACE = np.array([gml.EAST + 30, gml.NORTH + 7, 5.0])
PROTOTYPE = f'<gml:MultiSurface gml:id="tree">{gml.member(gml.polygon(TRIANGLE, "leaf"))}</gml:MultiSurface>'
IDENTITY = "1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1"


def inline(geometry: str = PROTOTYPE) -> str:
    return f"<core:relativeGMLGeometry>{geometry}</core:relativeGMLGeometry>"


def linked(identifier: str = "tree") -> str:
    return f'<core:relativeGMLGeometry xlink:href="#{identifier}"/>'


def implicit(relative: str, matrix: str | None = IDENTITY, place: np.ndarray = PLACE, name: str = "t") -> str:
    numbers = "" if matrix is None else f"<core:transformationMatrix>{matrix}</core:transformationMatrix>"
    point = gml.element(
        "core:referencePoint", gml.element("gml:Point", gml.element("gml:pos", " ".join(map(repr, place.tolist()))))
    )
    held = gml.element("core:ImplicitGeometry", numbers, relative, point)
    return gml.element(
        "veg:SolitaryVegetationObject", gml.element("veg:lod2ImplicitRepresentation", held), identifier=name
    )


def corners(city: CityModel, row: int = 0) -> np.ndarray:
    """Corners of the polygons of an object."""
    rows = city.rings.surface_rings[np.flatnonzero(city.surfaces.object == row)]
    points = [np.arange(*city.rings.ring_vertices[r : r + 2]) for r in rows]
    return (city.vertices + city.origin)[np.concatenate(points)]


def test_identity_stands_at_its_point(tmp_path: Path) -> None:
    city = read(tmp_path, implicit(inline()))
    np.testing.assert_allclose(corners(city), PLACE + TRIANGLE, rtol=0, atol=1e-8)
    assert city.surfaces.lod.tolist() == [20]
    assert list(city.surfaces.polygon_id) == ["leaf"]
    assert codes(city) == {}
    assert dict(city.counts) == {"read": 1, "degraded": 0, "refused": 0, "total": 1}


def test_matrix_is_written_row_by_row(tmp_path: Path) -> None:
    """A quarter turn to the left about the vertical, twice as high, 3 m up."""
    matrix = "0 -1 0 0 1 0 0 0 0 0 2 3 0 0 0 1"
    expected = PLACE + np.array([(0, 0, 3), (0, 2, 3), (-1, 0, 4)])
    np.testing.assert_allclose(corners(read(tmp_path, implicit(inline(), matrix))), expected, rtol=0, atol=1e-8)


def test_without_matrix_nothing_is_turned(tmp_path: Path) -> None:
    city = read(tmp_path, implicit(inline(), None))
    np.testing.assert_allclose(corners(city), PLACE + TRIANGLE, rtol=0, atol=1e-8)


def test_a_mirror_keeps_the_outside_outside(tmp_path: Path) -> None:
    upright = read(tmp_path, implicit(inline()))
    mirrored = read(tmp_path, implicit(inline(), "-1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1"))
    assert (upright.surfaces.normal[0, 2] > 0) == (mirrored.surfaces.normal[0, 2] > 0)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_prototype_is_shared_across_members_wherever_it_stands(tmp_path: Path, order: tuple[int, ...]) -> None:
    placed = [
        implicit(inline() if i == 0 else linked(), place=PLACE + np.array([10.0 * i, 0, 0]), name=f"t{i}")
        for i in range(3)
    ]
    city = read(tmp_path, *(placed[i] for i in order))
    assert len(city.surfaces) == 3
    for row, i in enumerate(order):
        np.testing.assert_allclose(corners(city, row), PLACE + np.array([10.0 * i, 0, 0]) + TRIANGLE, rtol=0, atol=1e-8)
    assert codes(city) == {}


def test_solids_and_composites_are_placed(tmp_path: Path) -> None:
    faces = gml.box_faces(x=0, y=0, z=0, dx=1, dy=1, dz=1)
    shell = "".join(gml.member(gml.polygon(p)) for p in faces.values())
    solid = f"<gml:Solid><gml:exterior><gml:CompositeSurface>{shell}</gml:CompositeSurface></gml:exterior></gml:Solid>"
    city = read(tmp_path, implicit(inline(solid), "3 0 0 0 0 3 0 0 0 0 3 0 0 0 0 1"))
    np.testing.assert_allclose(city.surfaces.area, 9)
    assert len(city.solids) == 0


def test_degrees_become_metres_before_anything_is_placed(tmp_path: Path) -> None:
    """A point in degrees north and east, a prototype in metres."""
    text = gml.city(implicit(inline(), place=np.array([60.17, 24.94, 5.0])), srs="urn:ogc:def:crs:EPSG::4258")
    city = read_file(gml.write(tmp_path, text))
    assert city.crs == "EPSG:25835"
    points = corners(city)
    np.testing.assert_allclose(points - points[0], TRIANGLE, rtol=0, atol=1e-8)


def test_swapped_axes_do_not_turn_the_prototype(tmp_path: Path) -> None:
    text = gml.city(implicit(inline(), place=PLACE[[1, 0, 2]]))
    np.testing.assert_allclose(corners(read_file(gml.write(tmp_path, text))), PLACE + TRIANGLE, rtol=0, atol=1e-8)


@pytest.mark.parametrize(
    ("relative", "matrix", "reason"),
    [
        ("<core:libraryObject>http://example.org/tree.wrl</core:libraryObject>", IDENTITY, "not opened"),
        ("", IDENTITY, "no relative geometry"),
        ("<core:relativeGMLGeometry/>", IDENTITY, "no relative geometry"),
        (inline("<gml:Point/>"), IDENTITY, "no surface"),
        (inline(), "1 0 0 0", "sixteen"),
        (inline(), IDENTITY.replace("1", "x"), "sixteen"),
        (inline(), IDENTITY[:-1] + "2", "0 0 0 1"),
    ],
)
def test_what_cannot_be_placed_is_kept(tmp_path: Path, relative: str, matrix: str, reason: str) -> None:
    city = read(tmp_path, gml.box("b"), implicit(relative, matrix))
    assert codes(city) == {1008: 1}
    assert reason in city.recorded.message[city.recorded.code == 1008][0]
    assert city.counts["degraded"] == 1
    assert list(city.extras.place) == ["veg:lod2ImplicitRepresentation"]
    assert len(city.surfaces) == 6


def test_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    assert codes(read(tmp_path, gml.box("b"), implicit(linked("nothing")))) == {1005: 1}


def test_reach_is_limited(tmp_path: Path) -> None:
    far = "1e7 0 0 0 0 1 0 0 0 0 1 9e7 0 0 0 1"
    path = gml.write(tmp_path, gml.city(implicit(inline(gml.polygon([(9e7, 0, 0), (0, 1, 0), (0, 0, 1)])), far)))
    with pytest.raises(CityReadError, match="reaches farther"):
        read_city(path, limits=ReadLimits())


def test_lod_is_filtered(tmp_path: Path) -> None:
    assert len(read(tmp_path, gml.box("b"), implicit(inline()), lod=1).surfaces) == 0


@given(
    matrix=st.lists(st.floats(-100, 100), min_size=12, max_size=12),
    points=st.lists(st.tuples(*[st.floats(-50, 50)] * 3), min_size=3, max_size=6),
)
def test_every_point_is_multiplied(matrix: list[float], points: list[tuple[float, float, float]]) -> None:
    """Against the product written out, for one prototype and one copy of it."""
    from citytwin.io._collected import Collected
    from citytwin.io._columns import CityColumns
    from citytwin.io._links import Linker, Polygons

    columns = CityColumns(10)
    row = columns.add_object("o", 17, -1)
    prototype, owner = columns.add_owner(row, 0, 20), columns.add_owner(row, 0, 20)
    columns.prototype_owner.append(prototype)
    columns.polygon_owner.append(prototype)
    columns.polygon_id.append("")
    columns.ring_polygon.append(0)
    columns.entry.extend([0, -1])
    columns.entry_sign.extend([1, 1])
    columns.ring_points.append(np.array([len(points)]))
    columns.coordinates.append(np.array(points, float))
    for name, value in (("start", 0), ("stop", 1), ("sign", 1), ("owner", owner), ("in_solid", 0)):
        getattr(columns, f"link_{name}").append(value)
    columns.placed_link.append(0)
    columns.placed_matrix.append(np.array(matrix).reshape(3, 4))
    columns.placed_point.append(PLACE)
    collected: Collected = columns.collected()
    polygons = Polygons(collected)
    Linker(polygons, collected, ReadLimits(), "document").surfaces()
    assert drop_prototypes(polygons, collected, 1e8, "document").tolist() == [-1, 0]
    for point, moved in zip(points, polygons.coordinates, strict=True):
        for axis in range(3):
            a, b, c, d = matrix[4 * axis : 4 * axis + 4]
            assert moved[axis] == pytest.approx(a * point[0] + b * point[1] + c * point[2] + d, rel=1e-12, abs=1e-9)
