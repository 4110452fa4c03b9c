from __future__ import annotations

import math

import numpy as np
import pytest
from pyproj import Transformer

from citytwin.errors import CrsError
from citytwin.model.crs_metric import counts_metres, faces_east_and_north, ground_scale, metric_system, projected
from citytwin.model.crs_registry import known_system


@pytest.mark.parametrize(
    ("code", "metres", "east_north"),
    [
        ("EPSG:3879", True, True),
        ("EPSG:2263", False, True),
        ("EPSG:4326", False, True),
        ("EPSG:5513", True, False),
        ("EPSG:3031", True, False),
    ],
)
def test_which_systems_count_metres(code: str, metres: bool, east_north: bool) -> None:
    system = known_system(code)
    assert (counts_metres(system), faces_east_and_north(system)) == (metres, east_north)


def test_ground_scale() -> None:
    """Mercator stretches by 1 / cos(latitude) on the sphere; the ellipsoid changes the third digit."""
    helsinki = np.array([[2_776_000.0, 8_437_000.0]])
    assert ground_scale(known_system("EPSG:3857"), helsinki) == pytest.approx(
        1 / math.cos(math.radians(60.2)), rel=3e-3
    )
    assert ground_scale(known_system("EPSG:3879"), np.array([[25_497_000.0, 6_673_000.0]])) == pytest.approx(
        1, abs=1e-6
    )
    assert ground_scale(known_system("EPSG:3067"), np.array([[500_000.0, 6_673_000.0]])) == pytest.approx(0.9996)
    # Origins away from Greenwich: the standard parallel of Lambert zone II (Paris), a meridian of Austria (Ferro).
    assert ground_scale(known_system("EPSG:27572"), np.array([[600_000.0, 2_200_000.0]])) == pytest.approx(0.99987742)
    assert ground_scale(known_system("EPSG:31252"), np.array([[5_069.0, 273_476.0]])) == pytest.approx(1, abs=1e-6)
    assert math.isnan(ground_scale(known_system("EPSG:3879"), np.array([[1e12, 1e12]])))


@pytest.mark.parametrize(
    ("code", "position", "expected"),
    [
        ("EPSG:4258", (24.9, 60.1), "EPSG:25835"),
        ("EPSG:4326", (24.9, -60.1), "EPSG:32735"),
        ("EPSG:6668", (139.5, 35.7), "EPSG:6691"),
        ("EPSG:4148", (18.5, -33.9), "EPSG:32734"),  # Hartebeesthoek94 has no UTM zones of its own
        ("EPSG:2263", (983_000, 199_000), "EPSG:26918"),
        ("EPSG:5513", (1_043_000, 743_000), "EPSG:5514"),
        ("EPSG:2065", (1_043_000, 743_000), "EPSG:5221"),
    ],
)
def test_where_to(code: str, position: tuple[float, float], expected: str) -> None:
    assert metric_system(known_system(code), [np.array([position], float)]).to_authority() == tuple(expected.split(":"))


def test_projected_keeps_heights_and_refuses_what_has_no_place() -> None:
    degrees = np.array([[24.9, 60.1, 7.0]])
    source, target = known_system("EPSG:4258"), known_system("EPSG:25835")
    moved = projected(degrees, source, target)
    east, north = Transformer.from_crs("EPSG:4258", "EPSG:25835", always_xy=True).transform(24.9, 60.1)
    np.testing.assert_array_equal(moved, [[east, north, 7.0]])
    with pytest.raises(CrsError, match="1 of 2 vertices cannot be projected"):
        projected(np.array([[24.9, 60.1, 7.0], [24.9, 160.0, 7.0]]), source, target)
