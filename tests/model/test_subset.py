from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from citytwin.model.city import CityModel
from citytwin.model.validity import solid_volumes
from tests.model.small_city import ORIGIN, small_city


def test_select_takes_parts_solids_findings_and_extras_along() -> None:
    city = small_city()
    a, b = city.select(ids=["a"]), city.select(ids=["b"])
    assert (list(a.objects.id), a.objects.parent.tolist()) == (["a", "a1"], [-1, 0])
    assert dict(a.counts) == {"read": 0, "degraded": 1, "refused": 0, "total": 1}
    assert dict(b.counts) == {"read": 1, "degraded": 0, "refused": 0, "total": 1}
    assert a.findings.code.tolist() == [101, 1207]
    assert b.findings.code.tolist() == [1207]
    assert list(b.extras.place) == ["x"]
    assert b.surfaces.parent.tolist() == [-1] * 6 + [2, -1]
    assert b.surfaces.feature.tolist() == [*range(7), -1]
    assert b.surfaces.attributes["slope"].mask.tolist() == [True, False, *[True] * 6]
    np.testing.assert_allclose(solid_volumes(b), [1000])
    assert b.objects.attributes["floors"].values.tolist() == [3]


def test_select_everything_changes_nothing() -> None:
    city = small_city()
    again = city.select()
    assert list(again.surfaces.id) == list(city.surfaces.id)
    np.testing.assert_array_equal(again.vertices, city.vertices)
    assert dict(again.counts) == dict(city.counts)


def test_select_by_box_and_rows() -> None:
    city = small_city()
    x, y, _ = ORIGIN
    assert list(city.select(bbox=(x + 100, y, x + 200, y + 20)).objects.id) == ["b"]
    assert list(city.select(rows=np.array([0])).objects.id) == ["a", "a1"]
    with pytest.raises(ValueError, match="no object with id 'z'"):
        city.select(ids=["a", "z"])
    with pytest.raises(ValueError, match=r"bbox must be \(min_x, min_y"):
        city.select(bbox=(x + 200, y, x + 100, y + 20))


def test_nothing_selected_has_no_buildings() -> None:
    nothing = small_city().select(bbox=(0.0, 0.0, 1.0, 1.0))
    assert len(nothing.findings) > 0
    assert len(nothing.buildings()) == 0


def test_concat_puts_models_on_one_origin() -> None:
    first, second = small_city(), small_city(5000.0, ("c", "c1", "d"))
    both = CityModel.concat([second, first])
    assert both.origin.tolist() == first.origin.tolist()
    assert list(both.objects.id) == ["c", "c1", "d", "a", "a1", "b"]
    assert both.objects.parent.tolist() == [-1, 0, -1, -1, 3, -1]
    assert both.bounds[0] == first.bounds[0]
    assert both.bounds[3] == second.bounds[3]
    np.testing.assert_allclose(solid_volumes(both), [1000] * 4, rtol=1e-9)
    assert both.surfaces.solid.tolist() == [0] * 6 + [1] * 6 + [-1] * 2 + [2] * 6 + [3] * 6 + [-1] * 2
    assert both.counts["total"] == 4
    assert both.extras.object.tolist() == [2, -1, 5, -1]
    back = both.select(ids=["a", "b"])
    np.testing.assert_array_equal(back.vertices, first.vertices)
    assert back.surfaces.feature.tolist() == first.surfaces.feature.tolist()


def test_concat_reports_repeated_ids_and_refuses_other_systems() -> None:
    both = CityModel.concat([small_city(), small_city(500.0)])
    assert (both.findings.code == 1001).sum() == 3
    with pytest.raises(ValueError, match="differ in CRS"):
        CityModel.concat([small_city(), replace(small_city(), crs="EPSG:3067")])
    with pytest.raises(ValueError, match="at least one"):
        CityModel.concat([])
