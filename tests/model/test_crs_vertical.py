from __future__ import annotations

import pytest
from pyproj import CRS

from citytwin.errors import CrsError
from citytwin.model.crs_registry import code_of
from citytwin.model.crs_vertical import height_name, height_system, is_ellipsoidal, split_system


@pytest.mark.parametrize(
    ("code", "metric", "metres"),
    [
        ("EPSG:3900", "EPSG:3900", 1.0),
        ("EPSG:6360", "EPSG:5703", 1200 / 3937),  # NAVD88 in US survey feet
        ("EPSG:8228", "EPSG:5703", 0.3048),  # NAVD88 in international feet
        ("EPSG:5702", "EPSG:7968", 1200 / 3937),  # NGVD29, whose metric form says so in its name
        ("EPSG:4937", "EPSG:4937", 1.0),
        ("EPSG:4979", "EPSG:4979", 1.0),
    ],
)
def test_heights_in_metres(code: str, metric: str, metres: float) -> None:
    heights = height_system(CRS(code))
    assert heights.code == metric
    assert heights.metres == pytest.approx(metres, rel=1e-12)


def test_feet_without_a_metric_form_get_one() -> None:
    definition = CRS("EPSG:6360").to_json_dict()
    del definition["id"]
    definition["name"] = "Our height (ftUS)"
    heights = height_system(CRS.from_json_dict(definition))
    assert heights.metres == pytest.approx(1200 / 3937)
    own = CRS(heights.code)
    assert (own.name, own.axis_info[0].unit_conversion_factor) == ("Our height (m)", 1.0)


@pytest.mark.parametrize(
    ("code", "horizontal", "vertical"),
    [
        ("EPSG:3879", "EPSG:3879", None),
        ("EPSG:7415", "EPSG:28992", "EPSG:5709"),
        ("EPSG:4937", "EPSG:4258", "EPSG:4937"),
        ("EPSG:25835+4937", "EPSG:25835", "EPSG:4937"),
    ],
)
def test_split(code: str, horizontal: str, vertical: str | None) -> None:
    plan, heights = split_system(CRS(code))
    assert len(plan.axis_info) == 2
    assert code_of(plan) == horizontal
    assert (heights and heights.code) == vertical


@pytest.mark.parametrize(("code", "message"), [("EPSG:5706", "downwards"), ("EPSG:3067", "not a vertical")])
def test_what_holds_no_heights(code: str, message: str) -> None:
    with pytest.raises(CrsError, match=message):
        height_system(CRS(code))


def test_ellipsoidal_heights_have_a_name() -> None:
    assert is_ellipsoidal("EPSG:4937")
    assert not is_ellipsoidal("EPSG:3900")
    assert height_name("EPSG:4937") == "EPSG:4937 (ETRS89 ellipsoidal height)"
    assert height_name("EPSG:3900") == "EPSG:3900 (N2000 height)"
