from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from citytwin.model.assemble import assemble_city
from citytwin.model.attributes import AttributeTable
from citytwin.model.enums import ObjectKind, SurfaceKind
from tests.model.derive.boxes import box_city
from tests.model.small_city import ORIGIN, small_city


def test_local_origin_is_a_corner_of_the_kilometre_grid() -> None:
    city = small_city()
    assert city.origin.tolist() == [25_497_000.0, 6_673_000.0, 0.0]
    assert city.bounds.tolist() == [*(np.add(ORIGIN, 0)), *np.add(ORIGIN, [130, 10, 10])]


def test_active_leaves_lod4_alone() -> None:
    city = box_city([[0, 0, 10, 10, 0, 9], [20, 0, 30, 10, 0, 9]])
    lod = np.where(city.surfaces.object == 0, 40, city.surfaces.lod).astype(city.surfaces.lod.dtype)
    deep = replace(city, surfaces=replace(city.surfaces, lod=lod))
    assert (city.surfaces.object[city.active] == 0).any()
    assert deep.active.tolist() == np.flatnonzero(deep.surfaces.object == 1).tolist()


def test_active_takes_the_deepest_lod_with_meaning_and_no_openings() -> None:
    city = small_city()
    surfaces = city.surfaces
    assert (surfaces.lod[city.active] == 20).all()
    assert not np.isin(surfaces.kind[city.active], [SurfaceKind.WINDOW]).any()
    assert len(city.active) == 12


def test_roots_and_counts() -> None:
    city = small_city()
    assert city.objects.root.tolist() == [0, 0, 2]
    assert city.n_buildings == 2
    assert len(city.triangles()) == 24


def test_arrays_are_frozen() -> None:
    city = small_city()
    with pytest.raises(ValueError, match="read-only"):
        city.vertices[0] = 0


def test_a_table_without_values_keeps_its_rows() -> None:
    city = assemble_city(
        object_id=["a"], object_kind=np.zeros(1, np.int8), object_parent=np.array([-1]),
        surface_object=np.zeros(0, int), surface_kind=np.zeros(0, int), surface_lod=np.zeros(0, int),
        surface_rings=np.zeros(1, int),
        ring_vertices=np.zeros(1, int), coordinates=np.empty((0, 3)), crs=None, feature_attributes=AttributeTable.of(7),
    )  # fmt: skip
    assert city.surfaces.feature_attributes.n == 7
    assert np.isnan(city.bounds).all()


def test_not_finite() -> None:
    with pytest.raises(ValueError, match="finite"):
        assemble_city(
            object_id=[], object_kind=np.zeros(0), object_parent=np.zeros(0), surface_object=np.zeros(0),
            surface_kind=np.zeros(0), surface_lod=np.zeros(0), surface_rings=np.zeros(1), ring_vertices=np.zeros(1),
            coordinates=np.array([[np.nan, 0, 0]]), crs=None,
        )  # fmt: skip


def test_windows_and_installations_are_no_envelope() -> None:
    lods, kinds = [30, 30, 30, 20], [SurfaceKind.WINDOW, SurfaceKind.INSTALLATION, SurfaceKind.DOOR, SurfaceKind.WALL]
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1.0]])
    city = assemble_city(
        object_id=["b"],
        object_kind=np.array([ObjectKind.BUILDING]),
        object_parent=np.array([-1]),
        surface_object=np.zeros(4, np.int32),
        surface_kind=np.array(kinds),
        surface_lod=np.array(lods),
        surface_rings=np.arange(5),
        ring_vertices=np.arange(0, 17, 4),
        coordinates=np.tile(square, (4, 1)),
        crs=None,
    )
    assert city.active.tolist() == [3]
