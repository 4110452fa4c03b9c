import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.solar.irradiate import irradiate
from citytwin.solar.pv_racks import plane_normal, rack_hours, row_light
from tests.solar.pv_planes import plane


def naive_row_light(direction, tilt, azimuth, cover, points=2000):
    """Rays from points along a module to the row before it, in the plane across the rows."""
    facing = np.array([math.sin(math.radians(azimuth)), math.cos(math.radians(azimuth))])
    forward, up = float(direction[:2] @ facing), float(direction[2])
    run, rise = cover * math.cos(math.radians(tilt)), cover * math.sin(math.radians(tilt))
    if -run * up + -rise * -forward >= 0.0 and forward * rise + up * run <= 0.0:
        return 0.0
    free = 0
    for k in range(points):
        part = (k + 0.5) / points
        back, high = -part * run, part * rise
        # The row before has its lower edge one unit further forward, and leans back over itself.
        a, b = np.array([1.0 - back, -high]), np.array([1.0 - run - back, rise - high])
        blocked = (a[0] * up - a[1] * forward) * (b[0] * up - b[1] * forward) < 0.0 and forward > 0.0
        free += not blocked
    return free / points


@given(
    height=st.floats(0.5, 89.0), around=st.floats(0.0, 360.0), tilt=st.floats(1.0, 60.0), azimuth=st.floats(0.0, 360.0),
    cover=st.floats(0.05, 0.95),
)  # fmt: skip
def test_light_between_rows_is_that_of_rays(height, around, tilt, azimuth, cover):
    h, a = math.radians(height), math.radians(around)
    direction = np.array([math.cos(h) * math.sin(a), math.cos(h) * math.cos(a), math.sin(h)])
    got = row_light(direction[None, :], tilt, azimuth, cover)[0]
    if direction @ plane_normal(tilt, azimuth) <= 1e-3:
        return
    assert got == pytest.approx(naive_row_light(direction, tilt, azimuth, cover), abs=2e-3)


def test_no_light_behind_a_rack():
    north = np.array([[0.0, math.cos(0.1), math.sin(0.1)]])
    assert row_light(north, 30.0, 180.0, 0.5)[0] == 0.0


@pytest.mark.compiled
def test_rows_far_apart_are_tilted_planes(clear_year):
    flat = irradiate(plane(0), clear_year, bounces=0)
    for tilt, azimuth in [(30.0, 180.0), (45.0, 180.0)]:
        tilted = irradiate(plane(tilt), clear_year, bounces=0)
        for loss in (0.0, 0.16):
            got = rack_hours(flat, np.arange(1), tilt, azimuth, 0.001, loss)[0]
            expected = tilted.hourly([0], loss)[0]
            assert got.sum(dtype=float) == pytest.approx(expected.sum(dtype=float), rel=5e-3)
            assert np.abs(got - expected).max() < 0.05 * expected.max()


@pytest.mark.compiled
def test_dense_rows_get_less_each_but_more_than_flat_per_roof(clear_year):
    flat = irradiate(plane(0), clear_year)
    sums = [rack_hours(flat, np.arange(1), 15.0, 180.0, cover).sum(dtype=float) for cover in (0.1, 0.5, 0.7, 0.9)]
    assert (np.diff(sums) < 0.0).all()
    assert sums[2] > flat.hourly([0]).sum(dtype=float)
    west, east = (rack_hours(flat, np.arange(1), 15.0, a, 0.7).sum(dtype=float) for a in (270.0, 90.0))
    assert max(west, east) < sums[2]
