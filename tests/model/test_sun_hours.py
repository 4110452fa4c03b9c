from datetime import date

import numpy as np
import pytest

from citytwin.model.sun_hours import SunHours, SunReceivers, check_exposure_day


def receivers(kinds=("facade", "point"), counts=(2, 1)):
    n = len(kinds)
    offsets = np.append(0, np.cumsum(counts)).astype(np.int64)
    return SunReceivers(
        kind=np.array(kinds, object), label=np.array([""] * n, object), building=np.arange(n), surface=np.arange(n),
        storey=np.zeros(n, int), normal=np.tile([0.0, -1.0, 0.0], (n, 1)), cell=np.zeros((n, 2), int), offsets=offsets,
        xyz=np.arange(3.0 * offsets[-1]).reshape(-1, 3),
    )  # fmt: skip


def table(hours, day=date(2026, 3, 1), **columns):
    places = receivers(**columns)
    return SunHours(
        receivers=places, building_id=np.array(["a"] * len(places), object), origin=np.array([1000.0, 2000.0, 0.0]),
        crs="EPSG:3879", conventions={"time": "solar"}, dates=(day,), sample_hours=np.array(hours, np.float32)[:, None],
        possible=np.array([11.0]),
    )  # fmt: skip


def test_means_and_shares_are_over_the_points_of_each_place():
    sun = table([1.0, 3.0, 5.0])
    np.testing.assert_allclose(sun.hours, [[2.0], [5.0]])
    np.testing.assert_allclose(sun.share_with(3.0), [[0.5], [1.0]])


@pytest.mark.parametrize(
    ("hours", "word"),
    [(1.49, "none"), (1.5, "minimum"), (2.99, "minimum"), (3.0, "medium"), (3.99, "medium"), (4.0, "high")],
)
def test_classes_begin_at_their_hours(hours, word):
    assert table([hours, hours, 0.0]).exposure_class[0, 0] == word


@pytest.mark.parametrize("day", [date(2026, 1, 31), date(2026, 3, 22), date(2026, 12, 1)])
def test_no_class_out_of_season(day):
    with pytest.raises(ValueError, match="21 March"):
        _ = table([1.0, 1.0, 1.0], day).exposure_class
    check_exposure_day(date(2026, 2, 1))
    check_exposure_day(date(2026, 3, 21))


def test_taking_keeping_and_joining_places():
    places = receivers(("facade", "roof", "point"), (2, 3, 1))
    part = places.take(np.array([2, 0]))
    assert list(part.offsets) == [0, 1, 3]
    np.testing.assert_array_equal(part.xyz[1:], places.xyz[:2])
    kept = places.keep(np.array([True, False, False, False, False, True]))
    assert list(kept.kind) == ["facade", "point"]
    np.testing.assert_array_equal(kept.xyz, places.xyz[[0, 5]])
    both = SunReceivers.concat([places, part])
    assert list(both.offsets) == [0, 2, 5, 6, 7, 9]


def test_shapes_by_kind_in_the_crs():
    frame = table([1.0, 1.0, 1.0]).to_geopandas()
    assert list(frame.geometry.geom_type) == ["LineString", "Point"]
    assert frame.geometry.iloc[1].x == 1006.0
    assert frame.azimuth.iloc[0] == 180.0
    assert "sun_hours_2026-03-01" in frame
