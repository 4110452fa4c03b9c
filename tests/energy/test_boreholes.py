"""Energy wells: by hand, bounds."""

from __future__ import annotations

import numpy as np
import pytest

from citytwin.energy import borehole_potential


def test_by_hand() -> None:
    found = borehole_potential([2000.0, 224.0], [650.0, 0.0])
    np.testing.assert_array_equal(found.wells, [6.0, 0.0])
    np.testing.assert_array_equal(found.length_m, [1800.0, 0.0])
    np.testing.assert_array_equal(found.heat_kwh, [162_000.0, 0.0])
    np.testing.assert_array_equal(found.power_kw, [63.0, 0.0])
    np.testing.assert_allclose(found.lasting_kwh[0], 2000 * (2.2e6 * 300 * 5 / 50 / 3.6e6 + 0.04 * 8.76))


def test_coverage() -> None:
    found = borehole_potential([2000.0, 0.0])
    able = min(found.heat_kwh[0], found.lasting_kwh[0])
    np.testing.assert_allclose(found.coverage([3 * able, 1.0], 3.0), [0.5, 0.0])
    np.testing.assert_allclose(found.coverage([0.1 * able, 0.0], 3.0), [1.0, 1.0])
    np.testing.assert_array_equal(found.coverage(3e5, 3.0), found.coverage([3e5, 3e5], 3.0))
    with pytest.raises(ValueError, match="seasonal_performance"):
        found.coverage([1.0, 1.0], 0.5)


def test_what_decides() -> None:
    base = borehole_potential(10_000.0)
    assert borehole_potential(20_000.0).heat_kwh > base.heat_kwh
    assert borehole_potential(10_000.0, 5_000.0).heat_kwh < base.heat_kwh
    assert borehole_potential(10_000.0, depth_m=150.0).power_kw == pytest.approx(base.power_kw / 2)
    assert borehole_potential(10_000.0, ground="clay").heat_kwh < base.heat_kwh


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"plot_area": -1.0}, "plot_area"),
        ({"plot_area": 10.0, "built_area": 20.0}, "must not exceed"),
        ({"plot_area": 10.0, "ground": "sand"}, "ground must be"),
        ({"plot_area": 10.0, "depth_m": 0.0}, "depth_m"),
    ],
)
def test_bad_arguments(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        borehole_potential(**arguments)
