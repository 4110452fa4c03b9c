"""A whole city in another system: positions against PROJ itself, shapes, heights, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyproj import CRS, Transformer

from citytwin.errors import CrsError
from citytwin.model.city import CityModel
from citytwin.model.city_tables import Extras
from citytwin.model.crs_reproject import reproject
from citytwin.model.enums import Severity
from citytwin.model.strings import Strings
from citytwin.model.validity import solid_volumes
from tests.model.small_city import small_city
from tests.model.small_grids import write_gtx, write_triangulation


def place(city: CityModel) -> np.ndarray:
    return city.vertices + city.origin


def new_findings(before: CityModel, after: CityModel) -> list[int]:
    return [int(code) for code in after.recorded.code[len(before.recorded) :]]


def test_positions_are_those_of_proj() -> None:
    city = small_city()
    moved = reproject(city, "EPSG:3067")
    east, north = Transformer.from_crs("EPSG:3879", "EPSG:3067", always_xy=True).transform(*place(city)[:, :2].T)
    np.testing.assert_allclose(place(moved)[:, :2], np.column_stack([east, north]), atol=1e-6)
    np.testing.assert_array_equal(place(moved)[:, 2], place(city)[:, 2])
    assert (moved.crs, moved.vertical_crs) == ("EPSG:3067", None)
    assert moved.origin.tolist() == [386_000.0, 6_672_000.0, 0.0]
    assert new_findings(city, moved) == [1212]
    assert moved.provenance.parameters["reproject"] == {"crs": "EPSG:3067", "vertical_crs": None}


def test_a_known_point() -> None:
    """27 east is the central meridian of TM35FIN; along it GRS 80 measures 6,654,072.819 m from the equator to 60."""
    gk25 = Transformer.from_crs("EPSG:4258", "EPSG:3879", always_xy=True).transform(27.0, 60.0)
    city = small_city()
    there = replace(city, origin=np.array([*gk25, 0.0]) - city.vertices[0] * [1, 1, 0])
    np.testing.assert_allclose(
        place(reproject(there, "EPSG:3067"))[0, :2], [500_000, 0.9996 * 6_654_072.819], atol=1e-3
    )


def test_round_trip_within_a_millimetre() -> None:
    city = small_city()
    back = reproject(reproject(city, "EPSG:32635"), "EPSG:3879")
    np.testing.assert_allclose(place(back), place(city), atol=1e-3)
    assert back.origin.tolist() == city.origin.tolist()


def test_shapes_stay() -> None:
    city = small_city()
    moved = reproject(city, "EPSG:3067")
    assert (solid_volumes(moved) > 0).all()
    np.testing.assert_allclose(solid_volumes(moved), solid_volumes(city), rtol=1e-3)
    np.testing.assert_allclose(moved.surfaces.tilt, city.surfaces.tilt, atol=1e-6)
    turned = (moved.surfaces.azimuth - city.surfaces.azimuth + 180) % 360 - 180
    walls = ~np.isnan(turned)
    assert np.ptp(turned[walls]) < 1e-3  # the grid turns by the convergence of the meridians, everywhere the same
    assert 0.5 < abs(turned[walls]).max() < 5
    assert moved.rings is city.rings
    assert moved.objects is city.objects
    assert moved.surfaces.vertices is moved.vertices
    assert moved.counts == city.counts


def test_heights_by_grid_and_plan_at_once(tmp_path: Path) -> None:
    city = replace(small_city(), vertical_crs="EPSG:5717")
    grid = write_gtx(tmp_path / "n60.gtx", np.full((3, 3), 0.25))
    moved = reproject(city, "EPSG:3067", "EPSG:3900", grid)
    np.testing.assert_allclose(place(moved)[:, 2] - place(city)[:, 2], 0.25, atol=1e-6)
    assert (moved.crs, moved.vertical_crs) == ("EPSG:3067", "EPSG:3900")
    assert new_findings(city, moved) == [1213, 1212]
    assert "+0.250 to +0.250 m with n60.gtx" in moved.recorded.message[-2]
    assert moved.provenance.inputs[-1].path == str(grid)
    assert moved.provenance.inputs[-1].bytes == grid.stat().st_size
    by_name = reproject(city, vertical_crs="N2000", grid=write_triangulation(tmp_path / "n60.json", 0.25))
    np.testing.assert_allclose(place(by_name), place(moved) * [0, 0, 1] + place(city) * [1, 1, 0], atol=1e-6)
    assert by_name.crs == city.crs


def test_to_the_ellipsoid_and_back(tmp_path: Path) -> None:
    city = replace(small_city(), vertical_crs="EPSG:3900")
    geoid = write_gtx(tmp_path / "geoid.gtx", np.full((3, 3), 17.6))
    up = reproject(city, vertical_crs="EPSG:4937", grid=geoid)
    np.testing.assert_allclose(place(up)[:, 2] - place(city)[:, 2], 17.6, atol=1e-5)
    np.testing.assert_allclose(place(reproject(up, "EPSG:3879+3900", grid=geoid)), place(city), atol=1e-5)


def test_what_is_there_already_changes_nothing() -> None:
    city = replace(small_city(), vertical_crs="EPSG:3900")
    same = reproject(city, "ETRS-GK25/N2000")
    np.testing.assert_array_equal(same.vertices, city.vertices)
    assert new_findings(city, same) == []


@pytest.mark.parametrize("crs", [CRS("EPSG:3067"), CRS("EPSG:3067").to_wkt(), "ETRS-TM35FIN", 3067])
def test_targets_in_any_form(crs: Any) -> None:
    assert reproject(small_city(), crs).crs == "EPSG:3067"


def test_coarse_operations_are_warned_of() -> None:
    """Between the two Swiss frames a grid would be exact to centimetres; without it PROJ is 1.6 m off."""
    city = replace(small_city(), crs="EPSG:21781", origin=np.array([683_000.0, 247_000.0, 0.0]))
    moved = reproject(city, "EPSG:2056")
    [finding] = moved.recorded.where(moved.recorded.code == 1212).message
    assert "CHENyx06a" in finding
    assert moved.recorded.severity[-1] == Severity.WARNING
    np.testing.assert_allclose(place(moved)[:, :2] - place(city)[:, :2], [[2_000_000, 1_000_000]] * 56, atol=2)


def test_vertices_outside_the_area_of_use_are_told() -> None:
    moved = reproject(small_city(), "EPSG:3873")
    assert 1206 in moved.recorded.code


def test_content_with_coordinates_stays_behind_and_is_told() -> None:
    text = "<x:axis><gml:posList>1 2 3</gml:posList></x:axis>"
    city = replace(small_city(), extras=Extras(np.array([0], np.int32), Strings.of(["x"]), Strings.of([text])))
    moved = reproject(city, "EPSG:3067")
    assert new_findings(city, moved) == [1212, 1214]
    assert list(moved.extras.content) == [text]


def test_a_city_without_vertices() -> None:
    empty = small_city().select(bbox=(0.0, 0.0, 1.0, 1.0))
    assert reproject(empty, "EPSG:3067").crs == "EPSG:3067"


@pytest.mark.parametrize(
    ("changes", "wanted", "message"),
    [
        ({"crs": None}, {"crs": "EPSG:3067"}, "a local city belongs to no"),
        ({}, {"crs": "EPSG:4326"}, "does not count metres east and north"),
        ({}, {"crs": "EPSG:2263"}, "does not count metres"),
        ({}, {"crs": "EPSG:5513"}, "does not count metres east and north"),
        ({}, {"crs": "EPSG:3857"}, "stretches lengths 2.01 times"),
        ({}, {"crs": "EPSG:4978"}, "centre of the earth"),
        ({}, {"crs": "EPSG:6677"}, "no operation from"),
        ({}, {"crs": "nonsense"}, "not a known"),
        ({}, {"crs": "EPSG:3067+3900"}, "do not say what theirs refer to"),
        ({}, {"vertical_crs": "EPSG:3900"}, "do not say what theirs refer to"),
        ({"vertical_crs": "EPSG:5717"}, {"crs": "EPSG:3067+3900"}, r"N60 height\) are not those of EPSG:3900"),
        ({"vertical_crs": "EPSG:5717"}, {"vertical_crs": "EPSG:4937"}, "geoid heights"),
        ({"vertical_crs": "EPSG:5717"}, {"vertical_crs": "EPSG:6360"}, "metres, not US survey foot"),
        ({"vertical_crs": "EPSG:5717"}, {"vertical_crs": "EPSG:3067"}, "not a vertical"),
    ],
)
def test_refusals(changes: dict[str, Any], wanted: dict[str, Any], message: str) -> None:
    with pytest.raises(CrsError, match=message):
        reproject(replace(small_city(), **changes), **wanted)


def test_calls_that_make_no_sense(tmp_path: Path) -> None:
    city = replace(small_city(), vertical_crs="EPSG:3900")
    with pytest.raises(ValueError, match="say what to reproject to"):
        reproject(city)
    with pytest.raises(ValueError, match="heights are to stay"):
        reproject(city, "EPSG:3067", grid=tmp_path / "x.gtx")
    with pytest.raises(ValueError, match="vertical_crs says EPSG:5717"):
        reproject(city, "EPSG:3067+3900", "EPSG:5717")


def test_real_tile_round_trip(helsinki_path: Path) -> None:
    """Helsinki to TM35FIN and back: nothing moves by a millimetre, and areas change by the scale of the map."""
    import citytwin as ct

    city = ct.read_city(helsinki_path)
    moved = reproject(city, "EPSG:3067")
    np.testing.assert_allclose(place(reproject(moved, "EPSG:3879")), place(city), atol=1e-3)
    np.testing.assert_allclose(moved.surfaces.area.sum(), city.surfaces.area.sum(), rtol=2e-3)
