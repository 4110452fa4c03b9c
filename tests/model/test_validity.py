"""One small defect a code, and none on a sound city."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from citytwin.model.assemble import SolidColumns, assemble_city
from citytwin.model.city import CityModel
from citytwin.model.ragged import offsets_of
from citytwin.model.validity import check_geometry, solid_volumes
from tests.model.small_city import ORIGIN, box, small_city

Faces = list[list[tuple[float, float, float]]]


def solid_city(faces: Faces, turned: tuple[int, ...] = ()) -> CityModel:
    lengths = np.array([len(face) for face in faces])
    n = len(faces)
    reverse = np.zeros(n, bool)
    reverse[list(turned)] = True
    return assemble_city(
        object_id=["b"], object_kind=np.zeros(1, np.int8), object_parent=np.array([-1]),
        surface_object=np.zeros(n, int), surface_kind=np.zeros(n, int), surface_lod=np.full(n, 20),
        surface_rings=offsets_of(np.ones(n, np.int64)),
        ring_vertices=offsets_of(lengths), coordinates=np.array([p for face in faces for p in face]) + ORIGIN,
        solids=SolidColumns(
            np.zeros(1, np.int32), np.full(1, 20, np.int8), np.array([0, n]), np.arange(n, dtype=np.int32), reverse
        ),
        crs=None,
    )  # fmt: skip


def moved(faces: Faces, face: int, corner: int, by: tuple[float, float, float]) -> Faces:
    changed = [list(points) for points in faces]
    changed[face][corner] = tuple(np.add(changed[face][corner], by).tolist())  # type: ignore[assignment]
    return changed


def test_sound_city_has_no_findings() -> None:
    assert len(check_geometry(small_city())) == 0
    assert len(check_geometry(solid_city(box(0.0)))) == 0


@pytest.mark.parametrize(
    ("make", "codes"),
    [
        (lambda: solid_city(box(0.0)[:-1]), {302}),
        (lambda: solid_city(box(0.0)[:3]), {301}),
        (lambda: solid_city(box(0.0), turned=(3,)), {307}),
        (lambda: solid_city(box(0.0), turned=tuple(range(6))), {405}),
        (lambda: solid_city([*box(0.0), box(0.0)[0]]), {303}),
        (lambda: solid_city([*box(0.0), *box(30.0)]), {305}),
        (lambda: solid_city(moved(box(0.0), 1, 2, (0.0, 0.0, 0.1))), {203, 302}),
        (lambda: solid_city([[*box(0.0)[0], (0.0, 0.0005, 0.0)], *box(0.0)[1:]]), {102}),
    ],
    ids=["open", "too few", "face turned", "inside out", "face twice", "two shells", "not plane", "short edge"],
)
def test_one_defect_a_code(make: Callable[[], Any], codes: set[int]) -> None:
    findings = check_geometry(make())
    assert set(findings.code.tolist()) == codes
    assert set(findings.object_id) == {"b"}


def test_tolerances() -> None:
    bent = solid_city(moved(box(0.0), 1, 2, (0.0, 0.0, 0.1)))
    assert 203 not in check_geometry(bent, planarity=0.2).code
    gap = solid_city(moved(box(0.0), 1, 2, (0.0005, 0.0, 0.0)))
    assert len(check_geometry(gap)) == 0
    assert 302 in check_geometry(gap, snap=1e-4).code


def test_volumes_have_a_sign() -> None:
    np.testing.assert_allclose(solid_volumes(solid_city(box(0.0))), [1000])
    np.testing.assert_allclose(solid_volumes(solid_city(box(0.0), turned=tuple(range(6)))), [-1000])
