from datetime import date

import numpy as np
import pytest

from citytwin._compat import has
from citytwin.errors import MissingExtraError
from citytwin.kernels.martin_ruiz import hemispherical_modifier
from citytwin.kernels.patch_overlap import patch_overlap
from citytwin.kernels.perez_sky import isotropic_sky, nearest_patches
from citytwin.kernels.reinhart import projected_solid_angles, reinhart
from citytwin.kernels.solar_position import solar_position
from citytwin.model.facets import Facets
from citytwin.model.irradiation import Irradiation
from citytwin.model.sky_dome import Exposure, SkyDome, months_of, sun_over
from citytwin.model.sun import NOMINAL_YEAR_DAYS


@pytest.fixture(scope="module")
def table():
    """Two buildings, four open surfaces and one buried, on the equator; three hours of sun on 21 March.

    There are no leaves in the last hour, and nobody's wall sees anything then. One wall has bright surroundings.
    """
    patches, same = reinhart(1), patch_overlap(1, 1)
    up = projected_solid_angles(np.array([[0.0, 0.0, 1.0]]), patches.cells, patches.solid_angle, 0.0)[0]
    hour = np.array([24 * 79 + h for h in (8, 12, 15)])
    direction = solar_position(NOMINAL_YEAR_DAYS + (hour + 0.5) / 24, 0.0, 0.0).direction
    nearest = nearest_patches(direction, patches.direction)
    dome = SkyDome(
        direction=patches.direction,
        patches=patches,
        sky=patches,
        coarse=patches,
        to_sky=same,
        to_coarse=same,
        radiance=isotropic_sky(np.array([100.0, 200.0, 150.0]), up),
        sun=sun_over(direction, np.array([500.0, 800.0, 600.0]), nearest, nearest),
        hour=hour,
        month=np.array([2, 2, 2]),
        state=np.array([0, 2, 3]),
        leaf=np.array([0, 1]),
        response=np.array([0, 0]),
        leaf_of_day=np.zeros(365, np.int64),
        latitude=0.0,
        longitude=0.0,
        utc_offset_h=0.0,
    )
    normal = np.array([[0, 0, 1], [1, 0, 0], [0, 0, 1], [-1, 0, 0], [0, 1, 0.0]])
    visible = np.full((2, 5, 145), 255, np.uint8)
    visible[:, 4] = 0
    visible[1, 3] = 0
    response = np.zeros((1, 5, 145), np.float32)
    response[0, 1] = 0.25
    exposure = Exposure(
        surface=np.array([10, 11, 20, 21, 22], np.int32),
        offsets=np.array([0, 2, 5]),
        building=np.array([0, 3], np.int32),
        normal=normal,
        visible=visible,
        response=response,
        share=np.array([1, 1, 1, 1, 0.0]),
        area=np.array([100, 50, 80, 40, 0.0]),
    )
    return Irradiation(
        surface=exposure.surface,
        building=np.array([0, 0, 3, 3, 3], np.int32),
        area=exposure.area,
        outdoor_share=exposure.share,
        monthly=months_of(exposure, dome, np.arange(5)) / 1000,
        sky_view=np.array([1, 0.5, 1, 0.5, 0]),
        level="draft",
        sky="isotropic",
        bounces=2,
        dome=dome,
        exposure=exposure,
        row=np.arange(5),
    )


def test_hours_of_an_open_roof(table):
    hours = table.hourly([0])
    assert hours.shape == (1, 8760)
    assert hours.dtype == np.float32
    expected = [100, 200, 150] + table.dome.sun.dni * table.dome.sun.direction[2]
    np.testing.assert_allclose(hours[0, table.dome.hour], expected, rtol=1e-3)
    assert np.count_nonzero(hours) == 3


def test_surroundings_send_back_sky_and_sun(table):
    """A response of 1/4 from everywhere gives a quarter of the DNI and of 2 pi times the radiance."""
    wall = table.hourly([1])[0, table.dome.hour]
    primary = [50, 100, 75] + table.dome.sun.dni * table.dome.sun.direction[0].clip(0)
    reflected = 0.25 * (table.dome.sun.dni + 2 * np.array([100, 200, 150]))
    np.testing.assert_allclose(wall, primary + reflected, rtol=2e-3)


def test_leaves_fall_between_hours(table):
    west = table.hourly([3])[0, table.dome.hour]
    assert (west[:2] > 0).all()
    assert west[2] == 0.0


def test_months_are_sums_of_hours(table):
    hours = table.hourly(np.arange(5)).sum(1, dtype=float) / 1000
    np.testing.assert_allclose(table.monthly[:, 2], hours, rtol=1e-5)
    np.testing.assert_allclose(table.annual, hours, rtol=1e-5)


def test_rows_in_any_order_and_repeated(table):
    every = table.hourly(np.arange(5))
    assert (table.hourly([3, 0, 3]) == every[[3, 0, 3]]).all()
    assert (every[4] == 0).all()


def test_glass_takes_its_share_of_diffuse_and_reflected_light(table):
    bare, covered = table.hourly([1])[0], table.hourly([1], angular_loss=0.16)[0]
    lit = table.dome.hour[0]
    not_direct = table.dome.hour[2]
    assert hemispherical_modifier(0.16) < covered[lit] / bare[lit] < 1.0
    assert covered[not_direct] / bare[not_direct] == pytest.approx(hemispherical_modifier(0.16), abs=2e-3)


FACETS = Facets(
    streams=2,
    offsets=np.array([0, 2, 3]),
    normal=np.array([[0, 0, 1.0], [1, 0, 0], [-1, 0, 0]]),
    row_offsets=np.array([0, 2, 3, 4]),
    row=np.array([0, 2, 1, 3]),
    share=np.float32([0.25, 0.75, 1, 1]),
    use_offsets=np.array([0, 1, 3, 4]),
    stream=np.array([1, 1, 0, 0]),
    weight=np.float32([2, 4, 3, 5]),
    cover=np.array([0, 0, 1, 1]),
    covers=np.array([[0.0, 0.0], [1.2, 0.3]]),
)


def test_sums_of_facets_are_those_of_the_hours(table):
    """Open roofs and walls, walls also behind a cover of which more than all is glass."""
    hours, covered = (table.hourly(np.arange(5), loss).astype(float) for loss in (0.0, 0.3))
    behind = hours - 1.2 * (hours - covered)
    sums = table.facet_hourly(FACETS, 0, 2)
    np.testing.assert_allclose(sums[1], 2 * (0.25 * hours[0] + 0.75 * hours[2]) + 4 * hours[1], rtol=1e-5)
    np.testing.assert_allclose(sums[0], 3 * behind[1], rtol=1e-4, atol=1e-2)
    np.testing.assert_allclose(sums[2], 5 * behind[3], rtol=1e-4, atol=1e-2)
    assert (sums[3] == 0).all()
    assert (table.facet_hourly(FACETS, 1, 2) == sums[2:]).all()


def test_take_and_rows_of(table):
    assert table.rows_of(np.array([22, 10, 99])).tolist() == [4, 0, -1]
    part = table.take(np.array([3, 0]))
    assert part.surface.tolist() == [21, 10]
    assert (part.hourly([0, 1]) == table.hourly([3, 0])).all()
    assert part.annual.tolist() == table.annual[[3, 0]].tolist()


def test_sun_hours_on_the_equator(table):
    hours = table.sun_hours(["2001-03-21", date(2030, 6, 21)])
    assert hours.shape == (5, 2)
    np.testing.assert_allclose(hours[0], 12.0, atol=0.2)
    assert hours[1] == pytest.approx([6.0, 6.0], abs=0.2)
    assert hours[1, 0] + hours[3, 0] == pytest.approx(hours[0, 0], abs=0.1)
    assert (hours[4] == 0).all()


def test_frame(table):
    frame = table.to_pandas()
    assert frame.index.tolist() == [10, 11, 20, 21, 22]
    assert frame.loc[11, "annual_kwh_m2"] == table.annual[1]
    assert frame["monthly_12"].tolist() == table.monthly[:, 11].tolist()


def test_dataset_or_the_way_to_get_it(table):
    if not has("xarray"):
        with pytest.raises(MissingExtraError, match="raster"):
            table.to_xarray()
        return
    dataset = table.to_xarray()
    assert dataset.monthly.dims == ("surface", "month")
    assert float(dataset.annual.sel(surface=11)) == table.annual[1]


def test_columns_are_frozen(table):
    with pytest.raises(ValueError, match="read-only"):
        table.monthly[0, 0] = 1


def test_directions_in_the_table(table):
    frame = table.to_pandas()
    assert frame["tilt_deg"].tolist() == pytest.approx([0, 90, 0, 90, 90])
    assert np.isnan(frame["azimuth_deg"].to_numpy()[[0, 2]]).all()
    assert frame["azimuth_deg"].to_numpy()[[1, 3, 4]].tolist() == pytest.approx([90, 270, 0])


@pytest.mark.parametrize("loss", [-1.0, np.nan])
def test_angular_loss_that_cannot_be_is_refused(table, loss):
    with pytest.raises(ValueError, match="angular_loss"):
        table.hourly([0], angular_loss=loss)
