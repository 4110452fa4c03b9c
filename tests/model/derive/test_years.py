import numpy as np
import pytest

from citytwin.model.derive.years import derive_years
from citytwin.model.enums import Source, Status

NAN = np.nan
ORIGIN = np.array([25_497_000.0, 6_673_000.0])
XY = ORIGIN + np.array([[10, 10], [20, 20], [30, 30], [300, 10], [3000, 10]])
TODAY = np.full(5, Status.EXISTING, np.int8)


def test_undated_buildings_take_the_lower_median_of_their_cell_then_of_the_cells_around():
    years = derive_years(np.array([1950.0, 1970, NAN, NAN, NAN]), TODAY, XY)
    assert years.value[:4].tolist() == [1950, 1970, 1950, 1950]
    assert np.isnan(years.value[4])
    assert years.source.tolist() == [Source.REGISTER] * 2 + [Source.IMPUTED] * 2 + [Source.MISSING]
    assert years.confidence.tolist() == [90, 90, 30, 30, 0]


@pytest.mark.parametrize("order", [[4, 3, 2, 1, 0], [2, 0, 4, 1, 3]])
def test_order_does_not_matter(order):
    known = np.array([1950.0, 1970, NAN, NAN, NAN])
    years = derive_years(known, TODAY, XY)
    other = derive_years(known[order], TODAY, XY[order])
    np.testing.assert_array_equal(other.value, years.value[order])


def test_planned_buildings_neither_give_nor_take_years():
    status = TODAY.copy()
    status[[0, 3]] = Status.PLANNED, Status.UNDER_CONSTRUCTION
    years = derive_years(np.array([1900.0, 1970, NAN, NAN, NAN]), status, XY)
    assert years.value[:4].tolist() == [1900, 1970, 1970, 2025]


def test_a_building_without_place_stays_undated():
    xy = XY.copy()
    xy[2] = NAN
    assert np.isnan(derive_years(np.array([1950.0, 1970, NAN, NAN, NAN]), TODAY, xy).value[2])
