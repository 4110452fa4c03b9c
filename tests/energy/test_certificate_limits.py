"""Class limits: golden values of the certificate register, borders between ranges, categories."""

from __future__ import annotations

import numpy as np
import pytest

from citytwin.energy.certificate_limits import CLASS_NAMES, categories, class_limits, new_build_limits
from citytwin.model import Use
from tests.energy.blocks import block_buildings


def limits(category: str, area: float, version: int) -> list[float]:
    return class_limits(np.array([category], object), np.array([area]), version)[0].tolist()


def new(category: str, area: float) -> float:
    return float(new_build_limits(np.array([category], object), np.array([area]))[0])


@pytest.mark.parametrize(
    ("category", "area", "version", "expected"),
    [
        ("small_residential", 100, 2018, [90, 155, 192, 272, 402, 472]),
        ("small_residential", 100, 2026, [78, 98, 98, 106, 130, 181, 265, 310]),
        ("small_residential", 700, 2018, [70, 106, 130, 210, 340, 410]),
        ("small_residential", 700, 2026, [50, 62, 62, 74, 90, 142, 225, 270]),
        ("small_residential", 200, 2018, [79, 123, 159, 239, 369, 439]),
        ("apartment", 1000, 2018, [75, 100, 130, 160, 190, 240]),
        ("apartment", 1000, 2026, [50, 63, 63, 72, 92, 111, 130, 162]),
        ("terraced", 1000, 2018, [80, 110, 150, 210, 340, 410]),
        ("terraced", 1000, 2026, [57, 71, 71, 76, 103, 142, 225, 270]),
        ("office", 1000, 2018, [80, 120, 170, 200, 240, 300]),
        ("office", 1000, 2026, [57, 71, 71, 86, 119, 139, 166, 206]),
        ("commercial", 1000, 2018, [90, 170, 240, 280, 340, 390]),
        ("commercial", 1000, 2026, [78, 97, 97, 121, 167, 193, 233, 267]),
        ("accommodation", 1000, 2018, [90, 170, 240, 280, 340, 450]),
        ("accommodation", 1000, 2026, [91, 114, 114, 123, 168, 194, 234, 308]),
        ("school", 1000, 2018, [90, 130, 170, 230, 300, 360]),
        ("school", 1000, 2026, [57, 71, 71, 89, 114, 154, 200, 240]),
        ("sports", 1000, 2018, [90, 130, 170, 190, 240, 280]),
        ("sports", 1000, 2026, [57, 71, 71, 93, 119, 133, 166, 192]),
        ("hospital", 1000, 2018, [150, 350, 450, 550, 650, 800]),
        ("hospital", 1000, 2026, [184, 230, 230, 251, 312, 377, 444, 546]),
        ("other", 1000, 2018, [90, 130, 170, 190, 240, 280]),
    ],
)
def test_golden_limits(category: str, area: float, version: int, expected: list[float]) -> None:
    assert limits(category, area, version) == expected


def test_limits_of_new_buildings() -> None:
    assert new("small_residential", 100) == 140
    assert new("small_residential", 101) == 139
    assert new("small_residential", 200) == 108
    found = {c: new(c, 1000) for c in ("small_residential", "terraced", "apartment", "office", "commercial")}
    assert found == {"small_residential": 92, "terraced": 105, "apartment": 90, "office": 100, "commercial": 135}
    found = {c: new(c, 1000) for c in ("accommodation", "school", "sports", "hospital")}
    assert found == {"accommodation": 160, "school": 100, "sports": 100, "hospital": 320}
    assert np.isnan(new("other", 1000))


def test_cut_not_rounded() -> None:
    assert limits("small_residential", 103, 2018)[:2] == [89, 153]


@pytest.mark.parametrize("version", [2018, 2026])
@pytest.mark.parametrize("area", [150, 600])
def test_ranges_meet(version: int, area: int) -> None:
    below, above = limits("small_residential", area, version), limits("small_residential", area + 1e-6, version)
    np.testing.assert_allclose(below, above, atol=3)
    assert below != above or area == 150


def test_the_lower_range_holds_its_end() -> None:
    assert limits("small_residential", 600, 2018) == [71, 107, 131, 211, 341, 411]
    assert limits("small_residential", 600.1, 2018) == [70, 106, 130, 210, 340, 410]
    assert limits("small_residential", 50, 2018)[0] == 100


@pytest.mark.parametrize("version", [2018, 2026])
def test_limits_rise(version: int) -> None:
    for category in ("small_residential", "terraced", "apartment", "school", "hospital", "other"):
        for area in (50, 149, 300, 599, 5000):
            values = limits(category, area, version)
            assert len(values) == len(CLASS_NAMES[version]) - 1
            assert values == sorted(values)


def test_no_limits() -> None:
    assert np.isnan(limits("small_residential", 49.9, 2018)).all()
    assert np.isnan(limits("", 1000, 2018)).all()
    assert limits("apartment", 1000, 2013) == []


def test_categories() -> None:
    def of(use: Use, storeys: int) -> str:
        return categories(block_buildings([2000], use=use, storeys=storeys))[0]

    assert of(Use.APARTMENT, 2) == "terraced"
    assert of(Use.APARTMENT, 3) == "apartment"
    assert of(Use.SMALL_RESIDENTIAL, 2) == "small_residential"
    assert of(Use.SCHOOL, 2) == "school"
    assert of(Use.UNKNOWN, 2) == ""
