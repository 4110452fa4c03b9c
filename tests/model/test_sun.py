from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from citytwin.model.sun import as_dates, day_of_hour, month_of_hour, sun_of
from citytwin.model.weather import Weather

COLUMNS = ("temp_air", "relative_humidity", "wind_speed", "ghi", "dni", "dhi", "sky_temperature")


def weather(**changes):
    columns = {name: np.zeros(8760) for name in COLUMNS}
    return Weather(**columns, **({"latitude": 60.17, "longitude": 30.0, "altitude": 0, "utc_offset_h": 2.0} | changes))


def test_calendar():
    assert month_of_hour()[[0, 743, 744, 8759]].tolist() == [0, 0, 1, 11]
    assert day_of_hour()[[0, 23, 24, 8759]].tolist() == [1, 1, 2, 365]


def test_noon_is_highest_and_south_on_the_meridian_of_the_zone():
    sun = sun_of(weather(sun_offset_h=0.0))
    noon = 24 * 171 + 12
    assert sun.zenith[noon] == pytest.approx(60.17 - 23.44, abs=0.02)
    assert sun.azimuth[noon] == pytest.approx(180.0, abs=1.5)
    assert np.argmin(sun.zenith) // 24 in (170, 171, 172)


def test_zone_and_moment_shift_the_sun():
    later = sun_of(weather(sun_offset_h=1.5)).zenith
    np.testing.assert_allclose(later[:-1], sun_of(weather(sun_offset_h=0.5)).zenith[1:], atol=1e-9)
    west = sun_of(weather(utc_offset_h=1.0)).zenith
    np.testing.assert_allclose(west[:-1], sun_of(weather()).zenith[1:], atol=1e-9)


@pytest.mark.parametrize(
    "given",
    [
        "2026-03-21",
        date(2026, 3, 21),
        datetime(2026, 3, 21, 23, 30),
        pd.Timestamp("2026-03-21 12:00", tz="Europe/Helsinki"),
        np.datetime64("2026-03-21T10:00"),
        ["2026-03-21", date(2026, 3, 21)],
        np.array(["2026-03-21"], "datetime64[D]"),
        pd.date_range("2026-03-21", periods=1),
    ],
)
def test_dates_come_in_many_forms(given):
    assert as_dates(given) == (date(2026, 3, 21),)


def test_dates_keep_their_order():
    assert as_dates(["2026-06-22", "2026-03-21", "2026-06-22"]) == (date(2026, 6, 22), date(2026, 3, 21))


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ([], ValueError, "when holds no date"),
        (["21.3.2026"], ValueError, r"when holds '21\.3\.2026'.*YYYY-MM-DD"),
        (["2026-02-30"], ValueError, "2026-02-30"),
        (pd.NaT, ValueError, "NaT"),
        ([np.datetime64("NaT", "D")], ValueError, "NaT"),
        (["1999-12-31"], ValueError, "2000 to 2050"),
        (["2051-01-01"], ValueError, "2051-01-01"),
        (20260321, TypeError, "when must be dates as YYYY-MM-DD, not 20260321"),
        ([None], TypeError, "None"),
    ],
)
def test_what_is_no_date_is_refused(given, kind, message):
    with pytest.raises(kind, match=message):
        as_dates(given, "when")
