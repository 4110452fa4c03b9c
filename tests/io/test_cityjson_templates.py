"""Geometry templates: polygons where the instances are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from citytwin.errors import CityReadError
from citytwin.io import read_city
from citytwin.model.enums import ObjectKind, SurfaceKind
from citytwin.model.validity import solid_volumes
from tests.io import cj

TURNED = [0, -2, 0, 5, 2, 0, 0, 6, 0, 0, 2, 7, 0, 0, 0, 1]
"""A quarter turn about the vertical, twice the size, and a shift, row by row."""


def instance(template: int = 0, vertex: int = 0, matrix: list[float] | None = None) -> dict[str, Any]:
    matrix = list(np.eye(4).ravel()) if matrix is None else matrix
    return {
        "type": "GeometryInstance",
        "template": template,
        "boundaries": [vertex],
        "transformationMatrix": matrix,
    }


def forest(*geometries: dict[str, Any]) -> dict[str, Any]:
    """A box, and a tree of each geometry from a document with a triangle, a solid and a point as templates."""
    document = cj.box()
    solid = cj.box("leaf")["CityObjects"]["leaf"]["geometry"][0]
    corners = sorted({index for face in solid["boundaries"][0] for index in face[0]})
    triangle = {
        "type": "MultiSurface",
        "lod": "1",
        "boundaries": [[[0, 1, 2]], [[0, 2, 1]]],
        "semantics": {
            "surfaces": [{"type": "Window", "parent": 1, "glass": "yes"}, {"type": "+Bark"}],
            "values": [0, 1],
        },
    }
    vertices = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.5, 0.25]]
    vertices += (np.array(document["vertices"])[corners] / 1000).tolist()[3:]
    templates = [triangle, solid | {"lod": 2.2}, {"type": "MultiPoint", "lod": "1", "boundaries": [0]}]
    document["geometry-templates"] = {"templates": templates, "vertices-templates": vertices}
    for number, geometry in enumerate(geometries):
        document["CityObjects"][f"tree{number}"] = {"type": "SolitaryVegetationObject", "geometry": [geometry]}
    return document


def points(city: Any, surface: int) -> np.ndarray:
    first = city.rings.ring_vertices[city.rings.surface_rings[surface]]
    last = city.rings.ring_vertices[city.rings.surface_rings[surface + 1]]
    return city.vertices[first:last] + city.origin


def test_triangles_where_they_are_placed(tmp_path: Path) -> None:
    city = read_city(cj.write(tmp_path, forest(instance(vertex=3), instance(matrix=TURNED))))
    assert city.objects.kind.tolist() == [ObjectKind.BUILDING, *[ObjectKind.SOLITARY_VEGETATION] * 2]
    assert city.surfaces.object.tolist() == [0] * 6 + [1, 1, 2, 2]
    scale, shift = np.array(forest()["transform"]["scale"]), np.array(forest()["transform"]["translate"])
    table = np.array(forest()["vertices"]) * scale + shift
    np.testing.assert_allclose(points(city, 6), table[3] + np.array([[0, 0, 0], [1, 0, 0], [0, 0.5, 0.25]]))
    np.testing.assert_allclose(points(city, 8), table[0] + np.array([[5, 6, 7], [5, 8, 7], [4, 6, 7.5]]))
    assert city.surfaces.area[8] == pytest.approx(4 * city.surfaces.area[6])
    assert city.surfaces.kind.tolist()[6:] == [SurfaceKind.WINDOW, SurfaceKind.UNKNOWN] * 2
    assert city.surfaces.parent.tolist()[6:] == [7, -1, 9, -1]
    assert city.surfaces.attributes["glass"].values.tolist()[6:] == ["yes", "", "yes", ""]
    assert city.surfaces.attributes["type"].values.tolist()[6:] == ["", "+Bark", "", "+Bark"]
    assert len(set(city.surfaces.feature[6:].tolist())) == 4
    assert city.counts["degraded"] == 0


def test_document_order_is_kept(tmp_path: Path) -> None:
    """Instances stand between other geometries, of one object and of several."""
    document = forest(instance())
    document["CityObjects"]["b"]["geometry"].insert(0, instance())
    document["CityObjects"]["after"] = cj.box("after")["CityObjects"]["after"]
    city = read_city(cj.write(tmp_path, document))
    assert city.surfaces.object.tolist() == [0] * 8 + [1] * 2 + [2] * 6
    assert city.surfaces.lod.tolist() == [10] * 2 + [22] * 6 + [10] * 2 + [22] * 6
    assert list(city.surfaces.id) == [""] * 2 + [f"b_{n}" for n in cj.box_faces()] + [""] * 2 + [
        f"after_{n}" for n in cj.box_faces()
    ]
    assert city.solids.object.tolist() == [0, 2]
    np.testing.assert_allclose(solid_volumes(city), [480, 480], rtol=1e-9)


def test_solids_and_levels_of_detail_of_templates(tmp_path: Path) -> None:
    path = cj.write(tmp_path, forest(instance(1), instance(1, matrix=TURNED), instance(0)))
    city = read_city(path, lod="2.2")
    assert city.surfaces.object.tolist() == [0] * 6 + [1] * 6 + [2] * 6
    assert city.solids.object.tolist() == [0, 1, 2]
    volumes = solid_volumes(city)
    assert volumes[2] == pytest.approx(8 * volumes[1])


def test_templates_of_points_are_kept(tmp_path: Path) -> None:
    city = read_city(cj.write(tmp_path, forest(instance(2))))
    assert len(city.surfaces) == 6
    assert list(city.extras.place) == ["geometry.GeometryInstance"]
    assert 1008 in city.findings.code


@pytest.mark.parametrize(
    "wrong",
    [
        instance(template=3),
        instance(template=-1),
        instance(vertex=999),
        instance(vertex=-1),
        instance(matrix=[1.0] * 15),
        instance(matrix=[1e300] * 16),
        instance() | {"transformationMatrix": [None] * 16},
        instance() | {"boundaries": [0, 1]},
        instance() | {"boundaries": []},
        instance() | {"template": "0"},
        {"type": "GeometryInstance"},
    ],
)
def test_refused_instances(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(CityReadError):
        read_city(cj.write(tmp_path, forest(wrong)))


def test_instances_without_templates(tmp_path: Path) -> None:
    document = forest(instance())
    del document["geometry-templates"]
    with pytest.raises(CityReadError, match="no geometry-templates") as caught:
        read_city(cj.write(tmp_path, document))
    assert caught.value.gml_id == "tree0"
