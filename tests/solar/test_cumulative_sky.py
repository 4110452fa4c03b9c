from dataclasses import replace

import numpy as np
import pytest

from citytwin.kernels.reinhart import projected_solid_angles
from citytwin.kernels.sun_sums import sun_coefficients
from citytwin.model.sky_dome import hours_of
from citytwin.solar.cumulative_sky import GROUPINGS, cumulative_sky, hour_groups
from citytwin.solar.levels import LEVELS
from citytwin.solar.sky_dome import sky_dome
from tests.solar.open_planes import open_exposure


@pytest.fixture(scope="module")
def dome(clear_year):
    return sky_dome(clear_year, "perez", LEVELS["draft"])


@pytest.mark.parametrize("by", GROUPINGS)
def test_sums_of_sky_and_sun_equal_sums_of_hours(dome, by):
    """Exact by linearity, whatever a surface sees; hours are float32, hence one part in a million."""
    rng = np.random.default_rng(7)
    normals = rng.normal(size=(5, 3))
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    visible = rng.integers(0, 256, (5, 145)).astype(np.uint8)
    projected = projected_solid_angles(normals, dome.patches.cells, dome.patches.solid_angle, 0.0)
    exposure = replace(open_exposure(dome, normals), visible=visible[None])
    hours = hours_of(exposure, dome, np.arange(5)).astype(float)

    radiance, groups = cumulative_sky(dome, by)
    expected = np.stack([hours[:, groups.group == k].sum(1) for k in range(groups.n)], axis=1)
    sun = sun_coefficients(normals, dome.sun, groups.group, groups.n, 145)
    share = visible / 255.0
    got = (share * projected) @ radiance + np.einsum("nd,ndk->nk", share, sun)
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-6 * hours.sum(1).max())


def test_groups_cover_the_hours(dome):
    for by in GROUPINGS:
        groups = hour_groups(dome.hour, by)
        assert np.bincount(groups.group, minlength=groups.n).sum() == len(dome.hour)
    clusters = hour_groups(dome.hour, "month_hour")
    assert np.bincount(clusters.group, minlength=clusters.n).min() > 0
    assert 100 < clusters.n < 200
    assert (clusters.hour_of_day[clusters.group] == dome.hour % 24).all()


def test_months_of_the_polar_night_are_zero():
    groups = hour_groups(np.array([24 * 100]), "month")
    assert groups.n == 12
    assert groups.group.tolist() == [3]


def test_unknown_grouping():
    with pytest.raises(ValueError, match="'week' does not exist; there are 'year'"):
        hour_groups(np.arange(10), "week")
