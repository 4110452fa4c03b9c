from __future__ import annotations

import numpy as np
import pytest

from citytwin.model.crs_fit import SAMPLE, fitting_systems, sample_of, share_inside, zone_shift
from citytwin.model.crs_registry import known_system


def test_sample_is_small_and_holds_the_extremes() -> None:
    rows = np.random.default_rng(1).random((50_000, 3))
    sample = sample_of(rows)
    assert len(sample) <= SAMPLE + 4
    np.testing.assert_array_equal(sample[:, :2].max(0), rows[:, :2].max(0))
    np.testing.assert_array_equal(sample[:, :2].min(0), rows[:, :2].min(0))
    assert len(sample_of(rows[:1])) == 1


def test_share_inside_counts_each_order() -> None:
    rows = np.array([[25_497_000.0, 6_673_000.0], [25_497_000.0, 6_673_000.0], [0.0, 0.0], [6_673_000.0, 25_497_000.0]])
    system = known_system("EPSG:3879")
    assert share_inside(rows, system, swapped=False) == 0.5
    assert share_inside(rows, system, swapped=True) == 0.25


def test_areas_over_the_antimeridian() -> None:
    """Fiji (EPSG:3460) lies on both sides of 180 degrees."""
    system = known_system("EPSG:4748")  # Vanua Levu 1915: 178.42 east to 179.77 west
    assert share_inside(np.array([[179.5, -16.5], [-179.9, -16.5], [0.0, -16.5]]), system, False) == pytest.approx(
        2 / 3
    )


@pytest.mark.parametrize(
    ("code", "position", "expected"),
    [
        ("EPSG:25833", (33_390_000, 5_820_000), (False, -33e6)),
        ("EPSG:25833", (5_820_000, 33_390_000), (True, -33e6)),
        ("EPSG:3067", (35_385_000, 6_672_000), (False, -35e6)),
        ("EPSG:3067", (25_497_000, 6_673_000), None),  # 25 is no number of this zone: these are other coordinates
        ("EPSG:25833", (32_390_000, 5_820_000), None),
        ("EPSG:31467", (500_000, 5_700_000), (False, 3e6)),
        ("EPSG:31467", (4_500_000, 5_700_000), None),
        ("EPSG:3879", (499_000, 6_673_000), (False, 25e6)),
        ("EPSG:3879", (499_000, 600_000), None),
        ("EPSG:2056", (683_000, 247_000), None),
    ],
)
def test_zone_numbers(code: str, position: tuple[float, float], expected: tuple[bool, float] | None) -> None:
    assert zone_shift(np.array([position], float), known_system(code)) == expected


def test_one_position_elsewhere_is_enough_not_to_shift() -> None:
    rows = np.array([[33_390_000.0, 5_820_000.0]] * 9 + [[33_390_000.0, 1_000_000.0]])
    assert zone_shift(rows, known_system("EPSG:25833")) is None


def test_other_systems_are_suggested_in_the_same_country_only() -> None:
    gk25 = np.array([[25_497_000.0, 6_673_000.0]])
    assert fitting_systems(gk25, known_system("EPSG:3067"))[0].startswith("EPSG:3879 (")
    assert fitting_systems(gk25, known_system("EPSG:2056")) == []
    assert len(fitting_systems(np.array([[500_000.0, 5_700_000.0]]), known_system("EPSG:31467"))) <= 3
